"""Registering, waiting, offers, the door, the organiser's decisions."""

import datetime
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter
from klaster.events import factories as f
from klaster.events.actions import deciding, registration, waiting
from klaster.events.actions.registration import Guest
from klaster.events.jobs import give_places
from klaster.events.models import Event, Quota, Registration, SessionChoice, State
from klaster.events.models import RegistrationState as S

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


def guest(name="Vardenė", email=None, **fields):
    answers, sessions = fields.pop("answers", {}), fields.pop("sessions", ())
    email = f"{uuid.uuid4().hex[:12]}@example.org" if email is None else email
    return Guest(Registration(name=name, email=email, language="lt", **fields), answers, sessions)


def register(event, *guests, by=None, once=None, together=False):
    taken = registration.register(event, guests or [guest()], by=by, once=once or uuid.uuid4(), together=together)
    return taken.rows if len(taken.rows) != 1 else taken.rows[0]


def states_of(event):
    return [str(row.state) for row in event.registrations.order_by("number")]


def told(row):
    keys = Letter.objects.filter(about_type="events.registration", about_pk=str(row.pk)).order_by("pk")
    return [purpose.removeprefix("events.") for purpose in keys.values_list("purpose", flat=True)]


# --- registering ----------------------------------------------------------------------------------------------------
def test_places_go_in_order_and_then_people_wait():
    event = f.EventFactory(capacity=2)
    rows = [register(event) for _ in range(4)]
    assert states_of(event) == ["confirmed", "confirmed", "waiting", "waiting"]
    assert [row.number for row in rows] == [1, 2, 3, 4]
    event.refresh_from_db()
    assert event.state == State.FULL
    assert [told(row) for row in rows] == [["confirmed"], ["confirmed"], ["waiting"], ["waiting"]]
    assert [waiting.place_in_list(row) for row in rows] == [None, None, 1, 2]


def test_a_form_sent_twice_registers_once():
    event, once = f.EventFactory(), uuid.uuid4()
    first = registration.register(event, [guest(), guest()], by=None, once=once)
    again = registration.register(event, [guest(), guest()], by=None, once=once)
    assert first.rows == again.rows
    assert event.registrations.count() == Letter.objects.count() == 2


@pytest.mark.parametrize(("field", "shift", "code"), [("opens_at", 0, "early"), ("closes_at", 1, "late")])
def test_the_clock_at_the_lock_decides_on_the_very_second(field, shift, code):
    moment = timezone.now() + 48 * HOUR
    event = f.EventFactory(**{field: moment}, state=State.PUBLISHED if field == "opens_at" else State.OPEN)
    for delta, is_open in [(-1, shift), (0, 1 - shift), (1, 1 - shift)]:
        with time_machine.travel(moment + delta * SECOND, tick=False):
            if is_open:
                assert register(event).state == S.CONFIRMED
            else:
                with pytest.raises(ValidationError) as refusal:
                    register(event)
                assert refusal.value.code == code


@pytest.mark.parametrize("state", [State.DRAFT, State.CANCELLED, State.POSTPONED])
def test_nobody_registers_for_what_is_not_public_or_off(state):
    with pytest.raises(ValidationError):
        register(f.EventFactory(state=state))


def test_an_address_that_is_registered_gets_a_letter_and_nothing_else_happens():
    event = f.EventFactory()
    first = register(event, guest(email="Ona@example.org"))
    taken = registration.register(event, [guest(email="ona@EXAMPLE.org"), guest()], by=None, once=uuid.uuid4())
    assert (len(taken.rows), taken.known) == (1, [first])
    assert taken.rows[0].booked_by is None
    registration.register(event, [guest(email="ona@example.org")], by=None, once=uuid.uuid4())
    assert told(first) == ["confirmed", "already"]
    person = UserFactory()
    mine = register(event, guest(email=person.email, person=person), by=person)
    assert registration.register(event, [guest(person=person)], by=person, once=uuid.uuid4()).known == [mine]


def test_without_a_waiting_list_the_last_place_is_the_end(in_english):
    event = f.EventFactory(capacity=1, has_waiting_list=False)
    register(event)
    with pytest.raises(ValidationError, match="No places are left"):
        register(event)
    assert event.registrations.count() == 1


