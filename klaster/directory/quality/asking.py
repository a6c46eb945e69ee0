"""What somebody waits for the office with: join requests nobody answers, and entries that may be one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klaster.core.waiting import Order
from klaster.directory.models import Duplicate, JoinRequest
from klaster.directory.models.duplicates import with_entries
from klaster.directory.models.join_requests import LATE_AFTER, SOON_AFTER
from klaster.directory.quality.check import Check, Finding, Kind, Option


class JoinRequestsOpen(Check):
    """Sent long ago and open still, or sent where nobody of the cluster can answer."""

    code, icon, order = "join-requests", "user", Order.PEOPLE
    title = _("Join requests without an answer")
    day_title = _("Sent")
    option_title = _("Show")
    kinds = (Kind.OTHER,)

    @property
    def hint(self) -> str:  # type: ignore[override]
        words = gettext("Open for more than %(days)s days, or sent to a cluster that nobody keeps here.")
        return words % {"days": SOON_AFTER}

    def rows(self, kind: Kind, option: str = "") -> QuerySet[JoinRequest]:
        rows = JoinRequest.objects.open()
        since = timezone.now() - datetime.timedelta(days=LATE_AFTER if option == "late" else SOON_AFTER)
        if option == "nobody":
            rows = rows.nobody_answers()
        elif option in (JoinRequest.State.WAITING, JoinRequest.State.ASKED):
            rows = rows.filter(state=option, sent_at__lt=since)
        elif option == "late":
            rows = rows.filter(sent_at__lt=since)
        else:
            rows = rows.filter(sent_at__lt=since) | rows.nobody_answers()
        return rows.select_related("cluster", "organisation").order_by("sent_at", "pk")

    def options(self, kind: Kind) -> Sequence[Option]:
        late = gettext("for more than %(days)s days") % {"days": LATE_AFTER}
        states = JoinRequest.State
        return [
            Option(states.WAITING, states.WAITING.label),
            Option(states.ASKED, states.ASKED.label),
            Option("late", late),
            Option("nobody", _("nobody of the cluster is here")),
        ]

    def findings(self, rows: Sequence[JoinRequest], kind: Kind) -> list[Finding]:
        return [
            Finding(
                name=row.firm_name,
                url=row.get_absolute_url(),
                said=", ".join([str(row.cluster.name), row.get_state_display()]),
                day=timezone.localdate(row.sent_at),
                mend_url=row.get_absolute_url(),
                mend=gettext("Look and answer"),
            )
            for row in rows
        ]


class Duplicates(Check):
    code, icon, order = "duplicates", "copy", Order.CARE
    title = _("Entries that may be one and the same")
    hint = _("Found every night. You compare the two and unite them, or say that they are not the same.")
    day_title = _("Found")
    kinds = (Kind.CLUSTER, Kind.ORGANISATION)

    def rows(self, kind: Kind, option: str = "") -> QuerySet[Duplicate]:
        return Duplicate.objects.open().filter(kind=kind.value)

    def findings(self, rows: Sequence[Duplicate], kind: Kind) -> list[Finding]:
        return [
            Finding(
                name=f"{first.name} · {second.name}",
                url=reverse("merge_entries", args=[row.kind, first.slug, second.slug]),
                said="; ".join(row.reasons_in_words()),
                day=timezone.localdate(row.found_at),
                mend_url=reverse("merge_entries", args=[row.kind, first.slug, second.slug]),
                mend=gettext("Compare"),
            )
            for row, (first, second) in with_entries(rows)
        ]
