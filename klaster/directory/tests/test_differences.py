"""Word by word: nothing of either text is lost, and what stayed is not marked."""

import time

from hypothesis import given
from hypothesis import strategies as st

from klaster.directory.differences import ADDED, REMOVED, SAME, Piece, between

texts = st.text(alphabet="ab ąž.\n", max_size=60)


def of(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(texts, texts)
def test_pieces_make_up_both_texts(old, new):
    pieces = between(old, new)
    assert of(pieces, SAME, REMOVED) == old
    assert of(pieces, SAME, ADDED) == new
    assert all(piece.text for piece in pieces)


def test_only_the_words_that_changed_are_marked():
    assert between("Saulės energijos klasteris", "Saulės technologijų klasteris") == [
        Piece(SAME, "Saulės "),
        Piece(REMOVED, "energijos"),
        Piece(ADDED, "technologijų"),
        Piece(SAME, " klasteris"),
    ]
    assert between("", "naujas") == [Piece(ADDED, "naujas")]
    assert between("tas pats", "tas pats") == [Piece(SAME, "tas pats")]
    assert between("", "") == []


def test_neighbouring_changes_are_one():
    assert between("one two end", "eins zwei end") == [
        Piece(REMOVED, "one two"),
        Piece(ADDED, "eins zwei"),
        Piece(SAME, " end"),
    ]


def test_long_repeated_texts_do_not_keep_a_page_waiting():
    start = time.perf_counter()
    old, new = "a b " * 2500, "b a c " * 1700
    pieces = between(old, new)
    assert time.perf_counter() - start < 2
    assert of(pieces, SAME, REMOVED) == old
    assert of(pieces, SAME, ADDED) == new
