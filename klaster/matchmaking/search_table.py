"""The table the nearest lines are looked up in: pgvector, where the server has it (decision 0173).

It follows from the lines and their vectors and could be made anew from them any time. There is one for each model of
texts, so that two of them never meet in one index. `manage.py migrate` makes it, as the owner of the tables; the site
fills and asks it. Where it is not there, whoever asks goes by tags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import structlog
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from klaster.matchmaking.matching.backends import Vectors
from klaster.matchmaking.models import EmbeddingModel, Line, Side

log = structlog.get_logger(__name__)

PREFIX = "matchmaking_vectors_"
# Dense graphs, built carefully: the measured recall of ten stays above .9 with 500 of 100,000 looked at.
GRAPH = sql.SQL("using hnsw (vector halfvec_ip_ops) with (m = 24, ef_construction = 128)")
LOOKED_AT = 500  # hnsw.ef_search; with the default of 40 every fourth of the best ten is missed


COLUMNS = """
create table {} (
  line_id bigint primary key, side text not null, matchmaking_id bigint, owner bigint not null,
  sector text not null, country text not null, tags text[] not null, mean real not null, spread real not null,
  vector halfvec({}) not null
)"""


@dataclass(frozen=True)
class Row:
    """A line of the board (`matchmaking` is None) or of an event; its vector is centred and of length one.

    `expected` is what Crowd.expected says of a need."""

    line: int
    side: str
    matchmaking: int | None
    owner: int
    sector: str
    country: str
    tags: frozenset[str]
    vector: Vectors
    expected: tuple[float, float]


def name_of(key: str) -> sql.Identifier:
    """Of the model and of what the table looks like: where that changes, another is made and filled."""
    return sql.Identifier(PREFIX + sha256(f"{key}{COLUMNS}".encode()).hexdigest()[:12])


def has_pgvector() -> bool:
    """Whether the extension is installed in this database."""
    with connection.cursor() as cursor:
        cursor.execute("select exists(select from pg_extension where extname = 'vector')")
        return bool(cursor.fetchone()[0])


def exists(key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [name_of(key).as_string(None)])
        return bool(cursor.fetchone()[0])


WRITTEN = """
insert into {} (line_id, side, matchmaking_id, owner, sector, country, tags, mean, spread, vector)
select line_id, side, matchmaking_id, owner, sector, country, tags::text[], mean, spread, vector::halfvec
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::real[],
  %s::real[], %s::text[]) as t(line_id, side, matchmaking_id, owner, sector, country, tags, mean, spread, vector)
on conflict (line_id) do update set side = excluded.side, matchmaking_id = excluded.matchmaking_id,
  owner = excluded.owner, sector = excluded.sector, country = excluded.country, tags = excluded.tags,
  mean = excluded.mean, spread = excluded.spread, vector = excluded.vector
"""


def is_empty(key: str) -> bool:
    """There, and nothing in it."""
    if not exists(key):
        return False
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select not exists(select from {})").format(name_of(key)))
        return bool(cursor.fetchone()[0])


def keep(key: str, dimensions: int) -> bool:
    """Make the extension and the table of this model, if they can be made; false where pgvector is missing."""
    if not _extension():
        return False
    if exists(key):
        return True
    table = name_of(key)
    graphs = [
        sql.SQL("{} where matchmaking_id is null and side = {}").format(GRAPH, sql.Literal(side))
        for side in Side.values
    ]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(sql.SQL(COLUMNS).format(table, sql.Literal(dimensions)))
        for index in (
            sql.SQL("(matchmaking_id, side) where matchmaking_id is not null"),
            sql.SQL("(side, sector, country) where matchmaking_id is null"),
            sql.SQL("(owner, side)"),
            sql.SQL("using gin (tags)"),
            *graphs,
        ):
            cursor.execute(sql.SQL("create index on {} {}").format(table, index))
    return True


def drop_others(keys: Sequence[str]) -> None:
    """Away with tables of models that are neither in use nor about to be; as the owner."""
    kept = {name_of(key).as_string(None).strip('"') for key in keys}
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where starts_with(tablename, %s)", [PREFIX])
        for (name,) in cursor.fetchall():
            if name not in kept:
                cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(name)))


def put(model: EmbeddingModel, rows: Iterable[Row]) -> None:
    """Write these lines; nothing where there is no table."""
    listed = list(rows)
    if not listed or not exists(model.key):
        return
    columns = [
        (row.line, row.side, row.matchmaking, row.owner, row.sector, row.country, _array(row.tags), *row.expected,
         _written(row.vector))
        for row in listed
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(WRITTEN).format(name_of(model.key)), [list(column) for column in zip(*columns, strict=True)]
        )


def forget_orphans(model: EmbeddingModel) -> None:
    """Lines that are gone leave the table; until then they are found and come to nothing."""
    if exists(model.key):
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("delete from {} t where not exists (select from {} l where l.id = t.line_id)").format(
                    name_of(model.key), sql.Identifier(Line._meta.db_table)
                )
            )


@dataclass(frozen=True)
class Where:
    """Which lines are looked at: the board's, or those of one event."""

    matchmaking: int | None = None
    sector: str = ""
    country: str = ""

    def said(self, side: Side) -> sql.Composed:
        named = {"side": side.value, "matchmaking_id": self.matchmaking, "sector": self.sector, "country": self.country}
        parts = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(of)) for name, of in named.items() if of]
        if self.matchmaking is None:
            parts.append(sql.SQL("matchmaking_id is null").format())
        return sql.SQL(" and ").join(parts)


