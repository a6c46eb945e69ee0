"""An invented matchmaking event: 57 participants of 7 countries, what they offer and seek, whom they asked, what was
agreed. The same each time it is made; dates count from today."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from klaster.accounts.models import User
from klaster.directory.models import Organisation
from klaster.directory.workspace import Desk
from klaster.events.demo import FAMILY, GIVEN, Makers, at, both
from klaster.events.models import Event, Registration, RegistrationState
from klaster.matchmaking.asking import weight_of
from klaster.matchmaking.demo_texts import NAMES, SEEKS, THEMES, Both
from klaster.matchmaking.models import (
    Feedback,
    Line,
    Matchmaking,
    Meeting,
    MeetingRequest,
    MeetingSide,
    Participant,
    Phase,
    Representative,
    Side,
    Slot,
    Table,
    Unavailable,
)

KEY = "demo-matchmaking"
REQUESTS, AGREED = 110, 100
SLOTS, TABLES, ONLINE_ROOMS = 12, 12, 2
# Whose role a demo person plays: the number of the participant in NAMES.
ROLES = {"member": 12, "coordinator": 6, "other_coordinator": 14}
LANGUAGES = {"LT": ["lt", "en"], "LV": ["lv", "en"], "EE": ["et", "en"], "PL": ["pl", "en"], "UA": ["uk", "en"],
             "ES": ["es", "en"], "SE": ["sv", "en"]}  # fmt: skip
MESSAGES: list[Both] = [
    ("Norime parodyti naują pavyzdį.", "We want to show you a new sample."),
    ("Turime tris klausimus apie serijas.", "We have three questions about batches."),
    ("", ""),
    ("Ieškome partnerio bendrai paraiškai.", "We look for a partner for a joint application."),
    ("", ""),
]
S = MeetingRequest.State


@transaction.atomic
def load_demo_matchmaking(people: Mapping[str, User]) -> int:
    """Make it where it is missing; what people tried out stays. Returns how many participants were made."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented participants exist in demo mode only.")
    event = the_event(people["secretariat"])
    if event is None:
        return 0
    matchmaking = the_matchmaking(event)
    participants = [participant(matchmaking, number, people) for number in range(len(NAMES))]
    second_of_a_delegation(matchmaking, participants[19])
    requests_of(matchmaking, participants)
    what_they_think(participants)
    return len(participants)


def the_event(by: User) -> Event | None:
    begins = at(18, 9, 30)
    return Makers(by).event(
        KEY, both("Debesų kontaktų mugė (išgalvota)", "Matchmaking in the Clouds (invented)"), begins, 8,
        kinds=[Event.Kind.MATCHMAKING], languages=["lt", "en"], mode=Event.Mode.BOTH,
        slug="isgalvota-kontaktu-muge", takes_registrations=True, capacity=90,
        closes_at=begins - datetime.timedelta(days=2), venue=both("Debesų salė", "Hall of Clouds"),
        address="Bandomoji g. 1", online_url="https://kambarys.pavyzdys.test/muge",
        summary=both(
            "Įmonės, klasteriai ir tyrėjai susitinka iš anksto sutartu laiku.",
            "Firms, clusters and researchers meet at times agreed beforehand.",
        ),
        description=both(
            "Dalyviai, jų pasiūlymai ir poreikiai išgalvoti, kad būtų galima išbandyti kontaktų mugę nuo prašymo "
            "susitikti iki tvarkaraščio.",
            "The participants, their offers and needs are invented, so that matchmaking can be tried out from the "
            "request to the timetable.",
        ),
    )  # fmt: skip


