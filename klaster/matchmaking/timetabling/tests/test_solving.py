"""The solver against all there is to try, and what must hold whatever the problem."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings

from klaster.matchmaking.timetabling.bound import Bound, upper_bound
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.files import read_problem, write_problem
from klaster.matchmaking.timetabling.generate import generate
from klaster.matchmaking.timetabling.problem import Assignment, Meeting, Participant, Problem
from klaster.matchmaking.timetabling.replanning import free_places
from klaster.matchmaking.timetabling.round_robin import round_robin
from klaster.matchmaking.timetabling.solving import solve
from klaster.matchmaking.timetabling.tests.strategies import LEVELS, best_by_force, problems

QUICK = settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


def levels_of(problem: Problem, **options: object) -> tuple[float, ...]:
    timetable = solve(problem, time_limit=20, **options)  # type: ignore[arg-type]
    value = {level.name: float(level.value) for level in timetable.levels}
    return tuple(value.get(name, 0.0) * (-1 if name == "meetings" else 1) for name in LEVELS)


@QUICK
@given(problems(longer=False))
def test_small_problems_are_solved_as_well_as_by_trying_everything(problem: Problem) -> None:
    assert levels_of(problem) == best_by_force(problem)


@QUICK
@given(problems())
def test_every_timetable_is_right_and_no_level_is_beyond_its_bound(problem: Problem) -> None:
    timetable = solve(problem, time_limit=20)

    assert check(problem, timetable) == []
    assert {entry.meeting for entry in timetable.unscheduled} | {a.meeting for a in timetable.assignments} == {
        meeting.id for meeting in problem.meetings
    }
    assert all(entry.reason for entry in timetable.unscheduled)


@QUICK
@given(problems(longer=False))
def test_replanning_with_nothing_changed_moves_nothing(problem: Problem) -> None:
    timetable = solve(problem, time_limit=20)

    again = solve(problem, time_limit=20, previous=timetable.assignments)

    assert {level.name: level.value for level in again.levels if level.name == "moved"} == (
        {"moved": 0} if timetable.assignments else {}
    )
    assert {(a.meeting, a.slot) for a in again.assignments} == {(a.meeting, a.slot) for a in timetable.assignments}


@settings(QUICK, max_examples=25)
@given(problems(longer=False))
def test_one_more_slot_or_table_never_lowers_what_is_held(problem: Problem) -> None:
    held = levels_of(problem)[0]

    assert levels_of(replace(problem, slots=problem.slots + 1))[0] <= held
    assert levels_of(replace(problem, tables=problem.tables + 1))[0] <= held
    if problem.rooms is not None:
        assert levels_of(replace(problem, rooms=problem.rooms + 1))[0] <= held


@pytest.mark.parametrize("family", ["plain", "bipartite", "delegations"])
def test_the_same_seed_gives_the_same_timetable_wherever_it_ends_by_proof(family: str) -> None:
    """However the processor is shared between the two searches of CP-SAT."""
    problem = replace(generate(family, 2, participants=16, meetings=40, slots=8, tables=6), breaks="idle")
    one = solve(problem, time_limit=90, seed=7)
    busy = threading.Thread(target=sum, args=(range(100_000_000),))
    busy.start()
    other = solve(problem, time_limit=90, seed=7)
    busy.join()

    assert all(level.proven for level in (*one.levels, *other.levels))
    assert one.assignments == other.assignments


def test_no_more_are_online_at_a_time_than_there_are_rooms() -> None:
    pairs = [(f"a{number}", f"b{number}") for number in range(3)]
    meetings = tuple(Meeting(f"m{number}", pair, online=True) for number, pair in enumerate(pairs))
    problem = Problem(1, 0, tuple(Participant(name) for pair in pairs for name in pair), meetings, rooms=1)
    assert upper_bound(problem) == Bound(1, ({"kind": "rooms", "rooms": 1},))
    timetable = solve(problem, time_limit=20)
    assert (len(timetable.assignments), timetable.levels[0].proven, check(problem, timetable)) == (1, True, [])
    left = timetable.unscheduled[0]
    assert left.reason.startswith("no online room is free when its participants are (slot 0)")
    assert left.binding[0] == {"kind": "rooms", "slot": 0, "remedy": "one more room online in slot 0"}
    together = [Assignment(meeting.id, 0) for meeting in meetings]
    assert [fault.code for fault in check(problem, together)] == ["rooms"]
    one_more = next(meeting for meeting in meetings if meeting.id == left.meeting)
    assert free_places(problem, timetable.assignments, one_more) == ()
    assert len(round_robin(problem)) == 1
    for rooms, held in ((2, 2), (3, 3), (None, 3), (0, 0)):
        answer = solve(replace(problem, rooms=rooms), time_limit=20)
        assert (len(answer.assignments), answer.levels[0].bound) == (held, held)
    assert answer.unscheduled[0].reason == "there are no rooms for meetings online"
    written = io.StringIO()
    write_problem(problem, written)
    written.seek(0)
    assert read_problem(written) == problem
