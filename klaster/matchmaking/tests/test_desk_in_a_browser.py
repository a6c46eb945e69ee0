"""The desk of matchmaking for readers by ear and on a phone; a timetable that is made while the page is open."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from klaster.core.tests.axe import violations
from klaster.core.tests.visits import browse_as
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking import making
from klaster.matchmaking.models import MatchmakingImport, Run
from klaster.matchmaking.tests.desk import all_meet, an_event, made

pytestmark = pytest.mark.browser


def test_pages_are_for_everybody(live_server, page, transactional_db, site, settings):
    cluster = ClusterFactory()
    person = AffiliationFactory(organisation=cluster.coordinator, manager=True).person
    matchmaking, people = an_event(people=4, slots=2, tables=2, cluster=cluster)
    all_meet(matchmaking, people)
    f.MeetingRequestFactory(asker=people[0], asked=people[1])
    first = made(matchmaking)
    second = made(matchmaking, previous=first, seed=2)
    left = second.placements.filter(slot=None).first()
    import_ = MatchmakingImport.objects.create(
        matchmaking=matchmaking, by=person, kind="wishes", file_name="norai.csv", headings=["A", "B"],
        rows=[[2, ["Įmonė A", "x"]], [3, ["Įmonė A", "Įmonė B"]]], mapping={"0": "asker", "1": "asked"},
    )  # fmt: skip
    waits = Run.objects.create(matchmaking=matchmaking, seconds_allowed=5)
    browse_as(person, page.context, live_server.url)
    slug = matchmaking.event.slug
    pages = [
        ("matchmaking_desk", [slug]), ("desk_settings", [slug]), ("desk_slots", [slug]), ("desk_tables", [slug]),
        ("desk_participants", [slug]), ("desk_participant", [slug, people[0].pk]), ("desk_meetings", [slug]),
        ("desk_ask", [slug]), ("desk_import_check", [slug, import_.pk]), ("desk_timetable", [slug]),
        ("desk_run", [slug, second.pk]), ("desk_place", [slug, second.pk, left.meeting_id]),
        ("desk_publish", [slug, second.pk]), ("desk_run", [slug, waits.pk]),
    ]  # fmt: skip
    found = {}
    for width, language in ((1280, "lt"), (390, "en")):
        page.set_viewport_size({"width": width, "height": 900})
        for name, args in pages:
            with override(language):
                page.goto(live_server.url + reverse(name, args=args))
            for fold in page.locator("details.fold > summary").all():
                fold.click()
            faults = [each["id"] for each in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append("wide")
            if faults:
                found[name, width] = faults
    assert found == {}
    making.make(waits.pk)  # the last page asks again and finds the timetable
    page.wait_for_selector("#grid", timeout=10_000)
