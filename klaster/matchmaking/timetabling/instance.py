"""A problem as arrays: what bound, placing, polishing and tables compute with.

Axes: participants P, fixed tables F, units U = P + F, meetings M, slots T. A fixed table is a unit that can hold one
meeting at a time; where rooms online are scarce, one unit more holds as many as there are rooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .problem import WEIGHT_DECIMALS, Id, Meeting, Problem

UNLIMITED = 1 << 30
LARGEST = 14_000  # starts of all meetings together, beyond which CP-SAT's model (`exact`) is not worth building


@dataclass(frozen=True, slots=True)
class Instance:
    """One problem, compiled. `weight` holds whole multiples of 1 / `scale`; index arrays are int32.

    `tables` and `onsite` count the tables that meetings share. Where longer meetings and fixed tables come together,
    fixed tables are kept for their hosts (`reserved`): somebody else's long meeting might not fit between theirs.
    """

    problem: Problem
    scale: int
    tables: int
    reserved: bool
    rooms: int  # the unit of the rooms online, the last one; -1 where these are enough for all whatever the timetable
    reps: NDArray[np.int32]  # (U,)
    available: NDArray[np.bool_]  # (P, T)
    maximum: NDArray[np.int32]  # (U,); UNLIMITED where there is none
    minimum: NDArray[np.int32]  # (P,)
    first: NDArray[np.int32]  # (M + 1,): the units of meeting m are units[first[m]:first[m + 1]]
    units: NDArray[np.int32]
    starts: NDArray[np.bool_]  # (M, T): slots in which the meeting may start, as far as it alone is concerned
    duration: NDArray[np.int32]  # (M,)
    onsite: NDArray[np.bool_]  # (M,)
    weight: NDArray[np.int64]  # (M,)
    earlier: NDArray[np.int32]  # (A, 2): the first of each row must end before the second starts
    before: NDArray[np.int32]  # (P, T): the slot before this one in which idling would count, or -1
    behind: NDArray[np.int32]  # (P, T): the slot after it, or -1
    previous: NDArray[np.int32]  # (M,): the slot confirmed before, or -1
    previous_table: NDArray[np.int32]  # (M,)

    @property
    def slots(self) -> int:
        return self.problem.slots

    @property
    def people(self) -> int:
        return len(self.problem.participants)

    def members(self, meeting: int) -> NDArray[np.int32]:
        """Units of a meeting: its participants, then its fixed table or the rooms online, if any."""
        return self.units[self.first[meeting] : self.first[meeting + 1]]

    @property
    def possible(self) -> NDArray[np.bool_]:
        """(M,): meetings that could take place if there were no others."""
        return np.asarray(self.starts.any(axis=1))

    @property
    def small(self) -> bool:
        """Whether CP-SAT can be asked: its model has a size that is solved in seconds."""
        return int(self.starts.sum()) <= LARGEST

    @property
    def stays(self) -> NDArray[np.bool_]:
        """(M,): confirmed meetings that could stay in their slot if there were no others."""
        confirmed = np.clip(self.previous, 0, max(self.slots - 1, 0))
        return np.asarray((self.previous >= 0) & self.starts[np.arange(len(confirmed)), confirmed])

    @property
    def meeting_of_seat(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self.weight), dtype=np.int32), np.diff(self.first))

    def covered(self) -> NDArray[np.bool_]:
        """(M, T): slots that the meeting takes for some of its possible starts."""
        cover = self.starts.copy()
        for more in range(1, int(self.duration.max(initial=1))):
            long = self.duration > more
            cover[long, more:] |= self.starts[long, : self.slots - more]
        return cover


def compile_problem(problem: Problem, *, reserve: bool = True) -> Instance:
    """Turns identifiers into numbers and availability into masks; no meeting is judged beyond its own possible starts.

    `reserve=False`: without keeping fixed tables for their hosts, as bounds must count.
    """
    number: dict[Id, int] = {meeting.id: index for index, meeting in enumerate(problem.meetings)}
    available = _availability(problem)
    tables = sorted({p.fixed_table for p in problem.participants if p.fixed_table is not None})
    rooms = _rooms(problem)
    members = _members(problem, tables, rooms)
    more = [1] * len(tables) + [rooms] * bool(rooms)  # units beyond people
    duration = np.array([meeting.duration for meeting in problem.meetings], np.int32)
    weight, scale = _whole_weights(problem)
    before, behind = _neighbours(available if problem.breaks == "waiting" else np.ones_like(available))
    previous, previous_table = _previous(problem, number)
    reserved = reserve and bool(tables) and bool((duration > 1).any())
    return Instance(
        problem=problem,
        scale=scale,
        tables=problem.tables - len(tables) if reserved else problem.tables,
        reserved=reserved,
        rooms=len(problem.participants) + len(tables) if rooms else -1,
        reps=np.array([p.reps for p in problem.participants] + more, np.int32),
        available=available,
        maximum=_most_meetings(problem, len(more)),
        minimum=np.array([p.minimum for p in problem.participants], np.int32),
        first=np.concatenate([[0], np.cumsum([len(row) for row in members])]).astype(np.int32),
        units=np.array([unit for row in members for unit in row], np.int32),
        starts=_starts(problem, available, members, duration),
        duration=duration,
        onsite=_at_shared_tables(problem, members, reserved),
        weight=weight,
        earlier=np.array([(number[o], number[m.id]) for m in problem.meetings for o in m.after], np.int32).reshape(
            -1, 2
        ),
        before=before,
        behind=behind,
        previous=previous,
        previous_table=previous_table,
    )


def _rooms(problem: Problem) -> int:
    """How many rooms online there are, 0 where they stand in nobody's way."""
    wanted = sum(map(problem.in_a_room, problem.meetings))
    return problem.rooms if problem.rooms is not None and problem.rooms < wanted else 0


