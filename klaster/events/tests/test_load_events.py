"""The file of past events: the real one loads whole and again; what is wrong in another is said with its line."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from klaster.directory import actions
from klaster.directory.network_file import NetworkFileError
from klaster.events import events_file
from klaster.events.loading import load_events
from klaster.events.models import Event, EventFigure, Series
from klaster.events.when import when

HEAD = "meta: {format: 1, as_of: 2026-11-22}\nlanguages: [lt, en]\n"


@pytest.fixture
def network(db):
    actions.load_network(Path(settings.NETWORK_FILE))


def test_the_real_file_loads_and_again_changes_nothing(network):
    first = load_events(Path(settings.EVENTS_FILE))
    assert first.writes > 20
    again = load_events(Path(settings.EVENTS_FILE))
    assert (again.writes, again.kept, again.gone) == (0, [], [])

    forum = Event.objects.get(key="baltic-cluster-forum-2018")
    assert str(when(forum).first) == "2018-05-16"
    assert forum.organiser.key == "mita"
    assert [row.number for row in forum.figures.all()] == [200, 7, 57, 100]
    assert [session.kind for session in forum.sessions.all()][-2:] == ["panel", "matchmaking"]
    stuttgart = Event.objects.get(key="bsr-stars-matchmaking-2017")
    assert (when(stuttgart).number, stuttgart.country) == ("21–22", "DE")
    assert EventFigure.objects.get(event=stuttgart, number=600)
    monthly = Series.objects.get(key="cluster-forum-monthly")
    assert (monthly.rrule, monthly.events.count()) == ("FREQ=MONTHLY", 0)
    assert Event.objects.get(key="cluster-forum-mita").is_inferred


def test_loading_the_network_again_leaves_events_alone(network):
    load_events(Path(settings.EVENTS_FILE))
    assert actions.load_network(Path(settings.NETWORK_FILE)).gone == []


def test_what_people_changed_stays(network):
    load_events(Path(settings.EVENTS_FILE))
    forum = Event.objects.get(key="baltic-cluster-forum-2018")
    forum.title = {**forum.title, "lt": "Pirmasis forumas"}
    forum.save()
    report = load_events(Path(settings.EVENTS_FILE))
    forum.refresh_from_db()
    assert forum.title["lt"] == "Pirmasis forumas"
    assert report.kept == ["event baltic-cluster-forum-2018: title.lt"]


def problems_of(text):
    with translation.override("en"), pytest.raises(NetworkFileError) as refused:
        events_file.read(text.encode())
    return [(problem.line, problem.text) for problem in refused.value.problems]


GOOD = """
  - key: muge
    title: {lt: Mugė, en: Fair}
    kinds: [forum]
    happened: 2017
    organiser: mita
"""


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        (("happened: 2017", "happened: 2017\n    starts: 2017-05-01"), 8, "happened"),
        (("happened: 2017", "starts: 2017-05-03\n    ends: 2017-05-01"), 8, "ends before"),
        (("happened: 2017", "happened: 2036"), 7, "2036"),
        (("happened: 2017", "happened: pavasarį"), 7, "pavasarį"),
        (("kinds: [forum]", "kinds: [balius]"), 6, "balius"),
        (("organiser: mita", "organiser: mita\n    organiser_name: {lt: Mes}"), 8, "organised"),
        (("organiser: mita", "organiser: mita\n    time_zone: Vilnius"), 9, "Vilnius"),
        (("organiser: mita", "organiser: mita\n    series: nera"), 9, "nera"),
        (("title: {lt: Mugė, en: Fair}", "title: {}"), 5, "empty"),
        (("organiser: mita", "organiser: mita\n    kaina: 5"), 9, "kaina"),
    ],
)
def test_each_problem_is_told_with_its_line(change, line, word):
    assert change[0] in GOOD
    found = problems_of(HEAD + "events:" + GOOD.replace(*change))
    assert [(number, word in text) for number, text in found] == [(line, True)], found


def test_keys_that_stand_twice_are_refused():
    assert problems_of(HEAD + "events:" + GOOD + GOOD.lstrip("\n"))


@pytest.mark.django_db
def test_sources_and_organisers_come_from_the_directory(tmp_path):
    file = tmp_path / "events-xx.yaml"
    file.write_text(HEAD + "events:" + GOOD + "    source: niekur\n", "utf-8")
    with pytest.raises(CommandError, match="niekur") as refused:
        call_command("load_events", file)
    assert "events-xx.yaml:8:" in str(refused.value)
    assert "mita" in str(refused.value)
    assert not Event.objects.exists()
