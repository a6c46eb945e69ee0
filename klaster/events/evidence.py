"""What events prove, for those who report: programmes, coordinators, the office.

    scope = Scope(first=date(2026, 1, 1), last=date(2026, 12, 31), cluster=cluster)
    for figure in figures(scope):
        figure.code, figure.value, figure.rows()     # the rows behind each number

Three things are never mixed. *Counted*: rows of this site, of real events that were held; what was invented for trying
the site out does not exist here. *Not known*: events whose attendance nobody recorded say nothing about who came; they
are listed, not counted as empty. *Stated by a source*: figures of events long past (`stated`), each with its source.

An organisation is one, however often its people came: by its entry, else by its name without legal form and case; a
typed name that is that of an entry among those who came is that entry. A typed name without entry has no known kind: it
is never taken for a firm.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaster.directory.duplicates import legal_forms
from klaster.directory.models import Cluster, Organisation
from klaster.events.models import Attendance, Event, EventFigure, Registration, Series, State


@dataclass(frozen=True)
class Scope:
    """Which events: begun from `first` to `last` (days of the network's zone, both included), by whom, of what kind.

    An event of which only the month or year is known belongs to a period that holds all of it.
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    organiser: Organisation | None = None
    cluster: Cluster | None = None
    series: Series | None = None
    kind: str = ""

    def narrowed(self, events: QuerySet[Event]) -> QuerySet[Event]:
        if self.organiser:
            events = events.filter(
                Q(organiser=self.organiser)
                | Exists(Event.co_organisers.through.objects.filter(event=OuterRef("pk"), organisation=self.organiser))
            )
        if self.cluster:
            events = events.filter(cluster=self.cluster)
        if self.series:
            events = events.filter(series=self.series)
        if self.kind:
            events = events.filter(kinds__contains=[self.kind])
        return events

    def holds(self, event: Event) -> bool:
        """Whether the period holds the day, month or year of an event."""
        if event.starts:
            begun = timezone.localdate(event.starts, timezone.get_default_timezone())
            return (not self.first or self.first <= begun) and (not self.last or begun <= self.last)
        text = str(event.happened)
        begins = datetime.date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10])
        ends = {4: begins.replace(month=12, day=31), 10: begins}.get(len(text)) or (
            (begins.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1)
        )
        return (not self.first or self.first <= begins) and (not self.last or ends <= self.last)


# --- rows -------------------------------------------------------------------------------------------------------------
def events_held(scope: Scope) -> QuerySet[Event]:
    """Real events that were held, the latest first."""
    events = scope.narrowed(Event.objects.real().filter(state=State.HELD))
    within = [event.pk for event in events.only("starts", "happened", "time_zone") if scope.holds(event)]
    return Event.objects.filter(pk__in=within).select_related("organiser", "cluster", "series").past()


def registered(events: Collection[Any] | QuerySet[Event]) -> QuerySet[Registration]:
    """Those who had a place when the event took place."""
    rows = Registration.objects.confirmed().filter(event__in=_keys(events))
    return rows.select_related("event", "organisation").order_by("event", "number")


def attended(events: Collection[Any] | QuerySet[Event]) -> QuerySet[Registration]:
    """Those of them who were seen there: at the event, or at one of its sessions."""
    return registered(events).filter(Exists(Attendance.objects.standing().filter(registration=OuterRef("pk"))))


def recorded(events: Collection[Any] | QuerySet[Event]) -> set[int]:
    """Keys of events at which attendance was recorded at all."""
    rows = Attendance.objects.standing().filter(registration__event__in=_keys(events))
    return set(rows.order_by().values_list("registration__event", flat=True).distinct())


def stated(scope: Scope) -> QuerySet[EventFigure]:
    """What sources say of such events in numbers. Never added to what is counted, nor to each other."""
    return EventFigure.objects.filter(event__in=_keys(events_held(scope))).select_related("event", "source")


