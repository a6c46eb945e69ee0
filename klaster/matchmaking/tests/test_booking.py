"""Booking, moving by consent and calling off on the day."""

import datetime
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.tests.together import at_once, refused
from klaster.events.factories import CategoryFactory, SessionFactory
from klaster.events.models import SessionChoice
from klaster.matchmaking import factories as f
from klaster.matchmaking import my_day
from klaster.matchmaking.actions import booking, requests, runs
from klaster.matchmaking.free_times import free_times
from klaster.matchmaking.models import AskRule, Block, Meeting, MoveProposal, Sitting, Unavailable

pytestmark = pytest.mark.django_db
P = MoveProposal.State


@pytest.fixture
def fair():
    """A published matchmaking with four slots and two tables."""
    return make_fair()


def make_fair(slots=4, tables=2, **given):
    matchmaking = f.MatchmakingFactory(phase="published", **given)
    for _ in range(slots):
        f.SlotFactory(matchmaking=matchmaking)
    for _ in range(tables):
        f.TableFactory(matchmaking=matchmaking)
    return matchmaking


def make_fair_of_today(**given):
    """Its first meetings begin in an hour, whatever the hour: people can be late for them."""
    return make_fair(event__starts=timezone.now() + datetime.timedelta(hours=1), **given)


def someone(matchmaking, **given):
    return f.ParticipantFactory(matchmaking=matchmaking, **given)


def times(matchmaking, *participants, **given):
    return [time.slot for time in free_times(matchmaking, participants, **given)]


def slots_of(matchmaking):
    return list(matchmaking.slots.order_by("starts"))


def test_all_times_are_free_but_breaks_and_what_has_begun(fair):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    assert times(fair, one, other) == slots
    fair.slots.filter(pk=slots[1].pk).update(is_break=True)
    assert times(fair, one, other) == [slots[0], *slots[2:]]
    assert times(fair, one, other, now=slots[2].starts) == [slots[3]]


def test_nobody_is_asked_when_away_at_a_talk_or_in_a_meeting(fair):
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    person = one.representatives.get()
    Unavailable.objects.create(representative=person, slot=slots[0])
    talk = SessionFactory(
        event=fair.event, starts=slots[1].starts, ends=slots[1].starts + datetime.timedelta(minutes=5)
    )
    SessionChoice.objects.create(registration=person.registration, session=talk)
    booking.book(one, third, slots[2], by=None)
    assert times(fair, one, other) == [slots[3]]


def test_a_second_representative_meets_while_the_first_is_busy(fair, in_english):
    one, other, third = someone(fair), someone(fair), someone(fair)
    f.RepresentativeFactory(participant=one)
    slot = slots_of(fair)[0]
    first = booking.book(one, other, slot, by=None)
    second = booking.book(one, third, slot, by=None)
    assert first.table != second.table
    sitting = Sitting.objects.filter(representative__participant=one).values_list("representative", flat=True)
    assert len(set(sitting)) == 2
    with pytest.raises(ValidationError, match="taken by now"):
        booking.book(one, someone(fair), slot, by=None)


def test_tables_run_out_and_hosts_receive_at_their_own():
    fair = make_fair(slots=1, tables=2)
    host = someone(fair, fixed_table=fair.tables.get(number=2))
    slot = slots_of(fair)[0]
    assert booking.book(someone(fair), someone(fair), slot, by=None).table.number == 1
    assert times(fair, someone(fair), someone(fair)) == []
    assert booking.book(someone(fair), host, slot, by=None).table.number == 2


def test_online_needs_no_table_unless_there_are_rooms(fair):
    away, other = someone(fair, is_online=True), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(other, away, slots[0], by=None)
    assert (meeting.is_online, meeting.table) == (True, None)
    room = f.TableFactory(matchmaking=fair, is_online=True, url="https://rooms.example/1")
    assert booking.book(someone(fair), away, slots[1], by=None).table == room


