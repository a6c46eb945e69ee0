"""The board of 3,000 postings as a list, filtered and counted: milliseconds and questions of each page.

    .venv/bin/python benchmarks/bench_board.py [--postings 3000]

Invented rows in a database of their own, every page made anew. CPU is of this process, without its database process.
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
from klaster.directory.factories import OrganisationFactory, SectorFactory
from klaster.matchmaking.factories import TechnologyFactory
from klaster.matchmaking.models import Posting, PostingText

ROUNDS = 15
PAGES = {
    "all": "",
    "needs of a sector": "?side=need&sector={sector}",
    "four filters": "?side=offer&country=DE&language=lt&partner=small",
    "a word": "?q=lazerinis",
    "page 20": "?page=20",
}


def fill(number: int) -> str:
    """Write the postings; the code of a sector some have."""
    chance = random.Random(number)
    sectors, technologies = [SectorFactory() for _ in range(8)], [TechnologyFactory() for _ in range(60)]
    owners, now = [OrganisationFactory() for _ in range(200)], timezone.now()
    some = lambda values, most: chance.sample(values, chance.randint(0, most))  # noqa: E731
    postings = Posting.objects.bulk_create(
        [
            Posting(
                slug=f"invented-{at}", side=chance.choice(["offer", "need"]), kind=chance.choice(Posting.Kind.values),
                organisation=chance.choice(owners), title=f"Pramanytas {chance.choice(['lazerinis', 'maisto'])} {at}",
                text="Pramanyti žodžiai.", language=chance.choice(["lt", "lt", "en", "de"]), state="published",
                sectors=[row.code for row in some(sectors, 2)], countries=some(["DE", "PL", "LV", "EE", "SE"], 3),
                technologies=[row.code for row in some(technologies, 3)], published_at=now,
                partner_kinds=some(["small", "large", "research"], 2),
                valid_until=(now + datetime.timedelta(days=chance.randint(1, 300))).date(),
            )
            for at in range(number)
        ],
        batch_size=1000,
    )  # fmt: skip
    PostingText.objects.bulk_create(
        PostingText(posting=posting, language="fr", title=posting.title, text=posting.text) for posting in postings[::2]
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return str(sectors[0].code)


def measure(client: Client, path: str) -> tuple[float, float, int]:
    """Milliseconds on the clock and of CPU, medians; questions asked."""
    wall, cpu = [], []
    for round_ in range(ROUNDS + 3):
        begun, spent = time.perf_counter(), time.process_time()
        response = client.get(path, REMOTE_ADDR=f"10.0.0.{round_}")
        if round_ >= 3:
            wall.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - spent) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return statistics.median(wall), statistics.median(cpu), len(queries)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--postings", type=int, default=3000)
    number = parser.parse_args().postings
    connection.settings_dict["TEST"]["NAME"] = f"bench_board_{os.getpid()}"
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    try:
        kept_pages.store.most, settings.KEPT_PAGES_MB = 0, 64
        sector, client = fill(number), Client()
        print(f"{f'of {number} postings':34}{'ms':>10}{'CPU ms':>10}{'questions':>11}")
        for name, asked in PAGES.items():
            wall, cpu, asks = measure(client, f"/en/partner-search/{asked.format(sector=sector)}")
            print(f"{name:34}{wall:10.1f}{cpu:10.1f}{asks:11}")
    finally:
        freshness.close()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
