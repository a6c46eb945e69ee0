"""What waits for participants of matchmaking events, in their workspace."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency
from klaster.matchmaking.actions import reports
from klaster.matchmaking.board_todos import unanswered, what_came_of_it
from klaster.matchmaking.models import (
    Line,
    Meeting,
    MeetingSide,
    Participant,
    Phase,
    Representative,
)

SOON = datetime.timedelta(days=2)


def todos(desk: Desk) -> Iterator[Todo]:
    """Requests to answer, colleagues to take in, lines to write, meetings to report, what came of them: one
    question for all events of the person."""
    for row in desk.once(participants):
        yield from todos_of(row)


def links(desk: Desk) -> Iterator[Link]:
    """To the own meetings of each such event; counts its to-dos."""
    for row in desk.once(participants):
        title = _("Meetings: %(event)s") % {"event": row.matchmaking.event.title}
        url = reverse("my_meetings", args=[row.matchmaking.event.slug])
        yield Link(title, url, "list-checks", Group.ACTIVITY, len([*todos_of(row)]))


def todos_of(row: Participant) -> Iterator[Todo]:
    if row.matchmaking.phase != Phase.OVER:
        yield from before_it_ends(row)
    if row.is_unreported:  # type: ignore[attr-defined]
        yield Todo(
            title=_("How were your meetings? %(event)s") % {"event": row.matchmaking.event.title},
            text=_("Say which were held and what comes of them."),
            acts=(Act(_("Say it"), reverse("my_day", args=[row.matchmaking.event.slug])),),
            urgency=Urgency.LATER, icon="handshake",
        )  # fmt: skip
    if row.unanswered:  # type: ignore[attr-defined]
        yield what_came_of_it(str(row.matchmaking.event.title), row.unanswered)  # type: ignore[attr-defined]


def participants(desk: Desk) -> list[Participant]:
    """The person's, of events to come, of those that ended a month ago at most, and where an outcome is asked for."""
    now = timezone.now()
    unreported = MeetingSide.objects.filter(
        participant=OuterRef("pk"),
        reported_at=None,
        meeting__ends__lte=now,
        meeting__state=Meeting.State.AGREED,
        meeting__matchmaking__phase__in=[Phase.PUBLISHED, Phase.OVER],
        meeting__matchmaking__event__ends__lte=now,
        meeting__matchmaking__event__ends__gt=now - reports.LATEST,
    )
    return list(
        Participant.objects.of(desk.person)
        .taking_part()
        .annotate(unanswered=Subquery(unanswered().filter(side__participant=OuterRef("pk")).values("token")[:1]))
        .filter(
            ~Q(matchmaking__phase=Phase.OVER)
            | Q(matchmaking__event__ends__gt=now - reports.LATEST)
            | Q(unanswered__isnull=False)
        )
        .select_related("matchmaking__event")
        .annotate(
            waiting=Count("requests_got", filter=Q(requests_got__state="sent"), distinct=True),
            has_lines=Exists(Line.objects.filter(participant=OuterRef("pk"))),
            is_asked=Exists(Representative.objects.filter(asks_for=OuterRef("pk"))),
            is_unreported=Exists(unreported),
        )
    )


def before_it_ends(row: Participant) -> Iterator[Todo]:
    if row.waiting and row.matchmaking.takes_answers:  # type: ignore[attr-defined]
        yield answer(row)
    mine = reverse("participant_me", args=[row.matchmaking.event.slug])
    if row.is_asked:  # type: ignore[attr-defined]
        yield Todo(
            title=_("A colleague asks to join your delegation"), text=str(row.matchmaking.event.title),
            acts=(Act(_("Answer"), f"{mine}#delegation"),), icon="user-plus",
        )  # fmt: skip
    if not row.has_lines and row.matchmaking.phase in (Phase.PREPARING, Phase.ASKING):  # type: ignore[attr-defined]
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
