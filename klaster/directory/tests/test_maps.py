"""Maps of countries: every county drawn once, each label inside its county."""

import re

import pytest

from klaster.directory import maps, reference

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?")


def rings(path: str) -> list[list[tuple[float, float]]]:
    """The rings of an SVG path as it is drawn."""
    return [
        [tuple(map(float, point.split(","))) for point in NUMBERS.findall(ring)] for ring in path.split("M") if ring
    ]


COUNTRIES = sorted({reference.country_of(code) for code in reference.boundaries()})


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_county_has_one_path_and_its_label_inside(country):
    drawn = maps.country_map(country)
    counties = sorted(
        code for code in reference.region_codes() if len(code) == 5 and reference.country_of(code) == country
    )
    assert [county.code for county in drawn.counties] == counties
    for county in drawn.counties:
        assert re.fullmatch(r"(M-?[\d.]+,-?[\d.]+(L-?[\d.]+,-?[\d.]+)*Z)+", county.path), county.code
        points = [point for ring in rings(county.path) for point in ring]
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points), county.code
        if len(points) > 4:  # else it is a speck: an islet in a box with a whole archipelago
            assert any(maps.is_inside((county.x, county.y), [ring]) for ring in rings(county.path)), county.code


def test_lithuania_has_ten_counties_where_one_knows_them():
    drawn = maps.country_map("LT")
    at = {county.code: (county.x, county.y) for county in drawn.counties}
    assert len(at) == 10
    assert (drawn.width, drawn.boxes) == (800, ())
    assert 1.2 < drawn.width / drawn.height < 1.4
    vilnius, klaipeda, siauliai, alytus = (at[code] for code in ("LT011", "LT023", "LT026", "LT021"))
    assert klaipeda[0] < siauliai[0] < vilnius[0]  # from west to east
    assert siauliai[1] < vilnius[1] < alytus[1]  # from north to south


def test_what_lies_far_away_gets_a_box_of_its_own():
    spain = maps.country_map("ES")
    canaries = [county for county in spain.counties if county.code.startswith("ES70")]
    (box,) = spain.boxes
    assert len(canaries) == 7
    for county in canaries:
        assert box.x < county.x < box.x + box.width
        assert box.y < county.y < box.y + box.height
    assert sum(county.y < box.y for county in spain.counties) == len(spain.counties) - 7


def test_the_mainland_is_the_map_even_where_an_island_is_larger():
    france = maps.country_map("FR")
    assert min(box.y for box in france.boxes) > next(c.y for c in france.counties if c.code == "FR101")  # Paris


def test_a_country_without_boundaries_has_no_map():
    assert maps.country_map("US") is None


def test_a_map_keeps_the_shape_of_the_land():
    """One degree of longitude at 60° north is half as wide as one of latitude."""
    square = [[[(20.0, 59.5), (22.0, 59.5), (22.0, 60.5), (20.0, 60.5), (20.0, 59.5)]]]
    drawn = maps.draw({"XX000": square}, width=216)
    assert drawn.counties[0].path == "M8,208L208,208L208,8L8,8Z"
    assert (drawn.width, drawn.height) == (216, 216)


def test_the_label_of_a_horseshoe_stands_on_the_iron():
    horseshoe = [[(0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30)]]
    x, y = maps.inner_point(horseshoe)
    assert maps.is_inside((x, y), horseshoe)
    assert not (10 < x < 20 and y > 10)


def test_the_label_of_a_ring_stands_beside_the_hole():
    with_hole = [[(0, 0), (30, 0), (30, 30), (0, 30)], [(5, 5), (25, 5), (25, 25), (5, 25)]]
    assert maps.is_inside(maps.inner_point(with_hole), with_hole)
