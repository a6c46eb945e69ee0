"""Profiles against profiles: both directions, a draft that shows nobody to everyone, and the lines that say why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .backends import Role
from .draft import draft
from .profiles import Line, Profile
from .scoring import Known, Scores, Side, calibrated, direction, reciprocal


@dataclass(frozen=True)
class Reason:
    """Both texts as they stand. Whether they fit is for people to say: every other time the nearest does not."""

    need: Line
    offer: Line
    tags: frozenset[str]  # that both lines have
    cosine: float | None


@dataclass(frozen=True)
class Recommendation:
    """`p_ab`: their offers answer my needs; `p_ba`: mine answer theirs; None where one of us has said nothing."""

    other: Profile
    score: float
    p_ab: float | None
    p_ba: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, eq=False)
class Matches:
    """Everybody against everybody: for one event of up to ten thousand people. In memory is one matrix, p; scores of
    both directions are computed row by row."""

    profiles: Sequence[Profile]
    allowed: NDArray[np.bool_] | None = None  # row: to whom; column: who is shown

    @cached_property
    def _there(self) -> tuple[Scores, Known]:
        found = direction(side(self.profiles, "need"), side(self.profiles, "offer"), is_one_crowd=True)
        return calibrated(found.s, found.known), found.known

    @property
    def p(self) -> Scores:
        """Row: whose needs; column: whose offers."""
        return self._there[0]

    @property
    def known(self) -> Known:
        return self._there[1]

    @cached_property
    def average(self) -> float:
        """Of p, as far as it is known; 0 where nobody's is."""
        count = sum(int(np.count_nonzero(~np.isnan(row))) for row in self.p)
        return sum(float(np.nansum(row, dtype=np.float64)) for row in self.p) / max(count, 1)

    def __len__(self) -> int:
        return len(self.profiles)

    def __getitem__(self, number: int) -> Scores:
        """Reciprocal scores of one with all; NaN for oneself, those not allowed, and where neither side can be said
        anything of."""
        row = reciprocal(self.p[number], self.p[:, number], self.average)
        if self.allowed is not None:
            row[~self.allowed[number]] = np.nan
        return row

    @property
    def scores(self) -> Scores:
        """Of all with all, for few people."""
        rows = np.zeros((len(self), len(self)), dtype=np.float32)
        for number in range(len(self)):
            rows[number] = self[number]
        return rows

    def ranking(self, number: int) -> list[int]:
        """All others that can be recommended, best first; of equals the earlier."""
        row = self[number]
        return [int(at) for at in np.argsort(-row, kind="stable") if not np.isnan(row[at])]

    def draft(self, k: int = 10, *, seed: int, cap: int | None = None) -> list[list[int]]:
        """k others for each, nobody shown to more than `cap` (2k) people; see draft.draft."""
        organisations = [profile.organisation for profile in self.profiles]
        return draft(self, k, cap=2 * k if cap is None else cap, seed=seed, organisations=organisations)

    def recommendation(self, number: int, other: int) -> Recommendation:
        me, them = self.profiles[number], self.profiles[other]
        there, back = self.p[number, other], self.p[other, number]
        is_allowed = self.allowed is None or self.allowed[number, other]
        return Recommendation(
            them,
            float(reciprocal(there, back, self.average)) if is_allowed else float("nan"),
            _known(there),
            _known(back),
            tuple(filter(None, (reason(me, them), reason(them, me)))),
        )


def side(profiles: Sequence[Profile], kind: Role) -> Side:
    """The lines of a kind of all profiles."""
    pairs = [(owner, line) for owner, profile in enumerate(profiles) for line in profile.of(kind)]
    return Side([line for _, line in pairs], [owner for owner, _ in pairs], len(profiles))


def reason(needs: Profile, offers: Profile) -> Reason | None:
    """The two lines that fit best: by cosine, then by tags in common. None where a line is missing or nothing fits."""
    pairs = [
        (_cosine(need, offer), len(need.tags & offer.tags), need, offer)
        for need in needs.of("need")
        for offer in offers.of("offer")
    ]
    if not pairs:
        return None
    cosine, common, need, offer = max(pairs, key=lambda pair: (-1.0 if pair[0] is None else pair[0], pair[1]))
    if not common and (cosine is None or cosine <= 0):
        return None
    return Reason(need, offer, need.tags & offer.tags, cosine)


def _cosine(need: Line, offer: Line) -> float | None:
    if need.vector is None or offer.vector is None:
        return None
    return float(need.vector @ offer.vector)


def _known(p: np.float32) -> float | None:
    return None if np.isnan(p) else float(p)