def the_matchmaking(event: Event) -> Matchmaking:
    assert event.starts is not None  # noqa: S101  it was made with a time
    matchmaking = Matchmaking.objects.create(
        event=event, phase=Phase.ASKING, most_requests=10, asks_until=event.starts - datetime.timedelta(days=7),
        answers_until=event.starts - datetime.timedelta(days=5),
        note=both(
            "Parašykite, ką siūlote ir ko ieškote, ir paprašykite susitikimų. Laiką ir stalą parinksime mes.",
            "Write what you offer and what you seek, and ask for meetings. We choose the time and the table.",
        ),
    )  # fmt: skip
    starts = event.starts + datetime.timedelta(hours=3, minutes=30)
    for number in range(SLOTS + 1):
        ends = starts + datetime.timedelta(minutes=20)
        is_break = number == SLOTS // 2
        title = both("Kava", "Coffee") if is_break else both("", "")
        Slot.objects.create(matchmaking=matchmaking, starts=starts, ends=ends, is_break=is_break, title=title)
        starts = ends
    for number in range(1, TABLES + ONLINE_ROOMS + 1):
        is_online = number > TABLES
        Table.objects.create(
            matchmaking=matchmaking, number=number, is_online=is_online, zone="" if is_online else "AB"[number > 6],
            url=f"https://kambarys.pavyzdys.test/muge-{number}" if is_online else "",
        )  # fmt: skip
    return matchmaking


def participant(matchmaking: Matchmaking, number: int, people: Mapping[str, User]) -> Participant:
    """With a registration, a representative and lines; some are free only at some of the times."""
    name, country, theme = NAMES[number]
    role = next((role for role, whose in ROLES.items() if whose == number), None)
    person = people[role] if role else None
    organisation = organisation_of(person) if person else None
    registration = register(matchmaking.event, number + 1, name, country, person, organisation)
    row = Participant.objects.create(
        matchmaking=matchmaking, name=str(organisation) if organisation else name, organisation=organisation,
        country=country, languages=LANGUAGES[country], is_online=country == "UA", profile_at=timezone.now(),
        is_shown=number != 55, joined_at=registration.registered_at,
        about=both("Išgalvotas dalyvis bandymui.", "An invented participant for trying the site out.")[
            "lt" if country == "LT" else "en"
        ],
    )  # fmt: skip
    representative = Representative.objects.create(participant=row, registration=registration)
    if number != 54:  # who has written nothing yet
        lines_of(row, theme, language=0 if country == "LT" and number % 3 != 1 else 1)
    if number % 7 == 5:
        away = list(matchmaking.slots.filter(is_break=False))[: 2 + number % 3]
        Unavailable.objects.bulk_create(Unavailable(representative=representative, slot=slot) for slot in away)
    return row


def organisation_of(person: User) -> Organisation | None:
    found = Desk(person).affiliations
    return found[0].organisation if found else None


def register(
    event: Event, number: int, name: str, country: str, person: User | None, organisation: Organisation | None
) -> Registration:
    registered = timezone.now() - datetime.timedelta(hours=6 * (60 - number) + 5)
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
    return Registration.objects.create(
        event=event, number=number, state=RegistrationState.CONFIRMED, person=person,
        name=person.name if person else f"{given} {family} (išgalvota)",
        email=person.email if person else f"muge{number}@pavyzdys.test", organisation=organisation,
        organisation_name="" if organisation else name, country=country, is_online=country == "UA",
        language="lt" if country == "LT" else "en", registered_at=registered, confirmed_at=registered,
    )  # fmt: skip


def lines_of(row: Participant, theme: str, *, language: int) -> None:
    """Its theme's offers; needs from the themes it seeks. Tags are confirmed but for the last line of some."""
    texts: list[tuple[str, str, Both]] = [(Side.OFFER, theme, text) for text in THEMES[theme].offers]
    texts += [(Side.NEED, sought, THEMES[sought].needs[way]) for sought, way in SEEKS[theme]]
    for position, (side, about, text) in enumerate(texts):
        Line.objects.create(
            participant=row, side=side, language=("lt", "en")[language], text=text[language], position=position,
            sectors=[THEMES[about].sector], technologies=[THEMES[about].technology],
            are_tags_confirmed=position < len(texts) - 1 or row.pk % 4 != 0,
        )  # fmt: skip


def second_of_a_delegation(matchmaking: Matchmaking, row: Participant) -> None:
    registration = register(matchmaking.event, len(NAMES) + 1, row.name, str(row.country), None, None)
    Representative.objects.create(participant=row, registration=registration)


