"""Sectors and technologies proposed from a text, for its author to confirm. Nothing proposed counts by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .backends import BackendError, EmbeddingBackend, Role, Vectors
from .means import Means
from .text import clean, language_of

TagKind = Literal["sector", "technology"]
MOST: Mapping[TagKind, int] = {"sector": 2, "technology": 5}
STANDS_OUT = 1.5  # standard deviations above the text's other tags of the kind
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


@dataclass(frozen=True)
class Proposal:
    """`quote` is where the text says so; where it is None the whole text is near."""

    tag: Tag
    quote: str | None
    nearness: float | None


@dataclass(eq=False)
class Vocabulary:
    """The tags of an installation; their vectors are kept for one backend at a time."""

    tags: Sequence[Tag]
    _vectors: dict[str, tuple[list[int], Vectors]] = field(default_factory=dict, repr=False)

    def vectors(self, backend: EmbeddingBackend, means: Means) -> tuple[list[int], Vectors]:
        """Of every name in every language: the tag's position, the centred vector."""
        if backend.id not in self._vectors:
            said = [
                (at, language, f"{name}: {', '.join(tag.words)}" if tag.words else name)
                for at, tag in enumerate(self.tags)
                for language, name in tag.names.items()
            ]
            rows = backend.embed([text for _, _, text in said], "offer")
            centred = means.centre(rows, [(language, "offer") for _, language, _ in said])
            self._vectors = {backend.id: ([at for at, _, _ in said], centred)}
        return self._vectors[backend.id]


def propose(
    text: str,
    vocabulary: Vocabulary,
    backend: EmbeddingBackend | None = None,
    *,
    kind: Role = "offer",
    language: str | None = None,
    means: Means | None = None,
) -> list[Proposal]:
    """Tags whose words stand in the text, then those it is much nearer to than to others.

    At most two sectors and five technologies.

    Without a backend, or where it fails, the words found alone.
    """
    cleaned = clean(text)
    found = {at: quote for at, tag in enumerate(vocabulary.tags) if (quote := _quote(cleaned, tag))}
    near = _nearness(cleaned, vocabulary, backend, kind, language, means) if cleaned else {}
    proposals: list[Proposal] = []
    for tag_kind, most in MOST.items():
        of_kind = [at for at, tag in enumerate(vocabulary.tags) if tag.kind == tag_kind]
        outstanding = _outstanding({at: near[at] for at in of_kind if at in near})
        chosen = [at for at in of_kind if at in found or at in outstanding]
        chosen.sort(key=lambda at: (at not in found, -near.get(at, 0.0), at))
        proposals += [Proposal(vocabulary.tags[at], found.get(at), near.get(at)) for at in chosen[:most]]
    return proposals


def _nearness(
    text: str,
    vocabulary: Vocabulary,
    backend: EmbeddingBackend | None,
    kind: Role,
    language: str | None,
    means: Means | None,
) -> dict[int, float]:
    """The cosine of the text and the nearest name of each tag."""
    if backend is None or not vocabulary.tags:
        return {}
    means = means or Means.for_backend(backend.id)
    try:
        places, names = vocabulary.vectors(backend, means)
        mine = means.centre(backend.embed([text], kind), [(language_of(text, language), kind)])[0]
    except BackendError:
        return {}
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