def test_quotas_hold_within_the_places(in_english):
    event = f.EventFactory(capacity=5)
    press = f.CategoryFactory(event=event)
    Quota.objects.create(event=event, category=press, places=1)
    Quota.objects.create(event=event, country="LV", places=1)
    rows = [register(event, guest(category=c, country=k)) for c, k in
            [(press, "LT"), (press, "LT"), (None, "LV"), (None, "LV"), (None, "LT"), (press, "LV")]]  # fmt: skip
    assert [row.state for row in rows] == [
        S.CONFIRMED,
        S.WAITING,
        S.CONFIRMED,
        S.WAITING,
        S.CONFIRMED,
        S.WAITING,
    ]
    registration.cancel(rows[0], by=None)
    assert states_of(event)[1] == "offered"  # the first who waits for a place of the press
    Event.objects.update(has_waiting_list=False)
    with pytest.raises(ValidationError, match="Latvia"):
        register(event, guest(country="LV"))


# --- groups ---------------------------------------------------------------------------------------------------------
def test_colleagues_come_together_or_as_far_as_places_go():
    event = f.EventFactory(capacity=4)
    together = register(event, guest(), guest(email=""), guest(), together=True)
    assert [row.state for row in together] == [S.CONFIRMED] * 3
    assert {row.booked_by for row in together[1:]} == {together[0]}
    assert [row.state for row in register(event, guest(), guest())] == [S.CONFIRMED, S.WAITING]
    assert [row.state for row in register(event, guest(), guest(), together=True)] == [S.WAITING] * 2
    late = register(event)
    registration.cancel(together[0], by=None)
    assert states_of(event)[4:] == ["offered", "waiting", "waiting", "waiting"]
    registration.cancel(together[1], by=None)
    late.refresh_from_db()
    assert late.state == S.OFFERED  # one place is too little for two who come together
    registration.cancel(together[2], by=None)
    registration.cancel(Registration.objects.get(number=4), by=None)
    assert states_of(event)[5:] == ["offered", "offered", "offered"]


def test_nobody_brings_more_than_the_event_allows(in_english):
    event = f.EventFactory(most_together=2)
    with pytest.raises(ValidationError, match="2 people"):
        register(event, guest(), guest(), guest())


# --- the waiting list -----------------------------------------------------------------------------------------------
def test_who_waits_is_offered_a_place_in_order_and_takes_it_up():
    event = f.EventFactory(capacity=1, confirm_hours=24)
    first, second, third = (register(event) for _ in range(3))
    registration.cancel(first, by=None)
    second.refresh_from_db()
    assert second.state == S.OFFERED
    assert abs(second.offered_until - timezone.now() - 24 * HOUR) < 10 * SECOND
    event.refresh_from_db()
    assert event.state == State.FULL
    registration.accept_offer(second, by=None)
    registration.accept_offer(second, by=None)
    assert states_of(event) == ["cancelled", "confirmed", "waiting"]
    assert told(second) == ["waiting", "offered", "confirmed"]
    with pytest.raises(ValidationError):
        registration.accept_offer(third, by=None)


@pytest.mark.parametrize(("delta", "in_time"), [(-1, True), (0, False), (1, False)])
def test_an_offer_ends_on_the_very_second(delta, in_time):
    event = f.EventFactory(capacity=1)
    first, second, third = (register(event) for _ in range(3))
    registration.cancel(first, by=None)
    second.refresh_from_db()
    with time_machine.travel(second.offered_until + delta * SECOND, tick=False):
        if in_time:
            assert give_places(timestamp=0) == 0
            assert registration.accept_offer(second, by=None).state == S.CONFIRMED
            assert give_places(timestamp=0) == 0
        else:
            with pytest.raises(ValidationError):
                registration.accept_offer(second, by=None)
            assert give_places(timestamp=0) == 1
            assert states_of(event) == ["cancelled", "lapsed", "offered"]
            assert (told(second)[-1], told(third)[-1]) == ("lapsed", "offered")
            assert give_places(timestamp=0) == 0


