"""What somebody types to find postings: words, -words that must not be there, and "exact words in a row".

A wanted word is found in any of its forms and by its beginning, as everywhere on the site. An unwanted word takes away
what has the word itself or another case of it, not every longer word that begins so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from klaster.directory import search_query

QUOTES = str.maketrans(dict.fromkeys("„“”«»″", '"'))
MINUSES = "-−–"
TOKEN = re.compile(rf'(?P<minus>[{MINUSES}]?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
MOST = 10  # unwanted words and phrases that are looked at


@dataclass
class Asked:
    """What was typed, sorted: words to be there, words not to be there, and rows of words either way."""

    words: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without_phrases: list[str] = field(default_factory=list)


def split(typed: str) -> Asked:
    asked = Asked()
    for found in TOKEN.finditer(typed.translate(QUOTES)):
        phrase, word = found["phrase"], (found["word"] or "").strip(MINUSES)
        if phrase is not None and phrase.strip():
            (asked.without_phrases if found["minus"] else asked.phrases).append(phrase.strip())
        elif word:
            (asked.without if found["minus"] else asked.words).append(word)
    return asked


def tsquery(typed: str) -> str:
    """In PostgreSQL's language, for the index of the search columns; empty where nothing was asked."""
    asked = split(typed)
    parts = [query.finds] if (query := search_query.read(" ".join(asked.words))) else []
    parts += in_a_row(asked.phrases[:MOST])
    for word in asked.without[:MOST]:
        if forms := search_query.read(word).forms:
            parts.append(f"!({' & '.join(any_of(each) for each in forms)})")
    parts += [f"!{row}" for row in in_a_row(asked.without_phrases[:MOST])]
    return " & ".join(f"({part})" for part in parts)


def any_of(forms: Sequence[str]) -> str:
    return f"({' | '.join(map(quoted, forms))})"


def quoted(word: str) -> str:
    """Words are letters and digits only (search_words() saw to it), so nothing in them can end the quotes."""
    return f"'{word}'"


def in_a_row(phrases: Sequence[str]) -> list[str]:
    """Each phrase as its plain words, one right after the other."""
    if not phrases:
        return []
    with connection.cursor() as cursor:
        cursor.execute("select plain(search_words(given)) from unnest(%s::text[]) as given", [list(phrases)])
        rows = [words.split() for (words,) in cursor.fetchall()]
    return [f"({' <-> '.join(map(quoted, words))})" for words in rows if words]
