import json

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from klaster.core import health
from klaster.core.checks import server_is_new_enough

READY = {"database": True, "migrations": True, "queue": True, "worker": True, "disk": True}


@pytest.fixture
def worker(db):
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")


@pytest.fixture(autouse=True)
def _room(monkeypatch):
    monkeypatch.setattr(health, "FREE_DISK_SHARE", 0)


def answer(client):
    response = client.get("/readyz")
    assert "no-store" in response["Cache-Control"]
    return response.status_code, json.loads(response.content)


def test_alive_needs_no_database(client):
    assert client.get("/healthz").content == b"ok"


def test_ready(client, worker):
    assert answer(client) == (200, READY)


def test_a_migration_to_come(client, worker):
    MigrationRecorder(connection).record_unapplied("core", "0001_database")
    assert answer(client) == (503, READY | {"migrations": False, "queue": False, "worker": False})


def test_no_worker(client, db):
    assert answer(client) == (503, READY | {"worker": False})


def test_a_queue_that_stands_still(client, worker):
    from klaster.core.letters import send_letter  # noqa: PLC0415

    send_letter.defer(letter_id=0)
    assert answer(client) == (200, READY)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_events set at = at - interval '6 minutes'")
    assert answer(client) == (503, READY | {"queue": False})


def test_a_full_disk(client, worker, monkeypatch):
    monkeypatch.setattr(health, "FREE_DISK_SHARE", 1)
    assert answer(client) == (503, READY | {"disk": False})


def test_a_database_that_is_away(client, db, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        assert answer(client) == (503, dict.fromkeys(READY, False) | {"disk": True})
        assert [error.id for error in server_is_new_enough(databases=["default"])] == ["klaster.E001"]


@pytest.mark.django_db
def test_the_server_is_new_enough_and_has_what_is_needed(monkeypatch):
    assert health.server_problem() == ""
    monkeypatch.setattr(health, "EXTENSIONS", ("unaccent", "no_such_thing"))
    assert health.server_problem() == (
        "This PostgreSQL server lacks the extension no_such_thing (package postgresql-contrib)."
    )
    monkeypatch.setattr(health, "MIN_SERVER_VERSION", 99)
    assert "needs PostgreSQL 99 or newer" in health.server_problem()


@pytest.mark.django_db
def test_who_owns_the_tables(monkeypatch):
    assert health.owns_tables()
    with connection.cursor() as cursor:
        cursor.execute("set local role klaster_app")
        assert not health.owns_tables()
        cursor.execute("reset role")