def sessions_attended(event: Event) -> dict[int, set[int]]:
    """{registration: sessions} of those who were at an event; the set is empty where only the event was recorded."""
    found: dict[int, set[int]] = {}
    rows = Attendance.objects.standing().filter(registration__event=event, registration__state="confirmed")
    for registration, session in rows.order_by().values_list("registration", "session"):
        found.setdefault(registration, set()).update([session] if session else [])
    return found


def _keys(events: Collection[Any] | QuerySet[Event]) -> Any:
    return events.order_by().values("pk") if isinstance(events, QuerySet) else events


# --- who they came from -----------------------------------------------------------------------------------------------
@dataclass
class Party:
    """One organisation among those who came. `organisation` is None where nobody has an entry for the name."""

    name: str
    organisation: Organisation | None = None
    registrations: list[Registration] = field(default_factory=list)

    @property
    def people(self) -> int:
        return len({person_key(row) for row in self.registrations})

    @property
    def events(self) -> int:
        return len({row.event_id for row in self.registrations})

    @property
    def is_firm(self) -> bool:
        return bool(self.organisation and self.organisation.is_company)

    @property
    def is_sme(self) -> bool:
        return bool(self.organisation and self.organisation.is_sme)

    @property
    def countries(self) -> list[str]:
        return sorted({code for row in self.registrations if (code := country_of(row))})


def parties(rows: Iterable[Registration]) -> list[Party]:
    """The unique organisations of these registrations, by name. People without an organisation belong to none."""
    rows = list(rows)
    known: dict[Any, Organisation] = {row.organisation_id: row.organisation for row in rows if row.organisation}
    by_name = {
        legal_forms.core(name): pk
        for pk, organisation in known.items()
        for name in [*organisation.name.values(), *organisation.aliases, organisation.abbreviation]
        if name
    }
    found: dict[Any, Party] = {}
    for row in rows:
        core = legal_forms.core(row.organisation_name) if row.organisation_name else ""
        key = row.organisation_id or by_name.get(core) or core
        if not key:
            continue
        entry = known.get(key)
        party = found.setdefault(key, Party(str(entry) if entry else row.organisation_name, entry))
        party.registrations.append(row)
    return sorted(found.values(), key=lambda party: (legal_forms.core(party.name), party.name))


def person_key(row: Registration) -> Any:
    """One person however often: by account, else by address, else each registration for itself."""
    return row.person_id or row.email.lower() or f"#{row.pk}"


def country_of(row: Registration) -> str:
    """As the person said, else that of the organisation's entry."""
    return str(row.country) or (str(row.organisation.country) if row.organisation else "")


# --- figures ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figure:
    """A number counted from rows, and the rows."""

    code: str
    label: str | Promise
    value: int
    rows: Callable[[], Sequence[Any]]


def figures(scope: Scope) -> list[Figure]:
    """What can be counted of such events. People and organisations are of those who came, where that was recorded."""
    events = list(events_held(scope))
    seen = recorded([event.pk for event in events])
    had_a_place = list(registered([event.pk for event in events]))
    came = list(attended(seen))
    from_where = parties(came)
    countries = sorted({code for row in came if (code := country_of(row))})
    people = list({person_key(row): row for row in came}.values())
    rows: list[tuple[str, str | Promise, Sequence[Any]]] = [
        ("events", _("events held"), events),
        ("events_recorded", _("events with recorded attendance"), [event for event in events if event.pk in seen]),
        ("registered", _("registrations"), had_a_place),
        ("attended", _("attendances"), came),
        ("people", _("different people who came"), people),
        ("organisations", _("different organisations that came"), from_where),
        ("firms", _("different firms that came"), [party for party in from_where if party.is_firm]),
        ("smes", _("different SMEs that came"), [party for party in from_where if party.is_sme]),
        ("unknown_kind", _("organisations of unknown kind"), [party for party in from_where if not party.organisation]),
        ("countries", _("countries people came from"), countries),
    ]
    return [Figure(code, label, len(found), lambda found=found: found) for code, label, found in rows]  # type: ignore[misc]
