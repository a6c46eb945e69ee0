"""How complete an entry's page is, and how long ago somebody last said that each part of it is true.

Pure: sections and days in, an answer out; no rows, no settings, no clock.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Content:
    """One section of a page. `may_be_empty`: nothing there is no fault (who seeks nobody has no opening)."""

    key: str
    is_filled: bool
    may_be_empty: bool = False


@dataclass(frozen=True)
class Judged:
    """What is to be said of one section on one day; `age` in days, None where nobody ever confirmed it."""

    key: str
    is_filled: bool
    is_missing: bool
    is_stale: bool
    confirmed_on: datetime.date | None
    age: int | None

    @property
    def wants_an_answer(self) -> bool:
        return self.is_missing or self.is_stale


@dataclass(frozen=True)
class Report:
    """The sections in the order in which they want somebody's time: missing, never confirmed, oldest first."""

    sections: tuple[Judged, ...]

    @property
    def filled(self) -> int:
        return sum(section.is_filled for section in self.sections)

    @property
    def counted(self) -> int:
        """Sections that count: those with something in them, and those that ought to have."""
        return self.filled + len(self.missing)

    @property
    def percent(self) -> int:
        """Filled of what counts, rounded down, so that only a whole page has 100."""
        return self.filled * 100 // self.counted if self.counted else 100

    @property
    def missing(self) -> tuple[Judged, ...]:
        return tuple(section for section in self.sections if section.is_missing)

    @property
    def stale(self) -> tuple[Judged, ...]:
        return tuple(section for section in self.sections if section.is_stale)

    @property
    def whole_page_confirmed_on(self) -> datetime.date | None:
        """The day as of which all that is written was said to be true; None while a part never was."""
        days = [section.confirmed_on for section in self.sections if section.is_filled]
        known = [day for day in days if day is not None]
        return min(known) if known and len(known) == len(days) else None


def judge(
    contents: Iterable[Content],
    confirmed: Mapping[str, datetime.date],
    *,
    today: datetime.date,
    stale_after: int,
) -> Report:
    """What of a page is missing and what is stale: confirmed more than `stale_after` days before `today`, or never.

    `confirmed` is the last day somebody said "true" of each section. What is empty was never confirmed: a text that
    was true once and then deleted is missing, not old.
    """
    judged = []
    for content in contents:
        on = confirmed.get(content.key) if content.is_filled else None
        age = max((today - on).days, 0) if on else None
        judged.append(
            Judged(
                key=content.key,
                is_filled=content.is_filled,
                is_missing=not content.is_filled and not content.may_be_empty,
                is_stale=content.is_filled and (age is None or age > stale_after),
                confirmed_on=on,
                age=age,
            )
        )
    return Report(tuple(sorted(judged, key=_first)))


def _first(section: Judged) -> tuple[int, int]:
    """Sorting key; the order of the page decides among equals."""
    if section.is_missing:
        return 0, 0
    if not section.is_filled:
        return 3, 0
    return (1, 0) if section.age is None else (2, -section.age)
