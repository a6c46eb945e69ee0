"""The languages of this installation and how each sorts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf import settings
from django.db.models import CharField, Func, Value
from django.db.models.expressions import Combinable
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row")


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


# Languages whose name Django has in English only, or misspelt, in some catalogue of its own.
NAMES = {"nb": _("Norwegian"), "pt": _("Portuguese")}


def name_of(code: str) -> str:
    """A language's name in the reader's language; the code itself where nobody named it."""
    try:
        return str(NAMES.get(code) or get_language_info(code)["name_translated"])
    except KeyError:
        return code


# The two levels of the Lithuanian alphabet: see the function of this name in the database.
LT_FIRST = str.maketrans({**dict(zip("ąęėįyųū", "aeeiiuu", strict=True)), "č": "c~", "š": "s~", "ž": "z~"})
LT_SECOND = str.maketrans("ąęėįyųūabcdefghijklmnopqrstuvwxzčšž", "1121212" + "0" * 28)


def sort_key(text: str, language: str | None = None) -> str:
    """What `sort_key()` in the database returns, for lists that do not come from it.

    Outside Lithuanian, a letter that is no letter with a sign on it (ø, ł) stands after z here.
    """
    lower = text.lower()
    if (language or current()) != "lt":
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(sign))
        return f"{plain}\x01{lower}"
    return f"{lower.translate(LT_FIRST)}\x01{lower.translate(LT_SECOND)}"


def in_order(rows: Iterable[Row], name: Callable[[Row], str]) -> list[Row]:
    """Rows in dictionary order of their names in the reader's language."""
    return sorted(rows, key=lambda row: sort_key(name(row)))


class SortKey(Func):
    """Dictionary order of a text in a language; `sort_key()` in the database knows the alphabets."""

    function = "sort_key"
    output_field = CharField(db_collation="C")

    def __init__(self, expression: Combinable | str, language: str | None = None):
        super().__init__(expression, Value(language or current()))

    def as_sql(self, compiler, connection, **extra):  # type: ignore[no-untyped-def,override]
        sql, params = super().as_sql(compiler, connection, **extra)
        return f'({sql} COLLATE "C")', params
