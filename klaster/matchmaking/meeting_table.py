"""The desk's table of requests and meetings: who asked whom, what became of it, when and where it takes place."""

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
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingRequest, MeetingSide

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
    states = dict(STATES) | ({"sent": _("closed without an answer")} if matchmaking.answers_are_over else {})
    return [
        Facet("state", _("State"), [Choice(value, capfirst(title)) for value, title in states.items()]),
        Facet("placed", _("Has a time"), yes_no()),
        Facet("locked", _("Locked"), yes_no()),
        Facet("behalf", _("Asked by the organiser"), yes_no()),
    ]


def chosen(matchmaking: Matchmaking, selection: Selection) -> QuerySet[MeetingRequest]:
    """Requests; meetings without one (brought in from a table) are put beside them by `lines`."""
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


@dataclass
class Line:
    """A request as the table shows it."""

    request: MeetingRequest
    meeting: Meeting | None
    zone: Any

    @property
    def state(self) -> str:
        if self.meeting is not None:
            return "cancelled" if self.meeting.state == Meeting.State.CANCELLED else AGREED
        return str(self.request.state)

    @property
    def words(self) -> str:
        return str(self.request.words if self.request.is_closed else dict(STATES)[self.state])

    @property
    def when(self) -> Any:
        meeting = self.meeting
        return timezone.localtime(meeting.starts, self.zone) if meeting and meeting.starts else None


def lines(matchmaking: Matchmaking, rows: Iterable[MeetingRequest]) -> list[Line]:
    return [Line(row, getattr(row, "meeting", None), matchmaking.event.zone) for row in rows]


COLUMNS: list[tuple[Any, Any]] = [
    (gettext_lazy("Who asks"), lambda line: line.request.asker.name),
    (gettext_lazy("Who is asked"), lambda line: line.request.asked.name),
    (gettext_lazy("Priority"), lambda line: line.request.get_priority_display()),
    (gettext_lazy("Priority for the one asked"), lambda line: line.request.get_answer_priority_display() or ""),
    (gettext_lazy("State"), lambda line: line.words),
    (gettext_lazy("Sent"), lambda line: line.request.sent_at),
    (pgettext_lazy("when it was", "Answered"), lambda line: line.request.answered_at),
    (gettext_lazy("Asked by the organiser"), lambda line: line.request.is_on_behalf),
    (gettext_lazy("Time"), lambda line: line.when),
    (
        pgettext_lazy("where people sit", "Table"),
        lambda line: line.meeting.table.number if line.meeting and line.meeting.table else "",
    ),
]
