"""Registering, changing one's mind, deciding. Each verb locks the event, reads again, acts, and gives out what is left.

Numbers are given under the lock, so their order is the order in which people were taken. The clock of the lock decides
whether registration is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Lower
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django_countries import countries

from klaster.core import audit
from klaster.core import letters as core_letters
from klaster.directory.actions.rights import demand
from klaster.events import letters
from klaster.events.actions import sessions, states
from klaster.events.actions.waiting import (  # fmt: skip
    give_out,
    may_fit,
    move,
    offer_next,
    places_of,
    seat_of,
    waits_for_the_lot,
)
from klaster.events.models import (
    BY_THE_CLOCK,
    Answer,
    Event,
    Question,
    Registration,
    RegistrationState,
    Session,
    State,
)
from klaster.events.places import ONLINE, Limit, Places, Seat

if TYPE_CHECKING:
    from klaster.accounts.models import User

S = RegistrationState


@dataclass
class Guest:
    """One who is to be registered: an unsaved row, answers by question, chosen sessions."""

    row: Registration
    answers: Mapping[Question, Any] = field(default_factory=dict)
    sessions: Sequence[Session] = ()


@dataclass
class Taken:
    """What became of a form: the first row leads the others. `known` were registered before and got a letter."""

    rows: list[Registration]
    known: list[Registration] = field(default_factory=list)


# --- registering ----------------------------------------------------------------------------------------------------
@transaction.atomic
def register(
    event: Event, guests: Sequence[Guest], *, by: User | None, once: uuid.UUID, together: bool = False
) -> Taken:
    """Take people in, as far as places go: one of them, or all of them if `together`, else the waiting list.

    A form that was sent twice registers once. Addresses that are registered already are left out and get a letter,
    because whoever types an address need not be the one who reads it. Raises ValidationError where registration is not
    open, or where there is no place and no list to wait in.
    """
    for guest in guests:
        guest.row.clean_fields(exclude=["event", "number", "state", "person", "booked_by", "organisation", "category"])
    event = states.lock(event)
    if lead := event.registrations.filter(once=once).first():
        return Taken([lead, *lead.colleagues.order_by("number")])
    demand_open(event)
    if len(guests) > event.most_together:
        raise ValidationError(_("Register %(most)s people at a time at most.") % {"most": event.most_together})
    left = places_of(event)
    if may_fit(event, left) and offer_next(event):  # who waits comes before who registers now
        left = places_of(event)
    fresh, known = _not_yet_registered(event, guests, by)
    if fresh:
        _give_states(event, [guest.row for guest in fresh], left, together=together and len(fresh) > 1)
        _keep(event, fresh, by=by, once=once)
        if any(guest.sessions for guest in fresh):
            sessions.fill(event, fresh=[guest.row for guest in fresh])
    for row in known:
        _say_already(row)
    for guest in fresh:
        letters.told(guest.row, guest.row.state)
    states.settle(event, full=left.is_full and (left.is_full_online or not event.has_two_ways))
    return Taken([guest.row for guest in fresh], known)


CLOSED_FOR_GOOD: dict[str, Any] = {
    State.CANCELLED: gettext_lazy("This event is cancelled."),
    State.POSTPONED: gettext_lazy("This event is postponed. Registration opens again with the new date."),
    State.HELD: gettext_lazy("This event is over."),
}


def demand_open(event: Event) -> None:
    """Whether registration is open now, whatever the page said when it was read."""
    due = states.by_the_clock(event) if event.state in BY_THE_CLOCK else event.state
    if due == State.OPEN:
        return
    if due == State.PUBLISHED and event.takes_registrations and event.opens_at:
        at = formats.date_format(event.opens_at.astimezone(event.zone), "DATETIME_FORMAT")
        raise ValidationError(_("Registration opens on %(at)s.") % {"at": at}, code="early")
    if due == State.CLOSED:
        raise ValidationError(_("Registration is closed. What you typed was not sent."), code="late")
    raise ValidationError(CLOSED_FOR_GOOD.get(due, _("This event takes no registrations.")), code="none")


def _not_yet_registered(
    event: Event, guests: Sequence[Guest], by: User | None
) -> tuple[list[Guest], list[Registration]]:
    addresses = [guest.row.email.lower() for guest in guests if guest.row.email]
    live = event.registrations.live().annotate(address=Lower("email")).select_related("person")
    by_address: dict[str, Registration] = {row.address: row for row in live.filter(address__in=addresses)}
    mine: Registration | None = live.filter(person=by).first() if by else None
    fresh: list[Guest] = []
    known: list[Registration] = []
    for guest in guests:
        row = by_address.get(guest.row.email.lower()) if guest.row.email else None
        if row is None and mine is not None and guest.row.person_id == mine.person_id:
            row = mine
        if row is None:
            fresh.append(guest)
        else:
            known.append(row)
    return fresh, known


def _give_states(event: Event, rows: list[Registration], left: Places, *, together: bool) -> None:
    """Places under the lock: all or none of those who come together, else each in turn."""
    for party in [rows] if together else [[row] for row in rows]:
        seats = tuple(seat_of(event, row) for row in party)
        if event.approval == Event.Approval.BY_ORGANISER:
            state: str = S.APPLIED
        elif waits_for_the_lot(event) and not left.are_endless(seats):
            state = S.WAITING
        elif lacking := left.lacking(seats):
            if not event.has_waiting_list:
                raise ValidationError(in_the_way(event, lacking), code="full")
            state = S.WAITING
        else:
            left.take(seats)
            state = S.CONFIRMED
        for row in party:
            row.state, row.is_together = state, together
            row.confirmed_at = timezone.now() if state == S.CONFIRMED else None


def in_the_way(event: Event, lacking: Iterable[Limit | None]) -> str:
    """Which places there are none of, in words."""
    for limit in lacking:
        if limit is None:
            continue
        if limit == ONLINE:
            return _("No places are left online.")
        kind, value = limit
        if kind == "category":
            category = event.categories.filter(pk=value).first()
            return _("No places are left for the category “%(name)s”.") % {"name": category or value}
        return _("No places are left for people of this country: %(name)s.") % {"name": countries.name(value)}
    return _("No places are left on site.") if event.has_two_ways else _("No places are left.")


def _keep(event: Event, guests: Sequence[Guest], *, by: User | None, once: uuid.UUID | None) -> None:
    number = event.registrations.aggregate(last=Max("number"))["last"] or 0
    lead = guests[0].row
    for guest in guests:
        number += 1
        guest.row.event, guest.row.number = event, number
        guest.row.booked_by = None if guest.row is lead else lead
    lead.once = once
    lead.save(force_insert=True)
    Registration.objects.bulk_create([guest.row for guest in guests[1:]])
    Answer.objects.bulk_create(
        Answer(registration=guest.row, question=question, value=value)
        for guest in guests
        for question, value in guest.answers.items()
    )
    for guest in guests:
        if guest.sessions:
            sessions.choose(guest.row, guest.sessions)
    acts = [(guest.row, None, {"number": guest.row.number, "state": guest.row.state}) for guest in guests]
    audit.record_many(gettext_noop("registered"), acts, by=by)


def _say_already(row: Registration) -> None:
    """To whoever reads the address that is registered, once a day."""
    core_letters.write(
        "events.already",
        to=row.person or row.email,
        template="events/letters/already",
        context={"event": row.event.title, "url": letters.address("registration_detail", row)},
        language=row.language,
        key=f"{row.pk} {timezone.localdate()}",
        about=row,
    )


@transaction.atomic
def register_late(event: Event, guest: Guest, *, by: User, over: bool = False) -> Registration:
    """Somebody stands at the door. `over`, beyond the places there are, is for who runs the event, and is recorded.

    Whoever is registered already and has no place yet gets it; whoever has one is given back as they are.
    """
    guest.row.clean_fields(exclude=["event", "number", "state", "person", "booked_by", "organisation", "category"])
    event = states.lock(event)
    demand(by, "events.check_in_event", event)
    if over:
        demand(by, "events.change_event", event)
    if event.state not in BY_THE_CLOCK or event.is_over or not event.takes_late:
        raise ValidationError(_("Nobody can be registered at the door of this event."))
    _fresh, known = _not_yet_registered(event, [guest], None)
    row = known[0] if known else guest.row
    if row.state == S.CONFIRMED:
        return row
    lacking = [] if row.state == S.OFFERED else places_of(event).lacking((seat_of(event, row),))
    if lacking and not over:
        raise ValidationError(in_the_way(event, lacking), code="full")
    words = (
        gettext_noop("registered at the door beyond the places") if lacking else gettext_noop("registered at the door")
    )
    if known:
        move([row], S.CONFIRMED, words, by=by)
    else:
        row.state, row.confirmed_at, row.is_late = S.CONFIRMED, timezone.now(), True
        _keep(event, [guest], by=by, once=None)
        if lacking:
            audit.record(words, row, by=by)
        letters.told(row, "confirmed")
    give_out(event)
    return row


# --- what people do themselves --------------------------------------------------------------------------------------
def may_change(registration: Registration) -> bool:
    """Whether the person may still change or cancel; leaving the waiting list is always possible."""
    event = registration.event
    if registration.has_ended or event.is_over:
        return False
    until = event.change_until or event.starts
    return until is None or timezone.now() < until


def _locked(registration: Registration) -> tuple[Event, Registration]:
    event = states.lock(registration.event)
    row = event.registrations.select_related("person", "booked_by__person").get(pk=registration.pk)
    row.event = event
    return event, row


@transaction.atomic
def accept_offer(registration: Registration, *, by: User | None) -> Registration:
    """Take up an offered place. At the very second at which it ends it is too late; pressed twice it is taken once."""
    event, row = _locked(registration)
    if row.state == S.CONFIRMED:
        return row
    if row.state == S.LAPSED or (row.state == S.OFFERED and (row.offered_until or timezone.now()) <= timezone.now()):
        raise ValidationError(_("The time in which this place was kept for you is over."))
    if row.state != S.OFFERED or event.is_off:
        raise ValidationError(_("No place is offered to you now."))
    move([row], S.CONFIRMED, gettext_noop("took up the place"), by=by)
    give_out(event)
    return row


@transaction.atomic
def cancel(registration: Registration, *, by: User | None, reason: str = "") -> Registration:
    """By oneself, until the event's term; who does not hold a place may always leave. Pressed twice it is one."""
    event, row = _locked(registration)
    if row.has_ended:
        return row
    if row.state == S.CONFIRMED and not may_change(row):
        raise ValidationError(_("Cancelling here is no longer possible. Please write to the organiser."))
    move([row], S.CANCELLED, gettext_noop("cancelled the registration"), by=by, reason=reason)
    give_out(event)
    return row


