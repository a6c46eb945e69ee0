"""The demo's timetables are made by the solver, right by the check, and show what the page has to say."""

import pytest

from klaster.accounts.demo import create_demo_people
from klaster.directory.demo import load_demo_directory
from klaster.directory.factories import SectorFactory
from klaster.matchmaking import demo, demo_timetable
from klaster.matchmaking.models import Matchmaking
from klaster.matchmaking.run_page import RunPage


@pytest.mark.django_db
def test_it_is_made_once_and_shows_reasons_a_lock_and_moves():
    SectorFactory()
    people = create_demo_people()
    load_demo_directory(people)
    demo.load_demo_matchmaking(people)
    assert demo_timetable.load_demo_timetable(people) == 2
    assert demo_timetable.load_demo_timetable(people) == 0
    matchmaking = Matchmaking.objects.get()
    first, second = matchmaking.runs.order_by("pk")
    assert first.is_checked
    assert second.is_checked
    assert (first.figures["agreed"], second.figures["agreed"]) == (100, 100)
    assert second.figures["held"] == second.figures["possible"] < 100
    page = RunPage(second, matchmaking)
    assert {"full", "free"} <= {group.reason.kind for group in page.groups}
    entries = [entry for day in page.days for row in day["rows"] for entry in row.entries]
    assert sum(entry.is_pinned for entry in entries) == 1
    assert any(entry.is_moved for entry in entries)
