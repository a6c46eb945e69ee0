"""Where and when: holds as many of the chosen meetings as it can, and stops at the bound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .bound import Choice
from .compiling import Board
from .instance import Instance

STALE = 20_000  # rounds without gain after which placing gives up, if there is time for so many
STUCK, SHORT = 20, 8  # rounds without gain, after which chains are shorter where some meetings are longer than others
# Meetings that a step of a chain may eject: in the way of a longer one there are often several. Both are odd, so that
# every number meets every fourth round, in which nothing may be left out.
MOST, MOST_LONGER = 3, 5


def place(board: Board, choice: Choice, stop: Callable[[], bool], *, moved: float = 0.0, patience: int = STALE) -> None:
    """Fills the board with the chosen meetings, then with others, until the bound, the clock or staleness says stop.

    First greedily, the hardest first; then by ejection chains; where some stay out, chains may also leave another of
    the same weight out instead, so that what is stuck wanders until it finds a way in. `moved` is the price of moving a
    confirmed meeting, `patience` the rounds without gain after which it gives up.
    """
    instance = board.instance
    board.fill(hardest_first(instance, choice.held))
    longer = bool((instance.duration > 1).any())
    ejected = MOST_LONGER if longer else MOST
    chosen, others = np.nonzero(choice.held)[0], np.nonzero(~choice.held & instance.possible)[0]
    best, best_weight = board.slot, board.weight
    stale = round_number = 0
    while best_weight < choice.weight_bound and stale < patience and not stop():
        slot = board.slot
        missing = chosen[slot[chosen] < 0]
        if round_number % 4 == 3 or not len(missing):
            missing = np.concatenate([missing, others[slot[others] < 0]])
        if not len(missing):
            break
        board.rearrange(
            missing, most=1 + round_number % ejected, moved=moved, may_leave_out=round_number % 4 != 0,
            longest=SHORT if longer and stale > STUCK else None,
        )  # fmt: skip
        round_number += 1
        stale += 1
        if board.weight > best_weight:
            best, best_weight, stale = board.slot, board.weight, 0
    board.set(best)
    board.fill(np.nonzero((best < 0) & instance.possible)[0])


def hardest_first(instance: Instance, held: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The meetings marked in `held`: ordered ones first, then those with the least choice for their people."""
    people = instance.units < instance.people
    meeting = instance.meeting_of_seat
    use = held[meeting] * instance.duration[meeting]
    load = np.bincount(instance.units, weights=use, minlength=len(instance.reps))
    space = np.maximum(instance.available.sum(1) * instance.reps[: instance.people], 1)
    tight = np.zeros(len(instance.weight))
    np.maximum.at(tight, meeting[people], (load[: instance.people] / space)[instance.units[people]])
    rank = _rank(instance)
    order = np.lexsort((instance.starts.sum(1) - 4.0 * tight * instance.slots, -instance.duration, rank))
    return order[held[order]]


def _rank(instance: Instance) -> NDArray[np.int64]:
    """How many meetings must come before, counted along the longest way; 0 for all where there is no order."""
    rank = np.zeros(len(instance.weight), np.int64)
    for _ in range(len(instance.earlier)):
        new = rank.copy()
        np.maximum.at(new, instance.earlier[:, 1], rank[instance.earlier[:, 0]] + 1)
        if (new == rank).all():
            break
        rank = new
    return rank
