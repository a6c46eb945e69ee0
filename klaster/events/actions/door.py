"""At the door: people come in, once each; what was pressed by mistake is taken back and stays as history."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.events.models import Attendance, Event, Registration, RegistrationState, Session, State

OPENS_BEFORE = datetime.timedelta(hours=24)
OLDEST = datetime.timedelta(days=14)  # what a phone kept that long without a connection is not believed


class Kind(StrEnum):
    IN = "in"
    ALREADY = "already"
    UNDONE = "undone"  # sent again after it was taken back
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What happened, in words for who stands at the door; `warning` is about somebody who is in all the same."""

    kind: Kind
    words: str
    registration: Registration | None = None
    attendance: Attendance | None = None
    warning: str = ""


class Refused(Exception):
    """Why somebody is not let in, as a sentence that says what to do."""


@transaction.atomic
def check_in(
    event: Event,
    *,
    by: User,
    code: str = "",
    pk: int | None = None,
    session: Session | None = None,
    age: datetime.timedelta = datetime.timedelta(0),
    device: str = "",
    client_id: uuid.UUID | None = None,
) -> Outcome:
    """Somebody is here, named by the code of the badge or the key of the registration.

    `age` is how long ago it happened, for what a phone sends late. Being in a session means being at the event, too.
    """
    at = timezone.now() - min(max(age, datetime.timedelta(0)), OLDEST)
    # The lock: two phones that see the same person take turns, and nobody cancels in between.
    people = Registration.objects.filter(event=event).select_for_update(of=("self",))
    person = people.filter(pk=pk).first() if pk else people.filter(code=plain_code(code)).first()
    try:
        if person is None:
            raise Refused(_unknown(plain_code(code)))
        sent = Attendance.objects.filter(client_id=client_id).first() if client_id else None
        if sent and sent.registration_id == person.pk:
            return _sent_before(person, sent)
        _may_come_in(event, person, session, at)
    except Refused as refused:
        return Outcome(Kind.REFUSED, str(refused), person)
    already = person.attendances.standing().filter(session=session).select_related("by").first()
    if already:
        return Outcome(Kind.ALREADY, _in_since(event, person, already), person, already)
    if session is not None and not person.attendances.standing().of_events().exists():
        Attendance.objects.create(registration=person, at=at, by=by, device=device)
    number = uuid.uuid4() if client_id is None or sent else client_id
    made = Attendance.objects.create(
        registration=person, session=session, at=at, by=by, device=device, client_id=number
    )
    words = _("%(name)s is checked in.") % {"name": person.name}
    return Outcome(Kind.IN, words, person, made, _warning(person, session))


@transaction.atomic
def undo(attendance: Attendance, *, by: User) -> Registration:
    """Take a check-in back; that to the event takes those to its sessions with it."""
    person = Registration.objects.select_for_update(of=("self",)).get(pk=attendance.registration_id)
    attendance.refresh_from_db()
    if attendance.undone_at:
        raise ValidationError(_("This was taken back already."))
    rows = person.attendances.standing()
    if attendance.session_id:
        rows = rows.filter(pk=attendance.pk)
    rows.update(undone_at=timezone.now(), undone_by=by)
    audit.record(gettext_noop("took a check-in back"), person, by=by)
    return person


def plain_code(code: str) -> str:
    """A code as it is stored, however it was typed."""
    return "".join(sign for sign in code.upper() if sign.isascii() and sign.isalnum())


def _unknown(code: str) -> str:
    if code and Registration.objects.filter(code=code).exists():
        return _("This badge is of another event. Look the person up by name.")
    return _("Nobody at this event has this code. Look the person up by name, or register the person at the door.")


def _sent_before(person: Registration, sent: Attendance) -> Outcome:
    if sent.undone_at:
        return Outcome(Kind.UNDONE, _("%(name)s: this was taken back.") % {"name": person.name}, person, sent)
    return Outcome(Kind.IN, _("%(name)s is checked in.") % {"name": person.name}, person, sent)


def _may_come_in(event: Event, person: Registration, session: Session | None, at: datetime.datetime) -> None:
    if event.state in (State.CANCELLED, State.POSTPONED, State.DRAFT):
        raise Refused(
            _("This event does not take place as announced: %(state)s.") % {"state": event.get_state_display()}
        )
    if event.starts and at < event.starts - OPENS_BEFORE:
        raise Refused(_("The door opens a day before the event begins."))
    if session is not None and session.is_cancelled:
        raise Refused(_("This session is cancelled. Choose another one above."))
    if person.state != RegistrationState.CONFIRMED:
        raise Refused(REASONS[RegistrationState(person.state)]() % {"name": person.name})


REASONS = {
    RegistrationState.APPLIED: lambda: _(
        "%(name)s waits for the organiser’s decision. Ask the organiser to confirm the registration, then check in."
    ),
    RegistrationState.WAITING: lambda: _(
        "%(name)s is on the waiting list. If a place is free, the organiser gives it among the registrations."
    ),
    RegistrationState.OFFERED: lambda: _(
        "%(name)s is offered a place and has not taken it up. It is taken up in the letter, or by the organiser."
    ),
    RegistrationState.DECLINED: lambda: _("%(name)s was declined by the organiser. Ask the organiser."),
    RegistrationState.CANCELLED: lambda: _(
        "The registration of %(name)s is cancelled. Register the person at the door, if a place is free."
    ),
    RegistrationState.LAPSED: lambda: _(
        "%(name)s did not take up the place in time. Register the person at the door, if a place is free."
    ),
}


def _in_since(event: Event, person: Registration, already: Attendance) -> str:
    at = already.at.astimezone(event.zone)
    same_day = at.date() == timezone.now().astimezone(event.zone).date()
    values = {
        "name": person.name,
        "time": date_format(at, "TIME_FORMAT" if same_day else "SHORT_DATETIME_FORMAT"),
        "by": already.by.get_full_name() if already.by else "–",
    }
    return _("%(name)s is in already: at %(time)s by %(by)s.") % values


def _warning(person: Registration, session: Session | None) -> str:
    """About a place in the room; the person is in, and who stands at the door decides."""
    if session is None or session.capacity is None:
        return ""
    if session.attendances.standing().count() > session.capacity:
        return _("More people are in than the session has places (%(places)d).") % {"places": session.capacity}
    if not person.session_choices.filter(session=session, is_waiting=False).exists():
        return _("No place was kept for this person in this session.")
    return ""
