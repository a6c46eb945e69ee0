"""The registrations of one event in figures: over time, and who they are. Asked once, counted here."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from klaster.accounts.models import User
from klaster.directory.figures.chart import Chart, of_kinds
from klaster.directory.figures.pictures import LEAST_ROWS, LEAST_YEARS, Line, line
from klaster.directory.models import Organisation
from klaster.events.models import ENDED, Event, Registration, RegistrationState

MOST_POINTS = 40  # on a line; the table has each day
DAY = datetime.timedelta(days=1)


class Row(NamedTuple):
    registered: datetime.date
    ended: datetime.date | None
    state: str
    country: str
    category: int | None
    kind: str
    is_member: bool


@dataclass(frozen=True)
class Scope:
    """The registrations of an event that a person may count."""

    event: Event
    rows: list[Row]

    @property
    def live(self) -> list[Row]:
        return [row for row in self.rows if row.state not in ENDED]


def scope_of(event: Event, person: User) -> Scope:
    """Days are those of the event's zone."""
    names = ("registered_at", "ended_at", "state", "country", "category", "organisation__kind", "is_member")
    found = Registration.objects.visible_to(person).filter(event=event).order_by("number").values_list(*names)

    def day(moment: datetime.datetime | None) -> datetime.date | None:
        return timezone.localdate(moment, event.zone) if moment else None

    rows = [Row(day(at), day(ended), state, str(country), category, kind or "", member)  # type: ignore[arg-type]
            for at, ended, state, country, category, kind, member in found]  # fmt: skip
    return Scope(event, rows)


def by_day(scope: Scope) -> Chart:
    """How many had registered by the end of each day, and how many were then left."""
    came = Counter(row.registered for row in scope.rows)
    ended = Counter(row.ended for row in scope.rows if row.ended and row.state in ENDED)
    table, total, left = [], 0, 0
    values: dict[datetime.date, int] = {}
    days = sorted({*came, *ended})
    day = days[0] if days else None
    while day and day <= days[-1]:
        total, left = total + came[day], left + came[day] - ended[day]
        values[day] = left
        table.append([day.isoformat(), came[day], ended[day], total, left])
        day += DAY
    enough = len(values) >= LEAST_YEARS and max(values.values()) >= LEAST_ROWS
    columns = [_("Day"), _("Registered"), _("Cancelled or declined"), _("Registered so far"), _("Of them left")]
    unit = _("Registrations left at the end of the day")
    return Chart("by_day", _("Registrations over time"), unit, columns, table, line=over(values) if enough else None)


def over(values: dict[datetime.date, int]) -> Line:
    """A line over days, the last of them always on it."""
    days = sorted(values)
    every = -(-len(days) // MOST_POINTS)
    kept = days[::-1][::every]
    drawn = line({day.toordinal(): values[day] for day in kept})
    labels = {
        str(day.toordinal()): formats.date_format(day, pgettext("date format of a day under a picture", "j M"))
        for day in kept
    }
    return replace(drawn, points=[replace(point, label=labels[point.label]) for point in drawn.points])


def by_state(scope: Scope) -> Chart:
    states = Counter(row.state for row in scope.rows)
    rows = [(capfirst(str(label)), states[state]) for state, label in RegistrationState.choices]
    return of_kinds("by_state", _("How they stand"), _("Registrations"), _("State"), rows)


def by_country(scope: Scope) -> Chart:
    codes = Counter(row.country for row in scope.live)
    rows = [(countries.name(code) if code else _("Country not stated"), number) for code, number in codes.items()]
    return of_kinds("by_country", _("By country"), _("Registrations"), _("Country"), sorted(rows), notes=not_ended())


def by_category(scope: Scope) -> Chart:
    numbers = Counter(row.category for row in scope.live)
    rows = [(str(category), numbers[category.pk]) for category in scope.event.categories.all()]
    rows.append((_("no category"), numbers[None]))
    return of_kinds("by_category", _("By category"), _("Registrations"), _("Category"), rows, notes=not_ended())


def by_kind(scope: Scope) -> Chart:
    kinds = Counter(row.kind for row in scope.live)
    rows = [(capfirst(str(label)), kinds[kind]) for kind, label in Organisation.Kind.choices]
    rows.append((_("Organisation not in the directory, or none"), kinds[""]))
    title, heading = _("By kind of organisation"), _("Kind")
    return of_kinds("by_kind", title, _("Registrations"), heading, rows, notes=not_ended())


def by_membership(scope: Scope) -> Chart:
    members = Counter(row.is_member for row in scope.live)
    rows = [(_("Of members of clusters"), members[True]), (_("Others"), members[False])]
    notes = [*not_ended(), _("Membership as it was on the day of registration.")]
    return of_kinds("by_membership", _("Members and others"), _("Registrations"), _("Who"), rows, notes=notes)


def not_ended() -> list[str]:
    return [_("Without those that were cancelled, declined or not taken up.")]


BUILDERS: dict[str, Callable[[Scope], Chart]] = {
    "by_day": by_day,
    "by_state": by_state,
    "by_country": by_country,
    "by_category": by_category,
    "by_kind": by_kind,
    "by_membership": by_membership,
}


def named(code: str, scope: Scope) -> Chart | None:
    """The figure of that name, with where it comes from and where its table is."""
    if code not in BUILDERS:
        return None
    chart = BUILDERS[code](scope)
    now = formats.date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    source = _("Source: registrations of this event, %(now)s") % {"now": now}
    page = reverse("event_statistics", args=[scope.event.slug])
    return replace(chart, source=source, address=f"{page}{code}")


def every(scope: Scope) -> list[Chart]:
    """All that have something to count; a figure of one row says nothing."""
    found = [named(code, scope) for code in BUILDERS]
    return [chart for chart in found if chart and (len(chart.rows) > 1 or chart.code in ("by_day", "by_state"))]
