"""Search, suggestions and the filtered list with 16 thousand, 150 thousand and a million organisations.

    make bench                                           # or, alone:
    .venv/bin/python benchmarks/bench_directory.py [--companies FILE] [--keep] [--only search,list]

Fills databases of its own on the embedded server: the network and the demo, then real companies of the register, then
a million made of their words. Whole requests are timed, through all middleware and templates, with the kept pages of
visitors switched off; what all pages have in common (menu, footer) is remembered, as the site does. On a machine that
does other work as well, the CPU that the two processes spent on a question says more than the clock, so both are given.
`--keep` leaves the databases for the next run, which then only measures.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
os.environ["KLASTER_MODE"] = "test"

from klaster import start

start.prepare()

import django

django.setup()

import companies
import psycopg
from companies import SEED, Company
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from conftest import migrations_digest
from klaster.core import freshness

SIZES = (16_000, 150_558, 1_150_558)
AIMS = {150_558: 60, 1_150_558: 150}  # p95 in milliseconds
GROWTH = 3
LIST = ROOT.parent / "shared/data/orgs/gleif_europe_companies.csv.gz"
WARMING = 12
COLUMNS = (
    "slug", "name", "aliases", "summary", "description", "website", "founded", "status", "is_invented", "created_at",
    "updated_at", "kind", "abbreviation", "country", "legal_code", "logo",
)  # fmt: skip


# --- filling --------------------------------------------------------------------------------------------------------


def fill(rows: Iterator[Company], first: int) -> None:
    """COPY without the indexes, which are made again afterwards: ten times quicker than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename = 'directory_organisation' and indexname not in"
            " (select conname from pg_constraint where conrelid = 'directory_organisation'::regclass) "
            "and indexdef not like 'CREATE UNIQUE%'"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'drop index "{name}"')
        cursor.execute("set maintenance_work_mem = '512MB'")
        with cursor.copy(f"copy directory_organisation ({', '.join(COLUMNS)}) from stdin") as copy:
            for number, company in enumerate(rows, first):
                copy.write_row(row_of(company, number))
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("vacuum analyze directory_organisation")


def row_of(company: Company, number: int) -> tuple[Any, ...]:
    now = "2026-11-22T00:00:00Z"
    status = "draft" if number % 50 == 0 else "published"
    texts = json.dumps(company.summary, ensure_ascii=False)
    return (
        f"company-{number}", company.names, "{}", texts, "{}", "", "", status, company.is_invented, now, now,
        company.kind, "", company.country, company.code, "",
    )  # fmt: skip


