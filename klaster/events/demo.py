"""Invented events for trying the site out: each state, an agenda in rooms and tracks, people who registered.

Everything made here is marked `is_invented`, says so in its words, and its dates are counted from today.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from klaster.accounts.models import User
from klaster.core.fields import Translated
from klaster.directory.demo import AURORA, BEACONS, CLOUDS
from klaster.directory.models import Cluster, Organisation, Region, Sector
from klaster.events import demo_after
from klaster.events.actions import states
from klaster.events.models import (
    Event,
    EventPartner,
    Registration,
    RegistrationState,
    Room,
    Series,
    Session,
    SessionSpeaker,
    Speaker,
    State,
    Track,
)

ZONE = zoneinfo.ZoneInfo(settings.TIME_ZONE)
FORUM, CONFERENCE = "demo-forum", "demo-conference"
THURSDAY = 3
GIVEN = ["Ona", "Jonas", "Rasa", "Petras", "Eglė", "Tomas", "Ieva", "Marius", "Lina", "Andrius"]
FAMILY = ["Debesytė", "Vėjauskas", "Lietuvaitė", "Rūkaitis", "Audraitė", "Žaibas", "Rasaitė", "Griausmas"]


def both(lt: str, en: str) -> Translated:
    return Translated(lt=lt, en=en)


@transaction.atomic
def load_demo_events(people: Mapping[str, User]) -> int:
    """Make what is missing; what people tried out stays. Returns how many events were made."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented events exist in demo mode only.")
    before = Event.objects.filter(is_invented=True).count()
    makers = Makers(people["secretariat"])
    makers.forum()
    makers.conference()
    makers.workshop()
    makers.webinar()
    makers.visit()
    makers.training()
    makers.held()
    makers.draft()
    demo_after.load(people["secretariat"])
    return Event.objects.filter(is_invented=True).count() - before


