"""Which entries stand in which calendar: the public one with its filters, a series, a person's own."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.accounts.models import User
from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory import exports, filters
from klaster.directory.models import Cluster, Region, Sector
from klaster.events import calendar_files, event_filters
from klaster.events.calendar_files import Entry
from klaster.events.models import (
    ENDED,
    Event,
    GivenUpSession,
    Registration,
    RegistrationState,
    Series,
    Session,
    SessionChoice,
    State,
    TeamMember,
)
from klaster.events.models.events import EventQuerySet

KEPT = datetime.timedelta(days=365)  # what was held stays in calendars that are read again and again
KEPT_CANCELLED = datetime.timedelta(days=30)  # long enough for every calendar to have taken it out
MOST = 1000
OFF = (State.CANCELLED, State.POSTPONED)


def in_time(rows: EventQuerySet) -> EventQuerySet:
    """Events with a date that still stand in a calendar."""
    now = timezone.now()
    gone = Q(state__in=OFF, ends__lt=now - KEPT_CANCELLED)
    return rows.filter(starts__isnull=False, ends__gt=now - KEPT).exclude(gone)


def wanted(asked: QueryDict, name: str) -> list[str]:
    return [value[:90] for value in asked.getlist(name) if value and "\x00" not in value]


def filtered(rows: EventQuerySet, asked: QueryDict) -> EventQuerySet:
    """As the list with this address; whoever asks for what there is not gets an empty calendar, not everything."""
    answers = {name: wanted(asked, name) for name in event_filters.QUESTIONS.asked if any(asked.getlist(name))}
    if not all(answers.values()):
        return rows.none()
    if any(asked.getlist("series")):
        rows = rows.filter(series__slug__in=wanted(asked, "series"))
    return event_filters.QUESTIONS.narrowed(rows, answers).with_words(filters.read(asked, [], ()).text)


def of_events(rows: EventQuerySet) -> Iterator[Entry]:
    for event in in_time(rows).select_related("organiser").order_by("-starts", "pk")[:MOST]:
        yield calendar_files.of_event(event)


def titles(asked: QueryDict) -> list[str]:
    """Names of what a feed was narrowed to, for its title; only of what everybody may see."""
    kinds = wanted(asked, "kind")
    found: list[Translated | str] = [
        *Sector.objects.filter(code__in=wanted(asked, "sector")).values_list("name", flat=True),
        *(str(label) for kind, label in Event.Kind.choices if kind in kinds),
        *Cluster.objects.published().filter(slug__in=wanted(asked, "cluster")).values_list("name", flat=True),
        *Series.objects.published().filter(slug__in=wanted(asked, "series")).values_list("name", flat=True),
        *(name for code in wanted(asked, "language") if (name := languages.name_of(code)) != code),
        *exports.searched(filters.read(asked, [], ()).text),
    ]
    return [*(str(title) for title in found), *places_named(wanted(asked, "place"))]


def places_named(codes: Collection[str]) -> list[str]:
    named = [_("online")] if event_filters.ONLINE in codes else []
    named += [str(countries.name(code)) for code in codes if countries.alpha2(code)]
    return named + [str(name) for name in Region.objects.filter(code__in=codes).values_list("name", flat=True)]


# --- a person's own ---------------------------------------------------------------------------------------------------
def of_person(person: User) -> list[Entry]:
    """What the person takes part in and chose, what the person runs or helps at, and what other apps add."""
    found: dict[str, Entry] = {}
    for entry in (*of_run(person), *of_registrations(person)):  # of two with one UID the later stands
        found[entry.uid] = entry
    for source in calendar_files.SOURCES:
        found.update((entry.uid, entry) for entry in source(person))
    return list(found.values())


def of_run(person: User) -> Iterator[Entry]:
    """Events of own clusters and teams. The office may change all events and does not want them all in its calendar."""
    team = TeamMember.objects.filter(event=OuterRef("pk"), person=person)
    own = Q(cluster__in=Cluster.objects.kept_by(person).values("pk")) | Exists(team)
    rows = Event.objects.visible_to(person).filter(own)
    for event in in_time(rows).select_related("organiser").order_by("-starts", "pk")[:MOST]:
        yield calendar_files.of_event(event, online=event.online_url)


def of_registrations(person: User) -> Iterator[Entry]:
    """The latest registration for each event: a cancelled one shows as cancelled until its event is long over."""
    now = timezone.now()
    chosen = SessionChoice.objects.filter(is_waiting=False, session__starts__isnull=False).select_related(
        "session__room"
    )
    rows = (
        Registration.objects.visible_to(person)
        .filter(person=person, event__in=in_time(Event.objects.all()).values("pk"))
        .exclude(state__in=ENDED, event__ends__lt=now - KEPT_CANCELLED)
        .select_related("event__organiser")
        .prefetch_related(Prefetch("session_choices", chosen, to_attr="chosen"))
        .order_by("event_id", "-number")
        .distinct("event_id")[:MOST]
    )
    given_up = given_up_by(person)
    for registration in rows:
        yield calendar_files.of_registration(registration)
        yield from of_sessions(registration, given_up.get(registration.event_id, {}))


def of_sessions(
    registration: Registration, given_up: Mapping[Session, tuple[int, datetime.datetime]]
) -> Iterator[Entry]:
    """Sessions in which the person has a place, and as cancelled those the person gave up."""
    shows = registration.state == RegistrationState.CONFIRMED
    chosen = {choice.session for choice in registration.chosen} if shows else set()  # type: ignore[attr-defined]
    for session in chosen:
        times, _at = given_up.get(session, (0, None))
        yield calendar_files.of_session(session, registration, given_up=times)
    for session, (times, at) in given_up.items():
        if session not in chosen and session.ends and session.ends > timezone.now() - KEPT_CANCELLED:
            entry = calendar_files.of_session(session, registration, given_up=times, is_off=True)
            yield calendar_files.changed(entry, changed=max(entry.changed, at))


def given_up_by(person: User) -> dict[int, dict[Session, tuple[int, datetime.datetime]]]:
    """By event: sessions with a time that this person gave up, how often, in any registration, and when at last."""
    found: dict[int, dict[Session, tuple[int, datetime.datetime]]] = {}
    rows = GivenUpSession.objects.filter(
        registration__person=person,
        session__starts__isnull=False,
        session__event__in=in_time(Event.objects.all()).values("pk"),
    ).select_related("session__room")
    for row in rows.order_by("at", "pk"):
        of_event = found.setdefault(row.session.event_id, {})
        times, _at = of_event.get(row.session, (0, row.at))
        of_event[row.session] = (times + row.times, row.at)
    return found


def coming(entries: Iterable[Entry]) -> list[Entry]:
    """Not over yet, the next first."""
    return sorted((e for e in entries if e.ends > timezone.now()), key=lambda entry: entry.starts)
