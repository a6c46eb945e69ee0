"""Who came, counted: what evidence, reports and certificates read. Nothing is stored here.

A registration is *attended* when somebody checked it in to the event and did not take that back. Invented events are
never counted where a period is asked. Each function takes attended registrations as a query, so that callers narrow it:

    came = attendance.attended(event)
    came = attendance.attended_between(first, last).filter(event__cluster=cluster)
    attendance.unique_firms(came)
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from klaster.directory.models import Organisation
from klaster.events.models import Attendance, Event, Registration


@dataclass(frozen=True)
class Visits:
    """One organisation or country: how many different registrations attended, at how many events."""

    key: int | str  # key of the organisation in the directory, else its name as typed; or a country's code
    name: str
    people: int
    events: int


def attended(event: Event) -> QuerySet[Registration]:
    """Registrations of an event that came."""
    return _that_came(Registration.objects.filter(event=event))


def attended_between(first: datetime.date, last: datetime.date) -> QuerySet[Registration]:
    """Registrations that came to real events which began on these days, both included, in the network's zone."""
    zone = timezone.get_default_timezone()
    begin = datetime.datetime.combine(first, datetime.time.min, zone)
    end = datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time.min, zone)
    return _that_came(Registration.objects.real().filter(event__starts__gte=begin, event__starts__lt=end))


def attended_session(session_id: int) -> QuerySet[Registration]:
    """Registrations that came to a session."""
    there = Attendance.objects.standing().filter(session=session_id, registration=OuterRef("pk"))
    return Registration.objects.filter(Exists(there))


def sessions_of(registration: Registration) -> list[int]:
    """Keys of the sessions a person was in, for a certificate by module."""
    there = registration.attendances.standing().filter(session__isnull=False)
    return list(there.order_by("at", "pk").values_list("session", flat=True))


def was_counted(event: Event) -> bool:
    """Whether anybody was checked in at all; else nothing is known about who came."""
    return Attendance.objects.standing().of_events().filter(registration__event=event).exists()


def by_organisation(came: QuerySet[Registration]) -> list[Visits]:
    """Most people first. Names typed by hand count as one however they are written in capitals or spaced."""
    return _grouped(
        (row["organisation"] or folded(row["organisation_name"]), row["organisation__name"] or row["organisation_name"],
         row["event"], row["people"])
        for row in came.order_by().values("organisation", "organisation__name", "organisation_name", "event")
        .annotate(people=Count("pk"))
        if row["organisation"] or folded(row["organisation_name"])
    )  # fmt: skip


def by_country(came: QuerySet[Registration]) -> list[Visits]:
    """Most people first; those who did not say are left out. `name` is the code of the country."""
    rows = came.order_by().exclude(country="").values("country", "event").annotate(people=Count("pk"))
    return _grouped((row["country"], row["country"], row["event"], row["people"]) for row in rows)


def unique_firms(came: QuerySet[Registration]) -> int:
    """How many different firms of the directory came: companies of any size, each counted once."""
    firms = came.filter(organisation__kind__in=Organisation.COMPANY_KINDS)
    return firms.order_by().values("organisation").distinct().count()


def unique_organisations(came: QuerySet[Registration]) -> int:
    """How many different organisations came, of the directory or only named."""
    return len(by_organisation(came))


def folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _that_came(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    there = Attendance.objects.standing().of_events().filter(registration=OuterRef("pk"))
    return registrations.filter(Exists(there))


def _grouped(rows) -> list[Visits]:  # type: ignore[no-untyped-def]
    """Of (key, name, event, people) rows one line a key."""
    people: dict[int | str, int] = defaultdict(int)
    events: dict[int | str, set[int]] = defaultdict(set)
    names: dict[int | str, str] = {}
    for key, name, event, count in rows:
        people[key] += count
        events[key].add(event)
        names.setdefault(key, str(name))
    found = [Visits(key, names[key], people[key], len(events[key])) for key in people]
    return sorted(found, key=lambda visits: (-visits.people, visits.name))