def test_what_was_agreed_and_found_no_time_gets_one(fair, send_letters, in_english):
    one, other = someone(fair), someone(fair)
    agreed = f.MeetingFactory(matchmaking=fair, between=[one, other])
    fair.books_live = False
    fair.save()
    slot = slots_of(fair)[1]
    assert booking.book(other, one, slot, by=None) == agreed
    agreed.refresh_from_db()
    assert (agreed.starts, agreed.is_live, agreed.sequence) == (slot.starts, False, 0)
    with pytest.raises(ValidationError, match="already"):
        booking.book(one, other, slots_of(fair)[2], by=None)
    (mail,) = send_letters()
    assert mail.to == [one.representatives.get().registration.person.email]
    assert f"{other} has booked a meeting with you" in mail.subject


@pytest.mark.parametrize("why", ["not live", "not published", "blocked", "rule", "most", "left"])
def test_who_may_not_book(fair, why, in_english):
    one, other = someone(fair), someone(fair)
    if why == "not live":
        fair.books_live = False
    elif why == "not published":
        fair.phase = "planning"
    elif why == "blocked":
        Block.objects.create(participant=other, other=one)
    elif why == "rule":
        AskRule.objects.create(matchmaking=fair, asker=CategoryFactory(event=fair.event))
    elif why == "most":
        fair.most_meetings = 0
    else:
        other.state = "out"
        other.save()
    fair.save()
    with pytest.raises(ValidationError):
        booking.book(one, other, slots_of(fair)[0], by=None)
    assert not Meeting.objects.exists()


def test_calling_off_frees_the_time_and_says_which(fair, send_letters, in_english):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    requests.cancel(booking.book(one, other, slots[0], by=None), other, by=None, reason="ill")
    assert times(fair, one, other) == slots
    mail = send_letters()[-1]
    assert mail.subject == f"{other} cancelled the meeting with you"
    starts, ends = (moment.astimezone(fair.event.zone).strftime("%H:%M") for moment in (slots[0].starts, slots[0].ends))
    assert f"{starts}–{ends}: you are free then again. They write: ill" in mail.body


def test_of_three_the_others_still_meet_when_one_calls_off(fair, send_letters, in_english):
    one, other, third = (someone(fair) for _ in range(3))
    meeting = f.MeetingFactory(matchmaking=fair, between=[one, other, third])
    booking.give_time(meeting, slots_of(fair)[0], one, by=None)
    requests.cancel(meeting, other, by=None, reason="ill")
    told = send_letters()[-2:]
    assert {mail.subject for mail in told} == {f"{other} does not come to your meeting"}
    assert all("the others still come. They write: ill" in mail.body for mail in told)


def test_a_meeting_moves_when_the_other_agrees(fair, send_letters, in_english):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    proposal = booking.propose_move(meeting, slots[2], one, by=None)
    meeting.refresh_from_db()
    assert meeting.starts == slots[0].starts
    meeting.sides.update(is_late=True)
    assert booking.answer_move(proposal, other, agrees=True, by=None).state == P.AGREED
    meeting.refresh_from_db()
    assert (meeting.starts, meeting.sequence) == (slots[2].starts, 1)
    assert not meeting.sides.filter(is_late=True).exists()
    assert meeting.was["starts"] == slots[0].starts.isoformat()
    with pytest.raises(ValidationError, match="answered already"):
        booking.answer_move(proposal, other, agrees=True, by=None)
    assert [mail.subject for mail in send_letters()][1:] == [
        f"{one} asks you to meet at another time", f"Your meeting with {other} has moved",
    ]  # fmt: skip


def test_the_lock_of_a_meeting_moves_with_it(fair):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    runs.pin(meeting, slots[0], meeting.table, by=UserFactory(secretariat=True))
    booking.book(someone(fair), someone(fair), slots[2], by=None)
    booking.answer_move(booking.propose_move(meeting, slots[2], one, by=None), other, agrees=True, by=None)
    meeting.refresh_from_db()
    assert (meeting.is_pinned, meeting.pinned_slot, meeting.pinned_table) == (True, slots[2], meeting.table)


def test_a_move_lapses_when_the_time_is_taken_meanwhile(fair):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    proposal = booking.propose_move(meeting, slots[1], one, by=None)
    booking.book(other, someone(fair), slots[1], by=None)
    assert booking.answer_move(proposal, other, agrees=True, by=None).state == P.LAPSED
    meeting.refresh_from_db()
    assert meeting.starts == slots[0].starts


