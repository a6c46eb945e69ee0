"""What the docs say about running the site is what the code asks for; the backup is one that can be restored."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection

from klaster.core.devdb import NoEmbeddedPostgres, programs
from klaster.start import BASE_DIR

DOCS = (BASE_DIR / "docs/operate.md").read_text()
READ = re.compile(r'(?:environ(?:\.get\(|\.setdefault\(|\[)|listed\(|number\()f?["\']([A-Z_]+)["\']')
NOT_FOR_PEOPLE = {"KLASTER_EMBEDDED", "DJANGO_SETTINGS_MODULE", "KLASTER_NO_USERNS", "XDG_RUNTIME_DIR"}


def test_the_table_of_settings_is_complete():
    files = [BASE_DIR / "klaster" / name for name in ("settings.py", "start.py", "wsgi.py", "core/devdb.py")]
    read = {name for file in files for name in READ.findall(file.read_text())} - NOT_FOR_PEOPLE
    assert {"SECRET_KEY", "STATEMENT_TIMEOUT_SECONDS", "KLASTER_LOCAL", "PORT"} <= read, "the pattern finds them"
    rows = [line.split("|")[1] for line in DOCS.split("## Settings")[1].split("\n## ")[0].splitlines() if "| `" in line]
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == read


def test_what_the_docs_name_is_there(production_environment):
    for file in ("deploy", "SECURITY.md", "docs/security.md"):
        for name in re.findall(r"`(deploy/[\w.-]+)`", DOCS):
            assert (BASE_DIR / name).exists(), name
        assert (BASE_DIR / file).exists()
    example = (BASE_DIR / "deploy/klaster.env.example").read_text()
    set_there = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert set(production_environment) - {"KLASTER_MODE"} <= set_there


def test_the_rules_of_security_name_files_that_are_there():
    named = re.findall(r"`((?:core|klaster|tests)/[\w/.]+)`", (BASE_DIR / "docs/security.md").read_text())
    assert len(named) > 20
    missing = [name for name in named if not any((BASE_DIR / base / name).exists() for base in ("", "klaster"))]
    assert missing == []


@pytest.fixture
def path_with_postgres():
    try:
        folder = str(programs())
    except NoEmbeddedPostgres:
        folder = ""
    path = f"{folder}:{os.environ['PATH']}"
    if not shutil.which("pg_dump", path=path):
        pytest.skip("no pg_dump here")
    return path


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_backup_counts_when_it_was_restored(tmp_path, path_with_postgres):
    url = urlsplit(os.environ["DATABASE_URL"])
    site, check, none = (
        url._replace(path=f"/{name}").geturl()
        for name in (connection.settings_dict["NAME"], "klaster_check", "no_such")
    )
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.png").write_bytes(b"x")
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute("drop database if exists klaster_check")
        server.execute("create database klaster_check")

    def backup(check_url):
        environment = {
            "PATH": path_with_postgres, "BACKUP_URL": site, "BACKUP_CHECK_URL": check_url,
            "MEDIA_ROOT": str(tmp_path / "media"), "BACKUP_DIR": str(tmp_path / "backups"),
        }  # fmt: skip
        run = subprocess.run([str(BASE_DIR / "deploy/backup")], env=environment, capture_output=True, text=True)
        dated = sorted(path.name for path in (tmp_path / "backups").glob("*") if path.name.startswith("20"))
        return run.returncode, dated

    code, dated = backup(site)
    assert code != 0, "it empties the database it checks in, so that one must be named for it"
    code, dated = backup(none)
    assert code != 0
    assert dated == [], "what was not restored does not count"
    code, (name,) = backup(check)
    assert code == 0
    folder = Path(tmp_path / "backups" / name)
    assert {file.name for file in folder.iterdir()} == {"database.dump", "media.tar.gz", "SHA256SUMS"}
    with psycopg.connect(check) as restored:
        tables = "select count(*) from pg_tables where schemaname = 'public'"
        count = restored.execute(tables).fetchone()
        with connection.cursor() as cursor:
            cursor.execute(tables)
            assert cursor.fetchone() == count
        restored.execute(
            "insert into core_auditevent (at, program, action, object_type, object_pk, object_text, before, after, "
            "note, request_id) values (now(), 'x', 'x', 'x', '1', '', '{}', '{}', '', '')"
        )
        with pytest.raises(psycopg.Error, match="written once"):
            restored.execute("update core_auditevent set action = 'x'")
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute("drop database klaster_check")
