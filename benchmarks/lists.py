"""What pages of a list cost, for benchmarks of lists. Imported first of all: it makes the site ready to be imported."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["KLASTER_MODE"] = "test"

from klaster.start import prepare

prepare()

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_databases
from django.test.utils import setup_databases as make_database

from klaster.core import freshness, kept_pages

ROUNDS = 15


def bench(what: str, number: int, fill: Callable[[int], str], pages: Mapping[str, str], *, about: str | None) -> None:
    """Fill a database of its own with so many of them, or as many as the command line says, and ask for each of these
    addresses, anew each time; {sector} in them is what `fill` gives: the code of a sector some have."""
    parser = argparse.ArgumentParser(description=(about or "").splitlines()[0])
    parser.add_argument(f"--{what}", type=int, default=number)
    number = getattr(parser.parse_args(), what)
    connection.settings_dict["TEST"]["NAME"] = f"bench_{what}_{os.getpid()}"
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    try:
        kept_pages.store.most, settings.KEPT_PAGES_MB = 0, 64
        sector, client = fill(number), Client()
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        print(f"{f'of {number} {what}':34}{'ms':>10}{'CPU ms':>10}{'questions':>11}")
        for name, path in pages.items():
            wall, cpu, asks = measure(client, path.format(sector=sector))
            print(f"{name:34}{wall:10.1f}{cpu:10.1f}{asks:11}")
    finally:
        freshness.close()
        teardown_databases(databases, verbosity=0)


def measure(client: Client, path: str) -> tuple[float, float, int]:
    """Milliseconds on the clock and of CPU, medians; questions asked."""
    wall, cpu = [], []
    for round_ in range(ROUNDS + 3):
        begun, spent = time.perf_counter(), time.process_time()
        response = client.get(path, REMOTE_ADDR=f"10.0.0.{round_}")
        list(response.streaming_content) if response.streaming else response.content
        if round_ >= 3:
            wall.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - spent) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return statistics.median(wall), statistics.median(cpu), len(queries)
