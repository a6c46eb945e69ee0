"""The door on a phone: without a connection, on two phones, by the camera; and how it looks to axe."""

import datetime
import re

import numpy
import pytest
import segno
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from klaster.core.tests.wires import CONTROLLED
from klaster.directory.factories import both
from klaster.directory.tests.test_drafts_in_a_browser import flaws
from klaster.events import factories as f
from klaster.events.models import Attendance, State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOOR = "/en/events/forumas/door/"


@pytest.fixture
def event(site):
    starts = timezone.now() + datetime.timedelta(hours=1)
    event = f.EventFactory(slug="forumas", title=both("Forumas", "Forum"), state=State.CLOSED, starts=starts)
    member = f.CategoryFactory(event=event, name=both("Narys", "Member"), hue=4)
    for name in ("Ona Žąsytė", "Petras Kitas", "Jonas Trečias"):
        f.RegistrationFactory(event=event, name=name, category=member, organisation_name="UAB „Saulė“")
    return event


@pytest.fixture
def phone(live_server, event):
    """phone(context, name) is a page at the door, of a helper of that name."""

    def open_door(context, name="Asta", url=live_server.url):
        client = Client()
        member = f.TeamMemberFactory(event=event, person__name=name, person__language="en")
        client.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
        page = context.new_page()
        page.set_viewport_size({"width": 390, "height": 844})
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(url + DOOR)
        expect(page.locator("#door-line")).to_have_text("Connected")
        return page

    return open_door


def press(page, name):
    page.get_by_role("button", name=f"Check in – {name}").click()


def test_two_check_in_without_a_connection_and_both_are_in(phone, wire, context, event):
    page = phone(context, url=f"http://localhost:{wire.server_address[1]}")
    page.evaluate(CONTROLLED)
    page.wait_for_timeout(500)  # the page that is kept for later
    context.set_offline(True)
    wire.cut()
    press(page, "Ona Žąsytė")
    expect(page.locator("#door-line")).to_contain_text("Wait to be sent: 1")
    page.reload()
    expect(page.locator("#door-line")).to_contain_text("Wait to be sent: 1")
    expect(page.locator(".door__row")).to_have_count(3)
    page.locator("#q").fill("kitas")
    press(page, "Petras Kitas")
    expect(page.locator("#door-said")).to_have_text("Petras Kitas is checked in and will be sent.")
    expect(page.locator("#door-line")).to_contain_text("Wait to be sent: 2")
    expect(page.locator("#door-came")).to_have_text("2")
    assert not Attendance.objects.exists()
    wire.mend()
    context.set_offline(False)
    expect(page.locator("#door-line")).to_have_text("Connected", timeout=20_000)
    came = {row.registration.name for row in Attendance.objects.select_related("registration")}
    assert came == {"Ona Žąsytė", "Petras Kitas"}
    assert page.said == []


def test_two_phones_at_once_and_who_was_second_is_told(phone, browser, event):
    contexts = [browser.new_context(), browser.new_context()]
    first, second = (phone(context, name) for context, name in zip(contexts, ("Asta", "Vytis"), strict=True))
    contexts[1].set_offline(True)
    press(first, "Ona Žąsytė")
    press(second, "Ona Žąsytė")
    expect(first.locator("#door-line")).to_have_text("Connected")
    expect(first.locator(".door__row", has_text="Ona").get_by_role("button", name="Undo")).to_be_visible()
    contexts[1].set_offline(False)
    expect(second.locator("#door-problems")).to_contain_text(re.compile(r"in already: at \d\d:\d\d by Asta"))
    assert Attendance.objects.count() == 1
    second.get_by_role("button", name="Seen").click()
    expect(second.locator("#door-problems")).to_be_hidden()
    for page, width, theme in ((first, 390, "dark"), (second, 1280, "light")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for path in (DOOR, f"{DOOR}counters/", f"{DOOR}badges/", f"{DOOR}register/"):
            page.goto(page.url.split("/en/")[0] + path)
            assert flaws(page) == [], path
            assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), path
    for context in contexts:
        context.close()


def test_the_camera_reads_a_badge(phone, browser_type, browser_type_launch_args, event, tmp_path):
    person = event.registrations.get(name="Jonas Trečias")
    film(tmp_path / "badge.y4m", person.code)
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
              f"--use-file-for-fake-video-capture={tmp_path / 'badge.y4m'}"]  # fmt: skip
    launch = {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], *camera]}
    browser = browser_type.launch(**launch)
    try:
        page = phone(browser.new_context(permissions=["camera"]))
        page.get_by_role("button", name="Read badges with the camera").click()
        expect(page.locator("#door-said")).to_have_text("Jonas Trečias is checked in.", timeout=15_000)
        expect(page.locator("#door-came")).to_have_text("1")
        page.get_by_role("button", name="Stop the camera").click()
        assert page.said == []
    finally:
        browser.close()
    assert Attendance.objects.get().registration == person


def film(path, code, width=640, height=480, side=8):
    """A video of one badge in grey, as browsers take it for a camera."""
    modules = numpy.array([list(row) for row in segno.make_qr(code, error="q").matrix_iter(border=4)])
    picture = numpy.full((height, width), 200, numpy.uint8)
    badge = numpy.where(modules, 20, 235).astype(numpy.uint8).repeat(side, 0).repeat(side, 1)
    top, left = (height - len(badge)) // 2, (width - len(badge)) // 2
    picture[top : top + len(badge), left : left + len(badge)] = badge
    colours = numpy.full(width * height // 2, 128, numpy.uint8)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _frame in range(4):
            file.write(b"FRAME\n" + picture.tobytes() + colours.tobytes())
