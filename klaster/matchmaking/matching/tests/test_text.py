"""What a model gets: short, plain, on one line; and the language it is in."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaster.matchmaking.matching.text import MAX_CHARS, clean, language_of

ANY = st.text(st.characters(codec=None), max_size=200) | st.text(
    st.sampled_from("a ﷺ\u0301\u0316\ud800\x00\u200b\u00a0Ⅷ①ﬃ")
)


@given(ANY)
def test_clean_texts_are_plain_and_stay_as_they_are(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFKC", cleaned)
    assert not any(unicodedata.category(char)[0] == "C" for char in cleaned)
    assert len(cleaned) <= MAX_CHARS
    cleaned.encode()  # no lone surrogates


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("  laser\n\tcutting \u00a0", "laser cutting"),
        ("a\x00b\ud800c\u200bd\ufeff", "abcd"),
        ("① kW", "1 kW"),
        ("x" * 1_000_000, "x" * MAX_CHARS),
    ],
)
def test_clean(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize("text", ["\ufdfa" * 64, "a\u0301\u0316" * 500_000, "\x00" * 1_000_000])
def test_no_text_takes_long(text):
    begun = time.monotonic()
    assert "\ufdfa" not in clean(text)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Siuvame profesinę aprangą didelėmis partijomis", "lt"),
        ("We sew workwear in large batches", "en"),
        ("Mēs šujam darba apģērbus lielās partijās", "lv"),
        ("Õmbleme tööriideid suurtes kogustes", "et"),
        ("Szyjemy odzież roboczą w dużych partiach", "pl"),
        ("Wir nähen Arbeitskleidung in großen Mengen", "de"),
        ("Шиємо робочий одяг великими партіями", "uk"),
        ("ISO 9001", "und"),
        ("", "und"),
        ("\ud800" * 5000, "und"),
    ],
)
def test_the_language_is_detected(text, language):
    assert language_of(text) == language


def test_what_is_declared_counts():
    assert language_of("We sew workwear in large batches", "lt-LT") == "lt"
    assert language_of("We sew workwear in large batches", "und") == "en"
    assert language_of("Vi syr arbeidsklær", "nb") == "no"
