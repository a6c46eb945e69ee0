"""Series: their rule, the events it makes, what is left out of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.rights import demand
from klaster.directory.models.base import Publication
from klaster.events import recurrence
from klaster.events.actions import states
from klaster.events.actions.copying import copied
from klaster.events.actions.events import demand_own_cluster, free_slug
from klaster.events.models import Event, Series, State

if TYPE_CHECKING:
    from klaster.accounts.models import User

HORIZON = datetime.timedelta(days=366)


def dates_of(
    series: Series, *, until: datetime.datetime, after: datetime.datetime | None = None
) -> list[recurrence.Date]:
    """Dates by the rule of the series, with those added and without those left out."""
    if series.starts is None:
        return []
    return recurrence.dates(
        series.rrule, series.starts, series.zone, until=until, after=after, left_out=series.left_out, added=series.added
    )


@transaction.atomic
def save_series(series: Series, *, by: User, values: Mapping[str, Any], version: str = "") -> Series:
    """A new series, or another rule of one. Events of the future follow the rule; what people registered for stays."""
    if series.pk:
        series = _locked(series, by)
        demand_version(series, version)  # type: ignore[arg-type]
    elif not by.has_perm("events.add_series"):
        raise PermissionDenied
    if "cluster" in values and (not series.pk or getattr(values["cluster"], "pk", None) != series.cluster_id):
        demand_own_cluster(by, values["cluster"])
    before = audit.snapshot(series) if series.pk else None
    for name, value in values.items():
        setattr(series, name, value)
    if not series.pk:
        series.slug = free_slug(Series, series.name)
    series.full_clean()
    series.save()
    audit.record(gettext_noop("changed") if before else gettext_noop("added"), series, by=by, before=before)
    follow_the_rule(series, by=by)
    return series


def _locked(series: Series, by: User) -> Series:
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    demand(by, "events.change_series", series)
    return series


def follow_the_rule(series: Series, *, by: User | None) -> int:
    """Make events for the dates of the coming year, of a locked series; returns how many are new.

    An event of a day on which there is a date again is moved to the new time. What the rule no longer has goes, but
    not what people have registered for, or what somebody moved or called off.
    """
    now = timezone.now()
    wanted = {date.starts.astimezone(datetime.UTC): date for date in dates_of(series, until=now + HORIZON, after=now)}
    rows = series.events.select_for_update(of=("self",)).filter(series_date__gt=now).order_by("series_date")
    there = {event.series_date: event for event in rows}
    for event in series.events.select_for_update(of=("self",)).filter(series_date=None, starts__gt=now):
        at = next((at for at in wanted if at not in there and _same_day(series, at, event.starts)), None)
        if at is not None:  # somebody put it into the series on a day the rule has
            event.series_date = at
            event.save(update_fields=["series_date", "updated_at"])
            there[at] = event
    stray = [event for at, event in there.items() if at not in wanted]
    missing = sorted(at for at in wanted if at not in there)
    for event in stray:
        same_day = next((at for at in missing if _same_day(series, at, event.series_date)), None)
        if same_day is not None:
            missing.remove(same_day)
            _to_new_time(event, same_day, by)
        elif is_free(event):
            audit.record(gettext_noop("deleted"), event, by=by, before=audit.snapshot(event), after={})
            event.delete()
    for at in missing:
        make_event(series, wanted[at].starts)
    return len(missing)


def _same_day(series: Series, one: datetime.datetime, other: datetime.datetime | None) -> bool:
    return other is not None and one.astimezone(series.zone).date() == other.astimezone(series.zone).date()


def is_free(event: Event) -> bool:
    """Nobody registered, nobody moved it, nobody called it off."""
    return event.starts == event.series_date and not event.is_off and not event.registrations.exists()


def _to_new_time(event: Event, at: datetime.datetime, by: User | None) -> None:
    before = audit.snapshot(event)
    if is_free(event):
        length = event.ends - event.starts  # type: ignore[operator]
        event.starts, event.ends = at, at + length
        event.sequence += 1
    event.series_date = at
    event.save()
    audit.record(gettext_noop("moved"), event, by=by, before=before)


def make_event(series: Series, starts: datetime.datetime) -> Event:
    """The event of a date, like the latest of the series; public at once if the series is."""
    ends = starts.astimezone(datetime.UTC) + datetime.timedelta(minutes=series.minutes or 60)
    latest = series.events.exclude(state=State.CANCELLED).exclude(starts=None).order_by("-starts").first()
    if latest:
        event = copied(latest, starts, ends, series=series, series_date=starts)
    else:
        event = Event(
            slug=free_slug(Event, series.name), title=series.name, summary=series.summary, series=series,
            description=series.description, organiser=series.organiser, cluster=series.cluster, starts=starts,
            ends=ends, series_date=starts, time_zone=series.time_zone, kinds=[Event.Kind.OTHER],
            country=settings.COUNTRY, is_invented=series.is_invented,
        )  # fmt: skip
        event.full_clean()
        event.save()
    if series.status == Publication.PUBLISHED:
        states.announce(event)
    return event


@transaction.atomic
def leave_out(series: Series, starts: datetime.datetime, *, by: User) -> None:
    """This date of the rule is none. An event people registered for is called off instead: then they are told."""
    series = _locked(series, by)
    event = series.events.filter(series_date=starts).first()
    if event is not None:
        event = states.lock(event)
        if event.registrations.exists():
            raise ValidationError(
                _("People have registered. Cancel or postpone this event instead: then they are told.")
            )
        audit.record(gettext_noop("deleted"), event, by=by, before=audit.snapshot(event), after={})
        event.delete()
    if starts not in series.left_out:
        before = audit.snapshot(series)
        series.left_out = sorted([*series.left_out, starts])
        series.save()
        audit.record(gettext_noop("left a date out"), series, by=by, before=before)


@transaction.atomic
def take_back(series: Series, starts: datetime.datetime, *, by: User) -> None:
    """A date left out is one again."""
    series = _locked(series, by)
    if starts in series.left_out:
        before = audit.snapshot(series)
        series.left_out = [each for each in series.left_out if each != starts]
        series.save()
        audit.record(gettext_noop("took a date back"), series, by=by, before=before)
        follow_the_rule(series, by=by)


@transaction.atomic
def add_date(series: Series, starts: datetime.datetime, *, by: User) -> None:
    """A date the rule does not have."""
    series = _locked(series, by)
    if series.starts is None:
        raise ValidationError(_("Say first when the series begins."))
    if starts not in series.added:
        before = audit.snapshot(series)
        series.added = sorted([*series.added, starts])
        series.save()
        audit.record(gettext_noop("added a date"), series, by=by, before=before)
        follow_the_rule(series, by=by)


@transaction.atomic
def extend(series: Series) -> int:
    """What a night does: events for the dates that came within the horizon."""
    return follow_the_rule(Series.objects.select_for_update(of=("self",)).get(pk=series.pk), by=None)