class Databases:
    """One database a size, each a copy of the smaller one with more in it; named by what they are made of."""

    def __init__(self, source: list[Company]):
        self.server = start.embedded("test").start()
        self.source = source
        self.made: list[str] = []

    def name(self, size: int) -> str:
        origin = "real" if self.source else "made"
        return f"klaster_bench_{origin}_{migrations_digest()}_{size}"

    def exists(self, name: str) -> bool:
        with self._maintenance() as connection:
            return bool(connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone())

    def _maintenance(self) -> Any:
        return psycopg.connect(self.server.url("postgres"), autocommit=True)

    def use(self, size: int) -> None:
        """Connect to the database of this size; make it if it is not there."""
        connections.close_all()
        freshness.close()
        name = self.name(size)
        self.made.append(name)
        is_new = not self.exists(name)
        smaller = [other for other in SIZES if other < size]
        if is_new and smaller:
            with self._maintenance() as connection:
                connection.execute(f'create database "{name}" template "{self.name(smaller[-1])}"')
        elif is_new:
            self.server.ensure_database(name)
        connections.settings["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
        if is_new:
            begun = time.monotonic()
            try:
                self.fill(size, smaller[-1] if smaller else 0)
            except BaseException:  # a half-filled one must not be taken for whole by the next run
                connections.close_all()
                with self._maintenance() as maintenance:
                    maintenance.execute(f'drop database "{name}" with (force)')
                raise
            print(f"{size:>9,} organisations filled in {time.monotonic() - begun:.0f} s", flush=True)

    def fill(self, size: int, have: int) -> None:
        if not have:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("load_network", settings.NETWORK_FILE, verbosity=0, stdout=io.StringIO())
            call_command("load_demo", verbosity=0, stdout=io.StringIO())
        rows = self.source[have:size]
        fill(iter(rows), have)
        if missing := size - have - len(rows):
            fill(companies.made(missing, self.source, have + len(rows)), have + len(rows))

    def drop(self) -> None:
        connections.close_all()
        freshness.close()
        with self._maintenance() as connection:
            for name in self.made:
                connection.execute(f'drop database if exists "{name}" with (force)')


# --- what is asked --------------------------------------------------------------------------------------------------


class Questions:
    """The same questions at every size, by a fixed seed: asked of names that the smallest database has already."""

    def __init__(self, known: list[Company]):
        self.dice = random.Random(SEED + 2)
        self.names = [company.name for company in known]
        words = Counter(word for name in self.names for word in {*clean(name).split()} if len(word) > 1)
        ranked = [word for word, _count in words.most_common()]
        self.frequent = ranked[:40]
        self.middling = [word for word in ranked if 5 <= words[word] <= 50]
        self.rare = [word for word in ranked if words[word] <= 2]

    def take(self, words: list[str], number: int) -> list[str]:
        return self.dice.sample(words, min(number, len(words)))

    def mistyped(self, name: str) -> str:
        """Two neighbours swapped, a letter left out, or another put in its place, in the longest word."""
        words = clean(name).split()
        longest = max(words, key=len)
        where = self.dice.randrange(1, max(2, len(longest) - 1))
        wrong = self.dice.choice([
            longest[:where] + longest[where + 1 : where + 2] + longest[where : where + 1] + longest[where + 2 :],
            longest[:where] + longest[where + 1 :],
            longest[:where] + self.dice.choice("aeioknrst") + longest[where + 1 :],
        ])  # fmt: skip
        return " ".join(wrong if word == longest else word for word in words[:3])

    def searches(self) -> dict[str, list[str]]:
        name = lambda: self.dice.choice(self.names)  # noqa: E731
        lithuanian = [
            "žuvis", "zuvies", "klasterių", "klasteris", "mediena", "metalo gaminiai", "statybos", "vėjo energija",
            "lazeriai", "gamybą", "sveikatos priežiūros", "atliekų perdirbimo",
        ]  # fmt: skip
        english = [
            "cluster", "metal products", "renewable energy", "wooden houses", "lasers", "recycling", "medical devices",
            "food", "ships", "construction", "real estate", "health care",
        ]  # fmt: skip
        pairs = zip(self.take(self.frequent, 20), self.take(self.middling, 20), strict=True)
        return {
            "frequent word": self.take(self.frequent, 30),
            "middling word": self.take(self.middling, 30),
            "rare word": self.take(self.rare, 30),
            "two words": [" ".join(pair) for pair in pairs],
            "whole name": [name() for _ in range(30)],
            "in Lithuanian": lithuanian,
            "in English": english,
            "mistyped": [self.mistyped(name()) for _ in range(40)],
            "no hit": ["xqzw", "qwxzjk", "zzzzzzzz", "xylofonasq", "wqxkvz grmbl", "jkxqv", "vvvvwwww", "qqqq qqqq"],
        }  # fmt: skip

    def beginnings(self) -> dict[str, list[str]]:
        """What the box asks while somebody types a name: its first 1 to 12 letters."""
        whole = [clean(self.dice.choice(self.names)) for _ in range(12)]
        given = {f"{length} letters": [name[:length].strip() for name in whole] for length in range(1, 13)}
        return {**given, "mistyped": [self.mistyped(self.dice.choice(self.names))[:12] for _ in range(20)]}

    def lists(self) -> dict[str, list[str]]:
        few, many = ["LT", "LV", "EE", "HR"], ["GB", "NL", "DE", "IT", "ES"]
        kinds = ["micro", "small", "medium", "large", "research"]
        return {
            "all of them": [""] * 8,
            "one country": [f"country={code}" for code in few + many],
            "one kind": [f"kind={kind}" for kind in kinds],
            "country and kind": [f"country={code}&kind={kind}" for code in few + many for kind in kinds[:3]],
            "several": [f"country={a}&country={b}&kind=micro&kind=small" for a, b in zip(few, many, strict=False)],
            "frequent word": [f"q={word}" for word in self.take(self.frequent, 15)],
            "middling word": [f"q={word}" for word in self.take(self.middling, 15)],
            "rare word": [f"q={word}" for word in self.take(self.rare, 15)],
            "word, country": [f"q={word}&country={code}" for word in self.take(self.frequent, 5) for code in many[:3]],
            "no hit": ["q=xqzwv", "q=zzzzzzzz", "q=xqzwv&country=DE"],
            "page 2 to 20": [f"page={page}" for page in (2, 3, 7, 20)]
            + [f"page={page}&country=DE" for page in (2, 9, 20)],
            "deep page": ["page=100", "page=333", "page=333&country=DE", "page=99999"],
            "beyond the numbers": [self.beyond(country) for country in ("", "", "DE", "GB")],
        }

    def beyond(self, country: str) -> str:
        """What "Next" leads to on pages without a number: what comes after a name."""
        place = quote_plus(f"{self.dice.choice(self.names)},1")
        return f"page=2000&after={place}" + (f"&country={country}" if country else "")


def clean(name: str) -> str:
    return "".join(letter if letter.isalnum() else " " for letter in name).lower().strip() or "ab"


# --- measuring ------------------------------------------------------------------------------------------------------


def parts() -> dict[str, Callable[[Questions], tuple[str, dict[str, list[str]]]]]:
    def quoted(asked: dict[str, list[str]]) -> dict[str, list[str]]:
        return {kind: [f"q={quote_plus(text)}" for text in texts] for kind, texts in asked.items()}

    return {
        "search": lambda questions: ("search/", quoted(questions.searches())),
        "suggestions": lambda questions: ("search/suggest/", quoted(questions.beginnings())),
        "list": lambda questions: ("organisations/", questions.lists()),
    }


def cpu_of(backend: int) -> float:
    """Milliseconds of CPU that this process and its database process took so far; 0 where the system does not tell."""
    told = Path(f"/proc/{backend}/schedstat")
    return time.process_time() * 1000 + int(told.read_text().split()[0]) / 1e6 if told.exists() else 0


def measure(path: str, asked: dict[str, list[str]], *, verbose: bool) -> tuple[list[float], list[float]]:
    """Milliseconds of each question by the clock and of CPU; in a mixed order, every other one in the other language.

    Each is asked once.
    """
    client = Client()
    mixed = [(kind, query) for kind, queries in asked.items() for query in queries]
    random.Random(SEED).shuffle(mixed)
    names = {"search/": "search", "search/suggest/": "search_suggest", "organisations/": "organisation_list"}
    addresses = []
    for language in ("lt", "en"):
        with override(language):
            addresses.append(reverse(names[path]))
    spent: dict[str, list[float]] = {}
    worked: list[float] = []
    backend = backend_pid()
    for number, (kind, query) in enumerate([*mixed[:WARMING], *mixed]):
        visitor = f"10.{number // 62500}.{number // 250 % 250}.{number % 250}"  # limits count by address
        before, begun = cpu_of(backend), time.perf_counter()
        response = client.get(f"{addresses[number % 2]}?{query}", REMOTE_ADDR=visitor)
        took = (time.perf_counter() - begun) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{path}?{query} answered {response.status_code}")
        if number >= WARMING:
            spent.setdefault(kind, []).append(took)
            worked.append(cpu_of(backend) - before)
            if verbose and took > 100:
                print(f"    {took:7.0f} ms  {kind}: {query}")
    if verbose:
        for kind, times in spent.items():
            print(f"    {kind:18} {statistics.median(times):7.1f}  worst {max(times):7.1f}")
    return [took for times in spent.values() for took in times], worked


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def sizes_of_indexes() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, pg_relation_size(oid) from pg_class where oid = 'directory_organisation'::regclass"
            " union all select indexrelid::regclass::text, pg_relation_size(indexrelid) from pg_index"
            " where indrelid = 'directory_organisation'::regclass order by 2 desc"
        )
        return cursor.fetchall()


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return int(cursor.fetchone()[0])


