"""An event's state: moved by people, by the clock, and by the last place that is taken or given back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.core.fields import Translated
from klaster.events import letters
from klaster.events.models import BY_THE_CLOCK, Event, State, StateChange


def lock(event: Event) -> Event:
    """The event as it is now, and nobody else changes it or its registrations until the transaction ends."""
    return Event.objects.select_related("organiser").select_for_update(of=("self",)).get(pk=event.pk)


def due_state(event: Event, *, full: bool | None = None) -> str:
    """Where an event belongs that was published: before, during and after registration, or over."""
    due = by_the_clock(event)
    return State.FULL if due == State.OPEN and (is_full(event) if full is None else full) else due


def by_the_clock(event: Event) -> str:
    """The same, whether or not there are places left."""
    now = timezone.now()
    if event.ends is None or event.ends <= now:
        return State.HELD
    if not event.takes_registrations or (event.opens_at and event.opens_at > now):
        return State.PUBLISHED
    if (event.closes_at and event.closes_at <= now) or (event.starts and event.starts <= now):
        return State.CLOSED
    return State.OPEN


def is_full(event: Event) -> bool:
    """No place is left for anybody, neither on site nor online. Asked under the lock of the event, or it is old."""
    if event.capacity is None or (event.has_two_ways and event.online_capacity is None):
        return False
    held = event.registrations.holding_places()
    if not event.has_two_ways:
        return bool(held.count() >= event.capacity)
    people = dict(held.order_by().values_list("is_online").annotate(models.Count("pk")))
    return people.get(False, 0) >= event.capacity and people.get(True, 0) >= event.online_capacity


def settle(event: Event, *, full: bool | None = None) -> bool:
    """Move a locked event to where the clock and its places want it; whether it moved. `full` if it is known."""
    if event.state not in BY_THE_CLOCK:
        return False
    due = due_state(event, full=full)
    if due == event.state:
        return False
    _move(event, due, by=None)
    return True


@transaction.atomic
def settle_now(event: Event) -> bool:
    return settle(lock(event))


def due_for_settling() -> models.QuerySet[Event]:
    """Events of which the clock alone may have changed the state."""
    now = timezone.now()
    over = models.Q(ends__lte=now) & ~models.Q(state=State.HELD)
    opens = models.Q(state=State.PUBLISHED, takes_registrations=True) & (
        models.Q(opens_at=None) | models.Q(opens_at__lte=now)
    )
    closes = models.Q(state__in=[State.OPEN, State.FULL]) & (models.Q(closes_at__lte=now) | models.Q(starts__lte=now))
    return Event.objects.filter(state__in=BY_THE_CLOCK).filter(over | opens | closes)


@transaction.atomic
def publish(event: Event, *, by: User) -> Event:
    """Show a draft to everybody; or bring back what was cancelled or postponed by mistake, or has a new date."""
    event = lock(event)
    if event.state in BY_THE_CLOCK:
        raise ValidationError(_("This event is public already."))
    if event.starts is None and not event.happened:
        raise ValidationError(_("Say when it is before you publish it."))
    was_off = event.is_off
    _move(event, due_state(event), by=by)
    if was_off:
        letters.event_changed(event, ["starts", "venue"], by=by)
    return event


def announce(event: Event) -> None:
    """Show a new draft of a public series to everybody; in the transaction that made it."""
    _move(event, due_state(event), by=None)


@transaction.atomic
def withdraw(event: Event, *, by: User) -> Event:
    """Back to a draft, as long as nobody has registered."""
    event = lock(event)
    if event.registrations.exists():
        raise ValidationError(_("People have registered. Cancel or postpone the event instead: then they are told."))
    if event.state == State.DRAFT:
        raise ValidationError(_("This event is a draft already."))
    _move(event, State.DRAFT, by=by)
    return event


@transaction.atomic
def call_off(event: Event, state: str, *, by: User, note: Translated) -> Event:
    """Cancel or postpone: the page says so and why, registrations stay for the new date or for the record."""
    event = lock(event)
    if state not in (State.CANCELLED, State.POSTPONED):
        raise ValueError(f"An event is called off by cancelling or postponing it, not by {state!r}.")
    if event.state == State.DRAFT:
        raise ValidationError(_("A draft is known to nobody yet: delete it or leave it."))
    if event.state in (State.HELD, state):
        raise ValidationError(_("This event is over, or called off already."))
    _move(event, state, by=by, note=note)
    letters.event_called_off(event, note)
    return event


def _move(event: Event, state: str, *, by: User | None, note: Translated | None = None) -> None:
    before, event.state = event.state, state
    fields = ["state", "updated_at"]
    if State.CANCELLED in (before, state) or State.POSTPONED in (before, state):
        event.sequence += 1  # calendars show it as cancelled, or take it back
        fields.append("sequence")
    event.save(update_fields=fields)
    StateChange.objects.create(event=event, state=state, before=before, by=by, note=note or Translated())
    if by is not None:
        audit.record(gettext_noop("changed the state"), event, by=by, before={"state": before}, after={"state": state})
