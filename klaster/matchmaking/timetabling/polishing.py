"""Fewer breaks with the same meetings: the bound on breaks, and simulated annealing for what CP-SAT is too slow for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .compiling import Board
from .instance import Instance

# First and last temperature, in breaks: with many chains a meeting it pays to cool further. 0.13: one break more is
# accepted once in 2,000.
PATIENT, HURRIED = (0.25, 0.13), (0.4, 0.18)
MANY = 3_000  # chains a meeting
OVER_LOW, OVER_HIGH = 0.6, 3.0  # price of a slot over its tables, in breaks
LONGEST = 20
GUIDED = 0.8
MOVED = 1e6  # never a confirmed meeting for a break
CHAINS_A_MEETING, CHAINS = 20_000, 90_000_000
A_SECOND = 1_000_000  # chains, about; where a proof comes after them their number must not hang on the clock
CHUNK = 100_000


def least_breaks(instance: Instance, held: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(P,): breaks that each participant cannot avoid with these meetings, whatever the others do.

    The slots somebody can use fall into stretches without waiting in between; who must occupy k slots needs at least as
    many stretches as it takes of the longest ones to have k, and one break less.
    """
    people = instance.people
    meeting, unit = instance.meeting_of_seat, instance.units
    seat = held[meeting] & (unit < people)
    needed = np.bincount(unit[seat], weights=instance.duration[meeting[seat]], minlength=people)
    needed = np.ceil(needed / instance.reps[:people]).astype(int)
    usable = np.zeros((people, instance.slots), np.bool_)
    np.logical_or.at(usable, unit[seat], instance.covered()[meeting[seat]])
    waits = instance.available if instance.problem.breaks == "waiting" else np.ones_like(usable)
    least = np.zeros(people, np.int32)
    for person in np.nonzero(needed > 1)[0]:
        least[person] = _stretches(usable[person][waits[person]], int(needed[person])) - 1
    return least


def _stretches(usable: NDArray[np.bool_], needed: int) -> int:
    """How many of the longest stretches of True it takes to have `needed` of them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], usable, [False]]).astype(np.int8)))
    lengths = np.sort(edges[1::2] - edges[::2])[::-1]
    return int(np.searchsorted(np.cumsum(lengths), needed)) + 1


def anneal(
    board: Board, least: NDArray[np.int32], *, seconds: float, stop: Callable[[int], bool], clock: Callable[[], float],
    chains: int = CHAINS,
) -> None:  # fmt: skip
    """Lowers the breaks on the board with the meetings it holds; ends at the bound, or as `stop(breaks)` says.

    The number of chains decides when it is over. Where they take longer than `seconds`, it cools by the clock instead.
    """
    instance = board.instance
    slot = board.slot
    held = np.nonzero(slot >= 0)[0].astype(np.int32)
    confirmed = instance.previous[held]
    away = int(((confirmed >= 0) & (confirmed != slot[held])).sum())
    best_slot = np.append(slot, -1).astype(np.int32)
    cost = best = board.breaks + away * MOVED
    bound = int(least.sum()) + away * MOVED
    total = min(CHAINS_A_MEETING * len(held), chains)
    hot, cold = PATIENT if total >= MANY * len(held) else HURRIED
    schedule = (float(total), hot, cold, OVER_LOW, OVER_HIGH, MOVED, LONGEST, GUIDED)
    begun, done = clock(), 0
    while len(held) and done < total and best > bound:
        late = int(total * (clock() - begun) / max(seconds, 1e-3))
        done = max(done, late - CHUNK)
        if late >= total or stop(int(best % MOVED)):
            break
        until = min(done + CHUNK, total)
        cost, best = board.anneal(held, least, schedule, done, until, cost, best, best_slot)
        done = until
    board.set(best_slot[:-1])
