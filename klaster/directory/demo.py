"""Invented clusters for trying the site out: each kind of member, label and opening, and the demo's people in them.

Everything made here is marked `is_invented`, says so in its name, and stands apart: no invented row joins a real one.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from klaster.accounts.models import User
from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory import actions, demo_care
from klaster.directory.demo_changes import load_changes
from klaster.directory.demo_imports import load_imports
from klaster.directory.models import (
    Achievement,
    ActivityClass,
    Affiliation,
    Cluster,
    ClusterMembership,
    Confirmation,
    ContactMessage,
    FactKind,
    JoinNote,
    JoinRequest,
    Label,
    Network,
    NetworkParticipation,
    Opening,
    Organisation,
    Region,
    Sector,
    Source,
    Statement,
)
from klaster.directory.models.organisations import today

CLOUDS, BEACONS, AURORA = "demo-clouds", "demo-beacons", "demo-aurora"
Kind = Organisation.Kind

# key, kind, name in Lithuanian and English, NACE 2.1 class
MEMBERS = [
    ("trimmers", Kind.MICRO, "Debesėlių kirpykla", "Little Cloud Trimmers", "96.21"),
    ("whirligigs", Kind.SMALL, "UAB „Vėjo malūnėliai“", "Wind Whirligigs", "28.11"),
    ("raindrops", Kind.MEDIUM, "UAB „Lašų fabrikas“", "Raindrop Factory", "26.51"),
    ("thunder", Kind.LARGE, "AB „Griaustinių darbai“", "Thunderclap Works", "27.11"),
    ("dew", Kind.COMPANY, "Įmonė „Rasos prekyba“", "Dew Trading", "46.19"),
    ("rainbows", Kind.RESEARCH, "Vaivorykščių tyrimų institutas", "Rainbow Research Institute", "72.10"),
    ("fans", Kind.ASSOCIATION, "Orų mėgėjų asociacija", "Association of Weather Fans", "94.99"),
    ("watch", Kind.PUBLIC, "Debesų stebėjimo tarnyba", "Cloud Watch Service", "84.13"),
    ("skyline", Kind.PARK, "Padebesių mokslo parkas", "Skyline Science Park", "68.20"),
    ("smiths", Kind.OTHER, "Žaibo kalvių klubas", "Lightning Smiths' Club", "94.99"),
]
MEMBERS_PERSON = "demo-whirligigs"  # whom the demo's ordinary member acts for


def both(lt: str, en: str) -> Translated:
    return Translated(lt=lt, en=en)


@transaction.atomic
def load_demo_directory(people: Mapping[str, User]) -> int:
    """Make what is missing of the invented clusters; what people tried out on them stays. Returns how many entries.

    `people` are those of `klaster.accounts.demo` by role: the member acts for a firm of the cloud cluster, the
    coordinators manage the coordinators of the two clusters.
    """
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented clusters exist in demo mode only.")
    before = _entries()
    clouds, beacons = _clouds(), _beacons()
    _network(clouds, beacons, _aurora())
    roles: dict[str, tuple[Any, str]] = {
        "member": (Organisation.objects.get(key=MEMBERS_PERSON), Affiliation.Role.REPRESENTATIVE),
        "coordinator": (clouds.coordinator, Affiliation.Role.MANAGER),
        "other_coordinator": (beacons.coordinator, Affiliation.Role.MANAGER),
    }
    for role, (organisation, kind) in roles.items():
        if not Affiliation.objects.active().filter(person=people[role], organisation=organisation).exists():
            Affiliation.objects.create(person=people[role], organisation=organisation, role=kind)
    load_changes(people, clouds, beacons)
    load_imports(clouds, people["coordinator"])
    demo_care.give(clouds, beacons, people)
    _double()
    return _entries() - before


def _entries() -> int:
    return sum(model.objects.filter(is_invented=True).count() for model in (Cluster, Organisation, Network))


def _entry(model: Any, key: str, name: Translated, **values: Any) -> tuple[Any, bool]:
    """(the invented entry, whether it was made just now)."""
    slug = values.pop("slug", key)
    defaults = {"slug": slug, "name": name, "status": "published", "is_invented": True, "checked_on": today(), **values}
    return model.objects.get_or_create(key=key, defaults=defaults)


def _source() -> Source:
    title = both("Išgalvota, kad būtų ką išbandyti", "Invented, so that there is something to try")
    return Source.objects.get_or_create(key="demo", defaults={"title": title})[0]


def _region(number: int) -> Region | None:
    """Some county of the country this site serves."""
    regions = list(Region.objects.filter(country=settings.COUNTRY, level=3).order_by("code"))
    return regions[number % len(regions)] if regions else None


def _sectors() -> list[Sector | None]:
    return [*Sector.objects.order_by("position", "code"), None]


def _clouds() -> Cluster:
    coordinator, _made = _entry(
        Organisation, "demo-cloud-office",
        both("VšĮ „Debesų dirbtuvės“ (išgalvota)", "Cloud Workshop Office (invented)"),
        kind=Kind.CLUSTER_ORGANISATION, country=settings.COUNTRY, region=_region(0), slug="debesu-dirbtuviu-biuras",
        summary=both("Išgalvotas koordinatorius.", "An invented coordinator."),
    )  # fmt: skip
    cluster, made = _entry(
        Cluster, CLOUDS, both("Debesų dirbtuvių klasteris (išgalvotas)", "Cloud Workshop Cluster (invented)"),
        slug="debesu-dirbtuves", country=settings.COUNTRY, region=_region(0), coordinator=coordinator,
        legal_form=Cluster.LegalForm.JOINT_ACTIVITY, main_sector=_sectors()[0], founded="2019-03",
        joint_activity_since="2019-05", languages=languages.codes(),
        aliases=["Debesų dirbtuvės"],
        summary=both(
            "Išgalvotas klasteris, kuriame galima išbandyti viską, ką gali klasteris.",
            "An invented cluster to try out everything a cluster can do.",
        ),
        description=both(
            "Debesų dirbtuvėse įmonės ir mokslininkai kartu kerpa, lanksto ir spalvina debesis. Visa tai išgalvota.",
            "In the Cloud Workshop, firms and researchers trim, fold and paint clouds together. All of it is invented.",
        ),
        services=both("Debesų matavimas\nLietaus prognozės nariams", "Measuring clouds\nRain forecasts for members"),
        technologies=both("Rūko optika", "Optics of fog"), contact_email="debesys@pavyzdys.test",
        management_fte=Decimal("0.4"), checked_on=None, website_en="https://debesys.pavyzdys.test/en/",
    )  # fmt: skip
    if made:
        _members(cluster)
        _labels(cluster)
        _stories(cluster)
        _openings(cluster)
        _confirmations(cluster)
        _join_requests(cluster)
    return cluster


def _members(cluster: Cluster) -> None:
    for number, (key, kind, lt, en, nace) in enumerate(MEMBERS):
        name = both(f"{lt} (išgalvota)", f"{en} (invented)")
        member, _made = _entry(
            Organisation, f"demo-{key}", name, kind=kind, country=settings.COUNTRY, region=_region(number),
            summary=both("Išgalvotas klasterio narys.", "An invented member of the cluster."),
        )  # fmt: skip
        member.activities.set(ActivityClass.objects.filter(version=ActivityClass.Version.NACE_2_1, code=nace))
        ClusterMembership.objects.create(
            cluster=cluster, organisation=member, source=_source(), as_of=str(today().year),
            joined=datetime.date(2019 + number % 5, 1 + number, 1),
            kind=ClusterMembership.Kind.ASSOCIATED if number > 7 else ClusterMembership.Kind.MEMBER,
            committed_by=(ClusterMembership.Commitment.AGREEMENT, ClusterMembership.Commitment.FEE, "")[number % 3],
        )  # fmt: skip


def _double() -> None:
    """A firm of the clouds entered a second time, found as the nightly search finds such pairs."""
    _entry_of_it, made = _entry(
        Organisation, "demo-raindrops-again", both("Lašų fabrikas (išgalvota)", "Raindrop Factory Ltd (invented)"),
        kind=Kind.COMPANY, country=settings.COUNTRY, slug="lasu-fabrikas-antras",
        summary=both("Išgalvotas antras to paties fabriko įrašas.", "An invented second entry of the same factory."),
    )  # fmt: skip
    if made:
        actions.find_duplicates()


def _labels(cluster: Cluster) -> None:
    """A valid one, one whose time is over, and one of which nobody knows until when."""
    issuer, _made = _entry(
        Organisation, "demo-issuer", both("Žymų kalykla (išgalvota)", "Label Mint (invented)"), kind=Kind.OTHER
    )
    day = today()
    labels = [
        (Label.Level.GOLD, day - datetime.timedelta(days=200), day + datetime.timedelta(days=530)),
        (Label.Level.SILVER, day - datetime.timedelta(days=1100), day - datetime.timedelta(days=370)),
        (Label.Level.BRONZE, None, None),
    ]
    for level, issued, until in labels:
        Label.objects.create(
            cluster=cluster, level=level, issuer=issuer, valid_until=until, issued=issued.isoformat() if issued else "",
            source=_source(), as_of=str(day.year),
        )  # fmt: skip


def _stories(cluster: Cluster) -> None:
    stories = [
        (both("Pirmasis sulankstytas debesis", "The first folded cloud"), "2021-06"),
        (both("Lietaus lašų katalogas", "A catalogue of raindrops"), "2023"),
        (both("Bendra paroda su Rūko švyturių klasteriu", "An exhibition with the Fog Beacon Cluster"), "2025-09-12"),
    ]
    for title, happened in stories:
        Achievement.objects.create(
            cluster=cluster, title=title, happened=happened, source=_source(), as_of=happened,
            summary=both("Išgalvota bandymams.", "Invented for trying."),
        )  # fmt: skip
    ContactMessage.objects.create(
        cluster=cluster, name="Vardenė Pavardenė (išgalvota)", email="vardene@pavyzdys.test",
        body="Sveiki, norėtume pamatyti, kaip lankstomi debesys. Kada galėtume užsukti?", language="lt",
    )  # fmt: skip
    kind = FactKind.objects.filter(code="members").first()
    if kind is None:
        return
    for number, year in ((10, 2026), (8, 2024)):
        Statement.objects.create(
            kind=kind, cluster=cluster, number=number, as_of=str(year), is_shown=year == 2026, source=_source()
        )


def _openings(cluster: Cluster) -> None:
    day = today()
    openings = [
        (both("Ieškome vėjo laboratorijos", "We seek a wind laboratory"), None, "published"),
        (both("Ieškome lietaus pirkėjo užsienyje", "We seek a buyer of rain abroad"), 120, "published"),
        (both("Ieškojome perkūnsargių gamintojo", "We sought a maker of lightning rods"), -30, "published"),
        (both("Juodraštis: ieškosime varpininko", "Draft: we shall seek a bell ringer"), None, "draft"),
    ]
    for title, days, status in openings:
        Opening.objects.create(
            cluster=cluster, title=title, status=status, until=None if days is None else day + datetime.timedelta(days),
            conditions=both(
                "Bent vienas debesis ir noras dirbti kartu.", "At least one cloud and the wish to work together."
            ),
        )  # fmt: skip


def _confirmations(cluster: Cluster) -> None:
    """Sections said to be true a while ago, lately, and never: what the workspace asks its coordinator about."""
    for section, days in (("description-lt", 20), ("description-en", 400), ("contact", 210), ("members", 280)):
        Confirmation.objects.create(cluster=cluster, section=section, day=today() - datetime.timedelta(days))


def _join_requests(cluster: Cluster) -> None:
    """One that waits, one that was asked back, one that was declined."""
    now = timezone.now()
    requests = [
        ("UAB „Žaibo saugyklos“ (išgalvota)", Kind.SMALL, JoinRequest.State.WAITING, 9),
        ("Rūko laboratorija (išgalvota)", Kind.RESEARCH, JoinRequest.State.ASKED, 4),
        ("Skėčių nuoma (išgalvota)", Kind.MICRO, JoinRequest.State.DECLINED, 40),
    ]
    for number, (name, kind, state, days) in enumerate(requests):
        closed = state == JoinRequest.State.DECLINED
        row = JoinRequest(
            cluster=cluster, organisation_name=name, kind=kind, country=settings.COUNTRY, state=state, language="lt",
            name="Vardenis Pavardenis (išgalvotas)", email=f"vardenis{number}@pavyzdys.test",
            body="Norėtume kartu su jumis matuoti debesis. Turime du balionus ir vieną termometrą.",
            reason="Šiuo metu priimame tik debesų gamintojus." if closed else "",
            sent_at=now - datetime.timedelta(days), answered_at=now - datetime.timedelta(30) if closed else None,
        )  # fmt: skip
        row.clean()
        row.save()
        if state == JoinRequest.State.ASKED:
            JoinNote.objects.create(request=row, text="Kiek balionų atsivežtumėte į bendrus matavimus?")


def _beacons() -> Cluster:
    """Of another coordinator: whoever keeps the clouds must not touch it."""
    coordinator, _made = _entry(
        Organisation, "demo-beacon-keepers",
        both("Švyturių prižiūrėtojų draugija (išgalvota)", "Society of Beacon Keepers (invented)"),
        kind=Kind.ASSOCIATION, country=settings.COUNTRY, region=_region(3), slug="svyturiu-priziuretojai",
        summary=both("Išgalvotas koordinatorius.", "An invented coordinator."),
    )  # fmt: skip
    sectors = _sectors()
    cluster, made = _entry(
        Cluster, BEACONS, both("Rūko švyturių klasteris (išgalvotas)", "Fog Beacon Cluster (invented)"),
        slug="ruko-svyturiai", country=settings.COUNTRY, region=_region(3), coordinator=coordinator,
        legal_form=Cluster.LegalForm.LEGAL_PERSON, main_sector=sectors[min(6, len(sectors) - 1)], founded="2022",
        summary=both("Išgalvotas kito koordinatoriaus klasteris.", "An invented cluster of another coordinator."),
    )  # fmt: skip
    if made:
        ClusterMembership.objects.create(
            cluster=cluster, organisation=coordinator, joined=datetime.date(2022, 1, 1), source=_source()
        )
        Opening.objects.create(
            cluster=cluster, title=both("Ieškome žibintų meistro", "We seek a lantern maker"), status="published"
        )
    return cluster


def _aurora() -> Cluster:
    """From abroad, and nobody knows who coordinates it."""
    country = "NO" if settings.COUNTRY != "NO" else "SE"
    cluster, _made = _entry(
        Cluster, AURORA, both("Pašvaistės klasteris (išgalvotas)", "Aurora Cluster (invented)"), slug="pasvaiste",
        country=country, coordinator_is_unknown=True, main_sector=_sectors()[0],
        summary=both("Išgalvotas užsienio klasteris.", "An invented cluster from abroad."),
    )  # fmt: skip
    return cluster


def _network(*clusters: Cluster) -> None:
    """A circle of their own: figures of the real network do not know them."""
    network, _made = _entry(
        Network, "demo-circle", both("Išgalvotų klasterių ratas", "Circle of Invented Clusters"),
        kind=Network.Kind.CLUSTER_NETWORK, slug="isgalvotas-ratas",
        summary=both("Tinklas, kurio nariai išgalvoti.", "A network whose members are invented."),
    )  # fmt: skip
    for cluster in clusters:
        NetworkParticipation.objects.get_or_create(
            network=network, cluster=cluster, defaults={"source": _source(), "as_of": str(today().year)}
        )
