"""From lines to scores: how well what one offers answers what the other needs, in one direction and in both."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .profiles import Line

Scores = NDArray[np.float32]  # (whose needs, whose offers); NaN where nothing can be said
Known = Literal["text+tags", "text", "tags"]

TAGS_WEIGHT = 0.75
NEIGHBOURS = 10  # of the offer among needs, at most one needs in ten
HUB_WEIGHT = 0.5  # as CSLS has it, where it is doubled on both sides
CHUNK = 256  # lines of needs at once
FLAT = 1e-6  # standard deviation below which a row says nothing

# p = σ((s - b) / τ): logistic regression of "is a partner" on s over all pairs of the development set. Fitted without
# a quarter of the topics each time, b lay within 0.2 and τ within 0.1 of these.
CALIBRATION: dict[Known, tuple[float, float]] = {"text+tags": (5.6, 0.95), "text": (3.2, 0.58), "tags": (3.5, 0.64)}


@dataclass(frozen=True, eq=False)
class Side:
    """Lines of one kind and whose they are: `owners` are positions from 0 below `size`."""

    lines: Sequence[Line]
    owners: Sequence[int]
    size: int

    def __post_init__(self) -> None:
        if list(self.owners) != sorted(self.owners):
            raise ValueError("lines must come in the order of their owners")

    @cached_property
    def vectors(self) -> NDArray[np.float32] | None:
        """One row a line, nothing where a line has no vector yet; None where no line has one."""
        known = [line.vector for line in self.lines if line.vector is not None]
        if not known:
            return None
        nothing = np.zeros_like(known[0])
        return np.stack([nothing if line.vector is None else line.vector for line in self.lines])

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where the lines of each owner who has any begin."""
        return np.flatnonzero(np.diff(np.asarray(self.owners), prepend=-1))

    @cached_property
    def present(self) -> NDArray[np.intp]:
        """The owners who have lines."""
        return np.asarray(self.owners, dtype=np.intp)[self.starts]


@dataclass(frozen=True, eq=False)
class Direction:
    """`s` of one direction and the probability calibrated from it."""

    s: Scores
    known: Known

    @property
    def p(self) -> Scores:
        return calibrated(self.s.copy(), self.known)


def calibrated(s: Scores, known: Known) -> Scores:
    """p of s, in the place of s: of ten thousand people either is 400 MB. Never overflows."""
    bound, width = CALIBRATION[known]
    s -= np.float32(bound)
    s /= np.float32(2 * width)
    np.tanh(s, out=s)
    s += np.float32(1)
    s *= np.float32(0.5)
    return s


def direction(needs: Side, offers: Side, *, is_one_crowd: bool = False) -> Direction:
    """s = z(max over needs × offers of centred cosine less half the offer's hubness) + 0.75 z(max of tags in common).

    z is over the offers of all others: in one crowd the owner of the same number is oneself. Without vectors, or
    without tags, the other alone. Needs are looked at in blocks, so that only s is as large as owners × owners.
    """
    has_text = needs.vectors is not None and offers.vectors is not None
    has_tags = any(line.tags for line in needs.lines) and any(line.tags for line in offers.lines)
    s = np.full((needs.size, offers.size), np.nan, dtype=np.float32)
    texts: Iterable[Scores | None] = _cosines(needs, offers) if has_text else repeat(None)
    spans = _chunks(needs) if needs.lines and offers.lines else ()
    for span, text, tags in zip(spans, texts, _tags_in_common(needs, offers), strict=False):
        rows, common = _best(needs, offers, span, tags)
        unknown = np.isnan(common)
        if is_one_crowd:
            unknown[np.arange(len(rows)), rows] = True
        common[unknown] = np.nan
        block = np.zeros_like(common)
        if text is not None:
            _rows, block = _best(needs, offers, span, text)
            block[unknown] = np.nan
            block = standardised(block)
        if has_tags or not has_text:
            block = block + TAGS_WEIGHT * standardised(common)
        block[unknown] = np.nan
        s[rows] = block
    return Direction(s, "text" if has_text and not has_tags else "text+tags" if has_text else "tags")


