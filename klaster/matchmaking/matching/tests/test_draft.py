"""Caps hold whatever the scores; where nobody is too popular, everybody gets the best."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from klaster.matchmaking.matching.draft import best_first, draft

SCORES = st.integers(0, 12).flatmap(
    lambda n: arrays(np.float32, (n, n), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, np.nan]))
)


@given(SCORES, st.integers(1, 10), st.integers(0, 6), st.integers(0, 5), st.data())
@settings(deadline=None)
def test_the_caps_hold(scores, k, cap, seed, data):
    organisations = data.draw(st.lists(st.sampled_from([None, "A", "B"]), min_size=len(scores), max_size=len(scores)))
    drafted = draft(scores, k, cap=cap, seed=seed, organisations=organisations)
    shown = Counter(other for row in drafted for other in row)
    assert all(times <= cap for times in shown.values())
    for number, row in enumerate(drafted):
        assert len(row) == len(set(row)) <= k
        assert not np.isnan(scores[number, row]).any()
        assert list(scores[number, row]) == sorted(scores[number, row], reverse=True)
        assert all(times <= 2 for name, times in Counter(organisations[at] for at in row).items() if name)
    assert drafted == draft(scores, k, cap=cap, seed=seed, organisations=organisations)


@given(SCORES, st.integers(1, 10))
@settings(deadline=None)
def test_without_a_cap_in_the_way_everybody_gets_the_best(scores, k):
    for row, best in zip(draft(scores, k, cap=10_000, seed=1), scores, strict=True):
        known = sorted(best[~np.isnan(best)], reverse=True)
        assert list(best[row]) == known[:k]


def test_who_everybody_wants_is_shown_to_so_many_and_the_rest_get_others():
    scores = np.tile(np.linspace(0.1, 1, 50, dtype=np.float32), (50, 1))
    np.fill_diagonal(scores, np.nan)
    shown = Counter(other for row in draft(scores, 5, cap=10, seed=3) for other in row)
    assert max(shown.values()) == 10
    assert sum(shown.values()) == 250


@given(arrays(np.float32, 30, elements=st.sampled_from([0.0, 0.5, 1.0, np.nan])), st.integers(0, 40))
def test_a_short_list_is_the_beginning_of_the_long_one(row, most):
    assert best_first(row, most).tolist() == best_first(row, len(row)).tolist()[:most]
