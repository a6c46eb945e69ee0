"""A country's counties (NUTS 3) as paths of an SVG: where to draw each and where to write in it. Pure.

Degrees are drawn by the equirectangular projection with the cosine of the country's middle latitude, which no eye tells
from better ones at this size. What lies far from the mainland (the Canaries, Guadeloupe, Svalbard) is drawn in boxes of
its own under the map. Boundaries © EuroGeographics; whoever shows a map says so.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from klaster.directory import reference

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]  # the outline, then holes

FAR = 3.0  # degrees between what still belongs to a map and what gets a box of its own
BOX = 0.16  # side of such a box, as a share of the map's width
PAD = 8.0  # round everything, in the map's units


@dataclass(frozen=True)
class County:
    """`path` is the `d` of an SVG path; `x`, `y` the place for a label, inside it and far from its edges."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """Frame round what lies far away."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class CountryMap:
    width: int
    height: int
    counties: tuple[County, ...]
    boxes: tuple[Box, ...]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


@cache
def country_map(country: str, width: int = 800) -> CountryMap | None:
    """The map of a country by its ISO code, `width` units wide; None where no boundaries are known."""
    regions = {
        code: [[[(x, y) for x, y in ring] for ring in polygon] for polygon in polygons]
        for code, polygons in reference.boundaries().items()
        if reference.country_of(code) == country
    }
    return draw(regions, width) if regions else None


def draw(regions: Mapping[str, list[Polygon]], width: int = 800) -> CountryMap:
    """Project regions given in degrees of longitude and latitude; each gets one path."""
    main, *far = _groups(regions)
    projected = _fit(main, Box(PAD, PAD, width - 2 * PAD, math.inf))
    bottom = max((y for polygons in projected.values() for y in _ys(polygons)), default=0)
    boxes = []
    side = width * BOX
    for number, group in enumerate(far):
        across = int((width - PAD) // (side + PAD))
        row, column = divmod(number, across)
        box = Box(PAD + column * (side + PAD), bottom + PAD + row * (side + PAD), side, side)
        boxes.append(box)
        inner = Box(box.x + PAD, box.y + PAD, side - 2 * PAD, side - 2 * PAD)
        projected |= _fit(group, inner)
    if boxes:
        bottom = boxes[-1].y + side
    counties = tuple(_county(code, projected[code]) for code in sorted(regions))
    return CountryMap(width, math.ceil(bottom + PAD), counties, tuple(boxes))


def _groups(regions: Mapping[str, list[Polygon]]) -> list[dict[str, list[Polygon]]]:
    """What lies together, the group of the most regions first. A region stands in one group only."""
    rest = sorted(
        ((code, polygon) for code, polygons in regions.items() for polygon in polygons),
        key=lambda part: abs(_area(part[1][0])),
        reverse=True,
    )
    groups: list[dict[str, list[Polygon]]] = []
    placed: set[str] = set()
    while rest:
        group: dict[str, list[Polygon]] = {}
        frame = _frame([rest[0][1][0]])
        while near := [part for part in rest if _distance(frame, _frame([part[1][0]])) <= FAR]:
            for code, polygon in near:
                group.setdefault(code, []).append(polygon)
            frame = _frame([_corners(frame), *(polygon[0] for _code, polygon in near)])
            rest = [part for part in rest if part not in near]
        if new := {code: polygons for code, polygons in group.items() if code not in placed}:
            groups.append(new)
            placed |= set(new)
    return sorted(groups, key=len, reverse=True)


def _fit(group: Mapping[str, list[Polygon]], box: Box) -> dict[str, list[Polygon]]:
    """The group in the box's units, as large as fits, in its middle; an endless box gets its top."""
    west, south, east, north = _frame([polygon[0] for polygons in group.values() for polygon in polygons])
    shrink = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * shrink, 1e-6), max(north - south, 1e-6)
    scale = min(box.width / across, box.height / down)
    left = box.x + (box.width - across * scale) / 2
    top = box.y + ((box.height - down * scale) / 2 if math.isfinite(box.height) else 0)

    def project(point: Point) -> Point:
        return left + (point[0] - west) * shrink * scale, top + (north - point[1]) * scale

    return {
        code: [[[project(point) for point in ring] for ring in polygon] for polygon in polygons]
        for code, polygons in group.items()
    }


def _county(code: str, polygons: list[Polygon]) -> County:
    largest = max(polygons, key=lambda polygon: abs(_area(polygon[0])))
    x, y = inner_point(largest)
    rings = [ring for polygon in polygons for ring in polygon]
    return County(code, "".join(_path(ring) for ring in rings) or _path(largest[0], least=1), round(x, 1), round(y, 1))


def _path(ring: Ring, *, least: int = 3) -> str:
    """The ring with a decimal; nothing if it is too small to see."""
    points = list(dict.fromkeys((round(x, 1), round(y, 1)) for x, y in ring))
    if len(points) < least:
        return ""
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z"


# --- geometry ---------------------------------------------------------------------------------------------------------


def _ys(polygons: Iterable[Polygon]) -> Iterable[float]:
    return (y for polygon in polygons for _x, y in polygon[0])


def _frame(rings: Iterable[Iterable[Point]]) -> tuple[float, float, float, float]:
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(frame: tuple[float, float, float, float]) -> Ring:
    west, south, east, north = frame
    return [(west, south), (east, north)]


def _distance(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Gap between two frames; 0 where they overlap."""
    across = max(other[0] - one[2], one[0] - other[2], 0)
    return math.hypot(across, max(other[1] - one[3], one[1] - other[3], 0))


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]])) / 2


def is_inside(point: Point, polygon: Polygon) -> bool:
    """Even-odd rule: a ray to the east crosses the rings an odd number of times."""
    x, y = point
    crossings = 0
    for ring in polygon:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossings += 1
    return crossings % 2 == 1


def _to_edge(point: Point, polygon: Polygon) -> float:
    """Distance to the nearest edge; negative outside."""
    nearest = min(_to_segment(point, start, end) for ring in polygon for start, end in pairwise([*ring, ring[0]]))
    return nearest if is_inside(point, polygon) else -nearest


def _to_segment(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = 0.0 if length == 0 else min(1.0, max(0.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
    return math.hypot(x - (x1 + along * (x2 - x1)), y - (y1 + along * (y2 - y1)))


def inner_point(polygon: Polygon, precision: float = 1.0) -> Point:
    """The point farthest from all edges, within `precision`: squares that may hold a better one are cut in four."""
    west, south, east, north = _frame([polygon[0]])
    size = min(east - west, north - south)
    if size == 0:
        return west, south
    half = size / 2
    best = max(
        ((x, y) for x in (west + half, (west + east) / 2, east - half) for y in (south + half, (south + north) / 2)),
        key=lambda point: _to_edge(point, polygon),
    )
    reached = _to_edge(best, polygon)
    squares: list[tuple[float, float, float, float]] = []

    def consider(x: float, y: float, half: float) -> None:
        nonlocal best, reached
        distance = _to_edge((x, y), polygon)
        if distance > reached:
            best, reached = (x, y), distance
        possible = distance + half * math.sqrt(2)
        if possible - reached > precision:
            heapq.heappush(squares, (-possible, x, y, half))

    for column in range(math.ceil((east - west) / size)):
        for row in range(math.ceil((north - south) / size)):
            consider(west + column * size + half, south + row * size + half, half)
    while squares:
        possible, x, y, half = heapq.heappop(squares)
        if -possible - reached <= precision:
            break
        quarter = half / 2
        for dx in (-quarter, quarter):
            for dy in (-quarter, quarter):
                consider(x + dx, y + dy, quarter)
    return best
