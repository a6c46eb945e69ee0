"""What somebody typed into the search box, as the database can be asked about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from klaster.core import languages

LONGEST = 200  # characters of a question that are read
MOST_WORDS = 10
SHORTEST_BEGINNING = 3  # shorter words are found whole only

# PostgreSQL ships no list of Lithuanian words that say nothing by themselves.
EMPTY_WORDS = {
    "lt": frozenset({
        "ar", "apie", "bei", "bet", "del", "i", "ir", "is", "iki", "kad", "kaip", "nuo", "o", "per", "po", "pries",
        "prie", "su", "tai", "uz",
    }),
}  # fmt: skip

ASK = """
select word, coalesce(array_agg(distinct stem) filter (where stem is not null), '{}'), bool_or(stem is null)
from regexp_split_to_table(plain(search_words(%s)), ' ') with ordinality as words(word, position)
cross join unnest(%s::text[]) as language
left join lateral unnest(tsvector_to_array(to_tsvector(search_config(language), word))) as stem on true
where word <> ''
group by position, word order by position
"""


@dataclass(frozen=True)
class Query:
    """`text` as it was typed, cleaned; `words` plain and lower case; `forms` what each word may look like in a text."""

    text: str
    words: tuple[str, ...] = ()
    forms: tuple[tuple[str, ...], ...] = ()
    was_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def plain(self) -> str:
        return " ".join(self.words)

    def tsquery(self) -> str:
        """In PostgreSQL's language: all words, each in any of its forms.

        Words are letters and digits only (search_words() saw to it), so nothing in them can end the quotes.
        """
        return all_of(self.forms)

    @property
    def finds(self) -> str:
        """What tsquery() finds, with fewer forms to look up; ranks and marks want to know them all."""
        return all_of(map(widest, self.forms))

    # The index has each name whole after a bar, and each word of a name after an equals sign (migration 0035).

    @property
    def in_names(self) -> str:
        """All words in one name or several of the same entry."""
        return all_of(map(widest, self.forms), "=")

    @property
    def is_name(self) -> str:
        return f"'|{self.plain}'"

    @property
    def begins_name(self) -> str:
        return f"'|{self.plain}':*"


def all_of(forms_of_words: Iterable[Iterable[str]], sign: str = "") -> str:
    return " & ".join(f"({' | '.join(term(form, sign) for form in forms)})" for forms in forms_of_words)


def widest(forms: tuple[str, ...]) -> list[str]:
    """Without those that begin with another one: whatever begins with "holding" begins with "hold" as well."""
    return [
        form
        for form in forms
        if not any(form != other and len(other) >= SHORTEST_BEGINNING and form.startswith(other) for other in forms)
    ]


def term(form: str, sign: str = "") -> str:
    return f"'{sign}{form}'{':*' if len(form) >= SHORTEST_BEGINNING else ''}"


def read(typed: str) -> Query:
    """Make a question of what was typed; whatever it is, the answer is a Query, perhaps an empty one."""
    text = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in typed[: LONGEST * 5]).split())
    was_cut = len(text) > LONGEST or len(typed) > LONGEST * 5
    text = text[:LONGEST]
    if not text:
        return Query("")
    with connection.cursor() as cursor:
        cursor.execute(ASK, [text, languages.codes()])
        rows = cursor.fetchall()
    empty = frozenset[str]().union(*(EMPTY_WORDS.get(code, ()) for code in languages.codes()))
    telling = [(word, stems) for word, stems, says_nothing in rows if not says_nothing and word not in empty]
    telling = telling or [(word, stems) for word, stems, _says_nothing in rows]
    kept = telling[:MOST_WORDS]
    return Query(
        text=text,
        words=tuple(word for word, _stems in kept),
        forms=tuple(tuple(dict.fromkeys([word, *stems])) for word, stems in kept),
        was_cut=was_cut or len(telling) > MOST_WORDS,
    )
