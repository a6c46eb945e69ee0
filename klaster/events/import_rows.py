"""A table of people for an event: what its columns are, what each row says, what is wrong with it. Writes nothing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django_countries import countries

from klaster.core import languages, spreadsheets, tables
from klaster.directory.imports.fields import plain
from klaster.directory.models import Cluster, ClusterMembership, Organisation
from klaster.events.models import ENDED, Event, RegistrationImport

MOST_ROWS = 1000
HEAD = 10  # rows among which the headings are looked for


@dataclass(frozen=True)
class Field:
    """Something that can stand in a column. `words` are headings that mean it, in plain letters."""

    code: str
    title: str | Promise
    words: tuple[str, ...]
    most: int = 0


FIELDS = [
    Field("name", gettext_lazy("name and surname"), ("vardas pavarde", "vardas ir pavarde", "dalyvis", "dalyve",
          "asmuo", "name", "full name", "name and surname", "participant", "attendee", "person"), 150),
    Field("first", gettext_lazy("first name"), ("vardas", "first name", "given name", "forename"), 75),
    Field("last", gettext_lazy("surname"), ("pavarde", "surname", "last name", "family name"), 75),
    Field("email", gettext_lazy("e-mail address"), ("el pastas", "e pastas", "el pasto adresas", "pastas", "email",
          "e mail", "mail", "e mail address", "email address"), 254),
    Field("phone", gettext_lazy("telephone"), ("telefonas", "tel", "tel nr", "telefono numeris", "mob", "phone",
          "telephone", "mobile", "phone number"), 40),
    Field("organisation", gettext_lazy("organisation"), ("organizacija", "imone", "istaiga", "bendrove", "darboviete",
          "organisation", "organization", "company", "institution", "firm", "employer"), 200),
    Field("position", gettext_lazy("position"), ("pareigos", "pareigybe", "position", "job title", "title", "role"),
          150),
    Field("country", gettext_lazy("country"), ("salis", "valstybe", "country", "country code")),
    Field("category", gettext_lazy("category"), ("kategorija", "dalyvio tipas", "category", "type", "ticket")),
    Field("online", gettext_lazy("takes part online"), ("internetu", "nuotoliu", "dalyvauja internetu", "online",
          "remote", "takes part online")),
    Field("language", gettext_lazy("language of letters"), ("kalba", "laisku kalba", "language",
          "language of letters")),
    Field("note", gettext_lazy("note"), ("pastaba", "pastabos", "komentaras", "note", "notes", "comment"), 500),
]  # fmt: skip
BY_CODE = {each.code: each for each in FIELDS}
YES = {"taip", "yes", "y", "t", "1", "true", "x", "internetu", "online", "nuotoliu", "remote"}
NO = {"", "ne", "no", "n", "0", "false", "gyvai", "on site", "vietoje"}


@dataclass
class Checked:
    """One row: what it would write, what is wrong with it, and whether its address is registered already."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_known: bool = False

    @property
    def is_ready(self) -> bool:
        return not self.problems and not self.is_known


# --- columns ----------------------------------------------------------------------------------------------------------
def guess(headings: Sequence[str], fields: Sequence[Field] = FIELDS) -> dict[int, str]:
    """Field by column; of two columns that fit the first is taken."""
    found: dict[int, str] = {}
    by_words = {words: each.code for each in reversed(fields) for words in each.words}
    for column, heading in enumerate(headings):
        code = by_words.get(plain(heading), "")
        if code and code not in found.values():
            found[column] = code
    return found


def read_file(data: bytes, name: str, fields: Sequence[Field] = FIELDS) -> dict[str, Any]:
    """What an import keeps of a file. Raises ValidationError where it cannot be read, or has too many rows or none.

    The headings are the one of the first rows with most known ones, else the first.
    """
    with spreadsheets.opened(data) as table:
        rows = [(row.line, row.cells) for row in itertools.islice(table.rows, MOST_ROWS + HEAD + 1)]
    known = [len(guess(cells, fields)) for _line, cells in rows[:HEAD]]
    at = known.index(max(known)) if known else 0
    headings = rows[at][1] if rows else []
    below = [[line, cells] for line, cells in rows[at + 1 :] if not tables.is_origin(cells)]
    if not below:
        raise ValidationError(_("The table has headings and no rows."), code="no_rows")
    if len(below) > MOST_ROWS:
        raise ValidationError(_("The table has more than %(limit)s rows. Send it in parts.") % {"limit": MOST_ROWS})
    name = PurePath(name.replace("\\", "/")).name[-200:] or "table"
    return {"file_name": name, "headings": headings, "rows": below, "mapping": guess(headings, fields)}


def named_twice(chosen: list[str], fields: Sequence[Field] = FIELDS) -> str:
    """What to say where two columns are the same field; empty where none are."""
    titles = {each.code: each.title for each in fields}
    twice = next((titles[code] for code in chosen if chosen.count(code) > 1), "")
    return _("Two columns are “%(field)s”: choose one.") % {"field": twice} if twice else ""


def problem_of(mapping: Mapping[int, str]) -> str:
    """Why columns so named cannot be read; empty where they can."""
    chosen = list(mapping.values())
    if twice := named_twice(chosen):
        return twice
    if "name" not in chosen and not {"first", "last"} <= set(chosen):
        return _("Say in which column the names of the people stand.")
    return ""


