"""Has anything changed that public pages show? One number answers, for all processes of the site.

PostgreSQL itself moves it (migration 0005), so that imports, jobs and SQL typed by hand are seen like everything else.
Watched are all tables of the site's own apps, and what Wagtail shows; left out are those whose model says

    keeps_pages = True      # no public page shows it: what is kept stays
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from typing import Any, NamedTuple, TypeVar, cast

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

SHOWN_OF_OTHERS = (
    "wagtailcore.Page", "wagtailcore.Site", "wagtailcore.Locale", "wagtailcore.PageViewRestriction",
    "wagtailcore.PageViewRestriction_groups", "wagtailcore.Collection", "wagtailcore.CollectionViewRestriction",
    "wagtailcore.CollectionViewRestriction_groups", "wagtaildocs.Document", "taggit.Tag", "taggit.TaggedItem",
)  # fmt: skip
# Of people only what stands on public pages; each sign-in changes other columns.
SHOWN_COLUMNS = {"accounts.User": ("name", "is_active", "erased_at")}
PRIVATE_APPS = {"core", "accounts"}
TRIGGER = "changes_public_pages"
READ = b"select stamp from core_publicstamp"
PATIENCE = 2  # seconds that a stamp is waited for; then the page is made anew


class Token(NamedTuple):
    """A state of the public data, good until the day ends in the network's zone."""

    stamp: int
    until: float

    @property
    def is_over(self) -> bool:
        return time.time() >= self.until

    def is_after(self, other: Token) -> bool:
        return self.until > other.until or self.stamp > other.stamp


def current() -> Token | None:
    """The state of now; None where the database does not say. Read it before what depends on it."""
    stamp = _reader.read()
    return None if stamp is None else Token(stamp, end_of_day())


_day = (0.0, 0.0)  # from when to when the end of today is known


def end_of_day() -> float:
    """Midnight in the network's zone, as time.time() counts. Daily orders and dates change there."""
    global _day
    now = time.time()
    if not _day[0] <= now < _day[1]:
        zone = timezone.get_default_timezone()
        today = datetime.datetime.fromtimestamp(now, zone).date()
        first, last = (
            datetime.datetime.combine(day, datetime.time.min, zone).timestamp()
            for day in (today, today + datetime.timedelta(days=1))
        )
        _day = (first, last)
    return _day[1]


class Reader:
    """One connection a process that asks for nothing else, below Django's layers: a hundredth of a page's cost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None

    def read(self) -> int | None:
        if not self._lock.acquire(timeout=PATIENCE):
            return None
        try:
            return self._ask() or self._ask(anew=True)
        finally:
            self._lock.release()

    def _ask(self, *, anew: bool = False) -> int | None:
        try:
            if anew or self._connection is None:
                self._close()
                self._connection = self._connect()
            result = self._connection.pgconn.exec_(READ)
            value = result.get_value(0, 0) if result.ntuples else None
            return int(value) if value else None
        except psycopg.Error:
            self._close()
            return None

    @staticmethod
    def _connect() -> psycopg.Connection:
        wanted = connection.get_connection_params()
        for django_only in ("context", "cursor_factory", "prepare_threshold", "pool"):
            wanted.pop(django_only, None)
        wanted["options"] = f"{wanted.get('options', '')} -c statement_timeout={PATIENCE}s".strip()
        return psycopg.connect(**wanted, autocommit=True, connect_timeout=PATIENCE)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Tests drop the database they used."""
        with self._lock:
            self._close()


_reader = Reader()
close = _reader.close

Value = TypeVar("Value")
MOST_REMEMBERED = 200
_remembering = threading.Lock()
_remembered: tuple[Token | None, dict[Hashable, Any]] = (None, {})


def remembered(key: Hashable, make: Callable[[], Value]) -> Value:
    """What `make` gives, worked out once for each state of the public data. It is shared: nobody may change it."""
    global _remembered
    token = current() if settings.KEPT_PAGES_MB else None
    if token is None:
        return make()
    with _remembering:
        known, values = _remembered
        if known is None or token.is_after(known):
            known, values = _remembered = (token, {})
        if known == token and key in values:
            return cast(Value, values[key])
    value = make()
    if known == token and len(values) < MOST_REMEMBERED:
        values[key] = value
    return value


# --- what is watched ------------------------------------------------------------------------------------------------


def watched() -> Iterator[tuple[str, tuple[str, ...]]]:
    """(table, columns) whose changes public pages show; no columns: all of them."""
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("klaster.")} - PRIVATE_APPS
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.label in SHOWN_COLUMNS:
            yield meta.db_table, SHOWN_COLUMNS[meta.label]
        elif meta.label in SHOWN_OF_OTHERS or (meta.app_label in own and not getattr(model, "keeps_pages", False)):
            yield meta.db_table, ()


def watch() -> None:
    """Put the triggers on the tables that lack them, and take them from those no longer watched."""
    wanted = {table: trigger(table, columns) for table, columns in watched()}
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, obj_description(t.oid, 'pg_trigger') from pg_trigger t"
            " join pg_class c on c.oid = t.tgrelid where t.tgname = %s",
            [TRIGGER],
        )
        present = dict(cursor.fetchall())
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        tables = {table for (table,) in cursor.fetchall()}
        quote = connection.ops.quote_name
        for table in present:
            if present[table] != wanted.get(table):
                cursor.execute(f"drop trigger {TRIGGER} on {quote(table)}")
                cursor.execute(f"drop trigger if exists {TRIGGER}_emptied on {quote(table)}")
        for table, made in wanted.items():
            if table in tables and present.get(table) != made:
                cursor.execute(made)
                cursor.execute(
                    f"create trigger {TRIGGER}_emptied after truncate on {quote(table)} "
                    "for each statement execute function note_public_change()"
                )
                cursor.execute(f"comment on trigger {TRIGGER} on {quote(table)} is %s", [made])


def trigger(table: str, columns: tuple[str, ...]) -> str:
    update = f"update of {', '.join(columns)}" if columns else "update"
    return (
        f"create trigger {TRIGGER} after insert or delete or {update} on {connection.ops.quote_name(table)} "
        "for each statement execute function note_public_change()"
    )
