"""One profile against candidates out of very many: what z needs of all the others is kept, not computed each time.

The cosines of a need v with all offers have mean v·m and variance vᵀCv, m and C being mean and covariance of the
offers. Tags count as independent of one another: Σ w f and Σ w² f (1 - f), f being the share of lines
with the tag. So the score of a pair needs the pair alone, and a search may bring only the nearest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .backends import Role
from .profiles import Line
from .scoring import FLAT, TAGS_WEIGHT, Direction, Known, reciprocal, tag_weights


class Expected(NamedTuple):
    """Of a need with all offers: mean and standard deviation of cosines, and of the weights of tags in common."""

    mean: float = 0.0
    spread: float = 0.0
    tags_mean: float = 0.0
    tags_spread: float = 0.0


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

    def expected(self, vector: NDArray[np.float32] | None, tags: Collection[str]) -> Expected:
        """Of a need with this vector and these tags; zeros where nothing is known."""
        weights = self.weights_of(tags)
        tags_mean = math.fsum(weight * self.shares[tag] for tag, weight in weights.items())
        variance = math.fsum(w * w * self.shares[tag] * (1 - self.shares[tag]) for tag, w in weights.items())
        if vector is None or self.mean is None or self.covariance is None:
            return Expected(0.0, 0.0, tags_mean, math.sqrt(variance))
        spread = math.sqrt(max(0.0, float(vector @ self.covariance @ vector)))
        return Expected(float(vector @ self.mean), spread, tags_mean, math.sqrt(variance))

    def weights_of(self, tags: Collection[str]) -> dict[str, float]:
        """Of those that offers have at all, the rarest first."""
        return {tag: self.weights[tag] for tag in sorted(self.weights.keys() & tags, key=self.shares.__getitem__)}

    def tags(self, wanted: frozenset[str], offered: frozenset[str]) -> float:
        """z of the weights of the tags of a need that an offer has."""
        expected = self.expected(None, wanted)
        if expected.tags_spread <= FLAT:
            return 0.0
        return (sum(self.weights_of(wanted & offered).values()) - expected.tags_mean) / expected.tags_spread

    @property
    def average(self) -> float:
        """p of a need with any offer, texts and tags taken as normally distributed: what counts for a direction nobody
        says anything about, whoever a search brings."""
        z = np.linspace(-8, 8, 401)
        usual = np.exp(-z * z / 2)
        spread = math.hypot(1.0 if "text" in self.known else 0.0, TAGS_WEIGHT if "tags" in self.known else 0.0)
        return float((Direction(np.float32(spread) * z.astype(np.float32), self.known).p * usual).sum() / usual.sum())

    @property
    def known(self) -> Known:
        return "tags" if self.mean is None else "text+tags" if self.weights else "text"


class Seen(NamedTuple):
    """A line of somebody else, as a search brings it: z of its cosine and of its tags with my lines of the other kind,
    of each the best."""

    owner: Hashable
    kind: Role
    text: float
    tags: float


class Found(NamedTuple):
    """`p_ab`: their offers answer my needs, `p_ba`: mine theirs; None where one of us says nothing."""

    owner: Hashable
    score: float
    p_ab: float | None
    p_ba: float | None


def against(seen: Sequence[Seen], offers: Crowd) -> list[Found]:
    """Owners of the lines seen by reciprocal score, best first.

    Where somebody has several lines, the best pair counts of text and of tags.
    """
    places = {owner: at for at, owner in enumerate(dict.fromkeys(line.owner for line in seen))}
    there, back = (
        _p_of_owners([line for line in seen if line.kind == kind], places, offers) for kind in ("offer", "need")
    )
    scores = reciprocal(there, back, average=offers.average)
    owners = list(places)
    order = np.argsort(-scores, kind="stable").tolist()
    return [Found(owners[at], float(scores[at]), _known(there[at]), _known(back[at])) for at in order]


def _p_of_owners(seen: Sequence[Seen], places: Mapping[Hashable, int], offers: Crowd) -> NDArray[np.float32]:
    """p of one direction for each owner. z is over all offers that a need could choose from, mine among theirs."""
    best = np.full((2, len(places)), -np.inf, dtype=np.float32)
    owners = [places[line.owner] for line in seen]
    np.maximum.at(best[0], owners, [line.text for line in seen])
    np.maximum.at(best[1], owners, [line.tags for line in seen])
    found = np.full(len(places), np.nan, dtype=np.float32)
    has = np.isfinite(best[0])
    found[has] = Direction(best[0][has] + np.float32(TAGS_WEIGHT) * best[1][has], offers.known).p
    return found


def _known(p: np.float32) -> float | None:
    return None if np.isnan(p) else float(p)
