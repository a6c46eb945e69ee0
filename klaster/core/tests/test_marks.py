"""Marks of clusters: drawn from the slug alone."""

import re

import pytest
from django.template import engines
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.core import marks


def test_a_slug_always_has_the_same_mark():
    row = marks.ROW
    assert [(dot.kind, dot.x, dot.y) for dot in marks.mark("smartfood")] == [
        ("a", 0.0, -2 * row),
        ("a", 1.5, row),
        ("a", -1.5, row),
        ("c", -0.5, -row),
        ("c", 1.0, 0.0),
        ("c", -0.5, row),
        ("a", 0.5, -row),
        ("a", 0.5, row),
        ("a", -1.0, 0.0),
        ("a", 0.0, 0.0),
    ]


@given(st.text(min_size=1, max_size=40))
@settings(deadline=None)
def test_every_slug_has_a_mark_that_reads_as_one(slug):
    dots = marks.mark(slug)
    assert 8 <= len(dots) <= 13
    assert sum(dot.kind == "a" for dot in dots) >= 4
    assert len({dot.kind for dot in dots}) > 1
    assert all(dot.x**2 + dot.y**2 <= 4.0001 for dot in dots)
    assert len({(dot.x, dot.y) for dot in dots}) == len(dots)


def test_few_marks_of_a_network_coincide():
    slugs = [f"cluster-{number}" for number in range(200)]
    assert len({marks.mark(slug) for slug in slugs}) > 190


@pytest.mark.parametrize(
    ("count", "rows"), [(1, [1]), (2, [2]), (3, [2, 1]), (5, [2, 3]), (14, [3, 4, 4, 3]), (19, [5, 5, 5, 4])]
)
def test_marks_are_packed_in_rows_that_bulge_in_the_middle(count, rows):
    assert sorted(marks.row_lengths(count)) == sorted(rows)
    assert sum(marks.row_lengths(count)) == count


@given(st.integers(min_value=0, max_value=300))
def test_packed_marks_neither_overlap_nor_leave_the_picture(count):
    packed = marks.pack(count)
    spots = [*packed.places, packed.slot]
    assert len(packed.places) == count
    left, top, width, height = map(float, packed.view_box.split())
    for index, (x, y) in enumerate(spots):
        assert left + marks.HIT <= x <= left + width - marks.HIT
        assert top + marks.HIT <= y <= top + height - marks.HIT
        for other_x, other_y in spots[:index]:
            assert (x - other_x) ** 2 + (y - other_y) ** 2 > (2 * marks.HIT) ** 2


def render(text, **context):
    return engines["django"].from_string(text).render(context)


def test_a_mark_has_the_hue_of_its_sector_and_is_hidden_from_readers_by_ear():
    html = render('{% mark "smartfood" 3 "l" %}')
    assert html.startswith('<svg class="mark mark--l c-3" viewBox="-2.6 -2.6 5.2 5.2" aria-hidden="true"><circle')
    assert html.count("<circle") == 10
    assert render('{% mark "smartfood" None %}').startswith('<svg class="mark c-0"')


def test_numbers_in_pictures_have_a_point_in_every_language():
    clusters = [{"name": f"Cluster {n}", "url": f"/{n}/", "slug": f"cluster-{n}", "hue": n} for n in range(1, 4)]
    with translation.override("lt"):
        html = render("{% network_picture clusters %}", clusters=clusters)
        bars = render(
            '{% bars rows "Members" "organisations" %}', rows=[{"label": "A", "value": 3}, {"label": "B", "value": 1}]
        )
    numbers = re.findall(r'\b(?:cx|cy|r)="([^"]*)"', html)
    assert len(numbers) > 50
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers)
    assert re.findall(r'class="fg" width="([^"]*)"', bars) == ["100.0%", "33.3%"]


def test_the_picture_of_the_network_links_each_cluster_and_keeps_a_place():
    clusters = [{"name": "Oak & Ash", "url": "/en/clusters/oak/", "slug": "oak", "hue": 2}]
    html = render("{% network_picture clusters '/en/join/' %}", clusters=clusters)
    assert '<a href="/en/clusters/oak/" class="c-2">' in html
    assert "<title>Oak &amp; Ash</title>" in html
    assert html.count('class="slot"') == 1
    assert '<a href="/en/join/">' in html
    assert html.count("<a ") == 2


def test_an_unknown_number_is_not_nought():
    with translation.override("en"):
        bars = render('{% bars rows "Members" "organisations" %}', rows=[{"label": "A", "value": None}])
    assert bars.count("not known") == 2
    assert 'width="0.0%"' in bars
