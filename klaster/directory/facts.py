"""An entry's facts for its page: each with its value, who says so and as of when, and who says otherwise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klaster.directory.models import Statement
from klaster.directory.models.base import Sourced


@dataclass(frozen=True)
class Stamp:
    """Who says it, where, as of when, and what a reader should know about it."""

    source: str = ""
    url: str = ""
    date: str = ""
    note: str = ""
    is_inferred: bool = False

    def __bool__(self) -> bool:
        return bool(self.source or self.date or self.note or self.is_inferred)


@dataclass(frozen=True)
class Said:
    """One statement in words."""

    value: str
    stamp: Stamp
    pk: int | None = None
    language: str = ""


@dataclass
class Fact:
    """One row: `value` is empty where nothing is known. `others` are the statements that say something else."""

    name: str
    title: str | Promise
    value: str = ""
    url: str = ""
    said: Said | None = None
    others: Sequence[Said] = field(default_factory=list)

    @property
    def leads_away(self) -> bool:
        return self.url.startswith("http")

    @property
    def shown(self) -> str:
        """The value, and of an address elsewhere only what a reader needs to recognise it."""
        return re.sub(r"^https?://(www\.)?|/$", "", self.value) if self.leads_away else self.value

    @property
    def stamp(self) -> Stamp:
        return self.said.stamp if self.said else Stamp()

    @property
    def everything_said(self) -> list[Said]:
        return [*([self.said] if self.said else []), *self.others]


def stamp_of(row: Sourced) -> Stamp:
    source = row.source
    return Stamp(
        source=str(source) if source else "",
        url=source.url if source else "",
        date=row.as_of.display() if row.as_of else "",
        note=str(row.note),
        is_inferred=row.is_inferred,
    )


def number(value: Decimal) -> str:
    """As the reader's language writes it: "2 405 122" or "2,405,122"; without decimals where there are none."""
    decimals = 0 if value == value.to_integral_value() else 2
    return formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)


def in_words(statement: Statement) -> Said:
    text, language = statement.text.in_language()
    if statement.number is not None:
        text = number(statement.number)
        if statement.kind.unit:
            text = f"{text}\u00a0{statement.kind.unit}"
        if statement.bound == Statement.Bound.AT_LEAST:
            text = pgettext("a number", "at least %(number)s") % {"number": text}
        elif statement.bound == Statement.Bound.ABOUT:
            text = pgettext("a number", "about %(number)s") % {"number": text}
        language = ""
    return Said(text, stamp_of(statement), statement.pk, language)


class Facts:
    """The facts of one entry, made of its fields and of what sources state.

    A field is a fact with a title and a value; statements of a kind with the field's name say where it comes from.
    Statements of other kinds are facts of their own: the one marked as shown, or the newest.
    """

    def __init__(self, statements: Iterable[Statement]):
        self._by_code: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            self._by_code[statement.kind.code].append(statement)
        self.rows: list[Fact] = []
        self._used: set[str] = set()

    def add(self, name: str, title: str | Promise, value: object = "", *, url: str = "", always: bool = False) -> None:
        """A field of the entry. Without a value and without statements the row is left out, unless `always`."""
        statements = self._by_code.get(name, [])
        self._used.add(name)
        text = "" if value is None else str(value)
        if not (text or statements or always):
            return
        said = [in_words(statement) for statement in statements]
        first, others = (said[0], said[1:]) if said else (None, [])
        if first and not text:
            text = first.value
        self.rows.append(Fact(name, capfirst(title), text, url, first, differing(others, first)))

    def add_figures(self, but_last: Sequence[str] = ()) -> None:
        """Everything that was stated and was not added before; those `but_last` come after the others."""
        for code in sorted(self._by_code, key=lambda code: code in but_last):
            if code not in self._used:
                statements = self._by_code[code]
                said = [in_words(statement) for statement in statements]
                title = str(statements[0].kind.name)
                fact = Fact(code, title, said[0].value, "", said[0], differing(said[1:], said[0]))
                self.rows.append(fact)

    def take(self, code: str) -> Fact | None:
        """The figure of one kind, to be shown elsewhere on the page."""
        statements = self._by_code.get(code)
        self._used.add(code)
        if not statements:
            return None
        said = [in_words(statement) for statement in statements]
        return Fact(code, str(statements[0].kind.name), said[0].value, "", said[0], differing(said[1:], said[0]))


def differing(others: Sequence[Said], shown: Said | None) -> list[Said]:
    """Several sources that say the same do not differ; one that says it as of another day does."""
    if shown is None or all(said.value == shown.value for said in others):
        return []
    return list(others)


def not_known() -> str:
    return _("not known")
