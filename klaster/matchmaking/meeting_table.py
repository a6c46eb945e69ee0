"""The desk's table of requests and meetings: who asked whom, what became of it, when and where it takes place; and who
booked whom without asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from klaster.directory.filters import Choice, Facet, Selection
from klaster.events.registration_table import narrowed, yes_no
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingRequest, MeetingSide, Participant
from klaster.matchmaking.models.requests import CLOSED

ORDERS = ("-sent", "sent")
AGREED = "agreed"
STATES = [
    ("sent", gettext_lazy("waits for an answer")), (AGREED, gettext_lazy("agreed")),
    ("declined", gettext_lazy("declined")), ("withdrawn", gettext_lazy("withdrawn")),
    ("cancelled", pgettext_lazy("a meeting", "cancelled")),
]  # fmt: skip


def rows_of(matchmaking: Matchmaking) -> QuerySet[Meeting]:
    """Meetings with their sides, in order of time; those without a time last."""
    sides = Prefetch("sides", MeetingSide.objects.select_related("participant").order_by("pk"))
    return matchmaking.meetings.select_related("table", "request").prefetch_related(sides).order_by("starts", "pk")


def facets(matchmaking: Matchmaking) -> list[Facet]:
    states = dict(STATES) | ({"sent": CLOSED} if matchmaking.answers_are_over else {})
    return [
        Facet("state", _("State"), [Choice(value, capfirst(title)) for value, title in states.items()]),
        Facet("placed", _("Has a time"), yes_no()),
        Facet("locked", _("Locked"), yes_no()),
        Facet("behalf", _("Asked by the organiser"), yes_no()),
    ]


def chosen(matchmaking: Matchmaking, selection: Selection) -> QuerySet[MeetingRequest]:
    """Requests; `booked` has the meetings without one."""
    rows = narrowed(matchmaking.requests.select_related("asker", "asked", "meeting__table"), selection, FILTERS)
    for word in selection.text.split()[:6]:
        rows = rows.filter(Q(asker__name__unaccent__icontains=word) | Q(asked__name__unaccent__icontains=word))
    order = "sent_at" if selection.order == "sent" else "-sent_at"
    return rows.order_by(order, "-pk")


def _state(value: str) -> Q:
    if value == AGREED:
        return Q(state="accepted", meeting__state="agreed")
    if value == "cancelled":
        return Q(meeting__state="cancelled")
    return Q(state=value)


FILTERS: dict[str, Any] = {
    "state": _state,
    "placed": lambda value: Q(meeting__starts__isnull=value != "yes") if value == "yes" else Q(meeting__starts=None),
    "locked": lambda value: Q(meeting__is_pinned=True) if value == "yes" else ~Q(meeting__is_pinned=True),
    "behalf": lambda value: Q(is_on_behalf=value == "yes"),
}


BOOKED_FILTERS: dict[str, Any] = {
    "state": lambda value: Q(state=value) if value in (AGREED, "cancelled") else Q(pk=None),
    "placed": lambda value: Q(starts__isnull=value != "yes"),
    "locked": lambda value: Q(is_pinned=value == "yes"),
    "behalf": lambda value: Q(pk=None) if value == "yes" else ~Q(pk=None),
}


def booked(matchmaking: Matchmaking, selection: Selection) -> QuerySet[Meeting]:
    """Meetings that people booked themselves, without a request."""
    rows = narrowed(rows_of(matchmaking).filter(request=None), selection, BOOKED_FILTERS)
    for word in selection.text.split()[:6]:
        with_word = MeetingSide.objects.filter(participant__name__unaccent__icontains=word)
        rows = rows.filter(pk__in=with_word.values("meeting"))
    return rows.order_by("-created_at", "-pk")


class Rows:
    """What people booked, then requests, as one list for pages."""

    def __init__(self, matchmaking: Matchmaking, selection: Selection):
        self.parts = (booked(matchmaking, selection), chosen(matchmaking, selection))
        self.booked, self.requests = (part.count() for part in self.parts)

    def __len__(self) -> int:
        return self.booked + self.requests

    def __getitem__(self, wanted: slice) -> list[Meeting | MeetingRequest]:
        first, last = wanted.start or 0, len(self) if wanted.stop is None else wanted.stop
        mine = self.parts[0][first : min(last, self.booked)] if first < self.booked else []
        asked = self.parts[1][max(first - self.booked, 0) : max(last - self.booked, 0)]
        return [*mine, *asked]


@dataclass
class Line:
    """A request, or a meeting booked without one, as the table shows it."""

    request: MeetingRequest | None
    meeting: Meeting | None
    zone: Any

    @property
    def sides(self) -> list[Participant]:
        """Who asks or books, then the others."""
        if self.request is not None:
            return [self.request.asker, self.request.asked]
        return [side.participant for side in self.meeting.sides.all()] if self.meeting else []

    @property
    def sent_at(self) -> Any:
        return self.request.sent_at if self.request else self.meeting and self.meeting.created_at

    @property
    def state(self) -> str:
        if self.meeting is not None:
            return "cancelled" if self.meeting.state == Meeting.State.CANCELLED else AGREED
        return str(self.request and self.request.state)

    @property
    def words(self) -> str:
        return str(self.request.words if self.request and self.request.is_closed else dict(STATES)[self.state])

    @property
    def when(self) -> Any:
        meeting = self.meeting
        return timezone.localtime(meeting.starts, self.zone) if meeting and meeting.starts else None


def lines(matchmaking: Matchmaking, rows: Iterable[Meeting | MeetingRequest]) -> list[Line]:
    zone = matchmaking.event.zone
    return [
        Line(None, row, zone) if isinstance(row, Meeting) else Line(row, getattr(row, "meeting", None), zone)
        for row in rows
    ]


COLUMNS: list[tuple[Any, Any]] = [
    (gettext_lazy("Who asks"), lambda line: line.sides[0].name if line.sides else ""),
    (gettext_lazy("Who is asked"), lambda line: ", ".join(each.name for each in line.sides[1:])),
    (gettext_lazy("Priority"), lambda line: line.request.get_priority_display() if line.request else ""),
    (
        gettext_lazy("Priority for the one asked"),
        lambda line: (line.request and line.request.get_answer_priority_display()) or "",
    ),
    (gettext_lazy("State"), lambda line: line.words),
    (gettext_lazy("Sent"), lambda line: line.sent_at),
    (pgettext_lazy("when it was", "Answered"), lambda line: line.request and line.request.answered_at),
    (gettext_lazy("Asked by the organiser"), lambda line: bool(line.request and line.request.is_on_behalf)),
    (gettext_lazy("Time"), lambda line: line.when),
    (
        pgettext_lazy("where people sit", "Table"),
        lambda line: line.meeting.table.number if line.meeting and line.meeting.table else "",
    ),
]
