"""Entries of calendars (RFC 5545, 7986) made of events, registrations and chosen sessions. Asks the database nothing.

What a program that reads calendars goes by: `UID` never changes, `SEQUENCE` grows with each change that a calendar
shows, what was called off stays as `STATUS:CANCELLED`. So a changed file moves the entry instead of adding one.

The number that grows is the event's. Whoever changes an event raises it by one where a field of SHOWN_FIELDS changed
(of its sessions, SHOWN_SESSION_FIELDS); `states.py` does so where an event is called off or taken back:

    if any(before[name] != after[name] for name in calendar_files.SHOWN_FIELDS): event.sequence += 1
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django_countries import countries
from icalendar import Calendar, vCalAddress, vDuration, vText, vUri
from icalendar import Event as Component

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.events import letters, vtimezones
from klaster.events.models import Event, Registration, RegistrationState, Session, State

if TYPE_CHECKING:
    from klaster.accounts.models import User

SHOWN_FIELDS = (
    "title", "summary", "description", "kinds", "organiser", "organiser_name", "starts", "ends", "is_all_day",
    "time_zone", "date_note", "mode", "venue", "address", "city", "country", "online_url",
)  # fmt: skip
SHOWN_SESSION_FIELDS = ("title", "summary", "starts", "ends", "room", "place", "is_cancelled")
CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Klaster//Events//EN"
REFRESH = datetime.timedelta(hours=1)
# Signs that no calendar shows and some programs choke on; lines end in \n, which the library escapes.
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff]")


class Status(StrEnum):
    """How sure an entry is, as RFC 5545 calls it."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a calendar. Texts are as the reader reads them; `changed` is when it last became another."""

    uid: str
    sequence: int
    changed: datetime.datetime
    starts: datetime.datetime
    ends: datetime.datetime
    time_zone: str
    title: str
    is_all_day: bool = False
    text: str = ""
    language: str = ""
    place: str = ""
    online: str = ""
    url: str = ""
    organiser: tuple[str, str] | None = None
    categories: Sequence[str] = ()
    status: Status = Status.CONFIRMED
    is_busy: bool = False

    @property
    def first_day(self) -> datetime.date:
        """On the calendar of the place where it is."""
        return self.starts.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()


Source = Callable[["User"], Iterable[Entry]]
SOURCES: list[Source] = []


def add_source(source: Source) -> None:
    """Let `source(person)` add entries to a person's own calendar; an app does it when it is ready."""
    if source not in SOURCES:
        SOURCES.append(source)


# --- entries ----------------------------------------------------------------------------------------------------------
def uid(event: Event, part: str = "") -> str:
    """The same for ever, in every file and feed."""
    return f"{event.uid}{part}@{urlsplit(settings.SITE_URL).hostname}"


def of_event(event: Event, *, online: str = "") -> Entry:
    """An event that has a date. `online` is the room that only those read who take part there, or run the event."""
    if event.starts is None or event.ends is None:
        raise ValueError("A calendar has no place for an event without a date.")
    status = Status.TENTATIVE if event.state == State.DRAFT else Status.CONFIRMED
    online = online if event.is_online and not event.is_off else ""
    title, language = said(event.title)
    return Entry(
        uid=uid(event),
        sequence=event.sequence,
        changed=event.updated_at,
        starts=event.starts,
        ends=event.ends,
        time_zone=event.time_zone,
        is_all_day=event.is_all_day,
        title=called_off(event, title),
        text=about(event, online),
        language=language,
        place=where(event, online),
        online=online,
        url=settings.SITE_URL + event.get_absolute_url(),
        organiser=organiser(event),
        categories=[str(label) for kind, label in Event.Kind.choices if kind in event.kinds],
        status=Status.CANCELLED if event.is_off else status,
    )


