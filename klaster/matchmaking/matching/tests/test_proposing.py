"""Tags are proposed from words that stand there and from what is near; a person decides."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import Hashing
from klaster.matchmaking.matching.proposing import Tag, nearness, propose, same_word

VOCABULARY = [
    Tag("wood", "sector", {"en": "Wood and furniture", "lt": "Mediena ir baldai"}),
    Tag("food", "sector", {"en": "Food", "lt": "Maistas"}),
    Tag("cnc", "technology", {"en": "CNC machining", "lt": "CNC apdirbimas"}, ("milling",)),
    Tag("laser-cutting", "technology", {"en": "Laser cutting", "lt": "Pjovimas lazeriu"}),
    Tag("iot", "technology", {"en": "Internet of things"}, ("IoT",)),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gaminame baldus ir maistą", {"wood": "baldus", "food": "maistą"}),
        ("Laser-cutting, milling and CNC  machining", {"laser-cutting": "Laser-cutting", "cnc": "CNC machining"}),
        ("iot devices", {"iot": "iot"}),
        ("riots", {}),
        ("", {}),
        ("\ud800\x00", {}),
    ],
)
def test_words_are_found_and_quoted(text, found):
    assert {one.tag.code: one.quote for one in propose(text, VOCABULARY)} == found


@given(st.text(st.characters(codec=None), max_size=200) | st.sampled_from(["Laser cutting of wood", "Food " * 900]))
@settings(deadline=None)
def test_never_more_than_so_many_of_a_kind_and_each_once(text):
    proposals = propose(text, VOCABULARY, near_to(text, VOCABULARY))
    codes = [one.tag.code for one in proposals]
    assert len(set(codes)) == len(codes)
    assert sum(one.tag.kind == "sector" for one in proposals) <= 2
    assert all(one.quote is None or one.quote in " ".join(text.split()) or not text.isascii() for one in proposals)


def near_to(text, tags):
    """As vectors of letters tell."""
    said = [(at, name) for at, tag in enumerate(tags) for name in tag.names.values()]
    names = Hashing().embed([name for _at, name in said], "offer")
    return nearness(Hashing().embed([text], "offer")[0], [at for at, _name in said], names)


def test_what_is_near_is_proposed_without_a_word_in_common():
    names = ["qwer", "tzui", *(letter * 4 for letter in "acdefghjklmnpqsvwxy")]
    many = [Tag(f"t{at}", "technology", {"en": name}) for at, name in enumerate(names)]
    assert [(one.tag.code, one.quote) for one in propose("tzuirobot", many, near_to("tzuirobot", many))] == [
        ("t1", None)
    ]
    assert propose("tzuirobot", many) == []
    sectors = [Tag(tag.code, "sector", tag.names) for tag in many]
    assert propose("tzuirobot", sectors, near_to("tzuirobot", sectors)) == []


def test_of_several_names_the_nearest_counts():
    names = np.array([[0.2, 0.1], [0.9, 0.1], [0.5, 0.5]], dtype=np.float32)
    assert nearness(np.array([1, 0], dtype=np.float32), [4, 4, 7], names) == pytest.approx({4: 0.9, 7: 0.5})


def test_a_model_reads_the_name_and_the_other_words():
    assert VOCABULARY[2].said("lt") == "CNC apdirbimas: milling"
    assert VOCABULARY[3].said("en") == "Laser cutting"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("lazeriu", "lazeris", True),
        ("Baldai", "baldus", True),
        ("CNC", "cnc", True),
        ("CNC", "CNCs", False),
        ("food", "foot", False),
        ("dalis", "dalyvis", False),
        ("", "x", False),
    ],
)
def test_forms_of_one_word(one, other, same):
    assert same_word(one, other) is same
