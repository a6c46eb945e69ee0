"""A table for every meeting on site: hosts at their own, and few moves between meetings that follow each other.

Somebody stays where the next meeting is at the table of the last. Of the meetings that end with one slot only one can
hand its table to a meeting that starts in the next, and the other way round: the moves saved are a matching between
meetings that follow each other, weighted by the participants they share. Without fixed tables every such matching can
be carried out (the chains it makes are intervals; those that overlap at most `tables` at a time can be coloured), so
that the heaviest matching proves the moves least for the slots given.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .instance import Instance
from .problem import Assignment


@dataclass(frozen=True, slots=True)
class Seating:
    """`table` (M,): -1 online or not held, -2 where no table could be found.

    `moves`: how often somebody goes straight from one meeting to the next at another table; `moves_bound`: the least
    for these slots.
    """

    table: NDArray[np.int32]
    moves: int
    moves_bound: int


@dataclass(frozen=True, slots=True)
class Handover:
    """Meetings that follow each other (`one` ends when `other` starts), and how many participants go straight on."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    people: NDArray[np.int64]


def seat(instance: Instance, slot: NDArray[np.int32]) -> Seating:
    """Tables for the meetings at the slots given; confirmed meetings that stay in their slot keep their table."""
    onsite = [m for m in np.nonzero(slot >= 0)[0].tolist() if not instance.problem.meetings[m].online]
    fixed = _fixed_tables(instance, onsite)
    passages, share = _passages(instance, slot, onsite)
    table = np.full(len(slot), -1, np.int32)
    table[list(fixed)] = list(fixed.values())
    handed, saved = _matching(share, table)
    book = _Book(instance, slot, fixed)
    for meeting in onsite:
        confirmed = instance.previous[meeting] == slot[meeting] and slot[meeting] >= 0
        if meeting not in fixed and confirmed and book.take(meeting, int(instance.previous_table[meeting])):
            table[meeting] = instance.previous_table[meeting]
    for meeting in sorted(onsite, key=lambda m: (slot[m], -instance.duration[m], m not in handed, m)):
        if table[meeting] < 0:
            wish = int(table[handed[meeting]]) if meeting in handed else -1
            table[meeting] = book.best(meeting, wish)
    stays = int(share.people[table[share.one] == table[share.other]].sum())
    return Seating(table, passages - stays, passages - saved)


def assignments(instance: Instance, slot: NDArray[np.int32], seating: Seating) -> tuple[Assignment, ...]:
    """The meetings held, in the order of the problem."""
    places = zip(instance.problem.meetings, slot.tolist(), seating.table.tolist(), strict=True)
    return tuple(Assignment(m.id, start, None if table < 0 else table) for m, start, table in places if start >= 0)


def _fixed_tables(instance: Instance, onsite: list[int]) -> dict[int, int]:
    tables = sorted({p.fixed_table for p in instance.problem.participants if p.fixed_table is not None})
    fixed = {}
    for meeting in onsite if tables else ():
        last = int(instance.members(meeting)[-1])
        if last >= instance.people:
            fixed[meeting] = tables[last - instance.people]
    return fixed


def _passages(instance: Instance, slot: NDArray[np.int32], onsite: list[int]) -> tuple[int, Handover]:
    """How often somebody goes from one meeting straight to the next, and the participants shared by such pairs."""
    size, times = len(slot), instance.slots + 1
    meeting, unit = instance.meeting_of_seat, instance.units.astype(np.int64)
    takes_part = (unit < instance.people) & np.isin(meeting, onsite)
    meeting, unit = meeting[takes_part].astype(np.int64), unit[takes_part]
    begin = unit * times + slot[meeting]
    end = begin + instance.duration[meeting]
    order = np.argsort(begin, kind="stable")
    low, high = (np.searchsorted(begin[order], end, side) for side in ("left", "right"))
    moments, ended = np.unique(end, return_counts=True)
    begun = np.searchsorted(begin[order], moments, "right") - np.searchsorted(begin[order], moments, "left")
    followers = high - low
    nth = np.arange(followers.sum()) - np.repeat(np.cumsum(followers) - followers, followers)
    one = np.repeat(meeting, followers)
    other = meeting[order][np.repeat(low, followers) + nth]
    pair, people = np.unique(one * size + other, return_counts=True)
    return int(np.minimum(ended, begun).sum()), Handover(pair // size, pair % size, people)


def _matching(share: Handover, table: NDArray[np.int32]) -> tuple[dict[int, int], int]:
    """Who hands its table to whom (later meeting: earlier one) so that most participants stay, and how many do.

    `table` (M,): fixed ones, else -1.
    """
    one, other, people = share.one, share.other, share.people
    may = (table[one] < 0) | (table[other] < 0) | (table[one] == table[other])
    one, other, people = one[may], other[may], people[may]
    if not len(one):
        return {}, 0
    size = len(table)
    graph = sparse.csr_matrix((np.ones(len(one)), (one, other + size)), shape=(2 * size, 2 * size))
    _, label = sparse.csgraph.connected_components(graph, directed=False)
    part_of = label[one]
    alone = np.bincount(part_of)[part_of] == 1
    handed = dict(zip(other[alone].tolist(), one[alone].tolist(), strict=True))
    saved = int(people[alone].sum())
    parts: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for part, *pair in np.stack([part_of, one, other, people], 1)[~alone].tolist():
        parts[part].append((pair[0], pair[1], pair[2]))
    for pairs in parts.values():
        for earlier, later, stay in _heaviest(pairs):
            handed[later] = earlier
            saved += stay
    return handed, saved


def _heaviest(part: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    first = {meeting: index for index, meeting in enumerate(sorted({one for one, _, _ in part}))}
    second = {meeting: index for index, meeting in enumerate(sorted({other for _, other, _ in part}))}
    gain = np.zeros((len(first), len(second)), int)
    for one, other, people in part:
        gain[first[one], second[other]] = people
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - loads slowly and is not always needed

    rows, columns = linear_sum_assignment(gain, maximize=True)
    earlier, later = list(first), list(second)
    found = zip(rows.tolist(), columns.tolist(), gain[rows, columns].tolist(), strict=True)
    return [(earlier[r], later[c], people) for r, c, people in found if people]


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