def nearest(
    model: EmbeddingModel, vector: Vectors, side: Side, where: Where = Where(), *, most: int = LOOKED_AT
) -> list[tuple[int, int]]:
    """Lines of this side nearest to a centred vector, and whose they are: in one event exactly, else by the graph.

    With a narrow filter PostgreSQL chooses the b-tree and sorts exactly. Django prepares no statements by itself, so
    each question is planned for its own filter.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true)",
            [str(LOOKED_AT)],
        )
        cursor.execute(
            sql.SQL("select line_id, owner from {} where {} order by vector <#> %s::halfvec limit %s").format(
                name_of(model.key), where.said(side)
            ),
            [_written(vector), most],
        )
        return list(cursor.fetchall())


def tagged(
    model: EmbeddingModel, tags: Collection[str], side: Side, where: Where = Where(), *, most: int = LOOKED_AT
) -> list[tuple[int, int]]:
    """Lines of this side with most of these tags, and whose they are."""
    if not tags:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select line_id, owner from {} where {} and tags && %s"
                " order by (select count(*) from unnest(tags) tag where tag = any(%s)) desc, line_id limit %s"
            ).format(name_of(model.key), where.said(side)),
            [sorted(tags), sorted(tags), most],
        )
        return list(cursor.fetchall())


@dataclass(frozen=True)
class FoundLine:
    """A line of an owner who was found."""

    line: int
    owner: int
    tags: frozenset[str]
    expected: tuple[float, float]
    cosines: tuple[float, ...]


def lines_of(
    model: EmbeddingModel, owners: Iterable[int], side: Side, vectors: Sequence[Vectors], where: Where = Where()
) -> list[FoundLine]:
    """All lines of this side of these owners, with their cosines with each of these vectors."""
    listed = list(owners)
    if not listed or not vectors:
        return []
    cosines = sql.SQL(", ").join([sql.SQL("-(vector <#> %s::halfvec)")] * len(vectors))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select line_id, owner, tags, mean, spread, {} from {} where {} and owner = any(%s)").format(
                cosines, name_of(model.key), Where(where.matchmaking).said(side)
            ),
            [*map(_written, vectors), listed],
        )
        return [FoundLine(row[0], row[1], frozenset(row[2]), row[3:5], row[5:]) for row in cursor.fetchall()]


def _extension() -> bool:
    if has_pgvector():
        return True
    try:
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("create extension vector")
    except DatabaseError as error:  # not on the server, or this owner may not
        log.warning("no pgvector: suggestions on the board go by tags", reason=str(error).strip().splitlines()[0])
        return False
    return True


def _array(tags: Collection[str]) -> str:
    """An array of PostgreSQL as text; names of tags are slugs with their kind before a colon."""
    return "{" + ",".join(f'"{tag}"' for tag in sorted(tags)) + "}"


def _written(vector: Vectors) -> str:
    return f"[{','.join(f'{number:.5g}' for number in vector.tolist())}]"
