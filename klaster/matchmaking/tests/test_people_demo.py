"""The demo's matchmaking event: 57 invented participants, 110 requests, 100 agreed meetings, the same each time."""

import pytest
from django.db.models import Count

from klaster.accounts.demo import create_demo_people
from klaster.directory.demo import load_demo_directory
from klaster.directory.factories import SectorFactory
from klaster.matchmaking import demo
from klaster.matchmaking.models import Line, Matchmaking, Meeting, Participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    SectorFactory()
    people = create_demo_people()
    load_demo_directory(people)
    return people


def test_it_is_made_once_and_shows_every_state(people):
    assert demo.load_demo_matchmaking(people) == 57
    assert demo.load_demo_matchmaking(people) == 0
    matchmaking = Matchmaking.objects.get()
    states = dict(matchmaking.requests.values_list("state").annotate(Count("pk")))
    assert (sum(states.values()), states["accepted"]) == (110, 100)
    assert set(states) >= {"sent", "declined"}
    assert matchmaking.meetings.agreed().count() == 100
    assert Meeting.objects.annotate(n=Count("sides")).exclude(n=2).count() == 0
    assert matchmaking.slots.filter(is_break=False).count() == 12
    assert matchmaking.event.is_invented
    for role in demo.ROLES:
        assert Participant.objects.of(people[role]).count() == 1
    me = Participant.objects.of(people["member"]).get()
    assert me.requests_got.filter(state="sent").count() == 2
    assert me.requests_sent.live().count() <= 10
    assert me.sides.exists()
    # lines are in both languages and have tags
    assert {"lt", "en"} == set(Line.objects.values_list("language", flat=True))
    assert not Line.objects.filter(technologies=[]).exists()
    assert Participant.objects.filter(lines=None).count() == 1


def test_who_asked_seeks_what_the_other_offers():
    for asker, asked in demo.wished_pairs():
        assert demo.NAMES[asked][2] in {theme for theme, _way in demo.SEEKS[demo.NAMES[asker][2]]}
    assert demo.wished_pairs() == demo.wished_pairs()
