"""Nights on which clocks are changed: an hour that is not there, an hour that is there twice."""

import datetime
import zoneinfo

import pytest

from klaster.events import times

SPRING, AUTUMN = datetime.date(2027, 3, 28), datetime.date(2026, 10, 25)


def wall(*parts):
    return datetime.datetime.fromisoformat("{}-{:02}-{:02}T{:02}:00".format(*parts))


ZONES = [("Europe/Vilnius", 3), ("Europe/Tallinn", 3), ("Europe/Berlin", 2), ("Europe/Lisbon", 1)]


@pytest.mark.parametrize(("name", "hour"), ZONES)
def test_the_night_of_spring_lacks_an_hour_and_that_of_autumn_has_one_twice(name, hour):
    zone = zoneinfo.ZoneInfo(name)
    skipped = datetime.datetime.combine(SPRING, datetime.time(hour, 30))
    assert times.moments(skipped, zone) == []
    after = times.first_moment(skipped, zone)
    assert (after.hour, after.minute) == (hour + 1, 0)
    twice = datetime.datetime.combine(AUTUMN, datetime.time(hour, 30))
    first, second = times.moments(twice, zone)
    assert second.astimezone(datetime.UTC) - first.astimezone(datetime.UTC) == datetime.timedelta(hours=1)
    assert times.first_moment(twice, zone) == first


def test_an_ordinary_time_is_one_moment():
    zone = zoneinfo.ZoneInfo("Europe/Vilnius")
    [moment] = times.moments(wall(2026, 7, 1, 9), zone)
    assert moment.astimezone(datetime.UTC).hour == 6


def test_a_day_later_is_the_same_time_on_the_clock():
    zone = zoneinfo.ZoneInfo("Europe/Vilnius")
    before = datetime.datetime(2026, 10, 24, 9, tzinfo=zone)
    assert times.wall_of(times.moved(before, times.DAY, zone), zone) == wall(2026, 10, 25, 9)


def test_where_midnight_is_skipped_the_day_begins_later():
    zone = zoneinfo.ZoneInfo("Africa/Cairo")
    assert times.midnight(datetime.date(2026, 4, 24), zone).hour == 1
