"""Profiles of every kind: with many lines and none, with vectors and without, with tags and without."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import unit
from klaster.matchmaking.matching.profiles import Line, Profile

DIM = 4
TAGS = ["sector:food", "sector:wood", "technology:cnc", "technology:ai", "technology:iot"]


@st.composite
def lines(draw: st.DrawFn, number: int = 0) -> Line:
    numbers = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=DIM, max_size=DIM)
    vector = draw(st.none() | numbers)
    return Line(
        number,
        draw(st.sampled_from(["need", "offer"])),
        draw(st.text(max_size=5)),
        draw(st.frozensets(st.sampled_from(TAGS), max_size=3)),
        vector=None if vector is None else unit(np.array(vector, dtype=np.float32)),
    )


@st.composite
def pools(draw: st.DrawFn, most: int = 12) -> list[Profile]:
    return [
        Profile(number, tuple(draw(st.lists(lines(), max_size=3))), draw(st.sampled_from([None, "A", "B"])))
        for number in range(draw(st.integers(0, most)))
    ]