def standardised(scores: Scores) -> Scores:
    """Each row less its mean, by its standard deviation; zeros for a row that says nothing."""
    known = ~np.isnan(scores)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, scores, 0).sum(axis=1, keepdims=True, dtype=np.float64) / count
    centred = scores - mean.astype(np.float32)
    spread = np.sqrt(np.where(known, np.square(centred), 0).sum(axis=1, keepdims=True, dtype=np.float64) / count)
    return np.where(spread > FLAT, centred / np.maximum(spread, FLAT), np.where(known, 0, np.nan)).astype(np.float32)


def reciprocal(there: Scores, back: Scores, average: float | None = None) -> Scores:
    """0.7 √(p_ab p_ba) + 0.3 (p_ab + p_ba) / 2; a direction nobody said anything about counts as the average one.

    Reciprocal recommenders take a mean that wants both sides [7]; a little of the arithmetic one keeps partners of whom
    only one side wants something. `average` where these are not all there are.
    """
    neither = np.isnan(there) & np.isnan(back)
    if average is None:
        known = np.concatenate([there[~np.isnan(there)], back[~np.isnan(back)]])
        average = float(known.mean()) if known.size else 0.0
    unsaid = np.float32(average)
    there, back = (np.where(np.isnan(side), unsaid, side) for side in (there, back))
    both = 0.7 * np.sqrt(there * back) + 0.3 * (there + back) / 2
    return np.where(neither, np.nan, both).astype(np.float32)


def tag_weights(offers: Sequence[Line]) -> dict[str, float]:
    """log(1 + offers / offers with the tag): what few offer says more [6]."""
    counts = Counter(tag for line in offers for tag in line.tags)
    return {tag: math.log1p(len(offers) / count) for tag, count in counts.items()}


def hubness(needs: NDArray[np.float32], offers: NDArray[np.float32]) -> NDArray[np.float32]:
    """How near each offer is to its nearest needs, in the mean: some are near to everything and fit nothing [8]."""
    different = np.unique(needs, axis=0)
    nearest = min(NEIGHBOURS, len(different) // 10)
    if not nearest:
        return np.zeros(len(offers), dtype=np.float32)
    top = np.full((nearest, len(offers)), -np.inf, dtype=np.float32)
    for start in range(0, len(different), CHUNK):
        both = np.concatenate([top, different[start : start + CHUNK] @ offers.T])
        top = np.partition(both, len(both) - nearest, axis=0)[-nearest:]
    return top.mean(axis=0)


def _cosines(needs: Side, offers: Side) -> Iterator[Scores]:
    if needs.vectors is None or offers.vectors is None:
        raise ValueError("no vectors")
    less = HUB_WEIGHT * hubness(needs.vectors, offers.vectors)
    for start, end in _chunks(needs):
        yield needs.vectors[start:end] @ offers.vectors.T - less


def _tags_in_common(needs: Side, offers: Side) -> Iterator[Scores]:
    weights = tag_weights(offers.lines)
    columns = {tag: number for number, tag in enumerate(weights)}
    offered = np.zeros((len(offers.lines), len(columns)), dtype=np.float32)
    for row, line in zip(offered, offers.lines, strict=True):
        row[[columns[tag] for tag in line.tags]] = 1
    for start, end in _chunks(needs):
        wanted = np.zeros((end - start, len(columns)), dtype=np.float32)
        for row, line in zip(wanted, needs.lines[start:end], strict=True):
            known = [tag for tag in line.tags if tag in columns]
            row[[columns[tag] for tag in known]] = [weights[tag] for tag in known]
        yield wanted @ offered.T


def _chunks(side: Side) -> Iterator[tuple[int, int]]:
    """Spans of about CHUNK lines that end where an owner's lines end."""
    bounds = [*side.starts.tolist(), len(side.lines)]
    start = 0
    for bound in bounds[1:]:
        if bound - start >= CHUNK or bound == bounds[-1]:
            yield start, bound
            start = bound


def _best(needs: Side, offers: Side, span: tuple[int, int], block: Scores) -> tuple[NDArray[np.intp], Scores]:
    """Owners of the needs of the span, and the highest score between any line of theirs and any of each other owner;
    NaN where that one has none."""
    start, end = span
    by_offer = np.maximum.reduceat(block, offers.starts, axis=1)
    inside = (needs.starts >= start) & (needs.starts < end)
    rows = needs.present[inside]
    best = np.full((len(rows), offers.size), np.nan, dtype=np.float32)
    best[:, offers.present] = np.maximum.reduceat(by_offer, needs.starts[inside] - start, axis=0)
    return rows, best
