"""Postings of the other side that come near to one, each with both texts quoted: nobody says that they fit.

Compared are the meanings of the texts and their tags, once the posting's line has a vector (near_lines.py); until then,
and where no model is, sectors, technologies and words. The page says so: `compares` names what was looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q, Value

from klaster.directory import search_columns as columns
from klaster.directory import search_query
from klaster.directory.search_columns import Lexemes
from klaster.matchmaking.board_list import Vocabulary, for_lists
from klaster.matchmaking.models import Posting, Side
from klaster.matchmaking.models.words import Tagged
from klaster.matchmaking.near_lines import answers
from klaster.matchmaking.vectors import has_vector

SHOWN, LOOKED_AT = 4, 200
SECTOR, TECHNOLOGY, WORD = 1.0, 2.0, 0.5  # what a shared tag counts, and a shared word of five letters and more
NEAR = 1.5  # a technology; a sector with a word; three words
LONGEST_QUOTE = 240
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
TAGS, MEANING = "tags", "meaning"
LIKELY = 0.05  # of twenty as near as this, one is a partner where it was measured; what is less is left out


@dataclass
class Suggestion:
    """One posting of the other side. `mine` and `theirs` are quotes, `tags` the names both have."""

    posting: Posting
    score: float
    mine: str
    theirs: str
    tags: list[Any] = field(default_factory=list)


@dataclass
class Suggestions:
    rows: list[Suggestion]
    compares: str = TAGS


def suggestions(posting: Tagged, *, shown: int = SHOWN) -> Suggestions:
    """The nearest current postings of the other side, not of the same organisation or cluster.

    `posting` is one, or anything else with side, language, tags, title and text (a brokered request).
    """
    if meant := by_meaning(posting, shown):
        return Suggestions(meant, MEANING)
    other = Posting.objects.current().filter(side=Side(posting.side).other)
    for owner in ("organisation_id", "cluster_id"):
        if value := getattr(posting, owner, None):
            other = other.exclude(**{owner: value})
    near = Q(technologies__overlap=posting.technologies) | Q(sectors__overlap=posting.sectors)
    words = any_word(f"{posting.title} {posting.text}")  # type: ignore[attr-defined]
    rank: Any = Value(0.0)
    if words:
        near |= Q(searched=Lexemes(words))
        rank = SearchRank(columns.words(), Lexemes(words), normalization=Value(1 | 32))
    found = other.alias(searched=columns.index()).filter(near).annotate(rank=rank).order_by(F("rank").desc(), "-pk")
    judged = sorted(((score(posting, row), row) for row in found[:LOOKED_AT]), key=lambda pair: -pair[0])
    best = {row.pk: value for value, row in judged if value >= NEAR}
    best = dict(list(best.items())[:shown])
    rows = {row.pk: row for row in for_lists(Posting.objects.filter(pk__in=best))}
    Vocabulary().tag(rows.values()) if rows else None
    return Suggestions([explained(posting, rows[pk], value) for pk, value in best.items() if pk in rows])


def by_meaning(posting: Tagged, shown: int) -> list[Suggestion]:
    """What everybody may see; nothing while the posting's line has no vector, or where nothing is near."""
    line = getattr(posting, "line", None)
    if line is None or not has_vector(line):
        return []
    best = {one.posting.pk: one.p for one in answers(line, AnonymousUser(), shown=shown) if one.p >= LIKELY}
    rows = {row.pk: row for row in for_lists(Posting.objects.filter(pk__in=best))}
    Vocabulary().tag(rows.values()) if rows else None
    return [explained(posting, rows[pk], p) for pk, p in best.items() if pk in rows]


def any_word(text: str) -> str:
    """Any of the telling words of a text, in any of their forms, whole."""
    forms = [form for each in search_query.read(text[: search_query.LONGEST]).forms for form in each if len(form) > 4]
    return " | ".join(f"'{form}'" for form in dict.fromkeys(forms))


def score(mine: Tagged, theirs: Any) -> float:
    technologies = len({*mine.technologies} & {*theirs.technologies})
    sectors = len({*mine.sectors} & {*theirs.sectors})
    words = len(stems(" ".join(sentences(mine))) & stems(" ".join(sentences(theirs))))
    return TECHNOLOGY * technologies + SECTOR * sectors + WORD * words


def explained(mine: Tagged, theirs: Posting, value: float) -> Suggestion:
    """Both texts as they stand: of each the sentence that shares most with the other."""
    own, other = sentences(mine), sentences(theirs)
    best = max(((overlap(a, b), -i - j, a, b) for i, a in enumerate(own) for j, b in enumerate(other)))
    shared = {*mine.technologies, *mine.sectors}
    tags = [row for row in (*theirs.technology_rows, *theirs.sector_rows) if row.code in shared]  # type: ignore[attr-defined]
    return Suggestion(theirs, value, shortened(best[2]), shortened(best[3]), tags)


def sentences(row: Any) -> list[str]:
    return [row.title, *(part.strip() for part in SENTENCE.split(row.text)[:20] if part.strip())]


def stems(text: str) -> set[str]:
    """How its longer words begin: cases of one word begin alike."""
    return {word[:5] for word in re.findall(r"\w{5,}", text.casefold())}


def overlap(one: str, other: str) -> float:
    mine, theirs = stems(one), stems(other)
    return len(mine & theirs) / (1 + len(mine | theirs)) ** 0.5


def shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",;:") + " …"


__all__: Sequence[str] = ["Suggestion", "Suggestions", "suggestions"]
