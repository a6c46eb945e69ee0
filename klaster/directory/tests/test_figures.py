"""The network in figures: what is counted, what is not, what is said of what nobody knows, and how it is drawn."""

import csv
import datetime
import io
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from klaster.core.tests.visits import url
from klaster.directory import factories as f
from klaster.directory import figures
from klaster.directory.figures import pictures
from klaster.directory.models.organisations import today

DAY = datetime.date
NOW = DAY(2026, 11, 22)


# --- drawing ----------------------------------------------------------------------------------------------------------
@given(st.integers(0, 10**7))
def test_levels_behind_a_line_are_few_even_and_reach_its_top(most):
    levels = pictures.ticks(most)
    sizes = {two - one for one, two in pairwise(levels)}
    assert levels[0] == 0
    assert levels[-1] >= most
    assert len(sizes) == 1
    assert 2 <= len(levels) <= pictures.MOST_TICKS + 2
    assert str(sizes.pop())[0] in "125"


@given(st.dictionaries(st.integers(1990, 2030), st.integers(0, 5000), min_size=1))
def test_a_line_stays_in_its_picture_and_names_its_last_year(values):
    line = pictures.line(values)
    assert [point.label for point in line.points] == [str(year) for year in sorted(values)]
    assert all(pictures.TOP <= point.y <= line.floor for point in line.points)
    assert all(0 <= float(point.x.rstrip("%")) <= 100 for point in line.points)
    assert line.points[-1].said
    assert sum(point.said for point in line.points) <= 8
    assert len(line.steps) == len(values) - 1


def test_the_longest_bar_comes_first_and_what_is_not_there_is_not_drawn():
    drawn = pictures.bars([("a", 2), ("b", 0), ("c", 8), ("d", 2)])
    assert [(bar.label, bar.value, bar.share) for bar in drawn] == [
        ("c", 8, "100.0%"),
        ("a", 2, "25.0%"),
        ("d", 2, "25.0%"),
    ]


def test_years_count_each_key_once_and_leave_out_what_has_no_first_day():
    spans = [
        ("a", DAY(2023, 5, 1), None),
        ("a", DAY(2023, 6, 1), None),
        ("b", DAY(2024, 12, 31), DAY(2025, 12, 31)),
        ("c", DAY(2025, 1, 1), DAY(2026, 11, 22)),
        ("d", None, None),
        ("e", DAY(2027, 1, 1), None),
    ]
    assert pictures.over_years(spans, NOW) == {2023: 1, 2024: 2, 2025: 2, 2026: 1}
    assert pictures.over_years([("d", None, None)], NOW) == {}


dates = st.dates(DAY(2015, 1, 1), DAY(2026, 12, 31))


@given(st.lists(st.tuples(st.integers(1, 6), st.none() | dates, st.none() | dates)))
def test_years_say_what_counting_day_by_day_says(spans):
    found = pictures.over_years(spans, NOW)
    for year, number in found.items():
        day = min(DAY(year, 12, 31), NOW)
        here = {key for key, start, end in spans if start and start <= day and (end is None or day < end)}
        assert number == len(here)


# --- counting ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def network(db):
    """Five members of two clusters, one of them in both; and what must not be counted."""
    food = f.SectorFactory(code="food", name=f.both("Maistas", "Food"))
    solar = f.SectorFactory(code="solar", name=f.both("Saulė", "Sun"))
    one, two = f.ClusterFactory(main_sector=food), f.ClusterFactory(main_sector=solar)
    region = f.RegionFactory()
    for number, (kind, joined) in enumerate(
        [("small", 2022), ("small", 2023), ("research", 2024), ("large", None), ("small", 2024)]
    ):
        member = f.OrganisationFactory(kind=kind, region=region if number < 4 else None)
        since = DAY(joined, 3, 1) if joined else None
        f.ClusterMembershipFactory(cluster=one, organisation=member, joined=since)
        if number == 0:
            f.ClusterMembershipFactory(cluster=two, organisation=member)
    f.ClusterMembershipFactory(cluster=one, organisation__is_invented=True)
    f.ClusterMembershipFactory(cluster=one, organisation__status="draft")
    f.ClusterMembershipFactory(cluster=one, is_confirmed=False)
    f.ClusterMembershipFactory(cluster__is_invented=True)
    f.ClusterMembershipFactory(cluster__country="EE")
    f.ClusterMembershipFactory(cluster=one, joined=DAY(2022, 1, 1), left=DAY(2023, 6, 1))
    return one, two


def chart(code, **scope):
    with override("en"):
        found = figures.named(code, figures.Scope(**scope))
        return found, [list(row) for row in found.rows]


