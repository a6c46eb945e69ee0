"""From what a network file says to the rows of the directory, section by section, each after what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.core.fields import PartialDate
from klaster.directory.loading.writer import Report, Row, Writer
from klaster.directory.models import (
    Achievement,
    ActivityClass,
    Agreement,
    Cluster,
    ClusterMembership,
    FactKind,
    Label,
    Network,
    NetworkParticipation,
    Opening,
    Organisation,
    Place,
    Programme,
    Region,
    Sector,
    Source,
    Statement,
)
from klaster.directory.network_file import NetworkFile, NetworkFileError, Problem
from klaster.directory.network_file import schema as s
from klaster.directory.network_file.checks import identity, nested_identity, slug_of

_also: list[Callable[[Writer], None]] = []


def also(part: Callable[[Writer], None]) -> None:
    """Let an app above load lists of its own whenever a network is loaded. Twice is once."""
    if part not in _also:
        _also.append(part)


def load(file: NetworkFile, *, by: models.Model | str) -> Report:
    """Write everything the file says. Raises NetworkFileError if the database or the site's own rows refuse any of it;
    the caller's transaction then undoes the rest."""
    loader = _Loader(file, Writer(file.languages, by))
    for section in s.SECTIONS:
        getattr(loader, section)()
    for part in _also:
        part(loader.writer)
    loader.writer.finish("directory")
    if loader.writer.problems:
        raise NetworkFileError(loader.writer.problems)
    return loader.writer.report


def _parents_first(said: Iterable[Any]) -> list[Any]:
    """Entries after what they are part of; circles were refused before."""
    by_key = {entry.key: entry for entry in said}

    def depth(entry: Any) -> int:
        return 1 + depth(by_key[entry.part_of]) if entry.part_of in by_key else 0

    return sorted(by_key.values(), key=depth)


