"""The independent validator: is a timetable one, for this problem, and as good as it says?

It shares no code with the solver; it knows what a problem is, and the definitions in `measures`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from .measures import MAXIMISED, MEASURES, idle_breaks
from .problem import Assignment, Id, Level, Meeting, Participant, Problem, Timetable, Unscheduled
from .validation import is_whole, shown

PAPER_SPREAD = 2  # breaks that one participant may have more than another, in the paper


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: what kind, in words, and the meetings and participants it concerns."""

    code: str
    words: str
    ids: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class _Book:
    """What is judged. `held` are the meetings that are known, each once, in slots that exist."""

    problem: Problem
    assignments: Sequence[Assignment]
    people: dict[Id, Participant]
    meetings: dict[Id, Meeting]
    held: Sequence[tuple[Meeting, Assignment]]


def check(problem: Problem, timetable: Timetable | Iterable[Assignment]) -> list[Violation]:
    """Every violation; none where the timetable is right.

    Bare assignments are judged by themselves: neither what is left out nor any level is claimed with them.
    """
    whole = isinstance(timetable, Timetable)
    assignments = tuple(cast(Timetable, timetable).assignments if whole else cast(Iterable[Assignment], timetable))
    book = _open(problem, assignments)
    found = [*_named(book), *_slots(book), *_free(book), *_allowed(book), *_order(book)]
    found += [*_clashes(book), *_maximums(book), *_tables(book), *_shared_tables(book), *_crowded(book), *_rooms(book)]
    if problem.breaks == "paper":
        found += _paper(book)
    if whole:
        answer = cast(Timetable, timetable)
        found += [*_left_out(book, answer.unscheduled), *_levels(book, answer.levels)]
    return found


def _open(problem: Problem, assignments: Sequence[Assignment]) -> _Book:
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    held: dict[Id, tuple[Meeting, Assignment]] = {}
    for place in assignments:
        meeting = meetings.get(place.meeting)
        if meeting is not None and place.meeting not in held and _exists(place.slot, meeting, problem):
            held[place.meeting] = (meeting, place)
    people = {person.id: person for person in problem.participants}
    return _Book(problem, assignments, people, meetings, list(held.values()))


def _exists(slot: int, meeting: Meeting, problem: Problem) -> bool:
    return is_whole(slot) and 0 <= slot <= problem.slots - meeting.duration


def _taken(meeting: Meeting, place: Assignment) -> range:
    return range(place.slot, place.slot + meeting.duration)


def _named(book: _Book) -> Iterator[Violation]:
    for name, times in Counter(place.meeting for place in book.assignments).items():
        if name not in book.meetings:
            yield Violation("unknown", f"there is no meeting {shown(name)}, but it is held", (name,))
        elif times > 1:
            yield Violation("held-twice", f"meeting {shown(name)} is held {times} times", (name,))


def _slots(book: _Book) -> Iterator[Violation]:
    for place in book.assignments:
        meeting = book.meetings.get(place.meeting)
        if meeting is not None and not _exists(place.slot, meeting, book.problem):
            length = f" of {meeting.duration} slots" if meeting.duration > 1 else ""
            words = f"meeting {shown(meeting.id)}{length} starts in slot {shown(place.slot)}, outside the event"
            yield Violation("slot", words, (meeting.id,))


def _free(book: _Book) -> Iterator[Violation]:
    for meeting, place in book.held:
        for member in meeting.participants:
            person = book.people[member]
            for slot in _taken(meeting, place):
                if slot in person.talks:
                    code, why = "talk", "attends a talk"
                elif slot in person.unavailable:
                    code, why = "unavailable", "is unavailable"
                else:
                    continue
                words = f"meeting {shown(meeting.id)} takes slot {slot}, in which {shown(member)} {why}"
                yield Violation(code, words, (meeting.id, member))


