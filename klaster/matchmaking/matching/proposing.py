"""Sectors and technologies proposed from a text, for its author to confirm. Nothing proposed counts by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .backends import Vectors
from .text import clean

TagKind = Literal["sector", "technology"]
MOST: Mapping[TagKind, int] = {"sector": 2, "technology": 5}
BY_MEANING: TagKind = "technology"
STANDS_OUT = 3.0  # standard deviations above the text's other tags of the kind: benchmarks/bench_tags.py
NEAR = 0.15  # centred cosine below which the nearest tag is far all the same
FEW = 5  # tags of a kind below which standing out means nothing
STEM = 0.65  # share of the longer word that two forms of one word begin with alike
LISTS = re.compile(r"[,/&;()]|\b(?:and|ir|or|ar)\b")
SHORT = 4  # letters up to which words must be the same: CNC, IoT


@dataclass(frozen=True)
class Tag:
    """`names` by language code; `words` are other words it is found by, in any language."""

    code: str
    kind: TagKind
    names: Mapping[str, str]
    words: tuple[str, ...] = ()

    def said(self, language: str) -> str:
        """What a model reads of it."""
        name = self.names[language]
        return f"{name}: {', '.join(self.words)}" if self.words else name


@dataclass(frozen=True)
class Proposal:
    """`quote` is where the text says so; where it is None the whole text is near."""

    tag: Tag
    quote: str | None
    nearness: float | None


def propose(text: str, tags: Sequence[Tag], near: Mapping[int, float] | None = None) -> list[Proposal]:
    """Tags whose words stand in the text, then technologies it is much nearer to than to others.

    At most two sectors and five technologies. `near` is what `nearness` gives: without it, the words found alone. Of
    sectors it is not asked: there meaning was right less often than words (docs/matching.md).
    """
    cleaned, near = clean(text), near or {}
    found = {at: quote for at, tag in enumerate(tags) if (quote := _quote(cleaned, tag))}
    proposals: list[Proposal] = []
    for tag_kind, most in MOST.items():
        of_kind = [at for at, tag in enumerate(tags) if tag.kind == tag_kind]
        outstanding = _outstanding({at: near[at] for at in of_kind if at in near}) if tag_kind == BY_MEANING else set()
        chosen = [at for at in of_kind if at in found or at in outstanding]
        chosen.sort(key=lambda at: (at not in found, -near.get(at, 0.0), at))
        proposals += [Proposal(tags[at], found.get(at), near.get(at)) for at in chosen[:most]]
    return proposals


def nearness(mine: Vectors, places: Sequence[int], names: Vectors) -> dict[int, float]:
    """The cosine of a text and the nearest name of each tag: all vectors centred, of each name its tag's place."""
    nearest: dict[int, float] = {}
    for at, cosine in zip(places, (names @ mine).tolist(), strict=True):
        nearest[at] = max(cosine, nearest.get(at, -1.0))
    return nearest


def _outstanding(near: Mapping[int, float]) -> set[int]:
    if len(near) < FEW:
        return set()
    values = np.array(list(near.values()))
    bound = max(NEAR, float(values.mean() + STANDS_OUT * values.std()))
    return {at for at, cosine in near.items() if cosine > bound}


def _quote(text: str, tag: Tag) -> str | None:
    """The words of the text that name the tag, as they stand there."""
    words = [(match.group(), match.start(), match.end()) for match in re.finditer(r"\w+", text)]
    for name in _spoken(tag):
        parts = re.findall(r"\w+", clean(name))
        for start in range(len(words) - len(parts) + 1):
            if parts and all(same_word(said[0], part) for said, part in zip(words[start:], parts, strict=False)):
                return text[words[start][1] : words[start + len(parts) - 1][2]]
    return None


def _spoken(tag: Tag) -> Iterable[str]:
    """Each thing a name lists by itself: "Wood and furniture" is spoken of where furniture is."""
    for name in (*tag.names.values(), *tag.words):
        yield from filter(None, (part.strip() for part in LISTS.split(name)))


def same_word(one: str, other: str) -> bool:
    """Forms of one word, as endings go in Lithuanian and other languages: alike but for a third at the end."""
    one, other = one.casefold(), other.casefold()
    if one == other:
        return True
    longer = max(len(one), len(other))
    if min(len(one), len(other)) <= SHORT:
        return False
    alike = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return alike >= STEM * longer
