"""One's own day on a phone without a connection: as it was seen last, and nothing of it once one has signed out."""

import pytest
from playwright.sync_api import expect

from klaster.accounts.factories import UserFactory
from klaster.core.tests.visits import browse_as, url
from klaster.core.tests.wires import CONTROLLED
from klaster.matchmaking.actions import booking
from klaster.matchmaking.tests.test_booking import make_fair_of_today, slots_of, someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_last_day_seen_is_read_without_a_connection_until_one_signs_out(site, wire, context):
    fair = make_fair_of_today()
    person = UserFactory(language="en")
    one, other, third = someone(fair, people=[person]), someone(fair, name="Pramanyta toli"), someone(fair)
    booking.book(one, other, slots_of(fair)[0], by=None)
    here = f"http://localhost:{wire.server_address[1]}"
    browse_as(person, context, here)
    day = here + url("my_day", fair.event.slug)
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