OWN_FIELDS = (
    "name", "phone", "position", "organisation_name", "country", "category", "is_online", "dietary", "access_needs",
)  # fmt: skip


@transaction.atomic
def change(
    registration: Registration,
    values: Mapping[str, Any],
    *,
    by: User | None,
    answers: Mapping[Question, Any] | None = None,
    chosen: Collection[Session] | None = None,
    by_organiser: bool = False,
) -> Registration:
    """Change what a registration says. With a place, what there are no places left for is refused."""
    event, row = _locked(registration)
    if by_organiser:
        demand(by, "events.change_event", event)  # type: ignore[arg-type]
    elif not may_change(row):
        raise ValidationError(_("Changing here is no longer possible. Please write to the organiser."))
    before, seat = audit.snapshot(row), seat_of(event, row)
    for name in OWN_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    _keep_its_quota(event, row, places_of(event), seat)
    row.clean_fields(exclude=["event", "person", "booked_by", "organisation", "category"])
    row.save(update_fields=OWN_FIELDS)
    for question, value in (answers or {}).items():
        Answer.objects.update_or_create(registration=row, question=question, defaults={"value": value})
    if chosen is not None:
        sessions.choose(row, chosen)
    audit.record(gettext_noop("changed the registration"), row, by=by, before=before)
    give_out(event, fresh=[row])
    letters.told(row, "changed")
    return row


def _keep_its_quota(event: Event, row: Registration, left: Places, before: Seat) -> None:
    seat = seat_of(event, row)
    if not row.holds_a_place or seat == before:
        return
    left.hold(before, -1)
    moves = seat.is_online != before.is_online
    lacking = [limit for limit in left.lacking((seat,)) if moves or limit is not None]
    if lacking:
        field = "is_online" if moves else str(lacking[0][0])  # type: ignore[index]
        raise ValidationError({field: in_the_way(event, lacking)})
