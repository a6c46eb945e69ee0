"""What a network file may say: one dataclass a section, one field a name; docs/network-file.md says it in words.

Beside each field stands how its value is read and which section a key in it refers to. `problems()` tells what only the
entry's own fields together can tell; what takes the whole file is in checks.py. Nothing here knows a country.
"""

# ruff: noqa: RUF009 – reads() makes dataclass fields
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.directory import legal_codes, reference
from klaster.directory.models import (
    ActivityClass,
    Agreement,
    Cluster,
    ClusterMembership,
    Label,
    Network,
    NetworkParticipation,
    Organisation,
    Programme,
    Statement,
)
from klaster.directory.models.base import Publication
from klaster.directory.models.classification import HUES
from klaster.directory.models.sources import SUBJECTS
from klaster.directory.network_file import values as v

UNKNOWN = "unknown"  # a coordinator nobody has named: said, not left open
NESTED = ("labels", "achievements", "members", "openings", "participants")  # entries that stand inside others

region_code = v.code_of(reference.region_codes, gettext_lazy("There is no region %(code)s in NUTS 2024."))
county_code = v.code_of(reference.county_codes, gettext_lazy("There is no county %(code)s at level 3 of NUTS 2024."))
nace_code = v.code_of(
    lambda: reference.activity_codes(ActivityClass.Version.NACE_2),
    gettext_lazy("There is no class %(code)s in NACE 2."),
)


def reads(how: Any, *, default: Any = "", required: bool = False, refers: str = "") -> Any:
    """A field of the file: how its value is read, and which section a key in it refers to."""
    metadata = {"how": how, "required": required, "refers": refers}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(kw_only=True)
class Said:
    """Something the file says, with the line it begins on and the lines of its fields."""

    line: int = 0
    lines: dict[str, int] = field(default_factory=dict)

    def at(self, name: str) -> int:
        return self.lines.get(name, self.line)

    def problems(self) -> Iterator[tuple[str, str]]:
        """(field, what is wrong) of what only this entry's own fields can tell."""
        yield from ()


@dataclass(kw_only=True)
class Meta(Said):
    format: str = reads(v.choice("1"), required=True)
    title: dict = reads(v.text_by_language(200), default=dict)
    as_of: str = reads(v.day, required=True)
    licence: str = reads(v.text(200))


@dataclass(kw_only=True)
class SourcedSaid(Said):
    source: str = reads(v.key(), refers="sources")
    as_of: str = reads(v.partial_date)
    inferred: bool = reads(v.yes_or_no, default=False)
    note: dict = reads(v.text_by_language(500), default=dict)

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.inferred and not self.note:
            yield "inferred", _("What is inferred needs a note that says why.")


@dataclass(kw_only=True)
class SourceSaid(Said):
    key: str = reads(v.key(), required=True)
    title: dict = reads(v.text_by_language(300), required=True, default=dict)
    publisher: dict = reads(v.name_or_names(200), default=dict)
    url: str = reads(v.url(500))
    published: str = reads(v.partial_date)
    retrieved: str = reads(v.day)
    licence: str = reads(v.text(200))


@dataclass(kw_only=True)
class FactKindSaid(Said):
    code: str = reads(v.key(), required=True)
    name: dict = reads(v.text_by_language(150), required=True, default=dict)
    unit: dict = reads(v.text_by_language(30), default=dict)
    field: bool = reads(v.yes_or_no, default=False)


@dataclass(kw_only=True)
class SectorSaid(Said):
    code: str = reads(v.key(30), required=True)
    slug: dict = reads(v.text_by_language(60, slugs=True), required=True, default=dict)
    name: dict = reads(v.text_by_language(100), required=True, default=dict)
    hue: int = reads(v.whole_number(1, HUES), default=1)
    nace: list = reads(v.each(nace_code), default=list)


@dataclass(kw_only=True)
class RegionSaid(Said):
    code: str = reads(region_code, required=True)
    name: dict = reads(v.text_by_language(120), required=True, default=dict)


@dataclass(kw_only=True)
class PlaceSaid(Said):
    name: str = reads(v.text(120), required=True)
    region: str = reads(county_code, required=True)
    population: int = reads(v.whole_number(0, 100_000_000), default=0)


@dataclass(kw_only=True)
class EntrySaid(Said):
    key: str = reads(v.key(), required=True)
    slug: str = reads(v.key())
    name: dict = reads(v.text_by_language(200), required=True, default=dict)
    aliases: list = reads(v.each(v.text(200)), default=list)
    summary: dict = reads(v.text_by_language(300), default=dict)
    description: dict = reads(v.text_by_language(10_000, multiline=True), default=dict)
    website: str = reads(v.url(200))
    founded: str = reads(v.partial_date)
    checked: str = reads(v.day)
    status: str = reads(v.choice(*Publication.values), default="published")
    invented: bool = reads(v.yes_or_no, default=False)


