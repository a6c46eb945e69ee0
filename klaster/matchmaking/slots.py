"""Times of meetings out of "from, to, minutes, pause": pure, in moments, so that a night of clock change adds or takes
an hour and no slot."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from klaster.events import times


@dataclass(frozen=True)
class Span:
    """A stretch of time; its end is not in it."""

    starts: datetime.datetime
    ends: datetime.datetime

    def overlaps(self, other: Span) -> bool:
        return self.starts < other.ends and other.starts < self.ends


class ClockChange(ValueError):
    """Clocks show the time never (`found` is 0) or twice on that night."""

    def __init__(self, wall: datetime.datetime, found: int):
        super().__init__(f"{wall} is shown {found} times")
        self.wall, self.found = wall, found


def moment(day: datetime.date, time: datetime.time, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """When clocks of the zone show the time on the day. Raises ClockChange where that is not one moment."""
    wall = datetime.datetime.combine(day, time)
    found = times.moments(wall, zone)
    if len(found) != 1:
        raise ClockChange(wall, len(found))
    return found[0]


def fill(whole: Span, *, minutes: int, pause: int, taken: Iterable[Span] = ()) -> list[Span]:
    """As many slots as fit, each `minutes` long and `pause` minutes after the one before; what is taken stays free of
    them, and after it one begins at once."""
    long, between = datetime.timedelta(minutes=minutes), datetime.timedelta(minutes=pause)
    obstacles = sorted(taken, key=lambda span: span.starts)
    found: list[Span] = []
    starts = whole.starts.astimezone(datetime.UTC)
    while starts + long <= whole.ends:
        slot = Span(starts, starts + long)
        hit = next((span for span in obstacles if slot.overlaps(span)), None)
        if hit is None:
            found.append(slot)
            starts += long + between
        else:
            starts = hit.ends.astimezone(datetime.UTC)
    return found


def days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]


def sessions(spans: list[Span], breaks: list[Span], *, gap: datetime.timedelta) -> list[list[int]]:
    """Numbers of slots that a longer meeting may run through: no break and no gap longer than `gap` between them."""
    runs: list[list[int]] = []
    for number, span in enumerate(spans):
        before = spans[number - 1] if number else None
        joined = before is not None and span.starts - before.ends <= gap
        if joined and before is not None:
            joined = not any(each.starts < span.starts and each.ends > before.ends for each in breaks)
        if joined:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
