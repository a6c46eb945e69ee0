"""The stages one after the other: which meetings, where, how fair, how quiet, which tables, and why not the rest.

Levels in order: meetings (weight held), moved (re-planning only), minimums (where somebody has one), fairness, breaks,
moves. Each is optimised with those above it kept. For problems of some hundred meetings CP-SAT proves each level;
above, the bounds of `bound` and `polishing` say how far away the best can be. From breaks on, bounds of large problems
hold for the meetings chosen above, and moves are least for the slots found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .bound import Choice, choose, fairness_of, upper_bound
from .check import check
from .compiling import Board
from .instance import Instance, compile_problem
from .placing import STALE, hardest_first, place
from .polishing import anneal, least_breaks
from .problem import Assignment, Level, Problem, ProblemError, Timetable
from .reasons import reasons
from .settling import cannot_stay, least_moved, move_less, moved
from .tables import Seating, seat

Progress = Callable[[str, tuple[Level, ...], float], bool | None]

PLACING, PROVING = 0.4, 0.6  # shares of the time left that placing and each proof may take at most
RESERVE = 0.06  # of the time limit, for tables, reasons and the check
ANNEALING = 0.08  # share of the time for annealing where CP-SAT comes after it
TINY = 3_000  # starts of all meetings together, up to which breaks are proven over every choice of meetings
FEW_ROUNDS = 16  # of placing without gain, where moving less matters as much as holding more
REPLAN_POLISHED = 5_000  # meetings; more are re-planned without lowering breaks, so that it takes seconds


def solve(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    seed: int = 1,
    previous: tuple[Assignment, ...] | None = None,
    progress: Progress | None = None,
) -> Timetable:
    """The best timetable found within `time_limit` seconds, with a bound and a proof, or not, for each level.

    `previous`: what had been confirmed, instead of `problem.previous`. `progress(stage, levels, seconds)` is called now
    and then; where it returns True the best so far is given. The same seed gives the same timetable unless the clock
    cuts the search short. ProblemError: with the paper's rules, no timetable holds all meetings.
    """
    if previous is not None:
        problem = replace(problem, previous=tuple(previous))
    run = _Run(problem, time_limit, seed, progress)
    return run.timetable()


class _Run:
    """One run of the solver: the board, the levels so far, and the clock."""

    def __init__(self, problem: Problem, time_limit: float, seed: int, progress: Progress | None) -> None:
        self.begun = time.monotonic()
        self.limit = time_limit
        self.seed = seed
        self.progress = progress
        self.interrupted = False
        self.stage = "reading"
        self.levels: dict[str, Level] = {}
        self.kept: dict[str, int] = {}
        self.problem = problem
        self.instance = compile_problem(problem)
        self.board = Board(self.instance, seed=seed)
        self.paper = problem.breaks == "paper"

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    @property
    def left(self) -> float:
        """Seconds left for searching."""
        return max(self.limit * (1 - RESERVE) - self.seconds, 0.0)

    def stop(self) -> bool:
        """Tells how far it is, and whether it is to end now."""
        if self.progress and not self.interrupted:
            self.interrupted = bool(self.progress(self.stage, tuple(self.levels.values()), self.seconds))
        return self.interrupted or self.left <= 0

    def timetable(self) -> Timetable:
        self._hold_most()
        self._improve()
        slot = self.board.slot
        seating = seat(self.instance, slot)
        if (seating.table == -2).any():
            slot[seating.table == -2] = -1
            seating = seat(self.instance, slot)
            self._remeasure(slot)
        answer = self._answer(slot, seating)
        wrong = check(self.problem, answer)
        if wrong and not (self.paper and all(violation.code == "paper" for violation in wrong)):
            raise RuntimeError(f"the solver's timetable is wrong: {wrong[0].words}")
        return replace(answer, seconds=round(self.seconds, 3))

    def _hold_most(self) -> None:
        """Which and where: level `meetings`."""
        self.stage = "choosing meetings"
        self.stop()
        replanning = bool(self.problem.previous)
        rather = self.instance.stays if replanning else None
        choice = choose(self.instance, time_limit=max(self.left * PLACING, 0.05), fair=not replanning, rather=rather)
        if self.instance.reserved:
            whole = upper_bound(self.problem).value
            choice = replace(choice, weight_bound=round(whole * self.instance.scale), fairness_bound=None)
        self.choice: Choice = choice
        self.stage = "placing meetings"
        until = self.seconds + self.left * PLACING
        patience = STALE
        if replanning:
            self.board.fill(hardest_first(self.instance, choice.held & self.instance.stays), confirmed=True)
            place(self.board, choice, self.stop, moved=1.0, patience=FEW_ROUNDS)
            patience = STALE if len(self.instance.weight) <= REPLAN_POLISHED else FEW_ROUNDS
        place(self.board, choice, lambda: self.stop() or self.seconds > until, patience=patience)
        if replanning:
            until = self.seconds + self.left * PLACING
            move_less(self.board, lambda: self.stop() or self.seconds > until)
        self._level("meetings", self.board.weight, choice.weight_bound)
        self._prove("meetings")

    def _improve(self) -> None:
        """The levels below the first."""
        instance = self.instance
        if self.problem.previous:
            whole = compile_problem(self.problem, reserve=False) if instance.reserved else instance
            self._level("moved", moved(instance, self.board.slot), cannot_stay(whole))
            if not self.levels["moved"].proven and not self._proof_possible:
                found = self.kept["moved"]
                self._level("moved", found, least_moved(whole, self.board.weight, found, self.stop))
            self._prove("moved")
        if not self.paper:
            if (instance.minimum > 0).any():
                self._level("minimums", self._short(self.board.slot), self._short_bound())
                self._prove("minimums")
            bound = self.choice.fairness_bound
            reached = self.board.weight == self.choice.weight_bound
            everything = bool((self.board.slot >= 0).all())
            self._level("fairness", self._unfair(self.board.slot), 0 if everything else bound if reached else None)
            self._prove("fairness")
        self._lower_breaks()

    def _lower_breaks(self) -> None:
        """Tiny problems are proven at once; small ones annealed, then proven for the meetings held; others annealed."""
        self.stage = "lowering breaks"
        held = self.board.slot >= 0
        least = least_breaks(self.instance, held)
        if self.paper or int(self.instance.starts.sum()) <= TINY:
            everything = bool((held | ~self.instance.possible).all())  # else other meetings may have fewer breaks
            self._level("breaks", self.board.breaks, int(least.sum()) if everything else 0)
            self._prove("breaks")
            return
        self._level("breaks", self.board.breaks, int(least.sum()))
        if self._may_polish and not self.levels["breaks"].proven:
            seconds = self.left * (ANNEALING if self._proof_possible else 1.0)
            board = Board(self.instance, seed=self.seed, compile=True)
            board.set(self.board.slot)
            anneal(board, least, seconds=seconds, stop=self._stop_lowering, clock=time.monotonic)
            self.board = board
            if self.problem.previous:  # a chain for fewer breaks may have brought a meeting back
                self._level("moved", moved(self.instance, board.slot), self.levels["moved"].bound)
            self._level("breaks", board.breaks, int(least.sum()))
        self._prove("breaks", must=held)

    def _stop_lowering(self, breaks: int) -> bool:
        self._level("breaks", breaks, self.levels["breaks"].bound)
        return self.stop()

    @property
    def _may_polish(self) -> bool:
        return not self.problem.previous or len(self.instance.weight) <= REPLAN_POLISHED

    def _level(self, name: str, value: int, bound: int | float | None) -> None:
        """Notes where a level stands; weights and their squares in the units of the problem."""
        self.kept[name] = value
        scale = {"meetings": self.instance.scale, "fairness": self.instance.scale**2}.get(name, 1)
        shown, limit = _quotient(value, scale), None if bound is None else _quotient(int(bound), scale)
        self.levels[name] = Level(name, shown, limit, proven=shown == limit)

    def _prove(self, name: str, *, must: NDArray[np.bool_] | None = None) -> bool:
        """Lets CP-SAT improve and prove a level where it is not proven and the problem is small; whether it is now."""
        if self.paper and name == "meetings":
            return self.levels[name].proven
        unmet = self.paper and not self._paper_met()
        if (self.levels[name].proven and not unmet) or not self._proof_possible or self.stop():
            return self.levels[name].proven
        from .exact import optimise  # noqa: PLC0415 - OR-Tools takes a second to load and is not always needed

        self.stage = f"proving {name}"
        kept = {level: value for level, value in self.kept.items() if level != name}
        if self.paper:
            kept["meetings"] = int(self.instance.weight.sum())
        share = 1.0 if name == "breaks" else PROVING
        slot = self.board.slot
        instance = self.instance
        if must is not None:
            kept = {level: value for level, value in kept.items() if level == "moved"}
            instance = replace(instance, starts=instance.starts & must[:, None])
        answer = optimise(
            instance, name, kept, slot, time_limit=self.left * share, seed=self.seed, stop=self.stop, must=must
        )
        if answer.slot is None:
            if self.paper and answer.infeasible:
                raise ProblemError("no timetable holds all the meetings: it is proven that there is none")
            return False
        better = answer.value > self.kept[name] if name == "meetings" else answer.value < self.kept[name]
        if better or unmet:
            self.board.set(answer.slot)
        value = answer.value if better or unmet else self.kept[name]
        self._level(name, value, self._sharper(name, answer.bound))
        return self.levels[name].proven

    @property
    def _proof_possible(self) -> bool:
        return self.instance.small and not self.instance.reserved

    def _paper_met(self) -> bool:
        slot = self.board.slot
        runs = self.board.units[: self.instance.people, 4] - 1
        return bool((slot >= 0).all()) and int(np.maximum(runs, 0).max(initial=0)) <= 2

    def _sharper(self, name: str, bound: int) -> int:
        scale = {"meetings": self.instance.scale, "fairness": self.instance.scale**2}.get(name, 1)
        known = self.levels[name].bound
        if known is None or (self.paper and name == "breaks"):
            return bound
        whole = round(known * scale)
        return min(whole, bound) if name == "meetings" else max(whole, bound)

    def _short(self, slot: NDArray[np.int32]) -> int:
        return int(np.maximum(self.instance.minimum - self.board.units[: self.instance.people, 3], 0).sum())

    def _short_bound(self) -> int:
        """What minimums ask beyond all the meetings that somebody could have."""
        instance = self.instance
        possible = instance.possible[instance.meeting_of_seat] & (instance.units < instance.people)
        most = np.bincount(instance.units[possible], minlength=instance.people)
        return int(np.maximum(instance.minimum - np.minimum(most, instance.maximum[: instance.people]), 0).sum())

    def _unfair(self, slot: NDArray[np.int32]) -> int:
        return fairness_of(self.instance, slot >= 0)

    def _remeasure(self, slot: NDArray[np.int32]) -> None:
        """Some meeting found no table after all: the levels say what is left, with the bounds that still hold."""
        self.board.set(slot)
        now = {
            "meetings": self.board.weight,
            "moved": moved(self.instance, slot),
            "minimums": self._short(slot),
            "fairness": self._unfair(slot),
            "breaks": self.board.breaks,
        }
        for name, level in list(self.levels.items()):
            scale = {"meetings": self.instance.scale, "fairness": self.instance.scale**2}.get(name, 1)
            bound = level.bound if name == "meetings" else None
            self._level(name, now[name], None if bound is None else round(bound * scale))

    def _answer(self, slot: NDArray[np.int32], seating: Seating) -> Timetable:
        moves = Level("moves", seating.moves, seating.moves_bound, seating.moves == seating.moves_bound)
        return Timetable(
            assignments=tuple(_assignments(self.instance, slot, seating.table)),
            unscheduled=reasons(self.instance, slot, seating.table),
            levels=(*self.levels.values(), moves),
            seconds=0.0,
            seed=self.seed,
        )


def _assignments(instance: Instance, slot: NDArray[np.int32], table: NDArray[np.int32]) -> Iterator[Assignment]:
    for index, meeting in enumerate(instance.problem.meetings):
        if slot[index] >= 0:
            yield Assignment(meeting.id, int(slot[index]), None if table[index] < 0 else int(table[index]))


def _quotient(whole: int, scale: int) -> int | float:
    return whole // scale if whole % scale == 0 else whole / scale