def test_members_are_counted_once_real_and_public(network):
    drawn, rows = chart("members_by_kind")
    assert rows == [["Small company", 3], ["Large company", 1], ["Research or higher education", 1]]
    assert [bar.share for bar in drawn.bars] == ["100.0%", "33.3%", "33.3%"]
    assert chart("members_by_sector")[1] == [["Food", 5], ["Sun", 1]]


def test_members_by_county_say_whose_county_is_not_known(network):
    drawn, rows = chart("members_by_county")
    assert rows == [["Vilnius County", 4], ["County not stated", 1]]
    assert not drawn.map, "four on a map are no picture"


def test_a_map_is_drawn_where_there_is_enough(network):
    region = f.RegionFactory()
    f.ClusterMembershipFactory(cluster=network[0], organisation__region=region)
    drawn, rows = chart("members_by_county")
    assert rows[0] == ["Vilnius County", 5]
    (county,) = [county for county in drawn.map["counties"] if county.number]
    assert (county.code, county.step) == ("LT011", 3)


def test_members_over_time_leave_out_whose_first_day_is_not_known_and_say_so(network):
    drawn, rows = chart("members_over_time")
    numbers = dict(rows)
    assert (numbers["2022"], numbers["2023"], numbers["2024"]) == (2, 2, 4)
    assert rows[-1][0] == str(today().year)
    notes = "Of 1 member of today it is not known since when; it is not in this figure."
    assert notes in drawn.notes


def test_holders_of_labels_are_counted_while_they_are_valid(network):
    one, two = network
    f.LabelFactory(cluster=one, level="bronze", issued="2020", valid_until=DAY(2022, 12, 30))
    f.LabelFactory(cluster=one, level="gold", issued="2020-05", valid_until=DAY(2021, 12, 31))
    f.LabelFactory(cluster=two, level="bronze", issued="2021-06-01", valid_until=DAY(2022, 12, 31))
    f.LabelFactory(cluster=two, level="silver", issued="2023")
    drawn, rows = chart("label_holders")
    assert rows[:4] == [["2020", 1, 1, 0, 1], ["2021", 2, 2, 0, 1], ["2022", 1, 1, 0, 0], ["2023", 0, 0, 0, 0]]
    assert drawn.columns[2:] == ["Bronze label", "Silver label", "Gold label"]
    assert any(note.startswith("Of 1 label it is not known") for note in drawn.notes)
    assert drawn.line is None, "two holders are no picture"


def test_clusters_without_a_sector_are_named_as_such(network):
    f.ClusterFactory(main_sector=None)
    assert chart("clusters_by_sector")[1] == [["Food", 1], ["Sun", 1], ["Sector not stated", 1]]


# --- the page ---------------------------------------------------------------------------------------------------------
def test_everybody_reads_figures_with_their_tables(client, network):
    f.ClusterMembershipFactory(cluster=network[0], joined=DAY(2024, 2, 1))
    page = client.get(url("figure_list"))
    assert page.status_code == 200
    text = " ".join(page.text.split())
    assert '<svg class="years"' in text
    assert "There is too little for a picture; the table says all." in text
    assert "Source: the directory, " in text
    assert client.get(reverse("figure_list")).status_code == 200  # in the network's own language


@pytest.mark.django_db
def test_an_empty_directory_says_so_and_draws_nothing(client):
    text = client.get(url("figure_list")).text
    assert text.count("The directory holds nothing to count yet.") == len(figures.BUILDERS)
    assert '<svg class="years"' not in text


def test_the_table_of_a_figure_is_taken_away(client, network):
    answer = client.get(url("figure_export", "members_by_kind", "csv"))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))
    assert rows[:2] == [["Kind", "Organisations"], ["Small company", "3"]]
    assert client.get(url("figure_export", "members_by_moon", "csv")).status_code == 404


def test_invented_rows_are_counted_only_while_trying_and_said_so(client, network):
    plain = client.get(url("figure_list")).text
    tried = client.get(url("figure_list") + "?invented").text
    assert "For trying:" not in plain
    assert "these figures count invented entries, too." in tried
    assert dict(chart("members_by_kind", with_invented=True)[1])["Small company"] == 5
    assert '?invented" download' in tried


def test_in_earnest_invented_rows_cannot_be_counted(client, network, monkeypatch):
    monkeypatch.setattr(settings, "TESTING", False)
    assert "For trying:" not in client.get(url("figure_list") + "?invented").text


def test_ten_times_the_members_ask_no_more_queries(client, network):
    client.get(url("figure_list"))
    with CaptureQueriesContext(connection) as few:
        client.get(url("figure_list"))
    for _number in range(10):
        f.ClusterMembershipFactory(cluster=network[0], organisation__region=f.RegionFactory())
        f.LabelFactory(cluster=network[1], issued="2020", valid_until=DAY(2022, 1, 1))
    with CaptureQueriesContext(connection) as many:
        client.get(url("figure_list"))
    assert len(many) == len(few)
