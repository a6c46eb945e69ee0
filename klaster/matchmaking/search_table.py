"""The table the nearest lines are looked up in: pgvector, where the server has it (decision 0173).

It follows from the lines and their vectors and could be made anew from them any time. There is one for each model of
texts, so that two of them never meet in one index. `manage.py migrate` makes it, as the owner of the tables; the site
fills and asks it. Where it is not there, whoever asks goes by tags.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

import structlog
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from klaster.matchmaking.matching.backends import Vectors
from klaster.matchmaking.matching.crowd import Expected
from klaster.matchmaking.matching.scoring import FLAT, TAGS_WEIGHT
from klaster.matchmaking.models import EmbeddingModel, Line, Side

log = structlog.get_logger(__name__)

PREFIX = "matchmaking_vectors_"
GRAPH = "using hnsw (vector halfvec_ip_ops) with (m = 24, ef_construction = 128)"  # dense, and built carefully
NEAREST = 500  # hnsw.ef_search, too; with the default of 40 every fourth of the best ten is missed
# Where tags bring the best, the graph brings the best of those without: fewer, in a third of the time.
NEAREST_WITH_TAGS = 200
TAGGED = 600  # the best by tags and nearness; with fewer more of the ten best out of a hundred thousand are missed
TELLING = 0.05  # share of lines above which a tag beside rarer ones brings more to read than it tells

COLUMNS = """
create table {} (
  line_id bigint primary key, side text not null, matchmaking_id bigint, owner bigint not null,
  sector text not null, country text not null, tags text[] not null, mean real not null, spread real not null,
  tags_mean real not null, tags_spread real not null, vector halfvec({}) not null
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
    expected: Expected


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


TYPES = {
    "line_id": "int8", "side": "text", "matchmaking_id": "int8", "owner": "int8", "sector": "text", "country": "text",
    "tags": "text", "mean": "float4", "spread": "float4", "tags_mean": "float4", "tags_spread": "float4",
    "vector": "text",
}  # fmt: skip
READ = {"tags": sql.SQL("tags::text[]"), "vector": sql.SQL("vector::halfvec")}
WRITTEN = """
insert into {table} ({names}) select {read} from unnest({columns}) as t({names})
on conflict (line_id) do update set ({names}) = row({excluded})
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
    of_sides = [
        sql.SQL(f"{index} where matchmaking_id is null and side = {{}}").format(sql.Literal(side))
        for side in Side.values
        for index in (GRAPH, "using gin (tags)")
    ]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(sql.SQL(COLUMNS).format(table, sql.Literal(dimensions)))
        for index in (
            sql.SQL("(matchmaking_id, side) where matchmaking_id is not null"),
            sql.SQL("(side, sector, country) where matchmaking_id is null"),
            sql.SQL("(owner, side)"),
            *of_sides,
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
    names = [sql.Identifier(name) for name in TYPES]
    written = sql.SQL(WRITTEN).format(
        table=name_of(model.key),
        names=sql.SQL(", ").join(names),
        read=sql.SQL(", ").join(READ.get(name, sql.Identifier(name)) for name in TYPES),
        columns=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.Identifier(of)) for of in TYPES.values()),
        excluded=sql.SQL(", ").join(sql.SQL("excluded.{}").format(name) for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(written, [list(column) for column in zip(*columns, strict=True)])


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


@dataclass(frozen=True)
class Asking:
    """A line somebody asks with, and what its score needs of all offers: for a need what to expect of them."""

    vector: Vectors
    weights: Mapping[str, float]
    expected: Expected

    def text(self, side: Side) -> sql.Composable:
        """z of the cosine with a line of this side. What is to be expected of a need stands beside its vector."""
        cosine = sql.SQL("-(vector <#> {}::halfvec)").format(sql.Literal(_written(self.vector)))
        return self._z(cosine, side, "mean", "spread")

    def tags(self, side: Side) -> sql.Composable:
        """z of the weights of tags in common."""
        weights: list[sql.Composable] = [
            sql.SQL("case when {} = any(tags) then {} else 0 end").format(sql.Literal(tag), _real(weight))
            for tag, weight in self.weights.items()
        ]
        return self._z(sql.SQL(" + ").join(weights or [sql.SQL("0")]), side, "tags_mean", "tags_spread")

    def _z(self, value: sql.Composable, side: Side, mean: str, spread: str) -> sql.Composed:
        of_need: list[sql.Composable] = (
            [sql.Identifier(name) for name in (mean, spread)]
            if side == Side.NEED
            else [_real(getattr(self.expected, name)) for name in (mean, spread)]
        )
        return sql.SQL("case when {1} > {3} then (({2}) - {0}) / {1} else 0 end").format(*of_need, value, _real(FLAT))

    def telling(self, shares: Mapping[str, float]) -> list[str]:
        """The rarest tags, together on at most one line in twenty, and one in any case."""
        tags = list(self.weights)
        sums = list(accumulate(shares[tag] for tag in tags))
        return tags[: max(1, bisect_right(sums, TELLING))]


def nearest(
    model: EmbeddingModel, vector: Vectors, side: Side, where: Where = Where(), *, most: int = NEAREST
) -> list[tuple[int, int]]:
    """Lines of this side nearest to a centred vector, and whose they are: in one event exactly, else by the graph.

    With a narrow filter PostgreSQL chooses the b-tree and sorts exactly. Django prepares no statements by itself, so
    each question is planned for its own filter.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('hnsw.ef_search', %s, true), set_config('hnsw.iterative_scan', 'relaxed_order', true)",
            [str(most)],
        )
        cursor.execute(
            sql.SQL("select line_id, owner from {} where {} order by vector <#> %s::halfvec limit %s").format(
                name_of(model.key), where.said(side)
            ),
            [_written(vector), most],
        )
        return list(cursor.fetchall())


