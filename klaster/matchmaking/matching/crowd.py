"""One profile against candidates out of very many: what z needs of all the others is kept, not computed each time.

The cosines of a need v with all offers have mean v·m and variance vᵀCv, m and C being mean and covariance of the
offers. Tags count as independent of one another: Σ w f and Σ w² f (1 - f), f being the share of lines
with the tag. So the score of a pair needs the pair alone, and a search may bring only the nearest.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .backends import Role
from .profiles import Line
from .scoring import FLAT, TAGS_WEIGHT, Direction, Known, reciprocal, tag_weights


@dataclass(frozen=True, eq=False)
class Crowd:
    """All offers there are: how many, mean and covariance of their centred vectors, shares of tags."""

    lines: int
    mean: NDArray[np.float32] | None
    covariance: NDArray[np.float32] | None
    weights: Mapping[str, float]
    shares: Mapping[str, float]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Crowd:
        known = [line.vector for line in lines if line.vector is not None and line.vector.any()]
        vectors = np.stack(known) if len(known) > 1 else None
        weights = tag_weights(lines)
        shares = {tag: sum(tag in line.tags for line in lines) / len(lines) for tag in weights}
        if vectors is None:
            return cls(len(lines), None, None, weights, shares)
        away = vectors - vectors.mean(axis=0)
        return cls(len(lines), vectors.mean(axis=0), away.T @ away / len(vectors), weights, shares)

    @classmethod
    def told(
        cls,
        lines: int,
        mean: NDArray[np.float32] | None,
        covariance: NDArray[np.float32] | None,
        shares: Mapping[str, float],
    ) -> Crowd:
        """As it was measured before."""
        weights = {tag: math.log1p(1 / share) for tag, share in shares.items() if share > 0}
        return cls(lines, mean, covariance, weights, {tag: shares[tag] for tag in weights})

    def expected(self, vector: NDArray[np.float32] | None) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of a need's vector with all offers; 0 where not known."""
        if vector is None or self.mean is None or self.covariance is None:
            return 0.0, 0.0
        return float(vector @ self.mean), math.sqrt(max(0.0, float(vector @ self.covariance @ vector)))

    def tags(self, wanted: frozenset[str], others: Sequence[frozenset[str]]) -> list[float]:
        """z of the weights of these tags of a need that offers have."""
        weights = {tag: self.weights[tag] for tag in wanted if tag in self.weights}
        mean = sum(weight * self.shares[tag] for tag, weight in weights.items())
        spread = math.sqrt(sum(w * w * self.shares[tag] * (1 - self.shares[tag]) for tag, w in weights.items()))
        if spread <= FLAT:
            return [0.0] * len(others)
        z = {tags: (sum(weights.get(tag, 0.0) for tag in tags) - mean) / spread for tags in set(others)}
        return [z[tags] for tags in others]

    @property
    def known(self) -> Known:
        return "tags" if self.mean is None else "text+tags" if self.weights else "text"


@dataclass(frozen=True)
class Seen:
    """A line of somebody else, as a search brings it: its cosines with my lines of the other kind and, for a need, what
    `Crowd.expected` says of it."""

    owner: Hashable
    kind: Role
    cosines: Sequence[float]
    expected: tuple[float, float]
    tags: frozenset[str]


@dataclass(frozen=True)
class Found:
    """`p_ab`: their offers answer my needs, `p_ba`: mine theirs; None where one of us says nothing."""

    owner: Hashable
    score: float
    p_ab: float | None
    p_ba: float | None


def against(mine: Sequence[Line], seen: Sequence[Seen], offers: Crowd) -> list[Found]:
    """Owners of the lines seen by reciprocal score, best first; without who cannot be said anything of.

    Where somebody has several lines, the best pair counts of text and of tags.
    """
    places = {owner: at for at, owner in enumerate(dict.fromkeys(line.owner for line in seen))}
    there, back = (
        _p_of_owners(
            [line for line in mine if line.kind == kind], [line for line in seen if line.kind != kind], places, offers
        )
        for kind in ("need", "offer")
    )
    scores = reciprocal(there, back)
    owners = list(places)
    order = [int(at) for at in np.argsort(-scores, kind="stable") if not np.isnan(scores[at])]
    return [Found(owners[at], float(scores[at]), _known(there[at]), _known(back[at])) for at in order]


def _p_of_owners(
    mine: Sequence[Line], seen: Sequence[Seen], places: Mapping[Hashable, int], offers: Crowd
) -> NDArray[np.float32]:
    """p of one direction for each owner. z is over all offers that a need could choose from, mine among theirs."""
    found = np.full(len(places), np.nan, dtype=np.float32)
    if not mine or not seen:
        return found
    owners = [places[line.owner] for line in seen]
    cosines = np.array([line.cosines for line in seen], dtype=np.float32).reshape(len(seen), len(mine))
    if mine[0].kind == "need":
        expected = np.array([offers.expected(line.vector) for line in mine], dtype=np.float32)[None]
        tags = np.max([offers.tags(line.tags, [other.tags for other in seen]) for line in mine], axis=0)
    else:
        expected = np.array([line.expected for line in seen], dtype=np.float32)[:, None]
        told = {tags: max(offers.tags(tags, [line.tags for line in mine])) for tags in {line.tags for line in seen}}
        tags = np.array([told[line.tags] for line in seen])
    means, spreads = expected[..., 0], expected[..., 1]
    text = np.where(spreads > FLAT, (cosines - means) / np.maximum(spreads, FLAT), 0).max(axis=1)
    best = np.full((2, len(places)), -np.inf, dtype=np.float32)
    np.maximum.at(best[0], owners, text)
    np.maximum.at(best[1], owners, tags)
    has = np.isfinite(best[0])
    found[has] = Direction(best[0][has] + np.float32(TAGS_WEIGHT) * best[1][has], offers.known).p
    return found


def _known(p: np.float32) -> float | None:
    return None if np.isnan(p) else float(p)
