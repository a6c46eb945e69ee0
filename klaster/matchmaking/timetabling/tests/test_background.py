"""A solver at work for somebody else: what it tells, that it stops, and that any thread or process may run it."""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from klaster.matchmaking.timetabling.bench import changed
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.generate import generate
from klaster.matchmaking.timetabling.problem import Problem
from klaster.matchmaking.timetabling.solving import solve
from klaster.matchmaking.timetabling.tests.test_stages import pairs
from klaster.matchmaking.timetabling.watching import OFTEN, STAGES, Progress

ROOT = Path(__file__).parents[4]
QUIET = generate("plain", 1, participants=60, meetings=240, slots=12, tables=22)
BUSY = replace(QUIET, breaks="idle")  # whose breaks CP-SAT goes on lowering for half a minute


def test_the_example_of_the_docs_does_what_it_says() -> None:
    text = (ROOT / "docs" / "timetabling.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)

    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, timeout=60, check=True)

    said = done.stdout.decode()
    assert said.startswith("choosing meetings 0.0")
    assert "\n[(1, 3, 0), (2, 1, 0)] (Level(name='meetings', value=3, bound=3, proven=True)" in said


def test_it_tells_the_stage_and_where_each_level_stands() -> None:
    told: list[Progress] = []

    timetable = solve(BUSY, time_limit=6, progress=told.append)

    assert (told[0].stage, told[0].level, told[0].levels) == ("choosing", "meetings", ())
    assert {now.stage for now in told} <= set(STAGES)
    assert (told[-1].stage, told[-1].levels) == ("seating", timetable.levels[:-1])  # moves are known when all is done
    for now in told:
        for level in now.levels:
            best = max if level.name == "meetings" else min
            assert level.bound is None or best(level.value, level.bound) == level.bound


def test_while_it_proves_it_tells_the_value_of_the_moment_and_not_too_often() -> None:
    told: list[Progress] = []

    solve(BUSY, time_limit=8, progress=told.append)

    proving = [now for now in told if (now.stage, now.level) == ("proving", "breaks")]
    assert len({now.levels[-1].value for now in proving}) > 1
    assert all(other.seconds - one.seconds >= OFTEN for one, other in pairwise(proving[1:]))


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "seating"])
def test_who_says_stop_gets_the_best_so_far_wherever_it_is(stage: str) -> None:
    problem, at = BUSY, [""]
    if stage == "moving":
        problem = changed(QUIET, 1).with_previous(solve(QUIET, time_limit=4).assignments)

    timetable = solve(problem, time_limit=300, progress=lambda now: at.append(now.stage), stop=lambda: at[-1] == stage)

    assert stage in at
    assert "proving" not in at[at.index(stage) + 2 :]
    assert check(problem, timetable) == []
    assert timetable.seconds < 100


def test_what_progress_raises_ends_the_run_and_the_proof_with_it() -> None:
    class Lost(Exception):
        pass

    def lose(now: Progress) -> None:
        if now.stage == "proving":
            raise Lost

    before = threading.active_count()
    with pytest.raises(Lost):
        solve(BUSY, time_limit=300, progress=lose)
    assert threading.active_count() == before


def placed(problem: Problem, answer: Callable[[set[tuple[object, int]]], object]) -> None:
    timetable = solve(problem, time_limit=30)
    answer({(place.meeting, place.slot) for place in timetable.assignments})


def test_any_thread_and_any_process_may_run_it() -> None:
    """Nothing in it wants the main thread, where signals arrive, and a problem goes from process to process."""
    problem = pairs("ab", "ac", "bc", slots=3)
    found: list[set[tuple[object, int]]] = []
    thread = threading.Thread(target=placed, args=(problem, found.append))
    thread.start()
    thread.join(60)
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=placed, args=(problem, answers.put))
    process.start()
    found.append(answers.get(timeout=60))
    process.join(60)

    assert len(found[0]) == 3
    assert found[0] == found[1]
