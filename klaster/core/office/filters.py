"""Filters of the office's lists: they offer what leads somewhere, in the order of the alphabet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from wagtail.admin.filters import WagtailFilterSet

from klaster.core import languages


class RowsFilter(django_filters.ModelChoiceFilter):
    """Rows of another table, by name in the reader's language."""

    def get_queryset(self, request: Any) -> models.QuerySet:
        rows = super().get_queryset(request)
        return rows.by_name() if hasattr(rows, "by_name") else rows


class CountryFilter(django_filters.ChoiceFilter):
    """Countries that are in the table."""

    def __init__(self, *args: Any, model: type[models.Model], field_name: str = "country", **kwargs: Any):
        def choices() -> Iterable[tuple[str, str]]:
            used = model._default_manager.order_by(field_name).values_list(field_name, flat=True).distinct()
            return [(code, countries.name(code)) for code in languages.in_order(filter(None, used), countries.name)]

        super().__init__(*args, field_name=field_name, choices=choices, label=_("Country"), **kwargs)


class TableFilter(WagtailFilterSet):
    """Made from names of fields: `TableFilter.of(Cluster, ["status", "country", "main_sector"])`."""

    @classmethod
    def filter_for_lookup(cls, field: models.Field, lookup_type: str) -> tuple[type[django_filters.Filter], dict]:
        filter_class, params = super().filter_for_lookup(field, lookup_type)
        if isinstance(field, models.ForeignKey):
            return RowsFilter, params
        return filter_class, params

    @classmethod
    def of(cls, table: type[models.Model], names: list[str]) -> type[TableFilter]:
        own = {}
        if "country" in names:
            own["country"] = CountryFilter(model=table)
        meta = type("Meta", (), {"model": table, "fields": [name for name in names if name != "country"]})
        return type(f"{table.__name__}Filter", (cls,), {"Meta": meta, **own})
