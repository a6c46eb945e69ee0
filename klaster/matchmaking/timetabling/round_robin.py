"""The timetable that a plain round robin makes: what others do, to measure against.

Participants take turns in the alphabetical order of their ids. Whose turn it is gets the next meeting of its list at
the first slot in which everybody concerned is free and a table is; what fits nowhere is passed over. It ends when a
whole round adds nothing. Nothing is ever moved. Slots and tables are bits of whole numbers here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .problem import Assignment, Id, Meeting, Participant, Problem

ROOMS = ""  # among the names of participants, which are never empty


def round_robin(problem: Problem) -> tuple[Assignment, ...]:
    """What is held, in the order in which it found its place."""
    book = _Book(problem)
    wishes: dict[Id, list[Meeting]] = defaultdict(list)
    for meeting in reversed(problem.meetings):
        for person in meeting.participants:
            wishes[person].append(meeting)
    turns = [wishes[name] for name in sorted(wishes, key=str)]
    while sum(_turn(book, wishes) for wishes in turns):
        pass
    return tuple(book.place.values())


def _turn(book: _Book, wishes: list[Meeting]) -> bool:
    """Gives one participant its next meeting; whether there was one that fits."""
    while wishes:
        meeting = wishes.pop()
        if meeting.id not in book.tried and book.hold(meeting):
            return True
    return False


class _Book:
    """Who and which table is free when. What does not fit once never will, so that each meeting is tried once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.person: dict[Id, Participant] = {person.id: person for person in problem.participants}
        self.length = {meeting.id: meeting.duration for meeting in problem.meetings}
        self.later: dict[Id, list[Id]] = defaultdict(list)
        for meeting in problem.meetings:
            for other in meeting.after:
                self.later[other].append(meeting.id)
        self.place: dict[Id, Assignment] = {}
        self.tried: set[Id] = set()
        self.room = {name: [person.reps] * problem.slots for name, person in self.person.items()}
        every = (1 << problem.slots) - 1
        self.free = {name: every & ~_bits(p.unavailable | p.talks) for name, p in self.person.items()}
        self.left = {name: 1 << 30 if p.maximum is None else p.maximum for name, p in self.person.items()}
        if problem.rooms is not None:
            self.room[ROOMS], self.free[ROOMS] = [problem.rooms] * problem.slots, every * bool(problem.rooms)
        self.tables = [(1 << problem.tables) - 1] * problem.slots
        self.hosts = _bits(p.fixed_table for p in problem.participants if p.fixed_table is not None)

    def hold(self, meeting: Meeting) -> bool:
        self.tried.add(meeting.id)
        if any(not self.left[person] for person in meeting.participants):
            return False
        starts = self._starts(meeting)
        while starts:
            start = _lowest(starts)
            table = None if meeting.online else self._table(meeting, start)
            if meeting.online or table is not None:
                self._mark(meeting, start, table)
                return True
            starts &= starts - 1
        return False

    def _who(self, meeting: Meeting) -> tuple[Id, ...]:
        """Its participants, and the rooms online."""
        return (*meeting.participants, ROOMS) if self.problem.in_a_room(meeting) else meeting.participants

    def _starts(self, meeting: Meeting) -> int:
        """The slots in which it could start as far as people, sessions and the order are concerned."""
        free = -1 if meeting.session is None else _bits(meeting.session)
        for who in self._who(meeting):
            free &= self.free[who]
        if meeting.duration > 1:
            sessions = [_bits(slots) for slots in self.problem.sessions.values()]
            outside = (1 << self.problem.slots) - 1
            for session in sessions:
                outside &= ~session
            free = sum(_long(free & part, meeting.duration) for part in (*sessions, outside))
        if meeting.pinned_slot is not None:
            free &= 1 << meeting.pinned_slot
        before = [self.place[other] for other in meeting.after if other in self.place]
        for place in before:
            free &= -1 << (place.slot + self.length[place.meeting])
        for other in self.later[meeting.id]:
            if other in self.place:
                free &= (1 << max(self.place[other].slot - meeting.duration + 1, 0)) - 1
        return free

    def _table(self, meeting: Meeting, start: int) -> int | None:
        """The host's own, else the first that is free for the whole meeting, those of hosts last."""
        free = -1
        for slot in range(start, start + meeting.duration):
            free &= self.tables[slot]
        own = [t for name in meeting.participants if (t := self.person[name].fixed_table) is not None]
        if own:
            return own[0] if free >> own[0] & 1 else None
        free = free & ~self.hosts or free
        return _lowest(free) if free else None

    def _mark(self, meeting: Meeting, start: int, table: int | None) -> None:
        for slot in range(start, start + meeting.duration):
            if table is not None:
                self.tables[slot] &= ~(1 << table)
            for who in self._who(meeting):
                self.room[who][slot] -= 1
                if not self.room[who][slot]:
                    self.free[who] &= ~(1 << slot)
        for person in meeting.participants:
            self.left[person] -= 1
        self.place[meeting.id] = Assignment(meeting.id, start, table)


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _long(free: int, duration: int) -> int:
    """The slots from which on `duration` of them are free."""
    return free if duration == 1 else free & _long(free, duration - 1) >> 1
