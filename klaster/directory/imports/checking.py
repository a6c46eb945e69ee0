"""Reads the rows of an import: what each says, what is wrong with it, and whom the directory knows already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop, override
from django_countries import countries

from klaster.core import languages, spreadsheets, tables
from klaster.directory.imports import matching, rows, values
from klaster.directory.imports.fields import plain
from klaster.directory.imports.matching import CODE, NAME, Candidate
from klaster.directory.imports.values import Unclear
from klaster.directory.models import (
    ActivityClass,
    ClusterMembership,
    Import,
    ImportRow,
    Organisation,
    Place,
    Region,
)
from klaster.directory.models.organisations import today

ERROR, NOTE = "error", "note"  # an error leaves the row out, a note the cell
# Without these, or with a wrong one, a row is another organisation or another fact.
WEIGHTY = ("name", "legal_code", "country", "joined", "left")
LINE = "line"  # reason of a candidate that stands further up in the same file


def check(import_pk: int) -> None:
    """Judge all rows anew. Nothing of the directory is changed; decisions made before are forgotten."""
    with transaction.atomic():
        rows.lock(rows.IMPORTING, import_pk)
        wanted = Import.objects.select_related("cluster", "by").filter(pk=import_pk, state=Import.State.CHECKING)
        import_ = wanted.first()
        if import_ is None:
            return
        checker = Checker(import_)
        with rows.Progress(import_) as progress:
            done = 0
            for batch in rows.batches(import_):
                checker.judge(batch)
                rows.save(batch, rows.FOUND)
                done += len(batch)
                progress.at(done)
        import_.state, import_.checked_at, import_.done = Import.State.CHECKED, timezone.now(), 0
        import_.save(update_fields=["state", "checked_at", "done"])


@dataclass
class Checker:
    """Judges rows batch by batch; remembers what stood further up."""

    import_: Import
    looked_near: int = 0
    codes: dict[tuple[str, str, str], int] = field(default_factory=dict)  # the line a code or a name stands in first
    names: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)

    @cached_property
    def visible(self) -> Any:
        return Organisation.objects.visible_to(self.import_.by)

    @cached_property
    def lists(self) -> Lists:
        return Lists()

    @cached_property
    def memberships(self) -> dict[int, list[ClusterMembership]]:
        return memberships_of(self.import_)

    def judge(self, batch: Sequence[ImportRow]) -> None:
        for row in batch:
            self.read(row)
        good = [row for row in batch if not row.has_error]
        found = matching.certain(good, self.visible)
        unknown = [row for row in good if row.pk not in found]
        room = max(0, matching.NEAR_ROWS - self.looked_near)
        self.looked_near += len(unknown[:room])
        found |= matching.near(unknown[:room], self.visible) if room else {}
        for row in batch:
            self.decide(row, found.get(row.pk, []))

    def read(self, row: ImportRow) -> None:
        """The row's values by field, and what is wrong with its cells."""
        row.values, row.problems, row.has_error = {}, [], False
        columns = {name: column for column, name in self.import_.fields().items()}
        for name in sorted(columns, key=lambda name: name != "country"):  # codes and counties need the country
            column = columns[name]
            text = row.cells[column] if column < len(row.cells) else ""
            fault = row.faults.get(str(column))
            try:
                row.values[name] = self.value(name, text, row.values)
            except Unclear as unclear:
                self.complain(row, column, unclear, ERROR if name in WEIGHTY else NOTE)
            if fault:
                self.complain(row, column, Unclear(spreadsheets.FAULTS[fault]), ERROR if name in WEIGHTY else NOTE)
        row.values.setdefault("country", str(self.import_.default_country or ""))
        self.settle_place(row, columns)
        joined, left = row.values.get("joined"), row.values.get("left")
        if joined and left and left < joined:
            self.complain(row, columns["left"], Unclear(gettext_noop("This day is before the day it joined.")), ERROR)
        if not row.values.get("name") and not any(problem["column"] == columns["name"] for problem in row.problems):
            self.complain(
                row, columns["name"], Unclear(gettext_noop("A row needs the name of the organisation.")), ERROR
            )

    def complain(self, row: ImportRow, column: int | None, unclear: Unclear, level: str) -> None:
        row.problems.append({"column": column, "words": unclear.words, "params": unclear.params, "level": level})
        row.has_error = row.has_error or level == ERROR

    def value(self, name: str, text: str, known: dict[str, Any]) -> Any:
        country = known.get("country") or str(self.import_.default_country or "")
        match name:
            case "name" | "name_en":
                return values.name(text)
            case "abbreviation":
                return tables.plain(text)[:30]
            case "legal_code":
                return values.legal_code(text, country)
            case "joined" | "left":
                found = values.day(text, self.import_.day_order)
                return found.isoformat() if found else ""
            case "website":
                return values.website(text)
            case "nace":
                return values.activities(text, self.lists.activities)
            case "region" | "place":
                return tables.plain(text)
            case "country":
                return self.lists.country(text) or str(self.import_.default_country or "")
        return values.one_of(text, self.lists.words[name])

    def settle_place(self, row: ImportRow, columns: dict[str, int]) -> None:
        """County and town by their names: a town may stand in the column of counties, and says its county."""
        country = row.values.get("country", "")
        region, place = None, None
        if text := row.values.get("place", ""):
            place = self.lists.place(text, country)
            if not place:
                unclear = Unclear(gettext_noop("We know no place “%(value)s” in this country."), value=text[:60])
                self.complain(row, columns["place"], unclear, NOTE)
        if text := row.values.get("region", ""):
            region = self.lists.region(text, country)
            town = None if region or place else self.lists.place(text, country)
            place = place or town
            if not region and not town:
                unclear = Unclear(gettext_noop("We know no county “%(value)s” in this country."), value=text[:60])
                self.complain(row, columns["region"], unclear, NOTE)
        row.values["place"] = place[0] if place else None
        row.values["region"] = region or (place[1] if place else None)

    # --- whom it is about -------------------------------------------------------------------------------------------

    def decide(self, row: ImportRow, found: list[Candidate]) -> None:
        """Propose what to do; where that is not certain, leave it to the person."""
        row.candidates, row.decision, row.match = [candidate.stored() for candidate in found], "", None
        if row.has_error:
            row.decision = ImportRow.Decision.SKIP
            return
        if line := self.line_before(row):
            row.candidates = [{"pk": None, "reason": LINE, "line": line}, *row.candidates]
            row.decision = ImportRow.Decision.SKIP
            return
        if any(not candidate.is_open for candidate in found):
            words = gettext_noop("An organisation with this code is here, but not public: ask the network's office.")
            self.complain(row, None, Unclear(words), ERROR)
            row.candidates, row.decision = [], ImportRow.Decision.SKIP
            return
        if not found:
            row.decision = ImportRow.Decision.NEW
        elif surely := sure(row, found):
            row.decision, row.match = ImportRow.Decision.SAME, surely.pk
            if unclear := clash(self.import_, row, self.memberships.get(surely.pk, [])):
                self.complain(row, self.column("joined"), unclear, ERROR)
                row.decision = ImportRow.Decision.SKIP

    def column(self, name: str) -> int | None:
        return next((column for column, known in self.import_.fields().items() if known == name), None)

    def line_before(self, row: ImportRow) -> int | None:
        """The line further up that speaks of the same organisation."""
        code, left = row.values.get("legal_code", ""), row.values.get("left", "")  # it may have been a member twice
        coded = (row.values["country"], code, left)
        named = self.names.setdefault((plain(row.values["name"]), left), [])
        if code and coded in self.codes:
            return self.codes[coded]
        for other, line in named:
            if not code or not other or code == other:
                return line
        named.append((code, row.line))
        if code:
            self.codes[coded] = row.line
        return None


