"""A piece of news on its way to the public, as the people concerned see it: in a real browser, with real clicks."""

import datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.template import engines
from django.utils import timezone
from django.utils.text import slugify
from playwright.sync_api import expect

from klaster.accounts.factories import UserFactory
from klaster.newsroom.jobs import keep_schedule
from klaster.newsroom.models import ArticleIndexPage, ArticlePage
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.browser
PASSWORD = "demo-demo-demo"
PATIENCE = 20_000  # milliseconds: the office's first page takes long on a busy machine


@pytest.fixture
def site(transactional_db, site, settings, monkeypatch):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    # Wagtail's templates give defaults to names that are not there; the suite's watch over ours takes them away.
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")
    return site


def person(name, **fields):
    somebody = UserFactory(name=name, language="en", **fields)
    EmailAddress.objects.create(user=somebody, email=somebody.email, verified=True, primary=True)
    return somebody


@pytest.fixture
def author(site):
    somebody = person("Vardenė Pavardenė")
    somebody.groups.add(Group.objects.get(name=AUTHORS))
    return somebody


@pytest.fixture
def secretary(site):
    return person("Biuro Darbuotoja", secretariat=True)


@pytest.fixture
def sees(browser, live_server):
    """A window of somebody's own, signed in by the site's own form; without a person it is a visitor's."""
    contexts = []

    def open_for(somebody=None):
        context = browser.new_context(locale="en-GB", timezone_id="Europe/Vilnius", base_url=live_server.url)
        contexts.append(context)
        window = context.new_page()
        window.set_default_timeout(PATIENCE)
        if somebody:
            window.goto("/en/sign-in/")
            window.get_by_label("E-mail").fill(somebody.email)
            window.get_by_label("Password", exact=True).fill(PASSWORD)
            window.keyboard.press("Enter")
            window.wait_for_url(lambda url: "sign-in" not in url)
        return window

    yield open_for
    for context in contexts:
        context.close()


def write(window, index, title):
    """Fill in the form of an article, up to the buttons."""
    window.goto(f"/office/pages/add/newsroom/articlepage/{index.pk}/")
    window.locator("[name=summary]").fill("Two clusters try it out.")
    window.locator("[name=date]").fill("2027-03")
    slug = window.locator("[name=slug]")
    for _try in range(5):  # the office's script makes the address of the title, once it has begun to listen
        window.locator("[name=title]").fill("")
        window.locator("[name=title]").fill(title)
        window.locator("[name=title]").blur()
        if waits_for(slug, slugify(title)):
            return
    expect(slug).to_have_value(slugify(title))


def waits_for(field, value):
    try:
        expect(field).to_have_value(value, timeout=PATIENCE / 5)
    except AssertionError:
        return False
    return True


def choose(window, words):
    """Open the menu beside the main button and take an entry of it."""
    window.locator("footer .w-dropdown__toggle").click()
    window.locator("footer").get_by_role("button", name=words).click()


def test_author_writes_the_office_approves_everybody_reads(sees, author, secretary):
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    visitor = sees()

    desk = sees(author)
    write(desk, index, "A laser for wood")
    choose(desk, "Submit to")
    expect(desk.locator(".messages li.success")).to_be_visible(timeout=PATIENCE)
    article = ArticlePage.objects.get()
    assert not article.live
    assert visitor.goto("/en/news/a-laser-for-wood/").status == 404

    office = sees(secretary)
    office.goto("/office/")
    office.get_by_role("link", name="A laser for wood").first.click()
    choose(office, "Approve and Publish")
    expect(office.locator(".messages li.success")).to_be_visible(timeout=PATIENCE)

    visitor.goto("/en/news/")
    visitor.get_by_role("link", name="A laser for wood").click()
    expect(visitor.locator("h1")).to_have_text("A laser for wood", timeout=PATIENCE)
    expect(visitor.locator("main")).to_contain_text("March 2027", timeout=PATIENCE)


def test_news_with_a_time_of_its_own_waits_for_it(sees, secretary):
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    office, visitor = sees(secretary), sees()
    tomorrow = timezone.localtime() + datetime.timedelta(days=1)
    write(office, index, "Forum next week")
    office.get_by_role("button", name="Toggle status").click()
    office.get_by_role("button", name="Set schedule").click()
    office.locator("[name=go_live_at]").fill(tomorrow.strftime("%Y-%m-%d %H:%M"))
    office.keyboard.press("Tab")
    office.get_by_role("button", name="Save schedule").press("Enter")  # the calendar may lie over it
    choose(office, "Schedule to publish")
    expect(office.locator(".messages li.success")).to_be_visible(timeout=PATIENCE)

    assert visitor.goto("/en/news/forum-next-week/").status == 404
    keep_schedule(0)
    assert visitor.goto("/en/news/forum-next-week/").status == 404
    with time_machine.travel(tomorrow + datetime.timedelta(minutes=1)):
        keep_schedule(0)
    assert visitor.goto("/en/news/forum-next-week/").status == 200
    expect(visitor.locator("h1")).to_have_text("Forum next week", timeout=PATIENCE)