# --- rows -------------------------------------------------------------------------------------------------------------
def check(import_: RegistrationImport) -> list[Checked]:
    """Every row as it would come in; asks the same few questions for any number of rows."""
    event, mapping = import_.event, import_.fields()
    reader = Reader(event)
    taken = {email.lower() for email in event.registrations.exclude(state__in=ENDED).values_list("email", flat=True)}
    found = []
    for line, cells in import_.rows:
        said = {code: tables.plain(cells[at]) if at < len(cells) else "" for at, code in mapping.items()}
        row = reader.read(line, said)
        email = row.values.get("email", "").lower()
        row.is_known = bool(email) and email in taken
        taken.add(email)
        found.append(row)
    give_organisations(found)
    return found


class Reader:
    """Reads cells into values for one event."""

    def __init__(self, event: Event):
        self.event = event
        self.categories = {
            plain(words): category for category in event.categories.all() for words in category.name.values()
        }

    def read(self, line: int, said: Mapping[str, str]) -> Checked:
        row = Checked(line)
        name = said.get("name") or " ".join(filter(None, [said.get("first"), said.get("last")]))
        texts = {"name": name, **{code: said.get(code, "") for code in ("email", "phone", "position", "note")}}
        texts["organisation_name"] = said.get("organisation", "")
        for code, text in texts.items():
            most = BY_CODE[code.removesuffix("_name") if code != "name" else code].most
            if len(text) > most:
                row.problems.append(_("“%(value)s” is too long.") % {"value": f"{text[:30]}…"})
            row.values[code] = text[:most]
        if not any(letter.isalpha() for letter in name):
            row.problems.append(_("A name is missing."))
        for read in (self._email, self._country, self._category, self._online, self._language):
            read(row, said)
        return row

    def _email(self, row: Checked, said: Mapping[str, str]) -> None:
        if row.values["email"]:
            try:
                validate_email(row.values["email"])
            except ValidationError:
                row.problems.append(_("“%(value)s” is no e-mail address.") % {"value": row.values["email"][:60]})

    def _country(self, row: Checked, said: Mapping[str, str]) -> None:
        if words := plain(said.get("country", "")):
            row.values["country"] = code = country_codes().get(words, "")
            if not code:
                row.problems.append(_("“%(value)s” is no country we know.") % {"value": said["country"][:60]})

    def _category(self, row: Checked, said: Mapping[str, str]) -> None:
        if words := plain(said.get("category", "")):
            row.values["category"] = self.categories.get(words)
            if words not in self.categories:
                row.problems.append(_("This event has no category “%(value)s”.") % {"value": said["category"][:60]})

    def _online(self, row: Checked, said: Mapping[str, str]) -> None:
        words = plain(said.get("online", ""))
        if words not in YES | NO:
            row.problems.append(_("“%(value)s” is neither yes nor no.") % {"value": said["online"][:60]})
        row.values["is_online"] = self.event.mode == Event.Mode.ONLINE or words in YES

    def _language(self, row: Checked, said: Mapping[str, str]) -> None:
        words = plain(said.get("language", ""))
        row.values["language"] = language_codes().get(words, languages.codes()[0])
        if words and words not in language_codes():
            row.problems.append(_("Letters are not written in “%(value)s”.") % {"value": said["language"][:60]})


@cache
def country_codes() -> dict[str, str]:
    """Codes by code and by name in each language of the site."""
    found = {code.lower(): code for code, _name in countries}
    for language in languages.codes():
        with override(language):
            found |= {plain(str(name)): code for code, name in countries}
    return found


@cache
def language_codes() -> dict[str, str]:
    found = {code: code for code in languages.codes()}
    for language in languages.codes():
        with override(language):
            found |= {plain(languages.name_of(code)): code for code in languages.codes()}
    return found


def give_organisations(rows: Sequence[Checked]) -> None:
    """Entries of the directory whose name was written letter for letter, and whether they are members of clusters."""
    names = {row.values["organisation_name"] for row in rows} - {""}
    if not names:
        return
    having = Q()
    for code in languages.codes():
        having |= Q(**{f"name__{code}__in": list(names)})
    by_name: dict[str, list[Organisation]] = {}
    for organisation in Organisation.objects.published().filter(having):
        for name in set(organisation.name.values()):
            by_name.setdefault(name, []).append(organisation)
    public = Cluster.objects.published().values("pk")
    members = set(
        ClusterMembership.objects.active().filter(cluster__in=public).values_list("organisation", flat=True)
        if by_name
        else ()
    )
    for row in rows:
        found = by_name.get(row.values["organisation_name"], [])
        if len(found) == 1:
            row.values |= {"organisation": found[0], "is_member": found[0].pk in members}


def blank() -> tables.Table:
    """An empty table to fill in, with a person who is visibly invented."""
    asked = [BY_CODE[code] for code in ("name", "email", "phone", "organisation", "position", "country", "category",
                                        "online", "note")]  # fmt: skip
    example = [_("Vardenė Pavardenė (invented: delete this line)"), "vardene@example.org", "", "", "", "LT", "", "", ""]
    return tables.Table(
        title=_("People to import"), columns=[str(each.title).capitalize() for each in asked], rows=[example]
    )
