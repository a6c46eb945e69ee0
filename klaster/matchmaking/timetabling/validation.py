"""What a problem must be to be solved at all: the first fault found is said in one line that names the thing.

A meeting that cannot be held (its participants share no free slot, say) is no fault of the problem: the timetable
leaves it out with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from .problem import Meeting, Participant, Problem

MIN_MEMBERS, MAX_MEMBERS = 2, 8  # a pair, or a group of three to eight
MAX_SLOTS, MAX_TABLES, MAX_REPS, MAX_HELD = 1_000, 100_000, 1_000, 1_000_000
WEIGHT_DECIMALS = 3
MAX_WEIGHT = 1_000_000
LONGEST_SHOWN = 60


class ProblemError(ValueError):
    """The problem cannot be meant as it is written; the message is one line for the person who wrote it."""


def validate(problem: Problem) -> None:
    """Raises ProblemError with the first fault."""
    _counts(problem)
    _sessions(problem)
    people: set[Hashable] = set()
    for person in problem.participants:
        _new("participant", person.id, people)
        _participant(person, problem.slots)
    known: set[Hashable] = set()
    for meeting in problem.meetings:
        _new("meeting", meeting.id, known)
        _members(meeting, people)
        _place(meeting, problem.slots)
        if not _weighs(meeting.weight):
            _refuse("meeting", meeting.id, f"weight {shown(meeting.weight)} is not {WEIGHT_WORDS}")
    _order(problem.meetings, known)
    _fixed_tables(problem)
    _previous(problem, known)


def shown(value: Any) -> str:
    """A value out of a file as a person recognises it, on one line and never long."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    try:
        text = json.dumps(value, ensure_ascii=not str(value).isprintable())
    except (TypeError, ValueError):
        text = f"a {type(value).__name__}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def is_whole(value: Any) -> bool:
    """An int, and not True or False, which are ints to Python only."""
    return type(value) is int


def _refuse(kind: str, identifier: Any, fault: str) -> NoReturn:
    raise ProblemError(f"{kind} {shown(identifier)}: {fault}")


def _whole(value: Any, what: str, low: int, high: int) -> None:
    if not is_whole(value) or not low <= value <= high:
        raise ProblemError(f"{what} must be a whole number from {low} to {high}, not {shown(value)}")


def _counts(problem: Problem) -> None:
    _whole(problem.slots, "slots", 0, MAX_SLOTS)
    _whole(problem.tables, "tables", 0, MAX_TABLES)
    if problem.rooms is not None:
        _whole(problem.rooms, "rooms", 0, MAX_TABLES)
    if problem.meetings and not problem.slots:
        raise ProblemError("there are meetings but no slots to hold them in")
    if problem.breaks not in ("waiting", "idle", "paper"):
        raise ProblemError(f'breaks must be "waiting", "idle" or "paper", not {shown(problem.breaks)}')


def _sessions(problem: Problem) -> None:
    owner: dict[int, str] = {}
    for name, slots in problem.sessions.items():
        if type(name) is not str or not name.strip():
            raise ProblemError(f"the name of a session must be a text, not {shown(name)}")
        _slots_exist(slots, problem.slots, "session", name, "slot")
        for slot in sorted(slots):
            if slot in owner:
                raise ProblemError(f"slot {slot} belongs to two sessions, {shown(owner[slot])} and {shown(name)}")
            owner[slot] = name


def _slots_exist(slots: Collection[int], count: int, kind: str, identifier: Any, what: str) -> None:
    for slot in slots:
        _slot_exists(slot, count, kind, identifier, what)


def _slot_exists(slot: int, count: int, kind: str, identifier: Any, what: str) -> None:
    if not is_whole(slot) or not 0 <= slot < count:
        there = f"slots are 0 to {count - 1}" if count else "there are no slots"
        _refuse(kind, identifier, f"{what} {shown(slot)} does not exist, {there}")


def _new(kind: str, identifier: Any, seen: set[Hashable]) -> None:
    """An identifier is a text or a whole number, and nobody else's."""
    if type(identifier) is str:
        if not identifier.strip():
            raise ProblemError(f"the id of a {kind} is empty")
        if not identifier.isascii() and any("\ud800" <= letter <= "\udfff" for letter in identifier):
            _refuse(kind, identifier, "the id holds half a character")
    elif not is_whole(identifier):
        raise ProblemError(f"the id of a {kind} must be a text or a whole number, not {shown(identifier)}")
    if identifier in seen:
        raise ProblemError(f"two {kind}s have the id {shown(identifier)}")
    seen.add(identifier)


def _participant(person: Participant, slots: int) -> None:
    _slots_exist(person.unavailable, slots, "participant", person.id, "unavailable slot")
    _slots_exist(person.talks, slots, "participant", person.id, "the slot of talk")
    for name, low, high in (("reps", 1, MAX_REPS), ("minimum", 0, MAX_HELD), ("maximum", 0, MAX_HELD)):
        value = getattr(person, name)
        if value is None and name == "maximum":
            continue
        if not is_whole(value) or not low <= value <= high:
            fault = f"{name} must be a whole number from {low} to {high}, not {shown(value)}"
            _refuse("participant", person.id, fault)
    if person.maximum is not None and person.minimum > person.maximum:
        _refuse("participant", person.id, f"minimum {person.minimum} is above maximum {person.maximum}")


