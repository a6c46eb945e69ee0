"""Who works for the office proves it with more than a password."""

from urllib.parse import quote

import pytest
from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.adapter import MFAAdapter
from klaster.accounts.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def enter(client, person):
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


@pytest.mark.parametrize("name", ["account", "people", "my_data", "wagtailadmin_home", "notices"])
@pytest.mark.parametrize("role", ["secretariat", "superuser"])
def test_the_office_sets_one_up_before_anything_else(client, role, name):
    client.force_login(UserFactory(**{role: True}))
    response = client.get(reverse(name))
    assert (response.status_code, response.url) == (302, reverse("mfa_index"))
    assert "Set one up to go on" in client.get(reverse("mfa_index")).content.decode()


def test_a_post_does_nothing_before(client):
    secretary = UserFactory(secretariat=True)
    client.force_login(secretary)
    client.post(reverse("account"), {"name": "Kitas", "language": "en", "time_zone": "Europe/Vilnius"})
    secretary.refresh_from_db()
    assert secretary.name != "Kitas"


def test_how_pages_look_is_chosen_before_too(client):
    client.force_login(UserFactory(secretariat=True))
    assert client.post(reverse("theme"), {"theme": "dark", "next": reverse("mfa_index")}).url.endswith("#appearance")
    assert 'data-theme="dark"' in client.get(reverse("mfa_index")).text


def test_with_one_the_office_opens(client):
    client.force_login(UserFactory(secretariat=True, second_factor=True))
    assert client.get(reverse("people")).status_code == 200
    assert client.get(reverse("wagtailadmin_home")).status_code == 200


def test_recovery_codes_alone_are_none(client):
    secretary = UserFactory(secretariat=True)
    Authenticator.objects.create(user=secretary, type=Authenticator.Type.RECOVERY_CODES, data={})
    client.force_login(secretary)
    assert client.get(reverse("people")).url == reverse("mfa_index")


def test_others_are_not_asked(client):
    client.force_login(UserFactory())
    assert client.get(reverse("account")).status_code == 200


def test_where_the_setting_is_off_nobody_is_asked(client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    client.force_login(UserFactory(secretariat=True))
    assert client.get(reverse("people")).status_code == 200


def test_leaving_is_always_possible(client):
    client.force_login(UserFactory(secretariat=True))
    assert client.post(reverse("account_logout")).url == "/en/"


def test_an_app_is_set_up_and_then_asked_for(client):
    person = UserFactory(proven=True)
    enter(client, person)
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    page = client.post(
        page.redirect_chain[-1][0], {"password": PASSWORD, "next": reverse("mfa_activate_totp")}, follow=True
    )
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).context["form"].errors
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    codes = client.get(response.url).context["unused_codes"]
    assert len(codes) == 10
    stored = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored, "the secret is stored encrypted"

    other = Client()
    assert enter(other, person).url == reverse("mfa_authenticate")
    assert other.get(reverse("account")).status_code == 302, "the password alone opens nothing"
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    other.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert other.get(reverse("account")).status_code == 200

    third = Client()
    enter(third, person)
    third.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert third.get(reverse("account")).status_code == 302, "a recovery code works once"


def test_secrets_stay_readable_while_the_old_key_is_a_fallback(settings):
    secret = generate_totp_secret()
    stored = MFAAdapter().encrypt(secret)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key " * 5
    assert MFAAdapter().decrypt(stored) == secret


def add_an_app(client):
    """Set up an authenticator app as a person does; the client is signed in."""
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    page = client.post(
        page.redirect_chain[-1][0], {"password": PASSWORD, "next": reverse("mfa_activate_totp")}, follow=True
    )
    client.post(reverse("mfa_activate_totp"), {"code": code_of(page.context["form"].secret)})


@pytest.mark.django_db(transaction=True)
def test_who_came_in_with_the_password_alone_does_not_pass_by_the_owners_second_factor(client):
    secretary = UserFactory(secretariat=True, proven=True)
    thief = Client()
    enter(thief, secretary)
    thief.get(reverse("people"))
    enter(client, secretary)
    add_an_app(client)
    assert client.get(reverse("people")).status_code == 200
    assert thief.get(reverse("people")).url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in thief.session


def test_a_session_begun_with_the_password_alone_stays_shut_before_the_signal_has_ended_it(client):
    """Adding a factor commits before the other sessions end; whoever is in between has still proven nothing."""
    secretary = UserFactory(secretariat=True, proven=True)
    thief = Client()
    enter(thief, secretary)
    Authenticator.objects.create(user=secretary, type=Authenticator.Type.TOTP, data={"secret": "of the owner"})
    proof = reverse("mfa_reauthenticate")
    assert thief.get(reverse("people")).url == f"{proof}?next={quote(reverse('people'))}"
    assert thief.post(reverse("person_deactivate", args=[UserFactory().pk]), {"reason": "x"}).url == proof
    for name in ["mfa_index", "mfa_list_webauthn", "mfa_activate_totp", "account_reauthenticate"]:
        assert thief.get(reverse(name)).url.startswith(proof), "the password opens no page that removes the app"
    assert thief.post(reverse("mfa_deactivate_totp")).url == proof
    page = thief.get(proof)
    assert "set up after you signed in here" in page.content.decode()
    assert f'href="{reverse("account_reauthenticate")}' not in page.content.decode(), "the password is no way on"
    assert thief.post(reverse("account_logout")).url == "/en/"


@pytest.mark.django_db(transaction=True)
def test_who_shows_the_second_factor_afterwards_goes_on(client):
    secretary, late = UserFactory(secretariat=True, proven=True), Client()
    enter(client, secretary)
    add_an_app(client)
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert client.get(reverse("people")).status_code == 200, "where it was set up it counts as shown"
    late.force_login(secretary)
    proof = f"{reverse('mfa_reauthenticate')}?next={quote(reverse('people'))}"
    assert late.get(reverse("people")).url == proof
    assert late.post(proof, {"code": "000000"}).status_code == 200
    assert late.get(reverse("people")).url == proof
    assert late.post(proof, {"code": codes[0], "next": reverse("people")}).url == reverse("people")
    assert late.get(reverse("people")).status_code == 200


def test_what_was_shown_counts_while_the_person_has_it(client):
    secretary = UserFactory(secretariat=True, second_factor=True)
    client.force_login(secretary)
    assert client.get(reverse("people")).status_code == 200
    secretary.authenticator_set.all().delete()
    Authenticator.objects.create(user=secretary, type=Authenticator.Type.WEBAUTHN, data={"name": "New key"})
    assert client.get(reverse("people")).url.startswith(reverse("mfa_reauthenticate_webauthn"))


def test_a_new_address_ends_the_sessions_begun_before(client, rf):
    person, other = UserFactory(proven=True), Client()
    for each in (client, other):
        enter(each, person)
        assert each.get(reverse("account")).status_code == 200
    request = rf.get("/")
    request.session = client.session
    address = person.emailaddress_set.get()
    email_changed.send(
        sender=type(person), request=request, user=person, from_email_address=address, to_email_address=address
    )
    assert client.get(reverse("account")).status_code == 200
    assert other.get(reverse("account")).status_code == 302
