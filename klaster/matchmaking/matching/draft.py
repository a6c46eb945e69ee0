"""Who is shown to whom, so that a few popular profiles are not shown to everyone.

In rounds: everybody, in an order drawn anew each round, takes the best they have not taken who was not shown to `cap`
people yet. A generous cap costs little relevance and spreads attention; Sinkhorn's balancing cost more and gained
nothing (docs/matching.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

OF_ONE_ORGANISATION = 2
FIRST_LOOK = 10  # times k candidates are sorted at first, the rest only for whom these do not do


def draft(
    scores: NDArray[np.floating],
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
    rows, columns = scores.shape
    shown = np.zeros(columns, dtype=np.intp)
    people = [_Chooser(row, k, organisations) for row in scores]
    draw = np.random.default_rng(seed)
    for _round in range(k):
        for number in draw.permutation(rows):
            taken = people[number].take(shown, cap)
            if taken is not None:
                shown[taken] += 1
    return [person.taken(scores[number]) for number, person in enumerate(people)]


class _Chooser:
    """One person's way down the list. Who was passed over because of a cap stays passed over: caps are never lifted."""

    def __init__(self, row: NDArray[np.floating], k: int, organisations: Sequence[Hashable | None] | None) -> None:
        self.row, self.organisations = row, organisations
        self.order = best_first(row, FIRST_LOOK * k)
        self.whole = False
        self.at = 0
        self.mine: list[int] = []
        self.of: Counter[Hashable] = Counter()

    def take(self, shown: NDArray[np.intp], cap: int) -> int | None:
        while True:
            while self.at < len(self.order):
                other = int(self.order[self.at])
                self.at += 1
                if shown[other] < cap and self._fits(other):
                    self.mine.append(other)
                    return other
            if self.whole:
                return None
            self.order, self.whole = best_first(self.row, len(self.row)), True

    def taken(self, row: NDArray[np.floating]) -> list[int]:
        return sorted(self.mine, key=lambda other: (-row[other], other))

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
