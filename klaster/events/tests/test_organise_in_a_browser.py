"""The organiser's desk in a real browser: axe, the width, sessions moved by drag and by keyboard."""

import datetime

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import factories as f

pytestmark = pytest.mark.browser
HALF = datetime.timedelta(minutes=30)


@pytest.fixture
def event(transactional_db):
    cluster = ClusterFactory()
    event = f.EventFactory(cluster=cluster, organiser=cluster.coordinator, capacity=40)
    room = f.RoomFactory(event=event)
    f.SessionFactory(event=event, room=room, track=f.TrackFactory(event=event), starts=event.starts + HALF)
    f.SessionFactory(event=event, room=room, starts=event.starts + HALF)
    f.RegistrationFactory(event=event, state="applied")
    f.TeamMemberFactory(event=event)
    return event


@pytest.fixture
def page(event, live_server, context):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    browse_as(person, context, live_server.url)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    return page


PAGES = [
    ("my_events", []), ("event_desk", 0), ("event_edit", 0), ("event_state", 0), ("event_agenda_edit", 0),
    ("event_team", 0), ("event_copy", 0), ("series_new", []),
]  # fmt: skip


def test_pages_of_the_desk_are_sound_narrow_and_wide(page, live_server, event):
    wrong = []
    for width, theme, language in [(390, "dark", "en"), (1280, "light", "lt")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for name, args in PAGES:
            with override(language):
                answer = page.goto(live_server.url + reverse(name, args=[event.slug] if args == 0 else args))
            found = [each["id"] for each in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("wider than the window")
            if not answer.ok or found or page.said:
                wrong.append((name, width, answer.status, found, list(page.said)))
                page.said.clear()
    assert wrong == []


def test_sessions_are_moved_by_keyboard_and_by_drag(page, live_server, event):
    first, second = event.sessions.order_by("pk")
    starts = first.starts
    page.set_viewport_size({"width": 1280, "height": 1400})
    with override("en"):
        page.goto(live_server.url + reverse("event_agenda_edit", args=[event.slug]))
    assert page.locator(".planner__warning").count() == 2
    page.locator(f"#session-{first.pk}").focus()
    with page.expect_response("**/move/**"):
        page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(f"#session-{first.pk}")).to_be_focused()
    first.refresh_from_db()
    assert first.starts == starts + HALF / 2
    with page.expect_response("**/move/**"):
        page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator(".planner__warning")).to_have_count(0)
    first.refresh_from_db()
    assert first.room is None
    page.locator(f"#room-{first.pk}").focus()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("Alt+ArrowUp")  # opens and closes the list of rooms, and moves nothing
    page.wait_for_timeout(200)
    assert asked == []
    page.keyboard.press("Escape")
    free = page.locator("td[data-room='']:not(:has(article))").last
    with page.expect_response("**/move/**"):
        page.locator(f"#session-{second.pk} .soft").first.drag_to(free)
    page.wait_for_timeout(200)
    second.refresh_from_db()
    assert (second.room, second.ends - second.starts) == (None, HALF)
    assert second.starts > starts
    assert page.said == []
