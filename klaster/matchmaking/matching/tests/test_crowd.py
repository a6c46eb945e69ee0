"""One against the candidates a search brings: as if everybody were there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import unit
from klaster.matchmaking.matching.crowd import Crowd, Seen, against
from klaster.matchmaking.matching.matching import Matches
from klaster.matchmaking.matching.profiles import Line, Profile

from .strategies import pools


def everybody(n=400, dim=16, seed=3):
    draw = np.random.default_rng(seed)
    tags = ["technology:a", "technology:b", "technology:c", "sector:x"]

    def line(kind):
        chosen = frozenset(tag for tag in tags if draw.random() < 0.3)
        return Line(0, kind, "", chosen, vector=unit(draw.normal(size=dim).astype(np.float32)))

    return [Profile(at, (line("need"), line("offer"))) for at in range(n)]


def seen_by(me, others, crowd):
    return [
        Seen(
            other.id,
            line.kind,
            [0.0 if line.vector is None or mine.vector is None else float(line.vector @ mine.vector)
             for mine in me.lines if mine.kind != line.kind],
            crowd.expected(line.vector) if line.kind == "need" else (0.0, 0.0),
            line.tags,
        )
        for other in others
        for line in other.lines
    ]  # fmt: skip


def crowd_of(profiles):
    return Crowd.of([line for profile in profiles for line in profile.of("offer")])


def test_it_ranks_as_everybody_against_everybody_does():
    profiles = everybody()
    matches, crowd = Matches(profiles), crowd_of(profiles)
    for number in (0, 7, 99):
        me = profiles[number]
        found = against(me.lines, seen_by(me, [one for one in profiles if one is not me], crowd), crowd)
        best = [profiles[other].id for other in matches.ranking(number)[:10]]
        assert len(set(best) & {one.owner for one in found[:10]}) >= 8
        assert found[0].p_ab == pytest.approx(float(matches.p[number, found[0].owner]), abs=0.15)


@given(pools(), st.booleans())
@settings(deadline=None, max_examples=40)
def test_nobody_twice_and_never_a_number_that_is_none(profiles, empty):
    if not profiles:
        return
    me, *others = profiles
    crowd = Crowd.of([]) if empty else crowd_of(profiles)
    found = against(me.lines, seen_by(me, others, crowd), crowd)
    assert len({one.owner for one in found}) == len(found)
    assert all(0 <= one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_crowd_can_be_told_again():
    crowd = crowd_of(everybody(50))
    again = Crowd.told(crowd.lines, crowd.mean, crowd.covariance, crowd.shares)
    assert again.weights == pytest.approx(crowd.weights)
    vector = unit(np.ones(16, dtype=np.float32))
    assert again.expected(vector) == crowd.expected(vector)
    assert Crowd.of([]).expected(vector) == (0.0, 0.0)
