"""Numbers as pictures: where bars stand and lines go. Pure: numbers in, shares of the width and pixels of height out.

Widths are shares in per cent, so that a picture fills its column at any width while its words keep their size.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

HEIGHT = 200  # of a picture over years, with the words above and below
TOP, BOTTOM = 24, 28  # room for the number over a point and the year under it
LEAST_ROWS = 5  # fewer than these are read faster than a picture of them
LEAST_YEARS = 3
MOST_TICKS = 5

Span = tuple[Hashable, datetime.date | None, datetime.date | None]


@dataclass(frozen=True)
class Bar:
    """One row of a picture of bars; `share` is its length, as a width of CSS and SVG."""

    label: str
    value: int
    share: str
    url: str = ""


@dataclass(frozen=True)
class Point:
    """A year on a line; `said` where there is room for its number."""

    x: str
    y: float
    label: str
    value: int
    said: bool


@dataclass(frozen=True)
class Step:
    """From one point to the next."""

    x1: str
    y1: float
    x2: str
    y2: float


@dataclass(frozen=True)
class Line:
    """A line over years with its points and the levels behind it, as (number, height)."""

    points: Sequence[Point]
    steps: Sequence[Step]
    levels: Sequence[tuple[int, float]]
    height: int = HEIGHT
    floor: float = HEIGHT - BOTTOM


def bars(rows: Iterable[tuple[str, int]], *, in_order: bool = False) -> list[Bar]:
    """The longest first, equal ones in the order given; or all in that order. Nothing is drawn of what is not there."""
    kept = [(label, value) for label, value in rows if value]
    most = max((value for _label, value in kept), default=1)
    ordered = kept if in_order else sorted(kept, key=lambda row: -row[1])
    return [Bar(label, value, f"{100 * value / most:.1f}%") for label, value in ordered]


def ticks(most: int) -> list[int]:
    """From 0 to at least `most` in equal whole steps of 1, 2 or 5 times a power of ten, a handful of them."""
    if most <= 0:
        return [0, 1]
    scale = 10 ** max(0, math.floor(math.log10(most / MOST_TICKS)) if most > MOST_TICKS else 0)
    step = next(size * scale for size in (1, 2, 5, 10, 20) if most / (size * scale) <= MOST_TICKS)
    return list(range(0, most + step, step)) if most % step else list(range(0, most + 1, step))


def line(values: Mapping[int, int]) -> Line:
    """A line through the values of years, the earliest at the left."""
    years = sorted(values)
    levels = ticks(max(values.values(), default=0))
    room = HEIGHT - TOP - BOTTOM

    def height(value: int) -> float:
        return round(HEIGHT - BOTTOM - room * value / levels[-1], 1)

    def across(year: int) -> str:
        """Room at both sides for the numbers at the first and last year."""
        share = (year - years[0]) / (years[-1] - years[0]) if len(years) > 1 else 0.5
        return f"{6 + 90 * share:.2f}%"

    every = math.ceil(len(years) / 8)  # years whose numbers find room beside each other
    points = [
        Point(across(year), height(values[year]), str(year), values[year], (len(years) - 1 - at) % every == 0)
        for at, year in enumerate(years)
    ]
    steps = [Step(one.x, one.y, two.x, two.y) for one, two in pairwise(points)]
    return Line(points, steps, [(level, height(level)) for level in levels])


def over_years(spans: Iterable[Span], today: datetime.date) -> dict[int, int]:
    """How many different keys held at the end of each year, from the first year known until today.

    A span is (key, first day, first day it no longer holds); without a last day it holds until today. Spans whose first
    day is not known are left out: nobody knows to which years they belong. This year stands as it is today.
    """
    known = [(key, start, end) for key, start, end in spans if start is not None and start <= today]
    if not known:
        return {}
    found = {}
    for year in range(min(start.year for _key, start, _end in known), today.year + 1):
        day = min(datetime.date(year, 12, 31), today)
        found[year] = len({key for key, start, end in known if start <= day and (end is None or end > day)})
    return found
