"""The round robin is a right timetable of every kind, and the tables are printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from klaster.matchmaking.timetabling import bench
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.generate import FAMILIES, generate
from klaster.matchmaking.timetabling.problem import Assignment, Meeting, Participant, Problem
from klaster.matchmaking.timetabling.round_robin import round_robin

from .strategies import problems


@settings(max_examples=80, deadline=None)
@given(problems())
def test_a_round_robin_is_a_right_timetable(problem: Problem) -> None:
    assert check(problem, round_robin(problem)) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_round_robin_of_each_kind_of_event_is_right(family: str) -> None:
    problem = generate(family, 3, size="small", skew=1)

    held = round_robin(problem)

    assert check(problem, held) == []
    assert held


def test_participants_take_turns_in_alphabetical_order_and_get_the_first_slot_and_table() -> None:
    people = tuple(map(Participant, ("d", "c", "b", "a")))
    asked = (Meeting("cd", ("c", "d")), Meeting("bd", ("b", "d")), Meeting("ab", ("a", "b")), Meeting("ac", ("a", "c")))

    held = round_robin(Problem(slots=3, tables=1, participants=people, meetings=asked))

    assert held == (  # a asks first for ab, b next for bd, c for cd; for ac no slot is left
        Assignment("ab", 0, 0),
        Assignment("bd", 1, 0),
        Assignment("cd", 2, 0),
    )


def test_after_a_change_some_confirmed_meetings_must_move() -> None:
    people = (Participant("a", unavailable=frozenset({1})), Participant("b", talks=frozenset({0})), Participant("c"))
    problem = Problem(2, 1, people, (Meeting(1, ("a", "c")), Meeting(2, ("b", "c"))))

    assert bench.closed(problem.with_previous([Assignment(1, 0, 0), Assignment(2, 0, 0)])) == 1
    assert bench.changed(problem, 1) == bench.changed(problem, 1)


def test_tables_asked_for_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--quick", "--only", "b"]) == 0

    said = capsys.readouterr().out
    assert "load average" in said
    assert "b. Most meetings" in said
    assert "c. Kinds" not in said
    rows = [line.split() for line in said.splitlines() if line.startswith(("small", "medium"))]
    assert [row[:2] for row in rows] == [["small", "0"], ["small", "1"], ["medium", "0"], ["medium", "1"]]
    assert all(row[2:5] == ["2", "of", "2"] for row in rows)


def test_without_the_originals_it_says_whose_they_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert bench.main(["--quick", "--only", "a", "--jair", str(tmp_path)]) == 0

    assert "belong to the authors" in capsys.readouterr().out


def test_a_table_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "b,z"]) == 2

    assert capsys.readouterr().err == "there is no table b,z; there are a, b, c, d, e\n"
