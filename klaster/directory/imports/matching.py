"""Which rows of an import may be organisations the directory has already, and why: by code, by name, by nearness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from klaster.directory.duplicates import legal_forms
from klaster.directory.models import ImportRow, Organisation
from klaster.directory.search.fuzzy import FAR, slips

CODE, NAME, NEAR = "code", "name", "near"
MOST_NEAR = 3
NEAR_ROWS = 5_000  # of one import are looked up by nearness; it costs milliseconds a row
SHORTEST = 4  # letters of a name that may be another one
SIMILAR = 0.5


@dataclass(frozen=True)
class Candidate:
    """`name` as it stood when it was found; `is_open` is false for what this person may not see."""

    pk: int
    reason: str
    name: str
    legal_code: str
    country: str
    score: int = 0
    is_open: bool = True

    def stored(self) -> dict[str, Any]:
        return asdict(self)


Found = dict[int, list[Candidate]]

BY_CODE = """
select wanted.id, o.id from unnest(%s::bigint[], %s::text[], %s::text[]) as wanted(id, country, code)
join directory_organisation o on o.country = wanted.country and o.legal_code = wanted.code
"""
# All names of a batch are looked up in the index at once, then told apart: name by name the planner may well prefer to
# read the whole table for each.
BY_NAME = """
with wanted as (
  select id, public.plain(public.search_words(name)) as name from unnest(%s::bigint[], %s::text[]) as given(id, name)
), found as (
  select o.id, unnest(string_to_array(o.search_names, '|')) as name from directory_organisation o
  where string_to_array(o.search_names, '|') && (select array_agg(name) from wanted where name <> '')
)
select distinct wanted.id, found.id from wanted join found using (name) where wanted.name <> ''
"""
BY_NEARNESS = """
select wanted.id, near.id, near.core_names
from unnest(%s::bigint[], %s::text[]) as wanted(id, name)
cross join lateral (
  select o.id, o.core_names from directory_organisation o
  where o.core_names %%> wanted.name
  order by word_similarity(wanted.name, o.core_names) desc, o.id limit 5
) as near
"""


def certain(rows: Sequence[ImportRow], visible: Any) -> Found:
    """Those with the same legal code, and those with exactly this name or other name."""
    pairs: list[tuple[int, int, str, int]] = []
    with connection.cursor() as cursor:
        coded = [row for row in rows if row.values.get("legal_code")]
        cursor.execute(
            BY_CODE,
            [[r.pk for r in coded], [r.values["country"] for r in coded], [r.values["legal_code"] for r in coded]],
        )
        pairs += [(row, pk, CODE, 0) for row, pk in cursor.fetchall()]
        named = [(row.pk, name) for row in rows for name in names_of(row)]
        cursor.execute(BY_NAME, [[pk for pk, _name in named], [name for _pk, name in named]])
        pairs += [(row, pk, NAME, 0) for row, pk in cursor.fetchall()]
    return described(pairs, visible)


def near(rows: Sequence[ImportRow], visible: Any) -> Found:
    """Those whose name is a slip or two away, without regard to legal forms and quotation marks. In a transaction."""
    cores = {row.pk: name for row in rows if len(name := legal_forms.core(row.values.get("name", ""))) >= SHORTEST}
    if not cores:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(SIMILAR)])
        # Many organisations may have come just now: by what it knew before, the planner would read all for each name.
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(BY_NEARNESS, [list(cores), list(cores.values())])
        judged = [
            (row, pk, NEAR, min(apart(cores[row], name) for name in names.strip("|").split("|")))
            for row, pk, names in cursor.fetchall()
        ]
        cursor.execute("set local enable_seqscan = on")
    return described([pair for pair in judged if pair[3] < FAR], visible)


def apart(one: str, other: str) -> int:
    """Slips between two names. Words that only one of them has are forgiven where the others are exactly the same."""
    there = slips(one.split(), [other])
    return there if there == 0 or slips(other.split(), [one]) < FAR else FAR


def described(pairs: list[tuple[int, int, str, int]], visible: Any) -> Found:
    """Candidates of each row, the surest first; an organisation once, for its best reason."""
    rows = Organisation.objects.filter(pk__in={pk for _row, pk, _reason, _score in pairs})
    known = {row.pk: row for row in rows.only("pk", "name", "legal_code", "country")}
    open_ones = set(visible.filter(pk__in=known).values_list("pk", flat=True))
    found: Found = defaultdict(list)
    order = {CODE: 0, NAME: 1, NEAR: 2}
    for row, pk, reason, score in sorted(pairs, key=lambda pair: (order[pair[2]], pair[3], pair[1])):
        if all(candidate.pk != pk for candidate in found[row]) and len(found[row]) < MOST_NEAR + 2:
            one, is_open = known[pk], pk in open_ones
            if reason == CODE or is_open:
                name = str(one.name) if is_open else ""
                found[row].append(
                    Candidate(pk, reason, name, one.legal_code if is_open else "", str(one.country), score, is_open)
                )
    return dict(found)


def names_of(row: ImportRow) -> list[str]:
    return [name for name in (row.values.get("name"), row.values.get("name_en")) if name]
