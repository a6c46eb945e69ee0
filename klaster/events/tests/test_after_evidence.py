"""What events prove: known rows, known numbers; what is not known stays unknown, what is invented is nowhere."""

import datetime

import pytest
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import AffiliationFactory, ClusterFactory, OrganisationFactory, both
from klaster.events import door_counters, evidence
from klaster.events import factories as f
from klaster.events.evidence import Scope, figures
from klaster.events.models import EventFigure, RegistrationState, State

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


def held(year=2026, month=3, day=10, **fields):
    starts = datetime.datetime(year, month, day, 8, tzinfo=UTC)
    return f.EventFactory(**{"state": State.HELD, "starts": starts, "takes_registrations": True, **fields})


def came(event, **fields):
    return f.AttendanceFactory(registration=f.RegistrationFactory(event=event, **fields)).registration


def counted(scope=Scope()):  # noqa: B008  frozen
    return {figure.code: figure.value for figure in figures(scope)}


@pytest.fixture
def year():
    """Two events with attendance, one without; in them 6 people of 5 organisations and 3 countries."""
    cluster, series = ClusterFactory(), f.SeriesFactory()
    first = held(month=3, cluster=cluster, kinds=["forum"], series=series)
    second = held(month=6, kinds=["training"])
    silent = held(month=9)
    small = OrganisationFactory(kind="small", name=both("UAB „Žuvis“", "Fish"), country="LT")
    large = OrganisationFactory(kind="large", country="LV")
    university = OrganisationFactory(kind="research", country="LT")
    ona = UserFactory()
    came(first, person=ona, organisation=small)
    came(second, person=ona, organisation=small)
    came(first, email="Jonas@example.org", organisation_name="žuvis, UAB", country="EE")
    came(second, email="jonas@EXAMPLE.org", organisation=large, country="")
    came(first, organisation=university, country="LT")
    came(first, organisation_name="Nežinoma firma", country="LT")
    came(second, organisation_name="UAB Nežinoma  Firma", country="LT")
    came(second, organisation_name="", country="")
    for event in (first, silent):
        f.RegistrationFactory(event=event)  # had a place and was not seen
    f.RegistrationFactory(event=first, state=RegistrationState.WAITING)
    f.AttendanceFactory(registration__event=second, undone_at=first.starts)
    return {"cluster": cluster, "first": first, "second": second, "silent": silent, "series": series}


def test_each_is_counted_once(year):
    assert counted() == {
        "events": 3,
        "events_recorded": 2,
        "registered": 11,
        "attended": 8,
        "people": 6,
        "organisations": 4,
        "firms": 2,
        "smes": 1,
        "unknown_kind": 1,
        "countries": 3,
    }


def test_every_figure_lists_its_rows(year):
    for figure in figures(Scope()):
        assert len(figure.rows()) == figure.value
    found = {figure.code: figure.rows() for figure in figures(Scope())}
    assert [str(party.name) for party in found["smes"]] == ["UAB „Žuvis“"]
    assert (found["smes"][0].people, found["smes"][0].events) == (2, 2)
    assert found["countries"] == ["EE", "LT", "LV"]
    assert [party.organisation for party in found["unknown_kind"]] == [None]


@pytest.mark.parametrize(
    ("scope", "events"),
    [
        (Scope(first=datetime.date(2026, 3, 10), last=datetime.date(2026, 3, 10)), ["first"]),
        (Scope(first=datetime.date(2026, 3, 11)), ["second", "silent"]),
        (Scope(last=datetime.date(2026, 6, 9)), ["first"]),
        (Scope(kind="training"), ["second"]),
        (Scope(first=datetime.date(2027, 1, 1)), []),
    ],
)
def test_a_scope_narrows(year, scope, events):
    assert {event.pk for event in evidence.events_held(scope)} == {year[name].pk for name in events}


def test_a_scope_narrows_by_who_runs_it(year):
    firm = OrganisationFactory()
    together = held()
    together.co_organisers.add(firm)
    assert list(evidence.events_held(Scope(cluster=year["cluster"]))) == [year["first"]]
    assert list(evidence.events_held(Scope(series=year["series"]))) == [year["first"]]
    assert list(evidence.events_held(Scope(organiser=firm))) == [together]
    assert list(evidence.events_held(Scope(organiser=year["second"].organiser))) == [year["second"]]


