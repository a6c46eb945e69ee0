"""Dates of a series from a recurrence rule of RFC 5545, by the clocks of a place.

A rule is worked out in the time clocks show there, so that 09:00 stays 09:00 all year. A date whose time clocks skip is
moved to the first time they show afterwards, and says so; of a time they show twice the first is meant.
"""

from __future__ import annotations

import calendar
import datetime
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass

from dateutil.rrule import rrulestr

from klaster.events import times

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST = 1000  # dates of one series anybody asks for
LAST = -1


@dataclass(frozen=True)
class Date:
    """A date of a series; `wall` is what the rule says, `starts` when it is, `is_moved` where clocks skip the time."""

    starts: datetime.datetime
    wall: datetime.datetime
    is_moved: bool = False


class Pattern:
    """Rules people choose from; which weekday and which week of the month they mean follows from the first date."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY_WEEKDAY = "monthly_weekday"
    MONTHLY_LAST = "monthly_last"
    MONTHLY_DAY = "monthly_day"
    YEARLY = "yearly"
    ALL = (WEEKLY, FORTNIGHTLY, MONTHLY_WEEKDAY, MONTHLY_LAST, MONTHLY_DAY, YEARLY)


def week_of_month(day: datetime.date) -> int:
    """1 for the first such weekday of its month."""
    return (day.day - 1) // 7 + 1


def is_last_of_month(day: datetime.date) -> bool:
    return day.day + 7 > calendar.monthrange(day.year, day.month)[1]


def rule(
    pattern: str, first: datetime.date, zone: zoneinfo.ZoneInfo, *, count: int | None = None,
    until: datetime.date | None = None,
) -> str:  # fmt: skip
    """The rule of a pattern that begins on `first`; `until` is the last day it may have, at the zone's clocks."""
    weekday = WEEKDAYS[first.weekday()]
    text = {
        Pattern.WEEKLY: f"FREQ=WEEKLY;BYDAY={weekday}",
        Pattern.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
        Pattern.MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={week_of_month(first)}{weekday}",
        Pattern.MONTHLY_LAST: f"FREQ=MONTHLY;BYDAY={LAST}{weekday}",
        Pattern.MONTHLY_DAY: f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
        Pattern.YEARLY: "FREQ=YEARLY",
    }[pattern]
    if count:
        return f"{text};COUNT={count}"
    if until:
        end = times.midnight(until + times.DAY, zone).astimezone(datetime.UTC) - datetime.timedelta(seconds=1)
        return f"{text};UNTIL={end:%Y%m%dT%H%M%SZ}"
    return text


def parts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)


def pattern_of(text: str, first: datetime.date, zone: zoneinfo.ZoneInfo) -> str:
    """Which of the patterns a rule is; "" for one that is none of them."""
    bare = {name: value for name, value in parts(text).items() if name not in ("COUNT", "UNTIL", "WKST")}
    return next((each for each in Pattern.ALL if parts(rule(each, first, zone)) == bare), "")


def count_of(text: str) -> int | None:
    found = parts(text).get("COUNT", "")
    return int(found) if found.isdecimal() else None


def until_of(text: str, zone: zoneinfo.ZoneInfo) -> datetime.datetime | None:
    """The end of a rule, by the clocks of the zone, without zone. RFC 5545 has it in UTC, or as a day."""
    found = parts(text).get("UNTIL", "")
    if not found:
        return None
    if len(found) == 8:
        return datetime.datetime.strptime(found, "%Y%m%d").replace(hour=23, minute=59, second=59)  # noqa: DTZ007
    moment = datetime.datetime.strptime(found.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    return times.wall_of(moment.replace(tzinfo=datetime.UTC), zone) if found.endswith("Z") else moment


def dates(
    text: str,
    first: datetime.datetime,
    zone: zoneinfo.ZoneInfo,
    *,
    until: datetime.datetime,
    after: datetime.datetime | None = None,
    left_out: Collection[datetime.datetime] = (),
    added: Collection[datetime.datetime] = (),
) -> list[Date]:
    """Dates of the rule from `first` on, after `after` and up to `until`, with further dates and without those left
    out (EXDATE and RDATE of RFC 5545). Raises ValueError for what is no rule."""
    begins, end = times.wall_of(first, zone), times.wall_of(until, zone)
    found: dict[datetime.datetime, Date] = {}
    if text:
        kept = ";".join(f"{name}={value}" for name, value in parts(text).items() if name != "UNTIL")
        last = min(filter(None, [until_of(text, zone), end + times.DAY]))
        for number, wall in enumerate(rrulestr(kept, dtstart=begins)):
            if wall > last or number >= MOST:
                break
            date = on_the_clock(wall, zone)
            found.setdefault(date.starts.astimezone(datetime.UTC), date)
    for moment in added:
        found.setdefault(moment.astimezone(datetime.UTC), on_the_clock(times.wall_of(moment, zone), zone))
    without = {moment.astimezone(datetime.UTC) for moment in left_out}
    return [
        found[at]
        for at in sorted(found)
        if at not in without and at <= until and (after is None or at > after)
    ]  # fmt: skip


def on_the_clock(wall: datetime.datetime, zone: zoneinfo.ZoneInfo) -> Date:
    starts = times.first_moment(wall, zone)
    return Date(starts, wall, is_moved=times.wall_of(starts, zone) != wall)