@dataclass(kw_only=True)
class ActivitySaid(Said):
    version: str = reads(v.choice(*ActivityClass.Version.values), required=True)
    code: str = reads(v.text(7), required=True)

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.version and self.code and self.code not in reference.activity_codes(self.version):
            values = {"code": self.code, "version": self.version}
            yield "code", _("There is no class %(code)s in NACE %(version)s.") % values


@dataclass(kw_only=True)
class OrganisationSaid(EntrySaid):
    kind: str = reads(v.choice(*Organisation.Kind.values), required=True)
    abbreviation: str = reads(v.text(30))
    country: str = reads(v.country)
    legal_code: str = reads(v.text(30))
    region: str = reads(county_code)
    place: str = reads(v.text(120))
    activities: list = reads(v.each(v.entry(ActivitySaid)), default=list)
    part_of: str = reads(v.key(), refers="organisations")

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from region_problems(self)
        if self.place and not self.region:
            yield "place", _("A place needs the region it lies in.")
        if self.legal_code and not self.country:
            yield "legal_code", _("A legal-entity code needs a country.")
        elif self.legal_code:
            try:
                self.legal_code = legal_codes.clean(self.legal_code, self.country)
            except ValidationError as error:
                yield from (("legal_code", message) for message in error.messages)


@dataclass(kw_only=True)
class MembershipSaid(SourcedSaid):
    key: str = reads(v.key())
    organisation: str = reads(v.key(), required=True, refers="organisations")
    kind: str = reads(v.choice(*ClusterMembership.Kind.values), default="member")
    committed_by: str = reads(v.choice(*ClusterMembership.Commitment.values))
    joined: str = reads(v.day)
    left: str = reads(v.day)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if self.joined and self.left and self.left < self.joined:
            yield "left", _("This day is before the day it joined.")


@dataclass(kw_only=True)
class LabelSaid(SourcedSaid):
    key: str = reads(v.key())
    level: str = reads(v.choice(*Label.Level.values), required=True)
    issuer: str = reads(v.key(), refers="organisations")
    issued: str = reads(v.partial_date)
    valid_until: str = reads(v.day)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if self.issued and self.valid_until and self.valid_until < self.issued:
            yield "valid_until", _("This day is before the label was issued.")


@dataclass(kw_only=True)
class AchievementSaid(SourcedSaid):
    key: str = reads(v.key(), required=True)
    title: dict = reads(v.text_by_language(200), required=True, default=dict)
    summary: dict = reads(v.text_by_language(500), default=dict)
    happened: str = reads(v.partial_date)
    url: str = reads(v.url(500))


@dataclass(kw_only=True)
class OpeningSaid(Said):
    key: str = reads(v.key(), required=True)
    title: dict = reads(v.text_by_language(150), required=True, default=dict)
    conditions: dict = reads(v.text_by_language(2000, multiline=True), default=dict)
    until: str = reads(v.day)
    status: str = reads(v.choice(*Publication.values), default="published")


@dataclass(kw_only=True)
class ClusterSaid(EntrySaid):
    country: str = reads(v.country, required=True)
    region: str = reads(county_code)
    legal_form: str = reads(v.choice(*Cluster.LegalForm.values))
    coordinator: str = reads(v.key(), required=True, refers="organisations")
    sector: str = reads(v.key(), refers="sectors")
    other_sectors: list = reads(v.each(v.key()), default=list, refers="sectors")
    joint_activity_since: str = reads(v.partial_date)
    languages: list = reads(v.each(v.language), default=list)
    services: dict = reads(v.text_by_language(2000, multiline=True), default=dict)
    technologies: dict = reads(v.text_by_language(2000, multiline=True), default=dict)
    labels: list = reads(v.each(v.entry(LabelSaid)), default=list)
    achievements: list = reads(v.each(v.entry(AchievementSaid)), default=list)
    members: list = reads(v.each(v.entry(MembershipSaid)), default=list)
    openings: list = reads(v.each(v.entry(OpeningSaid)), default=list)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from region_problems(self)


