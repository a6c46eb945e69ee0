"""Arithmetic of completeness and freshness: no rows, no clock."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from klaster.directory.freshness import Content, judge

TODAY = datetime.date(2026, 11, 22)
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2026, 12, 31))
CONTENTS = st.lists(
    st.builds(Content, st.text("abcdefg", min_size=1, max_size=3), st.booleans(), st.booleans()),
    max_size=12,
    unique_by=lambda content: content.key,
)
CONFIRMED = st.dictionaries(st.text("abcdefg", min_size=1, max_size=3), DAYS, max_size=12)


def ago(days):
    return TODAY - datetime.timedelta(days=days)


def judged(confirmed, *contents):
    return judge(contents, confirmed, today=TODAY, stale_after=180)


def test_what_wants_somebody_most_comes_first():
    report = judged(
        {"fresh": ago(3), "old": ago(400), "older": ago(500)},
        Content("fresh", True), Content("empty", False, may_be_empty=True), Content("old", True),
        Content("never", True), Content("older", True), Content("missing", False),
    )  # fmt: skip
    assert [section.key for section in report.sections] == ["missing", "never", "older", "old", "fresh", "empty"]
    assert [section.key for section in report.sections if section.wants_an_answer] == [
        "missing", "never", "older", "old",
    ]  # fmt: skip
    assert (report.filled, report.counted, report.percent) == (4, 5, 80)


def test_half_a_year_to_the_day():
    assert not judged({"a": ago(180)}, Content("a", True)).stale
    assert judged({"a": ago(181)}, Content("a", True)).stale
    assert judged({}, Content("a", True)).stale


def test_confirmation_of_what_is_gone_does_not_count():
    (section,) = judged({"a": ago(1)}, Content("a", False)).sections
    assert (section.is_missing, section.confirmed_on, section.age) == (True, None, None)


def test_whole_page_is_as_old_as_its_oldest_part():
    parts = [Content("a", True), Content("b", True), Content("c", False, may_be_empty=True)]
    assert judged({"a": ago(5), "b": ago(50)}, *parts).whole_page_confirmed_on == ago(50)
    assert judged({"a": ago(5)}, *parts).whole_page_confirmed_on is None
    assert judged({}, Content("c", False, may_be_empty=True)).percent == 100


@given(CONTENTS, CONFIRMED)
def test_every_section_is_judged_once_and_the_numbers_agree(contents, confirmed):
    report = judge(contents, confirmed, today=TODAY, stale_after=180)
    assert sorted(section.key for section in report.sections) == sorted(content.key for content in contents)
    assert report.counted == len(report.sections) - sum(
        not content.is_filled and content.may_be_empty for content in contents
    )
    assert (report.percent == 100) == (not report.missing)
    for section in report.sections:
        assert not (section.is_missing and section.is_stale)
        assert section.is_stale == (section.is_filled and (section.age is None or section.age > 180))


@given(CONTENTS, CONFIRMED, st.data())
def test_confirming_makes_nothing_else_stale_and_itself_fresh(contents, confirmed, data):
    filled = [content.key for content in contents if content.is_filled]
    if not filled:
        return
    chosen = data.draw(st.sampled_from(filled))
    before = {section.key for section in judge(contents, confirmed, today=TODAY, stale_after=180).stale}
    after = judge(contents, confirmed | {chosen: TODAY}, today=TODAY, stale_after=180)
    assert {section.key for section in after.stale} == before - {chosen}
