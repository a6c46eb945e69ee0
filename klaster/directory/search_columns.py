"""The two columns PostgreSQL keeps for searching, by name; Django's models leave them out (see migration 0005)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Field, TextField
from django.db.models.expressions import Col, Expression


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