def _members(meeting: Meeting, people: set[Hashable]) -> None:
    members = meeting.participants
    for member in members:
        if type(member) not in (str, int) or member not in people:
            _refuse("meeting", meeting.id, f"there is no participant {shown(member)}")
    if len(set(members)) < len(members):
        twice = next(member for member in members if members.count(member) > 1)
        fault = "meets itself" if len(set(members)) == 1 else "is named twice"
        _refuse("meeting", meeting.id, f"participant {shown(twice)} {fault}")
    if not MIN_MEMBERS <= len(members) <= MAX_MEMBERS:
        fault = f"{MIN_MEMBERS} to {MAX_MEMBERS} participants can meet, not {len(members)}"
        _refuse("meeting", meeting.id, fault)


def _place(meeting: Meeting, slots: int) -> None:
    for name in ("online", "room"):
        if type(value := getattr(meeting, name)) is not bool:
            _refuse("meeting", meeting.id, f"{name} must be true or false, not {shown(value)}")
    if not is_whole(meeting.duration) or not 1 <= meeting.duration <= slots:
        fault = f"duration must be a whole number from 1 to {slots} (all slots), not {shown(meeting.duration)}"
        _refuse("meeting", meeting.id, fault)
    if meeting.session is not None:
        _slots_exist(meeting.session, slots, "meeting", meeting.id, "session slot")
    start = meeting.pinned_slot
    if start is None:
        return
    _slot_exists(start, slots, "meeting", meeting.id, "pinned slot")
    if start + meeting.duration > slots:
        fault = f"pinned to slot {start} it would end after the last slot, with a duration of {meeting.duration}"
        _refuse("meeting", meeting.id, fault)
    if meeting.session is not None and not meeting.session.issuperset(range(start, start + meeting.duration)):
        _refuse("meeting", meeting.id, f"pinned to slot {start} it would lie outside its session")


WEIGHT_WORDS = f"a number above 0, up to {MAX_WEIGHT}, with at most {WEIGHT_DECIMALS} decimals"


def _weighs(weight: Any) -> bool:
    if type(weight) not in (int, float) or not 0 < weight <= MAX_WEIGHT:  # NaN and infinity fail the second
        return False
    return bool(round(weight, WEIGHT_DECIMALS) == weight)


def _order(meetings: Collection[Meeting], known: set[Hashable]) -> None:
    """What comes after what: known meetings, and no circle (Kahn, 1962: take away what waits for nothing left)."""
    waits: dict[Hashable, set[Hashable]] = {meeting.id: set(meeting.after) for meeting in meetings if meeting.after}
    followers: dict[Hashable, list[Hashable]] = {}
    for meeting, earlier in waits.items():
        for other in earlier:
            if type(other) not in (str, int) or other not in known:
                _refuse("meeting", meeting, f"it is after {shown(other)}, and there is no such meeting")
            if other == meeting:
                _refuse("meeting", meeting, "it is after itself")
            followers.setdefault(other, []).append(meeting)
    free: list[Hashable] = [meeting for meeting in followers if meeting not in waits]
    left = {meeting: len(earlier) for meeting, earlier in waits.items()}
    while free:
        for meeting in followers.get(free.pop(), ()):
            left[meeting] -= 1
            if not left[meeting]:
                del left[meeting]
                free.append(meeting)
    if left:
        raise ProblemError(f"meetings wait for each other in a circle: {_circle(waits, left)}")


def _circle(waits: Mapping[Any, set[Any]], left: Collection[Any]) -> str:
    meeting = next(iter(left))
    walk: dict[Any, int] = {}
    while meeting not in walk:
        walk[meeting] = len(walk)
        meeting = next(other for other in waits[meeting] if other in left)
    names = [shown(other) for other in list(walk)[walk[meeting] :]]
    if len(names) > MAX_MEMBERS:
        names[3:-2] = ["…"]
    return " after ".join([*names, shown(meeting)])


def _fixed_tables(problem: Problem) -> None:
    """Where every meeting is online nobody sits at a table, so that a fixed one needs not exist."""
    online = bool(problem.meetings) and all(meeting.online for meeting in problem.meetings)
    tables = MAX_TABLES if online else problem.tables
    for person in problem.participants:
        table = person.fixed_table
        if table is not None and (not is_whole(table) or not 0 <= table < tables):
            there = f"tables are 0 to {tables - 1}" if tables else "there are no tables"
            _refuse("participant", person.id, f"fixed table {shown(table)} does not exist, {there}")


def _previous(problem: Problem, known: set[Hashable]) -> None:
    seen: set[Hashable] = set()
    for place in problem.previous:
        if type(place.meeting) not in (str, int) or place.meeting not in known:
            raise ProblemError(f"previous names the meeting {shown(place.meeting)}, which is not among the meetings")
        if place.meeting in seen:
            _refuse("previous meeting", place.meeting, "it is named twice")
        seen.add(place.meeting)
        _slot_exists(place.slot, problem.slots, "previous meeting", place.meeting, "slot")
        table = place.table
        if table is not None and (not is_whole(table) or not 0 <= table < problem.tables):
            there = f"tables are 0 to {problem.tables - 1}" if problem.tables else "there are no tables"
            _refuse("previous meeting", place.meeting, f"table {shown(table)} does not exist, {there}")
