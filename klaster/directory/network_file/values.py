"""How one value of a network file is read: each function takes the reader and a node and gives the value, or refuses.

What a value may be is decided here and nowhere else, so every section reads days, web addresses and texts alike. Pure.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.core.fields import PARTIAL_DATE, PartialDate
from klaster.directory.network_file.yaml_lines import Mapping, Node, Problem, Scalar, Sequence, unprintable

How = Callable[["Reader", Node], Any]
KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,2})?")
web_address = URLValidator(schemes=["http", "https"])


class Refusal(Exception):
    """This value cannot be read; the text says why."""


@dataclass
class Reader:
    """Goes through a file and gathers what is wrong; `languages` are those the file says it is written in."""

    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ()

    def problem(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))

    def unknown_names(self, mapping: Mapping, known: Collection[str]) -> None:
        for name, line in mapping.lines.items():
            if name not in known:
                self.problem(line, _("“%(name)s” is not a name known here.") % {"name": name})

    def value(self, mapping: Mapping, name: str, how: How, default: Any) -> Any:
        node = mapping.items.get(name)
        return default if node is None or (isinstance(node, Scalar) and node.is_null) else self.read(node, how, default)

    def read(self, node: Node, how: How, default: Any = None) -> Any:
        try:
            return how(self, node)
        except Refusal as refusal:
            self.problem(node.line, str(refusal))
            return default


def entry(said: type) -> How:
    """A mapping as one of the schema's dataclasses."""
    names: dict[str, Field] = {item.name: item for item in fields(said) if "how" in item.metadata}

    def read(reader: Reader, node: Node) -> Any:
        if not isinstance(node, Mapping):
            raise Refusal(_("Here names and values are expected."))
        before = len(reader.problems)
        reader.unknown_names(node, names)
        values = {}
        for name, item in names.items():
            values[name] = reader.value(node, name, item.metadata["how"], _default(item))
            given = node.items.get(name)
            if item.metadata["required"] and (given is None or (isinstance(given, Scalar) and given.is_null)):
                reader.problem(node.line, _("“%(name)s” is missing.") % {"name": name})
        made = said(line=node.line, lines=node.lines, **values)
        if len(reader.problems) == before:  # else it would be blamed twice
            for name, wrong in made.problems():
                reader.problem(made.at(name), wrong)
        return made

    return read


def _default(item: Field) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


def each(how: How) -> How:
    """A list whose every item is read the same way; those that cannot be are left out."""

    def read(reader: Reader, node: Node) -> list[Any]:
        if not isinstance(node, Sequence):
            raise Refusal(_("Here a list is expected."))
        items = (reader.read(item, how) for item in node.items)
        return [item for item in items if item is not None]

    return read


def _word(node: Node) -> str:
    if not isinstance(node, Scalar):
        raise Refusal(_("Here one value is expected, not a list or mapping."))
    return node.value.strip()


def text(limit: int, *, multiline: bool = False) -> How:
    def read(_reader: Reader, node: Node) -> str:
        return _text(node, limit, multiline=multiline)

    return read


def _text(node: Node, limit: int, *, multiline: bool) -> str:
    value = unicodedata.normalize("NFC", _word(node))
    if bad := unprintable(value):
        raise Refusal(_("The character %(name)s cannot stand in a text.") % {"name": bad})
    if not multiline:
        value = " ".join(value.split())
    if not value:
        raise Refusal(_("This text is empty."))
    if len(value) > limit:
        raise Refusal(_("At most %(limit)s characters; this has %(length)s.") % {"limit": limit, "length": len(value)})
    return value


def text_by_language(limit: int, *, multiline: bool = False, slugs: bool = False) -> How:
    """{"lt": "…", "en": "…"} with the languages of the file."""

    def read(reader: Reader, node: Node) -> dict[str, str]:
        if not isinstance(node, Mapping):
            raise Refusal(_("Write the text by language: {en: …}."))
        texts = {}
        for language_code, written in node.items.items():
            if language_code not in reader.languages:
                values = {"code": language_code, "known": ", ".join(reader.languages)}
                reader.problem(
                    node.lines[language_code],
                    _("“%(code)s” is not one of this file's languages (%(known)s).") % values,
                )
                continue
            value = reader.read(written, text(limit, multiline=multiline), default="")
            if value and slugs and not SLUG.fullmatch(value):
                reader.problem(written.line, _("Write small Latin letters, digits and hyphens only."))
            texts[language_code] = value
        if not node.items:
            raise Refusal(_("This text is empty."))
        return texts

    return read


