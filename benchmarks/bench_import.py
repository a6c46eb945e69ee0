"""An import of 100,000 rows: seconds of each step and the most memory it takes, from CSV and from XLSX.

    .venv/bin/python benchmarks/bench_import.py [--rows 100000] [--known 16000] [--only csv,xlsx]

Fills a database of its own on the embedded server with organisations, brings in a table of which some rows are known
already, some stand twice and some are wrong, writes it, runs it a second time, and takes it back. Each table goes
through a process of its own, so that its memory is what the import needs.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ["KLASTER_MODE"] = "test"

from klaster import start

start.prepare()

import django

django.setup()

import companies
import psycopg
import xlsxwriter
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from klaster.accounts.models import SECRETARIAT, User
from klaster.directory import actions
from klaster.directory.imports import checking, undoing, writing
from klaster.directory.models import Import, Organisation

AIM_MB, AIM_SECONDS = 500, 600
HEADINGS = ["Pavadinimas", "Įmonės kodas", "Šalis", "Rūšis", "Svetainė", "NACE"]
KNOWN_EACH, TWICE_EACH, WRONG_EACH = 20, 50, 33  # one row in so many


def rows(count: int, known: list[companies.Company]) -> Iterator[list[str]]:
    made = companies.made(count, known, len(known))
    for number, company in enumerate(made):
        if number % KNOWN_EACH == 0:
            company = known[number // KNOWN_EACH % len(known)]
        name, code = company.name, f"{300_000_000 + number}"
        if number % TWICE_EACH == 1:
            code = f"{300_000_000 + number - 1 if number > 1 else 300_000_000}"
        if number % WRONG_EACH == 0:
            code = "1234"
        yield [name, code if number % KNOWN_EACH else "", "LT", "maža įmonė", f"https://imone{number}.test", "26.51"]


def write_csv(path: Path, table: Iterator[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(table)


def write_xlsx(path: Path, table: Iterator[list[str]]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Nariai")
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)


def connect(name: str) -> None:
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def fill(known: list[companies.Company]) -> User:
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    now = timezone.now()
    Organisation.objects.bulk_create(
        (Organisation(slug=f"company-{number}", name={"lt": company.name}, kind="small", country="LT",
                      status="published", created_at=now)
         for number, company in enumerate(known)), batch_size=1000,
    )  # fmt: skip
    from django.contrib.auth.models import Group  # noqa: PLC0415  after django.setup

    person = User.objects.create(email="bench@pavyzdys.test", name="Bench", language="lt")
    person.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    return person


def timed(title: str, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    begun = time.monotonic()
    answer = act(*given, **named)
    print(f"  {title:34}{time.monotonic() - begun:8.1f} s", flush=True)
    return answer


def measure(path: Path) -> None:
    """In a process of its own: every step from the file to the report, again, and back."""
    by = User.objects.get(email="bench@pavyzdys.test")
    begun = time.monotonic()
    for number in (1, 2):
        import_ = timed("read into rows", actions.start_import, path.read_bytes(), name=path.name, by=by)
        Import.objects.filter(pk=import_.pk).update(state=Import.State.CHECKING)
        timed("check, look for duplicates", checking.check, import_.pk)
        timed("answer what is doubtful", actions.decide_the_rest, import_, by=by, decision="skip")
        actions.confirm_import(import_, by=by, without_errors=True)
        timed("write, all or nothing", writing.write, import_.pk)
        import_.refresh_from_db()
        print(f"  {import_.total:,} rows: {import_.counts}", flush=True)
        if number == 1:
            first, seconds = import_, time.monotonic() - begun
    actions.undo_import(first, by=by)
    timed("take the first back", undoing.undo, first.pk)
    own, reader = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"  in all {seconds:.0f} s (aim {AIM_SECONDS}); most memory {own:.0f} MB, its reader {reader:.0f} MB,"
          f" together {own + reader:.0f} MB (aim {AIM_MB})", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--known", type=int, default=16_000, help="organisations the directory has before")
    parser.add_argument("--only", default="csv,xlsx")
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "DATABASE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    server = start.embedded("test").start()
    if options.measure:
        connect(options.measure[1])
        measure(Path(options.measure[0]))
        return
    known = list(companies.made(options.known, []))
    for kind in options.only.split(","):
        name = f"klaster_bench_import_{os.getpid()}_{kind}"
        with psycopg.connect(server.url("postgres"), autocommit=True) as maintenance:
            maintenance.execute(f'drop database if exists "{name}" with (force)')
        server.ensure_database(name)
        connect(name)
        fill(known)
        connections.close_all()
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"members.{kind}"
                table = iter([HEADINGS, *rows(options.rows, known)])
                (write_csv if kind == "csv" else write_xlsx)(path, table)
                size = path.stat().st_size / 1e6
                print(
                    f"{kind}: {options.rows:,} rows, {size:.1f} MB, {options.known:,} organisations known", flush=True
                )
                command = [sys.executable, __file__, "--measure", str(path), name]
                subprocess.run(command, check=True)
        finally:
            connections.close_all()
            with psycopg.connect(server.url("postgres"), autocommit=True) as maintenance:
                maintenance.execute(f'drop database if exists "{name}" with (force)')


if __name__ == "__main__":
    main()