def of_registration(registration: Registration) -> Entry:
    """The event as the entry of one who registered, with where the registration is changed.

    It has the event's UID, so that it takes the place of the public entry. Its sequence grows with each step of the
    registration, and is above that of an earlier registration for the same event.
    """
    event = registration.event
    is_in = registration.state == RegistrationState.CONFIRMED and letters.takes_part_online(registration)
    entry = of_event(event, online=letters.online_link(registration) or (event.online_url if is_in else ""))
    steps = [registration.registered_at, registration.confirmed_at, registration.ended_at]
    status, title = entry.status, entry.title
    if status != Status.CANCELLED and registration.has_ended:
        status, title = Status.CANCELLED, _("Cancelled: %(title)s") % {"title": title}
    elif status != Status.CANCELLED and registration.state != RegistrationState.CONFIRMED:
        state = registration.get_state_display()
        status, title = Status.TENTATIVE, _("%(title)s (%(state)s)") % {"title": title, "state": state}
    url = letters.address("registration_detail", registration)
    manage = [_("Your registration: %(address)s") % {"address": url}] if url else []
    return changed(
        entry,
        sequence=event.sequence + 3 * registration.number + sum(step is not None for step in steps[1:]),
        changed=max(step for step in [entry.changed, *steps] if step),
        status=status,
        title=title,
        text="\n\n".join([entry.text, *manage]),
        is_busy=status == Status.CONFIRMED,
    )


def of_session(session: Session, registration: Registration, *, given_up: int = 0, is_off: bool = False) -> Entry:
    """A session with a time that somebody chose, as an entry of its own beside the event.

    `given_up` is how often the person gave it up before, `is_off` whether it is given up now: each giving up and each
    choosing again is a new version.
    """
    if session.starts is None or session.ends is None:
        raise ValueError("A calendar has no place for a session without a time.")
    whole = of_registration(registration)
    title, language = said(session.title)
    off = is_off or session.is_cancelled or whole.status == Status.CANCELLED
    rooms = [str(session.room)] if session.room else []
    return changed(
        whole,
        uid=uid(registration.event, f"-session-{session.pk}"),
        sequence=whole.sequence + 2 * given_up - is_off,
        starts=session.starts,
        ends=session.ends,
        is_all_day=False,
        title=_("Cancelled: %(title)s") % {"title": title} if off else title,
        language=language,
        text="\n\n".join(filter(None, [str(session.summary), str(registration.event.title)])),
        place=", ".join([*rooms, session.place or whole.place]),
        categories=[str(session.get_kind_display())],
        status=Status.CANCELLED if off else whole.status,
        is_busy=whole.is_busy and not off,
    )


def changed(entry: Entry, **values: object) -> Entry:
    return Entry(**{**entry.__dict__, **values})


def said(text: Translated) -> tuple[str, str]:
    """A text as the reader reads it, and the language it is in."""
    return text.in_language() if text else ("", "")


def called_off(event: Event, title: str) -> str:
    """Not every program shows that an entry is cancelled, so its title says it as well."""
    if event.state == State.CANCELLED:
        return _("Cancelled: %(title)s") % {"title": title}
    if event.state == State.POSTPONED:
        return _("Postponed: %(title)s") % {"title": title}
    return title


def about(event: Event, online: str) -> str:
    parts = [str(event.summary), str(event.description), str(event.date_note)]
    if online:
        parts.append(_("Online: %(address)s") % {"address": online})
    return "\n\n".join(filter(None, [*parts, settings.SITE_URL + event.get_absolute_url()]))


def where(event: Event, online: str) -> str:
    if event.mode == Event.Mode.ONLINE:
        return online or _("online")
    code = str(event.country)
    country = countries.name(code) if code and code != settings.COUNTRY else ""
    return ", ".join(filter(None, [str(event.venue), event.address, event.city, country]))


def organiser(event: Event) -> tuple[str, str] | None:
    """Name and page of the organiser, where everybody may see it. Addresses of people stand in no calendar."""
    if event.organiser is None or not event.organiser.is_published:
        return None
    return str(event.organiser.name), settings.SITE_URL + event.organiser.get_absolute_url()


