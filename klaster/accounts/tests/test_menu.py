"""The menu of who is signed in."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts import menu
from klaster.accounts.factories import UserFactory
from klaster.core.notify import notify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _nothing_added_by_other_apps(monkeypatch):
    monkeypatch.setattr(menu, "_added", [])


def titles(person) -> list[str]:
    return [title for title, _url in menu.of(person)]


def test_everybody_has_notices_and_an_account_and_the_office_more():
    assert titles(UserFactory()) == ["Notices", "Your account"]
    assert titles(UserFactory(secretariat=True)) == ["Notices", "Your account", "People", "Office"]


def test_unread_notices_are_counted():
    person = UserFactory()
    notify(person, "accounts.invitations", subject="x", key="1")
    assert titles(person)[0] == "Notices (1)"


def test_other_apps_add_theirs(client):
    def mine(person):
        return [(f"Cluster of {person.pk}", "/en/clusters/x/")]

    menu.add(mine)
    menu.add(mine)
    try:
        person = UserFactory()
        assert titles(person) == ["Notices", "Your account", f"Cluster of {person.pk}"]
        client.force_login(person)
        assert f"Cluster of {person.pk}" in client.get(reverse("account")).content.decode()
    finally:
        menu._added.remove(mine)


def test_a_visitor_has_none(client):
    assert client.get(reverse("account_login")).context["person_menu"] == []
