"""Searching the rows of one model, by its kept columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, Count, Model, QuerySet, Value, When, Window
from django.db.models.expressions import Expression
from django.db.models.functions import Collate

from klaster.directory import search_columns as columns
from klaster.directory.search.found import MOST_COUNTED, Found, Hit, Question
from klaster.directory.search.fuzzy import FAR, slips
from klaster.directory.search_columns import Lexemes

MOST_NAMED = 200  # of names that begin so, or have these words, that are looked at
FIRST_NAMES = 20
MOST_NEAR = 80


class EntrySearch:
    """Finds rows of a model. `rows` gives what a reader may see with its relations; `hit` makes a hit of a row.

    `table` is asked beforehand whether it has anything at all, together with those of all other kinds; leave it out
    where a table is large, or asking costs as much as finding.
    """

    def __init__(
        self,
        rows: Callable[[Any], QuerySet],
        hit: Callable[[Any], Hit],
        *,
        table: type[Model] | None = None,
    ):
        self.rows, self.hit = rows, hit
        self.table = table._meta.db_table if table else ""

    @staticmethod
    def lexemes(question: Question) -> str:
        """What a row must have in the index to be found at all; empty where nothing can."""
        query = question.query
        if question.where == "near":
            return question.near_words.tsquery()
        return f"({query.in_names if question.where == 'names' else query.finds}) | {query.begins_name}"

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
        """Best first: exactly this name, a name that begins so, then by how well the texts fit."""
        query, everything = question.query, self.rows(question.user)
        return (
            everything.filter(pk__in=candidates(everything, question))
            .alias(kept_names=columns.names())
            .annotate(
                tier=Case(
                    When(kept_names__contains=f"|{query.plain}|", then=0),
                    When(kept_names__contains=f"|{query.plain}", then=1),
                    default=2,
                ),
                rank=SearchRank(
                    columns.words(), Lexemes(query.tsquery()), normalization=Value(1), cover_density=True
                ),
                found=Window(Count("*")),
            )
            .order_by("tier", "-rank", self._sort_key(), "pk")
        )  # fmt: skip

    def _sort_key(self) -> Expression:
        """By the plain names the table keeps: what the language's own order would cost, a thousand rows each time."""
        return Collate("kept_names", "C")

    def near(self, question: Question) -> Found:
        """Names a slip or two away from what was typed."""
        words = question.near_words
        if not words:
            return Found(0, [])
        rows = self.rows(question.user).order_by().alias(searched=columns.index()).annotate(kept_names=columns.names())
        close = rows.filter(searched=Lexemes(words.tsquery()))[:MOST_NEAR]
        judged = [(slips(question.query.words, row.kept_names.strip("|").split("|")), row) for row in close]
        near = sorted((pair for pair in judged if pair[0] < FAR), key=lambda pair: pair[0])
        for _slips, row in near:
            row.tier = 3
        return Found(len(near), [self._hit(row) for _slips, row in near[question.start : question.stop]])


def candidates(everything: QuerySet, question: Question) -> QuerySet:
    """Rows worth ranking, from the index alone, in pools of limited size.

    So a word in half of a million texts costs no more than one in a thousand, and texts never crowd out names.
    """
    query = question.query
    kept = everything.order_by().alias(searched=columns.index()).values("pk")
    pools = [
        kept.filter(searched=Lexemes(query.is_name))[:FIRST_NAMES],
        kept.filter(searched=Lexemes(query.begins_name))[:MOST_NAMED],
    ]
    if question.where == "names":
        pools.append(kept.filter(searched=Lexemes(query.in_names))[:MOST_NAMED])
    else:
        pools.append(kept.filter(searched=Lexemes(query.finds))[:MOST_COUNTED])
    if len(query.plain) < columns.FIRST_LETTERS - 1:
        first = kept.alias(first_name=columns.first_name())
        pools.append(first.filter(first_name__startswith=f"|{query.plain}").order_by("first_name")[:FIRST_NAMES])
    return pools[0].union(*pools[1:])