def at(days: int, hour: int, minute: int = 0, *, zone: zoneinfo.ZoneInfo = ZONE) -> datetime.datetime:
    """So many days from today, at this hour there; a weekend moves on to Monday."""
    day = timezone.localdate(timezone=ZONE) + datetime.timedelta(days)
    day += datetime.timedelta((7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


class Makers:
    """One method an event; each does nothing where its event was made before."""

    def __init__(self, by: User):
        self.by = by
        self.clouds = Cluster.objects.get(key=CLOUDS)
        self.beacons = Cluster.objects.get(key=BEACONS)
        self.sectors = list(Sector.objects.order_by("position", "code")[:2])
        self.region = Region.objects.filter(country=settings.COUNTRY, level=3).order_by("code").first()

    def event(
        self, key: str, title: Translated, starts: datetime.datetime, hours: float, **values: Any
    ) -> Event | None:
        """A published event; None where it is there already."""
        if Event.objects.filter(key=key).exists():
            return None
        publish = values.pop("publish", True)
        cluster = values.pop("cluster", self.clouds)
        sectors = values.pop("sectors", self.sectors[:1])
        defaults = {
            "kinds": [Event.Kind.FORUM], "city": "Vilnius", "country": settings.COUNTRY, "region": self.region,
            "languages": ["lt"], "organiser": cluster.coordinator, "ends": starts + datetime.timedelta(hours=hours),
        }  # fmt: skip
        event = Event(key=key, title=title, starts=starts, cluster=cluster, is_invented=True, **defaults | values)
        event.slug = event.slug or key.replace("demo-", "isgalvotas-")
        event.full_clean()
        event.save()
        event.sectors.set(sectors)
        return states.publish(event, by=self.by) if publish else event

    def forum(self) -> None:
        """The next three dates of a monthly series."""
        first = timezone.localdate(timezone=ZONE).replace(day=1)
        dates = [day for day in (third_thursday(first, months) for months in range(5)) if day > timezone.localdate()]
        moments = [datetime.datetime(day.year, day.month, day.day, 14, tzinfo=ZONE) for day in dates[:3]]
        series, _made = Series.objects.get_or_create(
            key=FORUM,
            defaults={
                "slug": "isgalvotas-forumas", "organiser": self.clouds.coordinator, "cluster": self.clouds,
                "name": both("Debesų forumas (išgalvotas)", "Cloud Forum (invented)"),
                "summary": both(
                    "Išgalvotas kasmėnesinis klasterių susitikimas.", "An invented monthly meeting of clusters."
                ),
                "rrule": "FREQ=MONTHLY;BYDAY=3TH", "starts": moments[0], "minutes": 180,
                "status": "published", "is_invented": True,
            },
        )  # fmt: skip
        topics = [
            both("rodikliai, kurie padeda dirbti", "indicators that help to work"),
            both("kaip pasirengti kvietimams", "how to get ready for calls"),
            both("kartu į užsienio rinkas", "together into foreign markets"),
        ]
        for number, (moment, topic) in enumerate(zip(moments, topics, strict=False), start=1):
            self.event(
                f"{FORUM}-{moment:%Y-%m}",
                both(f"Debesų forumas: {topic['lt']} (išgalvotas)", f"Cloud Forum: {topic['en']} (invented)"),
                moment, 3, series=series, series_date=moment, mode=Event.Mode.BOTH, takes_registrations=True,
                slug=f"isgalvotas-forumas-{moment:%Y-%m}", capacity=40 if number == 1 else None,
                venue=both("Debesų salė", "Hall of Clouds"), address="Bandomoji g. 1",
                online_url="https://kambarys.pavyzdys.test/forumas",
                summary=both("Kasmėnesinis išgalvotas susitikimas.", "A monthly invented meeting."),
            )  # fmt: skip

    def conference(self) -> None:
        """Open, with rooms, tracks and speakers."""
        begins = at(24, 9, 30)
        event = self.event(
            CONFERENCE,
            both("Dangaus technologijų konferencija (išgalvota)", "Sky Technology Conference (invented)"),
            begins, 8, kinds=[Event.Kind.CONFERENCE, Event.Kind.MATCHMAKING], languages=["lt", "en"],
            slug="isgalvota-konferencija", sectors=self.sectors, takes_registrations=True, capacity=60,
            closes_at=begins - datetime.timedelta(days=5), venue=both("Kongresų debesynas", "Congress Cloudscape"),
            address="Bandomoji g. 7",
            summary=both(
                "Diena klasterių koordinatoriams ir įmonėms: ryte – pranešimai, po pietų – dalykiniai susitikimai.",
                "A day for coordinators and firms of clusters: talks in the morning, business meetings after lunch.",
            ),
            description=both(
                "Visa tai išgalvota, kad būtų galima išbandyti didelį renginį: tris sales, du srautus, dirbtuves su "
                "ribotomis vietomis ir kontaktų mugę.",
                "All of it is invented, so that a large event can be tried out: three rooms, two tracks, a workshop "
                "with few places and a matchmaking fair.",
            ),
            audience=both(
                "Klasterių koordinatoriams, jų nariams ir tyrėjams.",
                "Coordinators of clusters, their members and researchers.",
            ),
            travel=both(
                "Nuo stoties – 10 minučių pėsčiomis. Įėjimas be slenksčių, liftas prie durų.",
                "Ten minutes on foot from the station. No steps at the entrance, a lift by the door.",
            ),
        )  # fmt: skip
        if event:
            agenda(event)
            event.co_organisers.add(self.beacons.coordinator)
            EventPartner.objects.create(event=event, organisation=Organisation.objects.get(key="demo-rainbows"))
            EventPartner.objects.create(
                event=event, name="Debesų žinios (išgalvotos)", role=EventPartner.Role.MEDIA, position=1
            )
            register(event, 41)

    def workshop(self) -> None:
        """Full, with a waiting list."""
        event = self.event(
            "demo-workshop", both(
                "Dirbtuvės: strategija per dieną (išgalvotos)",
                "Workshop: a strategy in a day (invented)",
            ),
            at(11, 10),
            6, kinds=[Event.Kind.WORKSHOP], city="Klaipėda", cluster=self.beacons, slug="isgalvotos-dirbtuves",
            takes_registrations=True, capacity=12, waiting_rule=Event.WaitingRule.MEMBERS_FIRST,
            summary=both("Koordinatoriams, kurie atnaujina veiklos planą.", "For coordinators who renew their plan."),
        )  # fmt: skip
        if event:
            register(event, 12, waiting=4)
            states.settle_now(event)

    def webinar(self) -> None:
        """Online, in another zone and language."""
        brussels = zoneinfo.ZoneInfo("Europe/Brussels")
        self.event(
            "demo-webinar", both(
                "Internetinis seminaras: Europos kvietimai (išgalvotas)",
                "Webinar: European calls (invented)",
            ),
            at(16, 11, zone=brussels), 2, kinds=[Event.Kind.WEBINAR], mode=Event.Mode.ONLINE, city="", country="",
            region=None, time_zone="Europe/Brussels", languages=["en"], slug="isgalvotas-seminaras",
            takes_registrations=True, online_url="https://kambarys.pavyzdys.test/seminaras", sectors=[],
            summary=both("Kas naujo Europos programose.", "What is new in European programmes."),
        )  # fmt: skip

    def visit(self) -> None:
        """Cancelled, with a reason."""
        aurora = Cluster.objects.get(key=AURORA)
        event = self.event(
            "demo-visit", both(
                "Mokomasis vizitas pas Pašvaistės klasterį (išgalvotas)",
                "Study visit to the Aurora Cluster (invented)",
            ),
            at(33, 9), 55, kinds=[Event.Kind.VISIT], city="Tromsø", country=str(aurora.country), region=None,
            languages=["en"], slug="isgalvotas-vizitas", takes_registrations=True, capacity=15,
        )  # fmt: skip
        if event:
            register(event, 6)
            note = both(
                "Šeimininkai tą savaitę negali priimti svečių. Apie naują vizitą pranešime pavasarį.",
                "Our hosts cannot receive guests that week. We shall tell of a new visit in spring.",
            )
            states.call_off(event, State.CANCELLED, by=self.by, note=note)

    def training(self) -> None:
        """Three modules in three cities, registration opens later."""
        begins = at(45, 9)
        event = self.event(
            "demo-training", both(
                "Klasterių vadovų mokymai: trys moduliai (išgalvoti)",
                "Training of cluster managers: three modules (invented)",
            ),
            begins, 24 * 43 + 8, kinds=[Event.Kind.TRAINING], cluster=self.beacons, slug="isgalvoti-mokymai",
            takes_registrations=True, capacity=24, opens_at=at(7, 9), approval=Event.Approval.BY_ORGANISER,
            closes_at=begins - datetime.timedelta(days=10), city="Vilnius, Kaunas, Klaipėda", region=None,
            summary=both("Trys moduliai trijuose miestuose.", "Three modules in three cities."),
        )  # fmt: skip
        if event is None:
            return
        modules = [
            (both("Strategija ir tikslai", "Strategy and goals"), "Vilnius", 45),
            (both("Veiklos planas ir jo įgyvendinimas", "Planning and doing"), "Kaunas", 66),
            (both("Darbas su kitais sektoriais", "Work across sectors"), "Klaipėda", 87),
        ]
        for title, town, days in modules:
            Session.objects.create(
                event=event, title=title, place=town, kind=Session.Kind.MODULE, starts=at(days, 9), ends=at(days, 17)
            )

    def held(self) -> None:
        """Over; some came."""
        event = self.event(
            "demo-held", both("Pavasario debesų mugė (išgalvota)", "Fair of Spring Clouds (invented)"), at(-26, 10), 6,
            kinds=[Event.Kind.MATCHMAKING], slug="isgalvota-muge", publish=False, takes_registrations=True, capacity=30,
            summary=both("Išgalvota mugė, kuri jau įvyko.", "An invented fair that is over."),
        )  # fmt: skip
        if event:
            register(event, 22)
            states.publish(event, by=self.by)

    def draft(self) -> None:
        """What a coordinator works on."""
        self.event(
            "demo-draft", both("Juodraštis: rudens sueiga (išgalvota)", "Draft: the autumn gathering (invented)"),
            at(120, 10), 5, kinds=[Event.Kind.MEETING], slug="isgalvota-sueiga", publish=False,
        )  # fmt: skip


def third_thursday(first: datetime.date, months: int) -> datetime.date:
    """Of the month so many months after that of `first`."""
    month = first.month - 1 + months
    begins = datetime.date(first.year + month // 12, month % 12 + 1, 1)
    return begins + datetime.timedelta((THURSDAY - begins.weekday()) % 7 + 14)


# kind, room or None for everybody, track, begins, minutes, title, speakers or who says it
AGENDA: list[tuple[str, int | None, int | None, str, int, tuple[str, str], Sequence[int]]] = [
    ("pause", None, None, "09:30", 30, ("Registracija ir kava", "Registration and coffee"), []),
    ("opening", 0, None, "10:00", 15, ("Sveikinimo žodis", "Words of welcome"), [0]),
    ("talk", 0, 0, "10:15", 30, ("Debesys be sienų: bendri iššūkiai", "Clouds without borders"), [1]),
    ("workshop", 2, 1, "10:15", 60, ("Branda: atsineškite savo skaičius", "Maturity: bring your figures"), [2]),
    ("talk", 0, 0, "10:45", 30, ("Koordinatoriaus vaidmuo", "The part of a coordinator"), [3]),
    ("talk", 0, 0, "11:15", 30, ("Lietaus eksportas: auga sparčiai", "Exports of rain grow fast"), [4]),
    ("workshop", 2, 1, "11:15", 30, ("Konsultacijos dėl kvietimų", "Advice on calls"), []),
    ("pause", None, None, "11:45", 15, ("Pertrauka", "Break"), []),
    ("panel", 0, 0, "12:00", 60, ("Ilgai ir laimingai", "Happily ever after"), [1, 3, 5]),
    ("presentations", 1, None, "12:00", 60, ("Klasterių stendai", "Stands of clusters"), []),
    ("pause", 0, None, "13:00", 60, ("Pietūs", "Lunch"), []),
    ("matchmaking", 1, None, "13:00", 260, ("Kontaktų mugė", "Matchmaking fair"), []),
    ("presentations", 0, 0, "14:00", 60, ("Klasteriai per penkias minutes", "Clusters in five minutes each"), [0]),
    ("consultation", 2, 1, "14:00", 180, ("Kaip pasirengti žymai", "How to get ready for a label"), [2]),
    ("pause", None, None, "17:20", 10, ("Dienos pabaiga ir pokalbiai", "End of the day"), []),
]
ROOMS = [
    (("Didžioji salė", "Great hall"), 240, ("vertimas", "interpreting")),
    (("Mugės salė", "Fair hall"), None, ("10 stalų", "10 tables")),
    (("Dirbtuvių salė", "Workshop room"), 24, ("", "")),
]
TRACKS = [(("Bendradarbiavimas", "Working together"), 3), (("Įgūdžiai", "Skills"), 6)]
SPEAKERS = [
    ("Aušra Padebesytė", ("Debesų ministrė", "Minister of Clouds")),
    ("Vytis Vėjauskas", ("Vėjų viceministras", "Vice-minister of Winds")),
    ("Rūta Rūkaitė", ("Klasterių plėtros koordinatorė", "Coordinator of cluster development")),
    ("Nora Nordlys", ("Pašvaistės klasterio vadovė", "Manager of the Aurora Cluster")),
    ("Lukas Lietauskas", ("Lietaus eksporto ekspertas", "Expert on exports of rain")),
    ("Saulė Saulenytė", ("Saulės klasterio koordinatorė", "Coordinator of the Sun Cluster")),
]


def agenda(event: Event) -> None:
    """A day of a conference, as AGENDA has it."""
    rooms = [
        Room.objects.create(event=event, name=both(*name), capacity=capacity, note=both(*note), position=number)
        for number, (name, capacity, note) in enumerate(ROOMS)
    ]
    tracks = [
        Track.objects.create(event=event, name=both(*name), hue=hue, position=number)
        for number, (name, hue) in enumerate(TRACKS)
    ]
    speakers = [
        Speaker.objects.create(
            event=event, name=name, role=both(*role), position=number,
            organisation_name="Debesų institutas (išgalvotas)" if number == 4 else "",
            about=both("Išgalvota kalbėtoja arba kalbėtojas.", "An invented speaker."),
        )
        for number, (name, role) in enumerate(SPEAKERS)
    ]  # fmt: skip
    day = event.starts.astimezone(event.zone)  # type: ignore[union-attr]
    for kind, room, track, begins, minutes, title, speaking in AGENDA:
        hour, minute = map(int, begins.split(":"))
        starts = day.replace(hour=hour, minute=minute)
        session = Session.objects.create(
            event=event, kind=kind, title=both(*title), starts=starts,
            ends=starts + datetime.timedelta(minutes=minutes),
            room=rooms[room] if room is not None else None, track=tracks[track] if track is not None else None,
            capacity=24 if kind == "workshop" and minutes == 60 else None,
            is_cancelled=title[1] == "Advice on calls",
        )  # fmt: skip
        for number, speaker in enumerate(speaking):
            role = SessionSpeaker.Role.CHAIR if kind == "panel" and not number else SessionSpeaker.Role.SPEAKER
            SessionSpeaker.objects.create(session=session, speaker=speakers[speaker], role=role, position=number)


def register(event: Event, confirmed: int, waiting: int = 0) -> None:
    """Invented people, the first of them with places."""
    now = timezone.now()
    for number in range(1, confirmed + waiting + 1):
        given, family = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
        is_in = number <= confirmed
        registered = now - datetime.timedelta(hours=5 * (confirmed + waiting - number) + 3)
        Registration.objects.create(
            event=event, number=number, name=f"{given} {family} (išgalvota)", email=f"dalyvis{number}@pavyzdys.test",
            organisation_name=f"Išgalvota įmonė {number % 9 + 1}", country=settings.COUNTRY, language="lt",
            state=RegistrationState.CONFIRMED if is_in else RegistrationState.WAITING,
            is_member=number % 3 == 0, registered_at=registered, confirmed_at=registered if is_in else None,
        )  # fmt: skip