def test_days_are_those_of_the_network():
    late = held(starts=datetime.datetime(2025, 12, 31, 22, 30, tzinfo=UTC))  # already the new year in Vilnius
    assert list(evidence.events_held(Scope(first=datetime.date(2026, 1, 1)))) == [late]
    assert not evidence.events_held(Scope(last=datetime.date(2025, 12, 31)))


@pytest.mark.parametrize(
    ("happened", "first", "last", "is_in"),
    [
        ("2018", "2018-01-01", "2018-12-31", True),
        ("2018", "2018-02-01", "2018-12-31", False),
        ("2018-05", "2018-05-01", "2018-05-31", True),
        ("2018-05", "2018-05-01", "2018-05-30", False),
        ("2018-05-16", "2018-05-16", "2018-05-16", True),
    ],
)
def test_what_is_known_to_the_month_belongs_to_what_holds_all_of_it(happened, first, last, is_in):
    event = f.EventFactory(starts=None, happened=happened, state=State.HELD, takes_registrations=False)
    scope = Scope(first=datetime.date.fromisoformat(first), last=datetime.date.fromisoformat(last))
    assert list(evidence.events_held(scope)) == ([event] if is_in else [])


def test_what_was_invented_or_not_held_is_nowhere():
    for fields in ({"is_invented": True}, {"state": State.CANCELLED}, {"state": State.DRAFT}, {"state": State.OPEN}):
        came(held(**fields))
    assert set(counted().values()) == {0}


def test_what_sources_state_is_never_counted():
    event = f.EventFactory(starts=None, happened="2018-05-16", state=State.HELD, takes_registrations=False)
    stated = EventFigure.objects.create(event=event, what=both("dalyviai", "participants"), number=200)
    assert list(evidence.stated(Scope())) == [stated]
    assert not evidence.stated(Scope(first=datetime.date(2019, 1, 1)))
    assert counted()["attended"] == 0
    assert counted()["events_recorded"] == 0


def test_counts_of_the_door_agree(year):
    there = sum(door_counters.counters(event).counts.came for event in (year["first"], year["second"]))
    assert there == counted()["attended"]


def test_it_asks_the_same_however_many_rows(year, django_assert_max_num_queries):
    for event in (year["first"], year["second"]):
        for _each in range(3):
            came(event, organisation=OrganisationFactory())
    with django_assert_max_num_queries(6):
        figures(Scope())


# --- the page ---------------------------------------------------------------------------------------------------------
def numbers(page):
    return {figure.code: figure.value if known else None for figure, known in page.context["figures"]}


@pytest.mark.usefixtures("in_english")
def test_a_coordinator_reads_the_numbers_of_the_own_cluster_and_of_no_other(client):
    mine, other = ClusterFactory(), ClusterFactory()
    person = AffiliationFactory(organisation=mine.coordinator, manager=True).person
    came(held(cluster=mine))
    silent = held(cluster=mine, year=2024)
    came(held(cluster=other))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    at = lambda **asked: client.get(reverse("my_evidence"), asked)  # noqa: E731
    page = at(year=2026)
    assert (numbers(page)["events"], numbers(page)["people"]) == (1, 1)
    assert "Attendance recorded" in page.text
    assert numbers(at(year="all", cluster=other.slug))["events"] == 2
    assert f"{silent.title}" in at(year=2024).text
    assert (numbers(at(year=2024))["events"], numbers(at(year=2024))["people"]) == (1, None)
    assert at(year="<nonsense>").status_code == at(year="02026" * 6).status_code == 200
    table = b"".join(client.get(reverse("my_evidence_file", args=["csv"]), {"year": 2026}).streaming_content).decode()
    assert "Different people who came" in table
    assert other.name["en"] not in table


@pytest.mark.usefixtures("in_english")
def test_the_office_reads_all_clusters_or_one(client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    office = UserFactory(secretariat=True)
    first, second = ClusterFactory(), ClusterFactory()
    for cluster in (first, second):
        held(cluster=cluster)
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    assert numbers(client.get(reverse("my_evidence"), {"year": 2026}))["events"] == 2
    assert numbers(client.get(reverse("my_evidence"), {"year": 2026, "cluster": first.slug}))["events"] == 1
