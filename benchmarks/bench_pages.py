"""What public pages cost beside a bare Django view: under the server of production, and one by one.

    make bench                                              # or, alone:
    .venv/bin/python benchmarks/bench_pages.py [--no-load]   # without the servers

First granian serves a Django with one view and no middleware, then this site, on the same machine in the same run:
answers a second and CPU of the server process, for kept pages and for pages made anew. Then each page alone: CPU
and questions to the database where nothing is kept. Budget: at most 12 questions and 40 ms (docs/architecture.md).
"""

from __future__ import annotations

import io
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["KLASTER_MODE"] = "test"

from klaster.start import embedded, prepare

prepare()

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_databases
from django.test.utils import setup_databases as make_database

from klaster.core import freshness, kept_pages
from klaster.directory.models import Cluster, Network

ROUNDS = 20
SECONDS = 3
REPEATS = 3  # the servers take turns, so that what else the machine does falls on all alike


def cpu_of(client: Client, path: str) -> float:
    """Median CPU milliseconds of one answer, after warming up."""
    spent = []
    for round_ in range(ROUNDS + 5):
        begun = time.process_time()
        response = client.get(path, REMOTE_ADDR=f"10.0.0.{round_}")
        if round_ >= 5:
            spent.append((time.process_time() - begun) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}")
    return statistics.median(spent)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def granian(application: str, **environment: str) -> Iterator[tuple[int, int]]:
    """(port, process) of a server with one worker."""
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--backlog", "256", "--log-level", "error", application,
    ]  # fmt: skip
    folder = ROOT / "benchmarks" if application.startswith("bare") else ROOT
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), **environment})
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(own[11]) + int(own[12])) / os.sysconf("SC_CLK_TCK") + sum(cpu_seconds(int(child)) for child in children)


def rate(port: int, pid: int, path: str) -> tuple[float, float]:
    """Answers a second, and milliseconds of the server's CPU each took."""
    before = cpu_seconds(pid)
    command = [sys.executable, str(ROOT / "benchmarks/load.py"), str(port), path, str(SECONDS)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answers = float(said)
    return answers, (cpu_seconds(pid) - before) * 1000 / (answers * SECONDS)


def under_load(pages: dict[str, str]) -> None:
    database = str(connection.settings_dict["NAME"])
    ours = {"DATABASE_URL": embedded("test").url(database), "KLASTER_MODE": "demo", "ALLOWED_HOSTS": "localhost"}
    found: dict[str, list[tuple[float, float]]] = {}
    with (
        granian("bare:application", DJANGO_SETTINGS_MODULE="") as bare,
        granian("klaster.wsgi:application", KEPT_PAGES_MB="64", **ours) as kept,
        granian("klaster.wsgi:application", KEPT_PAGES_MB="0", **ours) as anew,
    ):
        asked = {"bare Django view": (bare, "/"), "this site's /healthz": (kept, "/healthz")}
        asked |= {f"{name}, kept": (kept, path) for name, path in pages.items()}
        asked |= {f"{name}, made anew": (anew, path) for name, path in list(pages.items())[:1]}
        for repeat in range(REPEATS + 1):
            for name, (server, path) in asked.items():
                figures = rate(*server, path)
                if repeat:  # the first round warms up
                    found.setdefault(name, []).append(figures)
    least = statistics.median(answers for answers, _cpu in found["bare Django view"])
    print(f"{'under granian, one worker':34}{'answers/s':>10}{'of bare':>9}{'CPU ms':>9}")
    for name, figures in found.items():
        answers = statistics.median(each for each, _cpu in figures)
        cpu = statistics.median(each for _answers, each in figures)
        print(f"{name:34}{answers:10.0f}{answers / least:9.0%}{cpu:9.3f}")
    print()


def one_by_one(pages: dict[str, str]) -> None:
    kept_pages.store.most = 0
    settings.KEPT_PAGES_MB = 64  # menu and footer are worked out once; no page is kept in this process
    client = Client()
    print(f"{'one by one, no page kept':34}{'CPU ms':>10}{'questions':>11}")
    for name, path in pages.items():
        spent = cpu_of(client, path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        print(f"{name:34}{spent:10.1f}{len(queries):11}")


def main() -> None:
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    try:
        call_command("load_network", settings.NETWORK_FILE, verbosity=0, stdout=io.StringIO())
        call_command("load_demo", verbosity=0, stdout=io.StringIO())
        cluster = Cluster.objects.published().filter(is_invented=False).order_by("slug")[0]
        network = Network.objects.get(is_home=True)
        pages = {
            "home": "/lt/",
            "clusters": "/en/clusters/",
            "cluster": f"/en/clusters/{cluster.slug}/",
            "organisations": "/en/organisations/",
        }
        more = {
            "clusters, filtered": "/en/clusters/?country=LT&label=any",
            "network": f"/en/networks/{network.slug}/",
            "search": "/en/search/?q=klasteriu",
            "suggestions": "/en/search/suggest/?q=smar",
        }
        if "--no-load" not in sys.argv:
            under_load(pages)
        one_by_one(pages | more)
    finally:
        freshness.close()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
