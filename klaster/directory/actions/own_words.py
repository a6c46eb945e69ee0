"""What an entry's own people write here is a source like others: dated, shown first, and the others stay beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.text import Truncator

from klaster.core.fields import PartialDate
from klaster.directory.models import FactKind, Statement
from klaster.directory.models.base import Entry
from klaster.directory.models.organisations import today
from klaster.directory.own_source import in_each_language, own_source

Values = Mapping[str, Any]
LONGEST = 500  # characters of a statement


def state_facts(entry: Entry, values: Values) -> None:
    """Whoever keeps an entry is a source like others: dated, shown first, and the others stay beside it."""
    subject = entry._meta.model_name or ""
    kinds = FactKind.objects.filter(code__in=values, is_field=True)
    for kind in kinds:
        words = in_each_language(lambda code=kind.code: in_words(getattr(entry, code)))
        about = Statement.objects.filter(**{subject: entry, "kind": kind})
        about.filter(is_shown=True).update(is_shown=False)
        if words:
            Statement.objects.update_or_create(
                **{subject: entry},
                kind=kind,
                source=own_source(),
                defaults={"text": words, "number": None, "as_of": today().isoformat(), "is_shown": True},
            )


def in_words(value: Any) -> str:
    if isinstance(value, PartialDate):
        return value.display() if value else ""
    if isinstance(value, models.Manager):
        return ", ".join(str(each) for each in value.all())
    return Truncator(str(value or "")).chars(LONGEST)


__all__ = ["Values", "in_each_language", "in_words", "own_source", "state_facts"]
