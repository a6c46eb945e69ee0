"""Pictures made of touching dots: the mark a cluster has until it uploads a logo, and all marks packed together.

A mark is drawn from the slug alone, so the same slug always has the same mark: 8 to 13 dots on a hexagonal lattice of
19 points, laid out with one of three symmetries. Colour is the sector's and says nothing that a word does not say too.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

Point = tuple[int, int]  # axial coordinates (q, r); the third is -q-r

ROW = math.sqrt(3) / 2  # height of a row of touching dots of diameter 1
LATTICE: list[Point] = [(q, r) for r in range(-2, 3) for q in range(-2, 3) if abs(q + r) <= 2]
NEIGHBOURS: list[Point] = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)]
TRIES = 60

# What a dot may be (solid, pale, ring, nothing) and how often, at each distance from the middle.
KINDS = "abc."
OFTEN = {0: [5, 2.2, 1, 1.2], 1: [5, 2, 1, 1.6], 2: [3, 1.6, 1, 6]}
RADIUS = {"a": 0.5, "b": 0.5, "c": 0.42}


@dataclass(frozen=True)
class Dot:
    """One dot, in diameters from the middle of the mark; kind "a" is solid, "b" pale, "c" a ring."""

    kind: str
    x: float
    y: float

    @property
    def radius(self) -> float:
        return RADIUS[self.kind]


def third_of_a_turn(point: Point) -> Point:
    q, r = point
    return -q - r, q


def mirrored(point: Point) -> Point:
    q, r = point
    return -q - r, r


def half_a_turn(point: Point) -> Point:
    return -point[0], -point[1]


SYMMETRIES: list[Callable[[Point], Point]] = [third_of_a_turn, mirrored, half_a_turn]


@lru_cache(maxsize=1024)
def mark(slug: str) -> tuple[Dot, ...]:
    """The dots of a cluster's mark, each within 2.5 of the middle."""
    drawn: dict[Point, str] = {}
    for salt in range(TRIES):
        seed = int(hashlib.sha256(f"{slug}:{salt}".encode()).hexdigest(), 16)
        drawn = attempt(random.Random(seed))  # noqa: S311  a picture, not a secret
        if is_good(drawn):
            break
    return tuple(Dot(kind, q + r / 2, r * ROW) for (q, r), kind in drawn.items())


def attempt(chance: random.Random) -> dict[Point, str]:
    symmetry = SYMMETRIES[chance.randrange(len(SYMMETRIES))]
    drawn: dict[Point, str] = {}
    for orbit in orbits(symmetry):
        kind = chance.choices(KINDS, OFTEN[distance(orbit[0])])[0]
        if kind != ".":
            drawn.update(dict.fromkeys(orbit, kind))
    return drawn


def orbits(symmetry: Callable[[Point], Point]) -> Iterator[list[Point]]:
    """The lattice in groups of points that the symmetry carries onto each other."""
    seen: set[Point] = set()
    for start in LATTICE:
        if start in seen:
            continue
        orbit, point = [start], symmetry(start)
        while point != start:
            orbit.append(point)
            point = symmetry(point)
        seen.update(orbit)
        yield orbit


def distance(point: Point) -> int:
    """Steps from the middle."""
    q, r = point
    return max(abs(q), abs(r), abs(q + r))


def is_good(drawn: dict[Point, str]) -> bool:
    """Neither thin nor crowded, mostly solid, of more than one kind, and in one piece."""
    kinds = list(drawn.values())
    return 8 <= len(drawn) <= 13 and kinds.count("a") >= 4 and len(set(kinds)) > 1 and is_connected(drawn)


def is_connected(points: dict[Point, str]) -> bool:
    first = next(iter(points))
    reached, todo = {first}, [first]
    while todo:
        q, r = todo.pop()
        for dq, dr in NEIGHBOURS:
            point = (q + dq, r + dr)
            if point in points and point not in reached:
                reached.add(point)
                todo.append(point)
    return len(reached) == len(points)


# --- all marks together -----------------------------------------------------------------------------------------------
STEP = 5.45  # between the middles of two marks
HIT = 2.7  # radius of what can be pressed


@dataclass(frozen=True)
class Packed:
    """Places for marks in rows like the cells of a comb; the last-but-one row keeps one for who is not here yet."""

    places: tuple[tuple[float, float], ...]
    slot: tuple[float, float]
    view_box: str


def pack(count: int) -> Packed:
    """Places for `count` marks and one empty slot, about 5 : 4, in reading order."""
    rows = row_lengths(count + 1)
    spots = [
        (STEP * (start + column), STEP * ROW * number)
        for number, (start, length) in enumerate(zip(row_starts(rows), rows, strict=True))
        for column in range(length)
    ]
    # The slot is in the last row but one, one from its end: seen, but not in the way.
    slot = max(0, sum(rows[:-1]) - 2) if len(rows) > 1 else len(spots) - 1
    places = [spot for index, spot in enumerate(spots) if index != slot]
    left, right = min(x for x, _y in spots) - HIT, max(x for x, _y in spots) + HIT
    bottom = max(y for _x, y in spots) + HIT
    return Packed(
        tuple(places),
        spots[slot],
        f"{left - 0.2:.2f} {-HIT - 0.2:.2f} {right - left + 0.4:.2f} {bottom + HIT + 0.4:.2f}",
    )


def row_lengths(count: int) -> list[int]:
    """How many marks each row holds: rows in the middle are longer by one where that comes out."""
    rows = max(1, round(math.sqrt(count * 0.8 / ROW)))
    short, extra = divmod(count, rows)
    lengths = [short] * rows
    middle = sorted(range(rows), key=lambda row: (abs(row - (rows - 1) / 2), row))
    for row in middle[:extra]:
        lengths[row] += 1
    return lengths


def row_starts(lengths: list[int]) -> list[float]:
    """Where each row begins, in steps: half a step from the row above, towards the middle of the picture."""
    starts = [0.0]
    for above, row in pairwise(lengths):
        centred = starts[-1] + (above - row) / 2
        if (centred - starts[-1]) % 1 == 0:  # rows of the same length would stand in columns
            centred += 0.5 if len(starts) % 2 else -0.5
        starts.append(centred)
    least = min(starts)
    return [start - least for start in starts]
