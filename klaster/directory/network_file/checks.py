"""What only the whole of a network file can tell: names that stand twice, lead nowhere or contradict. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from klaster.directory import reference
from klaster.directory.network_file.schema import (
    NESTED,
    SECTIONS,
    UNKNOWN,
    ClusterSaid,
    EntrySaid,
    LabelSaid,
    MembershipSaid,
    NetworkFile,
    ParticipationSaid,
    Said,
    StatementSaid,
)
from klaster.directory.network_file.yaml_lines import Problem

PAST = ("as_of", "published", "retrieved", "founded", "checked", "issued", "happened", "signed", "joined", "since")


def check(file: NetworkFile) -> Iterator[Problem]:
    yield from _twice(file)
    yield from _references(file)
    yield from _circles(file)
    yield from _homes(file)
    yield from _statements(file)
    yield from _places(file)
    yield from _future(file)


def identity(section: str, said: Any) -> str:
    """What makes two entries of a section the same thing."""
    match section:
        case "fact_kinds" | "sectors" | "regions":
            return str(said.code)
        case "places":
            return f"{said.region} {said.name}"
        case "statements":
            return "/".join((*said.subject, said.kind, said.source, said.as_of, said.bound))
    return str(said.key)


def nested_identity(said: Any) -> str:
    """The same for what stands inside a cluster or network: its key, else what it is naturally known by."""
    if said.key:
        return str(said.key)
    match said:
        case MembershipSaid():
            return str(said.organisation)
        case LabelSaid():
            return str(said.level)
        case ParticipationSaid():
            return str(said.participant)
    return ""


def everything(file: NetworkFile) -> Iterator[Said]:
    """Every entry of the file, nested ones after what they stand in."""
    for section in SECTIONS:
        for said in getattr(file, section):
            yield said
            yield from _nested(said)


def _nested(said: Said) -> Iterator[Said]:
    for name in NESTED:
        yield from getattr(said, name, ())


def _twice(file: NetworkFile) -> Iterator[Problem]:
    for section in SECTIONS:
        entries = getattr(file, section)
        yield from _repeated((identity(section, said), said) for said in entries)
        if section in ("organisations", "clusters", "networks", "programmes"):
            yield from _repeated((slug_of(said), said) for said in entries)
        for said in entries:
            for name in NESTED:
                yield from _repeated((nested_identity(inner), inner) for inner in getattr(said, name, ()))
    for code in sorted({code for code in file.languages if file.languages.count(code) > 1}):
        yield Problem(file.lines["languages"], _("The language %(code)s stands twice.") % {"code": code})
    yield from _slugs_of_sectors(file)


def slug_of(said: EntrySaid) -> str:
    return said.slug or said.key.replace("_", "-")


def _slugs_of_sectors(file: NetworkFile) -> Iterator[Problem]:
    for code in file.languages:
        yield from _repeated((said.slug.get(code, ""), said) for said in file.sectors)
        for said in file.sectors:
            for name in ("name", "slug"):
                if getattr(said, name) and code not in getattr(said, name):
                    values = {"name": name, "language": code}
                    yield Problem(said.at(name), _("“%(name)s” is missing in the language %(language)s.") % values)


def _repeated(pairs: Iterable[tuple[str, Said]]) -> Iterator[Problem]:
    first: dict[str, Said] = {}
    for name, said in pairs:
        if name and name in first:
            values = {"key": name, "line": first[name].line}
            yield Problem(said.line, _("“%(key)s” stands here twice; first on line %(line)s.") % values)
        first.setdefault(name, said)


def _references(file: NetworkFile) -> Iterator[Problem]:
    known = {section: {identity(section, said) for said in getattr(file, section)} for section in SECTIONS}
    for said in everything(file):
        for item in dataclasses.fields(said):
            section = item.metadata.get("refers", "")
            value = getattr(said, item.name)
            for name in ([value] if isinstance(value, str) else value) if section else ():
                is_said_unknown = isinstance(said, ClusterSaid) and item.name == "coordinator" and name == UNKNOWN
                if name and name not in known[section] and not is_said_unknown:
                    values = {"key": name, "section": section}
                    yield Problem(said.at(item.name), _("There is no “%(key)s” in %(section)s.") % values)


def _circles(file: NetworkFile) -> Iterator[Problem]:
    for entries in (file.organisations, file.programmes):
        parents = {said.key: said.part_of for said in entries}
        for said in entries:
            seen, above = {said.key}, said.part_of
            while above and above not in seen:
                seen.add(above)
                above = parents.get(above, "")
            if above == said.key:
                yield Problem(said.at("part_of"), _("“%(key)s” is part of itself.") % {"key": said.key})


def _homes(file: NetworkFile) -> Iterator[Problem]:
    homes = [said for said in file.networks if said.home]
    for said in homes[1:]:
        values = {"line": homes[0].at("home")}
        yield Problem(said.at("home"), _("A site has one home network; the first is on line %(line)s.") % values)


def _statements(file: NetworkFile) -> Iterator[Problem]:
    fields = {said.code for said in file.fact_kinds if said.field}
    shown: dict[tuple[str, str, str], StatementSaid] = {}
    for said in file.statements:
        if not {"number", "text"} & set(said.lines) and said.kind not in fields:
            yield Problem(said.line, _("A statement says a number or words."))
        if said.shown and said.subject[1]:
            about = (*said.subject, said.kind)
            if about in shown:
                values = {"line": shown[about].line}
                yield Problem(said.at("shown"), _("The one on line %(line)s is already shown first.") % values)
            shown.setdefault(about, said)


def _places(file: NetworkFile) -> Iterator[Problem]:
    own = {(said.region, said.name) for said in file.places}
    known = own | {(region, name) for _country, region, name in reference.places()}
    for said in file.organisations:
        if said.place and said.region and (said.region, said.place) not in known:
            values = {"place": said.place, "region": said.region}
            yield Problem(said.at("place"), _("There is no place “%(place)s” in %(region)s.") % values)


def _future(file: NetworkFile) -> Iterator[Problem]:
    """What a file says has happened cannot lie after the day the file speaks of."""
    as_of = file.meta.as_of
    for said in everything(file) if as_of else ():
        for name in PAST:
            date = getattr(said, name, "")
            if date and date > as_of[: len(date)]:
                values = {"date": date, "as_of": as_of}
                yield Problem(said.at(name), _("%(date)s is after %(as_of)s, the day this file speaks of.") % values)
