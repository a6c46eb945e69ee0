"""Re-planning: as few confirmed meetings away from their slots as can be, and a bound on how few.

The bound lets every meeting choose its slot for itself, with prices on the slots of participants and on tables, and a
reward for being held, so that the weight is reached (Lagrange; how to find good prices: Held, Wolfe and Crowder, 1974).
Whatever the prices, no timetable of that weight moves fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
from numpy.typing import NDArray

from . import pricing
from .compiling import Board, compiled
from .instance import Instance

ROUNDS, FEW = 300, 60  # at most, and where one has so many chains that they take long
CHAINS = 200_000
HOT, COLD = 0.3, 0.05  # temperature of the first and last round, in meetings moved
LONGEST = 15  # steps of a chain; longer ones cost more than they find

STEPS = 150  # of the prices
FIRST_PRICE = 0.5  # of a slot that a meeting with two participants is confirmed in: together as much as moving it
INERTIA = 0.5  # of the last step in the next
SLOW, SHORTER = 5, 0.7  # after so many steps without gain they grow so much shorter
TABLES, REWARD = 1e-3, 1e-4  # how much shorter the steps of these prices are: each concerns many more meetings
ROUNDING = 1e-4


def move_less(board: Board, stop: Callable[[], bool]) -> None:
    """Brings confirmed meetings back into their slots, by chains that cool down; holds no less, and more if it can."""
    instance = board.instance
    previous, stays = instance.previous, instance.stays
    total, least = int(instance.weight[instance.possible].sum()), cannot_stay(instance)
    best, best_rank = board.slot, (board.weight, -moved(instance, board.slot))
    index, rounds = 0, ROUNDS
    while index < rounds and best_rank != (total, -least) and not stop():
        slot = board.slot
        away = (slot >= 0) & stays & (slot != previous)
        out = (slot < 0) & instance.possible
        guests = (slot >= 0) & ~stays & (index % 4 == 0)
        chosen = np.nonzero(away | out | guests)[0]
        rounds = min(rounds, max(FEW, CHAINS // max(len(chosen), 1)))
        heat = HOT * (COLD / HOT) ** (index / rounds)
        board.rearrange(
            chosen, most=1 + index % 2, moved=1.0, may_leave_out=True, heat=heat, longest=LONGEST,
        )  # fmt: skip
        rank = (board.weight, -moved(instance, board.slot))
        if rank > best_rank:
            best, best_rank = board.slot, rank
        index += 1
    board.set(best)


def moved(instance: Instance, slot: NDArray[np.int32]) -> int:
    """Confirmed meetings that are not in their slot, or not held."""
    confirmed = instance.previous >= 0
    return int((confirmed & (slot != instance.previous)).sum())


def cannot_stay(instance: Instance) -> int:
    """Confirmed meetings whose slot is closed to them, or has too few tables for all."""
    stays = instance.stays
    onsite = stays & instance.onsite & (instance.duration == 1)
    crowd = np.bincount(instance.previous[onsite], minlength=instance.slots)
    lost = int(((instance.previous >= 0) & ~stays).sum())
    return lost + int(np.maximum(crowd - instance.tables, 0).sum())


def least_moved(instance: Instance, weight: int, found: int, stop: Callable[[], bool]) -> int:
    """No timetable that holds `weight` moves fewer; `found` is how many the best known one moves."""
    lost = int(((instance.previous >= 0) & ~instance.stays).sum())
    market = _Market(instance, weight)
    best, length, slow = 0.0, 1.0, 0
    for _ in range(STEPS):
        value = market.value()
        best, slow = (value, 0) if value > best + 1 else (max(value, best), slow + 1)
        if lost + best > found - 1 or stop():
            break
        if slow > SLOW:
            length, slow = length * SHORTER, 0
        market.change_prices(length * max(found - lost - value, 0.0))
    return max(lost + ceil(best - ROUNDING), cannot_stay(instance))


class _Market:
    """Slots of participants and tables at prices, what the meetings take of them, and a reward for being held."""

    def __init__(self, instance: Instance, weight: int) -> None:
        self.instance = instance
        self.kernels = compiled(pricing)
        stays, of_seat = instance.stays, instance.meeting_of_seat
        self.home = np.where(stays, instance.previous, -1).astype(np.int32)
        self.first_start = np.concatenate([[0], np.cumsum(instance.starts.sum(1))]).astype(np.int32)
        self.starts = np.nonzero(instance.starts)[1].astype(np.int32)
        heaviest = max(int(instance.weight.max(initial=1)), 1)
        self.worth, self.needed = instance.weight / heaviest, weight / heaviest
        self.room = np.repeat(instance.reps[:, None], instance.slots, axis=1).astype(np.float64)
        self.room[: instance.people] *= instance.available
        self.price, self.direction = np.zeros_like(self.room), np.zeros_like(self.room)
        self.price[instance.units[stays[of_seat]], instance.previous[of_seat[stays[of_seat]]]] = FIRST_PRICE
        self.rent = float((self.price * self.room).sum())
        self.table_price, self.reward = np.zeros(instance.slots), 1.0
        self.use = np.zeros(self.room.shape, np.int32)

    def value(self) -> float:
        """What is moved at least, beyond what cannot stay, as far as these prices tell."""
        instance = self.instance
        self.gain = self.reward * self.worth
        self.count = np.zeros(instance.slots, np.int32)
        cost = self.kernels.respond(
            instance.first, instance.units, self.first_start, self.starts, instance.duration, instance.onsite,
            self.home, self.gain, self.price, self.table_price, self.use, self.count,
        )  # fmt: skip
        return float(cost + self.reward * self.needed - self.rent - self.table_price.sum() * instance.tables)

    def change_prices(self, distance: float) -> None:
        """A step that would bring the value up by `distance` if it were linear."""
        over = (self.count - self.instance.tables).astype(float)
        over[(self.table_price <= 0) & (over < 0)] = 0
        short = self.needed - self.worth[self.gain > 0].sum()
        squares = self.kernels.turn(self.price, self.direction, self.use, self.room, INERTIA)
        step = distance / max(squares + TABLES * (over**2).sum() + REWARD * short**2, 1e-9)
        self.rent = self.kernels.advance(self.price, self.direction, self.use, self.room, step)
        self.table_price = np.maximum(self.table_price + step * TABLES * over, 0)
        self.reward = max(self.reward + step * REWARD * short, 0.0)
