"""Who is shown to whom, so that a few popular profiles are not shown to everyone.

In rounds: everybody, in an order drawn anew each round, takes the best they have not taken who was not shown to `cap`
people yet. A generous cap costs little relevance and spreads attention; Sinkhorn's balancing cost more and gained
nothing (docs/matching.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

OF_ONE_ORGANISATION = 2
FIRST_LOOK, FURTHER = 10, 4  # times k candidates are sorted at first, so many times more whenever these do not do


class Rows(Protocol):
    """Scores of all for each: a matrix, or rows that are computed when they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> NDArray[np.floating]: ...


def draft(
    scores: Rows,
    k: int,
    *,
    cap: int,
    seed: int,
    organisations: Sequence[Hashable | None] | None = None,
) -> list[list[int]]:
    """Positions of at most k others for each row, best first. NaN: never.

    Nobody stands in more than `cap` rows, no organisation more than twice in a row. Fewer than k where the caps
    leave no more. The same seed gives the same draft.
    """
    shown: Counter[int] = Counter()
    people = [_Chooser(scores, number, k, organisations) for number in range(len(scores))]
    draw = np.random.default_rng(seed)
    for _round in range(k):
        for number in draw.permutation(len(people)):
            taken = people[number].take(shown, cap)
            if taken is not None:
                shown[taken] += 1
    return [person.taken() for person in people]


class _Chooser:
    """One person's way down the list. Who was passed over because of a cap stays passed over: caps are never lifted."""

    def __init__(self, scores: Rows, number: int, k: int, organisations: Sequence[Hashable | None] | None) -> None:
        self.scores, self.number, self.organisations = scores, number, organisations
        self.order = best_first(scores[number], FIRST_LOOK * k)
        self.looked_at = FIRST_LOOK * k
        self.at = 0
        self.mine: list[int] = []  # places in the order
        self.of: Counter[Hashable] = Counter()

    def take(self, shown: Counter[int], cap: int) -> int | None:
        while True:
            while self.at < len(self.order):
                other = int(self.order[self.at])
                self.at += 1
                if shown[other] < cap and self._fits(other):
                    self.mine.append(self.at - 1)
                    return other
            if len(self.order) < self.looked_at:
                return None
            self.looked_at *= FURTHER
            self.order = best_first(self.scores[self.number], self.looked_at)

    def taken(self) -> list[int]:
        return [int(self.order[at]) for at in self.mine]

    def _fits(self, other: int) -> bool:
        organisation = self.organisations[other] if self.organisations else None
        if organisation is None:
            return True
        self.of[organisation] += 1
        return self.of[organisation] <= OF_ONE_ORGANISATION


def best_first(row: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Positions of the highest, best first, of equals the earlier; none that is NaN."""
    candidates = np.flatnonzero(~np.isnan(row))
    if 0 < most < len(candidates):
        bound = np.partition(row[candidates], len(candidates) - most)[len(candidates) - most]
        candidates = candidates[row[candidates] >= bound]
    return candidates[np.argsort(-row[candidates], kind="stable")][:most]
