"""Somebody without an account comes by the link of the registration, joins, writes a line, asks; without script too."""

import pytest
from django.urls import reverse

from klaster.events.factories import RegistrationFactory
from klaster.events.tests.test_registration_in_a_browser import flaws
from klaster.matchmaking import factories as f
from klaster.matchmaking.models import MeetingRequest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_english")]


def test_a_guest_joins_writes_and_asks(live_server, browser, site):
    matchmaking = f.MatchmakingFactory(event__slug="muge", most_requests=3)
    f.SlotFactory(matchmaking=matchmaking)
    other = f.ParticipantFactory(matchmaking=matchmaking, name="Pramanytos uogos", people=[None])
    f.LineFactory(participant=other, side="need", text="Compostable packaging for frozen berries")
    row = RegistrationFactory(
        event=matchmaking.event, person=None, state="confirmed", organisation_name="Nesama pakuotė"
    )
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(live_server.url + reverse("partner_link", args=[row.link_token()]))
    page.get_by_role("button", name="Go on").click()
    assert page.locator("[name=name]").input_value() == "Nesama pakuotė"
    page.get_by_role("button", name="Take part").click()
    page.get_by_role("link", name="Add an offer").click()
    page.locator("[name=text]").fill("Packaging of cellulose for berries, compostable")
    page.get_by_role("button", name="Go on to the tags").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Whom to meet").click()
    assert page.locator("mark").all_inner_texts()[:1] == ["Packaging"]
    page.get_by_role("link", name="Ask for a meeting").click()
    page.locator("[name=message]").fill("We bring samples.")
    page.get_by_role("button", name="Send the request").click()
    assert "They have not answered yet." in page.locator("main").inner_text()
    assert MeetingRequest.objects.get().message == "We bring samples."
    cookies = page.context.storage_state()
    page.context.close()
    page = browser.new_context(storage_state=cookies, viewport={"width": 390, "height": 844}).new_page()
    for name, args in (
        ("partner_list", []),
        ("participant_me", []),
        ("my_meetings", []),
        ("partner_detail", [other.pk]),
    ):
        page.goto(live_server.url + reverse(name, args=["muge", *args]))
        assert flaws(page) == [], name
    page.context.close()
