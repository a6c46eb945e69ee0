"""What every test stands on: a database copied from a migrated template, and rules that make hidden faults loud."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sys
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

# How long an example takes says how busy the machine is, not whether the code is right.
examples.register_profile("busy machines too", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("busy machines too")


def migrations_digest() -> str:
    """Changes when any installed app's migrations change; the template's name carries it."""
    from django.apps import apps

    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.name):
        folder = Path(config.path) / "migrations"
        for file in sorted(folder.glob("*.py")) if folder.is_dir() else ():
            digest.update(f"{config.name}/{file.name}".encode())
            digest.update(file.read_bytes())
    for file in sorted((Path(__file__).parent / "klaster").glob("**/freshness.py")):  # triggers besides migrations
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """Migrating takes 10 s and copying a migrated database less than one: make the template once per migration set."""
    from django.core.management import call_command
    from django.db import connections

    settings = connections["default"].settings_dict
    template = f"klaster_template_{migrations_digest()}"
    maintenance = {
        "host": settings["HOST"] or settings["OPTIONS"].get("host"),
        "port": settings["PORT"] or None,
        "user": settings["USER"],
        "password": settings["PASSWORD"] or None,
        "dbname": "postgres",
    }
    with psycopg.connect(**maintenance, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(4242)")  # parallel workers wait here for the first one
        known = connection.execute("select 1 from pg_database where datname = %s and datistemplate", [template])
        if not known.fetchone():
            connection.execute(f'drop database if exists "{template}"')
            connection.execute(
                f"create database \"{template}\" template template0 encoding 'UTF8' locale_provider builtin "
                "builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C.UTF-8'"
            )
            original = settings["NAME"]
            connections["default"].close()
            settings["NAME"] = template
            with django_db_blocker.unblock():
                call_command("migrate", verbosity=0, interactive=False)
            connections["default"].close()
            settings["NAME"] = original
            connection.execute(f'alter database "{template}" is_template true')
    settings["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    return True


def rows_of_the_template(settings: dict) -> dict[str, bytes]:
    """What migrations put into each table, as COPY writes it; empty tables are left out."""
    where = {
        "host": settings["HOST"] or settings["OPTIONS"].get("host"),
        "port": settings["PORT"] or None,
        "user": settings["USER"],
        "password": settings["PASSWORD"] or None,
        "dbname": settings["TEST"]["TEMPLATE"],
    }
    with psycopg.connect(**where) as template:
        names = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'django_migrations'"
        tables = [name for (name,) in template.execute(names)]
        rows = {}
        for table in tables:
            with template.cursor().copy(f'copy "{table}" to stdout') as copy:
                rows[table] = b"".join(copy)
    return {table: data for table, data in rows.items() if data}


@pytest.fixture(scope="session", autouse=True)
def _tests_with_real_transactions_leave_the_database_as_it_was() -> None:
    """They empty all tables after them: ledgers too (only here their triggers step aside), the queue, and also what
    migrations put there and the next test counts on, so that is put back."""
    from django.apps import apps
    from django.db import connection

    ledgers = [model._meta.db_table for model in apps.get_models() if getattr(model, "ledger", False) is True]
    flush = type(connection.ops).execute_sql_flush
    from_migrations: dict[str, bytes] = {}

    def flush_and_refill(self, statements: list[str]) -> None:
        switch = "alter table {} {} trigger user"
        flush(
            self,
            [
                *(switch.format(table, "disable") for table in ledgers),
                *statements,
                "truncate procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers cascade",
                *(switch.format(table, "enable") for table in ledgers),
            ],
        )
        if not from_migrations:
            from_migrations.update(rows_of_the_template(connection.settings_dict))
        with connection.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")  # rows come back in any order of foreign keys
            for table, data in from_migrations.items():
                cursor.execute(f'select exists (select from "{table}")')
                if not cursor.fetchone()[0]:
                    with cursor.copy(f'copy "{table}" from stdin') as copy:
                        copy.write(data)
            cursor.execute("set session_replication_role = default")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", flush_and_refill)
        yield


@pytest.fixture
def send_letters(mailoutbox):
    """Call it to send what is queued, as the worker would; gives the mails that went out so far."""
    from klaster.core.letters import send_letter
    from klaster.core.models import Letter

    def send() -> list:
        for pk in Letter.objects.filter(state="queued").order_by("pk").values_list("pk", flat=True):
            send_letter(pk)
        return mailoutbox

    return send


@pytest.fixture
def one_factor(settings) -> None:
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False


@pytest.fixture
def in_english():
    """For tests that quote what a person reads; otherwise the network's first language is spoken."""
    from django.utils.translation import override

    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _media_in_a_folder_of_its_own(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def site(db):
    """The trees of pages and the default site; made anew where a test with real transactions emptied them."""
    from klaster.pages.set_up import set_up

    return set_up()


@pytest.fixture
def wire(live_server):
    """A wire to the live server that can be cut."""
    from klaster.core.tests.wires import Wire

    wire = Wire(live_server.thread.port)
    yield wire
    wire.cut()
    wire.shutdown()
    wire.server_close()


@pytest.fixture(autouse=True)
def _language_and_zone_of_the_network() -> None:
    """A request leaves its language and zone behind in the thread; the next test starts without them."""
    from django.utils import timezone, translation

    translation.deactivate()
    timezone.deactivate()


class UndefinedVariable(str):
    """What a template of ours prints for a name nobody gave it: a failed test instead of an empty place."""

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        frame = sys._getframe(1)
        context = frame.f_locals.get("context")
        template = getattr(getattr(context, "render_context", None), "template", None)
        origin = getattr(getattr(template, "origin", None), "name", "") or ""
        if Path(origin).is_relative_to(Path(__file__).parent / "klaster"):
            raise AssertionError(f"{origin}: undefined variable {variable}")
        return ""


@pytest.fixture(scope="session", autouse=True)
def _undefined_template_variables_fail() -> None:
    from django.template import engines

    engines["django"].engine.string_if_invalid = UndefinedVariable("%s")


@pytest.fixture(scope="session", autouse=True)
def _unordered_querysets_come_back_shuffled() -> None:
    """A test that relies on an order nobody asked for must not pass by luck."""
    from django.db.models.query import QuerySet

    fetch = QuerySet._fetch_all

    def fetch_and_shuffle(self: QuerySet) -> None:
        is_fresh = self._result_cache is None
        fetch(self)
        ours = self.model.__module__.startswith("klaster.")
        if is_fresh and ours and len(self._result_cache) > 1 and not self.ordered:
            random.shuffle(self._result_cache)

    QuerySet._fetch_all = fetch_and_shuffle


BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "msedge")


def browser_path() -> str | None:
    """A Chromium of this machine: BROWSER_PATH, else the first found on the PATH."""
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Last, because the browser's driver keeps an event loop running in this thread, and jobs want one of their own.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if browser_path() is None:
        skip = pytest.mark.skip(reason="no browser here: apt-get install chromium, or set BROWSER_PATH")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def base_url() -> None:
    """pytest-playwright's own is a fixture on an instance, of which pytest 9.2 warns."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    quiet = [
        *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync"),
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    return {**browser_type_launch_args, "executable_path": browser_path(), "args": quiet}
