"""Can this process serve? What `/readyz`, the start of `make run` and the system checks ask."""

from __future__ import annotations

import shutil
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from klaster.core import jobs

OLDEST_WAIT_SECONDS = 300
FREE_DISK_SHARE = 0.10
MIN_SERVER_VERSION = 17
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")


def readiness() -> dict[str, bool]:
    """What must hold before a load balancer sends people here, by name. Asks the database once or twice."""
    found = {"database": False, "migrations": False, "queue": False, "worker": False, "disk": disk_has_room()}
    try:
        found["migrations"] = not unapplied_migrations()
        found["database"] = True
        if found["migrations"]:
            health = jobs.health()
            found["queue"] = health.waiting_seconds < OLDEST_WAIT_SECONDS
            found["worker"] = health.workers > 0
    except DatabaseError:
        return found
    return found


def unapplied_migrations() -> AbstractSet[tuple[str, str]]:
    """Migrations this code knows and the database has not had."""
    return _migrations_of_the_code() - set(MigrationRecorder(connection).applied_migrations())


@cache
def _migrations_of_the_code() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    replaced = {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    return frozenset(loader.disk_migrations) - replaced


def disk_has_room() -> bool:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total > FREE_DISK_SHARE


def server_problem() -> str:
    """One sentence on why this PostgreSQL cannot carry Klaster; empty if it can."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_setting('server_version_num')::int / 10000, current_setting('server_version')"
            )
            version, name = cursor.fetchone()
            cursor.execute("select name from pg_available_extensions where name = any(%s)", [list(EXTENSIONS)])
            missing = sorted({*EXTENSIONS} - {row[0] for row in cursor.fetchall()})
    except DatabaseError as error:
        return f"The database does not answer: {' '.join(str(error).split())}"
    if version < MIN_SERVER_VERSION:
        return f"Klaster needs PostgreSQL {MIN_SERVER_VERSION} or newer; this server is {name}."
    if missing:
        return f"This PostgreSQL server lacks the extension {', '.join(missing)} (package postgresql-contrib)."
    return ""


def owns_tables() -> bool:
    """Whether the site connects as the owner of the tables or as superuser, whom triggers alone hold back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(bool_or(pg_has_role(current_user, tableowner, 'member')), false) "
            "from pg_tables where schemaname = 'public'"
        )
        return bool(cursor.fetchone()[0])


def drops_connections() -> bool:
    """Whether this Linux would drop waiting connections when a granian worker ends."""
    try:
        return Path("/proc/sys/net/ipv4/tcp_migrate_req").read_text().strip() == "0"
    except OSError:
        return False
