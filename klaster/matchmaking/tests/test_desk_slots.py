"""Slots out of "from, to, minutes, pause": breaks, several days, nights on which clocks are changed."""

import datetime
import zoneinfo
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaster.matchmaking import slots
from klaster.matchmaking.slots import Span

VILNIUS = zoneinfo.ZoneInfo("Europe/Vilnius")
DAY = datetime.date(2026, 12, 3)


def at(hour, minute=0, day=DAY):
    return slots.moment(day, datetime.time(hour, minute), VILNIUS)


def clocks(spans):
    return [f"{span.starts.astimezone(VILNIUS):%H:%M}" for span in spans]


def test_as_many_as_fit_with_a_pause_between():
    assert clocks(slots.fill(Span(at(13), at(14, 30)), minutes=20, pause=5)) == ["13:00", "13:25", "13:50"]


def test_a_break_stays_free_and_the_next_begins_right_after_it():
    coffee = Span(at(13, 50), at(14, 5))
    found = slots.fill(Span(at(13), at(15)), minutes=20, pause=0, taken=[coffee])
    assert clocks(found) == ["13:00", "13:20", "14:05", "14:25"]
    assert not any(span.overlaps(coffee) for span in found)


@pytest.mark.parametrize(("day", "hours"), [(datetime.date(2026, 10, 25), 5), (datetime.date(2027, 3, 28), 3)])
def test_a_night_of_clock_change_has_as_much_time_as_it_lasts(day, hours):
    found = slots.fill(Span(at(2, 0, day), at(6, 0, day)), minutes=20, pause=0)
    assert len(found) == hours * 3
    assert all(span.ends - span.starts == datetime.timedelta(minutes=20) for span in found)
    assert all(one.ends <= other.starts for one, other in pairwise(found))


@pytest.mark.parametrize(("day", "found"), [(datetime.date(2026, 10, 25), 2), (datetime.date(2027, 3, 28), 0)])
def test_a_time_that_clocks_show_twice_or_never_is_refused(day, found):
    with pytest.raises(slots.ClockChange) as change:
        slots.moment(day, datetime.time(3, 30), VILNIUS)
    assert change.value.found == found


minutes = st.integers(5, 60)


@given(minutes, st.integers(0, 15), st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=5))
def test_slots_never_overlap_each_other_or_what_is_taken(long, pause, busy):
    start = at(9)
    taken = [
        Span(start + datetime.timedelta(minutes=from_), start + datetime.timedelta(minutes=from_ + much))
        for from_, much in busy
    ]
    whole = Span(start, start + datetime.timedelta(minutes=480))
    found = slots.fill(whole, minutes=long, pause=pause, taken=taken)
    for number, span in enumerate(found):
        assert whole.starts <= span.starts
        assert span.ends <= whole.ends
        assert not any(span.overlaps(other) for other in [*taken, *found[number + 1 :]])


def test_longer_meetings_run_through_pauses_but_not_through_breaks_and_nights():
    day = slots.fill(Span(at(9), at(11)), minutes=25, pause=5, taken=[Span(at(10), at(10, 10))])
    next_day = slots.fill(
        Span(at(9, 0, datetime.date(2026, 12, 4)), at(10, 0, datetime.date(2026, 12, 4))), minutes=25, pause=5
    )
    runs = slots.sessions(day + next_day, [Span(at(10), at(10, 10))], gap=datetime.timedelta(minutes=15))
    assert [len(run) for run in runs] == [2, 1, 2]
