"""Registering, confirming, signing in and out, forgetting and changing the password, changing the address."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import PASSWORD, UserFactory
from klaster.accounts.models import User
from klaster.core.models import Letter

pytestmark = pytest.mark.django_db

NEW = "keturi obuoliai ant stalo"


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def is_in(client) -> bool:
    return client.get(reverse("account")).status_code == 200


def register(client, email="nauja@pavyzdys.test"):
    return client.post(
        reverse("account_signup"), {"name": "Nauja Naujienė", "email": email, "password1": NEW, "language": "x"}
    )


def test_who_registers_is_in_after_confirming_the_address(client, links):
    response = register(client)
    assert response.url == reverse("account_email_verification_sent")
    assert not is_in(client)
    person = User.objects.get()
    assert (person.email, person.name, person.language) == ("nauja@pavyzdys.test", "Nauja Naujienė", "en")
    (link,) = links("nauja@pavyzdys.test")
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified, "a reader of links who only looks confirms nothing"
    assert client.post(link).status_code == 302
    assert EmailAddress.objects.get().verified
    assert is_in(client)


def test_before_the_address_is_confirmed_the_password_opens_nothing(client):
    register(client)
    other = Client()
    assert sign_in(other, "nauja@pavyzdys.test", NEW).url == reverse("account_email_verification_sent")
    assert not is_in(other)


def test_a_name_is_asked_and_a_weak_password_refused(client):
    response = client.post(reverse("account_signup"), {"email": "x@pavyzdys.test", "password1": "trumpas"})
    assert set(response.context["form"].errors) == {"name", "password1"}
    assert not User.objects.exists()


def test_known_and_unknown_addresses_get_the_same_answer_at_registration(client, send_letters):
    UserFactory(email="senas@pavyzdys.test", proven=True)
    known, unknown = register(Client(), "senas@pavyzdys.test"), register(Client(), "kitas@pavyzdys.test")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    subjects = {mail.to[0]: mail.subject for mail in send_letters()}
    assert subjects == {
        "senas@pavyzdys.test": "You are already registered",
        "kitas@pavyzdys.test": "Confirm your address",
    }


def test_known_and_unknown_addresses_get_the_same_answer_when_the_password_is_forgotten(client, send_letters):
    UserFactory(email="senas@pavyzdys.test", proven=True)
    answers = []
    for address in ["senas@pavyzdys.test", "niekas@pavyzdys.test"]:
        response = client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        answers.append(response.content)
    assert answers[0] == answers[1]
    subjects = {mail.to[0]: mail.subject for mail in send_letters()}
    assert subjects == {
        "senas@pavyzdys.test": "A new password",
        "niekas@pavyzdys.test": "There is no account with this address",
    }


def test_known_and_unknown_addresses_get_the_same_answer_to_a_wrong_password(client):
    UserFactory(email="senas@pavyzdys.test", proven=True)
    errors = [
        sign_in(client, address, "wrong-wrong-wrong").context["form"].non_field_errors()
        for address in ["senas@pavyzdys.test", "niekas@pavyzdys.test"]
    ]
    assert errors[0] == errors[1] == ["The address or the password is not right."]


def test_attempts_are_limited(client):
    UserFactory(email="senas@pavyzdys.test", proven=True)
    for _attempt in range(5):
        sign_in(client, "senas@pavyzdys.test", "wrong-wrong-wrong")
    response = sign_in(client, "senas@pavyzdys.test")
    assert response.context["form"].non_field_errors() == ["Too many attempts failed. Try again in a few minutes."]
    assert not is_in(client)


def test_a_forged_forwarded_header_does_not_lift_the_limit(client):
    for attempt in range(31):
        response = client.post(
            reverse("account_login"),
            {"login": f"n{attempt}@pavyzdys.test", "password": "x"},
            headers={"x-forwarded-for": f"10.0.0.{attempt}"},
        )
    assert response.status_code == 429


def test_a_repeated_parameter_sends_nothing_to_the_second_address(client, send_letters):
    UserFactory(email="senas@pavyzdys.test", proven=True)
    client.post(reverse("account_reset_password"), {"email": ["senas@pavyzdys.test", "vagis@pavyzdys.test"]})
    assert [(m.to, m.subject) for m in send_letters()] == [
        (["vagis@pavyzdys.test"], "There is no account with this address")
    ]


def test_letters_link_to_this_site_whatever_host_the_request_claims(client, send_letters, settings):
    settings.ALLOWED_HOSTS = ["testserver", "vagis.test"]
    UserFactory(email="senas@pavyzdys.test", proven=True)
    client.post(reverse("account_reset_password"), {"email": "senas@pavyzdys.test"}, headers={"host": "vagis.test"})
    (mail,) = send_letters()
    assert "vagis.test" not in mail.body
    assert f"{settings.SITE_URL}/en/" in mail.body


def test_letters_come_in_the_language_of_the_reader(client, send_letters):
    UserFactory(email="senas@pavyzdys.test", proven=True, language="lt")
    client.post(reverse("account_reset_password"), {"email": "senas@pavyzdys.test"})
    (mail,) = send_letters()
    assert "/lt/" in mail.body
    assert Letter.objects.get().language == "lt"
    assert Letter.objects.get().body == "", "a link to sign in is wiped once it was sent"


def test_a_new_password_by_letter_ends_all_sessions_and_works_once(client, links):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    assert is_in(elsewhere)
    client.post(reverse("account_reset_password"), {"email": person.email})
    (link,) = links(person.email)
    step = client.get(link)
    response = client.post(step.url, {"password1": NEW, "password2": NEW})
    assert response.url == reverse("account_reset_password_from_key_done")
    assert not is_in(elsewhere)
    assert sign_in(Client(), person.email).status_code == 200, "the old password opens nothing"
    fresh = Client()
    sign_in(fresh, person.email, NEW)
    assert is_in(fresh)
    assert Client().get(link).context["token_fail"]


def test_a_new_password_ends_all_sessions_this_one_too_and_is_told_by_letter(client, send_letters):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    sign_in(client, person.email)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert not is_in(client)
    assert not is_in(elsewhere)
    assert [mail.subject for mail in send_letters()] == ["Your password was changed"]


def test_the_address_changes_once_the_new_one_is_confirmed(client, links, send_letters):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    sign_in(client, person.email)
    response = client.post(reverse("account_email"), {"email": "naujas@pavyzdys.test", "action_add": ""}, follow=True)
    if response.redirect_chain[-1][0].startswith(reverse("account_reauthenticate")):
        response = client.post(response.redirect_chain[-1][0], {"password": PASSWORD}, follow=True)
    person.refresh_from_db()
    assert person.email == "senas@pavyzdys.test"
    (link,) = links("naujas@pavyzdys.test")
    client.post(link)
    person.refresh_from_db()
    assert person.email == "naujas@pavyzdys.test"
    assert [a.email for a in person.emailaddress_set.all()] == ["naujas@pavyzdys.test"]
    told = [mail for mail in send_letters() if mail.to == ["senas@pavyzdys.test"]]
    assert [mail.subject for mail in told] == ["Your address was changed"], "the old address hears of it"


def test_somebody_elses_address_is_not_taken_over(client, send_letters):
    UserFactory(email="savininke@pavyzdys.test", proven=True)
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    sign_in(client, person.email)
    client.post(reverse("account_email"), {"email": "savininke@pavyzdys.test", "action_add": ""})
    for mail in send_letters():
        assert "Confirm your address" not in mail.subject
    person.refresh_from_db()
    assert person.email == "senas@pavyzdys.test"


def test_a_closed_account_loses_page_and_door_at_once(client):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    sign_in(client, person.email)
    assert is_in(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_in(client)
    sign_in(client, person.email)
    assert not is_in(client)


@pytest.mark.parametrize(("reads", "letters"), [("en", "lt"), ("lt", "en")])
def test_who_signs_in_goes_on_in_the_language_they_read(client, reads, letters):
    person = UserFactory(email="senas@pavyzdys.test", proven=True, language=letters)
    with override(reads):
        assert sign_in(client, person.email).url == f"/{reads}/"


@pytest.mark.parametrize(
    "elsewhere", ["https://vagis.test/", "//vagis.test/", "/\\vagis.test", "javascript:alert(1)", "https:///vagis.test"]
)
def test_nobody_is_sent_to_another_site(client, elsewhere):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": elsewhere})
    assert response.url == "/en/"


def test_the_page_that_was_wanted_comes_after_signing_in(client):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    wanted = client.get(reverse("my_data")).url
    assert wanted == f"{reverse('account_login')}?next={reverse('my_data')}"
    response = client.post(wanted, {"login": person.email, "password": PASSWORD, "next": reverse("my_data")})
    assert response.url == reverse("my_data")


def test_signing_out_needs_a_post_and_leaves_no_session(client):
    person = UserFactory(email="senas@pavyzdys.test", proven=True)
    sign_in(client, person.email)
    client.get(reverse("account_logout"))
    assert is_in(client)
    assert client.post(reverse("account_logout")).url == "/en/"
    assert not is_in(client)
    assert not Session.objects.exists()
