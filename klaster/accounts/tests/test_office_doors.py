"""Wagtail's own doors are walled up: whoever edits comes in through ours."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from klaster.accounts.factories import PASSWORD, UserFactory
from klaster.accounts.models import SECRETARIAT, User
from klaster.accounts.tests.clients import ProvenClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def secretary():
    return UserFactory(secretariat=True, second_factor=True, proven=True)


def test_a_visitor_is_sent_to_our_sign_in_and_back(client):
    response = client.get("/office/pages/")
    assert response.url.partition("?")[2] == "next=/office/pages/"
    assert response.url.partition("?")[0] in [f"/{code}/" + path for code, path in doors().items()]


def doors() -> dict[str, str]:
    found = {}
    for code in ["lt", "en"]:
        with override(code):
            found[code] = reverse("account_login").removeprefix(f"/{code}/")
    return found


def test_their_door_leads_to_ours(client):
    response = client.get("/office/login/?next=/office/pages/")
    assert response.status_code == 302
    assert response.url.endswith("?next=/office/pages/")
    assert reverse("account_login").partition("/")[0] in response.url


@pytest.mark.parametrize("path", ["/office/login/", "/office/login/?next=/office/"])
def test_nobody_signs_in_there(client, secretary, path):
    response = client.post(path, {"username": secretary.email, "password": PASSWORD, "next": "/office/"})
    assert response.status_code == 405
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path",
    ["/office/password_reset/", "/office/password_reset/done/", "/office/password_reset/confirm/MQ/set-password/"],
)
def test_nobody_resets_a_password_there(client, mailoutbox, path):
    assert client.get(path).status_code == 302
    assert client.post(path, {"email": "x@pavyzdys.test", "new_password1": "x"}).status_code == 405
    assert mailoutbox == []


def test_leaving_the_office_is_our_sign_out(client, secretary):
    client.force_login(secretary)
    assert client.post("/office/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_users_are_not_edited_past_our_checks(client, secretary):
    person = UserFactory()
    for user in [secretary, UserFactory(superuser=True, second_factor=True)]:
        client.force_login(user)
        assert client.get("/office/users/").url == reverse("people")
        assert client.get(f"/office/users/edit/{person.pk}/").url == person.get_absolute_url()
        assert client.post(f"/office/users/edit/{person.pk}/", {"is_superuser": "on"}).status_code == 405
        assert client.post("/office/users/new/", {}).status_code == 405
    assert not User.objects.get(pk=person.pk).is_superuser


def test_groups_are_not_changed_past_the_audit(client, secretary):
    group = Group.objects.get(name=SECRETARIAT)
    for user in [secretary, UserFactory(superuser=True, second_factor=True)]:
        client.force_login(user)
        for path in ["/office/groups/", "/office/groups/new/", f"/office/groups/edit/{group.pk}/"]:
            assert client.get(path).url == reverse("people")
            assert client.post(path, {"name": "Everybody", "permissions": []}).status_code == 405
        menu = client.get("/office/").text
        assert "/office/groups/" not in menu
        assert "/office/users/" not in menu
    assert Group.objects.get(pk=group.pk).name == SECRETARIAT


def test_the_own_account_is_ours(client, secretary):
    client.force_login(secretary)
    assert client.get("/office/account/").url == reverse("account")
    assert client.post("/office/account/", {"name_email-email": "x@pavyzdys.test"}).status_code == 405


@pytest.mark.parametrize("path", ["/office/", "/office/pages/", "/office/reports/locked/", "/office/groups/"])
def test_without_the_right_the_office_says_no_and_does_not_go_in_circles(client, path):
    client.force_login(UserFactory())
    assert client.get(path).status_code == 403
    assert client.get("/office/login/", follow=True).status_code == 403


@pytest.mark.parametrize("path", ["/office/", "/office/pages/", "/office/images/", "/office/documents/"])
def test_the_secretariat_works_there(client, secretary, path):
    client.force_login(secretary)
    assert client.get(path).status_code == 200


def test_the_group_may_edit_and_publish_all_pages(secretary):
    root = Page.objects.get(depth=1)
    can = root.permissions_for_user(secretary)
    assert can.can_add_subpage()
    assert root.get_children().first().permissions_for_user(secretary).can_publish()
    assert secretary.groups.get().name == SECRETARIAT
    assert not root.permissions_for_user(UserFactory()).can_add_subpage()


def test_the_office_speaks_the_language_of_the_person():
    for language, word in [("lt", 'lang="lt"'), ("en", 'lang="en"')]:
        client = ProvenClient(headers={"accept-language": "de"})
        client.force_login(UserFactory(secretariat=True, second_factor=True, language=language))
        assert word in client.get("/office/").content.decode()[:300]


@pytest.mark.parametrize("action", ["delete", "set_active_state", "assign_role"])
def test_people_are_not_changed_in_bulk_past_our_checks(client, action):
    person = UserFactory()
    client.force_login(UserFactory(superuser=True, second_factor=True))
    path = f"/office/bulk/accounts/user/{action}/?id={person.pk}"
    assert client.get(path).url == reverse("people")
    assert client.post(path, {"mark_as_active": ""}).status_code == 405
    assert User.objects.get(pk=person.pk).is_active


def test_a_number_longer_than_any_leads_to_the_list(client, secretary):
    client.force_login(secretary)
    assert client.get(f"/office/users/{'9' * 5000}/").url == reverse("people")


def test_no_page_is_shut_with_a_password_for_many(client, secretary):
    """Its page would be a door of Wagtail's, and we have walled those up."""
    client.force_login(secretary)
    page = Page.objects.filter(depth=2).first()
    choices = client.get(f"/office/pages/{page.pk}/privacy/").context["form"].fields["restriction_type"].choices
    assert [value for value, _words in choices] == ["none", "login", "groups"]
