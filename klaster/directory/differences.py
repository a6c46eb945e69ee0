"""What differs between two texts, word by word. Pure: no models, no settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
WORDS = re.compile(r"\s+|\w+|[^\w\s]")
COMPARISONS = 400_000  # pairs of words; above it the middle is shown as replaced, so that no text keeps a page waiting


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, was removed or was added."""

    kind: str
    text: str


def between(old: str, new: str) -> list[Piece]:
    """Pieces in reading order: "same" and "removed" make up the old text, "same" and "added" the new one."""
    if old == new:
        return [Piece(SAME, old)] if old else []
    before, after = WORDS.findall(old), WORDS.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    middle = _middle(before[start : len(before) - end], after[start : len(after) - end])
    tail = before[len(before) - end :] if end else []
    return list(_joined([Piece(SAME, "".join(before[:start])), *middle, Piece(SAME, "".join(tail))]))


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words both begin with."""
    shorter = min(len(first), len(second))
    return next((place for place in range(shorter) if first[place] != second[place]), shorter)


def _middle(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    if len(before) * len(after) > COMPARISONS:
        yield Piece(REMOVED, "".join(before))
        yield Piece(ADDED, "".join(after))
        return
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece(SAME, "".join(before[i:j]))
        else:
            yield Piece(REMOVED, "".join(before[i:j]))
            yield Piece(ADDED, "".join(after[k:m]))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Without empty ones; between two changes a lone space is no island, or a sentence falls into crumbs."""
    removed, added = "", ""
    for place, piece in enumerate(pieces):
        if not piece.text:
            continue
        is_island = piece.kind == SAME and piece.text.isspace() and removed and added and place + 1 < len(pieces)
        if piece.kind == REMOVED or is_island:
            removed += piece.text
        if piece.kind == ADDED or is_island:
            added += piece.text
        if piece.kind == SAME and not is_island:
            yield from _changed(removed, added)
            removed = added = ""
            yield piece
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(REMOVED, removed)
    if added:
        yield Piece(ADDED, added)
