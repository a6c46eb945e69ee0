"""Django's `migrate`, and then what follows from settings and from all tables (core/after_migrate.py)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from klaster.core import after_migrate


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        is_whole = not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied")
        if is_whole and options.get("database") == DEFAULT_DB_ALIAS:
            after_migrate.run()
