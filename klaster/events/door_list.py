"""Who is expected at the door, as pages and phones show it: the fewest fields that let somebody in."""

from __future__ import annotations

import datetime
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.formats import date_format

from klaster.core import languages
from klaster.events.actions.door import plain_code
from klaster.events.badges import surname_first
from klaster.events.models import Attendance, Event, Registration, RegistrationState, Session

EVENT = ""  # the event itself, where otherwise the key of a session stands


@dataclass
class In:
    """Since when somebody is in, by whom, and the key of that row."""

    at: str
    by: str
    pk: int


@dataclass
class Person:
    pk: int
    code: str
    name: str
    organisation: str
    category: str
    hue: int
    state: str
    letter: str
    came: dict[str, In] = field(default_factory=dict)  # by key of the session

    @property
    def is_expected(self) -> bool:
        return self.state == RegistrationState.CONFIRMED

    @property
    def state_words(self) -> str:
        return str(RegistrationState(self.state).label)

    def has(self, words: list[str], code: str) -> bool:
        """Whether this is who is looked for: by the beginnings of words, or by the code."""
        text = " " + folded(f"{self.name} {self.organisation}")
        return self.code == code or all(f" {word}" in text for word in words)


def people(event: Event) -> list[Person]:
    """Everybody who registered, by surname, with where they are in. Two questions."""
    came = _came(event)
    rows = event.registrations.order_by("number").values_list(
        "pk", "code", "name", "organisation__name", "organisation_name", "category__name", "category__hue", "state"
    )
    found = []
    for pk, code, name, organisation, typed, category, hue, state in rows:
        of = str(organisation or typed)
        as_whom = str(category or "")
        found.append(Person(pk, code, name, of, as_whom, hue or 0, state, letter_of(name), came[pk]))
    return languages.in_order(found, lambda person: surname_first(person.name))


def _came(event: Event) -> dict[int, dict[str, In]]:
    came: dict[int, dict[str, In]] = defaultdict(dict)
    rows = Attendance.objects.standing().filter(registration__event=event).select_related("by").order_by("pk")
    for row in rows:
        by = row.by.get_full_name() if row.by else "–"
        came[row.registration_id][str(row.session_id or EVENT)] = In(said_time(event, row), by, row.pk)
    return came


def said_time(event: Event, row: Attendance) -> str:
    """The time of the event's zone, with the day unless that is today."""
    at = row.at.astimezone(event.zone)
    today = timezone.now().astimezone(event.zone).date()
    return date_format(at, "TIME_FORMAT" if at.date() == today else "SHORT_DATETIME_FORMAT")


def looked_for(everybody: list[Person], words: str) -> list[Person]:
    """Who has these words in name or organisation, or this code; without words, whoever is expected."""
    pieces = folded(words).split()
    if not pieces:
        return [person for person in everybody if person.is_expected]
    return [person for person in everybody if person.has(pieces, plain_code(words))]


def letter_of(name: str) -> str:
    first = surname_first(name)[:1].upper()
    return first if first.isalpha() else "#"


def folded(text: str) -> str:
    """Without signs on letters, so that nobody has to find ž on a foreign keyboard."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))


@dataclass(frozen=True)
class Place:
    """A session, with how many are in and how many may be."""

    key: str
    title: str
    places: int | None
    came: int


def places(event: Event) -> list[Place]:
    """Where people can be checked in: the sessions of the event in order. One question."""
    standing = Q(attendances__undone_at=None, attendances__isnull=False)
    rows = event.sessions.filter(is_cancelled=False).in_order().annotate(came=Count("attendances", filter=standing))
    rows = rows.exclude(kind=Session.Kind.PAUSE)
    return [Place(str(row.pk), _titled(event, row), row.capacity, row.came) for row in rows]


def _titled(event: Event, session: Session) -> str:
    if session.starts is None:
        return str(session.title)
    return f"{date_format(session.starts.astimezone(event.zone), 'TIME_FORMAT')} {session.title}"


VERSION = """
select md5(concat_ws('-', %(also)s,
  (select string_agg(concat_ws('|', id, state, name, organisation_name, organisation_id, category_id), ',' order by id)
   from events_registration where event_id = %(event)s),
  (select string_agg(concat_ws('|', id, starts, capacity, is_cancelled), ',' order by id)
   from events_session where event_id = %(event)s),
  (select concat_ws('|', count(*), max(a.id), count(a.undone_at))
   from events_attendance a join events_registration r on r.id = a.registration_id where r.event_id = %(event)s)))
"""


def version(event: Event) -> str:
    """Changes with what phones keep, with the reader's language and with the day. One cheap question."""
    also = f"{languages.current()} {timezone.now().astimezone(event.zone).date()} {event.ends}"
    with connection.cursor() as cursor:
        cursor.execute(VERSION, {"event": event.pk, "also": also})
        return str(cursor.fetchone()[0])


def for_phones(event: Event) -> dict[str, object]:
    """What a phone keeps until a day after the event; `version` changes with the content."""
    until = (event.ends or timezone.now()) + datetime.timedelta(days=1)
    return {
        "version": version(event),  # first: what comes meanwhile is news the next time
        "people": [vars(person) | {"came": {key: vars(row) for key, row in person.came.items()}}
                   for person in people(event)],
        "places": [vars(place) for place in places(event)],
        "until": int(until.timestamp() * 1000),
    }  # fmt: skip


@dataclass(frozen=True)
class Counts:
    expected: int
    came: int

    @property
    def percent(self) -> int:
        return round(100 * self.came / self.expected) if self.expected else 0


def counts(event: Event, session: Session | None = None) -> Counts:
    """How many came, of how many who take part; to a session of how many it has places for. One question."""
    people = Registration.objects.filter(event=event, state=RegistrationState.CONFIRMED)
    came = Q(attendances__session=session, attendances__undone_at=None, attendances__isnull=False)
    found = people.aggregate(everybody=Count("pk", distinct=True), came=Count("pk", filter=came, distinct=True))
    return Counts((session and session.capacity) or found["everybody"], found["came"])
