"""Who becomes an author, by whom, and until when."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from klaster.accounts.actions import accept_invitation
from klaster.accounts.factories import UserFactory
from klaster.accounts.models import Invitation
from klaster.core.models import AuditEvent
from klaster.newsroom import actions
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.usefixtures("site", "one_factor")


@pytest.fixture
def secretary():
    return UserFactory(secretariat=True)


def is_author(person):
    return person.groups.filter(name=AUTHORS).exists()


def test_person_with_an_account_becomes_an_author_at_once(client, secretary):
    person = UserFactory(email="vardas@pavyzdys.test")
    client.force_login(secretary)
    client.post(reverse("authors"), {"email": "Vardas@pavyzdys.test", "language": "en"})
    assert is_author(person)
    assert not Invitation.objects.exists()
    assert AuditEvent.objects.of(person).get().actor_id == secretary.pk
    client.force_login(person)
    assert client.get(reverse("wagtailadmin_home")).status_code == 200


def test_person_without_an_account_is_invited_and_becomes_an_author_by_accepting(secretary):
    assert actions.take_in("naujas@pavyzdys.test", by=secretary, language="en") is None
    invitation = Invitation.objects.get()
    assert (invitation.grant, invitation.email) == ("author", "naujas@pavyzdys.test")
    person = UserFactory(email="naujas@pavyzdys.test")
    EmailAddress.objects.create(user=person, email=person.email, verified=True)
    accept_invitation(invitation, by=person)
    assert is_author(person)


def test_author_who_is_dismissed_is_outside_with_the_next_request(client, secretary):
    person = actions.appoint_author(UserFactory(), by=secretary)
    client.force_login(person)
    assert client.get(reverse("wagtailadmin_home")).status_code == 200
    actions.dismiss_author(person, by=secretary)
    assert client.get(reverse("wagtailadmin_home")).status_code == 403


def test_twice_is_once(secretary):
    person = UserFactory()
    for _time in (1, 2):
        actions.appoint_author(person, by=secretary)
    for _time in (1, 2):
        actions.dismiss_author(person, by=secretary)
    assert [event.action for event in AuditEvent.objects.of(person)] == ["is no longer an author", "became an author"]


@pytest.mark.parametrize("name", ["authors", "author_dismiss"])
def test_others_appoint_nobody(client, name):
    person, other = UserFactory(), UserFactory()
    client.force_login(person)
    arguments = [other.pk] if name == "author_dismiss" else []
    assert client.post(reverse(name, args=arguments), {"email": person.email}).status_code == 403
    assert not is_author(person)


def test_list_asks_as_many_queries_for_three_as_for_one(client, secretary, django_assert_max_num_queries):
    client.force_login(secretary)
    actions.appoint_author(UserFactory(), by=secretary)
    client.get(reverse("authors"))
    with django_assert_max_num_queries(100) as one:
        client.get(reverse("authors"))
    for _number in range(2):
        actions.appoint_author(UserFactory(), by=secretary)
    with django_assert_max_num_queries(100) as three:
        client.get(reverse("authors"))
    assert len(three) == len(one)
