"""Whatever goes wrong, people get a page in their language that says what to do next."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.test import Client
from django.utils.functional import SimpleLazyObject

from klaster.core import errors

pytestmark = pytest.mark.urls("tests.error_urls")

# Those that must not need the database are tested without one: pytest-django refuses every query of such a test.
WITHOUT_DATABASE = [("suspicious", 400), ("fault", 500), ("away", 503)]
WITH_DATABASE = [("denied", 403), ("nowhere", 404), ("often", 429), ("slow", 503)]


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def page_of(response, status, language):
    """The text of a whole error page in a language."""
    html = " ".join(response.content.decode().split())
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert f"Error {status}" in html or language != "en"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    return html


@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize(("what", "status"), WITHOUT_DATABASE)
def test_a_page_that_needs_no_database(visitor, what, status, language):
    page_of(visitor.get(f"/{language}/wrong/{what}/"), status, language)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize(("what", "status"), WITH_DATABASE)
def test_a_page_in_the_frame_of_the_site(visitor, what, status, language):
    page_of(visitor.get(f"/{language}/wrong/{what}/"), status, language)


@pytest.mark.parametrize(("accepted", "language"), [("en-GB,en;q=0.9", "en"), ("de,lt;q=0.5", "lt"), ("zz", "lt")])
def test_without_a_language_in_the_address_the_browser_says_it(visitor, accepted, language):
    page_of(visitor.get("/wrong/fault/", headers={"accept-language": accepted}), 500, language)


def test_a_fault_says_its_number_and_nothing_of_its_cause(visitor):
    html = page_of(visitor.get("/en/wrong/fault/"), 500, "en")
    assert re.search(r'<strong class="s2">[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}</strong>', html)
    assert "secret" not in html
    assert "ValueError" not in html


def test_a_database_that_is_away_says_when_to_come_again(visitor):
    response = visitor.get("/en/wrong/away/")
    html = page_of(response, 503, "en")
    assert response["Retry-After"] == "30"
    assert "10.1.2.3" not in html


def test_a_database_that_is_away_outside_views_is_no_fault_of_ours(visitor, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.error_urls.DatabaseAway"]
    response = visitor.get("/lt/wrong/form/")
    page_of(response, 503, "lt")
    assert response["Retry-After"] == "30"


@pytest.mark.django_db
def test_a_frame_that_cannot_ask_who_is_signed_in_says_the_database_is_away(rf):
    def ask():
        raise OperationalError("gone")

    request = rf.get("/en/nowhere/")
    request.user = SimpleLazyObject(ask)
    page_of(errors.page(request, 404), 503, "en")


@pytest.mark.django_db
def test_who_comes_too_often_is_told_when_it_goes_on(visitor):
    response = visitor.get("/en/wrong/often/")
    html = page_of(response, 429, "en")
    assert response["Retry-After"] == "90"
    assert "Try again in 2 minutes." in html


@pytest.mark.parametrize("language", ["lt", "en"])
@pytest.mark.parametrize("checked", [True, False], ids=["in the check of the token", "in the view"])
def test_too_much_in_a_form(settings, language, checked):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    sender = Client(
        raise_request_exception=False, enforce_csrf_checks=checked, headers={"cookie": "csrftoken=" + "a" * 32}
    )
    response = sender.post(f"/{language}/wrong/form/", "text=" + "a" * 101, "application/x-www-form-urlencoded")
    page_of(response, 413, language)


def test_too_many_fields_in_a_form(visitor, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    response = visitor.post("/en/wrong/form/", "a=1&b=2&c=3&d=4", "application/x-www-form-urlencoded")
    page_of(response, 413, "en")


def test_a_host_that_is_not_ours_gets_a_page_without_a_word_of_it(visitor):
    html = page_of(visitor.get("/en/wrong/form/", headers={"host": "evil.example"}), 400, "en")
    assert "evil" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["lt", "en"])
def test_a_form_without_its_token_says_that_what_was_typed_is_still_there(language):
    sender = Client(enforce_csrf_checks=True)
    html = page_of(sender.post(f"/{language}/wrong/form/", {"text": "a"}), 403, language)
    assert "what you typed is still there" in html or language != "en"


@pytest.mark.django_db
def test_who_is_signed_in_reads_as_whom(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("rasa@example.org", "x" * 12, name="Rasa Petraitytė"))
    assert "You are signed in as Rasa Petraitytė." in page_of(client.get("/en/wrong/denied/"), 403, "en")


@pytest.mark.django_db
def test_a_visitor_without_rights_is_offered_to_sign_in(visitor):
    html = page_of(visitor.get("/en/wrong/denied/"), 403, "en")
    assert "If you have an account, sign in and try again." in html


@pytest.mark.django_db
@pytest.mark.parametrize("status", errors.STATUSES)
def test_every_status_has_a_page(rf, status):
    request = rf.get("/en/")
    request.user = AnonymousUser()
    request.resolver_match = None
    page_of(errors.page(request, status), status, "en")


@pytest.mark.django_db
def test_error_pages_can_be_looked_at_but_not_in_production(visitor, settings):
    assert visitor.get("/en/components/errors/503/").status_code == 503
    assert visitor.get("/en/components/errors/418/").status_code == 404
    settings.PRODUCTION = True
    assert visitor.get("/en/components/errors/503/").status_code == 404