def sure(row: ImportRow, found: list[Candidate]) -> Candidate | None:
    """The one it must be: the code says so, or the name does and nothing speaks against it."""
    coded = [candidate for candidate in found if candidate.reason == CODE]
    if coded:
        return coded[0]
    named = [candidate for candidate in found if candidate.reason == NAME]
    if len(named) != 1:
        return None
    code = row.values.get("legal_code", "")
    differs = code and named[0].legal_code and code != named[0].legal_code
    abroad = row.values.get("country") and named[0].country and row.values["country"] != named[0].country
    return None if differs or abroad else named[0]


def memberships_of(import_: Import) -> dict[int, list[ClusterMembership]]:
    """Memberships of the import's cluster by organisation, past ones too."""
    found: dict[int, list[ClusterMembership]] = {}
    if import_.what == Import.What.MEMBERS:
        for membership in ClusterMembership.objects.filter(cluster=import_.cluster_id).order_by("pk").iterator():
            found.setdefault(membership.organisation_id, []).append(membership)
    return found


def meant(row: ImportRow, memberships: Sequence[ClusterMembership]) -> ClusterMembership | None:
    """The membership a row speaks of: the one that ended on its day, or without such a day that of today."""
    left, day = row.values.get("left") or "", today()
    if left:
        return next((each for each in memberships if each.left and each.left.isoformat() == left), None)
    return next((each for each in memberships if each.left is None or each.left > day), None)


