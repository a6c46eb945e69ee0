"""Nobody sees whom they may not: participants from all sides, with an account and by link."""

import pytest
from django.contrib.auth.models import AnonymousUser

from klaster.accounts.factories import UserFactory
from klaster.events.factories import RegistrationFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import participants, requests
from klaster.matchmaking.models import Matchmaking, Participant, Phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def matchmaking():
    return f.MatchmakingFactory()


def person(participant):
    return participant.representatives.get().registration.person


def sees(user, participant):
    return Participant.objects.visible_to(user).filter(pk=participant.pk).exists()


@pytest.fixture
def pair(matchmaking):
    return f.ParticipantFactory(matchmaking=matchmaking), f.ParticipantFactory(matchmaking=matchmaking)


def test_participants_see_each_other_and_the_organiser_sees_all(pair):
    one, other = pair
    assert sees(person(one), other)
    assert sees(person(one), one)
    assert sees(UserFactory(secretariat=True), one)


def test_strangers_visitors_and_people_of_another_event_see_nobody(pair, matchmaking):
    elsewhere = f.ParticipantFactory()
    registered = RegistrationFactory(event=matchmaking.event, person=UserFactory(), state="confirmed")
    for user in (AnonymousUser(), UserFactory(), person(elsewhere), registered.person):
        assert not sees(user, pair[0])


def test_everybody_registered_sees_them_where_the_organiser_wants(pair, matchmaking):
    Matchmaking.objects.update(seen_by=Matchmaking.Audience.REGISTERED)
    confirmed = RegistrationFactory(event=matchmaking.event, person=UserFactory(), state="confirmed")
    waiting = RegistrationFactory(event=matchmaking.event, person=UserFactory(), state="waiting")
    assert sees(confirmed.person, pair[0])
    assert not sees(waiting.person, pair[0])
    assert not sees(AnonymousUser(), pair[0])
    Participant.objects.filter(pk=pair[0].pk).update(is_shown=False)
    assert not sees(confirmed.person, pair[0])


def test_nobody_is_seen_while_it_is_prepared_or_after_leaving(pair, matchmaking):
    one, other = pair
    Matchmaking.objects.update(phase=Phase.PREPARING)
    assert not sees(person(one), other)
    Matchmaking.objects.update(phase=Phase.ASKING)
    participants.leave(other.representatives.get(), by=None)
    assert not sees(person(one), other)


def test_who_is_hidden_is_seen_by_those_they_ask_and_meet_alone(pair, matchmaking):
    hidden, asked = pair
    third = f.ParticipantFactory(matchmaking=matchmaking)
    Participant.objects.filter(pk=hidden.pk).update(is_shown=False)
    assert not sees(person(asked), hidden)
    row = requests.ask(hidden, asked, by=None)
    assert sees(person(asked), hidden)
    assert not sees(person(third), hidden)
    meeting = requests.accept(row, asked, by=None)
    assert sees(person(asked), hidden)
    requests.cancel(meeting, asked, by=None)
    assert not sees(person(asked), hidden)


@pytest.mark.parametrize("way", [0, 1])
def test_a_block_hides_both_from_each_other_and_ends_what_stands(pair, way):
    one, other = pair
    meeting = requests.accept(requests.ask(one, other, by=None), other, by=None)
    blocking, blocked = pair[way], pair[1 - way]
    participants.block(blocking, blocked, by=None)
    assert not sees(person(one), other)
    assert not sees(person(other), one)
    assert sees(UserFactory(secretariat=True), one)
    meeting.refresh_from_db()
    assert meeting.state == "cancelled"
    participants.unblock(blocking, blocked, by=None)
    assert sees(person(one), other)


def test_a_right_ends_with_the_registration(pair):
    one, other = pair
    who = person(one)
    one.representatives.get().registration.__class__.objects.filter(person=who).update(state="cancelled")
    assert not sees(who, other)
    assert not Participant.objects.of(who).exists()
