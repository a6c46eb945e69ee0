"""Names without what says only in which legal form somebody works: "UAB „Žuvis“" and "Žuvis, UAB" are one name.

Pure. The database has the same rule in `core_name()` (migration 0027), so that it can look names up by index.
"""

from __future__ import annotations

import re
import unicodedata

# As they stand in a name made plain: small letters without marks, everything else a space.
FORMS = (
    # Lithuania
    "uab", "ab", "vsi", "mb", "ii", "vi", "si", "tub", "kub", "zub", "asociacija", "uzdaroji akcine bendrove",
    "akcine bendrove", "viesoji istaiga", "mazoji bendrija", "individuali imone", "valstybes imone",
    "savivaldybes imone", "kooperatine bendrove", "labdaros ir paramos fondas",
    # neighbours and the rest of Europe
    "sia", "a s", "as", "ou", "oy", "oyj", "osauhing", "aktsiaselts", "aps", "a s", "asa", "ky", "sp z o o", "sp j",
    "spolka z o o", "s a", "sa", "sas", "sarl", "srl", "s r l", "spa", "s p a", "s r o", "sro", "d o o", "doo", "kft",
    "zrt", "nyrt", "eood", "ood", "ead", "ad", "gmbh", "mbh", "ag", "kg", "gmbh co kg", "e v", "ev", "ggmbh", "bv",
    "b v", "nv", "n v", "bvba", "sl", "s l", "slu", "lda", "ltd", "limited", "llc", "llp", "plc", "inc",
    "incorporated", "corp", "corporation", "co", "company", "public institution", "joint stock company", "ltda",
)  # fmt: skip
_ANY = "|".join(sorted(set(FORMS), key=lambda form: (-len(form), form)))
BEFORE, AFTER = re.compile(f"^(?:(?:{_ANY}) )+"), re.compile(f"(?: (?:{_ANY}))+$")
# Letters that have no plain one inside them; PostgreSQL's unaccent knows the same.
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h",
                         "ı": "i"})  # fmt: skip


def plain(name: str) -> str:
    """Small letters and digits, single spaces: "UAB „Žuvis-2“" → "uab zuvis 2"."""
    text = unicodedata.normalize("NFKC", name).lower().translate(LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def core(name: str) -> str:
    """The plain name without legal forms before and behind; whole where nothing else would be left."""
    text = plain(name)
    return AFTER.sub("", BEFORE.sub("", text)) or text