def requests_of(matchmaking: Matchmaking, participants: list[Participant]) -> None:
    """Whoever seeks a theme asks those who are of it; most agreed, some wait, some said no. Those of the demo's member
    show every state."""
    me = ROLES["member"]
    pairs = wished_pairs()
    got = [pair for pair in pairs if pair[1] == me]
    sent = [pair for pair in pairs if pair[0] == me]
    others = [pair for pair in pairs if me not in pair]
    open_states: dict[tuple[int, int], str] = dict.fromkeys(got[:2] + sent[:2], S.SENT)
    open_states |= dict.fromkeys(sent[2:3], S.DECLINED) | dict.fromkeys(others[::37], S.SENT)
    left = REQUESTS - AGREED - len(open_states)
    open_states |= dict.fromkeys([pair for pair in others if pair not in open_states][:left], S.DECLINED)
    for number, pair in enumerate(pairs):
        asker, asked = participants[pair[0]], participants[pair[1]]
        sent_at = timezone.now() - datetime.timedelta(hours=100 - number / 2)
        is_must = number % 5 in (0, 3)
        message = MESSAGES[number % len(MESSAGES)][asker.country != "LT"]
        row = MeetingRequest(
            matchmaking=matchmaking, asker=asker, asked=asked, message=message, sent_at=sent_at,
            priority=2 if is_must else 1, state=open_states.get(pair, S.ACCEPTED),
        )  # fmt: skip
        if row.state != S.SENT:
            row.answered_at = sent_at + datetime.timedelta(hours=9)
        if row.state == S.DECLINED:
            row.reason = "Šiemet tokio gaminio nebeturime." if asker.country == "LT" else ""
        if row.state == S.ACCEPTED:
            row.answer_priority = 2 if number % 4 == 0 else 1
        row.save()
        if row.state == S.ACCEPTED:
            agree(row)


def agree(row: MeetingRequest) -> None:
    meeting = Meeting.objects.create(
        matchmaking=row.matchmaking, request=row, weight=weight_of([row.priority, row.answer_priority or 1]),
        is_online=row.asker.is_online or row.asked.is_online, created_at=row.answered_at or row.sent_at,
    )  # fmt: skip
    MeetingSide.objects.bulk_create(MeetingSide(meeting=meeting, participant=each) for each in (row.asker, row.asked))


def wished_pairs() -> list[tuple[int, int]]:
    """(who asks, who is asked), never a pair twice; the member asks four and is asked by four, so that
    others are left to be suggested."""
    chance = random.Random(2018)  # noqa: S311  the same each time
    of_theme: dict[str, list[int]] = {}
    for number, (_name, _country, theme) in enumerate(NAMES):
        of_theme.setdefault(theme, []).append(number)
    wishes = [
        (asker, asked)
        for asker, (_name, _country, theme) in enumerate(NAMES)
        for sought, _way in SEEKS[theme]
        for asked in of_theme[sought]
        if 54 not in (asker, asked) and 55 not in (asker, asked)
    ]
    chance.shuffle(wishes)
    me = ROLES["member"]
    of_me = [wish for wish in wishes if wish[0] == me][:4] + [wish for wish in wishes if wish[1] == me][:4]
    pairs: dict[frozenset[int], tuple[int, int]] = {}
    sent: dict[int, int] = {}
    for wish in of_me + [wish for wish in wishes if me not in wish]:
        if len(pairs) < REQUESTS and sent.get(wish[0], 0) < 6 and frozenset(wish) not in pairs:
            pairs[frozenset(wish)] = wish
            sent[wish[0]] = sent.get(wish[0], 0) + 1
    return list(pairs.values())


def what_they_think(participants: list[Participant]) -> None:
    me = participants[ROLES["member"]]
    marks: list[tuple[int, Any]] = [
        (6, Feedback.Kind.SAVED),
        (40, Feedback.Kind.SAVED),
        (3, Feedback.Kind.NOT_RELEVANT),
    ]
    for number, kind in marks:
        Feedback.objects.create(participant=me, other=participants[number], kind=kind)
