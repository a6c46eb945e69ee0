"""The two columns PostgreSQL keeps for searching, and the index over them; Django's models leave them out.

(See migrations 0005 and 0035.)
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, Field, Func, TextField, Value
from django.db.models.expressions import Col, Expression
from django.db.models.functions import Collate, Left

FIRST_LETTERS = 60  # of the first name, that an index has in order


class KeptColumn(Expression):
    """A column of the model's table that is not a field of the model."""

    def __init__(self, name: str, field: Field):
        super().__init__(output_field=field)
        self.name = name

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Col:  # type: ignore[override]
        field = self.output_field.clone()
        field.set_attributes_from_name(self.name)
        field.model = query.model
        return Col(query.get_initial_alias(), field)


def words() -> KeptColumn:
    """tsvector of all texts: names weigh A, the sentence about it B, the rest C."""
    return KeptColumn("search", SearchVectorField())


def names() -> KeptColumn:
    """All names and other names, plain and lower case, each between bars: |smart food klasteris|smartfood|"""
    return KeptColumn("search_names", TextField())


def index() -> Func:
    """All that is looked up: filter it by Lexemes, and the index is used."""
    return Func(words(), names(), function="search_index", output_field=SearchVectorField())


def first_name() -> Collate:
    """A bar and the beginning of the first name, in the order of an index."""
    return Collate(Left(names(), Value(FIRST_LETTERS), output_field=CharField()), "C")


class Lexemes(SearchQuery):
    """A tsquery whose words stand as they are: no parser cuts them, no dictionary changes them."""

    def __init__(self, text: str):
        super().__init__(text, config="simple", search_type="raw")
        self.text = text

    def as_sql(self, compiler, connection, *args: Any, **kwargs: Any):  # type: ignore[no-untyped-def,override]
        return "%s::tsquery", [self.text]
