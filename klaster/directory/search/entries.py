"""Searching the rows of one model, by its kept columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, Count, QuerySet, Value, When, Window

from klaster.core import languages
from klaster.core.fields import in_language
from klaster.directory import search_columns as columns
from klaster.directory.search.found import MOST_COUNTED, Found, Hit, Question
from klaster.directory.search.fuzzy import FAR, slips

NEAR = 0.25  # word similarity below which a name is not looked at: two letters swapped within six still pass
MOST_NEAR = 80


class EntrySearch:
    """Finds rows of a model. `rows` gives what a reader may see with its relations; `hit` makes a hit of a row."""

    def __init__(self, rows: Callable[[Any], QuerySet], hit: Callable[[Any], Hit], *, name: str = "name"):
        self.rows, self.hit, self.name = rows, hit, name

    def __call__(self, question: Question) -> Found:
        if question.where == "near":
            return self.near(question)
        rows = self.matching(question)
        found = [self._hit(row) for row in rows[question.start : question.stop]]
        return Found(found[0].row.found if found else 0, found)

    def _hit(self, row: Any) -> Hit:
        hit = self.hit(row)
        hit.tier = row.tier
        return hit

    def matching(self, question: Question) -> QuerySet:
        """Best first: exactly this name, a name that begins so, then by how well the texts fit.

        Two pools, each from its own index and of limited size, so that a word in half of a million texts costs no more
        than one in a thousand: names are never crowded out by texts.
        """
        query, everything = question.query, self.rows(question.user)
        kept = everything.order_by().alias(kept_words=columns.words(), kept_names=columns.names())
        asked = SearchQuery(query.tsquery("A" if question.where == "names" else ""), config="simple", search_type="raw")
        named = kept.filter(kept_names__contains=f"|{query.plain}").values("pk")[:MOST_COUNTED]
        worded = kept.filter(kept_words=asked).values("pk")[:MOST_COUNTED]
        return (
            everything.filter(pk__in=named.union(worded))
            .alias(kept_words=columns.words(), kept_names=columns.names())
            .annotate(
                tier=Case(
                    When(kept_names__contains=f"|{query.plain}|", then=0),
                    When(kept_names__contains=f"|{query.plain}", then=1),
                    default=2,
                ),
                rank=SearchRank(columns.words(), asked, normalization=Value(1), cover_density=True),
                found=Window(Count("*")),
            )
            .order_by("tier", "-rank", self._sort_key(), "pk")
        )

    def _sort_key(self) -> languages.SortKey:
        return languages.SortKey(in_language(self.name))

    def near(self, question: Question) -> Found:
        """Names a slip or two away from what was typed."""
        words = [word for word in question.query.words if len(word) > 3] or [question.query.plain]
        rows = self.rows(question.user).order_by().annotate(kept_names=columns.names())
        for word in words:
            rows = rows.filter(kept_names__trigram_word_similar=word)
        similarity = sum(TrigramWordSimilarity(word, columns.names()) for word in words)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("select set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(NEAR)])
            candidates = list(rows.annotate(similarity=similarity).order_by("-similarity", "pk")[:MOST_NEAR])
        judged = [(slips(question.query.words, row.kept_names.strip("|").split("|")), row) for row in candidates]
        near = sorted((pair for pair in judged if pair[0] < FAR), key=lambda pair: pair[0])
        for _slips, row in near:
            row.tier = 3
        return Found(len(near), [self._hit(row) for _slips, row in near[question.start : question.stop]])
