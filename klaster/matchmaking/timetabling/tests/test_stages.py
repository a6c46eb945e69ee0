"""Each stage by itself: bound, kernels, tables, reasons, one more meeting, and what a change moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from klaster.matchmaking.timetabling.bench import changed, hold_most
from klaster.matchmaking.timetabling.bound import choose, upper_bound
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.compiling import Board
from klaster.matchmaking.timetabling.files import read_problem
from klaster.matchmaking.timetabling.generate import generate
from klaster.matchmaking.timetabling.instance import compile_problem
from klaster.matchmaking.timetabling.measures import value_of
from klaster.matchmaking.timetabling.placing import place
from klaster.matchmaking.timetabling.polishing import anneal, least_breaks
from klaster.matchmaking.timetabling.problem import Assignment, Meeting, Participant, Problem, ProblemError, Timetable
from klaster.matchmaking.timetabling.replanning import free_places
from klaster.matchmaking.timetabling.settling import least_moved
from klaster.matchmaking.timetabling.solving import solve
from klaster.matchmaking.timetabling.tests.strategies import best_by_force, least_moved_by_force, problems

JAIR = Path(__file__).parents[4].parent / "shared/data/timetabling/jair2022"
QUICK = settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
SMALL = {"participants": 60, "meetings": 240, "slots": 12, "tables": 22}


def levels(timetable: Timetable) -> dict[str, float]:
    return {level.name: level.value for level in timetable.levels}


def pairs(*names: str, slots: int = 2, tables: int = 9, **people: Participant) -> Problem:
    """Meetings named by the two who meet, as "ab"."""
    everybody = sorted({letter for name in names for letter in name})
    return Problem(
        slots,
        tables,
        tuple(people.get(letter, Participant(letter)) for letter in everybody),
        tuple(Meeting(name, tuple(name)) for name in names),
    )


@QUICK
@given(problems())
def test_no_timetable_holds_more_than_the_bound(problem: Problem) -> None:
    assert -best_by_force(problem)[0] <= upper_bound(problem).value


def test_the_bound_names_what_binds() -> None:
    assert {"kind": "tables", "tables": 1} in upper_bound(pairs("ab", "cd", "ef", tables=1)).binding
    assert {"kind": "slots", "participant": "a"} in upper_bound(pairs("ab", "ac", "ad")).binding


@pytest.mark.parametrize("family", ["plain", "groups", "lengths", "delegations", "sessions", "hubs"])
def test_compiled_and_plain_kernels_give_the_same_timetable(family: str) -> None:
    instance = compile_problem(generate(family, 1, **SMALL))
    boards = [Board(instance, seed=3, compile=compile) for compile in (False, True)]
    for board in boards:
        choice = choose(instance, time_limit=5)
        rounds = iter(range(60))
        place(board, choice, lambda rounds=rounds: next(rounds, None) is None)
        held = np.nonzero(board.slot >= 0)[0].astype(np.int32)
        best = np.append(board.slot, -1).astype(np.int32)
        start = float(board.breaks)
        board.anneal(
            held,
            least_breaks(instance, board.slot >= 0),
            (900.0, 0.2, 0.1, 0.5, 3.0, 1e6, 20, 0.5),
            0,
            900,
            start,
            start,
            best,
        )

    assert (boards[0].slot == boards[1].slot).all()
    assert boards[0].breaks == boards[1].breaks


def test_annealing_keeps_who_meets_and_lowers_the_breaks_to_what_the_measure_says() -> None:
    problem = generate("plain", 2, **SMALL)
    instance = compile_problem(problem)
    board = Board(instance, compile=True)
    place(board, choose(instance, time_limit=5), lambda: False)
    held, before = board.slot >= 0, board.breaks

    anneal(
        board, least_breaks(instance, held), seconds=2, stop=lambda _: False, clock=iter(np.arange(0, 9, 0.1)).__next__
    )

    assert ((board.slot >= 0) == held).all()
    assert board.breaks < before
    found = [Assignment(m.id, int(s)) for m, s in zip(problem.meetings, board.slot, strict=True) if s >= 0]
    assert board.breaks == value_of("breaks", problem, found)
    assert [violation.code for violation in check(problem, found) if violation.code != "no-table"] == []


def test_setting_a_board_twice_leaves_no_trace_of_the_first_timetable() -> None:
    instance = compile_problem(generate("delegations", 1, **SMALL))
    board, fresh = Board(instance), Board(instance)
    place(board, choose(instance, time_limit=5), lambda: False)
    one = board.slot
    other = np.where(np.arange(len(one)) % 2 == 0, one, -1).astype(np.int32)
    board.set(other)
    fresh.set(other)

    assert (board.cells == fresh.cells).all()
    assert (board.units == fresh.units).all()
    assert (board.count == fresh.count).all()


def test_the_same_seed_gives_the_same_timetable() -> None:
    """As far as the clock does not cut it short and no two proofs race: the placing and the annealing."""
    instance = compile_problem(generate("priorities", 4, **SMALL))
    boards = [Board(instance, seed=seed, compile=True) for seed in (5, 5, 6)]
    for board in boards:
        place(board, choose(instance, time_limit=5), lambda: False)
        least = np.zeros(instance.people, np.int32)
        ticks = iter(np.arange(0, 9, 0.1))
        anneal(board, least, seconds=1e9, stop=lambda _, ticks=ticks: next(ticks) > 0.3, clock=lambda: 0.0)

    assert (boards[0].slot == boards[1].slot).all()
    assert (boards[0].slot != boards[2].slot).any()


def test_other_names_and_another_order_of_slots_keep_what_can_be_held() -> None:
    problem = generate("blocks", 1, **SMALL)
    turned = [problem.slots - 1 - slot for slot in range(problem.slots)]
    renamed = Problem(
        problem.slots,
        problem.tables,
        tuple(
            replace(
                person,
                id=f"x{person.id}",
                unavailable=frozenset(turned[slot] for slot in person.unavailable),
                talks=frozenset(turned[slot] for slot in person.talks),
            )
            for person in reversed(problem.participants)
        ),
        tuple(replace(m, participants=tuple(f"x{p}" for p in m.participants)) for m in problem.meetings),
    )

    assert levels(solve(problem, time_limit=4))["meetings"] == levels(solve(renamed, time_limit=4))["meetings"]


def test_people_stay_at_their_table_where_they_can() -> None:
    timetable = solve(pairs("ab", "ac", slots=2, tables=3), time_limit=5)

    assert levels(timetable)["moves"] == 0
    assert timetable.levels[-1].proven


def test_hosts_meet_at_their_own_table_and_lend_it_only_where_all_others_are_taken() -> None:
    problem = pairs("ab", "cd", slots=1, tables=2, a=Participant("a", fixed_table=0))

    assert {a.meeting: a.table for a in solve(problem, time_limit=5).assignments} == {"ab": 0, "cd": 1}


def reason(problem: Problem, **options: object) -> tuple[str, list[dict]]:
    (entry,) = solve(problem, time_limit=5, **options).unscheduled  # type: ignore[arg-type]
    return entry.reason, [dict(part) for part in entry.binding]


def test_who_is_never_free_together_is_told_when_each_is() -> None:
    words, _ = reason(
        pairs("ab", a=Participant("a", unavailable=frozenset({0})), b=Participant("b", unavailable=frozenset({1})))
    )

    assert words == "its participants have no free slot in common (a: 1; b: 0)"


def test_a_talk_that_could_be_skipped_is_named() -> None:
    words, binding = reason(pairs("ab", slots=1, a=Participant("a", talks=frozenset({0}))))

    assert words.endswith("possible with a skipping the talk in slot 0")
    assert binding[-1] == {"kind": "talk", "participant": "a", "slot": 0, "remedy": "a skipping the talk in slot 0"}


def test_a_table_that_is_missing_is_named_with_its_slot() -> None:
    words, binding = reason(pairs("ab", "cd", slots=1, tables=1))

    assert (
        words == "all tables are taken when its participants are free (slot 0); possible with one more table in slot 0"
    )
    assert binding == [{"kind": "tables", "slot": 0, "remedy": "one more table in slot 0"}]


def test_who_is_fully_booked_by_meetings_of_higher_priority_is_named() -> None:
    problem = pairs("ab", "ac", slots=1)
    problem = replace(problem, meetings=(problem.meetings[0], replace(problem.meetings[1], weight=3)))

    words, binding = reason(problem)

    assert words.startswith("a is fully booked by meetings of higher priority (1 meeting, 1 slot)")
    assert binding[0]["kind"] == "fully_booked"


def test_who_wants_no_more_meetings_is_named() -> None:
    words, _ = reason(pairs("ab", "ac", slots=3, a=Participant("a", maximum=1)))

    assert words.startswith("a has the 1 meeting it wants at most")


@QUICK
@given(problems(most_meetings=5))
def test_one_more_meeting_fits_where_it_is_said_to_and_moves_nothing(problem: Problem) -> None:
    timetable = solve(problem, time_limit=10)
    extra = Meeting("extra", tuple(p.id for p in problem.participants[:2]), duration=1)
    larger = replace(problem, meetings=(*problem.meetings, extra))

    places = free_places(problem, timetable.assignments, extra)

    for found in places:
        assert check(larger, (*timetable.assignments, found.assignment)) == []
        added = value_of("breaks", larger, (*timetable.assignments, found.assignment)) - value_of(
            "breaks", problem, timetable.assignments
        )
        assert found.breaks == added
    starts = {found.assignment.slot for found in places}
    for slot in set(range(problem.slots)) - starts:
        for table in range(problem.tables):
            assert check(larger, (*timetable.assignments, Assignment("extra", slot, table))) != []


def test_replanning_moves_only_what_a_lost_slot_and_a_new_wish_make_it_move() -> None:
    problem = generate("plain", 3, **SMALL)
    first = solve(problem, time_limit=4)
    late = replace(problem.participants[0], unavailable=problem.participants[0].unavailable | {0, 1})
    changed = replace(problem, participants=(late, *problem.participants[1:]))
    mine = {m.id for m in problem.meetings if late.id in m.participants}
    must_move = [a for a in first.assignments if a.meeting in mine and a.slot < 2]

    again = solve(changed, time_limit=8, previous=first.assignments)

    moved = next(level for level in again.levels if level.name == "moved")
    assert [level.name for level in again.levels][:2] == ["meetings", "moved"]
    assert moved.value >= len(must_move)
    assert moved.proven


def replanned(problem: Problem) -> Problem:
    return changed(problem, 1).with_previous(hold_most(problem, time_limit=60, seed=1).held)


@QUICK
@given(problems(most_meetings=4), st.lists(st.integers(-1, 3), min_size=4, max_size=4))
def test_no_timetable_moves_fewer_than_the_bound(problem: Problem, before: list[int]) -> None:
    confirmed = zip(problem.meetings, before, strict=False)
    problem = problem.with_previous([Assignment(m.id, slot) for m, slot in confirmed if slot >= 0])
    instance = compile_problem(problem, reserve=False)
    weight = instance.weight @ np.any(instance.starts, 1)

    for held in range(int(weight) + 1):
        least = least_moved_by_force(problem, held / instance.scale)
        if least is not None:
            assert least_moved(instance, held, least + 2, lambda: False) <= least


@pytest.mark.parametrize(("family", "beyond"), [("plain", 1.2), ("lengths", 9)])
def test_replanning_beyond_the_reach_of_proofs_moves_little(family: str, beyond: float) -> None:
    """What annealing for breaks brings back is counted, too: the validator compares the level."""
    problem = replanned(generate(family, 1, participants=300, meetings=1500, slots=16, tables=110))

    told: list[str] = []

    timetable = solve(
        problem, time_limit=60, progress=lambda now: told.append(now.stage), stop=lambda: told.count("lowering") > 8
    )

    moved = next(level for level in timetable.levels if level.name == "moved")
    assert check(problem, timetable) == []
    assert moved.bound is not None
    assert moved.bound <= moved.value <= beyond * moved.bound


def test_more_tables_lost_than_can_be_spared_move_no_more_than_needed() -> None:
    problem = pairs("ab", "cd", "ef", slots=2, tables=3)
    before = tuple(Assignment(name, 0, table) for table, name in enumerate(("ab", "cd", "ef")))

    again = solve(replace(problem, tables=2), time_limit=5, previous=tuple(replace(a, table=None) for a in before))

    assert levels(again)["moved"] == 1
    assert levels(again)["meetings"] == 3


def test_rules_of_the_paper_that_nobody_can_keep_are_said_to_be_so() -> None:
    with pytest.raises(ProblemError, match="no timetable holds all the meetings"):
        solve(replace(pairs("ab", "ac", "ad", slots=2), breaks="paper"), time_limit=10)


@pytest.mark.skipif(not JAIR.is_dir(), reason="the benchmark of the paper is not beside this checkout")
@pytest.mark.parametrize(("name", "optimum"), [("tic-12", 0), ("forumt-14crafd", 4), ("ticf-13crafc", 1)])
def test_the_published_optima_are_reproduced(name: str, optimum: int) -> None:
    timetable = solve(read_problem(JAIR / f"{name}.original.dzn"), time_limit=60)

    breaks = next(level for level in timetable.levels if level.name == "breaks")
    assert (breaks.value, breaks.proven) == (optimum, True)
