"""Highlights: PostgreSQL knows which words match, but it passes HTML through, so the marks become tags only here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from klaster.directory.search.found import Hit, Text
from klaster.directory.search_query import Query

# Two characters of Unicode's private use area; they are taken out of texts first, so a text cannot fake a mark.
START, STOP = "\ue000", "\ue001"
OPTIONS = f"StartSel={START}, StopSel={STOP}, "
WHOLE = OPTIONS + "HighlightAll=true"
PART = OPTIONS + "MinWords=12, MaxWords=32, ShortWord=2, MaxFragments=1"
SHORT = 240  # characters of a text that is shown whole
LONGEST = 6000  # characters of a text that are looked through
HEADLINES = """
select ts_headline(search_config(language), text, %s::tsquery, options)
from unnest(%s::text[], %s::text[], %s::text[]) with ordinality as given(language, text, options, position)
order by position
"""


def highlight(hits: Iterable[Hit], query: Query) -> None:
    """Fill in title and snippet of all hits, with one question to the database."""
    hits = list(hits)
    if not hits:
        return
    texts = [text for hit in hits for text in hit.texts]
    asked = [(hit.title, WHOLE) for hit in hits] + [(text, PART if len(text.text) > SHORT else WHOLE) for text in texts]
    given = [[text.language, clean(text.text), options] for text, options in asked]
    with connection.cursor() as cursor:
        cursor.execute(HEADLINES, [query.tsquery(), *map(list, zip(*given, strict=True))])
        marked = [row[0] for row in cursor.fetchall()]
    snippets = iter(marked[len(hits) :])
    for hit, title in zip(hits, marked, strict=False):
        hit.title_html = as_html(title)
        choose_snippet(hit, [next(snippets) for _text in hit.texts])


def choose_snippet(hit: Hit, marked: list[str]) -> None:
    """The first text with a mark in it; without any, the beginning of the first."""
    for text, headline in zip(hit.texts, marked, strict=True):
        if START in headline:
            hit.snippet_html, hit.snippet_language = as_html(with_gaps(headline, clean(text.text))), text.language
            return
    if hit.texts:
        first: Text = hit.texts[0]
        hit.snippet_html = as_html(Truncator(clean(first.text)).words(28))
        hit.snippet_language = first.language


def with_gaps(headline: str, text: str) -> str:
    """Dots where the text goes on before or after what is shown of it."""
    shown = headline.replace(START, "").replace(STOP, "").strip()
    before = "" if text.startswith(shown) else "… "
    return f"{before}{headline.strip()}{'' if text.endswith(shown) else ' …'}"


def clean(text: str) -> str:
    return re.sub(f"[{START}{STOP}\x00]", "", " ".join(text.split()))[:LONGEST]


def as_html(marked: str) -> SafeString:
    """Everything escaped, then our two characters turned into tags."""
    html = escape(marked).replace(START, "<mark>").replace(STOP, "</mark>")
    return mark_safe(html)  # noqa: S308  escaped in the line above
