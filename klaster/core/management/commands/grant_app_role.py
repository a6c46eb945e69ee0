"""Give the role of the running site its rights, table by table. Run by the owner after each `migrate`."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql

from klaster.core.devdb import APP_ROLE


class Command(BaseCommand):
    help = (
        f"Give the database role {APP_ROLE} what the running site needs: rows of all tables, but no tables, and of "
        "ledgers only to read and to add. Run it as the owner of the tables after each migrate."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--to", metavar="LOGIN", help="make this login role a member, so that the site may use it")

    def handle(self, *args: Any, to: str = "", **options: Any) -> None:
        try:
            grant(to)
        except ProgrammingError as error:
            raise CommandError(
                f"{str(error).strip()} Run this as the owner of the tables; see docs/operate.md."
            ) from error
        self.stdout.write(f"{APP_ROLE} may read and write what the site needs, and only add to {', '.join(ledgers())}.")


def ledgers() -> list[str]:
    """Tables whose rows are written once."""
    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "ledger", False) is True)


@transaction.atomic
def grant(login: str = "") -> None:
    role = sql.Identifier(APP_ROLE)
    tables = sql.SQL(", ").join(map(sql.Identifier, ledgers()))
    statements = [
        sql.SQL("grant usage on schema public to {}").format(role),
        sql.SQL("revoke create on schema public from public, {}").format(role),
        sql.SQL("grant select, insert, update, delete on all tables in schema public to {}").format(role),
        sql.SQL("grant usage, select on all sequences in schema public to {}").format(role),
        sql.SQL("revoke update, delete, truncate on {} from {}").format(tables, role),
        sql.SQL("revoke insert, update, delete, truncate on django_migrations from {}").format(role),
    ]
    if login:
        statements.append(sql.SQL("grant {} to {}").format(role, sql.Identifier(login)))
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [APP_ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("create role {} nologin").format(role))
        for statement in statements:
            cursor.execute(statement)