def clash(import_: Import, row: ImportRow, memberships: Sequence[ClusterMembership]) -> Unclear | None:
    """Why the membership cannot have the days the row says: another one has some of them."""
    known = meant(row, memberships)
    joined, left = row.values.get("joined") or "", row.values.get("left") or ""
    if known and (not joined or (known.joined and import_.existing != Import.Existing.OVERWRITE)):
        return None  # nothing would change
    for other in memberships:
        if other is known:
            continue
        begins, ends = (day.isoformat() if day else "" for day in (other.joined, other.left))
        if (not ends or ends > joined) and (not left or begins < left):
            if ends and not left:
                words = gettext_noop("It was a member until %(day)s: say from which day on it is one again.")
                return Unclear(words, day=ends)
            words = gettext_noop("The days overlap with those of its other membership (%(days)s).")
            return Unclear(words, days=f"{begins or '?'} – {ends or '…'}")
    return None


class Lists:
    """What the directory sorts by, found by the words people use for it."""

    @cached_property
    def activities(self) -> dict[str, int]:
        known = ActivityClass.objects.filter(version=ActivityClass.Version.NACE_2_1)
        return dict(known.values_list("code", "pk"))

    @cached_property
    def words(self) -> dict[str, dict[str, str]]:
        return {
            "kind": in_words(Organisation.Kind.choices, values.KINDS),
            "committed_by": in_words(ClusterMembership.Commitment.choices, values.COMMITMENTS),
            "membership_kind": in_words(ClusterMembership.Kind.choices, values.MEMBERSHIPS),
        }

    @cached_property
    def _countries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for language in languages.codes():
            with override(language):
                for code, name in countries:
                    found |= {plain(str(name)): code, plain(code): code, plain(countries.alpha3(code)): code}
        return found

    def country(self, text: str) -> str:
        words = plain(text)
        if words and words not in self._countries:
            raise Unclear(gettext_noop("We know no country “%(value)s”."), value=text[:60])
        return self._countries.get(words, "")

    @cached_property
    def _regions(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for region in Region.objects.filter(level=3):
            for name in (region.code, *region.name.values()):
                words = plain(name)
                for short in (words, *(words.removesuffix(end) for end in (" apskritis", " county", " region"))):
                    found[str(region.country), short] = region.code
                    found["", short] = region.code
        return found

    def region(self, text: str, country: str) -> str | None:
        return self._regions.get((country, plain(text)))

    @cached_property
    def _places(self) -> dict[tuple[str, str], tuple[int, str | None]]:
        """The largest place of each name in a country."""
        found: dict[tuple[str, str], tuple[int, str | None]] = {}
        for place in Place.objects.order_by("population", "pk").iterator():
            found[str(place.country), plain(place.name)] = (place.pk, place.region_id)
        return found

    def place(self, text: str, country: str) -> tuple[int, str | None] | None:
        words = plain(text)
        short: Callable[[str], str] = words.removesuffix
        names = (words, *(short(end) for end in (" m", " miestas", " city", " town")))
        return next((self._places[country, name] for name in names if (country, name) in self._places), None)


def in_words(choices: Sequence[tuple[str, Any]], others: dict[str, str]) -> dict[str, str]:
    """Values by every word they go by: their own, their titles in each language, and the usual others."""
    found = {words: value for words, value in others.items() if value}
    for language in languages.codes():
        with override(language):
            found |= {plain(str(title)): value for value, title in choices if value}
    return found | {plain(value): value for value, _title in choices if value}