def test_members_of_clusters_come_first_where_the_rule_says_so():
    event = f.EventFactory(capacity=1, waiting_rule="members_first")
    first = register(event)
    stranger, member = register(event), register(event, guest(is_member=True))
    assert [waiting.place_in_list(row) for row in (stranger, member)] == [2, 1]
    registration.cancel(first, by=None)
    assert states_of(event) == ["cancelled", "waiting", "offered"]


def test_more_places_are_given_out_and_nobody_new_passes_who_waits():
    event = f.EventFactory(capacity=1)
    register(event)
    second = register(event)
    Event.objects.filter(pk=event.pk).update(capacity=2)
    third = register(event)  # before anybody gave the new place out
    second.refresh_from_db()
    assert (second.state, third.state) == (S.OFFERED, S.WAITING)
    Event.objects.filter(pk=event.pk).update(capacity=3)
    assert give_places(timestamp=0) == 1
    third.refresh_from_db()
    assert third.state == S.OFFERED


def test_a_cancelled_event_offers_nothing():
    event = f.EventFactory(capacity=1)
    first = register(event)
    second = register(event)
    Event.objects.filter(pk=event.pk).update(state=State.CANCELLED)
    registration.cancel(first, by=None)
    second.refresh_from_db()
    assert second.state == S.WAITING


# --- the lot --------------------------------------------------------------------------------------------------------
def test_the_lot_is_bound_beforehand_drawn_once_and_told(office):
    event = f.EventFactory(capacity=2, waiting_rule="lottery")
    rows = [register(event) for _ in range(6)]
    assert states_of(event) == ["waiting"] * 6
    assert waiting.place_in_list(rows[0]) is None
    prepared = waiting.prepare_draw(event, by=office)
    assert waiting.prepare_draw(event, by=office).seed == prepared.seed
    winners = waiting.draw_lottery(event, by=office, seed="another")
    event.refresh_from_db()
    assert event.lottery_seed == prepared.seed
    from_seed = sorted(range(1, 7), key=lambda n: waiting.places.ticket(prepared.seed, n))
    assert [row.number for row in sorted(winners, key=lambda row: row.lot)] == from_seed[:2]
    assert [row.number for row in event.registrations.order_by("lot")] == from_seed
    with pytest.raises(ValidationError):
        waiting.draw_lottery(event, by=office, seed="again")
    late = register(event)
    registration.cancel(winners[0], by=None)
    assert event.registrations.get(state=S.OFFERED).number == from_seed[2]
    assert waiting.place_in_list(late) == 4
    with pytest.raises(PermissionDenied):
        waiting.draw_lottery(event, by=UserFactory())


def test_the_lot_needs_a_seed_and_an_event_that_draws(office):
    with pytest.raises(ValidationError):
        waiting.draw_lottery(f.EventFactory(capacity=1), by=office, seed="a")
    event = f.EventFactory(capacity=1, waiting_rule="lottery")
    register(event)
    with pytest.raises(ValidationError):
        waiting.draw_lottery(event, by=office, seed=" ")
    assert len(waiting.draw_lottery(event, by=office, seed="0417")) == 1
    without_end = f.EventFactory(waiting_rule="lottery")
    assert register(without_end).state == S.CONFIRMED


# --- cancelling and changing ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("delta", "in_time"), [(-1, True), (0, False), (1, False)])
def test_people_cancel_and_change_until_the_term(delta, in_time):
    event = f.EventFactory(change_until=timezone.now() + 5 * HOUR)
    row = register(event)
    with time_machine.travel(event.change_until + delta * SECOND, tick=False):
        if in_time:
            assert registration.change(row, {"position": "direktorė"}, by=None).position == "direktorė"
            assert registration.cancel(row, by=None).state == S.CANCELLED
            assert registration.cancel(row, by=None).state == S.CANCELLED
            assert told(row) == ["confirmed", "changed", "cancelled"]
        else:
            for act in (lambda: registration.change(row, {}, by=None), lambda: registration.cancel(row, by=None)):
                with pytest.raises(ValidationError):
                    act()


