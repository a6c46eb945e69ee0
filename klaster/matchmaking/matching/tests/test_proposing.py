"""Tags are proposed from words that stand there and from what is near; a person decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klaster.matchmaking.matching.backends import BackendError, Hashing
from klaster.matchmaking.matching.proposing import Tag, Vocabulary, propose, same_word

VOCABULARY = Vocabulary(
    [
        Tag("wood", "sector", {"en": "Wood and furniture", "lt": "Mediena ir baldai"}),
        Tag("food", "sector", {"en": "Food", "lt": "Maistas"}),
        Tag("cnc", "technology", {"en": "CNC machining", "lt": "CNC apdirbimas"}, ("milling",)),
        Tag("laser-cutting", "technology", {"en": "Laser cutting", "lt": "Pjovimas lazeriu"}),
        Tag("iot", "technology", {"en": "Internet of things"}, ("IoT",)),
    ]
)


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
    proposals = propose(text, VOCABULARY, Hashing())
    codes = [one.tag.code for one in proposals]
    assert len(set(codes)) == len(codes)
    assert sum(one.tag.kind == "sector" for one in proposals) <= 2
    assert all(one.quote is None or one.quote in " ".join(text.split()) or not text.isascii() for one in proposals)


def test_what_is_near_is_proposed_without_a_word_in_common():
    many = Vocabulary(
        [Tag(f"t{at}", "technology", {"en": name}) for at, name in enumerate(["qwer", "tzui", "opas", "dfgh", "yxcv"])]
    )
    assert [(one.tag.code, one.quote) for one in propose("tzuirobot", many, Hashing())] == [("t1", None)]


def test_vectors_of_tags_are_asked_for_once_and_again_for_another_backend():
    vocabulary = Vocabulary(VOCABULARY.tags)
    propose("wood", vocabulary, Hashing())
    kept = vocabulary._vectors
    propose("food", vocabulary, Hashing())
    assert vocabulary._vectors is kept
    propose("food", vocabulary, Hashing(dim=64))
    assert list(vocabulary._vectors) == [Hashing(dim=64).id]


def test_a_backend_that_fails_leaves_the_words():
    class Failing(Hashing):
        def embed(self, texts, role):
            raise BackendError("no")

    assert [one.tag.code for one in propose("Food", VOCABULARY, Failing())] == ["food"]


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
