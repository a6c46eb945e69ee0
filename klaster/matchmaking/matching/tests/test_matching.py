"""Scores are numbers, rankings are of the others, and what was measured by hand comes out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.matching import draft as drafting
from klaster.matchmaking.matching import scoring
from klaster.matchmaking.matching.backends import Hashing, unit
from klaster.matchmaking.matching.draft import draft
from klaster.matchmaking.matching.matching import Matches, reason, side
from klaster.matchmaking.matching.profiles import Line, Profile, tags_of, with_vectors
from klaster.matchmaking.matching.scoring import Side, direction, hubness, reciprocal, standardised

from .strategies import pools


def row(*numbers):
    return unit(np.array(numbers, dtype=np.float32))


def line(kind, *vector, tags=()):
    return Line("", kind, "text", frozenset(tags), vector=row(*vector) if vector else None)


@given(pools())
@settings(deadline=None, max_examples=40)
def test_everybody_is_ranked_once_and_never_oneself(profiles):
    matches = Matches(profiles)
    for number in range(len(profiles)):
        ranking = matches.ranking(number)
        assert len(set(ranking)) == len(ranking)
        assert number not in ranking
        for other in ranking:
            found = matches.recommendation(number, other)
            assert 0 <= found.score <= 1
            assert {found.p_ab is None, found.p_ba is None} != {True}
        has = {kind for kind in ("need", "offer") if profiles[number].of(kind)}
        partners = {
            at
            for at, other in enumerate(profiles)
            if at != number and (("need" in has and other.of("offer")) or ("offer" in has and other.of("need")))
        }
        assert set(ranking) == partners


@given(pools(), st.sampled_from([1, 7]))
@settings(deadline=None, max_examples=40)
def test_blocks_change_nothing(profiles, block):
    needs, offers, whole, before = side(profiles, "need"), side(profiles, "offer"), Matches(profiles), scoring.CHUNK
    one_way, both_ways = direction(needs, offers).s, whole.scores  # fewer lines than a block: all at once
    try:
        scoring.CHUNK = block
        in_blocks = Matches(profiles)
        assert np.allclose(direction(needs, offers).s, one_way, equal_nan=True, atol=1e-4)
        assert np.allclose(in_blocks.scores, both_ways, equal_nan=True, atol=1e-4)
        assert in_blocks.average == pytest.approx(whole.average, abs=1e-4)
    finally:
        scoring.CHUNK = before


@given(pools(), st.integers(1, 4), st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_row_by_row_is_the_same_as_all_at_once(profiles, k, cap):
    matches = Matches(profiles)
    matrix = reciprocal(matches.p, matches.p.T)
    assert np.allclose(matches.scores, matrix, equal_nan=True, atol=1e-6)
    assert matches.draft(k, seed=1, cap=cap) == draft(
        matches.scores, k, cap=cap, seed=1, organisations=[profile.organisation for profile in profiles]
    )
    for number, row in enumerate(matches.draft(k, seed=1)):
        found = [matches.recommendation(number, other).score for other in row]
        assert found == pytest.approx(matches.scores[number, row].tolist(), abs=1e-6)


def test_whoever_is_passed_over_a_hundred_times_gets_what_is_left():
    """The draft looks further down the list, a part at a time, with the same result as over the whole list."""
    scores = np.random.default_rng(5).random((300, 300), dtype=np.float32)
    scores += np.linspace(0, 3, 300, dtype=np.float32)
    np.fill_diagonal(scores, np.nan)
    first, before = draft(scores, 2, cap=2, seed=1), drafting.FIRST_LOOK
    try:
        drafting.FIRST_LOOK = 300
        assert draft(scores, 2, cap=2, seed=1) == first
    finally:
        drafting.FIRST_LOOK = before
    assert sum(map(len, first)) == 600


@given(pools(), st.randoms())
@settings(deadline=None, max_examples=40)
def test_the_order_of_profiles_changes_no_score(profiles, random):
    order = list(range(len(profiles)))
    random.shuffle(order)
    shuffled = Matches([profiles[at] for at in order]).scores
    assert np.allclose(shuffled, Matches(profiles).scores[np.ix_(order, order)], equal_nan=True, atol=1e-4)


@given(pools(), st.integers(0, 2**32), st.integers(1, 5))
@settings(deadline=None, max_examples=40)
def test_who_is_not_allowed_is_not_shown_whoever_may_see_whom(profiles, seed, k):
    allowed = np.random.default_rng(seed).random((len(profiles), len(profiles))) < 0.5
    matches = Matches(profiles, allowed)
    for number, row in enumerate(matches.draft(k, seed=1)):
        assert all(allowed[number, other] for other in [*row, *matches.ranking(number)])
    everybody = Matches(profiles).scores
    assert np.array_equal(matches.scores, np.where(allowed, everybody, np.nan), equal_nan=True)


def test_the_nearest_offer_of_several_lines_counts():
    me = Profile("me", (line("need", 1, 0, 0), line("need", 0, 1, 0)))
    near = Profile("near", (line("offer", 0, 0, 1), line("offer", 0, 1, 0.1)))
    far = Profile("far", (line("offer", 0.3, 0.3, 1),))
    assert Matches([me, far, near]).ranking(0) == [2, 1]
    found = reason(me, near)
    assert (found.need, found.offer) == (me.lines[1], near.lines[1])


def test_tags_alone_match_where_there_are_no_vectors():
    me = Profile("me", (line("need", tags=tags_of("food", ["cnc"])),))
    both = Profile("both", (line("offer", tags=tags_of("food", ["cnc"])),))
    one = Profile("one", (line("offer", tags=tags_of("food", [])),))
    none = Profile("none", (line("offer", tags=tags_of("wood", [])),))
    matches = Matches([none, one, both, me])
    assert matches.known == "tags"
    assert matches.ranking(3) == [2, 1, 0]
    assert reason(me, one).tags == {"sector:food"}
    assert reason(me, none) is None


def test_a_rare_tag_says_more_than_a_common_one():
    offers = [line("offer", tags=["technology:cnc"])] * 9 + [line("offer", tags=["technology:iot"])]
    weights = scoring.tag_weights(offers)
    assert weights["technology:iot"] == pytest.approx(np.log(11))
    assert weights["technology:cnc"] == pytest.approx(np.log(1 + 10 / 9))


def test_a_line_without_vector_is_an_average_one():
    needs = Side([line("need", 1, 0)], [0], 1)
    offers = Side([line("offer", 1, 0), line("offer"), line("offer", -1, 0)], [0, 1, 2], 3)
    assert direction(needs, offers).s[0].tolist() == pytest.approx([1.2247, 0, -1.2247], abs=1e-3)


def test_standardised():
    scores = np.array([[1, 2, 3, np.nan], [5, 5, 5, 5], [np.nan] * 4], dtype=np.float32)
    assert standardised(scores)[0] == pytest.approx([-1.2247, 0, 1.2247, np.nan], abs=1e-3, nan_ok=True)
    assert standardised(scores)[1].tolist() == [0, 0, 0, 0]
    assert np.isnan(standardised(scores)[2]).all()


def test_reciprocal_wants_both():
    there = np.array([[0.8, 0.8, 0.8, np.nan]])
    back = np.array([[0.8, 0.1, np.nan, np.nan]])
    score = reciprocal(there, back)[0]
    assert score[0] == pytest.approx(0.8)
    assert score[1] == pytest.approx(0.7 * np.sqrt(0.08) + 0.3 * 0.45)
    assert score[1] < score[2] < score[0]
    assert np.isnan(score[3])


def test_hubness_of_an_offer_near_to_all_needs():
    draw = np.random.default_rng(1)
    needs = unit(draw.normal(size=(40, 8)) + 1.0)
    offers = np.stack([row(*[1] * 8), row(1, -1, 1, -1, 1, -1, 1, -1)])
    near, far = hubness(needs, offers)
    assert near > far
    assert hubness(needs[:9], offers).tolist() == [0, 0]  # of too few needs nothing follows
    assert np.allclose(hubness(np.tile(needs, (3, 1)), offers), [near, far])  # said three times, counted once


def test_lines_must_come_by_owner():
    with pytest.raises(ValueError, match="order of their owners"):
        Side([line("need", 1, 0)] * 2, [1, 0], 2)


def test_vectors_of_texts_said_twice_are_asked_for_once():
    class Counting(Hashing):
        asked = 0

        def embed(self, texts, role):
            Counting.asked += len(texts)
            return super().embed(texts, role)

    lines = [Line(at, "need", f"We need part number {at % 3}") for at in range(9)]
    known = with_vectors(lines, Counting())
    assert Counting.asked == 3
    assert {one.language for one in known} == {"en"}
    assert with_vectors([], Counting()) == []