class _Loader:
    def __init__(self, file: NetworkFile, writer: Writer):
        self.file, self.writer = file, writer
        self.written: dict[tuple[str, str], models.Model | None] = {}

    def ref(self, section: str, key: str) -> Any:
        """The row a key of the file leads to; None for no key and for what people removed from the site."""
        return self.written.get((section, key)) if key else None

    def refs(self, section: str, keys: Iterable[str]) -> list[models.Model]:
        return [row for row in (self.ref(section, key) for key in keys) if row is not None]

    def keep(self, section: str, row: Row) -> models.Model | None:
        self.written[section, row.key] = obj = self.writer.write(row)
        return obj

    # --- lists ------------------------------------------------------------------------------------------------------

    def sources(self) -> None:
        for said in self.file.sources:
            values = {
                "key": said.key,
                "title": said.title,
                "publisher": said.publisher,
                "url": said.url,
                "published": said.published,
                "retrieved_on": said.retrieved or None,
                "licence": said.licence,
            }
            self.keep("sources", Row(Source, said.key, said, values, known_by={"key": said.key}))

    def fact_kinds(self) -> None:
        for position, said in enumerate(self.file.fact_kinds, start=1):
            values = {
                "code": said.code,
                "name": said.name,
                "unit": said.unit,
                "is_field": said.field,
                "position": position,
            }
            self.keep("fact_kinds", Row(FactKind, said.code, said, values, known_by={"code": said.code}))

    def sectors(self) -> None:
        for position, said in enumerate(self.file.sectors, start=1):
            values = {
                "code": said.code,
                "slug": said.slug,
                "name": said.name,
                "hue": said.hue,
                "position": position,
                "nace_hints": said.nace,
            }
            self.keep("sectors", Row(Sector, said.code, said, values, known_by={"code": said.code}))

    def regions(self) -> None:
        for said in self.file.regions:
            row = Row(Region, said.code, said, {"name": said.name}, known_by={"code": said.code})
            row.languages, row.file_wins = tuple(said.name), True
            self.keep("regions", row)

    def places(self) -> None:
        for said in self.file.places:
            region = Region.objects.get(code=said.region)
            known_by = {"name": said.name, "region": region}
            values = {**known_by, "country": region.country, "population": said.population}
            self.keep("places", Row(Place, identity("places", said), said, values, known_by=known_by))

    # --- entries ----------------------------------------------------------------------------------------------------

    def entry(self, section: str, model: type[models.Model], said: s.EntrySaid, **values: Any) -> Any:
        values |= {
            "key": said.key,
            "slug": slug_of(said),
            "name": said.name,
            "aliases": said.aliases,
            "summary": said.summary,
            "description": said.description,
            "website": said.website,
            "founded": said.founded,
            "checked_on": said.checked or None,
            "status": said.status,
            "is_invented": said.invented,
        }
        row = Row(model, said.key, said, values, known_by={"key": said.key})
        row.settle = _say_whether_known if model is Cluster else None
        return self.keep(section, row)

    def organisations(self) -> None:
        for said in _parents_first(self.file.organisations):
            self.entry(
                "organisations",
                Organisation,
                said,
                kind=said.kind,
                abbreviation=said.abbreviation,
                country=said.country,
                legal_code=said.legal_code,
                region=_region(said.region),
                place=_place(said),
                activities=[ActivityClass.objects.get(version=a.version, code=a.code) for a in said.activities],
                parent=self.ref("organisations", said.part_of),
            )

    def clusters(self) -> None:
        for said in self.file.clusters:
            coordinator = None if said.coordinator == s.UNKNOWN else self.ref("organisations", said.coordinator)
            cluster = self.entry(
                "clusters",
                Cluster,
                said,
                country=said.country,
                region=_region(said.region),
                legal_form=said.legal_form,
                coordinator=coordinator,
                main_sector=self.ref("sectors", said.sector),
                other_sectors=self.refs("sectors", said.other_sectors),
                joint_activity_since=said.joint_activity_since,
                languages=said.languages,
                services=said.services,
                technologies=said.technologies,
            )
            if cluster is not None:
                self._of_cluster(cluster, said)

    def _of_cluster(self, cluster: Cluster, said: s.ClusterSaid) -> None:
        for membership in said.members:
            self._member(cluster, said.key, membership)
        for label in said.labels:
            values = {
                "cluster": cluster,
                "level": label.level,
                "issuer": self.ref("organisations", label.issuer),
                "issued": label.issued,
                "valid_until": label.valid_until or None,
                **self._sourced(label),
            }
            self.writer.write(Row(Label, f"{said.key}/{nested_identity(label)}", label, values))
        for achievement in said.achievements:
            values = {
                "cluster": cluster,
                "title": achievement.title,
                "summary": achievement.summary,
                "happened": achievement.happened,
                "url": achievement.url,
                **self._sourced(achievement),
            }
            self.writer.write(Row(Achievement, f"{said.key}/{achievement.key}", achievement, values))
        for opening in said.openings:
            values = {
                "cluster": cluster,
                "title": opening.title,
                "conditions": opening.conditions,
                "until": opening.until or None,
                "status": opening.status,
            }
            self.writer.write(Row(Opening, f"{said.key}/{opening.key}", opening, values))

    def _member(self, cluster: Cluster, key: str, said: s.MembershipSaid) -> None:
        organisation = self.ref("organisations", said.organisation)
        if organisation is None:
            return
        known_by = {"cluster": cluster, "organisation": organisation}
        values = {
            **known_by,
            "kind": said.kind,
            "committed_by": said.committed_by,
            "joined": said.joined or None,
            "left": said.left or None,
            **self._sourced(said),
        }
        row = Row(ClusterMembership, f"{key}/{nested_identity(said)}", said, values, known_by=known_by)
        self.writer.write(row)

    def networks(self) -> None:
        taken = self._home_is_taken()
        for said in self.file.networks:
            self.entry(
                "networks",
                Network,
                said,
                kind=said.kind,
                abbreviation=said.abbreviation,
                country=said.country,
                operator=self.ref("organisations", said.operator),
                is_home=said.home and not taken,
            )
        for said in self.file.networks:  # a network may take part in one that comes later
            network = self.ref("networks", said.key)
            for participation in said.participants if network is not None else ():
                self._participant(network, said.key, participation)

    def _home_is_taken(self) -> bool:
        """A site has one home network: say whose place the file's would take."""
        homes = [said for said in self.file.networks if said.home]
        other = Network.objects.filter(is_home=True).exclude(key__in=[said.key for said in homes]).first()
        if not homes or other is None:
            return False
        text = _("“%(name)s” is the home network of this site already.") % {"name": other}
        self.writer.problems.append(Problem(homes[0].at("home"), text))
        return True

    def _participant(self, network: Network, key: str, said: s.ParticipationSaid) -> None:
        participant = {
            "cluster": self.ref("clusters", said.cluster),
            "organisation": self.ref("organisations", said.organisation),
            "member_network": self.ref("networks", said.network),
        }
        if not any(participant.values()):
            return
        known_by = {"network": network, **participant}
        values = {
            **known_by,
            "role": said.role,
            "since": said.since,
            "until": said.until,
            **self._sourced(said),
        }
        row = Row(NetworkParticipation, f"{key}/{nested_identity(said)}", said, values, known_by=known_by)
        self.writer.write(row)

    def agreements(self) -> None:
        for said in self.file.agreements:
            values = {
                "key": said.key,
                "kind": said.kind,
                "title": said.title,
                "signed": said.signed,
                "parties": self.refs("organisations", said.parties),
                "networks": self.refs("networks", said.networks),
                "parties_in_words": said.parties_in_words,
                **self._sourced(said),
            }
            self.keep("agreements", Row(Agreement, said.key, said, values, known_by={"key": said.key}))

    def programmes(self) -> None:
        for said in _parents_first(self.file.programmes):
            self.entry(
                "programmes",
                Programme,
                said,
                kind=said.kind,
                coordinator=self.ref("organisations", said.coordinator),
                partners=self.refs("organisations", said.partners),
                part_of=self.ref("programmes", said.part_of),
                ended=said.ended,
            )

    # --- what sources say -------------------------------------------------------------------------------------------

    def _sourced(self, said: s.SourcedSaid) -> dict[str, Any]:
        return {
            "source": self.ref("sources", said.source),
            "as_of": said.as_of,
            "is_inferred": said.inferred,
            "note": said.note,
        }

    def statements(self) -> None:
        for said in sorted(self.file.statements, key=lambda said: said.shown):  # who gives the place up goes first
            name, key = said.subject
            subject, kind = self.ref(f"{name}s", key), self.ref("fact_kinds", said.kind)
            if subject is None or kind is None:
                continue
            words = said.text or ({} if said.number else self._words(said))
            values = {
                name: subject,
                "kind": kind,
                "number": Decimal(said.number) if said.number else None,
                "bound": said.bound,
                "text": words,
                "is_shown": said.shown and self._may_be_first(said, name, subject, kind),
                **self._sourced(said),
            }
            if words or said.number:
                self.writer.write(Row(Statement, identity("statements", said), said, values))
            else:
                text = _("The file says nothing of “%(kind)s” there; write the words.") % {"kind": said.kind}
                self.writer.problems.append(Problem(said.line, text))

    def _may_be_first(self, said: s.StatementSaid, name: str, subject: Any, kind: Any) -> bool:
        """Unless people on the site have put another one first."""
        record = self.writer.known.get(("statement", identity("statements", said)))
        first = Statement.objects.filter(is_shown=True, kind=kind, **{name: subject}).first()
        if first is None or (record is not None and record.row == str(first.pk)):
            return True
        self.writer.report.kept.append(f"statement {identity('statements', said)}: is_shown")
        return False

    def _words(self, said: s.StatementSaid) -> dict[str, str]:
        """What the file itself says of a field, so that it need not be written twice."""
        name, key = said.subject
        entry = next(entry for entry in getattr(self.file, f"{name}s") if entry.key == key)
        texts: dict[str, Callable[[], dict[str, str]]] = {
            "name": lambda: entry.name,
            "coordinator": lambda: self._name_of("organisations", entry.coordinator),
            "operator": lambda: self._name_of("organisations", entry.operator),
            "part_of": lambda: self._name_of(f"{name}s", entry.part_of),
            "main_sector": lambda: self._name_of("sectors", entry.sector),
            "country": lambda: self._in_each_language(lambda: countries.name(getattr(entry, "country", ""))),
            "founded": lambda: self._in_each_language(lambda: PartialDate(entry.founded).display()),
            "ended": lambda: self._in_each_language(lambda: PartialDate(entry.ended).display()),
        }
        has_value = getattr(entry, "sector" if said.kind == "main_sector" else said.kind, None)
        return texts[said.kind]() if said.kind in texts and has_value else {}

    def _name_of(self, section: str, key: str) -> dict[str, str]:
        """As the file writes it, whatever people made of it on the site."""
        return next((said.name for said in getattr(self.file, section) if identity(section, said) == key), {})

    def _in_each_language(self, words: Callable[[], Any]) -> dict[str, str]:
        texts = {}
        for language in self.file.languages:
            with translation.override(language):
                texts[language] = str(words())
        return texts


def _say_whether_known(cluster: Cluster) -> None:
    cluster.coordinator_is_unknown = cluster.coordinator_id is None


def _region(code: str) -> Region | None:
    return Region.objects.get(code=code) if code else None


def _place(said: s.OrganisationSaid) -> Place | None:
    found: Iterator[Place] = iter(Place.objects.filter(region=said.region, name=said.place).order_by("pk"))
    return next(found, None) if said.place else None
