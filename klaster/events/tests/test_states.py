"""States of an event: what people do, what the clock does, what the last place does."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.events import factories as f
from klaster.events.actions import states
from klaster.events.jobs import settle_states
from klaster.events.models import RegistrationState, State

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)


def test_a_draft_is_published_into_the_state_it_belongs_to():
    office = UserFactory(secretariat=True)
    event = f.EventFactory(state=State.DRAFT, opens_at=timezone.now() + HOUR)
    assert states.publish(event, by=office).state == State.PUBLISHED
    assert [change.by for change in event.state_changes.all()] == [office]
    with pytest.raises(ValidationError):
        states.publish(event, by=office)


MOVES = [
    ("opens_at", State.PUBLISHED, State.OPEN),
    ("closes_at", State.OPEN, State.CLOSED),
    ("ends", State.CLOSED, State.HELD),
]


@pytest.mark.parametrize(("field", "before", "after"), MOVES)
def test_the_clock_moves_it_on_the_very_second(field, before, after):
    moment = timezone.now() + HOUR
    times = {"starts": moment - HOUR / 2} if field == "ends" else {}
    event = f.EventFactory(**{field: moment}, **times)
    with time_machine.travel(moment - SECOND, tick=False):
        states.settle_now(event)
        event.refresh_from_db()
        assert event.state == before
        assert settle_states(timestamp=0) == 0
    with time_machine.travel(moment, tick=False):
        assert settle_states(timestamp=0) == 1
        event.refresh_from_db()
        assert event.state == after
        assert settle_states(timestamp=0) == 0


def test_the_last_place_makes_it_full_and_one_given_back_opens_it():
    event = f.EventFactory(capacity=1)
    registration = f.RegistrationFactory(event=event)
    assert states.settle_now(event)
    event.refresh_from_db()
    assert event.state == State.FULL
    registration.state = RegistrationState.CANCELLED
    registration.save()
    states.settle_now(event)
    event.refresh_from_db()
    assert event.state == State.OPEN


def test_calling_off_says_why_and_moves_the_calendar_entry():
    office = UserFactory(secretariat=True)
    event = f.EventFactory()
    called_off = states.call_off(event, State.CANCELLED, by=office, note=Translated(lt="Liga", en="Illness"))
    assert (called_off.state, called_off.sequence) == (State.CANCELLED, 1)
    assert str(event.state_changes.first().note)
    assert settle_states(timestamp=0) == 0
    with pytest.raises(ValidationError):
        states.call_off(event, State.CANCELLED, by=office, note=Translated())
    assert states.publish(event, by=office).sequence == 2


def test_what_people_registered_for_is_not_withdrawn():
    office = UserFactory(secretariat=True)
    event = f.EventFactory()
    f.RegistrationFactory(event=event)
    with pytest.raises(ValidationError):
        states.withdraw(event, by=office)
    empty = f.EventFactory()
    assert states.withdraw(empty, by=office).state == State.DRAFT
