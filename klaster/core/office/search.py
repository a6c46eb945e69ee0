"""Where the office looks for a text: plain columns, in every language where a column has several."""

from __future__ import annotations

from django.db import models

from klaster.core import languages
from klaster.core.fields import TranslatedTextField


def lookups(model: type[models.Model], path: str) -> list[str]:
    """ "cluster__name" → ["cluster__name__lt", "cluster__name__en"]; a plain column is itself."""
    *way, last = path.split("__")
    for step in way:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    if isinstance(model._meta.get_field(last), TranslatedTextField):
        return [f"{path}__{code}" for code in languages.codes()]
    return [path]


def matching(model: type[models.Model], paths: tuple[str, ...], text: str) -> models.Q:
    found = models.Q()
    for path in paths:
        for lookup in lookups(model, path):
            found |= models.Q(**{f"{lookup}__icontains": text})
    return found
