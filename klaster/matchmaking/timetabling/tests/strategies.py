"""Small problems of every kind, and the best timetable of one by trying them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from klaster.matchmaking.timetabling.measures import value_of
from klaster.matchmaking.timetabling.problem import Assignment, Meeting, Participant, Problem

LEVELS = ("meetings", "minimums", "fairness", "breaks")


@st.composite
def problems(draw: st.DrawFn, *, most_meetings: int = 6, most_slots: int = 4, longer: bool = True) -> Problem:
    slots = draw(st.integers(1, most_slots))
    tables = draw(st.integers(0, 3))
    away = st.frozensets(st.integers(0, slots - 1), max_size=2)
    people = []
    for number in range(draw(st.integers(2, 5))):
        most = draw(st.none() | st.integers(1, 3))
        people.append(
            Participant(
                f"p{number}",
                reps=draw(st.sampled_from([1, 1, 1, 2])),
                unavailable=draw(away),
                talks=draw(away),
                fixed_table=draw(st.none() | st.integers(0, tables - 1)) if tables and draw(st.booleans()) else None,
                minimum=min(draw(st.sampled_from([0, 0, 1, 2])), 99 if most is None else most),
                maximum=most,
            )
        )
    meetings: list[Meeting] = []
    for number in range(draw(st.integers(0, most_meetings))):
        size = draw(st.integers(2, min(3, len(people))))
        members = draw(st.permutations([p.id for p in people]))[:size]
        duration = draw(st.sampled_from([1, 1, 1, 2])) if longer and slots > 1 else 1
        start = draw(st.none() | st.integers(0, slots - duration)) if draw(st.integers(0, 4)) == 0 else None
        meetings.append(
            Meeting(
                f"m{number}",
                tuple(members),
                weight=draw(st.sampled_from([1, 1, 2, 0.5])),
                pinned_slot=start,
                after=(meetings[-1].id,) if meetings and draw(st.integers(0, 5)) == 0 else (),
                duration=duration,
                online=draw(st.integers(0, 3)) == 0,
                room=draw(st.integers(0, 3)) > 0,
            )
        )
    rooms = draw(st.sampled_from([None, None, 0, 1, 1, 2]))
    if rooms is not None and draw(st.booleans()):  # most of them online, or rooms are never scarce
        meetings = [replace(meeting, online=True) for meeting in meetings]
    return Problem(slots, tables, tuple(people), tuple(meetings), rooms=rooms)


def feasible(problem: Problem, starts: tuple[int | None, ...]) -> bool:
    """Whether there is room and leave for these starts; tables are counted, not given out."""
    place = {m.id: s for m, s in zip(problem.meetings, starts, strict=True)}
    fixed = {p.id: p.fixed_table for p in problem.participants if p.fixed_table is not None}
    seats: dict[tuple[str, int], int] = {}
    for meeting, start in zip(problem.meetings, starts, strict=True):
        if start is None:
            continue
        host = next((fixed[p] for p in meeting.participants if p in fixed), None)
        for slot in range(start, start + meeting.duration):
            keys = [f"p:{person}" for person in meeting.participants]
            if not meeting.online:
                keys += ["tables"] + ([f"t:{host}"] if host is not None else [])
            elif meeting.room:
                keys += ["rooms"]
            for key in keys:
                seats[key, slot] = seats.get((key, slot), 0) + 1
        for other in meeting.after:
            before = place[other]
            length = next(m.duration for m in problem.meetings if m.id == other)
            if before is not None and before + length > start:
                return False
    reps = {f"p:{p.id}": p.reps for p in problem.participants} | {"tables": problem.tables}
    reps["rooms"] = len(problem.meetings) if problem.rooms is None else problem.rooms
    if any(count > reps.get(key, 1) for (key, _), count in seats.items()):
        return False
    held = [m for m, s in zip(problem.meetings, starts, strict=True) if s is not None]
    return all(
        p.maximum is None or sum(p.id in m.participants for m in held) <= p.maximum for p in problem.participants
    )


def every_choice(problem: Problem) -> Iterator[tuple[int | None, ...]]:
    """All starts of all meetings together, each as far as it alone is concerned; None: not held."""
    choices = []
    absent = {p.id: p.unavailable | p.talks for p in problem.participants}
    for meeting in problem.meetings:
        starts: list[int | None] = [None]
        for start in range(problem.slots - meeting.duration + 1):
            span = range(start, start + meeting.duration)
            alone = all(slot not in absent[person] for person in meeting.participants for slot in span)
            if alone and meeting.pinned_slot in (None, start):
                starts.append(start)
        choices.append(starts)
    yield from product(*choices)


def best_by_force(problem: Problem) -> tuple[float, ...]:
    """The levels of the best timetable, as (-meetings, minimums, fairness, breaks), among all there are."""
    best: tuple[float, ...] | None = None
    for starts in every_choice(problem):
        if not feasible(problem, starts):
            continue
        held = [Assignment(m.id, s) for m, s in zip(problem.meetings, starts, strict=True) if s is not None]
        found = tuple(float(value_of(level, problem, held)) * (-1 if level == "meetings" else 1) for level in LEVELS)
        if best is None or found < best:
            best = found
    assert best is not None
    return best


def least_moved_by_force(problem: Problem, weight: float) -> int | None:
    """Fewest confirmed meetings out of their slot, of all timetables with that weight; None: there is none."""
    confirmed = {place.meeting: place.slot for place in problem.previous}
    found = []
    for starts in every_choice(problem):
        held = sum(m.weight for m, start in zip(problem.meetings, starts, strict=True) if start is not None)
        if held >= weight and feasible(problem, starts):
            place = {m.id: start for m, start in zip(problem.meetings, starts, strict=True)}
            found.append(sum(place[name] != slot for name, slot in confirmed.items()))
    return min(found, default=None)
