"""What waits for participants of matchmaking events, in their workspace."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory.workspace import Act, Desk, Todo, Urgency
from klaster.matchmaking.models import Line, Participant, Phase, Representative

SOON = datetime.timedelta(days=2)


def todos(desk: Desk) -> Iterator[Todo]:
    """Requests to answer, colleagues to take in, lines to write: one question for all events of the person."""
    rows = (
        Participant.objects.of(desk.person)
        .taking_part()
        .exclude(matchmaking__phase=Phase.OVER)
        .select_related("matchmaking__event")
        .annotate(
            waiting=Count("requests_got", filter=Q(requests_got__state="sent"), distinct=True),
            has_lines=Exists(Line.objects.filter(participant=OuterRef("pk"))),
            is_asked=Exists(Representative.objects.filter(asks_for=OuterRef("pk"))),
        )
    )
    for row in rows:
        if row.waiting and row.matchmaking.takes_answers:
            yield answer(row)
        mine = reverse("participant_me", args=[row.matchmaking.event.slug])
        if row.is_asked:
            yield Todo(
                title=_("A colleague asks to join your delegation"), text=str(row.matchmaking.event.title),
                acts=(Act(_("Answer"), f"{mine}#delegation"),), icon="user-plus",
            )  # fmt: skip
        if not row.has_lines and row.matchmaking.phase in (Phase.PREPARING, Phase.ASKING):
            yield Todo(
                title=_("Say what you offer and what you seek"), text=str(row.matchmaking.event.title),
                acts=(Act(_("Write it"), mine),), urgency=Urgency.LATER, icon="pencil",
            )  # fmt: skip


def answer(row: Participant) -> Todo:
    until, count = row.matchmaking.answers_until, row.waiting  # type: ignore[attr-defined]
    title = ngettext("%(count)s request waits for your answer", "%(count)s requests wait for your answer", count)
    return Todo(
        title=title % {"count": count},
        text=str(row.matchmaking.event.title),
        acts=(Act(_("Answer"), reverse("my_meetings", args=[row.matchmaking.event.slug])),),
        urgency=Urgency.SOON if until and until - timezone.now() < SOON else Urgency.WAITING,
        icon="handshake",
        day=timezone.localdate(until) if until else None,
    )
