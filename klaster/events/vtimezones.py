"""VTIMEZONE of a zone for the years that a calendar needs, from the zone database.

The icalendar library has a generator of its own; version 7.3 writes the onset of summer time an hour late (as the clock
shows it afterwards, where RFC 5545, 3.6.5, wants the clock of before), so that programs without a zone database of
their own read the first hour wrongly.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterator
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

UTC = datetime.UTC
STEP = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)


@lru_cache(maxsize=256)
def of_zone(name: str, first_year: int, last_year: int) -> Timezone:
    """Each spell between two changes of the clock, from the beginning of `first_year` to the end of `last_year`."""
    zone = zoneinfo.ZoneInfo(name)
    begin = datetime.datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime.datetime(last_year + 1, 1, 1, tzinfo=UTC)
    found = Timezone()
    found.add("tzid", name)
    before = _offset(zone, begin)
    for moment in (begin, *_changes(zone, begin, end)):
        local = moment.astimezone(zone)
        spell = TimezoneDaylight() if local.dst() else TimezoneStandard()
        spell.DTSTART = (moment + before).replace(tzinfo=None)  # as the clock stood until then
        spell.TZOFFSETFROM, spell.TZOFFSETTO = before, _offset(zone, moment)
        spell.add("tzname", local.tzname())
        found.add_component(spell)
        before = _offset(zone, moment)
    return found


def _offset(zone: zoneinfo.ZoneInfo, moment: datetime.datetime) -> datetime.timedelta:
    return moment.astimezone(zone).utcoffset() or datetime.timedelta()


def _changes(zone: zoneinfo.ZoneInfo, begin: datetime.datetime, end: datetime.datetime) -> Iterator[datetime.datetime]:
    """The moments at which the clock is set, to the second."""
    day = begin
    while day < end:
        if _offset(zone, day) != _offset(zone, day + STEP):
            low, high = day, day + STEP
            while high - low > SECOND:
                middle = low + (high - low) // 2 // SECOND * SECOND
                low, high = (middle, high) if _offset(zone, middle) == _offset(zone, day) else (low, middle)
            yield high
        day += STEP
