"""What must be true before Django's settings are read: the mode, and in the modes for trying, a database.

KLASTER_MODE is `production` unless something else is said. `demo` (`make run`) and `test` (`make test`) need nothing
installed: without DATABASE_URL they use the embedded PostgreSQL in `.local/`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def prepare(*, owner: bool = True) -> None:
    """Name the settings and, unless DATABASE_URL is set, start the embedded database of this mode.

    `owner` chooses whom to connect as: the owner of the tables (migrations, tests) or the role of the running site.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klaster.settings")
    mode = os.environ.get("KLASTER_MODE", "production")
    if mode == "production" or os.environ.get("DATABASE_URL"):
        return
    from klaster.core.devdb import APP_USER, DevDB, NoEmbeddedPostgres  # noqa: PLC0415  production never needs it

    try:
        forgetful = mode == "test"
        database = DevDB(BASE_DIR / ".local" / ("pg-test" if forgetful else "pg"), forgetful=forgetful).start()
    except NoEmbeddedPostgres as error:
        sys.exit(str(error))
    name = "klaster"
    database.ensure_database(name)
    os.environ["DATABASE_URL"] = database.url(name, user="postgres" if owner else APP_USER)
