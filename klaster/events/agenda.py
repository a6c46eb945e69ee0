"""The agenda as a grid of days, rooms and half hours, and what does not fit in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from django.utils.translation import gettext as _

from klaster.events import times
from klaster.events.models import Event, Room, Session

STEP = datetime.timedelta(minutes=30)
USUAL_HOURS = (9, 17)  # of a day of which only the date is known
MOST_DAYS = 5


# --- what does not fit ------------------------------------------------------------------------------------------------
def conflicts(event: Event, sessions: Iterable[Session]) -> dict[int, list[str]]:
    """Sentences by session: the same room or the same speaker twice at a time, outside the event, too small a room.

    Sessions come with `room` and `speakers`.
    """
    held = [each for each in sessions if each.starts and each.ends and not each.is_cancelled]
    found: dict[int, list[str]] = {}
    for one, other in combinations(held, 2):
        if not (one.starts < other.ends and other.starts < one.ends):  # type: ignore[operator]
            continue
        for session, rival in ((one, other), (other, one)):
            found.setdefault(session.pk, []).extend(_rivalry(session, rival))
    for session in held:
        found.setdefault(session.pk, []).extend(_limits(event, session))
    return {pk: sentences for pk, sentences in found.items() if sentences}


def _rivalry(session: Session, rival: Session) -> list[str]:
    said = []
    if session.room and session.room_id == rival.room_id:
        said.append(_("In %(room)s at the same time: %(title)s.") % {"room": session.room, "title": rival.title})
    theirs = {speaker.pk for speaker in rival.speakers.all()}
    said += [
        _("%(name)s speaks at the same time in: %(title)s.") % {"name": speaker.name, "title": rival.title}
        for speaker in session.speakers.all()
        if speaker.pk in theirs
    ]
    return said


def _limits(event: Event, session: Session) -> list[str]:
    said = []
    if event.starts and event.ends and not (event.starts <= session.starts and session.ends <= event.ends):  # type: ignore[operator]
        said.append(_("It is outside the time of the event."))
    room = session.room
    if room and room.capacity and session.capacity and session.capacity > room.capacity:
        names = {"room": room, "places": room.capacity}
        said.append(_("It has more places than %(room)s, which has %(places)s.") % names)
    return said


# --- the grid ---------------------------------------------------------------------------------------------------------
@dataclass
class Cell:
    """A place of a room and a time: empty, or with what takes place there for `rows` lines of the table."""

    room: Room | None
    starts: datetime.datetime
    rows: int = 1
    sessions: list[Session] = field(default_factory=list)

    @property
    def room_pk(self) -> int | str:
        """As forms and addresses have it: "" for everybody."""
        return self.room.pk if self.room else ""


@dataclass
class Line:
    starts: datetime.datetime
    cells: list[Cell]


@dataclass
class Day:
    day: datetime.date
    rooms: list[Room | None]
    lines: list[Line]


def days(event: Event, sessions: Iterable[Session], rooms: Sequence[Room]) -> list[Day]:
    """A table for each day of the event and for each day that has sessions; times are of the event's zone."""
    zone = event.zone
    placed: dict[datetime.date, list[Session]] = {}
    for session in sessions:
        if session.starts and session.ends:
            placed.setdefault(session.starts.astimezone(zone).date(), []).append(session)
    for day in _days_of(event, has_sessions=bool(placed)):
        placed.setdefault(day, [])
    return [_day(event, day, placed[day], [None, *rooms]) for day in sorted(placed)]


def _days_of(event: Event, *, has_sessions: bool) -> list[datetime.date]:
    """All its days; of a long one, such as a training in modules, only the first until there are sessions."""
    if not event.starts or not event.ends:
        return []
    first = event.starts.astimezone(event.zone).date()
    last = (event.ends - datetime.timedelta(seconds=1)).astimezone(event.zone).date()
    if (last - first).days >= MOST_DAYS:
        return [] if has_sessions else [first]
    return [first + times.DAY * n for n in range((last - first).days + 1)]


def _day(event: Event, day: datetime.date, sessions: list[Session], rooms: list[Room | None]) -> Day:
    marks = _marks(event, day, sessions)
    columns = [_column(room, [each for each in sessions if each.room_id == (room.pk if room else None)], marks)
               for room in rooms]  # fmt: skip
    lines = [
        Line(starts, [column[starts] for column in columns if starts in column])
        for starts in marks[:-1]
    ]  # fmt: skip
    return Day(day, rooms, lines)


def _marks(event: Event, day: datetime.date, sessions: list[Session]) -> list[datetime.datetime]:
    """Times at which lines begin, and the end of the last: every half hour, and whenever a session begins or ends."""
    known = {moment for each in sessions for moment in (each.starts, each.ends) if moment} | set(_hours(event, day))
    begins = min(known).astimezone(event.zone)
    step = begins.replace(minute=begins.minute // 30 * 30, second=0, microsecond=0).astimezone(datetime.UTC)
    while step < max(known):
        known.add(step)
        step += STEP
    known.add(step)
    return [mark.astimezone(event.zone) for mark in sorted({mark.astimezone(datetime.UTC) for mark in known})]


def _hours(event: Event, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From when till when the event goes on that day; of days in its midst nobody means the night."""
    begin, end = times.midnight(day, event.zone), times.midnight(day + times.DAY, event.zone)
    first, last = (_at(day, hour, event) for hour in USUAL_HOURS)
    if event.starts and event.ends and not event.is_all_day:
        first = event.starts if begin <= event.starts < end else first
        last = event.ends if begin < event.ends <= end else last
    return first, max(last, first + STEP)


def _at(day: datetime.date, hour: int, event: Event) -> datetime.datetime:
    return times.first_moment(datetime.datetime.combine(day, datetime.time(hour)), event.zone)


def _column(
    room: Room | None, sessions: list[Session], marks: list[datetime.datetime]
) -> dict[datetime.datetime, Cell]:
    """Cells of a room by the line in which they begin; sessions at the same time share one."""
    cells: dict[datetime.datetime, Cell] = {}
    until = marks[0]
    waiting = sorted(sessions, key=lambda each: (each.starts, each.pk))
    for mark in marks[:-1]:
        if mark < until:
            continue
        cell = cells[mark] = Cell(room, mark)
        ends = mark
        while waiting and waiting[0].starts < max(ends, mark + datetime.timedelta(microseconds=1)):  # type: ignore[operator]
            session = waiting.pop(0)
            cell.sessions.append(session)
            ends = max(ends, session.ends or ends)
        until = ends
        cell.rows = max(1, sum(mark <= each < ends for each in marks[:-1]))
    return cells
