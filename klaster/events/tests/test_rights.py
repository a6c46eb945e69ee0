"""Who runs an event, who helps at its door, who sees it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import factories as f
from klaster.events.models import Event, Registration, State, TeamMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster():
    return ClusterFactory()


@pytest.fixture
def coordinator(cluster):
    return AffiliationFactory(organisation=cluster.coordinator, manager=True).person


def test_a_draft_is_seen_by_those_who_work_on_it(cluster, coordinator):
    event = f.EventFactory(cluster=cluster, state=State.DRAFT)
    door = f.TeamMemberFactory(event=event).person
    for person, sees in [
        (AnonymousUser(), False), (UserFactory(), False), (door, True), (coordinator, True),
        (UserFactory(secretariat=True), True),
    ]:  # fmt: skip
        assert Event.objects.visible_to(person).filter(pk=event.pk).exists() is sees


def test_the_door_checks_in_and_changes_nothing(cluster, coordinator):
    event = f.EventFactory(cluster=cluster)
    door = f.TeamMemberFactory(event=event).person
    helper = f.TeamMemberFactory(event=event, role=TeamMember.Role.ORGANISER).person
    other = f.TeamMemberFactory().person
    assert door.has_perm("events.check_in_event", event)
    assert not door.has_perm("events.change_event", event)
    assert not door.has_perm("events.read_registrations", event)
    for person in (coordinator, helper):
        assert person.has_perm("events.change_event", event)
        assert person.has_perm("events.check_in_event", event)
    assert not other.has_perm("events.check_in_event", event)
    assert not UserFactory().has_perm("events.add_event")
    assert coordinator.has_perm("events.add_event")


def test_registrations_are_ones_own_and_the_organisers(cluster, coordinator):
    person = UserFactory()
    own = f.RegistrationFactory(event__cluster=cluster, person=person)
    sibling = f.RegistrationFactory()
    assert list(Registration.objects.visible_to(person)) == [own]
    assert list(Registration.objects.visible_to(coordinator)) == [own]
    assert set(Registration.objects.visible_to(UserFactory(secretariat=True))) == {own, sibling}
    assert not Registration.objects.visible_to(AnonymousUser()).exists()


def test_a_link_opens_what_it_was_signed_for():
    registration = f.RegistrationFactory()
    assert Registration.pk_of_token(registration.link_token()) == (registration.pk, registration.code)
    assert Registration.pk_of_token(f"{registration.pk}.{registration.code}") is None
    assert Registration.pk_of_token("") is None
