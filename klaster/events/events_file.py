"""The events file: what a country's file of past events may say, read and checked before anything is written. Pure.

It is written as the network file is (docs/network-file.md) and names organisations and sources of the directory by key.
"""

# ruff: noqa: RUF009 – reads() makes dataclass fields
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.directory.models import Statement
from klaster.directory.network_file import NetworkFileError, Problem
from klaster.directory.network_file import values as v
from klaster.directory.network_file.schema import Meta, SourcedSaid, reads
from klaster.directory.network_file.yaml_lines import LARGEST, Mapping
from klaster.directory.network_file.yaml_lines import read as read_yaml
from klaster.events.fields import known_zones
from klaster.events.models import Event, Session

zone = v.code_of(known_zones, gettext_lazy("There is no time zone %(code)s."))


@dataclass(kw_only=True)
class FigureSaid(SourcedSaid):
    what: dict = reads(v.text_by_language(100), required=True, default=dict)
    number: int = reads(v.whole_number(0, 10_000_000), required=True, default=0)
    bound: str = reads(v.choice(*Statement.Bound.values), default="exact")


@dataclass(kw_only=True)
class SessionSaid(SourcedSaid):
    kind: str = reads(v.choice(*Session.Kind.values), required=True)
    title: dict = reads(v.text_by_language(200), required=True, default=dict)
    summary: dict = reads(v.text_by_language(3000, multiline=True), default=dict)
    said_by: dict = reads(v.text_by_language(200), default=dict)
    place: str = reads(v.text(100))


@dataclass(kw_only=True)
class OrganisedSaid(SourcedSaid):
    key: str = reads(v.key(), required=True)
    slug: str = reads(v.key(90))
    organiser: str = reads(v.key())
    organiser_name: dict = reads(v.text_by_language(200), default=dict)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if bool(self.organiser) == bool(self.organiser_name):
            yield "organiser", _("Say who organised it: an organisation of the directory, or a name in words.")


@dataclass(kw_only=True)
class SeriesSaid(OrganisedSaid):
    name: dict = reads(v.text_by_language(200), required=True, default=dict)
    summary: dict = reads(v.text_by_language(300), default=dict)
    description: dict = reads(v.text_by_language(10_000, multiline=True), default=dict)
    rrule: str = reads(v.text(300))


@dataclass(kw_only=True)
class EventSaid(OrganisedSaid):
    series: str = reads(v.key())
    title: dict = reads(v.text_by_language(200), required=True, default=dict)
    summary: dict = reads(v.text_by_language(300), default=dict)
    description: dict = reads(v.text_by_language(10_000, multiline=True), default=dict)
    kinds: list = reads(v.each(v.choice(*Event.Kind.values)), required=True, default=list)
    starts: str = reads(v.day)
    ends: str = reads(v.day)
    happened: str = reads(v.partial_date)
    date_note: dict = reads(v.text_by_language(200), default=dict)
    time_zone: str = reads(zone)
    venue: dict = reads(v.text_by_language(200), default=dict)
    city: str = reads(v.text(100))
    country: str = reads(v.country)
    languages: list = reads(v.each(v.language), default=list)
    website: str = reads(v.url(500))
    figures: list = reads(v.each(v.entry(FigureSaid)), default=list)
    sessions: list = reads(v.each(v.entry(SessionSaid)), default=list)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if bool(self.starts) == bool(self.happened):
            yield "starts", _("Say when it was: the days (starts, ends), or as far as known (happened).")
        if self.starts and self.ends and self.ends < self.starts:
            yield "ends", _("It ends before it begins.")


@dataclass
class EventsFile:
    meta: Meta = field(default_factory=Meta)
    languages: list[str] = field(default_factory=list)
    series: list[SeriesSaid] = field(default_factory=list)
    events: list[EventSaid] = field(default_factory=list)


def read_file(file: Path) -> EventsFile:
    """`read` of a file. OSError if it cannot be opened."""
    with file.open("rb") as opened:
        return read(opened.read(LARGEST + 1))


def read(data: bytes) -> EventsFile:
    """What the file says. Raises NetworkFileError with every problem there is, each with its line."""
    root, problems = read_yaml(data)
    if not isinstance(root, Mapping):
        raise NetworkFileError(problems or [Problem(1, _("The file is empty or no mapping of sections."))])
    reader = v.Reader(problems)
    reader.unknown_names(root, ("meta", "languages", "series", "events"))
    for name in ("meta", "languages"):
        if name not in root.items:
            reader.problem(1, _("“%(name)s” is missing.") % {"name": name})
    file = EventsFile(languages=reader.value(root, "languages", v.each(v.language), default=[]))
    reader.languages = tuple(file.languages)
    file.meta = reader.value(root, "meta", v.entry(Meta), default=None) or Meta()
    file.series = reader.value(root, "series", v.each(v.entry(SeriesSaid)), default=[])
    file.events = reader.value(root, "events", v.each(v.entry(EventSaid)), default=[])
    reader.problems += check(file)
    if reader.problems:
        raise NetworkFileError(reader.problems)
    return file


def check(file: EventsFile) -> Iterator[Problem]:
    """What only the whole of the file can tell."""
    entries: list[tuple[str, Any]] = [*(("s", said) for said in file.series), *(("e", said) for said in file.events)]
    for name in ("key", "slug"):
        first: dict[tuple[str, str], Any] = {}
        for section, said in entries:
            value = getattr(said, name)
            if value and (section, value) in first:
                values = {"key": value, "line": first[section, value].line}
                yield Problem(said.at(name), _("“%(key)s” stands here twice; first on line %(line)s.") % values)
            first.setdefault((section, value), said)
    known = {said.key for said in file.series}
    for said in file.events:
        if said.series and said.series not in known:
            values = {"key": said.series, "section": "series"}
            yield Problem(said.at("series"), _("There is no “%(key)s” in %(section)s.") % values)
        for name in ("starts", "ends", "happened"):
            date, as_of = getattr(said, name), file.meta.as_of
            if date and as_of and date > as_of[: len(date)]:
                values = {"date": date, "as_of": as_of}
                yield Problem(said.at(name), _("%(date)s is after %(as_of)s, the day this file speaks of.") % values)


__all__ = ["EventSaid", "EventsFile", "NetworkFileError", "Problem", "SeriesSaid", "read", "read_file"]
