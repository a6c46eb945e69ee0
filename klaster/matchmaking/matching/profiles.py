"""What is matched: profiles with lines, each line one thing needed or offered."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .backends import EmbeddingBackend, Role, Vectors
from .means import Means
from .text import UNKNOWN, language_of


@dataclass(frozen=True, eq=False)
class Line:
    """One statement. `tags` are names with their kind, as "sector:food" or "technology:cnc"; `vector` is centred."""

    id: Hashable
    kind: Role
    text: str
    tags: frozenset[str] = frozenset()
    language: str | None = None
    vector: Vectors | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """Somebody with lines. No more than two of one organisation stand in ten recommendations."""

    id: Hashable
    lines: tuple[Line, ...]
    organisation: Hashable | None = None

    def of(self, kind: Role) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]


def tags_of(sector: str | None, technologies: Iterable[str]) -> frozenset[str]:
    named = {f"technology:{technology}" for technology in technologies}
    return frozenset(named | {f"sector:{sector}"} if sector else named)


def with_vectors(lines: Sequence[Line], backend: EmbeddingBackend, means: Means | None = None) -> list[Line]:
    """The lines with their language and centred vectors; without `means`, those of these lines and those shipped."""
    told = [replace(line, language=language_of(line.text, line.language)) for line in lines]
    vectors: dict[int, Vectors] = {}
    kinds: tuple[Role, Role] = ("need", "offer")
    for kind in kinds:
        texts = list(dict.fromkeys(line.text for line in told if line.kind == kind))  # said twice, embedded once
        rows = dict(zip(texts, backend.embed(texts, kind), strict=True))
        vectors |= {number: rows[line.text] for number, line in enumerate(told) if line.kind == kind}
    if not told:
        return told
    matrix = np.stack([vectors[number] for number in range(len(told))])
    keys = [(line.language or UNKNOWN, line.kind) for line in told]
    matrix = (means or Means.for_backend(backend.id).learn(matrix, keys)).centre(matrix, keys)
    return [replace(line, vector=row) for line, row in zip(told, matrix, strict=True)]
