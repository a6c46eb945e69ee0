"""A published timetable meets a change: what can still stay, and where one more meeting fits without moving anything.

`solve` with `previous` re-plans: confirmed meetings stay as far as they can, the rest finds its place around them, and
what had to give way for more meetings returns where its place is free again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .problem import Assignment, Id, Meeting, Participant, Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting fits, and how many breaks more its participants would have."""

    assignment: Assignment
    breaks: int


def free_places(problem: Problem, held: Iterable[Assignment], meeting: Meeting) -> tuple[Place, ...]:
    """All starts at which one more meeting can be held with nothing moved, those with the fewest breaks first.

    `meeting` need not be among those of the problem. At each start the table is the fixed one of its participants, else
    one at which one of them sits before or after, else the first that is free and nobody's own.
    """
    book = _Book(problem, held)
    if not book.wanted(meeting):
        return ()
    places = []
    for start in range(problem.slots - meeting.duration + 1):
        table = book.table(meeting, start)
        if book.fits(meeting, start) and (meeting.online or table is not None):
            places.append(Place(Assignment(meeting.id, start, table), book.breaks_added(meeting, start)))
    return tuple(sorted(places, key=lambda place: (place.breaks, place.assignment.slot)))


class _Book:
    """Who is where in the timetable as it is."""

    def __init__(self, problem: Problem, held: Iterable[Assignment]) -> None:
        self.problem = problem
        self.person: dict[Id, Participant] = {person.id: person for person in problem.participants}
        self.at: dict[tuple[Id, int], list[int | None]] = {}
        self.taken: set[tuple[int, int]] = set()
        self.count: dict[Id, int] = {}
        self.place = {assignment.meeting: assignment for assignment in held}
        self.known = {meeting.id: meeting for meeting in problem.meetings}
        self.online: Counter[int] = Counter()  # meetings in rooms, by slot
        for assignment in self.place.values():
            meeting = self.known[assignment.meeting]
            for slot in range(assignment.slot, assignment.slot + meeting.duration):
                for person in meeting.participants:
                    self.at.setdefault((person, slot), []).append(assignment.table)
                if assignment.table is not None:
                    self.taken.add((assignment.table, slot))
                self.online[slot] += problem.in_a_room(meeting)
            for person in meeting.participants:
                self.count[person] = self.count.get(person, 0) + 1

    def wanted(self, meeting: Meeting) -> bool:
        """Whether nobody has as many meetings as they want at most."""
        people = (self.person[person] for person in meeting.participants)
        return all(p.maximum is None or self.count.get(p.id, 0) < p.maximum for p in people)

    def fits(self, meeting: Meeting, start: int) -> bool:
        span = range(start, start + meeting.duration)
        if meeting.pinned_slot not in (None, start):
            return False
        if meeting.session is not None and not meeting.session.issuperset(span):
            return False
        if meeting.duration > 1 and not self._in_one_session(span):
            return False
        if self.problem.in_a_room(meeting) and max(self.online[slot] for slot in span) >= (self.problem.rooms or 0):
            return False
        free = all(
            slot not in person.unavailable
            and slot not in person.talks
            and len(self.at.get((person.id, slot), ())) < person.reps
            for person in (self.person[name] for name in meeting.participants)
            for slot in span
        )
        return free and self._in_order(meeting, start)

    def _in_one_session(self, span: range) -> bool:
        touched = [session for session in self.problem.sessions.values() if session.intersection(span)]
        return not touched or (len(touched) == 1 and touched[0].issuperset(span))

    def _in_order(self, meeting: Meeting, start: int) -> bool:
        for other in meeting.after:
            if other in self.place and self.place[other].slot + self.known[other].duration > start:
                return False
        later = (m for m in self.problem.meetings if meeting.id in m.after and m.id in self.place)
        return all(self.place[m.id].slot >= start + meeting.duration for m in later)

    def table(self, meeting: Meeting, start: int) -> int | None:
        """A free table for the whole meeting; None online or where there is none."""
        if meeting.online:
            return None
        span = range(start, start + meeting.duration)
        own = [self.person[p].fixed_table for p in meeting.participants if self.person[p].fixed_table is not None]
        hosts = {person.fixed_table for person in self.problem.participants}
        near = [t for p in meeting.participants for s in (start - 1, span.stop) for t in self.at.get((p, s), ())]
        wished = own[:1] or [*near, *sorted(range(self.problem.tables), key=lambda table: (table in hosts, table))]
        free = (t for t in wished if t is not None and all((t, slot) not in self.taken for slot in span))
        return next(free, None)

    def breaks_added(self, meeting: Meeting, start: int) -> int:
        return sum(
            self._added(self.person[person], range(start, start + meeting.duration)) for person in meeting.participants
        )

    def _added(self, person: Participant, span: range) -> int:
        away = person.unavailable | person.talks if self.problem.breaks == "waiting" else frozenset()
        timeline = [slot for slot in range(self.problem.slots) if slot not in away]
        before = [slot for slot in timeline if self.at.get((person.id, slot))]
        return _breaks(timeline, {*before, *span}) - _breaks(timeline, set(before))


def _breaks(timeline: list[int], occupied: set[int]) -> int:
    """Runs of occupied slots along the timeline, less one."""
    runs, last = 0, False
    for slot in timeline:
        now = slot in occupied
        runs += now and not last
        last = now
    return max(runs - 1, 0)
