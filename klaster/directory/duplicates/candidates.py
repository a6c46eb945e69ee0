"""Pairs worth comparing, found by the database: by equal names, codes and websites, and by an index of similar names.

Nothing is compared each with each. Equal things are found by sorting them once. Names that are merely similar are
looked up by index, and only for entries without a legal-entity code: of two that may be one, one has none, for two
codes of one country are two entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from django.db import connection, transaction

from klaster.directory.duplicates.scoring import Entry
from klaster.directory.models import Cluster, Organisation

OFTEN = 12  # entries with the same name or website: more than these are not one thing
NEAR = "0.7"  # word similarity of names that are looked at
MOST_NEAR = 10
BATCH = 2000
Pair = tuple[int, int]


# Of each kind its table, and its legal-entity code as SQL.
TABLES = {"organisation": ("directory_organisation", "e.legal_code"), "cluster": ("directory_cluster", "''::text")}
EQUAL = """
select array_agg(e.id order by e.id), array_agg({code} order by e.id)
from {table} e {things} where t.thing <> ''
group by t.thing having count(*) between 2 and %(often)s and {worth}
"""
BY_NAME = "cross join lateral unnest(string_to_array(btrim(e.core_names, '|'), '|')) t(thing)"
BY_WEBSITE = "cross join lateral (select website_host(e.website) where e.website <> '') t(thing)"
BY_CODE = "cross join lateral (select e.legal_code where e.legal_code <> '') t(thing)"
NEARLY = """
select distinct least(a.id, b.id), greatest(a.id, b.id) from (
  select e.id, t.thing from {table} e {things} where {code} = '' and length(t.thing) > 3
) a cross join lateral (
  select e.id from {table} e where e.core_names %%> a.thing and e.id <> a.id
  order by word_similarity(a.thing, e.core_names) desc, e.id limit %(most)s
) b
"""


def pairs(kind: str) -> set[Pair]:
    """Numbers of entries that may be one, the smaller first."""
    table, code = TABLES[kind]
    common = {"table": table, "code": code}
    one_without = f"bool_or({code} = '')"
    equal = [EQUAL.format(**common, things=things, worth=one_without) for things in (BY_NAME, BY_WEBSITE)]
    if kind == "organisation":
        equal.append(EQUAL.format(**common, things=BY_CODE, worth="true"))
    found: set[Pair] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.word_similarity_threshold', %s, true)", [NEAR])
        for query in equal:
            cursor.execute(query, {"often": OFTEN})
            for pks, codes in cursor.fetchall():
                found.update(not_two_codes(zip(pks, codes, strict=True)))
        cursor.execute(NEARLY.format(**common, things=BY_NAME), {"most": MOST_NEAR})
        found.update((first, second) for first, second in cursor.fetchall())
    return found


def not_two_codes(entries: Iterable[tuple[int, str]]) -> Iterator[Pair]:
    """Every two of these but those that each have a legal-entity code, and another one."""
    for (one, code), (other, its_code) in combinations(entries, 2):
        if one != other and (not code or not its_code or code == its_code):
            yield min(one, other), max(one, other)


def entries(kind: str, pks: Iterable[int]) -> Iterator[Entry]:
    """What is compared of these entries."""
    wanted = sorted(set(pks))
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        yield from (
            map(organisation, Organisation.objects.filter(pk__in=some))
            if kind == "organisation"
            else map(cluster, Cluster.objects.filter(pk__in=some))
        )


def organisation(row: Organisation) -> Entry:
    names = (*row.name.values(), *row.aliases, row.abbreviation)
    return Entry(row.pk, tuple(filter(None, names)), str(row.country or ""), row.legal_code, row.website,
                 row.place_id, row.region_id)  # fmt: skip


def cluster(row: Cluster) -> Entry:
    names = tuple(filter(None, (*row.name.values(), *row.aliases)))
    return Entry(row.pk, names, str(row.country or ""), "", row.website, None, row.region_id, row.coordinator_id)
