"""The office looks through somebody's eyes: for a while, for reading only, and never in secret."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts import actions
from klaster.accounts.factories import UserFactory, ViewingFactory
from klaster.accounts.models import User, Viewing
from klaster.core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def secretary():
    return UserFactory(name="Rasa Biurė", secretariat=True, second_factor=True)


@pytest.fixture
def person():
    return UserFactory(name="Jonas Jonaitis")


@pytest.fixture
def office(client, secretary):
    client.force_login(secretary)
    return client


def start(client, person, reason="asked by phone"):
    return client.post(reverse("view_as_start", args=[person.pk]), {"reason": reason})


def stop(client):
    return client.post(reverse("view_as_stop"))


def seen_as(client) -> str:
    """Who the pages of everybody greet."""
    return client.get(reverse("what_we_keep")).wsgi_request.user.name


def test_the_site_is_seen_as_the_person_with_a_banner_on_every_page(office, person):
    assert start(office, person).url == "/en/"
    for name in ["what_we_keep", "notices"]:
        page = office.get(reverse(name)).content.decode()
        assert "You see the site as <strong>Jonas Jonaitis</strong>" in page
        assert reverse("view_as_stop") in page
    assert seen_as(office) == "Jonas Jonaitis"


def test_who_looks_may_dim_the_own_screen(office, person):
    start(office, person)
    assert office.post(reverse("theme"), {"theme": "dark", "next": "/en/"}).url == "/en/#appearance"
    assert 'data-theme="dark"' in office.get(reverse("what_we_keep")).text
    assert seen_as(office) == "Jonas Jonaitis"


def test_stopping_gives_the_own_eyes_back(office, person):
    start(office, person)
    assert stop(office).url == person.get_absolute_url()
    assert seen_as(office) == "Rasa Biurė"
    assert "You see the site as" not in office.get(reverse("people")).content.decode()
    assert stop(office).url == reverse("people"), "a second click changes nothing"
    assert AuditEvent.objects.filter(action="stopped to view as").count() == 1


def test_start_and_end_are_written_down_under_both_names(office, person, secretary):
    start(office, person, reason="the form does not show")
    stop(office)
    ended, started = AuditEvent.objects.of(person)
    assert (started.action, started.actor, started.note) == (
        "started to view as", secretary, "the form does not show",
    )  # fmt: skip
    assert (ended.action, ended.actor) == ("stopped to view as", secretary)
    viewing = Viewing.objects.get()
    assert (viewing.actor, viewing.person) == (secretary, person)
    assert viewing.ended_at


def test_the_person_reads_who_looked_and_why(office, person):
    start(office, person, reason="the form does not show")
    own = Client()
    own.force_login(person)
    page = own.get(reverse("my_data")).content.decode()
    assert "Rasa Biurė" in page
    assert "the form does not show" in page


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "name", ["account", "channels", "notices_read", "my_data_export", "my_data_erase", "account_logout"]
)
def test_nothing_is_changed_meanwhile(office, person, method, name):
    start(office, person)
    response = getattr(office, method)(reverse(name), {"name": "Kitas", "language": "lt", "time_zone": "Europe/Riga"})
    assert response.status_code == 403
    assert "Nothing can be changed meanwhile" in response.content.decode()
    person.refresh_from_db()
    assert (person.name, person.language) == ("Jonas Jonaitis", "en")


@pytest.mark.parametrize(
    "name",
    [
        "account", "my_data", "my_data_erase", "usersessions_list", "account_email", "account_change_password",
        "mfa_index", "mfa_view_recovery_codes", "mfa_download_recovery_codes", "account_reauthenticate", "people",
    ],
)  # fmt: skip
def test_pages_about_the_account_stay_closed(office, person, name):
    start(office, person)
    assert office.get(reverse(name)).status_code == 403


def test_the_wagtail_office_stays_closed(office, person):
    start(office, person)
    assert office.get(reverse("wagtailadmin_home")).status_code == 403


def test_reading_notices_leaves_them_unread(office, person):
    start(office, person)
    assert office.get(reverse("notices")).status_code == 200
    assert office.post(reverse("notice_open", args=[1])).status_code == 403


@pytest.mark.parametrize("role", ["secretariat", "superuser"])
def test_nobody_of_the_office_is_looked_through(office, role):
    colleague = UserFactory(**{role: True})
    assert start(office, colleague).status_code == 403
    assert not Viewing.objects.exists()


def test_a_superuser_cannot_either_though_superusers_may_everything(client):
    client.force_login(UserFactory(superuser=True, second_factor=True))
    with pytest.raises(ValidationError):
        actions.start_viewing(UserFactory(secretariat=True), by=UserFactory(superuser=True), reason="why not")
    assert start(client, UserFactory(secretariat=True)).status_code == 403
    assert not Viewing.objects.exists()


def test_not_oneself_not_a_closed_account(office, secretary):
    closed = UserFactory(is_active=False)
    assert start(office, secretary).status_code == 403
    assert start(office, closed).status_code == 403


def test_only_the_office_may(client, person):
    client.force_login(UserFactory())
    assert start(client, person).status_code == 404
    assert not Viewing.objects.exists()


def test_a_visitor_is_sent_to_sign_in(client, person):
    assert start(client, person).url.startswith(reverse("account_login"))


def test_a_reason_is_asked(office, person):
    response = start(office, person, reason=" ")
    assert response.status_code == 200
    assert response.context["viewing_form"].errors
    assert not Viewing.objects.exists()


@pytest.mark.parametrize(("late", "name"), [(-1, "Jonas Jonaitis"), (0, "Rasa Biurė"), (1, "Rasa Biurė")])
def test_it_ends_by_itself_to_the_second(office, person, late, name):
    start(office, person)
    viewing = Viewing.objects.get()
    assert viewing.until - viewing.started_at == datetime.timedelta(minutes=15)
    with time_machine.travel(viewing.until + datetime.timedelta(seconds=late), tick=False):
        assert seen_as(office) == name
    viewing.refresh_from_db()
    assert viewing.ended_at == (None if late < 0 else viewing.until)


def test_it_ends_when_the_person_joins_the_office(office, person):
    start(office, person)
    actions.join_secretariat(person, by=UserFactory(superuser=True))
    assert seen_as(office) == "Rasa Biurė"


def test_it_ends_when_who_looks_leaves_the_office(office, person, secretary):
    start(office, person)
    actions.dismiss_secretary(secretary, by=UserFactory(superuser=True))
    assert seen_as(office) == "Rasa Biurė"


def test_another_view_ends_the_first(office, person):
    start(office, person)
    stop(office)
    start(office, person)
    other = UserFactory()
    actions.start_viewing(other, by=User.objects.get(name="Rasa Biurė"), reason="another")
    assert Viewing.objects.running().get().person == other
    assert seen_as(office) == "Rasa Biurė", "the session of the first view shows nobody's eyes"


def test_a_session_cannot_borrow_the_view_of_a_colleague(client, person):
    viewing = ViewingFactory(person=person)
    client.force_login(UserFactory(name="Kita Biurė", secretariat=True, second_factor=True))
    session = client.session
    session["viewing"] = viewing.pk
    session.save()
    assert seen_as(client) == "Kita Biurė"


def test_the_devices_of_the_person_do_not_show_the_office(office, person, secretary):
    start(office, person)
    office.get(reverse("what_we_keep"))
    assert not person.usersession_set.exists()
    assert secretary.usersession_set.count() == 1


def test_the_database_refuses_what_must_not_be():
    viewing = ViewingFactory()
    for values in [
        {"person": viewing.actor},
        {"reason": ""},
        {"until": viewing.started_at - datetime.timedelta(seconds=1)},
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Viewing.objects.filter(pk=viewing.pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewingFactory(actor=viewing.actor)
    ViewingFactory(actor=viewing.actor, ended_at=timezone.now())
