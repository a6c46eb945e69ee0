"""A table for every meeting on site: hosts at their own, and few moves between meetings that follow each other.

Somebody stays where the next meeting is at the table of the last. Of the meetings that end with one slot only one can
hand its table to a meeting that starts in the next, and the other way round: the moves saved are a matching between
meetings that follow each other, weighted by the participants they share. Without fixed tables every such matching can
be carried out (the chains it makes are intervals; those that overlap at most `tables` at a time can be coloured), so
that the heaviest matching proves the moves least for the slots given.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from .instance import Instance


@dataclass(frozen=True, slots=True)
class Seating:
    """`table` (M,): -1 online or not held, -2 where no table could be found.

    `moves`: how often somebody goes straight from one meeting to the next at another table; `moves_bound`: the least
    for these slots.
    """

    table: NDArray[np.int32]
    moves: int
    moves_bound: int


def seat(instance: Instance, slot: NDArray[np.int32]) -> Seating:
    """Tables for the meetings at the slots given; confirmed meetings that stay in their slot keep their table."""
    onsite = [m for m in np.nonzero(slot >= 0)[0].tolist() if not instance.problem.meetings[m].online]
    fixed = _fixed_tables(instance, onsite)
    passages, share = _passages(instance, slot, onsite)
    handed, saved = _matching(share, fixed)
    table = np.full(len(slot), -1, np.int32)
    book = _Book(instance, slot, fixed)
    for meeting in onsite:
        confirmed = instance.previous[meeting] == slot[meeting] and slot[meeting] >= 0
        if meeting not in fixed and confirmed and book.take(meeting, int(instance.previous_table[meeting])):
            table[meeting] = instance.previous_table[meeting]
    for meeting in sorted(onsite, key=lambda m: (slot[m], -instance.duration[m], m not in handed, m)):
        if meeting in fixed:
            table[meeting] = fixed[meeting]
        elif table[meeting] < 0:
            wish = int(table[handed[meeting]]) if meeting in handed else -1
            table[meeting] = book.best(meeting, wish)
    stays = sum(people for (one, other), people in share.items() if table[one] == table[other])
    return Seating(table, passages - stays, passages - saved)


def _fixed_tables(instance: Instance, onsite: list[int]) -> dict[int, int]:
    tables = sorted({p.fixed_table for p in instance.problem.participants if p.fixed_table is not None})
    fixed = {}
    for meeting in onsite if tables else ():
        last = int(instance.members(meeting)[-1])
        if last >= instance.people:
            fixed[meeting] = tables[last - instance.people]
    return fixed


def _passages(instance: Instance, slot: NDArray[np.int32], onsite: list[int]) -> tuple[int, dict[tuple[int, int], int]]:
    """How often somebody goes from one meeting straight to the next, and the participants shared by such pairs."""
    ends, begins = defaultdict(list), defaultdict(list)
    for meeting in onsite:
        for unit in instance.members(meeting).tolist():
            if unit < instance.people:
                begins[unit, int(slot[meeting])].append(meeting)
                ends[unit, int(slot[meeting] + instance.duration[meeting])].append(meeting)
    passages = 0
    share: Counter[tuple[int, int]] = Counter()
    for moment in ends.keys() & begins.keys():
        passages += min(len(ends[moment]), len(begins[moment]))
        share.update((one, other) for one in ends[moment] for other in begins[moment])
    return passages, dict(share)


def _matching(share: dict[tuple[int, int], int], fixed: dict[int, int]) -> tuple[dict[int, int], int]:
    """Who hands its table to whom (later meeting: earlier one) so that most participants stay, and how many do."""
    pairs = [
        (one, other)
        for one, other in sorted(share)
        if one not in fixed or other not in fixed or fixed[one] == fixed[other]
    ]
    if not pairs:
        return {}, 0
    size = 1 + max(max(pair) for pair in pairs)
    rows, columns = np.array(pairs).T
    graph = sparse.csr_matrix((np.ones(len(rows)), (rows, columns + size)), shape=(2 * size, 2 * size))
    _, label = sparse.csgraph.connected_components(graph, directed=False)
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, other in pairs:
        parts[int(label[one])].append((one, other))
    handed, saved = {}, 0
    for part in parts.values():
        for one, other in _heaviest(part, share):
            handed[other] = one
            saved += share[one, other]
    return handed, saved


def _heaviest(part: list[tuple[int, int]], share: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    if len(part) == 1:
        return part
    first = {meeting: index for index, meeting in enumerate(sorted({one for one, _ in part}))}
    second = {meeting: index for index, meeting in enumerate(sorted({other for _, other in part}))}
    gain = np.zeros((len(first), len(second)))
    for one, other in part:
        gain[first[one], second[other]] = share[one, other]
    rows, columns = linear_sum_assignment(gain, maximize=True)
    earlier, later = list(first), list(second)
    return [(earlier[r], later[c]) for r, c in zip(rows, columns, strict=True) if gain[r, c]]


class _Book:
    """Which table is taken when."""

    def __init__(self, instance: Instance, slot: NDArray[np.int32], fixed: dict[int, int]) -> None:
        self.slot, self.duration = slot, instance.duration
        self.free = np.ones((instance.problem.tables, instance.slots), np.bool_)
        for meeting, table in fixed.items():
            self._mark(meeting, table)
        hosts = {p.fixed_table for p in instance.problem.participants if p.fixed_table is not None}
        self.order = sorted(range(instance.problem.tables), key=lambda table: (table in hosts, table))
        self.next = [0] * instance.slots

    def _mark(self, meeting: int, table: int) -> None:
        begin = int(self.slot[meeting])
        self.free[table, begin : begin + int(self.duration[meeting])] = False

    def take(self, meeting: int, table: int) -> bool:
        begin = int(self.slot[meeting])
        if table < 0 or not self.free[table, begin : begin + int(self.duration[meeting])].all():
            return False
        self._mark(meeting, table)
        return True

    def best(self, meeting: int, wish: int) -> int:
        """The table wished for, else the first that is free for the whole meeting, those of hosts last; -2: none."""
        if self.take(meeting, wish):
            return wish
        begin = int(self.slot[meeting])
        index = self.next[begin]
        while index < len(self.order) and not self.free[self.order[index], begin]:
            index += 1
        self.next[begin] = index  # tables before it stay taken in this slot
        for table in self.order[index:]:
            if self.take(meeting, table):
                return table
        return -2