def _allowed(book: _Book) -> Iterator[Violation]:
    session_of = {slot: name for name, slots in book.problem.sessions.items() for slot in slots}
    for meeting, place in book.held:
        taken = _taken(meeting, place)
        if meeting.session is not None and not meeting.session.issuperset(taken):
            words = f"meeting {shown(meeting.id)} in slot {place.slot} lies outside its session"
            yield Violation("session", words, (meeting.id,))
        if meeting.duration > 1 and len({session_of.get(slot) for slot in taken}) > 1:
            words = f"meeting {shown(meeting.id)} from slot {place.slot} reaches from one session into another"
            yield Violation("split", words, (meeting.id,))
        if meeting.pinned_slot not in (None, place.slot):
            words = (
                f"meeting {shown(meeting.id)} is pinned to slot {meeting.pinned_slot} but starts in slot {place.slot}"
            )
            yield Violation("pin", words, (meeting.id,))


def _order(book: _Book) -> Iterator[Violation]:
    ordered = [(meeting, place) for meeting, place in book.held if meeting.after]
    ends = {meeting.id: place.slot + meeting.duration for meeting, place in book.held} if ordered else {}
    for meeting, place in ordered:
        for other in meeting.after:
            if other in ends and ends[other] > place.slot:
                words = f"meeting {shown(meeting.id)} starts before meeting {shown(other)} is over"
                yield Violation("after", words, (meeting.id, other))


def _clashes(book: _Book) -> Iterator[Violation]:
    diary: dict[Id, list[tuple[int, Id]]] = defaultdict(list)
    for meeting, place in book.held:
        for slot in _taken(meeting, place):
            for member in meeting.participants:
                diary[member].append((slot, meeting.id))
    for member, entries in diary.items():
        reps = book.people[member].reps
        for slot, times in Counter(slot for slot, _ in entries).items():
            if times > reps:
                words = f"{shown(member)} is in {times} meetings in slot {slot}, with {reps} to send"
                yield Violation("clash", words, (member, *(name for when, name in entries if when == slot)))


def _maximums(book: _Book) -> Iterator[Violation]:
    count = Counter(member for meeting, _ in book.held for member in meeting.participants)
    for member, times in count.items():
        most = book.people[member].maximum
        if most is not None and times > most:
            yield Violation("maximum", f"{shown(member)} has {times} meetings, {most} at most are wanted", (member,))


def _tables(book: _Book) -> Iterator[Violation]:
    """A table for each meeting on site, its host's where it has one; none online."""
    for place in book.assignments:
        meeting = book.meetings.get(place.meeting)
        if meeting is None:
            continue
        hosts = {book.people[member].fixed_table for member in meeting.participants} - {None}
        fault = _fault_of(meeting, place.table, cast(set[int], hosts), book.problem.tables)
        if fault:
            yield Violation(fault[0], f"meeting {shown(meeting.id)} {fault[1]}", (meeting.id,))


def _fault_of(meeting: Meeting, table: int | None, hosts: set[int], tables: int) -> tuple[str, str] | None:
    """What is wrong with the table of a meeting: code and words."""
    if meeting.online:
        return None if table is None else ("online-table", f"is online but has table {shown(table)}")
    if table is None:
        return "no-table", "has no table"
    if not is_whole(table) or not 0 <= table < tables:
        return "table", f"is at table {shown(table)}, which does not exist"
    if hosts and table not in hosts:
        return "host-table", f"is at table {table}, its host is at {' or '.join(map(str, sorted(hosts)))}"
    return None


def _shared_tables(book: _Book) -> Iterator[Violation]:
    at: dict[tuple[int, int], list[Id]] = defaultdict(list)
    for meeting, place in book.held:
        if not meeting.online and place.table is not None:
            for slot in _taken(meeting, place):
                at[place.table, slot].append(meeting.id)
    for (table, slot), meetings in at.items():
        if len(meetings) > 1:
            names = " and ".join(map(shown, meetings))
            yield Violation("shared-table", f"meetings {names} are both at table {table} in slot {slot}", (*meetings,))


