"""One against the candidates a search brings: as if everybody were there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import unit
from klaster.matchmaking.matching.crowd import Crowd, Expected, Seen, against
from klaster.matchmaking.matching.matching import Matches
from klaster.matchmaking.matching.profiles import Line, Profile
from klaster.matchmaking.matching.scoring import FLAT

from .strategies import pools


def everybody(n=400, dim=16, seed=3):
    draw = np.random.default_rng(seed)
    tags = ["technology:a", "technology:b", "technology:c", "sector:x"]

    def line(kind):
        chosen = frozenset(tag for tag in tags if draw.random() < 0.3)
        return Line(0, kind, "", chosen, vector=unit(draw.normal(size=dim).astype(np.float32)))

    return [Profile(at, (line("need"), line("offer"))) for at in range(n)]


def z_of(need, offer, crowd):
    expected = crowd.expected(need.vector, need.tags)
    known = need.vector is not None and offer.vector is not None and expected.spread > FLAT
    text = (float(need.vector @ offer.vector) - expected.mean) / expected.spread if known else 0.0
    return text, crowd.tags(need.tags, offer.tags)


def seen_by(me, others, crowd):
    seen = []
    for other in others:
        for line in other.lines:
            pairs = [
                (line, mine) if line.kind == "need" else (mine, line) for mine in me.lines if mine.kind != line.kind
            ]
            if pairs:
                text, tags = np.max([z_of(need, offer, crowd) for need, offer in pairs], axis=0)
                seen.append(Seen(other.id, line.kind, text, tags))
    return seen


def crowd_of(profiles):
    return Crowd.of([line for profile in profiles for line in profile.of("offer")])


def test_it_ranks_as_everybody_against_everybody_does():
    profiles = everybody()
    matches, crowd = Matches(profiles), crowd_of(profiles)
    for number in (0, 7, 99):
        me = profiles[number]
        found = against(seen_by(me, [one for one in profiles if one is not me], crowd), crowd)
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
    found = against(seen_by(me, others, crowd), crowd)
    assert len({one.owner for one in found}) == len(found)
    assert all(0 <= one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_crowd_can_be_told_again():
    crowd = crowd_of(everybody(50))
    again = Crowd.told(crowd.lines, crowd.mean, crowd.covariance, crowd.shares)
    assert again.weights == pytest.approx(crowd.weights)
    vector, tags = unit(np.ones(16, dtype=np.float32)), {"technology:a", "unheard of"}
    assert again.expected(vector, tags) == pytest.approx(crowd.expected(vector, tags))
    assert Crowd.of([]).expected(vector, tags) == Expected(0.0, 0.0, 0.0, 0.0)


def test_tags_count_the_rarer_the_more_and_rare_ones_come_first():
    crowd = Crowd.told(100, None, None, {"common": 0.5, "rare": 0.01, "other": 0.2})
    assert list(crowd.weights_of({"common", "rare", "nobody has it"})) == ["rare", "common"]
    wanted = frozenset({"common", "rare"})
    z = [crowd.tags(wanted, frozenset(have)) for have in ((), ("common",), ("rare",), ("common", "rare", "other"))]
    assert z == sorted(z)
    assert z[0] < 0 < z[2]
    assert crowd.tags(frozenset({"nobody has it"}), wanted) == 0.0


def test_a_direction_nobody_says_anything_about_counts_as_that_of_anybody():
    """Not as that of those a search brings, who are near: else who says half would stand before who fits both ways."""
    crowd = crowd_of(everybody(50))
    both = [Seen("both", "offer", 4.0, 3.0), Seen("both", "need", 2.0, 2.0), Seen("half", "offer", 4.0, 3.0)]
    found = {one.owner: one.score for one in against(both, crowd)}
    assert found["half"] < found["both"]
    assert found["half"] == pytest.approx(against(both[2:], crowd)[0].score)
    assert 0 < crowd.average < 0.01
