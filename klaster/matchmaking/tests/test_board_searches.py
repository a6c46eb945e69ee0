"""Searches people keep: once each, told of what is new, never twice, ended by one click."""

import datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from klaster.accounts.factories import UserFactory
from klaster.core import lists
from klaster.core.models import Letter, Notice
from klaster.core.tests.visits import url
from klaster.directory import factories as d
from klaster.matchmaking import emails
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import searches as actions
from klaster.matchmaking.models import SavedSearch

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def person():
    return UserFactory(language="en")


@pytest.fixture
def search(person):
    return actions.save(by=person, name="Lasers", query="q=laser&side=offer&nothing=1&page=3")


def later(hours=1):
    return time_machine.travel(timezone.now() + hours * HOUR, tick=False)


def test_the_same_search_is_kept_once(person, search):
    assert search.query == "side=offer&q=laser"
    assert actions.save(by=person, name="Again", query="side=offer&q=laser") == search
    assert actions.save(by=UserFactory(), name="Again", query="side=offer&q=laser") != search


def test_new_ones_that_fit_are_told_once(person, search):
    f.PostingFactory(title="Old laser marking", published_at=timezone.now() - HOUR)
    with later():
        f.PostingFactory(title="Laser marking", published_at=timezone.now() - HOUR / 2, slug="new-2026")
        f.PostingFactory(title="Laser wanted", side="need", published_at=timezone.now() - HOUR / 2)
        just_now = f.PostingFactory(title="Laser cutting", published_at=timezone.now())
        assert emails.alerts(0) == 1
        assert emails.alerts(0) == 0
    letter = Letter.objects.get()
    assert "Laser marking" in letter.body
    assert "new-2026" in letter.body
    for other in ("Old laser", "wanted", "cutting"):
        assert other not in letter.body
    with translation.override("en"):
        assert Notice.objects.get(person=person).subject == "1 new on the board: Lasers"
    with later(2):  # what was too new then is told now, and the other not again
        assert emails.alerts(0) == 1
    second = Letter.objects.order_by("-pk").first()
    assert just_now.title in second.body
    assert "Laser marking" not in second.body


def test_ones_own_are_no_news(person, search):
    firm = d.AffiliationFactory(person=person).organisation
    with later():
        f.PostingFactory(title="Laser marking", organisation=firm, published_at=timezone.now() - HOUR / 2)
        assert emails.alerts(0) == 0


def test_one_click_in_the_letter_ends_them(person, search):
    with later():
        f.PostingFactory(title="Laser marking", published_at=timezone.now() - HOUR / 2)
        emails.alerts(0)
    letter = Letter.objects.get()
    link = lists.url(letter.list_name, person, "en")
    assert link in letter.body
    assert Client().post(urlsplit(link).path).status_code == 200
    assert not actions.is_on(search)
    with later(3):
        f.PostingFactory(title="Laser cutting", published_at=timezone.now() - HOUR)
        assert emails.alerts(0) == 0
    actions.switch(search, by=person, on=True)
    assert actions.is_on(SavedSearch.objects.get())


def test_who_wants_no_mail_about_them_gets_none(person, search):
    person.chosen_channels = {"matchmaking.alerts": ["site"]}
    person.save()
    with later():
        f.PostingFactory(title="Laser marking", published_at=timezone.now() - HOUR / 2)
        emails.alerts(0)
    assert Notice.objects.filter(person=person).exists()
    assert not Letter.objects.exists()


def test_saved_from_the_list_switched_off_and_deleted(person):
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(url("saved_search_new") + "?side=need&q=fog")
    assert "Search: fog" in page.context["form"]["name"].value()
    client.post(url("saved_search_new"), {"name": "Fog", "query": "side=need&q=fog"})
    row = SavedSearch.objects.get()
    assert "Fog" in client.get(url("saved_searches")).text
    client.post(url("saved_search_act", row.pk), {"do": "off"})
    assert not SavedSearch.objects.get().has_alerts
    client.post(url("saved_search_act", row.pk), {"do": "delete"})
    assert not SavedSearch.objects.exists()
    for number in range(actions.MOST):
        actions.save(by=person, name="x", query=f"q=word{number}")
    assert client.post(url("saved_search_new"), {"name": "One more", "query": "q=y"}).status_code == 422
