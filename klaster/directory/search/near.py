"""Names a slip or two away from what was typed, found by the words that names are made of.

A word is compared with the words of all names (tens of thousands), not with the names (a million): those near to it
are then looked up like any other word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from klaster.directory.search import fuzzy

SHORTEST = 4  # letters of a word that is forgiven anything
MOST_COMPARED = 200
MOST_NEAR = 24
COMPARE = """
select word from search_word where %s <%% word
group by word order by word_similarity(%s, word) desc, word limit %s
"""
CUT = """
select left(%s, cut), substr(%s, cut + 1) from generate_series(2, length(%s) - 2) as cut
where exists (select from search_word where word = left(%s, cut))
  and exists (select from search_word where word = substr(%s, cut + 1))
limit 3
"""


@dataclass(frozen=True)
class NearWords:
    """For each way of reading what was typed, the words each part of it may have been meant for."""

    readings: tuple[tuple[tuple[str, ...], ...], ...]

    def __bool__(self) -> bool:
        return bool(self.readings)

    def tsquery(self) -> str:
        """In PostgreSQL's language, as klaster.directory.search_query writes it: words of names."""
        return " | ".join(
            "(" + " & ".join(f"({' | '.join(quoted(words))})" for words in reading) + ")" for reading in self.readings
        )


def quoted(words: Iterable[str]) -> list[str]:
    return [f"'={word}'" for word in words]


def near_words(typed: tuple[str, ...]) -> NearWords:
    """What words of names these may be: apart as they were typed, joined, or one word cut in two."""
    if not typed:
        return NearWords(())
    with transaction.atomic():
        apart = tuple(words_near(word) if len(word) >= SHORTEST else (word,) for word in typed)
        readings = [apart] if all(apart) and any(len(word) >= SHORTEST for word in typed) else []
        joined = "".join(typed)
        if len(typed) > 1 and len(joined) >= SHORTEST and (together := words_near(joined)):
            readings.append((together,))
        if not readings:
            readings = [((left,), (right,)) for left, right in cut_in_two(joined)]
    return NearWords(tuple(readings))


def words_near(word: str) -> tuple[str, ...]:
    """Words of names that are this one but for its slips, or begin so; the nearest first. Within a transaction."""
    word = word[:60]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(likeness(word))])
        cursor.execute(COMPARE, [word, word, MOST_COMPARED])
        known = [row[0] for row in cursor.fetchall()]
    judged = [(fuzzy.nearest(word, [other]), position, other) for position, other in enumerate(known)]
    return tuple(other for slips, _position, other in sorted(judged)[:MOST_NEAR] if slips < fuzzy.FAR)


def likeness(word: str) -> float:
    """Share of a word's trigrams that is left after its slips; two letters swapped within six leave a quarter."""
    return 0.25 if len(word) < 8 else 0.3 if len(word) < 11 else 0.4


def cut_in_two(word: str) -> list[tuple[str, str]]:
    if not 6 <= len(word) <= 60:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CUT, [word] * 5)
        return cursor.fetchall()