def _crowded(book: _Book) -> Iterator[Violation]:
    count = Counter(slot for m, place in book.held if not m.online for slot in _taken(m, place))
    for slot, meetings in sorted(count.items()):
        if meetings > book.problem.tables:
            words = f"{meetings} meetings on site in slot {slot}, at {book.problem.tables} tables"
            yield Violation("tables", words)


def _rooms(book: _Book) -> Iterator[Violation]:
    rooms = book.problem.rooms
    online = [(m, place) for m, place in book.held if m.online and m.room]
    count = Counter(slot for m, place in online for slot in _taken(m, place))
    for slot, meetings in sorted(count.items()):
        if rooms is not None and meetings > rooms:
            yield Violation("rooms", f"{meetings} meetings online in slot {slot}, in {rooms} rooms")


def _paper(book: _Book) -> Iterator[Violation]:
    missing = book.meetings.keys() - {meeting.id for meeting, _ in book.held}
    if missing:
        words = f"the paper asks that all meetings are held, {len(missing)} are not"
        yield Violation("paper", words, tuple(name for name in book.meetings if name in missing))
    breaks = idle_breaks(book.problem, book.held)
    if breaks and max(breaks.values()) - min(breaks.values()) > PAPER_SPREAD:
        most, least = max(breaks, key=breaks.__getitem__), min(breaks, key=breaks.__getitem__)
        words = f"{shown(most)} has {breaks[most]} breaks and {shown(least)} {breaks[least]}, over 2 more"
        yield Violation("paper", words, (most, least))


def _left_out(book: _Book, unscheduled: Sequence[Unscheduled]) -> Iterator[Violation]:
    """Each meeting is either held or left out with a reason."""
    placed = {place.meeting for place in book.assignments}
    times = Counter(entry.meeting for entry in unscheduled)
    for name in times:
        if name not in book.meetings:
            yield Violation("unknown", f"there is no meeting {shown(name)}, but it is left out", (name,))
        elif name in placed:
            yield Violation("held-and-left-out", f"meeting {shown(name)} is both held and left out", (name,))
        if times[name] > 1:
            yield Violation("left-out-twice", f"meeting {shown(name)} is left out {times[name]} times", (name,))
    for name in book.meetings:
        if name not in placed and name not in times:
            yield Violation("missing", f"meeting {shown(name)} is neither held nor left out", (name,))
    for entry in unscheduled:
        if not entry.reason.strip():
            yield Violation(
                "no-reason", f"meeting {shown(entry.meeting)} is left out without a reason", (entry.meeting,)
            )


def _levels(book: _Book, levels: Sequence[Level]) -> Iterator[Violation]:
    names = [level.name for level in levels]
    for level in levels:
        if level.name not in MEASURES:
            yield Violation("level-name", f"there is no level {shown(level.name)}")
        elif level.name == "moved" and not book.problem.previous:
            yield Violation("level-previous", 'level "moved" needs the timetable that had been confirmed before')
        else:
            yield from _level(level, MEASURES[level.name](book.problem, book.held))
    if len(set(names)) < len(names):
        yield Violation("level-twice", "a level is claimed twice")
    known = [name for name in MEASURES if name in names]
    if [name for name in dict.fromkeys(names) if name in MEASURES] != known:
        yield Violation("level-order", f"the order of the levels is {', '.join(known)}")


def _level(level: Level, value: int | float) -> Iterator[Violation]:
    name, bound = shown(level.name), level.bound
    if level.value != value:
        yield Violation("level-value", f"level {name} claims {level.value}, it is {value}")
    if bound is not None:
        within = level.value <= bound if level.name in MAXIMISED else level.value >= bound
        if not within:
            yield Violation("level-bound", f"level {name} has the value {level.value} beyond its bound {bound}")
    if level.proven and bound != level.value:
        yield Violation("level-proven", f"level {name} is called proven at {level.value} with the bound {bound}")
