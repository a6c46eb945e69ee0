"""Asking, answering, taking back: limits and pairs hold under the lock, whoever comes at the same time."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter, Notice
from klaster.core.tests.together import at_once, refused
from klaster.events.factories import CategoryFactory
from klaster.matchmaking import asking, letters
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import participants, requests
from klaster.matchmaking.models import AskRule, Meeting, MeetingRequest, Phase

S = MeetingRequest.State
pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def matchmaking(db):
    return f.MatchmakingFactory()


@pytest.fixture
def two(matchmaking):
    return f.ParticipantFactory(matchmaking=matchmaking), f.ParticipantFactory(matchmaking=matchmaking)


def person(participant):
    return participant.representatives.get().registration.person


def test_a_request_is_told_and_a_yes_makes_a_meeting_without_a_time(two):
    one, other = two
    row = requests.ask(one, other, by=person(one), priority=2, message="Let us talk")
    assert (row.state, row.by, row.message) == (S.SENT, person(one), "Let us talk")
    assert Notice.objects.filter(person=person(other)).count() == 1
    meeting = requests.accept(row, other, by=person(other), priority=1)
    assert {side.participant for side in meeting.sides.all()} == {one, other}
    assert (meeting.starts, meeting.table, meeting.weight, meeting.state) == (None, None, 2, "agreed")
    assert Notice.objects.filter(person=person(one)).count() == 1
    assert requests.accept(row, other, by=person(other)) == meeting
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize(("given", "weight"), [([1, 1], 1), ([1, 2], 2), ([2, 2], 4), ([1] * 8, 1), ([2] * 8, 4)])
def test_weight_of_a_meeting(given, weight):
    assert asking.weight_of(given) == weight


def test_pressed_twice_it_is_one_request(two):
    first = requests.ask(*two, by=None)
    assert requests.ask(*two, by=None, message="again") == first
    assert MeetingRequest.objects.count() == 1


def test_asking_back_while_a_request_waits_is_the_answer_yes(two):
    one, other = two
    row = requests.ask(one, other, by=None, priority=2)
    again = requests.ask(other, one, by=None, priority=2)
    assert (again, again.state, again.answer_priority) == (row, S.ACCEPTED, 2)
    assert Meeting.objects.get().weight == 4


def test_the_database_refuses_a_second_request_of_a_pair(two):
    one, other = two
    f.MeetingRequestFactory(asker=one, asked=other)
    with pytest.raises(IntegrityError, match="pair_has_one_request_that_stands"), transaction.atomic():
        f.MeetingRequestFactory(asker=other, asked=one)


def test_only_the_one_asked_answers_and_only_the_asker_withdraws(two, matchmaking):
    one, other = two
    row = requests.ask(one, other, by=None)
    stranger = f.ParticipantFactory(matchmaking=matchmaking)
    for side in (one, stranger):
        with pytest.raises(PermissionDenied):
            requests.accept(row, side, by=None)
        with pytest.raises(PermissionDenied):
            requests.decline(row, side, by=None)
    for side in (other, stranger):
        with pytest.raises(PermissionDenied):
            requests.withdraw(row, side, by=None)
    assert requests.withdraw(row, one, by=None).state == S.WITHDRAWN
    with pytest.raises(ValidationError, match="taken back"):
        requests.accept(row, other, by=None)


def test_after_a_no_only_the_other_may_ask(two):
    one, other = two
    row = requests.ask(one, other, by=None)
    assert requests.decline(row, other, by=None, reason="No time").reason == "No time"
    with pytest.raises(ValidationError, match="They declined"):
        requests.ask(one, other, by=None)
    assert requests.ask(other, one, by=None).state == S.SENT


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"phase": Phase.PREPARING}, "over"),
        ({"phase": Phase.PLANNING}, "over"),
        ({"asks_until": timezone.now() - datetime.timedelta(seconds=1)}, "over"),
    ],
)
def test_the_clock_of_the_lock_decides(two, matchmaking, values, words):
    type(matchmaking).objects.filter(pk=matchmaking.pk).update(**values)
    with pytest.raises(ValidationError, match=words):
        requests.ask(*two, by=None)


def test_answers_have_a_later_end_than_requests(two, matchmaking):
    row = requests.ask(*two, by=None)
    past = timezone.now() - datetime.timedelta(seconds=1)
    type(matchmaking).objects.filter(pk=matchmaking.pk).update(asks_until=past)
    requests.accept(row, two[1], by=None)
    late = requests.MeetingRequest.objects.get()
    assert late.state == S.ACCEPTED
    third = f.MeetingRequestFactory(asker=two[0], asked=f.ParticipantFactory(matchmaking=matchmaking))
    type(matchmaking).objects.filter(pk=matchmaking.pk).update(answers_until=past)
    with pytest.raises(ValidationError, match="over"):
        requests.accept(third, third.asked, by=None)
    assert requests.decline(third, third.asked, by=None).state == S.DECLINED


def test_rules_of_the_organiser_say_who_asks_whom(two, matchmaking):
    one, other = two
    sells, buys = (CategoryFactory(event=matchmaking.event) for _ in range(2))
    for participant, category in ((one, sells), (other, buys)):
        participant.representatives.get().registration.__class__.objects.filter(
            representative__participant=participant
        ).update(category=category)
    AskRule.objects.create(matchmaking=matchmaking, asker=buys, asked=sells)
    with pytest.raises(ValidationError, match="rules"):
        requests.ask(one, other, by=None)
    row = requests.ask(other, one, by=None)
    assert requests.accept(row, one, by=None).state == "agreed"


def test_the_organiser_asks_for_somebody_without_limit_and_it_is_written_down(two, matchmaking):
    type(matchmaking).objects.filter(pk=matchmaking.pk).update(most_requests=0)
    office = UserFactory(secretariat=True)
    row = requests.ask(*two, by=office, on_behalf=True)
    assert (row.is_on_behalf, row.by, requests.sent_count(two[0])) == (True, office, 0)
    with pytest.raises(PermissionDenied):
        requests.ask(*reversed(two), by=person(two[0]), on_behalf=True)


def test_limits_of_requests_and_of_meetings(two, matchmaking):
    one, other = two
    type(matchmaking).objects.filter(pk=matchmaking.pk).update(most_requests=1, most_meetings=1)
    row = requests.ask(one, other, by=None)
    third = f.ParticipantFactory(matchmaking=matchmaking)
    with pytest.raises(ValidationError, match="as many as you may"):
        requests.ask(one, third, by=None)
    requests.accept(row, other, by=None)
    more = requests.ask(third, other, by=None)
    with pytest.raises(ValidationError, match="as many meetings as you may"):
        requests.accept(more, other, by=None)
    requests.cancel(Meeting.objects.get(), other, by=None, reason="ill")
    assert requests.accept(more, other, by=None).state == "agreed"


def test_cancelling_frees_the_time_and_tells_the_other_by_letter(two, matchmaking):
    one, other = two
    meeting = requests.accept(requests.ask(one, other, by=None), other, by=None)
    Letter.objects.all().delete()
    requests.cancel(meeting, one, by=person(one), reason="The flight")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.request.state, meeting.sequence) == ("cancelled", S.WITHDRAWN, 1)
    letter = Letter.objects.get()
    assert (letter.person, "The flight" in letter.body) == (person(other), True)
    assert "Your requests and meetings:" in letter.body
    assert "Answer here:" not in letter.body
    with pytest.raises(PermissionDenied):
        requests.cancel(meeting, f.ParticipantFactory(matchmaking=matchmaking), by=None)


def test_one_of_three_leaves_and_the_others_still_meet(matchmaking):
    three = [f.ParticipantFactory(matchmaking=matchmaking) for _ in range(3)]
    meeting = f.MeetingFactory(matchmaking=matchmaking, between=three)
    requests.cancel(meeting, three[0], by=None)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sides.count()) == ("agreed", 2)


def test_who_leaves_ends_all_that_stands(two, matchmaking):
    one, other = two
    third = f.ParticipantFactory(matchmaking=matchmaking)
    requests.accept(requests.ask(one, other, by=None), other, by=None)
    requests.ask(one, third, by=None)
    participants.leave(one.representatives.get(), by=None)
    one.refresh_from_db()
    assert one.state == "out"
    assert set(MeetingRequest.objects.values_list("state", flat=True)) == {S.WITHDRAWN}
    assert not Meeting.objects.agreed().exists()
    with pytest.raises(ValidationError):
        requests.ask(other, one, by=None)


# --- letters --------------------------------------------------------------------------------------------------------
def test_the_first_request_goes_by_letter_others_wait_for_the_morning(two, matchmaking):
    one, other = two
    requests.ask(one, other, by=None, message="First")
    assert Letter.objects.filter(person=person(other)).count() == 1
    three = [f.ParticipantFactory(matchmaking=matchmaking) for _ in range(3)]
    for each in three:
        requests.ask(each, other, by=None)
    assert Letter.objects.filter(person=person(other)).count() == 1
    tomorrow = letters.last_morning(matchmaking, timezone.now()) + datetime.timedelta(days=1, minutes=1)
    assert letters.morning(matchmaking, tomorrow) == 1
    letter = Letter.objects.filter(person=person(other)).latest("pk")
    assert all(each.name in letter.body.replace("\u2060", "") for each in three)
    assert one.name not in letter.body.replace("\u2060", "")
    assert letters.morning(matchmaking, tomorrow) == 0


def test_who_has_turned_mail_off_gets_none_and_who_has_no_account_gets_the_link(two, matchmaking):
    one, other = two
    who = person(other)
    who.chosen_channels = {"matchmaking.meetings": ["site"]}
    who.save()
    requests.ask(one, other, by=None)
    assert not Letter.objects.exists()
    guest = f.ParticipantFactory(matchmaking=matchmaking, people=[None])
    requests.ask(one, guest, by=None)
    registration = guest.representatives.get().registration
    letter = Letter.objects.get()
    assert (letter.person, letter.address) == (None, registration.email)
    assert registration.link_token() in letter.body


def test_reminder_goes_once_two_days_before_answers_end(two, matchmaking):
    row = requests.ask(*two, by=None)
    until = matchmaking.answers_until
    MeetingRequest.objects.filter(pk=row.pk).update(sent_at=until - datetime.timedelta(days=3))
    Letter.objects.all().delete()
    early = until - datetime.timedelta(days=2, seconds=1)
    assert letters.remind_by_the_clock(matchmaking, early) == 0
    due = until - datetime.timedelta(days=2)
    assert [letters.remind_by_the_clock(matchmaking, due) for _ in range(2)] == [1, 0]
    assert Letter.objects.filter(purpose="matchmaking.reminder").count() == 1


# --- at the same time -----------------------------------------------------------------------------------------------
def refusals(acts):
    """Of acts that all begin together, each on a connection of its own."""
    return refused(at_once(*acts, refusals=(ValidationError, IntegrityError)))


@pytest.mark.django_db(transaction=True)
def test_thirty_requests_at_once_never_exceed_the_limit():
    matchmaking = f.MatchmakingFactory(most_requests=4)
    me = f.ParticipantFactory(matchmaking=matchmaking, people=[None])
    others = [f.ParticipantFactory(matchmaking=matchmaking, people=[None]) for _ in range(30)]
    told = refusals([lambda other=other: requests.ask(me, other, by=None) for other in others])
    assert (MeetingRequest.objects.count(), len(told)) == (4, 26)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_each_other_at_once_meet_once():
    matchmaking = f.MatchmakingFactory(most_meetings=2)
    one, other = (f.ParticipantFactory(matchmaking=matchmaking, people=[None]) for _ in range(2))
    both = [lambda: requests.ask(one, other, by=None), lambda: requests.ask(other, one, by=None)]
    assert refusals(both * 8) == []
    assert MeetingRequest.objects.get().state == S.ACCEPTED
    assert Meeting.objects.count() == 1
    askers = [f.ParticipantFactory(matchmaking=matchmaking, people=[None]) for _ in range(6)]
    rows = [requests.ask(each, one, by=None) for each in askers]
    told = refusals([lambda row=row: requests.accept(row, one, by=None) for row in rows])
    assert (requests.meetings_of(one).count(), len(told)) == (2, 5)
