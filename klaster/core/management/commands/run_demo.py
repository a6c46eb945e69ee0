"""`make run`: everything in one process, on a machine where nothing is installed.

Migrates, loads the network, runs the jobs and serves the site as the database role of the site, until it is stopped;
then nothing of it is left running.
"""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection, connections
from psycopg import sql

from klaster import start
from klaster.core import freshness, health
from klaster.core.devdb import APP_USER
from klaster.core.jobs import WorkerThread
from klaster.core.server import Server


class Command(BaseCommand):
    help = "Load the network and serve the site on this machine, for trying. KLASTER_MODE=demo only."
    requires_system_checks = []  # they need the tables that this command makes

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--load-only", action="store_true", help="load the demo from the beginning and stop")

    def handle(self, *args: Any, load_only: bool = False, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("run_demo is for trying: KLASTER_MODE=demo, or `make run`.")
        began = time.monotonic()
        server = None if load_only else reserve_port()
        try:
            if load_only:
                empty()
            self.load()
            if server:
                self.serve(server, began)
        finally:
            connections.close_all()
            freshness.close()
            stop_embedded()

    def load(self) -> None:
        if problem := health.server_problem():
            raise CommandError(problem)
        if health.unapplied_migrations():
            self.say("Preparing the database …")
            call_command("migrate", verbosity=0, interactive=False)
        if is_embedded():
            call_command("grant_app_role", stdout=Silent())
        loaded = Loaded.read()
        if loaded.network != network_digest():
            self.say("Loading the network …")
            call_if_known("load_network", settings.NETWORK_FILE, stdout=Silent())
            if Path(settings.EVENTS_FILE).exists():
                call_if_known("load_events", settings.EVENTS_FILE, stdout=Silent())
        if not loaded.demo:
            call_if_known("load_demo", stdout=Silent())
        Loaded(network_digest(), demo=True).write()

    def serve(self, server: Server, began: float) -> None:
        if is_embedded():
            become(APP_USER)
        worker, stop = WorkerThread(), threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, lambda *_: stop.set())
        worker.start()
        server.start(get_internal_wsgi_application())
        self.say(
            f"\n  Klaster is on {settings.SITE_URL}  (ready in {time.monotonic() - began:.0f} s)\n"
            f"  Letters are files in {relative(settings.EMAIL_FILE_PATH)}/\n"
            "  Ctrl-C stops everything; what was entered is kept.\n"
        )
        stop.wait()
        self.say("Stopping …")
        server.stop()
        worker.stop()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class Silent:
    """Where the chatter of the commands inside goes; their errors are exceptions."""

    def write(self, text: str) -> None: ...

    def flush(self) -> None: ...


class Loaded:
    """What the database holds already, kept as its comment: it goes where the database goes, and needs no table."""

    def __init__(self, network: str, *, demo: bool):
        self.network, self.demo = network, demo

    @classmethod
    def read(cls) -> Loaded:
        with connection.cursor() as cursor:
            cursor.execute(
                "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
            )
            words = (cursor.fetchone()[0] or "").split()
        return cls(words[2], demo="demo" in words) if words[:2] == ["klaster", "network"] else cls("", demo=False)

    def write(self) -> None:
        text = f"klaster network {self.network}{' demo' if self.demo else ''}"
        with connection.cursor() as cursor:
            name = sql.Identifier(connection.settings_dict["NAME"])
            cursor.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(text)))


def reserve_port() -> Server:
    """Before anything that takes time."""
    try:
        return Server(int(settings.PORT))
    except (OSError, OverflowError, ValueError):
        raise CommandError(f"Port {settings.PORT} is not free: `make run PORT=8080` takes another.") from None


def relative(folder: Path) -> Path:
    return folder.relative_to(settings.BASE_DIR) if folder.is_relative_to(settings.BASE_DIR) else folder


def network_digest() -> str:
    """Changes with the network file and that of events, which are then loaded again."""
    files = [file for file in map(Path, (settings.NETWORK_FILE, settings.EVENTS_FILE)) if file.exists()]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16] if files else "none"


def call_if_known(command: str, *arguments: str, **options: Any) -> None:
    if command in get_commands():
        call_command(command, *arguments, **options)


def is_embedded() -> bool:
    """Whether the database is the one of this folder, and not one that DATABASE_URL named."""
    return os.environ.get("KLASTER_EMBEDDED") == "1"


def become(user: str) -> None:
    """From here on every connection of this process is this role's."""
    connections["default"].close()
    connections.settings["default"]["USER"] = user
    del connections["default"]


def empty() -> None:
    """Drop the embedded database and make it anew; a server that DATABASE_URL names is not ours to empty."""
    if is_embedded():
        connections.close_all()
        start.embedded("demo").recreate_database(start.DATABASE)


def stop_embedded() -> None:
    """Unless somebody else is still connected: a second `make run`, or a shell."""
    if is_embedded():
        database = start.embedded("demo")
        if not database.is_used():
            database.stop()
