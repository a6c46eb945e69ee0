"""Many rows of an import at once: into the staging table, out of it batch by batch, and back with what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from procrastinate.contrib.django.utils import connector_params

from klaster.directory.models import Import, ImportRow

BATCH = 1000
IMPORTING = 41_870_224  # the key of the lock that lets one import write at a time
WAIT = "120s"  # for that lock, in a job; a request never waits for it


def lock(*key: int) -> None:
    """Until the end of the transaction nobody else holds this key: of one import, or of all that write."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [WAIT])
        cursor.execute(f"select pg_advisory_xact_lock({', '.join(['%s'] * len(key))})", key)


def store(import_pk: int, rows: Iterable[tuple[int, list[str], dict[int, str]]]) -> int:
    """Put rows of a file down as they are read; gives how many."""
    count = 0
    columns = "of_id, line, cells, faults, values, problems, has_error, candidates, decision, outcome, written"
    with connection.cursor() as cursor, cursor.copy(f"copy directory_importrow ({columns}) from stdin") as copy:
        for line, cells, faults in rows:
            count += 1
            copy.write_row((import_pk, line, dumped(cells), dumped(faults), "{}", "[]", False, "[]", "", "", "{}"))
    return count


def batches(import_: Import, **only: Any) -> Iterator[list[ImportRow]]:
    """Rows in the order of the file, a thousand at a time; `only` filters them."""
    last = 0
    while True:
        rows = list(import_.rows.filter(line__gt=last, **only).order_by("line")[:BATCH])
        if not rows:
            return
        yield rows
        last = rows[-1].line


FOUND = ("values", "problems", "has_error", "candidates", "decision", "match")
WRITTEN = ("outcome", "written")
TYPES = {"has_error": "boolean", "match": "bigint", "decision": "text", "outcome": "text"}


def save(rows: Sequence[ImportRow], fields: Sequence[str]) -> None:
    """Write these fields of rows in one statement."""
    if not rows:
        return
    columns: list[list[Any]] = [[row.pk for row in rows]]
    for field in fields:
        given = [getattr(row, field) for row in rows]
        columns.append(given if field in TYPES else [dumped(value) for value in given])
    sets = ", ".join(f'"{field}" = new."{field}"' for field in fields)
    types = ", ".join(["%s::bigint[]", *(f"%s::{TYPES.get(field, 'jsonb')}[]" for field in fields)])
    names = ", ".join(["pk", *(f'"{field}"' for field in fields)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"update directory_importrow as row set {sets} from unnest({types}) as new({names}) where row.id = new.pk",  # noqa: S608  names of our own
            columns,
        )


def update_many(model: type[models.Model], objects: Sequence[Any], names: Sequence[str]) -> None:
    """Write these fields of rows in one statement; for a thousand, fifty times as fast as Django's `bulk_update`."""
    if not objects:
        return
    fields = [model._meta.get_field(name) for name in names]
    values = [
        {"id": each.pk} | {f.column: f.get_prep_value(getattr(each, f.attname)) for f in fields}  # type: ignore[union-attr]
        for each in objects
    ]
    table = connection.ops.quote_name(model._meta.db_table)
    sets = ", ".join(f'"{each.column}" = new."{each.column}"' for each in fields)  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} as row set {sets} from jsonb_populate_recordset(null::{table}, %s) as new "  # noqa: S608
            "where row.id = new.id",
            [dumped(values)],
        )


def dumped(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


class Progress:
    """How far a job is, told to whoever waits, from outside the job's own transaction."""

    def __init__(self, import_: Import):
        self.pk, self.total = import_.pk, import_.total
        self._last = 0.0
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def at(self, done: int) -> None:
        """Said at most twice a second; a small import says nothing."""
        now = time.monotonic()
        if self.total < BATCH or now - self._last < 0.5:
            return
        self._last = now
        if self._connection is None:
            self._connection = psycopg.connect(**connector_params(), autocommit=True)
        self._connection.execute("update directory_import set done = %s where id = %s", [done, self.pk])
