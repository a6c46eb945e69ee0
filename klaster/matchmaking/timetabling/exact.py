"""One level optimised and proven by CP-SAT (OR-Tools), for problems up to some hundred meetings.

The model of Bofill et al. (JAIR 74, 2022) in clauses: x[m, s] meeting m starts in slot s, u[p, t] participant p is in a
meeting in slot t, and "a break of p ends after t" as a literal of its own, so that core-guided search sees the breaks.
Tables are counted over clusters of meetings that share a participant and so exclude each other: fewer, stronger terms.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from .instance import UNLIMITED, Instance
from .watching import beside

CLAUSES = 430  # pairs of literal and count, up to which a sum is counted in clauses
FAIR_BREAKS = 2  # the difference between two participants that the paper allows


@dataclass(frozen=True, slots=True)
class Answer:
    """`slot` (M,) of the best timetable found (None: none), the value of its level, and the proven bound on it.

    `infeasible`: it is proven that there is none.
    """

    slot: NDArray[np.int32] | None
    value: int
    bound: int
    infeasible: bool = False


def optimise(
    instance: Instance,
    level: str,
    kept: Mapping[str, int],
    hint: NDArray[np.int32],
    *,
    time_limit: float,
    seed: int,
    over: Callable[[int | None, int | None], bool],
    must: NDArray[np.bool_] | None = None,
) -> Answer:
    """Optimises `level`, with the levels named in `kept` no worse than the values given there.

    Levels: meetings (most), moved, minimums, fairness, breaks (least), in whole units of the instance. `hint` is a
    timetable to start from; `must` (M,) the meetings that are held for certain, others only as their starts allow.
    `over(value, bound)` is asked again and again whether to end, and told what is known of the level by then. The same
    seed gives the same timetable wherever the search is closed in time.
    """
    everything = kept.get("meetings") == int(instance.weight.sum())
    model = Model(instance, np.full(len(instance.weight), everything) if must is None else must)
    for name, value in kept.items():
        model.keep(name, value)
    model.hint(hint)
    terms = model.terms(level)
    if level == "meetings":
        model.cp.maximize(terms)
    else:
        model.cp.minimize(terms)
    searches = [_Search(model, seed, time_limit, **options) for options in STRATEGIES.get(level, ALL_BY_TURNS)]
    with ExitStack() as stack:
        for helper in searches[1:]:
            stack.enter_context(helper.beside())
        searches[0].run(lambda: over(*_known(level, searches)))
    return _answer(level, searches)


# By turns in equal shares, CP-SAT finds the same whatever the threads do; for breaks core-guided search alone proves as
# soon, and a second search finds good timetables for the case that it does not end.
ALL_BY_TURNS: tuple[dict[str, Any], ...] = ({"interleave_search": True, "num_workers": 2},)
STRATEGIES: dict[str, tuple[dict[str, Any], ...]] = {
    "breaks": (
        {"optimize_with_core": True, "linearization_level": 0, "num_workers": 1},
        {"linearization_level": 0, "num_workers": 1},
    )
}


class _Search(cp_model.CpSolverSolutionCallback):
    """One search of CP-SAT, and the best value and bound it has found so far."""

    def __init__(self, model: Model, seed: int, time_limit: float, **options: Any) -> None:
        super().__init__()
        self.model = model
        self.best: int | None = None
        self.bound: int | None = None
        self.status: Any = cp_model.UNKNOWN
        self.solver = cp_model.CpSolver()
        self.solver.best_bound_callback = self.note
        parameters = self.solver.parameters
        parameters.max_time_in_seconds = max(time_limit, 0.01)
        parameters.random_seed = seed
        parameters.catch_sigint_signal = False  # its own handler is not made for threads; `over` hears Ctrl-C
        for name, value in options.items():
            setattr(parameters, name, value)

    def on_solution_callback(self) -> None:
        self.best = round(self.objective_value)

    def note(self, bound: float) -> None:
        self.bound = round(bound)

    def work(self) -> None:
        self.status = self.solver.solve(self.model.cp, self)
        self.bound = round(self.solver.best_objective_bound)

    def run(self, over: Callable[[], bool]) -> None:
        beside(self.work, lambda: self.solver.stop_search() if over() else None, self.solver.stop_search)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Runs in a thread of its own until the block is left."""
        thread = threading.Thread(target=self.work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            while thread.is_alive():
                self.solver.stop_search()
                thread.join(0.05)

    @property
    def closed(self) -> bool:
        return self.status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)


