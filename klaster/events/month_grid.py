"""A month as a table of weeks, each day with what is on it. Pure but for the names of days."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats

FIRST_YEAR, LAST_YEAR = 1990, 2100
WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: datetime.date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """ "2026-12"; None for what is no month."""
        found = WRITTEN.fullmatch(text)
        if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return None
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, self.month, 1)

    @property
    def after(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> Month:
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def name(self) -> str:
        return formats.date_format(self.first, "YEAR_MONTH_FORMAT")


@dataclass
class Day:
    """`day` is None in cells before the first and after the last of the month."""

    day: datetime.date | None
    is_today: bool = False
    entries: list[Any] = field(default_factory=list)


def weeks(
    month: Month, entries: Iterable[tuple[datetime.date, datetime.date, Any]], today: datetime.date
) -> list[list[Day]]:
    """Weeks of seven days, beginning as the reader's weeks do. entries: (first day, last day, what is drawn)."""
    listed = list(entries)
    table = calendar.Calendar(first_weekday()).monthdatescalendar(month.year, month.month)
    return [[_day(day, month, listed, today) for day in week] for week in table]


def _day(day: datetime.date, month: Month, entries: list[Any], today: datetime.date) -> Day:
    if day.month != month.month:
        return Day(None)
    return Day(day, day == today, [what for first, last, what in entries if first <= day <= last])


def first_weekday() -> int:
    """0 is Monday: Django counts from Sunday, calendar from Monday."""
    return (formats.get_format("FIRST_DAY_OF_WEEK") - 1) % 7


def weekdays() -> list[tuple[str, str]]:
    """(short, whole) names of the days of a week, from the first."""
    monday = datetime.date(2024, 1, 1)
    days = [monday + datetime.timedelta(days=(first_weekday() + number) % 7) for number in range(7)]
    return [(formats.date_format(day, "D"), formats.date_format(day, "l")) for day in days]