@dataclass(kw_only=True)
class ParticipationSaid(SourcedSaid):
    key: str = reads(v.key())
    cluster: str = reads(v.key(), refers="clusters")
    organisation: str = reads(v.key(), refers="organisations")
    network: str = reads(v.key(), refers="networks")
    role: str = reads(v.choice(*NetworkParticipation.Role.values), default="member")
    since: str = reads(v.partial_date)
    until: str = reads(v.partial_date)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if sum(map(bool, (self.cluster, self.organisation, self.network))) != 1:
            yield "line", _("Name one participant: a cluster, an organisation or a network.")
        if self.since and self.until and self.until < self.since:
            yield "until", _("This is before it began.")

    @property
    def participant(self) -> str:
        return self.cluster or self.organisation or self.network


@dataclass(kw_only=True)
class NetworkSaid(EntrySaid):
    kind: str = reads(v.choice(*Network.Kind.values), required=True)
    abbreviation: str = reads(v.text(30))
    country: str = reads(v.country)
    operator: str = reads(v.key(), refers="organisations")
    home: bool = reads(v.yes_or_no, default=False)
    participants: list = reads(v.each(v.entry(ParticipationSaid)), default=list)


@dataclass(kw_only=True)
class AgreementSaid(SourcedSaid):
    key: str = reads(v.key(), required=True)
    kind: str = reads(v.choice(*Agreement.Kind.values), required=True)
    title: dict = reads(v.text_by_language(200), required=True, default=dict)
    signed: str = reads(v.partial_date)
    parties: list = reads(v.each(v.key()), default=list, refers="organisations")
    networks: list = reads(v.each(v.key()), default=list, refers="networks")
    parties_in_words: dict = reads(v.text_by_language(300), default=dict)


@dataclass(kw_only=True)
class ProgrammeSaid(EntrySaid):
    kind: str = reads(v.choice(*Programme.Kind.values), required=True)
    coordinator: str = reads(v.key(), refers="organisations")
    partners: list = reads(v.each(v.key()), default=list, refers="organisations")
    part_of: str = reads(v.key(), refers="programmes")
    ended: str = reads(v.partial_date)


@dataclass(kw_only=True)
class StatementSaid(SourcedSaid):
    cluster: str = reads(v.key(), refers="clusters")
    organisation: str = reads(v.key(), refers="organisations")
    network: str = reads(v.key(), refers="networks")
    programme: str = reads(v.key(), refers="programmes")
    kind: str = reads(v.key(), required=True, refers="fact_kinds")
    number: str = reads(v.number)
    bound: str = reads(v.choice(*Statement.Bound.values), default="exact")
    text: dict = reads(v.text_by_language(500), default=dict)
    shown: bool = reads(v.yes_or_no, default=False)

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        if sum(bool(getattr(self, subject)) for subject in SUBJECTS) != 1:
            yield "line", _("Say what the statement is about: one cluster, organisation, network or programme.")

    @property
    def subject(self) -> tuple[str, str]:
        """("cluster", its key) or another kind of entry."""
        return next(((name, getattr(self, name)) for name in SUBJECTS if getattr(self, name)), ("", ""))


@dataclass
class NetworkFile:
    """Everything one file says, in the order it says it; `lines` are those its sections begin on."""

    lines: dict[str, int] = field(default_factory=dict)
    meta: Meta = field(default_factory=Meta)
    country: str = ""
    languages: list[str] = field(default_factory=list)
    sources: list[SourceSaid] = field(default_factory=list)
    fact_kinds: list[FactKindSaid] = field(default_factory=list)
    sectors: list[SectorSaid] = field(default_factory=list)
    regions: list[RegionSaid] = field(default_factory=list)
    places: list[PlaceSaid] = field(default_factory=list)
    organisations: list[OrganisationSaid] = field(default_factory=list)
    clusters: list[ClusterSaid] = field(default_factory=list)
    networks: list[NetworkSaid] = field(default_factory=list)
    agreements: list[AgreementSaid] = field(default_factory=list)
    programmes: list[ProgrammeSaid] = field(default_factory=list)
    statements: list[StatementSaid] = field(default_factory=list)


SECTIONS: dict[str, type[Said]] = {
    "sources": SourceSaid,
    "fact_kinds": FactKindSaid,
    "sectors": SectorSaid,
    "regions": RegionSaid,
    "places": PlaceSaid,
    "organisations": OrganisationSaid,
    "clusters": ClusterSaid,
    "networks": NetworkSaid,
    "agreements": AgreementSaid,
    "programmes": ProgrammeSaid,
    "statements": StatementSaid,
}


def region_problems(said: OrganisationSaid | ClusterSaid) -> Iterator[tuple[str, str]]:
    if said.region and said.country and reference.country_of(said.region) != said.country:
        values = {"region": said.region, "country": said.country}
        yield "region", _("The region %(region)s does not lie in %(country)s.") % values
