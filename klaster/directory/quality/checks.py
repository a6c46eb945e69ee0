"""The directory's own checks: labels that end, links that are broken, entries that are old or incomplete.

Only public entries are looked at: what nobody sees can wait.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from klaster.core.waiting import Order
from klaster.directory import link_checks
from klaster.directory.models import Achievement, Cluster, Label, LinkCheck, Organisation
from klaster.directory.models.base import EntryQuerySet
from klaster.directory.models.organisations import today
from klaster.directory.quality.check import Check, Finding, Kind, Option

ENDS_WITHIN = datetime.timedelta(days=90)
ENTRIES = (Kind.CLUSTER, Kind.ORGANISATION)


def of_kind(kind: Kind) -> EntryQuerySet:
    return Cluster.objects.published() if kind is Kind.CLUSTER else Organisation.objects.published()


def office_url(row: Any) -> str:
    """Where the office changes a row."""
    return reverse(f"{row._meta.model_name}:edit", args=[row.pk])


class LabelsEnding(Check):
    code, icon = "labels", "tag"
    title = _("Labels that end within 90 days")
    hint = _("The coordinator and the office are told 90, 30 and 7 days before.")
    day_title = _("Valid until")
    kinds = (Kind.OTHER,)

    def rows(self, kind: Kind, option: str = "") -> QuerySet[Label]:
        day = today()
        ending = Label.objects.filter(
            valid_until__range=(day, day + ENDS_WITHIN), cluster__in=Cluster.objects.published().values("pk")
        )
        return ending.select_related("cluster", "issuer").order_by("valid_until", "pk")

    def findings(self, rows: Sequence[Label], kind: Kind) -> list[Finding]:
        return [
            Finding(
                name=str(row.cluster.name),
                url=row.cluster.get_absolute_url(),
                said=", ".join(filter(None, [capfirst(row.get_level_display()), str(row.issuer or "")])),
                day=row.valid_until,
                mend_url=office_url(row),
                language=row.cluster.name.language,
            )
            for row in rows
        ]


class BrokenLinks(Check):
    code, icon, order = "links", "link", Order.FAULTS
    title = _("Broken links")
    hint = _("Each address is tried once a week; it is called broken after three failures, a day after each other.")
    day_title = _("Since")
    kinds = (Kind.OTHER,)

    def rows(self, kind: Kind, option: str = "") -> QuerySet[LinkCheck]:
        return LinkCheck.objects.broken().order_by("since", "pk")

    def findings(self, rows: Sequence[LinkCheck], kind: Kind) -> list[Finding]:
        """An address that several entries name is a finding for each."""
        owners = link_checks.who_names([row.url for row in rows])
        found = []
        for row in rows:
            for owner in owners[row.url] or [None]:
                entry = owner.cluster if isinstance(owner, Achievement) else owner
                found.append(
                    Finding(
                        name=str(entry) if entry else gettext("no entry any more"),
                        url=owner.get_absolute_url() if hasattr(owner, "get_absolute_url") else "",
                        said=f"{row.url} – {row.problem_in_words}",
                        day=timezone.localdate(row.since) if row.since else None,
                        mend_url=office_url(owner) if owner else "",
                        language=entry.name.language if entry else "",
                    )
                )
        return found


class Stale(Check):
    code, icon = "stale", "time"
    title = _("Entries nobody has confirmed for long")
    day_title = _("Last confirmed")
    kinds = ENTRIES

    @property
    def hint(self) -> str:  # type: ignore[override]
        words = gettext("Nobody has said for %(days)s days that they are true. The longest unconfirmed come first.")
        return words % {"days": settings.STALE_AFTER_DAYS}

    def rows(self, kind: Kind, option: str = "") -> EntryQuerySet:
        """The last confirmation is that of the whole entry or of any of its sections."""
        limit = today() - datetime.timedelta(days=settings.STALE_AFTER_DAYS)
        said = Greatest("checked_on", Max("confirmations__day")) if kind is Kind.CLUSTER else F("checked_on")
        rows = of_kind(kind).annotate(said=said).filter(Q(said=None) | Q(said__lt=limit))
        if option == "never":
            rows = rows.filter(said=None)
        return rows.order_by(F("said").asc(nulls_first=True), "updated_at", "pk")

    def options(self, kind: Kind) -> Sequence[Option]:
        return (Option("never", _("Never confirmed")),)

    option_title = _("Show")

    def findings(self, rows: Sequence[Any], kind: Kind) -> list[Finding]:
        words = gettext("Changed on %(date)s")
        return [
            Finding(
                name=str(row.name),
                url=row.get_absolute_url(),
                said=words % {"date": formats.date_format(timezone.localdate(row.updated_at), "DATE_FORMAT")},
                day=row.said,
                mend_url=office_url(row),
                language=row.name.language,
            )
            for row in rows
        ]


# What a useful entry says, and how the database tells that it does not.
LACKS: dict[Kind, dict[str, Q]] = {
    Kind.CLUSTER: {
        "summary": Q(summary={}),
        "main_sector": Q(main_sector=None),
        "region": Q(region=None),
        "website": Q(website=""),
        "contact_email": Q(contact_email=""),
        "founded": Q(founded=""),
        "services": Q(services={}),
        "coordinator": Q(coordinator=None),
    },
    Kind.ORGANISATION: {
        "legal_code": Q(legal_code=""),
        "country": Q(country=""),
        "region": Q(region=None),
        "website": Q(website=""),
        "summary": Q(summary={}),
    },
}


class Incomplete(Check):
    code, icon = "incomplete", "form"
    title = _("Entries that lack something")
    hint = _("What readers look for and what the search needs.")
    option_title = _("Lacks")
    kinds = ENTRIES

    def rows(self, kind: Kind, option: str = "") -> EntryQuerySet:
        lacks = LACKS[kind]
        asked = lacks.get(option)
        if asked is None:
            asked = Q()
            for each in lacks.values():
                asked |= each
        rows = of_kind(kind).filter(asked)
        return rows.select_related("region").by_name()

    def options(self, kind: Kind) -> Sequence[Option]:
        return [Option(name, self._title(kind, name)) for name in LACKS[kind]]

    @staticmethod
    def _title(kind: Kind, name: str) -> str:
        model = Cluster if kind is Kind.CLUSTER else Organisation
        return capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]

    def findings(self, rows: Sequence[Any], kind: Kind) -> list[Finding]:
        return [
            Finding(
                name=str(row.name),
                url=row.get_absolute_url(),
                said=", ".join(self._title(kind, name) for name in LACKS[kind] if is_empty(row, name)),
                day=None,
                mend_url=office_url(row),
                language=row.name.language,
            )
            for row in rows
        ]


def is_empty(row: Any, name: str) -> bool:
    """As the database tells it, of a row at hand; a foreign key is not fetched for it."""
    field = row._meta.get_field(name)
    return not getattr(row, field.attname)
