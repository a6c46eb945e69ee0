"""Registering with a colleague, and the organiser's form, in a real browser: no flaw, and nothing needs a script."""

import pytest
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.events import factories as f
from klaster.events.models import RegistrationState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event(site):
    event = f.EventFactory(slug="forum", capacity=1)
    f.CategoryFactory(event=event)
    f.SessionFactory(event=event, capacity=3)
    options = [{"en": "Green"}, {"en": "White"}]
    f.QuestionFactory(event=event, kind="several", options=options)
    return event


def flaws(page):
    found = violations(page)
    return [(each["id"], node["html"]) for each in found for node in each["nodes"]]


def test_a_group_registers_without_script(live_server, browser, event):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url + reverse("event_register", args=["forum"]))
    page.locator("[name=name]").fill("Ona Onaitė")
    page.locator("[name=email]").fill("ona@example.org")
    page.get_by_role("button", name="Add a colleague").click()
    page.locator("[name=colleagues-0-name]").fill("Petras Petraitis")
    page.locator("button[name=send]").last.click()
    assert page.locator(".errors li").count() == 1  # the category
    page.get_by_role("radio").first.check()
    page.locator("button[name=send]").last.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your registration was sent"
    page.context.close()
    states = list(event.registrations.order_by("number").values_list("name", "state"))
    assert states == [("Ona Onaitė", "confirmed"), ("Petras Petraitis", "waiting")]


def test_who_is_offered_a_place_takes_changes_and_gives_it_back_by_the_link(live_server, page, event):
    row = f.RegistrationFactory(
        event=event, state="offered", offered_until=f.in_days(2), category=event.categories.get(), name="Ona Onaitė"
    )
    page.goto(live_server.url + reverse("registration_detail", args=[row.link_token()]))
    page.get_by_role("button", name="Take the place").click()
    assert "You have a place." in page.locator("main").inner_text()
    page.get_by_role("link", name="Change").click()
    page.locator("[name=position]").fill("Coordinator")
    page.get_by_role("button", name="Save").click()
    assert "Ona Onaitė, Coordinator" in page.locator("main").inner_text()
    page.get_by_text("I cannot come").click()
    page.get_by_role("button", name="Cancel my registration").click()
    assert "The registration is cancelled." in page.locator("main").inner_text()
    row.refresh_from_db()
    assert row.state == RegistrationState.CANCELLED


def test_pages_of_registration_have_no_flaws(live_server, context, event, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    browse_as(UserFactory(secretariat=True), context, live_server.url)
    waits = f.RegistrationFactory(event=event, state=RegistrationState.WAITING)
    names = {
        "event_register": ["forum"],
        "registration_detail": [waits.link_token()],
        "event_form_edit": ["forum"],
        "form_part_new": ["forum", "question"],
    }
    page = context.new_page()
    for name, args in names.items():
        assert page.goto(live_server.url + reverse(name, args=args)).ok
        for width, theme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(400)
            assert flaws(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
