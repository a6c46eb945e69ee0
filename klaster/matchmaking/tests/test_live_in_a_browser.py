"""The day, and what is left of it, in a real browser: axe, the width, the console; a meeting moves without script."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.events.factories import TeamMemberFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import booking
from klaster.matchmaking.models import Meeting, MoveProposal
from klaster.matchmaking.tests.test_booking import make_fair, slots_of, someone
from klaster.matchmaking.tests.test_my_day import registration_of

pytestmark = pytest.mark.browser


@pytest.fixture
def fair(transactional_db, site):
    """It began half an hour ago: one meeting is over, one goes on, one moved, for one another time is proposed."""
    fair = make_fair(slots=6, tables=4)
    shift = fair.event.starts - timezone.now() + datetime.timedelta(minutes=30)
    for slot in slots_of(fair):
        slot.starts, slot.ends = slot.starts - shift, slot.ends - shift
        slot.save()
    fair.event.starts, fair.event.ends = fair.event.starts - shift, fair.event.ends - shift
    fair.event.save()
    one = someone(fair, name="Pramanyti debesys")
    others = [someone(fair, country=code) for code in ("LV", "EE", "PL", "SE", "UA")]
    slots = slots_of(fair)
    for number, other in enumerate(others[:2]):
        meeting = f.MeetingFactory(matchmaking=fair, between=[one, other])
        Meeting.objects.filter(pk=meeting.pk).update(starts=slots[number].starts, ends=slots[number].ends)
    moved = booking.book(one, others[2], slots[2], by=None)
    booking.answer_move(booking.propose_move(moved, slots[3], one, by=None), others[2], agrees=True, by=None)
    asked = booking.book(one, others[3], slots[4], by=None)
    booking.propose_move(asked, slots[5], others[3], by=None)
    booking.say_late(moved, others[2], is_late=True, by=None)
    f.MeetingFactory(matchmaking=fair, between=[one, others[4]])
    return fair


def test_the_pages_of_the_day(page, live_server, fair):
    one = fair.participants.get(name="Pramanyti debesys")
    token = registration_of(one).link_token()
    over = Meeting.objects.placed().filter(sides__participant=one).order_by("starts").first()
    coming = Meeting.objects.placed().filter(sides__participant=one).order_by("starts").last()
    helper = TeamMemberFactory(event=fair.event, role="organiser").person
    browse_as(helper, page.context, live_server.url)
    said, wrong = [], []
    page.on("console", lambda message: said.append(message.text))
    pages = [
        ("my_day_by_link", [token]), ("meeting_move", [token, coming.pk]), ("meeting_report", [token, over.pk]),
        ("table_screen", [fair.event.slug]), ("matchmaking_figures", [fair.event.slug]),
        ("matchmaking_day", [fair.event.slug]),
    ]  # fmt: skip
    for number, (name, args) in enumerate(pages):
        for language, width, theme in [("lt", 390, "light"), ("en", 1280, "dark")]:
            with override(language):
                address = reverse(name, args=args)
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            answer = page.goto(live_server.url + address)
            found = [each["id"] for each in violations(page)]
            wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            if not answer.ok or found or wider or said:
                wrong.append((number, name, width, answer.status, found, wider, list(said)))
                said.clear()
    assert wrong == []


def test_a_meeting_moves_by_consent_on_a_phone_without_script(browser, live_server, fair):
    one = fair.participants.get(name="Pramanyti debesys")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    with override("en"):
        page.goto(live_server.url + reverse("my_day_by_link", args=[registration_of(one).link_token()]))
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("The meeting has moved.").wait_for(timeout=5000)
    assert MoveProposal.objects.filter(state="open").count() == 0
    context.close()