def largest_backend() -> int:
    """Most memory of its own that the database process of this connection ever had, in MB."""
    status = Path(f"/proc/{backend_pid()}/status")
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines()) if status.exists() else {}
    return int(lines.get("VmHWM", "0").split()[0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--companies", type=Path, default=Path(os.environ.get("BENCH_COMPANIES", LIST)))
    parser.add_argument("--keep", action="store_true", help="leave the databases for the next run")
    parser.add_argument("--only", default="search,suggestions,list")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if not options.companies.exists():
        print(f"No list of companies in {options.companies}: all organisations are made up.")
    source = companies.real(options.companies) if options.companies.exists() else []

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.KEPT_PAGES_MB = 1  # the store of pages was made without room; this lets what they share be remembered
    databases = Databases(source)
    questions_of = source[: SIZES[0]] or list(companies.made(SIZES[0], []))
    results: dict[str, dict[int, list[float]]] = {}
    try:
        for size in SIZES:
            databases.use(size)
            gc.collect()
            gc.freeze()  # no server holds the list of companies, so its garbage collector need not go through it
            if str(size) not in options.sizes.split(","):
                continue
            for part in options.only.split(","):
                path, asked = parts()[part](Questions(questions_of))
                times, worked = measure(path, asked, verbose=options.verbose)
                results.setdefault(part, {})[size] = times
                print(f"{part:12}{size:>10,}  p50 {percentile(times, 0.5):7.1f}  p95 {percentile(times, 0.95):7.1f}"
                      f"  worst {max(times):7.1f} ms"
                      f"  CPU p50 {percentile(worked, 0.5):6.1f}  p95 {percentile(worked, 0.95):6.1f}"
                      f"  ({len(times)} questions, load {os.getloadavg()[0]:.1f})"
                      f"{f'  aim {AIMS[size]} ms' if size in AIMS else ''}", flush=True)  # fmt: skip
        report(results)
    finally:
        if not options.keep:
            databases.drop()


def report(results: dict[str, dict[int, list[float]]]) -> None:
    for part, by_size in results.items():
        p95 = {size: percentile(times, 0.95) for size, times in by_size.items()}
        if len(p95) > 1:
            print(
                f"{part}: p95 grows {p95[max(p95)] / p95[min(p95)]:.1f} times for {max(p95) // min(p95)} times the data"
            )
    for name, size in sizes_of_indexes():
        print(f"{name:60}{size / 1e6:9.0f} MB")
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory: this process {ours} MB, its database process {largest_backend()} MB")


if __name__ == "__main__":
    main()
