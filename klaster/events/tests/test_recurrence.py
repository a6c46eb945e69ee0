"""Dates of series: what RFC 5545 says, by the clocks of a place, across the nights on which they are changed."""

import datetime
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.events import recurrence, times
from klaster.events.recurrence import Pattern

ZONES = ["Europe/Vilnius", "Europe/Tallinn", "Europe/Berlin", "Europe/Lisbon"]
UTC = datetime.UTC


def first(day, time, zone):
    return times.first_moment(datetime.datetime.combine(day, time), zone)


@given(
    zone=st.sampled_from(ZONES).map(zoneinfo.ZoneInfo),
    pattern=st.sampled_from(Pattern.ALL),
    day=st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31)),
    hour=st.integers(0, 23),
    count=st.one_of(st.none(), st.integers(1, 20)),
)
@settings(max_examples=150, deadline=None)
def test_the_time_on_the_clock_stays_and_dates_are_in_order(zone, pattern, day, hour, count):
    time = datetime.time(hour, 30)
    starts = first(day, time, zone)
    rule = recurrence.rule(pattern, day, zone, count=count)
    found = recurrence.dates(rule, starts, zone, until=starts + datetime.timedelta(days=800))
    moments = [date.starts.astimezone(UTC) for date in found]
    assert moments == sorted(set(moments))
    assert recurrence.pattern_of(rule, day, zone) in (pattern, Pattern.MONTHLY_LAST, Pattern.MONTHLY_WEEKDAY)
    begins = times.wall_of(starts, zone)
    for date in found:
        wall = times.wall_of(date.starts, zone)
        assert date.wall.time() == begins.time()
        assert date.is_moved == (wall != date.wall)
        if date.is_moved:
            assert times.moments(date.wall, zone) == []
            assert wall > date.wall
    if count:
        assert len(found) <= count


NIGHTS = [("Europe/Vilnius", 3), ("Europe/Tallinn", 3), ("Europe/Berlin", 2), ("Europe/Lisbon", 1)]


@pytest.mark.parametrize(("name", "hour"), NIGHTS)
def test_the_two_nights(name, hour):
    zone = zoneinfo.ZoneInfo(name)
    until = datetime.datetime(2027, 4, 30, tzinfo=UTC)
    nine = recurrence.dates(
        "FREQ=WEEKLY", first(datetime.date(2026, 10, 18), datetime.time(9), zone), zone, until=until
    )
    assert {date.starts.astimezone(zone).hour for date in nine} == {9}
    assert not any(date.is_moved for date in nine)
    night = first(datetime.date(2026, 10, 18), datetime.time(hour, 30), zone)
    found = {
        date.starts.astimezone(zone).date(): date for date in recurrence.dates("FREQ=WEEKLY", night, zone, until=until)
    }
    twice = found[datetime.date(2026, 10, 25)]
    assert (twice.starts, twice.is_moved) == (times.moments(twice.wall, zone)[0], False)
    skipped = found[datetime.date(2027, 3, 28)]
    assert (f"{skipped.starts.astimezone(zone):%H:%M}", skipped.is_moved) == (f"{hour + 1:02}:00", True)
    assert found[datetime.date(2027, 4, 4)].starts.astimezone(zone).hour == hour


def test_the_first_thursday_of_each_month():
    zone = zoneinfo.ZoneInfo("Europe/Vilnius")
    starts = first(datetime.date(2026, 9, 3), datetime.time(15), zone)
    rule = recurrence.rule(Pattern.MONTHLY_WEEKDAY, datetime.date(2026, 9, 3), zone)
    assert rule == "FREQ=MONTHLY;BYDAY=1TH"
    found = recurrence.dates(rule, starts, zone, until=starts + datetime.timedelta(days=100))
    assert [f"{date.starts:%m-%d %H:%M}" for date in found] == [
        "09-03 15:00", "10-01 15:00", "11-05 15:00", "12-03 15:00",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_the_last_day_is_by_the_clocks_of_the_place(name):
    zone = zoneinfo.ZoneInfo(name)
    day = datetime.date(2026, 10, 4)
    for hour in (0, 23):
        starts = first(day, datetime.time(hour, 59), zone)
        rule = recurrence.rule(Pattern.WEEKLY, day, zone, until=datetime.date(2026, 10, 25))
        found = recurrence.dates(rule, starts, zone, until=starts + datetime.timedelta(days=99))
        assert found[-1].starts.astimezone(zone).date() == datetime.date(2026, 10, 25)
        assert recurrence.until_of(rule, zone).date() == datetime.date(2026, 10, 25)


def test_dates_are_left_out_and_added():
    zone = zoneinfo.ZoneInfo("Europe/Vilnius")
    starts = first(datetime.date(2026, 10, 5), datetime.time(9), zone)
    week, more = datetime.timedelta(weeks=1), starts + datetime.timedelta(days=3)
    found = recurrence.dates(
        "FREQ=WEEKLY;COUNT=3", starts, zone, until=starts + 9 * week, left_out=[starts + week], added=[more, starts]
    )
    assert [date.starts.astimezone(UTC) for date in found] == [
        each.astimezone(UTC) for each in (starts, more, starts + 2 * week)
    ]
    assert recurrence.dates("", starts, zone, until=starts + week, added=[starts]) == [found[0]]


def test_a_rule_of_its_own_is_none_of_the_choices():
    zone = zoneinfo.ZoneInfo("Europe/Vilnius")
    assert recurrence.pattern_of("FREQ=DAILY;BYHOUR=9,12", datetime.date(2026, 10, 5), zone) == ""
    assert recurrence.count_of("FREQ=WEEKLY;COUNT=3") == 3
    with pytest.raises(ValueError, match=r".*"):
        recurrence.dates(
            "FREQ=NEVER", datetime.datetime(2026, 1, 1, tzinfo=UTC), zone, until=datetime.datetime.now(UTC)
        )
