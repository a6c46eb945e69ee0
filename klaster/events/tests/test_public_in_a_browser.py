"""Public pages of events in a browser: readable by all at both widths, and filtered without a new page."""

import pytest
from playwright.sync_api import expect

from klaster.core.tests.axe import violations
from klaster.directory import factories as f
from klaster.directory.factories import both
from klaster.events import factories as e
from klaster.events.models import EventFigure, SessionSpeaker, State

pytestmark = pytest.mark.browser


@pytest.fixture
def event(transactional_db, site):
    """With all that a page can show."""
    event = e.EventFactory(
        slug="muge", title=both("Debesų mugė", "Cloud fair"), capacity=10, series=e.SeriesFactory(slug="ciklas"),
        summary=both("Viena diena.", "A day."), description=both("Viskas.", "All."), kinds=["forum"],
        travel=both("Pėsčiomis.", "On foot."),
    )  # fmt: skip
    for number in (1, 2):
        session = e.SessionFactory(event=event, room=e.RoomFactory(event=event), track=e.TrackFactory(event=event))
        SessionSpeaker.objects.create(session=session, speaker=e.SpeakerFactory(event=event, position=number))
    e.SessionFactory(event=event, starts=None, ends=None)
    EventFigure.objects.create(event=event, what=both("Šalys", "Countries"), number=7, source=f.SourceFactory())
    e.EventFactory(kinds=["visit"], state=State.CANCELLED, slug="atsaukta", title=both("Vizitas", "Visit"))
    e.EventFactory(slug="pilna", state=State.FULL, capacity=1, starts=event.starts)
    return event


PAGES = [
    "",
    "?view=month&month={month}",
    "?view=agenda",
    "?view=past",
    "muge/",
    "atsaukta/",
    "pilna/",
    "ciklai/ciklas/",
]


def test_everybody_can_read_them(event, live_server, page):
    found = []
    for width, theme in ((390, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for address in PAGES:
            page.goto(f"{live_server.url}/lt/renginiai/{address.format(month=event.starts.strftime('%Y-%m'))}")
            for violation in violations(page):
                found += [f"{address} {width}: {violation['id']} {node['html'][:150]}" for node in violation["nodes"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{address} {width}: wider than the window")
    assert not found, "\n".join(found)


def test_a_filter_changes_the_list_and_the_address(event, live_server, page):
    page.goto(f"{live_server.url}/lt/renginiai/")
    expect(page.get_by_role("heading", name="3 renginiai")).to_be_visible()
    page.get_by_label("Forumas").check()
    expect(page.get_by_role("heading", name="1 renginys")).to_be_visible()
    expect(page.get_by_role("heading", name="Debesų mugė")).to_be_visible()
    assert page.url.endswith("?kind=forum")
    page.get_by_role("link", name="Mėnuo").click()
    assert "kind=forum" in page.url
    assert "view=month" in page.url
