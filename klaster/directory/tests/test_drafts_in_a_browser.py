"""What is typed into a long form survives a closed tab, a second window and a lost connection, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.directory.models import Cluster, FormDraft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"Draft saved at \d\d:\d\d")


@pytest.fixture
def coordinator(live_server, site):
    cluster = f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar Cluster"))
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__language="en").person


@pytest.fixture
def signed_in(live_server, context, coordinator):
    browse_as(coordinator, context, live_server.url)
    return context


def opened(context, live_server, path, said=None):
    page = context.new_page()
    if said is not None:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
    assert page.goto(live_server.url + path).ok
    return page


def flaws(page):
    found = violations(page)
    return [(each["id"], node["html"]) for each in found for node in each["nodes"]]


EDIT, NEW = "/en/clusters/saules/edit/", "/en/clusters/saules/openings/new/"


def test_it_is_saved_when_typing_stops_and_stands_there_again(signed_in, live_server):
    said = []
    page = opened(signed_in, live_server, EDIT, said)
    words = page.locator("[name=summary_en]")
    words.press_sequentially("Power of the s", delay=10)
    expect(page.locator("#draft-said")).to_contain_text(SAVED)
    words.press_sequentially("un", delay=10)
    page.wait_for_timeout(2600)
    assert FormDraft.objects.get().typed["summary_en"] == ["Power of the sun"]
    assert "logo" not in FormDraft.objects.get().typed
    assert all(len(values) == 1 for name, values in FormDraft.objects.get().typed.items() if name != "languages")
    for width, theme in ((1280, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(400)  # colours pass over into those of the theme
        assert flaws(page) == []
    page.close()
    again = opened(signed_in, live_server, EDIT, said)
    expect(again.locator("#draft-found")).to_contain_text("Draft saved on")
    expect(again.locator("[name=summary_en]")).to_have_value("Power of the sun")
    again.get_by_role("button", name="Save and send").click()
    expect(again.locator(".note--ok")).to_contain_text("Saved.")
    assert Cluster.objects.get().summary["en"] == "Power of the sun"
    assert not FormDraft.objects.unsent().exists()
    assert said == []


@pytest.mark.parametrize("leaving", ["close", "link", "back"])
def test_what_was_typed_just_before_leaving_is_kept(signed_in, live_server, leaving):
    page = opened(signed_in, live_server, "/en/my/")
    page.goto(live_server.url + NEW)
    page.locator("[name=title_en]").press_sequentially("We seek a wi", delay=5)
    if leaving == "close":
        page.close(run_before_unload=True)
    elif leaving == "back":
        page.go_back()
    else:
        page.get_by_role("link", name="Leave without saving").click()
    again = opened(signed_in, live_server, "/en/my/")
    again.wait_for_timeout(500)
    again.goto(live_server.url + NEW)
    expect(again.locator("[name=title_en]")).to_have_value("We seek a wi")
    again.get_by_role("button", name="Throw the draft away").click()
    expect(again.locator("[name=title_en]")).to_have_value("")


def test_a_second_window_is_told_and_chooses(signed_in, live_server):
    one, other = (opened(signed_in, live_server, EDIT) for _window in range(2))
    one.locator("[name=summary_en]").fill("written in one")
    expect(one.locator("#draft-said")).to_contain_text(SAVED)
    other.locator("[name=summary_en]").fill("written in the other")
    expect(other.locator("#draft-said")).to_contain_text("You write into this form in another window, too.")
    assert flaws(other) == []
    assert FormDraft.objects.get().typed["summary_en"] == ["written in one"]
    other.get_by_role("button", name="Keep what stands here").click()
    expect(other.locator("#draft-said")).to_contain_text(SAVED)
    assert FormDraft.objects.get().typed["summary_en"] == ["written in the other"]
    expect(one.locator("[name=summary_en]")).to_have_value("written in one")


def test_a_lost_connection_is_said_and_tried_again(signed_in, live_server):
    page = opened(signed_in, live_server, EDIT)
    page.route("**/my/drafts/**", lambda route: route.abort())
    page.locator("[name=summary_en]").fill("in a tunnel")
    expect(page.locator("#draft-said")).to_contain_text("The draft could not be saved just now.")
    page.unroute("**/my/drafts/**")
    expect(page.locator("#draft-said")).to_contain_text(SAVED, timeout=15_000)
    assert FormDraft.objects.get().typed["summary_en"] == ["in a tunnel"]


def test_without_scripts_the_buttons_do_it(browser, live_server, coordinator):
    context = browser.new_context(java_script_enabled=False)
    browse_as(coordinator, context, live_server.url)
    page = opened(context, live_server, EDIT)
    page.locator("[name=summary_en]").fill("by the button")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator("[name=summary_en]")).to_have_value("by the button")
    assert not FormDraft.objects.unsent().exists()
    context.close()
