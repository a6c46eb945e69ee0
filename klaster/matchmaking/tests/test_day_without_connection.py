"""One's own day on a phone without a connection: as it was seen last, and nothing of it once one has signed out."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from klaster.accounts.factories import UserFactory
from klaster.events.tests.test_door_in_a_browser import CONTROLLED, Wire
from klaster.matchmaking.actions import booking
from klaster.matchmaking.tests.test_booking import make_fair_of_today, slots_of, someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.thread.port)
    yield wire
    wire.cut()
    wire.shutdown()
    wire.server_close()


def test_the_last_day_seen_is_read_without_a_connection_until_one_signs_out(site, wire, context):
    fair = make_fair_of_today()
    person = UserFactory(language="en")
    one, other, third = someone(fair, people=[person]), someone(fair, name="Pramanyta toli"), someone(fair)
    booking.book(one, other, slots_of(fair)[0], by=None)
    url = f"http://localhost:{wire.server_address[1]}"
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    with override("en"):
        day = url + reverse("my_day", args=[fair.event.slug])
    page = context.new_page()
    page.goto(day)
    page.evaluate(CONTROLLED)
    expect(page.locator("#day-last")).to_be_hidden()
    booking.book(one, third, slots_of(fair)[1], by=None)
    page.reload()  # what is kept follows
    page.wait_for_function("async name => (await (await caches.match(name)).text()).includes('2 meetings')", arg=day)
    context.set_offline(True)
    wire.cut()
    page.reload()
    expect(page.locator("#day-last")).to_contain_text("No connection. This is your day as of")
    expect(page.get_by_role("heading", name="Pramanyta toli")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.myday')).display") == "grid"
    wire.mend()
    context.set_offline(False)
    page.goto(day)
    page.locator(".menu-anchor[popovertarget=person-menu]").click()
    page.locator("#person-menu").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: address != day)
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(found => found.length)") == 0