def _known(level: str, searches: list[_Search]) -> tuple[int | None, int | None]:
    """Best value and bound of all searches so far."""
    values = [search.best for search in searches if search.best is not None]
    bounds = [search.bound for search in searches if search.bound is not None]
    best, sharpest = (max, min) if level == "meetings" else (min, max)
    return best(values, default=None), sharpest(bounds, default=None)


def _answer(level: str, searches: list[_Search]) -> Answer:
    """That of the first search where it is closed, else the best of all."""
    if searches[0].closed:
        searches = searches[:1]
    if any(search.status == cp_model.INFEASIBLE for search in searches):
        return Answer(None, 0, 0, infeasible=True)
    value, bound = _known(level, searches)
    for search in searches:
        if search.status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and search.best == value and value is not None:
            return Answer(search.model.slots(search.solver), value, bound or 0)
    return Answer(None, 0, bound or 0)


class Model:
    """The constraints of a timetable, and each level as a sum of literals."""

    def __init__(self, instance: Instance, must: NDArray[np.bool_]) -> None:
        self.instance = instance
        self.cp = cp_model.CpModel()
        self.must = must
        self.all_held = bool(must.all())
        self.start = {
            (int(m), int(s)): self.cp.new_bool_var("") for m, s in zip(*np.nonzero(instance.starts), strict=True)
        }
        self.starts_of: list[list[int]] = [[] for _ in instance.weight]
        for meeting, slot in self.start:
            self.starts_of[meeting].append(slot)
        self.meetings_of: list[list[int]] = [[] for _ in instance.reps]
        for seat, meeting in enumerate(instance.meeting_of_seat):
            self.meetings_of[instance.units[seat]].append(int(meeting))
        self.held: list[Any] = [self._hold(meeting) for meeting in range(len(instance.weight))]
        self.in_slot = {
            (m, t): self._covering(m, t) for m in range(len(instance.weight)) for t in range(instance.slots)
        }
        self.used = self._one_place_at_a_time()
        self._count_tables()
        self._keep_order()
        self._keep_maximum()

    def _hold(self, meeting: int) -> Any:
        literals = [self.start[meeting, slot] for slot in self.starts_of[meeting]]
        if self.must[meeting]:
            self.cp.add_exactly_one(literals)
            return 1
        if not literals:
            return 0
        held = self.cp.new_bool_var("")
        self.cp.add_exactly_one([*literals, held.negated()])
        return held

    def _covering(self, meeting: int, slot: int) -> list[Any]:
        first = slot - int(self.instance.duration[meeting]) + 1
        return [self.start[meeting, s] for s in range(max(first, 0), slot + 1) if (meeting, s) in self.start]

    def _one_place_at_a_time(self) -> dict[tuple[int, int], Any]:
        used: dict[tuple[int, int], Any] = {}
        for unit, meetings in enumerate(self.meetings_of):
            for slot in range(self.instance.slots):
                literals = [literal for meeting in meetings for literal in self.in_slot[meeting, slot]]
                if literals:
                    used[unit, slot] = self._use(literals, int(self.instance.reps[unit]), len(meetings))
            self._count_uses(unit, used)
        return used

    def _use(self, literals: list[Any], reps: int, meetings: int) -> Any:
        if meetings == 1 and len(literals) == 1:
            return literals[0]
        use = self.cp.new_bool_var("")
        if reps == 1:
            self.cp.add_exactly_one([*literals, use.negated()])
            return use
        if len(literals) > reps:
            self.cp.add(sum(literals) <= reps)
        self.cp.add_bool_or([*literals, use.negated()])
        for literal in literals:
            self.cp.add_implication(literal, use)
        return use

    def _count_uses(self, unit: int, used: dict[tuple[int, int], Any]) -> None:
        """Implied, and a help: somebody's occupied slots are as many as the lengths of the meetings."""
        meetings = [meeting for meeting in self.meetings_of[unit] if self.starts_of[meeting]]
        if self.must[meetings].all() and self.instance.reps[unit] == 1 and len(meetings) > 1:
            total = int(self.instance.duration[meetings].sum())
            occupied = [used[unit, t] for t in range(self.instance.slots) if (unit, t) in used]
            self.cp.add(sum(occupied) == total)

    def _at_most(self, literals: list[Any], most: int) -> None:
        """At most so many are true: in clauses (Sinz, 2005) where these are few, which core-guided search prefers.

        It counts the false ones, of which there must be `len(literals) - most`.
        """
        least = len(literals) - most
        if least <= 0:
            return
        if not self.all_held or least * len(literals) > CLAUSES:
            self.cp.add(sum(literals) <= most)
            return
        before: list[Any] = []  # before[j]: at least j + 1 of the literals so far are false
        for literal in literals:
            now = []
            for rank in range(min(len(before) + 1, least)):
                counted = self.cp.new_bool_var("")
                more = [before[rank]] if rank < len(before) else []
                self.cp.add_bool_or([counted.negated(), *more, literal.negated()])
                if rank:
                    self.cp.add_bool_or([counted.negated(), *more, before[rank - 1]])
                now.append(counted)
            before = now
        self.cp.add_bool_or([before[least - 1]])

    def _count_tables(self) -> None:
        instance = self.instance
        if int(instance.onsite.sum()) <= instance.tables:
            return
        clusters = self._clusters()
        for slot in range(instance.slots):
            terms = [term for unit, cluster in clusters if (term := self._busy(unit, cluster, slot)) is not None]
            self._at_most(terms, instance.tables)
            people = [self.used[unit, slot] for unit in range(instance.people) if (unit, slot) in self.used]
            if self._pairs_only:
                self._at_most(people, 2 * instance.tables)

    @property
    def _pairs_only(self) -> bool:
        instance = self.instance
        return bool((np.diff(instance.first) == 2).all() and instance.onsite.all() and (instance.reps == 1).all())

    def _clusters(self) -> list[tuple[int, list[int]]]:
        """Meetings on site, each in one cluster of meetings that a unit with one representative takes part in."""
        left = {int(meeting) for meeting in np.nonzero(self.instance.onsite)[0]}
        clusters = []
        single = [unit for unit in range(len(self.meetings_of)) if self.instance.reps[unit] == 1]
        while left:
            unit = max(single, key=lambda u: sum(m in left for m in self.meetings_of[u]), default=-1)
            cluster = [m for m in self.meetings_of[unit] if m in left] if unit >= 0 else []
            if not cluster:
                clusters += [(-1, [meeting]) for meeting in sorted(left)]
                break
            left.difference_update(cluster)
            clusters.append((unit, cluster))
        return clusters

    def _busy(self, unit: int, cluster: list[int], slot: int) -> Any:
        literals = [literal for meeting in cluster for literal in self.in_slot[meeting, slot]]
        if len(literals) <= 1:
            return literals[0] if literals else None
        if unit >= 0 and len(cluster) == len(self.meetings_of[unit]):
            return self.used[unit, slot]
        busy = self.cp.new_bool_var("")
        self.cp.add_exactly_one([*literals, busy.negated()])
        return busy

    def _keep_order(self) -> None:
        for earlier, later in self.instance.earlier.tolist():
            length = int(self.instance.duration[earlier])
            for slot in self.starts_of[later]:
                before = [self.start[earlier, s] for s in self.starts_of[earlier] if s + length <= slot]
                self._only_with(self.start[later, slot], before, self.held[earlier])
            for slot in self.starts_of[earlier]:
                after = [self.start[later, s] for s in self.starts_of[later] if s >= slot + length]
                self._only_with(self.start[earlier, slot], after, self.held[later])

    def _only_with(self, literal: Any, places: list[Any], held: Any) -> None:
        """`literal` wants one of `places`, unless the other meeting is not held."""
        if isinstance(held, int):
            if held:
                self.cp.add_bool_or([literal.negated(), *places])
        else:
            self.cp.add_bool_or([literal.negated(), held.negated(), *places])

    def _keep_maximum(self) -> None:
        for unit, meetings in enumerate(self.meetings_of):
            if self.instance.maximum[unit] < min(len(meetings), UNLIMITED):
                self.cp.add(sum(self.held[meeting] for meeting in meetings) <= int(self.instance.maximum[unit]))

    def hint(self, slot: NDArray[np.int32]) -> None:
        for (meeting, start), literal in self.start.items():
            self.cp.add_hint(literal, int(slot[meeting] == start))

    def slots(self, solver: cp_model.CpSolver) -> NDArray[np.int32]:
        """The timetable the solver found."""
        slot = np.full(len(self.instance.weight), -1, np.int32)
        for (meeting, start), literal in self.start.items():
            if solver.boolean_value(literal):
                slot[meeting] = start
        return slot

    def keep(self, level: str, value: int) -> None:
        """Adds that a level is not worse than `value`."""
        if level == "meetings":
            if not self.all_held:
                self.cp.add(self.terms(level) >= value)
        else:
            self.cp.add(self.terms(level) <= value)

    def terms(self, level: str) -> Any:
        """A level as a linear expression."""
        return {
            "meetings": self._weight,
            "moved": self._moved,
            "minimums": self._short,
            "fairness": self._unfair,
            "breaks": self._breaks,
        }[level]()

    def _weight(self) -> Any:
        return sum(int(w) * held for w, held in zip(self.instance.weight, self.held, strict=True))

    def _moved(self) -> Any:
        confirmed = np.nonzero(self.instance.previous >= 0)[0]
        stays = [self.start.get((int(m), int(self.instance.previous[m])), 0) for m in confirmed]
        return len(stays) - sum(stays)

    def _short(self) -> Any:
        terms = []
        for person in np.nonzero(self.instance.minimum > 0)[0]:
            least = int(self.instance.minimum[person])
            short = self.cp.new_int_var(0, least, "")
            self.cp.add(short >= least - sum(self.held[meeting] for meeting in self.meetings_of[person]))
            terms.append(short)
        return sum(terms)

    def _unfair(self) -> Any:
        if self.all_held:
            return 0
        terms: list[Any] = []
        for person in range(self.instance.people):
            meetings = self.meetings_of[person]
            most = int(self.instance.weight[meetings].sum())
            if not most:
                continue
            lost = self.cp.new_int_var(0, most, "")
            square = self.cp.new_int_var(0, most * most, "")
            self.cp.add(lost == most - sum(int(self.instance.weight[m]) * self.held[m] for m in meetings))
            self.cp.add_multiplication_equality(square, [lost, lost])
            terms.append(square)
        return sum(terms)

    def _breaks(self) -> Any:
        ends = [self._ends(person) for person in range(self.instance.people)]
        if self.instance.problem.breaks == "paper":
            self._keep_breaks_alike(ends)
        return sum(end for row in ends for end in row)

    def _timeline(self, person: int) -> list[int]:
        """The slots in which this participant's waiting counts."""
        if self.instance.problem.breaks != "waiting":
            return list(range(self.instance.slots))
        return [int(slot) for slot in np.nonzero(self.instance.available[person])[0]]

    def _ends(self, person: int) -> list[Any]:
        """For each slot of the timeline, whether a break ends after it: met before, idle now, meeting next."""
        if len(self.meetings_of[person]) < 2:
            return []
        timeline = self._timeline(person)
        ends = []
        met: Any = None
        for slot, following in pairwise(timeline):
            now, then = self.used.get((person, slot)), self.used.get((person, following))
            if met is None:
                met = now
                continue
            if now is not None:
                met = self._or(met, now)
            if then is None:
                continue
            end = self.cp.new_bool_var("")
            idle = [now] if now is not None else []
            self.cp.add_bool_or([end, met.negated(), then.negated(), *idle])
            self.cp.add_implication(end, met)
            self.cp.add_implication(end, then)
            if now is not None:
                self.cp.add_implication(end, now.negated())
            ends.append(end)
        return ends

    def _or(self, one: Any, other: Any) -> Any:
        either = self.cp.new_bool_var("")
        self.cp.add_implication(one, either)
        self.cp.add_implication(other, either)
        self.cp.add_bool_or([one, other, either.negated()])
        return either

    def _keep_breaks_alike(self, ends: list[list[Any]]) -> None:
        """|breaks(p) - breaks(q)| <= 2; where somebody cannot have any, that is breaks <= 2."""
        none_at_all = any(not row for row in ends)
        most, least = (self.cp.new_int_var(0, self.instance.slots, "") for _ in range(2))
        for row in ends:
            if none_at_all:
                if len(row) > FAIR_BREAKS:
                    self.cp.add(sum(row) <= FAIR_BREAKS)
            else:
                self.cp.add(sum(row) <= most)
                self.cp.add(sum(row) >= least)
        if not none_at_all:
            self.cp.add(most - least <= FAIR_BREAKS)
