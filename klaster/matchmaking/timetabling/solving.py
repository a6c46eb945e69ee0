"""The stages one after the other: which meetings, where, how fair, how quiet, which tables, and why not the rest.

Levels in order: meetings (weight held), moved (re-planning only), minimums (where somebody has one), fairness, breaks,
moves. Each is optimised with those above it kept. For problems of some hundred meetings CP-SAT proves each level;
above, the bounds of `bound` and `polishing` say how far away the best can be. From breaks on, bounds of large problems
hold for the meetings chosen above, and moves are least for the slots found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .bound import Choice, choose, fairness_of, upper_bound
from .check import check
from .compiling import Board
from .instance import compile_problem, original_weight
from .kernels import HELD, RUNS
from .placing import STALE, hardest_first, place
from .polishing import A_SECOND, CHAINS, anneal, least_breaks
from .problem import Assignment, Level, Problem, ProblemError, Timetable
from .reasons import reasons
from .settling import cannot_stay, least_moved, move_less, moved
from .tables import Seating, assignments, seat
from .watching import Progress, Watch, beside

if TYPE_CHECKING:
    from .exact import Answer

PLACING, PROVING = 0.4, 0.6  # shares of the time left that placing and each proof may take at most
UNPROVEN = 0.75  # share of the time for placing where no proof comes after it
UNTIRING = 1 << 60  # rounds without gain for placing a large problem
ANNEALING, PATIENCE = 0.08, 0.25  # share of the time for annealing where CP-SAT comes after it; at most, if it is slow
TINY = 3_000  # starts of all meetings together, up to which breaks are proven over every choice of meetings
FEW_ROUNDS = 16  # of placing without gain, where moving less matters as much as holding more
REPLAN_POLISHED = 5_000  # meetings; more are re-planned without lowering breaks, so that it takes seconds


def solve(
    problem: Problem,
    *,
    time_limit: float = 60.0,
    seed: int = 1,
    previous: Iterable[Assignment] | None = None,
    progress: Callable[[Progress], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Timetable:
    """The best timetable found within `time_limit` seconds, with a bound and a proof, or not, for each level.

    `previous`: what had been confirmed, instead of `problem.previous`. `progress` is told how far it is, `stop` is
    asked whether to give the best so far: both in the calling thread, at each stage and at most five times a second
    within one; what they raise ends the run. The same seed gives the same timetable unless the clock cuts the search
    short. ProblemError: with the paper's rules, no timetable holds all meetings.
    """
    if previous is not None:
        problem = replace(problem, previous=tuple(previous))
    return _Run(problem, time_limit, seed, progress, stop).timetable()


class _Run:
    """One run of the solver: the board, the levels so far, and the clock."""

    def __init__(
        self,
        problem: Problem,
        time_limit: float,
        seed: int,
        progress: Callable[[Progress], object] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.levels: dict[str, Level] = {}
        self.watch = Watch(time_limit, self.levels, progress, stop)
        self.seed = seed
        self.kept: dict[str, int] = {}  # the levels in whole units: value and bound
        self.limit: dict[str, int | None] = {}
        self.problem = problem
        self.instance = compile_problem(problem)
        self.board = Board(self.instance, seed=seed)
        self.paper = problem.breaks == "paper"

    def timetable(self) -> Timetable:
        self._hold_most()
        self._improve()
        self.watch.begin("seating", "moves")
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
        return replace(answer, seconds=round(self.watch.seconds, 3))

    def _hold_most(self) -> None:
        """Which and where: level `meetings`."""
        self.watch.begin("choosing", "meetings")
        replanning = bool(self.problem.previous)
        rather = self.instance.stays if replanning else None
        limit = max(self.watch.left * PLACING, 0.05)
        choice = beside(
            lambda: choose(self.instance, time_limit=limit, fair=not replanning, rather=rather),
            self.watch.over, lambda: None,
        )  # fmt: skip
        if self.instance.reserved:
            whole = upper_bound(self.problem).value
            choice = replace(choice, weight_bound=round(whole * self.instance.scale), fairness_bound=None)
        self.choice: Choice = choice
        self.watch.begin("placing", "meetings")
        over = self.watch.until(PLACING if replanning or self._proof_possible else UNPROVEN)
        patience = STALE if self.instance.small else UNTIRING
        if replanning:
            self.board.fill(hardest_first(self.instance, choice.held & self.instance.stays), confirmed=True)
            place(self.board, choice, self.watch.over, moved=1.0, patience=FEW_ROUNDS)
            patience = STALE if len(self.instance.weight) <= REPLAN_POLISHED else FEW_ROUNDS
        place(self.board, choice, over, patience=patience)
        if replanning:
            self.watch.begin("moving", "moved")
            move_less(self.board, self.watch.until(PLACING))
        self._level("meetings", self.board.weight, choice.weight_bound)
        self._prove("meetings")

    def _improve(self) -> None:
        """The levels below the first."""
        instance = self.instance
        if self.problem.previous:
            whole = compile_problem(self.problem, reserve=False) if instance.reserved else instance
            self._level("moved", moved(instance, self.board.slot), cannot_stay(whole))
            self._prove("moved")
            if not self.levels["moved"].proven:
                found = self.kept["moved"]
                least = least_moved(whole, self.board.weight, found, self.watch.over)
                self._level("moved", found, self._sharper("moved", least))
        if not self.paper:
            if (instance.minimum > 0).any():
                self._level("minimums", self._short(), self._short_bound())
                self._prove("minimums")
            bound = self.choice.fairness_bound
            reached = self.board.weight == self.choice.weight_bound
            everything = bool((self.board.slot >= 0).all())
            self._level(
                "fairness",
                fairness_of(self.instance, self.board.slot >= 0),
                0 if everything else bound if reached else None,
            )
            self._prove("fairness")
        self._lower_breaks()

    def _lower_breaks(self) -> None:
        """Tiny problems are proven at once; small ones annealed, then proven for the meetings held; others annealed."""
        self.watch.begin("lowering", "breaks")
        held = self.board.slot >= 0
        least = least_breaks(self.instance, held)
        if self.paper or int(self.instance.starts.sum()) <= TINY:
            everything = bool((held | ~self.instance.possible).all())  # else other meetings may have fewer breaks
            self._level("breaks", self.board.breaks, int(least.sum()) if everything else 0)
            self._prove("breaks")
            return
        self._level("breaks", self.board.breaks, int(least.sum()))
        if self._may_polish and not self.levels["breaks"].proven:
            board = Board(self.instance, seed=self.seed, compile=True)
            board.set(self.board.slot)
            self._anneal(board, least)
            self.board = board
            if self.problem.previous:  # a chain for fewer breaks may have brought a meeting back
                self._level("moved", moved(self.instance, board.slot), self.limit["moved"])
            self._level("breaks", board.breaks, int(least.sum()))
        self._prove("breaks", must=held)

    def _anneal(self, board: Board, least: NDArray[np.int32]) -> None:
        """As long as there is time; where CP-SAT comes after it so many chains as take a small share of it."""
        seconds, chains = self.watch.left, CHAINS
        if self._proof_possible:
            seconds, chains = seconds * PATIENCE, int(A_SECOND * ANNEALING * self.watch.limit)
        anneal(board, least, seconds=seconds, stop=self._stop_lowering, clock=time.monotonic, chains=chains)

    def _stop_lowering(self, breaks: int) -> bool:
        self._level("breaks", breaks, self.limit["breaks"])
        return self.watch.over()

    @property
    def _may_polish(self) -> bool:
        return not self.problem.previous or len(self.instance.weight) <= REPLAN_POLISHED

    def _level(self, name: str, value: int, bound: int | None) -> None:
        """Notes where a level stands, in whole units."""
        self.kept[name], self.limit[name] = value, bound
        self._show(name, value, bound)

    def _show(self, name: str, value: int, bound: int | None) -> None:
        """The same in the units of the problem."""
        unit = {"meetings": self.instance.scale, "fairness": self.instance.scale**2}.get(name, 1)
        shown, limit = original_weight(value, unit), None if bound is None else original_weight(bound, unit)
        self.levels[name] = Level(name, shown, limit, proven=shown == limit)

    def _prove(self, name: str, *, must: NDArray[np.bool_] | None = None) -> None:
        """Lets CP-SAT improve and prove a level where it is not proven and the problem is small."""
        unmet = self.paper and not self._paper_met()
        if (self.paper and name == "meetings") or not self._proof_possible:
            return
        if (self.levels[name].proven and not unmet) or self.watch.over():
            return
        self.watch.begin("proving", name)
        answer = self._answer_of_cp_sat(name, must)
        if answer.slot is None and answer.infeasible and self.paper:
            raise ProblemError("no timetable holds all the meetings: it is proven that there is none")
        if answer.slot is None:
            self._level(name, self.kept[name], self.limit[name])
            return
        better = unmet or self._better(name, answer.value, self.kept[name]) != self.kept[name]
        if better:
            self.board.set(answer.slot)
        self._level(name, answer.value if better else self.kept[name], self._sharper(name, answer.bound))

    def _answer_of_cp_sat(self, name: str, must: NDArray[np.bool_] | None) -> Answer:
        from .exact import optimise  # noqa: PLC0415 - OR-Tools takes a second to load and is not always needed

        kept = {level: value for level, value in self.kept.items() if level != name}
        if self.paper:
            kept["meetings"] = int(self.instance.weight.sum())
        instance = self.instance
        if must is not None:
            kept = {level: value for level, value in kept.items() if level == "moved"}
            instance = replace(instance, starts=instance.starts & must[:, None])

        def over(value: int | None, bound: int | None) -> bool:
            best = self.kept[name] if value is None else self._better(name, value, self.kept[name])
            self._show(name, best, self.limit[name] if bound is None else self._sharper(name, bound))
            return self.watch.over()

        limit = self.watch.left * (1.0 if name == "breaks" else PROVING)
        return optimise(instance, name, kept, self.board.slot, time_limit=limit, seed=self.seed, over=over, must=must)

    @staticmethod
    def _better(name: str, one: int, other: int) -> int:
        return max(one, other) if name == "meetings" else min(one, other)

    def _sharper(self, name: str, bound: int) -> int:
        known = self.limit[name]
        if known is None or (self.paper and name == "breaks"):
            return bound
        return min(known, bound) if name == "meetings" else max(known, bound)

    @property
    def _proof_possible(self) -> bool:
        return self.instance.small and not self.instance.reserved

    def _paper_met(self) -> bool:
        runs = self.board.units[: self.instance.people, RUNS] - 1
        return bool((self.board.slot >= 0).all()) and int(np.maximum(runs, 0).max(initial=0)) <= 2

    def _short(self) -> int:
        return int(np.maximum(self.instance.minimum - self.board.units[: self.instance.people, HELD], 0).sum())

    def _short_bound(self) -> int:
        """What minimums ask beyond all the meetings that somebody could have."""
        instance = self.instance
        possible = instance.possible[instance.meeting_of_seat] & (instance.units < instance.people)
        most = np.bincount(instance.units[possible], minlength=instance.people)
        return int(np.maximum(instance.minimum - np.minimum(most, instance.maximum[: instance.people]), 0).sum())

    def _remeasure(self, slot: NDArray[np.int32]) -> None:
        """Some meeting found no table after all: the levels say what is left, with the bounds that still hold."""
        self.board.set(slot)
        now = {
            "meetings": self.board.weight,
            "moved": moved(self.instance, slot),
            "minimums": self._short(),
            "fairness": fairness_of(self.instance, slot >= 0),
            "breaks": self.board.breaks,
        }
        for name in list(self.levels):
            self._level(name, now[name], self.limit[name] if name == "meetings" else None)

    def _answer(self, slot: NDArray[np.int32], seating: Seating) -> Timetable:
        moves = Level("moves", seating.moves, seating.moves_bound, seating.moves == seating.moves_bound)
        return Timetable(
            assignments=assignments(self.instance, slot, seating),
            unscheduled=reasons(self.instance, slot, seating.table),
            levels=(*self.levels.values(), moves),
            seconds=0.0,
            seed=self.seed,
        )
