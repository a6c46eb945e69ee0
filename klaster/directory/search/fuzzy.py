"""How far two words are from each other. Pure: no database, no settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

FAR = 99


def distance(a: str, b: str, limit: int = FAR) -> int:
    """Edits that turn `a` into `b`: a letter added, left out, changed, or two neighbours swapped.

    (Optimal string alignment.) Gives FAR as soon as more than `limit` are sure to be needed.
    """
    if a == b:
        return 0
    if limit == 0 or abs(len(a) - len(b)) > limit:
        return FAR
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > limit and min(last) > limit:
            return FAR
        before, last = last, row
    return last[-1] if last[-1] <= limit else FAR


def tolerance(word: str) -> int:
    """How many slips a word of this length is forgiven: short ones none, or everything would be near."""
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2


def slips(wanted: Sequence[str], names: Iterable[str]) -> int:
    """Fewest slips by which the words somebody typed are found in one of these names; FAR if they are not.

    Every word must be near a word of the name, or near its beginning. Words written together ("smartfood") or apart
    ("prefab lt") are tried as well.
    """
    best = FAR
    for name in names:
        words = name.split()
        apart = sum(nearest(word, words) for word in wanted)
        joined = nearest("".join(wanted), [*words, *("".join(pair) for pair in pairwise(words))])
        best = min(best, apart, joined)
    return min(best, FAR)


def nearest(word: str, words: Sequence[str]) -> int:
    if word in words:
        return 0
    limit = tolerance(word)
    found = FAR
    for other in words:
        found = min(found, distance(word, other, limit))
        if len(word) >= 5 and len(other) > len(word):
            found = min(found, distance(word, other[: len(word)], limit))
    return found
