"""What takes place at an event, written by its organisers: each verb one transaction under the lock of the event."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit, files, ordering
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.rights import demand
from klaster.events import calendar_files, times
from klaster.events.actions import sessions, states
from klaster.events.models import Event, Room, Session, SessionSpeaker, Speaker

if TYPE_CHECKING:
    from klaster.accounts.models import User

Role = SessionSpeaker.Role
DEFAULT_LENGTH = datetime.timedelta(minutes=30)
FILES = ("file", "photo")


def _locked(row: Any, by: User) -> Event:
    event = states.lock(row.event)
    demand(by, "events.change_event", event)
    return event


@transaction.atomic
def save_part(row: Any, *, by: User, values: Mapping[str, Any], version: str = "") -> Any:
    """A room, track, speaker, partner, material or session of the agenda as `values` say; a new one comes last.

    Raises ChangedMeanwhile where it is no longer of the `version` the form was opened with.
    """
    event = _locked(row, by)
    model = type(row)
    row = model._default_manager.select_for_update(of=("self",)).get(pk=row.pk) if row.pk else row
    row.event = event
    if row.pk and version:
        demand_version(row, version)
    before = audit.snapshot(row) if row.pk else None
    replaced = [getattr(row, name) for name in FILES if name in values and row.pk and getattr(row, name)]
    for name, value in values.items():
        if name not in ("speakers", "chairs"):
            setattr(row, name, value)
    if row.pk is None and hasattr(row, "position"):
        row.position = ordering.end(model._default_manager.filter(event=event))
    row.full_clean()
    row.save()
    if isinstance(row, Session):
        _set_speakers(row, values)
        _new_in_calendars(event, row, before)
        sessions.fill(event)  # there may be more places than before
    audit.record(gettext_noop("changed") if before else gettext_noop("added"), row, by=by, before=before)
    for file in replaced:
        files.forget(file)
    return row


def _new_in_calendars(event: Event, session: Session, before: Mapping[str, Any] | None) -> None:
    """Who chose the session has it in a calendar: where that shows something else, it is a new version."""
    after = audit.snapshot(session)
    if before and any(before[name] != after[name] for name in calendar_files.SHOWN_SESSION_FIELDS):
        event.sequence += 1
        event.save(update_fields=["sequence"])  # forms of the event that stand open stay good


def _set_speakers(session: Session, values: Mapping[str, Any]) -> None:
    """Who speaks and who moderates, in the order of the event's list of speakers."""
    if "speakers" not in values:
        return
    chairs = {speaker.pk for speaker in values["chairs"]}
    chosen = chairs | {speaker.pk for speaker in values["speakers"]}
    session.speaking.exclude(speaker__in=chosen).delete()
    for position, speaker in enumerate(Speaker.objects.filter(event=session.event, pk__in=chosen)):
        role = Role.CHAIR if speaker.pk in chairs else Role.SPEAKER
        SessionSpeaker.objects.update_or_create(
            session=session, speaker=speaker, defaults={"role": role, "position": position}
        )


@transaction.atomic
def delete_part(row: Any, *, by: User) -> None:
    _locked(row, by)
    row = type(row)._default_manager.filter(pk=row.pk).first()
    if row is None:
        return
    if isinstance(row, Session) and (row.choices.exists() or row.given_up.exists()):
        raise ValidationError(_("People have chosen this session. Mark it as cancelled: then their calendars show it."))
    named = [getattr(row, name) for name in FILES if getattr(row, name, None)]
    audit.record(gettext_noop("deleted"), row, by=by, before=audit.snapshot(row), after={})
    row.delete()
    for file in named:
        files.forget(file)


@transaction.atomic
def reorder(row: Any, *, by: User, step: int) -> None:
    """Move a row up (-1) or down (+1) in its list."""
    event = _locked(row, by)
    ordering.move(type(row)._default_manager.filter(event=event), row, step)


@transaction.atomic
def move_session(
    session: Session,
    *,
    by: User,
    starts: datetime.datetime | None = None,
    minutes: int = 0,
    room: Room | str | None = "",
) -> Session:
    """To another time (`starts`, or so many minutes later), to another room (None: for everybody; "": the same).

    It keeps its length on the clock.
    """
    event = _locked(session, by)
    session = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    before = audit.snapshot(session)
    length = session.ends - session.starts if session.starts and session.ends else DEFAULT_LENGTH
    if minutes and session.starts:
        starts = times.moved(session.starts, datetime.timedelta(minutes=minutes), event.zone)
    if starts:
        session.starts, session.ends = starts, starts.astimezone(datetime.UTC) + length
    if room != "":
        session.room = room  # type: ignore[assignment]
    session.full_clean()
    session.save()
    _new_in_calendars(event, session, before)
    audit.record(gettext_noop("moved"), session, by=by, before=before)
    return session
