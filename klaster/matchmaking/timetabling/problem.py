"""What is asked and what is answered: the problem and the timetable as plain data, without Django and without a solver.

Slots and tables are counted from 0. A slot is a period in which meetings take place; lunch and talks that everybody
attends are simply not slots. A meeting of `duration` d that starts in slot t takes t, t+1, … t+d-1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .validation import (
    MAX_MEMBERS,
    MAX_REPS,
    MAX_SLOTS,
    MAX_TABLES,
    MAX_WEIGHT,
    MIN_MEMBERS,
    WEIGHT_DECIMALS,
    ProblemError,
    validate,
)

__all__ = [
    "MAX_MEMBERS",
    "MAX_REPS",
    "MAX_SLOTS",
    "MAX_TABLES",
    "MAX_WEIGHT",
    "MIN_MEMBERS",
    "WEIGHT_DECIMALS",
    "Assignment",
    "Breaks",
    "Id",
    "Level",
    "Meeting",
    "Participant",
    "Problem",
    "ProblemError",
    "Timetable",
    "Unscheduled",
]

Id = str | int
Breaks = Literal["waiting", "idle", "paper"]


@dataclass(frozen=True, slots=True)
class Participant:
    """One seat of the event: a person, or a delegation whose `reps` may be in that many meetings at once.

    `unavailable` and `talks` are slots in which nobody of the delegation can meet; a talk is named apart so that the
    reason of a meeting left out can say which talk would have to be skipped. `fixed_table` is the table where all its
    meetings on site take place. `minimum` is wished for, `maximum` is kept.
    """

    id: Id
    reps: int = 1
    unavailable: frozenset[int] = frozenset()
    talks: frozenset[int] = frozenset()
    fixed_table: int | None = None
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two to eight participants who agreed to meet.

    `session`: the slots it may take place in (all of it), None for any. `after`: meetings that must be over before this
    one starts, where both are held. `online` meetings need no table, and one of the rooms of the problem unless `room`
    is False.
    """

    id: Id
    participants: tuple[Id, ...]
    weight: int | float = 1
    pinned_slot: int | None = None
    session: frozenset[int] | None = None
    after: tuple[Id, ...] = ()
    duration: int = 1
    online: bool = False
    room: bool = True


@dataclass(frozen=True, slots=True)
class Assignment:
    """A meeting that is held: when it starts and at which table (None online)."""

    meeting: Id
    slot: int
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """A meeting left out: why, as a sentence, and what binds it, as data that other languages can be made of.

    Each entry of `binding` is a mapping with `kind` and what belongs to it; those with `remedy` say what would make the
    meeting possible.
    """

    meeting: Id
    reason: str
    binding: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """One objective in order of importance. `bound` is None where none is known; `gap` is |value - bound| / |value|."""

    name: str
    value: int | float
    bound: int | float | None
    proven: bool

    @property
    def gap(self) -> float | None:
        if self.bound is None:
            return None
        if self.value == self.bound:
            return 0.0
        return abs(self.value - self.bound) / abs(self.value) if self.value else None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The answer: what is held, what is not and why, how good it is, and what it took."""

    assignments: tuple[Assignment, ...]
    unscheduled: tuple[Unscheduled, ...]
    levels: tuple[Level, ...]
    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Problem:
    """An event: `slots` periods, `tables` tables, who takes part and who agreed to meet whom.

    `sessions`: where given, each slot belongs to at most one of them and a meeting longer than one slot stays inside
    one. `previous`: what had been confirmed before; re-planning moves as little of it as it can. `breaks`: "waiting"
    counts the times somebody idles between two meetings in slots in which they could meet; "idle" counts unavailable
    slots as idling too, as Bofill et al. (JAIR 74, 2022) do; "paper" counts so, and asks as they do that all meetings
    are held and that nobody has over two breaks more than anybody else. `rooms`: how many meetings can be online at a
    time; None for any number.

    Raises ProblemError, with the first fault found.
    """

    slots: int
    tables: int
    participants: tuple[Participant, ...]
    meetings: tuple[Meeting, ...]
    sessions: Mapping[str, frozenset[int]] = field(default_factory=dict)
    previous: tuple[Assignment, ...] = ()
    breaks: Breaks = "waiting"
    rooms: int | None = None

    def __post_init__(self) -> None:
        validate(self)

    def in_a_room(self, meeting: Meeting) -> bool:
        """Whether it takes one of the rooms that are counted."""
        return self.rooms is not None and meeting.online and meeting.room

    def with_previous(self, confirmed: Iterable[Assignment]) -> Problem:
        """The same problem, with what had been confirmed before, as far as it can still stand.

        A meeting that is requested no more, or stood in a slot that is gone, is dropped; a table that is gone is
        forgotten.
        """
        known = {meeting.id for meeting in self.meetings}
        kept = tuple(
            place if place.table is None or place.table < self.tables else replace(place, table=None)
            for place in confirmed
            if place.meeting in known and place.slot < self.slots
        )
        return replace(self, previous=kept)
