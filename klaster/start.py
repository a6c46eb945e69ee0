"""What must be true before Django's settings are read: the mode, and in the modes for trying, a database and words.

KLASTER_MODE is `production` unless something else is said. `demo` (`make run`) and `test` (`make test`) need nothing
installed: without DATABASE_URL they use the embedded PostgreSQL in `.local/` (KLASTER_LOCAL names another folder).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klaster.core.devdb import DevDB

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = Path(
    os.environ.get("KLASTER_LOCAL", BASE_DIR / ".local")
)  # databases, letters and files of the modes for trying
DATABASE = "klaster"


def prepare() -> None:
    """Name the settings; in the modes for trying compile the words, and without DATABASE_URL start a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "klaster.settings")
    mode = os.environ.get("KLASTER_MODE", "production")
    if mode == "production":
        return
    from klaster.core.messages import compile_all  # noqa: PLC0415  production compiles when it is built

    compile_all()
    if os.environ.get("DATABASE_URL"):
        return
    from klaster.core.devdb import NoEmbeddedPostgres  # noqa: PLC0415  production never needs it

    try:
        database = embedded(mode).start()
    except NoEmbeddedPostgres as error:
        sys.exit(str(error))
    database.ensure_database(DATABASE)
    os.environ["DATABASE_URL"] = database.url(DATABASE)
    os.environ["KLASTER_EMBEDDED"] = "1"


def embedded(mode: str) -> DevDB:
    """The cluster of this folder for a mode: one that keeps its data, one for tests that is quick and forgetful."""
    from klaster.core.devdb import DevDB  # noqa: PLC0415  production never needs it

    forgetful = mode == "test"
    return DevDB(LOCAL / ("pg-test" if forgetful else "pg"), forgetful=forgetful)
