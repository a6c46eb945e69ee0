"""Tags proposed for a text: technologies whose names or other words stand in it, sectors whose names do. A person
confirms them; until then they count for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from klaster.directory.models import Sector
from klaster.matchmaking.likeness import WORD, are_alike, folded, says_something
from klaster.matchmaking.models import Technology

MOST = 5


@dataclass(frozen=True)
class Proposed:
    technologies: list[str]
    sectors: list[str]


def propose(text: str) -> Proposed:
    """Codes, at most MOST of each, in the order of the lists."""
    words = [folded(word) for word in WORD.findall(text)]
    spaced = " ".join(words)
    technologies = [
        row.code
        for row in Technology.objects.all()
        if any(_stands_in(str(name), words, spaced) for name in [*row.name.values(), *row.other_names])
    ]
    sectors = [
        row.code
        for row in Sector.objects.all()
        if any(says_something(folded(w)) and _is_among(folded(w), words)
               for name in row.name.values() for w in WORD.findall(name))
    ]  # fmt: skip
    return Proposed(technologies[:MOST], sectors[:MOST])


def _stands_in(name: str, words: list[str], spaced: str) -> bool:
    """A single word by any of its forms, or by its beginning ("pakuot"); several words as they are."""
    parts = [folded(part) for part in WORD.findall(name)]
    if not parts:
        return False
    if len(parts) > 1:
        return " ".join(parts) in spaced
    return _is_among(parts[0], words) or any(len(parts[0]) >= 4 and word.startswith(parts[0]) for word in words)


def _is_among(word: str, words: list[str]) -> bool:
    return any(word == other or (len(word) >= 4 and are_alike(word, other)) for other in words)
