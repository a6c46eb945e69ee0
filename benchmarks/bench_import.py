"""An import of 100,000 rows: seconds of each step and the most memory it takes, from CSV and from XLSX.

    .venv/bin/python benchmarks/bench_import.py [--rows 100000] [--known 16000] [--only csv,xlsx]

Fills a database of its own on the embedded server with organisations, brings in a table of which some rows are known
already, some stand twice and some are wrong, writes it, runs it a second time, and takes it back. Each step has a
process of its own, so that its memory is what that step needs; the reader's and the database's are told beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
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

LIST = ROOT.parent / "shared/data/orgs/gleif_europe_companies.csv.gz"
AIM_MB, AIM_SECONDS = 500, 300
HEADINGS = ["Pavadinimas", "Įmonės kodas", "Šalis", "Rūšis", "Svetainė", "NACE"]
KNOWN_EACH, TWICE_EACH, WRONG_EACH = 20, 50, 33  # one row in so many


def rows(count: int, known: list[companies.Company], others: list[companies.Company]) -> Iterator[list[str]]:
    made = companies.made(max(0, count - len(others)), known, len(known))
    for number, company in enumerate(itertools.chain(others[:count], made)):
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
    with connections["default"].cursor() as cursor:  # as the server does by itself in a minute
        cursor.execute("vacuum analyze")
    from django.contrib.auth.models import Group  # noqa: PLC0415  after django.setup

    person = User.objects.create(email="bench@pavyzdys.test", name="Bench", language="lt")
    person.groups.add(Group.objects.get_or_create(name=SECRETARIAT)[0])
    return person


def most_memory(process: int | str) -> float:
    """Megabytes at the worst moment so far of the program a process runs; 0 where it is gone or nobody can tell.

    (`getrusage` counts for a child what its parent had when it began it.)
    """
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    return 0.0


class Watched:
    """The most memory of this process's children, looked at a hundred times a second."""

    def __enter__(self) -> Watched:
        self.most, self.ended = 0.0, threading.Event()
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.thread.join()

    def look(self) -> None:
        while not self.ended.wait(0.01):
            for told in Path("/proc/self/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    self.most = max([self.most, *map(most_memory, told.read_text().split())])


def step(name: str, path: Path, number: int) -> dict[str, Any]:
    """One step of an import in a process of its own, as the site and its worker take it. Gives seconds and memory."""
    by = User.objects.get(email="bench@pavyzdys.test")
    import_ = Import.objects.filter(pk=number).first()
    acts: dict[str, Callable[[], Any]] = {
        "read": lambda: actions.start_import(path.read_bytes(), name=path.name, by=by).pk,
        "check": lambda: checking.check(number),
        "answer": lambda: actions.decide_the_rest(import_, by=by, decision="skip") and None,
        "write": lambda: writing.write(number),
        "undo": lambda: undoing.undo(number),
    }
    connections["default"].ensure_connection()
    backend = connections["default"].connection.info.backend_pid
    if name == "check":
        Import.objects.filter(pk=number).update(state=Import.State.CHECKING)
    if name == "write":
        actions.confirm_import(import_, by=by, without_errors=True)
    if name == "undo":
        actions.undo_import(import_, by=by)
    before, begun = most_memory("self"), time.monotonic()
    with Watched() as children:
        number = acts[name]() or number
    return {"number": number, "seconds": time.monotonic() - begun, "before": before, "own": most_memory("self"),
            "child": children.most, "database": most_memory(backend), "load": os.getloadavg()[0],
            "counts": Import.objects.get(pk=number).counts}  # fmt: skip


STEPS = {"read": "read into rows", "check": "check, look for duplicates", "answer": "answer what is doubtful",
         "write": "write, all or nothing", "undo": "take the first back"}  # fmt: skip


def measure(path: Path, database: str) -> None:
    """Every step from the file to the report, then the same file again, and the first taken back."""
    print(f"  {'':30}{'seconds':>9}{'MB':>7}{'its reader, MB':>16}{'its database process, MB':>26}")
    done: list[dict[str, Any]] = []
    first = 0
    for name in (*list(STEPS)[:4], *list(STEPS)[:4], "undo"):
        number = first if name == "undo" else 0 if name == "read" else done[-1]["number"]
        command = [sys.executable, __file__, "--step", name, str(path), database, str(number)]
        done.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]))
        told = done[-1]
        first = first or told["number"]
        print(f"  {STEPS[name]:30}{told['seconds']:9.1f}{told['own']:7.0f}"
              f"{told['child']:16.0f}{told['database']:26.0f}", flush=True)  # fmt: skip
        if told["counts"] and name in ("write", "undo"):
            print(f"  {told['counts']}", flush=True)
    seconds = sum(each["seconds"] for each in done[:4])
    most = max(each["own"] + each["child"] for each in done)
    loads = [each["load"] for each in done]
    print(f"  the first time in all {seconds:.0f} s (aim {AIM_SECONDS}); a step with its reader at most {most:.0f} MB"
          f" (aim {AIM_MB}), of which the site before it does anything {done[0]['before']:.0f} MB;"
          f" load {min(loads):.1f} to {max(loads):.1f}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--known", type=int, default=16_000, help="organisations the directory has before")
    parser.add_argument("--companies", type=Path, default=Path(os.environ.get("BENCH_COMPANIES", LIST)))
    parser.add_argument("--only", default="csv,xlsx")
    parser.add_argument("--step", nargs=4, metavar=("STEP", "FILE", "DATABASE", "IMPORT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    server = start.embedded("test").start()
    if options.step:
        name, file, database, number = options.step
        connect(database)
        print(json.dumps(step(name, Path(file), int(number))))
        return
    source = companies.real(options.companies) if options.companies.exists() else []
    if not source:
        print(f"No list of companies at {options.companies}: all of them are made up.", flush=True)
    known = source[: options.known] or list(companies.made(options.known, []))
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
                table = iter([HEADINGS, *rows(options.rows, known, source[options.known :])])
                (write_csv if kind == "csv" else write_xlsx)(path, table)
                size = path.stat().st_size / 1e6
                print(
                    f"{kind}: {options.rows:,} rows, {size:.1f} MB, {options.known:,} organisations known", flush=True
                )
                measure(path, name)
        finally:
            connections.close_all()
            with psycopg.connect(server.url("postgres"), autocommit=True) as maintenance:
                maintenance.execute(f'drop database if exists "{name}" with (force)')


if __name__ == "__main__":
    main()
