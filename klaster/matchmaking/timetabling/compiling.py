"""The kernels twice: as plain Python for small problems, compiled by Numba for large ones.

Compiling takes some seconds once a machine (Numba keeps the result beside the source, in the user's cache folder or
where NUMBA_CACHE_DIR says) and then half a second a process; a problem of a few hundred meetings is done sooner than
that. Where nothing can be kept every process compiles anew.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from . import kernels as plain
from .instance import Instance

SMALL = 1_200  # meetings; below, compiling costs more than it brings

Function = TypeVar("Function", bound=Callable[..., Any])


@cache
def compiled(plain: ModuleType) -> ModuleType:
    """A module (`kernels` or `pricing`) once more, each function compiled."""
    name = f"{plain.__name__}_compiled"
    spec = importlib.util.spec_from_file_location(name, plain.__file__)
    if spec is None or spec.loader is None:
        raise ImportError(plain.__file__)
    module = importlib.util.module_from_spec(spec)
    module.__dict__["jit"] = _compiler()
    module.__dict__["small"] = _compiler(forceinline=True)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _compiler(**options: Any) -> Callable[[Function], Function]:
    from numba import njit  # noqa: PLC0415 - half a second that small problems do not pay

    def compile(function: Function) -> Function:
        try:
            return cast(Function, njit(function, cache=True, error_model="numpy", **options))
        except RuntimeError:  # there is no folder in which the result could be kept
            return cast(Function, njit(function, error_model="numpy", **options))

    return compile


class Board:
    """A timetable in the making: the arrays of the kernels, and what is done with them from Python.

    `compile`: True for the compiled kernels, False for the plain ones, None for what suits the size.
    """

    def __init__(self, instance: Instance, *, seed: int = 1, longest: int = 30, compile: bool | None = None) -> None:
        self.instance = instance
        self.kernels = compiled(plain) if (len(instance.weight) > SMALL if compile is None else compile) else plain
        self.longest = longest
        self.tables = instance.tables
        self._lay_out()
        room = (longest + 2) * (int(np.diff(instance.first).max(initial=2)) * int(instance.duration.max(initial=1)) + 1)
        self.journal = np.zeros((room, 2), np.int32)
        self.waiting = np.zeros((room, 2), np.int32)
        self.seeds = np.array([seed % 2147483562 + 1, (seed * 7919) % 2147483398 + 1], np.int64)
        for _ in range(20):  # neighbouring seeds begin alike
            plain.draw(self.seeds)

    def _lay_out(self) -> None:
        instance = self.instance
        people, slots, size = instance.people, instance.slots, len(instance.weight)
        earlier_of, earlier = _lists(instance.earlier[:, 1], instance.earlier[:, 0], size)
        later_of, later = _lists(instance.earlier[:, 0], instance.earlier[:, 1], size)
        self.meetings = np.zeros((size + 1, 9), np.int32)
        self.meetings[:, plain.FIRST_SEAT] = instance.first
        self.meetings[1:, plain.FIRST_START] = np.cumsum(instance.starts.sum(1))
        self.meetings[:size, plain.DURATION] = instance.duration
        self.meetings[:size, plain.ONSITE] = instance.onsite
        self.meetings[:size, plain.WEIGHT] = instance.weight
        self.meetings[:size, plain.CONFIRMED] = instance.previous
        self.meetings[:, plain.SLOT] = -1
        self.meetings[:, plain.FIRST_EARLIER] = earlier_of
        self.meetings[:, plain.FIRST_LATER] = later_of + len(earlier)
        self.order = np.concatenate([earlier, later])
        self.seats = instance.units
        self.starts = np.nonzero(instance.starts)[1].astype(np.int16)
        self.units = np.zeros((len(instance.reps) + 1, 5), np.int32)
        self.units[:-1, plain.REPS] = instance.reps
        self.units[:-1, plain.MAXIMUM] = instance.maximum
        self.units[1:, plain.FIRST_ROW] = np.cumsum(instance.reps)
        self.cells = np.ones((len(instance.reps), slots, 2), np.int16)
        self.cells[:, :, plain.ROOM] = instance.reps[:, None]
        self.cells[people:, :, plain.LONE] = 0  # tables do not wait
        self.near = np.full((len(instance.reps), slots, 2), -1, np.int16)
        self.near[:people, :, plain.BEFORE] = instance.before
        self.near[:people, :, plain.BEHIND] = instance.behind
        self.rows = np.full((int(instance.reps.sum()), slots), -1, np.int32)
        self.count = np.zeros(slots, np.int32)

    @property
    def _timetable(self) -> tuple[NDArray[Any], ...]:
        return self.meetings, self.seats, self.units, self.cells, self.near, self.rows, self.count

    @property
    def slot(self) -> NDArray[np.int32]:
        """(M,): where each meeting starts, -1 where it is not held. A copy."""
        return self.meetings[:-1, plain.SLOT].copy()

    @property
    def weight(self) -> int:
        """Weight held, in whole units of the instance."""
        return int(self.instance.weight[self.meetings[:-1, plain.SLOT] >= 0].sum())

    @property
    def breaks(self) -> int:
        """Breaks of all participants."""
        return int(np.maximum(self.units[: self.instance.people, plain.RUNS] - 1, 0).sum())

    def set(self, slot: NDArray[np.int32]) -> None:
        """Makes the timetable what `slot` (M,) says; what is no longer held is taken out first."""
        now = self.slot
        for meeting in np.nonzero((now >= 0) & (now != slot))[0]:
            self.kernels.take(*self._timetable, meeting)
        for meeting in np.nonzero((slot >= 0) & (now != slot))[0]:
            self.kernels.put(*self._timetable, meeting, slot[meeting])

    def fill(self, order: NDArray[Any], *, confirmed: bool = False) -> int:
        """Puts each meeting of `order` where nothing is in its way; returns how many found a place.

        `confirmed`: only where they had been confirmed.
        """
        waiting = order.astype(np.int32)
        return int(self.kernels.fill(*self._timetable, self.starts, self.order, waiting, self.tables, confirmed))

    def rearrange(
        self, chosen: NDArray[Any], *, most: int = 1, moved: float = 0.0, may_leave_out: bool = False,
        heat: float = 0.0, longest: int | None = None,
    ) -> None:  # fmt: skip
        """One round of chains from meetings left out, to hold more, or held, to move less; `most` ejected at a step."""
        prices = (0.0, 1e9, moved, 1e4 if moved else 1.0)
        self.kernels.rearrange(
            *self._timetable, self.starts, self.order, self.seeds, self.journal, self.waiting,
            chosen.astype(np.int32), self.tables, prices, heat, 2.0 * moved or 1e17, longest or self.longest, most,
            may_leave_out,
        )  # fmt: skip

    def anneal(
        self, held: NDArray[np.int32], least: NDArray[np.int32], schedule: tuple[float, ...], begin: int, stop: int,
        cost: float, best: float, best_slot: NDArray[np.int32],
    ) -> tuple[float, float]:  # fmt: skip
        """Iterations begin .. stop of a schedule (see `kernels.anneal`); returns cost now and best cost."""
        cost, best = self.kernels.anneal(
            *self._timetable, self.starts, self.order, self.seeds, self.journal, self.waiting,
            held, least, self.tables, schedule, begin, stop, cost, best, best_slot,
        )  # fmt: skip
        return float(cost), float(best)


def _lists(
    keys: NDArray[np.int32], values: NDArray[np.int32], length: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    first = np.zeros(length + 1, np.int32)
    np.add.at(first, keys + 1, 1)
    return np.cumsum(first, dtype=np.int32), values[np.argsort(keys, kind="stable")].astype(np.int32)
