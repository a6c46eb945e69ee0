"""The languages of this installation and how each sorts."""

from __future__ import annotations

from django.conf import settings
from django.db.models import CharField, Func, Value
from django.db.models.expressions import Combinable
from django.utils.translation import get_language


def codes() -> list[str]:
    """Language codes of the network, the primary one first."""
    return [code for code, _name in settings.LANGUAGES]


def current() -> str:
    """The reader's language, or the network's primary one."""
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return language if language in codes() else settings.LANGUAGE_CODE


def preference(language: str | None = None) -> list[str]:
    """Order in which a text is looked for: the language asked for, English, then the network's own order."""
    order = [language or current(), "en", *codes()]
    return list(dict.fromkeys(order))


class SortKey(Func):
    """Dictionary order of a text in a language; `sort_key()` in the database knows the alphabets."""

    function = "sort_key"
    output_field = CharField(db_collation="C")

    def __init__(self, expression: Combinable | str, language: str | None = None):
        super().__init__(expression, Value(language or current()))

    def as_sql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def,override]
        sql, params = super().as_sql(compiler, connection, **extra)
        return f'({sql} COLLATE "C")', params
