"""The list of events with an archive of five thousand: what a page of it costs.

    .venv/bin/python benchmarks/bench_events.py [--events 5000]

Invented events of ten years, a tenth of them still to come, each with kinds, sectors, a county, languages. No page is
kept. Wall clock and CPU of one answer (medians), and questions to the database.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
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
from django.utils import timezone

from klaster.core import freshness, kept_pages
from klaster.core.fields import Translated
from klaster.directory.factories import ClusterFactory, OrganisationFactory, SectorFactory
from klaster.directory.models import Region
from klaster.events.models import Event, State

ROUNDS = 15
PAGES = {
    "coming": "",
    "archive": "?view=past",
    "archive, two filters": "?view=past&kind=forum&language=en",
    "archive, a sector": "?view=past&sector={sector}",
    "archive, a word": "?view=past&q=maisto",
    "archive, page 100": "?view=past&page=100",
    "month": "?view=month",
}


def fill(number: int) -> str:
    """Write the events; the code of a sector some have."""
    chance = random.Random(number)
    sectors, organiser = [SectorFactory() for _ in range(12)], OrganisationFactory()
    clusters = [ClusterFactory() for _ in range(20)]
    regions = list(Region.objects.filter(level=3)) or [None]
    now, events = timezone.now(), []
    for at in range(number):
        starts = now + datetime.timedelta(days=chance.uniform(-3285, 365))
        ends, online = starts + datetime.timedelta(hours=4), chance.random()
        topic = chance.choice(["maisto", "lazerių", "mobilumo", "sveikatos"])
        events.append(
            Event(
                slug=f"invented-{at}",
                title=Translated(lt=f"Pramanytas {topic} forumas {at}", en=f"Invented forum {at}"),
                kinds=chance.sample(Event.Kind.values, chance.choice([1, 1, 2])), organiser=organiser,
                state=State.HELD if ends < now else State.OPEN, starts=starts, ends=ends, takes_registrations=True,
                mode="online" if online < 0.3 else "both" if online < 0.4 else "on_site", city="Vilnius",
                country=chance.choice(["LT"] * 8 + ["LV", "PL"]), region=chance.choice(regions),
                languages=chance.sample(["lt", "en", "de"], chance.choice([1, 2])),
                cluster=chance.choice([None, *clusters]),
            )
        )  # fmt: skip
    Event.objects.bulk_create(events, batch_size=1000)
    of = Event.sectors.through
    of.objects.bulk_create(of(event=event, sector=sector) for event in events for sector in chance.sample(sectors, 1))
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return str(sectors[0].code)


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=5000)
    number = parser.parse_args().events
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    try:
        kept_pages.store.most, settings.KEPT_PAGES_MB = 0, 64
        sector, client = fill(number), Client()
        print(f"{f'of {number} events':34}{'ms':>10}{'CPU ms':>10}{'questions':>11}")
        for name, asked in PAGES.items():
            wall, cpu, asks = measure(client, f"/en/events/{asked.format(sector=sector)}")
            print(f"{name:34}{wall:10.1f}{cpu:10.1f}{asks:11}")
    finally:
        freshness.close()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
