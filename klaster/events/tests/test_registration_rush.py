"""Many at once, on connections of their own: who gets a place, and that nothing is lost or done twice."""

import datetime
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter
from klaster.core.tests.together import at_once, during
from klaster.events import factories as f
from klaster.events.actions import deciding, registration, states, waiting
from klaster.events.actions.registration import Guest
from klaster.events.models import Quota, Registration, SessionChoice, State
from klaster.events.models import RegistrationState as S

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS = 24


def register(event, name="Dalyvė", once=None, email=None, sessions=(), **fields):
    address = email or f"{uuid.uuid4().hex}@example.org"
    row = Registration(name=name, email=address, language="lt", **fields)
    return registration.register(event, [Guest(row, sessions=sessions)], by=None, once=once or uuid.uuid4()).rows


def rush(acts):
    """All of them, so many at a time as there are connections; what each gave or raised."""

    def run(act):
        try:
            return act()
        except ValidationError as error:
            return error

    def hang_up(_number):
        gate.wait(10)
        connection.close()

    gate = threading.Barrier(CONNECTIONS)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        found = list(pool.map(run, acts))
        list(pool.map(hang_up, range(CONNECTIONS)))
    return found


def letters_by_row():
    return Counter(Letter.objects.filter(about_type="events.registration").values_list("about_pk", flat=True))


def test_five_hundred_people_and_fifty_places():
    event = f.EventFactory(capacity=50)
    workshop = f.SessionFactory(event=event, capacity=10)
    forms = [(f"Dalyvė {n}", uuid.uuid4(), [workshop] if n % 5 == 0 else []) for n in range(500)]
    twice = [forms[n] for n in range(0, 500, 10)]  # fifty of them press a second time
    found = rush([partial(register, event, name, once, None, chosen) for name, once, chosen in forms + twice])
    rows = list(event.registrations.order_by("number"))
    assert [row.number for row in rows] == list(range(1, 501))
    assert [row.state for row in rows] == [S.CONFIRMED] * 50 + [S.WAITING] * 450
    assert {row.name for row in rows} == {name for name, _once, _chosen in forms}
    assert {given[0].pk for given in found} == {row.pk for row in rows}
    assert letters_by_row() == {str(row.pk): 1 for row in rows}
    assert AuditEvent.objects.filter(action="registered").count() == 500
    going = SessionChoice.objects.filter(is_waiting=False)
    assert going.count() == min(10, sum(row.state == S.CONFIRMED and int(row.name[7:]) % 5 == 0 for row in rows))
    event.refresh_from_db()
    assert event.state == State.FULL
    assert [waiting.place_in_list(rows[n]) for n in (50, 499)] == [1, 450]


def test_a_rush_keeps_to_quotas_and_while_people_cancel_nobody_is_passed():
    event = f.EventFactory(capacity=30)
    press = f.CategoryFactory(event=event)
    Quota.objects.create(event=event, category=press, places=5)
    Quota.objects.create(event=event, country="LV", places=8)
    first = [register(event)[0] for _ in range(12)]
    people = [partial(register, event, category=press if n % 3 == 0 else None, country="LV" if n % 2 else "LT")
              for n in range(100)]  # fmt: skip
    people[40:40] = [partial(registration.cancel, row, by=None) for row in first]
    rush(people)
    rows = list(event.registrations.select_related("category").order_by("number"))
    held = [row for row in rows if row.holds_a_place]
    assert (len(rows), len(held)) == (112, 30)
    assert sum(row.category == press for row in held) <= 5
    assert sum(row.country.code == "LV" for row in held) <= 8
    left = waiting.places_of(event)
    assert waiting.offer_next(event) == []
    left.capacity = None  # by quotas alone: who still waits and would fit came later than all who were let in
    waits = [row.number for row in rows if row.state == S.WAITING and left.fit((waiting.seat_of(event, row),))]
    let_in = [row.number for row in held if row.category != press and row.country.code != "LV"]
    assert max(let_in) < min(waits)
    assert sum(letters_by_row().values()) == 112 + 12 + sum(row.state == S.OFFERED for row in rows)


def test_cancelling_while_places_are_given_out_gives_each_place_once():
    event = f.EventFactory(capacity=4)
    rows = [register(event)[0] for _ in range(12)]
    acts = [partial(registration.cancel, row, by=None) for row in rows[:4] * 2]
    at_once(*acts, *[partial(waiting.give_out_now, event)] * 4)
    assert [row.state for row in event.registrations.order_by("number")] == (
        [S.CANCELLED] * 4 + [S.OFFERED] * 4 + [S.WAITING] * 4
    )
    assert set(letters_by_row().values()) == {2, 1}


def offered():
    event = f.EventFactory(capacity=1)
    first, second, third = (register(event)[0] for _ in range(3))
    registration.cancel(first, by=None)
    second.refresh_from_db()
    return event, second, third


@pytest.mark.parametrize("delta", [-1, 0, 1])
def test_taking_up_an_offer_in_the_second_it_ends(delta):
    event, second, third = offered()
    with time_machine.travel(second.offered_until + datetime.timedelta(seconds=delta), tick=False):
        accept, give = partial(registration.accept_offer, second, by=None), partial(waiting.give_out_now, event)
        found = at_once(accept, give, accept, give)
    second.refresh_from_db()
    third.refresh_from_db()
    if delta < 0:
        assert (second.state, third.state) == (S.CONFIRMED, S.WAITING)
    else:
        assert (second.state, third.state) == (S.LAPSED, S.OFFERED)
        assert [type(each) for each in found[::2]] == [ValidationError] * 2
    assert letters_by_row()[str(second.pk)] == 3


def test_the_clock_is_read_after_the_wait_for_the_lock():
    event, second, _third = offered()
    late = second.offered_until + datetime.timedelta(seconds=1)
    with time_machine.travel(second.offered_until - datetime.timedelta(seconds=1), tick=False) as clock:
        found = during(
            lambda: states.lock(event), partial(registration.accept_offer, second, by=None), lambda: clock.move_to(late)
        )
    assert isinstance(found, ValidationError)


def test_pressing_twice_in_the_same_instant_is_once():
    office = UserFactory(secretariat=True)
    event = f.EventFactory(capacity=5, approval="by_organiser")
    once = uuid.uuid4()
    same = [partial(register, event, "Vardenė", once, "a@example.org"), partial(register, event, email="A@example.org")]
    at_once(*same * 3)
    row = event.registrations.get()
    at_once(*[partial(deciding.decide, event, [row.pk], "approve", by=office)] * 3)
    at_once(*[partial(registration.cancel, row, by=None)] * 3)
    purposes = Letter.objects.order_by("pk").values_list("purpose", flat=True)
    assert sorted(purposes) == ["events.already", "events.applied", "events.cancelled", "events.confirmed"]