def name_or_names(limit: int) -> How:
    """A name that is the same in every language ("MITA"), or one by language; a mapping either way."""

    def read(reader: Reader, node: Node) -> dict[str, str]:
        if isinstance(node, Scalar):
            name = _text(node, limit, multiline=False)
            return dict.fromkeys(reader.languages, name)
        return text_by_language(limit)(reader, node)  # type: ignore[no-any-return]

    return read


def key(limit: int = 60) -> How:
    def read(_reader: Reader, node: Node) -> str:
        value = _word(node)
        if not KEY.fullmatch(value) or len(value) > limit:
            values = {"limit": limit}
            raise Refusal(
                _("A key has small Latin letters, digits, hyphens and underscores, at most %(limit)s.") % values
            )
        return value

    return read


def choice(*values: str) -> How:
    known = [value for value in values if value]

    def read(_reader: Reader, node: Node) -> str:
        value = _word(node)
        if value not in known:
            raise Refusal(_("“%(value)s” is none of: %(known)s.") % {"value": value, "known": ", ".join(known)})
        return value

    return read


def code_of(known: Callable[[], Collection[str]], refusal: str | Promise) -> How:
    """A code of a reference list; `refusal` says “%(code)s” is not in it."""

    def read(_reader: Reader, node: Node) -> str:
        value = _word(node)
        if value not in known():
            raise Refusal(str(refusal) % {"code": value})
        return value

    return read


def country(_reader: Reader, node: Node) -> str:
    value = _word(node)
    if value not in countries:
        raise Refusal(_("“%(code)s” is not a country code of ISO 3166-1, as in LV or NO.") % {"code": value})
    return value


def language(_reader: Reader, node: Node) -> str:
    value = _word(node)
    try:
        get_language_info(value)
    except KeyError as error:
        raise Refusal(_("“%(code)s” is not a language known here.") % {"code": value}) from error
    return value


def yes_or_no(_reader: Reader, node: Node) -> bool:
    value = _word(node)
    if value not in ("true", "false"):
        raise Refusal(_("Write true or false."))
    return value == "true"


def whole_number(least: int, most: int) -> How:
    def read(_reader: Reader, node: Node) -> int:
        value = _word(node)
        if not re.fullmatch(r"\d{1,12}", value) or not least <= int(value) <= most:
            raise Refusal(_("Write a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})
        return int(value)

    return read


def number(_reader: Reader, node: Node) -> str:
    value = _word(node)
    if not NUMBER.fullmatch(value):
        raise Refusal(_("Write a number such as 12, 2405122 or 1403744.26, without spaces or commas."))
    return value


def day(_reader: Reader, node: Node) -> str:
    value = _word(node)
    try:
        if len(value) != len("2017-05-31"):
            raise ValueError(value)
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise Refusal(_("“%(value)s” is not a day such as 2017-05-31.") % {"value": value}) from error


def partial_date(_reader: Reader, node: Node) -> str:
    value = _word(node)
    try:
        if not PARTIAL_DATE.match(value):
            raise ValueError(value)
        _first = PartialDate(value).first_day
    except ValueError as error:
        raise Refusal(_("“%(value)s” is not a date, month or year such as 2017-05.") % {"value": value}) from error
    return value


def url(limit: int) -> How:
    def read(_reader: Reader, node: Node) -> str:
        value = _word(node)
        try:
            web_address(value)
            if len(value) > limit or "@" in urlsplit(value).netloc:
                raise ValidationError("")
        except (ValidationError, ValueError) as error:
            raise Refusal(_("This is not a web address beginning with https:// or http://.")) from error
        return value

    return read