# --- the file ---------------------------------------------------------------------------------------------------------
def calendar(entries: Iterable[Entry], *, name: str, url: str = "", is_feed: bool = True) -> bytes:
    """A calendar as bytes. The same entries give the same bytes, so that a feed can say that nothing has changed."""
    rows = sorted(entries, key=lambda entry: (entry.starts, entry.uid))
    found = Calendar()
    found.add("version", "2.0")
    found.add("prodid", PRODUCT)
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    if is_feed:
        found.add("name", text(name, languages.current()))
        found.add("x-wr-calname", text(name))
        found.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
        found.add("x-published-ttl", vDuration(REFRESH))
    if url:
        found.add("url", address(url))
    for zone, years in sorted(zones(rows).items()):
        found.add_component(vtimezones.of_zone(zone, min(years) - 1, max(years) + 1))
    for row in rows:
        found.add_component(component(row))
    return found.to_ical()


def zones(rows: Iterable[Entry]) -> dict[str, set[int]]:
    """The zones that times are written in, and in which years."""
    found: dict[str, set[int]] = {}
    for row in rows:
        for moment in (row.starts, row.ends):
            if not row.is_all_day and is_zoned(moment, row.time_zone):
                found.setdefault(row.time_zone, set()).add(moment.year)
    return found


def component(entry: Entry) -> Component:
    found = Component()
    found.add("uid", entry.uid)
    found.add("sequence", entry.sequence)
    for name in ("dtstamp", "last-modified"):
        found.add(name, entry.changed.astimezone(datetime.UTC).replace(microsecond=0))
    if entry.is_all_day:
        first, end = days(entry)
        found.add("dtstart", first)
        found.add("dtend", end)
    else:
        found.add("dtstart", local(entry.starts, entry.time_zone))
        found.add("dtend", local(entry.ends, entry.time_zone))
    found.add("summary", text(entry.title, entry.language))
    found.add("status", entry.status.value)
    found.add("transp", "OPAQUE" if entry.is_busy and not entry.is_all_day else "TRANSPARENT")
    if entry.text:
        found.add("description", text(entry.text, entry.language))
    if entry.place:
        found.add("location", text(entry.place))
    if entry.url:
        found.add("url", address(entry.url))
    if entry.online:
        label = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": one_line(entry.title)}
        found.add("conference", address(entry.online), parameters=label)
    if entry.organiser:
        name, page = entry.organiser
        found.add("organizer", vCalAddress(address(page)), parameters={"CN": one_line(name)})
    if entry.categories:
        found.add("categories", [text(category) for category in entry.categories])
    return found


def days(entry: Entry) -> tuple[datetime.date, datetime.date]:
    """The first day, and the first one after the event."""
    zone = zoneinfo.ZoneInfo(entry.time_zone)
    first, end = entry.starts.astimezone(zone), entry.ends.astimezone(zone)
    is_midnight = end.time() == datetime.time() and end.date() > first.date()
    return first.date(), end.date() if is_midnight else end.date() + datetime.timedelta(days=1)


def is_zoned(moment: datetime.datetime, zone: str) -> bool:
    """Whether the clock of the zone names this moment: not in the hour that it goes through a second time."""
    name = zoneinfo.ZoneInfo(zone)
    return moment.astimezone(name).fold == 0 and zone not in UTC_NAMES


UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Etc/Universal", "Universal", "Etc/Zulu", "Zulu", "GMT",
                       "Etc/GMT", "GMT0", "GMT+0", "GMT-0", "Etc/GMT0", "Etc/GMT+0", "Etc/GMT-0", "Greenwich",
                       "Etc/Greenwich"})  # fmt: skip


def local(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """As the clock of the event shows it, else in UTC."""
    return moment.astimezone(zoneinfo.ZoneInfo(zone) if is_zoned(moment, zone) else datetime.UTC)


def text(words: str, language: str = "") -> vText:
    """A text of any length and lines; the library escapes and folds it."""
    found = vText(UNSEEN.sub("", LINE_ENDS.sub("\n", str(words))))
    if language:
        found.params["LANGUAGE"] = language
    return found


def one_line(words: str) -> str:
    """A text that may stand in a parameter."""
    return " ".join(UNSEEN.sub("", str(words)).split())


def address(url: str) -> vUri:
    return vUri("".join(UNSEEN.sub("", url).split()))