def tagged(
    model: EmbeddingModel,
    asking: Asking,
    tags: Sequence[str],
    side: Side,
    where: Where = Where(),
    *,
    most: int = TAGGED,
) -> list[tuple[int, int]]:
    """Lines of this side with any of these tags that score best, and whose they are."""
    if not tags:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select line_id, owner from {} where {} and tags && %s order by {} + {} * ({}) desc, line_id limit %s"
            ).format(name_of(model.key), where.said(side), asking.text(side), _real(TAGS_WEIGHT), asking.tags(side)),
            [list(tags), most],
        )
        return list(cursor.fetchall())


class FoundLine(NamedTuple):
    """A line of somebody who was found, with z of its cosine and of its tags: of each the best with mine."""

    line: int
    owner: int
    text: float
    tags: float


def lines_of(
    model: EmbeddingModel, owners: Iterable[int], side: Side, asking: Sequence[Asking], where: Where = Where()
) -> list[FoundLine]:
    """All lines of this side of these owners."""
    listed = ",".join(map(str, owners))
    if not listed or not asking:
        return []
    text, tags = (sql.SQL(", ").join(z(one, side) for one in asking) for z in (Asking.text, Asking.tags))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select line_id, owner, greatest({}), greatest({}) from {} where {} and owner = any(%s::int8[])"
            ).format(text, tags, name_of(model.key), Where(where.matchmaking).said(side)),
            [f"{{{listed}}}"],  # as one text: psycopg would adapt each number by itself
        )
        return [FoundLine(*row) for row in cursor.fetchall()]


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


def _real(number: float) -> sql.Composed:
    """Written without its type it would be exact, and slow."""
    return sql.SQL("{}::float8").format(sql.Literal(float(number)))


def _array(tags: Collection[str]) -> str:
    """An array of PostgreSQL as text; names of tags are slugs with their kind before a colon."""
    return "{" + ",".join(f'"{tag}"' for tag in sorted(tags)) + "}"


def _written(vector: Vectors) -> str:
    return f"[{','.join(f'{number:.5g}' for number in vector.tolist())}]"