def _members(problem: Problem, tables: list[int], rooms: int) -> list[list[int]]:
    """The units of each meeting."""
    position: dict[Id, int] = {person.id: index for index, person in enumerate(problem.participants)}
    table_unit = {table: len(position) + index for index, table in enumerate(tables)}
    unit = len(position) + len(tables)
    return [
        _units_of(meeting, problem, position, table_unit) + [unit] * (rooms > 0 and problem.in_a_room(meeting))
        for meeting in problem.meetings
    ]


def _most_meetings(problem: Problem, more: int) -> NDArray[np.int32]:
    most = [UNLIMITED if p.maximum is None else p.maximum for p in problem.participants]
    return np.array(most + [UNLIMITED] * more, np.int32)


def _at_shared_tables(problem: Problem, members: list[list[int]], reserved: bool) -> NDArray[np.bool_]:
    people = len(problem.participants)
    own = [reserved and max(row, default=0) >= people for row in members]
    return np.array([not m.online and not host for m, host in zip(problem.meetings, own, strict=True)], np.bool_)


def _units_of(meeting: Meeting, problem: Problem, position: dict[Id, int], table_unit: dict[int, int]) -> list[int]:
    units = [position[person] for person in meeting.participants]
    if not meeting.online and table_unit:
        tables = (problem.participants[unit].fixed_table for unit in units)
        table = next((table for table in tables if table is not None), None)
        if table is not None:
            units.append(table_unit[table])
    return units


def _availability(problem: Problem) -> NDArray[np.bool_]:
    available = np.ones((len(problem.participants), problem.slots), np.bool_)
    for index, person in enumerate(problem.participants):
        away = [*person.unavailable, *person.talks]
        if away:
            available[index, away] = False
    return available


def _starts(
    problem: Problem, available: NDArray[np.bool_], members: list[list[int]], duration: NDArray[np.int32]
) -> NDArray[np.bool_]:
    people, slots = len(problem.participants), problem.slots
    starts = np.ones((len(members), slots), np.bool_)
    largest = max((len(row) for row in members), default=0)
    for place in range(largest):
        rows = [(index, row[place]) for index, row in enumerate(members) if place < len(row) and row[place] < people]
        if rows:
            index, unit = np.array(rows).T
            starts[index] &= available[unit]
    session_of = np.full(slots, -1)
    for mark, session in enumerate(problem.sessions.values()):
        session_of[list(session)] = mark
    for index, meeting in enumerate(problem.meetings):
        if meeting.session is not None:
            allowed = np.zeros(slots, np.bool_)
            allowed[list(meeting.session)] = True
            starts[index] &= allowed
        if (problem.in_a_room(meeting) and not problem.rooms) or (not meeting.online and not problem.tables):
            starts[index] = False
        if duration[index] > 1:
            starts[index] = _long_starts(starts[index], int(duration[index]), session_of)
        if meeting.pinned_slot is not None:
            pinned = bool(starts[index, meeting.pinned_slot])
            starts[index] = False
            starts[index, meeting.pinned_slot] = pinned
    return starts


def _long_starts(free: NDArray[np.bool_], duration: int, session_of: NDArray[np.int64]) -> NDArray[np.bool_]:
    starts = free.copy()
    for more in range(1, duration):
        starts[: len(free) - more] &= free[more:] & (session_of[more:] == session_of[: len(free) - more])
    starts[len(free) - duration + 1 :] = False
    return starts


def _whole_weights(problem: Problem) -> tuple[NDArray[np.int64], int]:
    """Weights as whole numbers in lowest terms, and what they were multiplied with."""
    exact = {w: Fraction(w).limit_denominator(10**WEIGHT_DECIMALS) for w in {m.weight for m in problem.meetings}}
    scale = lcm(*(weight.denominator for weight in exact.values()))
    whole = {weight: int(fraction * scale) for weight, fraction in exact.items()}
    return np.array([whole[meeting.weight] for meeting in problem.meetings], np.int64), scale


def _neighbours(counts: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(P, T) twice: the nearest slot before and after each in which idling counts; -1 where there is none."""
    people, slots = counts.shape
    before = np.full((people, slots), -1, np.int32)
    behind = np.full((people, slots), -1, np.int32)
    for slot in range(1, slots):
        before[:, slot] = np.where(counts[:, slot - 1], slot - 1, before[:, slot - 1])
    for slot in range(slots - 2, -1, -1):
        behind[:, slot] = np.where(counts[:, slot + 1], slot + 1, behind[:, slot + 1])
    return before, behind


def _previous(problem: Problem, number: dict[Id, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    slot = np.full(len(number), -1, np.int32)
    table = np.full(len(number), -1, np.int32)
    for assignment in problem.previous:
        index = number.get(assignment.meeting)
        if index is not None:
            slot[index] = assignment.slot
            table[index] = -1 if assignment.table is None else assignment.table
    return slot, table


def original_weight(whole: int, scale: int) -> int | float:
    """A sum of whole weights in the units of the problem; of their squares with the square of the scale."""
    exact = Fraction(whole, scale)
    return int(exact) if exact.denominator == 1 else cast(float, float(exact))
