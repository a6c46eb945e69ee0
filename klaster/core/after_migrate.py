"""What the database keeps that follows from settings or from all tables, so that no single migration can say it.

`manage.py migrate` brings it up to date each time it has run (core/management/commands/migrate.py). Apps add theirs
when they are ready:

    after_migrate.register(keep_name_indexes)     # a function without arguments that may run any number of times
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from django.db import connection
from django.db.models import Index, Model

_steps: list[Callable[[], None]] = []


def register(step: Callable[[], None]) -> None:
    if step not in _steps:
        _steps.append(step)


def run() -> None:
    for step in _steps:
        step()


def keep_indexes(model: type[Model], prefix: str, wanted: list[Index]) -> None:
    """Of the indexes of this model whose names begin with `prefix` there are exactly these afterwards.

    One whose definition has changed is made anew: a digest of its SQL is kept as its comment.
    """
    table = model._meta.db_table
    with connection.schema_editor(collect_sql=True) as editor:
        sql = {index.name: str(index.create_sql(model, editor)) for index in wanted}
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, obj_description(c.oid, 'pg_class') from pg_index i"
            " join pg_class c on c.oid = i.indexrelid"
            " where i.indrelid = to_regclass(%s) and starts_with(c.relname, %s)",
            [table, prefix],
        )
        present = dict(cursor.fetchall())
        digests = {name: sha256(text.encode()).hexdigest()[:16] for name, text in sql.items()}
        for name in present:
            if present[name] != digests.get(name):
                cursor.execute(f"drop index {connection.ops.quote_name(name)}")
        for name, text in sql.items():
            if present.get(name) != digests[name]:
                cursor.execute(text)
                cursor.execute(f"comment on index {connection.ops.quote_name(name)} is '{digests[name]}'")