def test_a_change_of_category_keeps_to_its_quota():
    event = f.EventFactory(capacity=3)
    press = f.CategoryFactory(event=event)
    Quota.objects.create(event=event, category=press, places=1)
    first, second = register(event, guest(category=press)), register(event)
    with pytest.raises(ValidationError) as refusal:
        registration.change(second, {"category": press}, by=None)
    assert "category" in refusal.value.message_dict
    third = register(event, guest(category=press))
    registration.change(first, {"category": None, "name": "Kita"}, by=None)
    third.refresh_from_db()
    assert third.state == S.OFFERED
    acts = AuditEvent.objects.filter(action="changed the registration")
    assert [(act.before["name"], act.after["name"]) for act in acts] == [("(hidden)", "(hidden)")]


# --- sessions -------------------------------------------------------------------------------------------------------
def test_sessions_have_places_and_waiting_lists_of_their_own():
    event = f.EventFactory(capacity=3)
    workshop = f.SessionFactory(event=event, capacity=1)
    rows = [register(event, guest(sessions=[workshop])) for _ in range(4)]
    waits = [SessionChoice.objects.get(registration=row).is_waiting for row in rows]
    assert (waits, rows[3].state) == ([False, True, True, True], S.WAITING)
    registration.cancel(rows[0], by=None)
    choices = SessionChoice.objects.filter(session=workshop).order_by("registration__number")
    assert [choice.is_waiting for choice in choices] == [False, True, True]
    assert told(rows[1]) == ["confirmed", "changed"]
    registration.change(rows[1], {}, by=None, chosen=[])
    assert [choice.is_waiting for choice in choices.all()] == [False, True]


# --- the organiser and the door -------------------------------------------------------------------------------------
def test_the_organiser_approves_in_order_while_places_last(office):
    event = f.EventFactory(capacity=1, approval="by_organiser")
    rows = [register(event) for _ in range(3)]
    stranger = f.RegistrationFactory(state=S.APPLIED)
    assert {row.state for row in rows} == {S.APPLIED}
    found = deciding.decide(event, [row.pk for row in [*rows[:2], stranger]], "approve", by=office)
    assert ([row.state for row in found.done], found.refused) == ([S.CONFIRMED, S.WAITING], [])
    assert not deciding.decide(event, [row.pk for row in rows[:2]], "approve", by=office).done
    deciding.decide(event, [rows[2].pk], "decline", by=office, reason="Per vėlai")
    rows[2].refresh_from_db()
    assert (rows[2].state, rows[2].reason, told(rows[2])[-1]) == (S.DECLINED, "Per vėlai", "declined")
    with pytest.raises(PermissionDenied):
        deciding.decide(event, [rows[1].pk], "cancel", by=UserFactory())
    deciding.decide(event, [rows[0].pk], "cancel", by=office)
    assert states_of(event) == ["cancelled", "offered", "declined"]
    assert not AuditEvent.objects.filter(after__icontains="vėlai").exists()


def test_a_place_out_of_turn_is_given_only_where_there_is_one(office):
    event = f.EventFactory(capacity=2)
    latvian = Quota.objects.create(event=event, country="LV", places=1)
    first, second = (register(event, guest(country="LV")) for _ in range(2))
    assert deciding.decide(event, [second.pk], "give", by=office).refused
    latvian.places = 2
    latvian.save()
    assert deciding.decide(event, [second.pk], "give", by=office).done == []  # offered in turn by now
    second.refresh_from_db()
    assert (first.state, second.state) == (S.CONFIRMED, S.OFFERED)


def test_at_the_door_places_end_unless_the_organiser_says_otherwise(office):
    event = f.EventFactory(capacity=1, starts=timezone.now() - HOUR)
    door = f.TeamMemberFactory(event=event).person
    late = registration.register_late(event, guest(email=""), by=door)
    assert (late.state, late.is_late, late.number) == (S.CONFIRMED, True, 1)
    with pytest.raises(ValidationError):
        registration.register_late(event, guest(), by=door)
    with pytest.raises(PermissionDenied):
        registration.register_late(event, guest(), by=door, over=True)
    with pytest.raises(PermissionDenied):
        registration.register_late(event, guest(), by=UserFactory())
    known = registration.register_late(event, guest(email="a@example.org"), by=office, over=True)
    assert registration.register_late(event, guest(email="A@example.org"), by=door) == known
    Event.objects.filter(pk=event.pk).update(takes_late=False)
    with pytest.raises(ValidationError):
        registration.register_late(event, guest(), by=office)