def test_a_move_can_be_declined_and_calling_off_ends_it(fair):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    first = booking.propose_move(meeting, slots[1], one, by=None)
    with pytest.raises(ValidationError):  # theirs waits for an answer
        booking.propose_move(meeting, slots[2], other, by=None)
    assert booking.answer_move(first, other, agrees=False, by=None).state == P.DECLINED
    second = booking.propose_move(meeting, slots[2], other, by=None)
    requests.cancel(meeting, one, by=None)
    second.refresh_from_db()
    assert second.state == P.LAPSED


def test_two_meetings_change_places_when_all_agree(fair):
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    first, second = booking.book(one, other, slots[0], by=None), booking.book(one, third, slots[1], by=None)
    proposal = booking.propose_move(first, slots[1], one, by=None, swap=second)
    assert booking.answer_move(proposal, other, agrees=True, by=None).state == P.OPEN
    with pytest.raises(ValidationError):  # who proposed it has no say twice, and strangers none
        booking.answer_move(proposal, one, agrees=True, by=None)
    assert booking.answer_move(proposal, third, agrees=True, by=None).state == P.AGREED
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.starts, second.starts) == (slots[1].starts, slots[0].starts)


def test_a_swap_lapses_when_somebody_cannot(fair):
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    first, second = booking.book(one, other, slots[0], by=None), booking.book(one, third, slots[1], by=None)
    proposal = booking.propose_move(first, slots[1], one, by=None, swap=second)
    booking.answer_move(proposal, other, agrees=True, by=None)
    booking.book(third, someone(fair), slots[0], by=None)
    assert booking.answer_move(proposal, third, agrees=True, by=None).state == P.LAPSED
    first.refresh_from_db()
    assert first.starts == slots[0].starts


def test_being_late_is_said_once(send_letters, in_english):
    fair = make_fair_of_today()
    one, other = someone(fair), someone(fair)
    meeting = booking.book(one, other, slots_of(fair)[0], by=None)
    assert booking.say_late(meeting, one, is_late=True, by=None) is True
    assert booking.say_late(meeting, one, is_late=True, by=None) is False
    assert [mail.subject for mail in send_letters()][1:] == [f"{one} will be late"]


@pytest.mark.parametrize(("minutes", "may"), [(12 * 60 + 1, False), (12 * 60 - 1, True), (-19, True), (-20, False)])
def test_being_late_is_said_near_the_meeting_until_it_ends_and_taken_back_at_any_time(minutes, may):
    fair = make_fair()
    one, other = someone(fair), someone(fair)
    meeting = booking.book(one, other, slots_of(fair)[0], by=None)
    starts = timezone.now() + datetime.timedelta(minutes=minutes)
    Meeting.objects.update(starts=starts, ends=starts + datetime.timedelta(minutes=20))
    if may:
        booking.say_late(meeting, one, is_late=True, by=None)
    else:
        with pytest.raises(ValidationError, match="12"):
            booking.say_late(meeting, one, is_late=True, by=None)
    side = meeting.sides.get(participant=one)
    assert (side.is_late, my_day.of(one.representatives.get().registration).days[0].items[0].is_near) == (may, may)
    meeting.sides.update(is_late=True)
    assert booking.say_late(meeting, one, is_late=False, by=None)


@pytest.mark.django_db(transaction=True)
def test_booking_at_once_gives_each_time_once():
    """Twelve people book the same person in the same three times at two tables, all at once: three meetings."""
    fair = make_fair(slots=3, tables=2)
    wanted = someone(fair)
    askers = [someone(fair) for _ in range(12)]
    slots = slots_of(fair)
    acts = [partial(booking.book, asker, wanted, slots[at % 3], by=None) for at, asker in enumerate(askers)]
    assert len(refused(at_once(*acts, refusals=ValidationError))) == 9
    placed = Meeting.objects.placed()
    assert sorted(placed.values_list("starts", flat=True)) == [slot.starts for slot in slots]
    assert set(placed.annotate(people=Count("sittings")).values_list("people", flat=True)) == {2}
    assert timezone.now() < slots[0].starts
