"""What a public page costs beside a bare Django view, in one process and one run: CPU time and queries.

    make bench

Figures are ratios: the machine cancels out. Budget (docs/architecture.md): at most 12 queries a page.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("KLASTER_MODE", "test")

from klaster.start import prepare

prepare()

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_databases
from django.test.utils import setup_databases as make_database

from klaster.directory.models import Cluster, Network

ROUNDS = 40


def cpu_of(client: Client, path: str) -> float:
    """Median CPU milliseconds of one answer, after warming up."""
    spent = []
    for round_ in range(ROUNDS + 5):
        begun = time.process_time()
        response = client.get(path)
        if round_ >= 5:
            spent.append((time.process_time() - begun) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    return statistics.median(spent)


def main() -> None:
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    call_command("load_network", settings.NETWORK_FILE, verbosity=0)
    call_command("load_demo", verbosity=0)
    cluster = Cluster.objects.published().filter(is_invented=False).order_by("slug")[0]
    network = Network.objects.get(is_home=True)
    pages = {
        "bare view": "/healthz",
        "home": "/lt/",
        "clusters": "/en/clusters/",
        "clusters, filtered": "/en/clusters/?country=LT&label=any",
        "cluster": f"/en/clusters/{cluster.slug}/",
        "network": f"/en/networks/{network.slug}/",
        "organisations": "/en/organisations/",
        "search": "/en/search/?q=klasteriu",
        "suggestions": "/en/search/suggest/?q=smar",
    }
    client = Client()
    bare = None
    print(f"{'page':22}{'CPU ms':>9}{'× bare':>9}{'queries':>9}")
    for name, path in pages.items():
        spent = cpu_of(client, path)
        bare = bare or spent
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        print(f"{name:22}{spent:9.2f}{spent / bare:9.1f}{len(queries):9}")
    teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
