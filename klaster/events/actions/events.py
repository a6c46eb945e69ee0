"""Making and changing an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.core.fields import Translated
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.rights import demand
from klaster.directory.models import Cluster
from klaster.events import calendar_files, letters
from klaster.events.actions import states, waiting
from klaster.events.models import Event, Series, State

if TYPE_CHECKING:
    from klaster.accounts.models import User

Values = Mapping[str, Any]
MANY = ("co_organisers", "sectors")
# What people are written to about; calendars show more (calendar_files.SHOWN_FIELDS).
TOLD = (
    "title", "starts", "ends", "is_all_day", "time_zone", "mode", "venue", "address", "city", "country", "online_url",
)  # fmt: skip

OF_ONE_DATE = ("starts", "ends", "is_all_day", "time_zone", "date_note", "opens_at", "closes_at", "change_until")


def free_slug(model: type[Event | Series], title: Translated) -> str:
    """An address that none has: the title in the network's first language, with a number if it is taken."""
    base = slugify(title.in_language(settings.LANGUAGE_CODE)[0])[:80].strip("-") or model.__name__.lower()
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def demand_own_cluster(by: User, cluster: Cluster | None) -> None:
    """The office runs events of any cluster and of none, others those of clusters they coordinate."""
    if by.is_secretariat:
        return
    if cluster is None or not Cluster.objects.kept_by(by).filter(pk=cluster.pk).exists():
        raise PermissionDenied


@transaction.atomic
def create_event(*, by: User, values: Values) -> Event:
    """A draft that only those who run it see."""
    if not by.has_perm("events.add_event"):
        raise PermissionDenied
    demand_own_cluster(by, values.get("cluster"))
    event = Event()
    for name, value in values.items():
        if name not in MANY:
            setattr(event, name, value)
    event.state = State.DRAFT
    event.slug = free_slug(Event, event.title)
    event.full_clean()
    event.save()
    for name in MANY:
        getattr(event, name).set(values.get(name, ()))
    audit.record(gettext_noop("added"), event, by=by, after=audit.snapshot(event))
    return event


@transaction.atomic
def save_event(event: Event, *, by: User, values: Values, version: str = "", following: bool = False) -> Event:
    """What an event says now, of the version the form was opened with.

    What calendars show makes a new version of their entry, and who registered is told. With `following` the later
    events of the series say the same of all that was changed but their dates.
    """
    event = states.lock(event)
    demand(by, "events.change_event", event)
    demand_version(event, version)  # type: ignore[arg-type]
    if "cluster" in values and getattr(values["cluster"], "pk", None) != event.cluster_id:
        demand_own_cluster(by, values["cluster"])
    changed = {
        name: value for name, value in values.items() if name not in OF_ONE_DATE and _differs(event, name, value)
    }
    later = _later(event) if following else []
    event = _change(event, values, by=by)
    for other in later if changed else []:
        _change(other, changed, by=by)
    return event


def _differs(event: Event, name: str, value: Any) -> bool:
    if name in MANY:
        return {row.pk for row in getattr(event, name).all()} != {row.pk for row in value}
    return bool(getattr(event, name) != value)


def _later(event: Event) -> list[Event]:
    """Events of the same series that begin after this one, each locked."""
    if event.series_id is None or event.starts is None:
        return []
    rows = Event.objects.filter(series=event.series_id, starts__gt=event.starts).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _change(event: Event, values: Values, *, by: User) -> Event:
    before = audit.snapshot(event)
    for name, value in values.items():
        if name not in MANY:
            setattr(event, name, value)
    event.full_clean()
    after = audit.snapshot(event)
    changed = [name for name in calendar_files.SHOWN_FIELDS if before[name] != after[name]]
    if changed:
        event.sequence += 1  # a new version of its entry in calendars
    event.save()
    for name in MANY:
        if name in values:
            getattr(event, name).set(values[name])
    audit.record(gettext_noop("changed"), event, by=by, before=before)
    told = [name for name in changed if name in TOLD]
    if told and event.is_public:
        letters.event_changed(event, told, by=by)
    waiting.give_out(event)
    return event


@transaction.atomic
def delete_event(event: Event, *, by: User) -> None:
    """A draft nobody has registered for goes; what was public stays for the record."""
    event = states.lock(event)
    demand(by, "events.change_event", event)
    if event.state != State.DRAFT or event.registrations.exists():
        raise ValidationError(_("Only a draft that nobody has registered for can be deleted."))
    audit.record(gettext_noop("deleted"), event, by=by, before=audit.snapshot(event), after={})
    if event.series and event.series_date:  # or its rule would make it again
        series = Series.objects.select_for_update(of=("self",)).get(pk=event.series.pk)
        series.left_out = sorted({*series.left_out, event.series_date})
        series.save()
    event.delete()
