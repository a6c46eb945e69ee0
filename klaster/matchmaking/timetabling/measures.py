"""What each level of a timetable is worth, by its definition and nothing else: the validator measures with these.

Weights are added as whole thousandths, so that no sum depends on its order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from .problem import WEIGHT_DECIMALS, Assignment, Id, Meeting, Participant, Problem

Held = Sequence[tuple[Meeting, Assignment]]
Number = int | float

MAXIMISED = frozenset({"meetings"})
SCALE = 10**WEIGHT_DECIMALS


def value_of(level: str, problem: Problem, assignments: Iterable[Assignment]) -> Number:
    """The value of one level. Assignments of unknown meetings are passed over. KeyError: there is no such level."""
    measure = MEASURES[level]
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    return measure(problem, [(meetings[a.meeting], a) for a in assignments if a.meeting in meetings])


def idle_breaks(problem: Problem, held: Held) -> dict[Id, int]:
    """For each participant, how often it idles between two meetings.

    Its slots stand in order, as "waiting" those in which it could meet, else all; a break is a stretch of one or
    more of them that are unoccupied, between two that are occupied.
    """
    occupied: dict[Id, set[int]] = {person.id: set() for person in problem.participants}
    for meeting, place in held:
        for member in meeting.participants:
            occupied[member].update(range(place.slot, place.slot + meeting.duration))
    return {person.id: _breaks_of(person, occupied[person.id], problem.breaks) for person in problem.participants}


def _breaks_of(person: Participant, occupied: set[int], definition: str) -> int:
    away = person.unavailable | person.talks if definition == "waiting" else frozenset()
    times = sorted(occupied)
    return sum(
        any(slot not in away for slot in range(one + 1, other)) for one, other in pairwise(times) if other > one + 1
    )


def table_moves(held: Held) -> int:
    """How often somebody changes the table between a meeting on site and the next, without a slot in between.

    Where several representatives end and start at once, as many as can stay at their table do.
    """
    places: dict[Id, list[tuple[int, int, int | None]]] = defaultdict(list)
    for meeting, place in held:
        if not meeting.online:
            for member in meeting.participants:
                places[member].append((place.slot, place.slot + meeting.duration, place.table))
    return sum(map(_moves_of, places.values()))


def _moves_of(places: Iterable[tuple[int, int, int | None]]) -> int:
    """The moves of one participant, whose meetings are (start, end, table)."""
    starting: dict[int, list[int | None]] = defaultdict(list)
    ending: dict[int, list[int | None]] = defaultdict(list)
    for start, end, table in places:
        starting[start].append(table)
        ending[end].append(table)
    moves = 0
    for moment in ending.keys() & starting.keys():
        before, behind = ending[moment], starting[moment]
        if len(before) == len(behind) == 1:
            moves += before != behind
        else:
            moves += min(len(before), len(behind)) - (Counter(before) & Counter(behind)).total()
    return moves


def _weight_held(problem: Problem, held: Held) -> Number:
    return _number(Fraction(sum(_thousandths(meeting) for meeting, _ in held), SCALE))


def _moved(problem: Problem, held: Held) -> Number:
    slots = {meeting.id: place.slot for meeting, place in held}
    return sum(slots.get(place.meeting) != place.slot for place in problem.previous)


def _below_minimum(problem: Problem, held: Held) -> Number:
    count = Counter(member for meeting, _ in held for member in meeting.participants)
    return sum(max(0, person.minimum - count[person.id]) for person in problem.participants)


def _unmet_squared(problem: Problem, held: Held) -> Number:
    missed: Counter[Id] = Counter()
    there = {meeting.id for meeting, _ in held}
    for meeting in problem.meetings:
        if meeting.id not in there:
            for member in meeting.participants:
                missed[member] += _thousandths(meeting)
    return _number(Fraction(sum(unmet**2 for unmet in missed.values()), SCALE**2))


def _thousandths(meeting: Meeting) -> int:
    return round(meeting.weight * SCALE)


def _number(exact: Fraction) -> Number:
    return int(exact) if exact.denominator == 1 else float(exact)


MEASURES: Mapping[str, Callable[[Problem, Held], Number]] = {  # in order of importance
    "meetings": _weight_held,
    "moved": _moved,
    "minimums": _below_minimum,
    "fairness": _unmet_squared,
    "breaks": lambda problem, held: sum(idle_breaks(problem, held).values()),
    "moves": lambda _, held: table_moves(held),
}
