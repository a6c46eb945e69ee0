"""An event once more on another day: its words, agenda, questions and categories; nobody who registered, no files."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.events import times
from klaster.events.actions.events import MANY, free_slug
from klaster.events.models import Category, Event, State

if TYPE_CHECKING:
    from klaster.accounts.models import User

# What belongs to one event alone.
OWN = {"id", "key", "slug", "state", "uid", "sequence", "series_date", "happened", "lottery_seed", "created_at",
       "updated_at", "source", "as_of", "is_inferred", "note", "starts", "ends"}  # fmt: skip
WITH_THE_DATE = ("opens_at", "closes_at", "change_until")


@transaction.atomic
def copy_event(event: Event, *, by: User, starts: datetime.datetime, ends: datetime.datetime) -> Event:
    """A draft like this event on another date; it is of no series."""
    demand(by, "events.change_event", event)
    if not by.has_perm("events.add_event"):
        raise PermissionDenied
    copy = copied(event, starts, ends, series=None)
    audit.record(gettext_noop("copied"), copy, by=by, after=audit.snapshot(copy), note=str(event.pk))
    return copy


def copied(
    event: Event, starts: datetime.datetime, ends: datetime.datetime, *, series: Any, series_date: Any = None
) -> Event:
    """The saved copy, a draft; times of registration and of sessions keep their distance on the clock."""
    values = {
        each.attname: getattr(event, each.attname) for each in event._meta.concrete_fields if each.name not in OWN
    }
    copy = Event(**values)
    copy.starts, copy.ends, copy.state = starts, ends, State.DRAFT
    copy.series, copy.series_date = series, series_date
    copy.slug = free_slug(Event, event.title)
    shift = times.wall_of(starts, event.zone) - times.wall_of(event.starts, event.zone) if event.starts else None
    for name in WITH_THE_DATE:
        setattr(copy, name, _shifted(getattr(event, name), shift, event))
    copy.full_clean()
    copy.save()
    for name in MANY:
        getattr(copy, name).set(getattr(event, name).all())
    _copy_parts(event, copy, shift)
    return copy


def _shifted(
    moment: datetime.datetime | None, shift: datetime.timedelta | None, event: Event
) -> datetime.datetime | None:
    return times.moved(moment, shift, event.zone) if moment and shift is not None else None


def _copy_parts(event: Event, copy: Event, shift: datetime.timedelta | None) -> None:
    made: dict[tuple[type[models.Model], Any], Any] = {}
    for relation in ("rooms", "tracks", "speakers", "partners", "categories"):
        for row in getattr(event, relation).order_by("pk"):
            made[type(row), row.pk] = _again(row, event=copy)
    for quota in event.quotas.order_by("pk"):
        _again(quota, event=copy, category=made.get((Category, quota.category_id)))
    for question in event.questions.prefetch_related("categories").order_by("pk"):
        chosen = [made[type(each), each.pk] for each in question.categories.all()]
        _again(question, event=copy).categories.set(chosen)
    for session in event.sessions.prefetch_related("speaking__speaker").select_related("room", "track").order_by("pk"):
        moved = {name: _shifted(getattr(session, name), shift, event) for name in ("starts", "ends")}
        room, track = (made.get((type(each), each.pk)) if each else None for each in (session.room, session.track))
        speaking = list(session.speaking.all())
        new = _again(session, event=copy, room=room, track=track, is_cancelled=False, **moved)
        for each in speaking:
            _again(each, session=new, speaker=made[type(each.speaker), each.speaker_id])


def _again(row: Any, **values: Any) -> Any:
    """A new row like this one; a file is copied, for each row deletes its own."""
    fields = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key}
    new = type(row)(**fields)
    for name, value in values.items():
        setattr(new, name, value)
    for field in row._meta.concrete_fields:
        if isinstance(field, models.FileField) and (file := getattr(row, field.name)):
            with file.open("rb") as content:
                setattr(new, field.name, ContentFile(content.read(), name=file.name.rsplit("/", 1)[-1]))
    new.save()
    return new
