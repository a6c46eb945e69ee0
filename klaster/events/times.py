"""Times as the clocks of a place show them: one night a year lacks an hour, one has an hour twice."""

from __future__ import annotations

import datetime
import zoneinfo

MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)


def moments(wall: datetime.datetime, zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """Aware times at which clocks of the zone show `wall` (without zone), the earlier first: none, one or two."""
    found: dict[datetime.datetime, datetime.datetime] = {}
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold)
        at = moment.astimezone(datetime.UTC)
        if at.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
            found.setdefault(at, moment)
    return [found[at] for at in sorted(found)]


def first_moment(wall: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """The moment of `wall`, the earlier of two; where clocks skip it, the first that they show afterwards."""
    while not (found := moments(wall, zone)):
        wall = wall.replace(second=0, microsecond=0) + MINUTE
    return found[0]


def midnight(day: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """When the day begins there; not everywhere at 00:00."""
    return first_moment(datetime.datetime.combine(day, datetime.time()), zone)


def wall_of(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """What clocks of the zone show at the moment, without zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def moved(moment: datetime.datetime, by: datetime.timedelta, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """So much later on the clock: a day after 09:00 is 09:00, whatever the night was like."""
    return first_moment(wall_of(moment, zone) + by, zone)
