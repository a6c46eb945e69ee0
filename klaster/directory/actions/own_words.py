"""What an entry's own people write here is a source like others: dated, shown first, and the others stay beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext, override

from klaster.core import languages
from klaster.core.fields import PartialDate, Translated
from klaster.directory.models import FactKind, Source, Statement
from klaster.directory.models.base import Entry
from klaster.directory.models.organisations import today

Values = Mapping[str, Any]
LONGEST = 500  # characters of a statement

OWN_SOURCE = "own-data"


def own_source() -> Source:
    """The source of what coordinators and organisations write here themselves."""
    title = in_each_language(lambda: gettext("What the entry's own people say on this site"))
    return Source.objects.get_or_create(key=OWN_SOURCE, defaults={"title": title})[0]


def in_each_language(words: Callable[[], object]) -> Translated:
    found = {}
    for code in languages.codes():
        with override(code):
            found[code] = str(words() or "")
    return Translated(found)


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