def test_the_audit_names_nobody(office):
    event = f.EventFactory(capacity=1)
    row = register(event, guest(name="Slaptoji Vardenė", email="slapta@example.org", dietary="be riešutų"))
    registration.cancel(row, by=None, reason="sergu gripu")
    for act in AuditEvent.objects.all():
        said = f"{act.object_text} {act.before} {act.after} {act.note}"
        assert not any(word in said for word in ("Slaptoji", "slapta", "riešutų", "gripu"))
    assert AuditEvent.objects.filter(object_type="events.registration").count() == 2


# --- on site and online ----------------------------------------------------------------------------------------------
def both_ways(**fields):
    return f.EventFactory(mode=Event.Mode.BOTH, **{"capacity": 1, **fields})


def online(**fields):
    return guest(is_online=True, **fields)


def test_who_takes_part_online_takes_no_place_on_site():
    event = both_ways()
    assert [register(event, online()).state for _ in range(3)] == [S.CONFIRMED] * 3
    first, second = register(event), register(event)
    assert (first.state, second.state) == (S.CONFIRMED, S.WAITING)
    event.refresh_from_db()
    assert event.state == State.OPEN  # online there are places
    assert register(event, online()).state == S.CONFIRMED
    registration.cancel(first, by=None)
    second.refresh_from_db()
    assert second.state == S.OFFERED


def test_places_online_end_where_the_organiser_says_so(in_english):
    event = both_ways(online_capacity=1)
    first, second = register(event, online()), register(event, online())
    assert (first.state, second.state) == (S.CONFIRMED, S.WAITING)
    event.refresh_from_db()
    assert event.state == State.OPEN
    on_site = register(event)
    assert on_site.state == S.CONFIRMED
    event.refresh_from_db()
    assert event.state == State.FULL
    registration.cancel(on_site, by=None)
    second.refresh_from_db()
    assert second.state == S.WAITING, "a place on site is none online"
    registration.cancel(first, by=None)
    second.refresh_from_db()
    assert second.state == S.OFFERED
    Event.objects.filter(pk=event.pk).update(has_waiting_list=False)
    register(event)
    for row, words in [(online(), "online"), (guest(), "on site")]:
        with pytest.raises(ValidationError, match=f"No places are left {words}"):
            register(event, row)


def test_one_goes_from_online_to_a_place_on_site_only_where_there_is_one(in_english):
    event = both_ways()
    here, there = register(event), register(event, online())
    with pytest.raises(ValidationError) as refused:
        registration.change(there, {"is_online": False}, by=None)
    assert list(refused.value.error_dict) == ["is_online"]
    waits = register(event)
    registration.change(here, {"is_online": True}, by=None)
    waits.refresh_from_db()
    assert waits.state == S.OFFERED, "the place it gave back"
    registration.change(waits, {"is_online": True}, by=None)
    registration.change(there, {"is_online": False}, by=None)
    assert states_of(event) == ["confirmed", "confirmed", "offered"]


def test_quotas_are_of_places_on_site_and_the_lot_is_not_for_what_has_no_end():
    event = both_ways(waiting_rule=Event.WaitingRule.LOTTERY)
    Quota.objects.create(event=event, country="LV", places=0)
    assert register(event, online(country="LV")).state == S.CONFIRMED
    assert register(event).state == S.WAITING
    Event.objects.filter(pk=event.pk).update(online_capacity=5)
    assert register(event, online()).state == S.WAITING


def test_in_an_event_of_one_way_all_places_are_the_same():
    event = f.EventFactory(mode=Event.Mode.ONLINE, capacity=1)
    assert [register(event, online()).state, register(event).state] == [S.CONFIRMED, S.WAITING]
