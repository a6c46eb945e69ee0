"""How many came: live numbers of an event, in few questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import ExtractHour, TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from klaster.events import door_list
from klaster.events.models import Attendance, Event, RegistrationState

STAMP = """
select count(*), coalesce(max(a.id), 0), count(a.undone_at),
  (select count(*) from events_registration where event_id = %s and state = 'confirmed')
from events_attendance a join events_registration r on r.id = a.registration_id where r.event_id = %s
"""


@dataclass(frozen=True)
class Counters:
    counts: door_list.Counts
    categories: list[dict[str, Any]]  # words, hue, came, expected
    hours: list[dict[str, Any]]  # label, value
    sessions: list[door_list.Place]


def stamp(event: Event) -> str:
    """Changes when somebody comes in, is taken back, registers or cancels. One cheap question."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP, [event.pk, event.pk])
        return "-".join(str(number) for number in cursor.fetchone())


def counters(event: Event) -> Counters:
    """Four questions, however many people there are."""
    came = Q(attendances__session=None, attendances__undone_at=None, attendances__isnull=False)
    people = event.registrations.filter(state=RegistrationState.CONFIRMED)
    rows = list(
        people.order_by("category__position", "category__pk")
        .values_list("category__name", "category__hue")
        .annotate(expected=Count("pk", distinct=True), came=Count("pk", filter=came, distinct=True))
    )
    categories = [
        {"words": str(name or _("without category")), "hue": hue or 0, "expected": expected, "came": there}
        for name, hue, expected, there in rows
    ]
    total = door_list.Counts(sum(row[2] for row in rows), sum(row[3] for row in rows))
    sessions = [place for place in door_list.places(event) if place.came or place.places]
    return Counters(total, categories if len(rows) > 1 else [], _hours(event), sessions)


def _hours(event: Event) -> list[dict[str, Any]]:
    """How many came in each hour of the event's zone; the day is said where there are several."""
    rows = list(
        Attendance.objects.standing().of_events().filter(registration__event=event)
        .order_by().values(day=TruncDate("at", tzinfo=event.zone), hour=ExtractHour("at", tzinfo=event.zone))
        .annotate(value=Count("pk")).order_by("day", "hour")
    )  # fmt: skip
    several = len({row["day"] for row in rows}) > 1
    return [
        {"label": (f"{date_format(row['day'], 'SHORT_DATE_FORMAT')} " if several else "") + f"{row['hour']}:00",
         "value": row["value"], "url": ""}
        for row in rows
    ]  # fmt: skip
