"""Five hundred people press "register" within ten seconds, for fifty places.

    .venv/bin/python benchmarks/bench_registration.py [--people 500] [--seconds 10]

Real POSTs to granian with two workers, as production runs it, each from an address of its own; before them some at a
quiet hour, to compare with. Then the same once more, and in the middle a worker is killed by signal 9: people whose
answer did not come press again, with the same form. At the end the database is asked: exactly so many in as there are
places, the numbers without a gap, the first of them in and the others waiting, one letter each, and everybody who was
told "sent" is there.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["KLASTER_MODE"] = "test"

from klaster.start import embedded, prepare

prepare()

import django

django.setup()

from bench_pages import cpu_seconds
from django.db import connection
from django.test.utils import setup_databases as make_database
from django.test.utils import setup_test_environment, teardown_databases
from django.urls import reverse
from django.utils import translation

from klaster.core import freshness
from klaster.core.models import Letter
from klaster.events import factories as f
from klaster.events.forms.registration import ticket_for
from klaster.events.models import Event
from klaster.pages.set_up import set_up

PLACES, QUIET = 50, 20
TRIES = 30


@contextmanager
def granian(**environment: str) -> Iterator[tuple[int, int]]:
    """(port, process) of a server with two workers that are started again when they die."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--backlog", "1024", "--log-level", "error",
        "--respawn-failed-workers", "klaster.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
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


class Person:
    """One who fills in the form and presses; what was answered, and after how long."""

    def __init__(self, event: Event, number: int, path: str):
        self.number, self.path = number, path
        self.email = f"{uuid.uuid4().hex}@example.org"
        fields = {
            "ticket": ticket_for(event), "name": f"Dalyvė {number}", "email": self.email, "country": "LT",
            "colleagues-TOTAL_FORMS": 0, "colleagues-INITIAL_FORMS": 0, "csrfmiddlewaretoken": "a" * 32,
        }  # fmt: skip
        self.body = urlencode(fields)
        self.status, self.milliseconds, self.tries = 0, 0.0, 0

    def press(self, port: int) -> None:
        headers = {
            "Host": "localhost", "Content-Type": "application/x-www-form-urlencoded", "Cookie": "csrftoken=" + "a" * 32,
            "X-Forwarded-For": f"10.{self.number // 62500}.{self.number // 250 % 250}.{self.number % 250 + 1}",
        }  # fmt: skip
        begun = time.perf_counter()
        while self.tries < TRIES:
            self.tries += 1
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                link.request("POST", self.path, self.body, headers)
                self.status = link.getresponse().status
                break
            except OSError:  # cut off: nobody knows whether it was taken, so press again
                time.sleep(0.3)
            except http.client.HTTPException:
                time.sleep(0.3)
            finally:
                link.close()
        self.milliseconds = (time.perf_counter() - begun) * 1000


def press_all(people: list[Person], port: int, seconds: float) -> float:
    """All within `seconds`, evenly; how long until the last was answered."""
    threads, begun = [], time.perf_counter()
    for place, person in enumerate(people):
        wait = begun + seconds * place / len(people) - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        thread = threading.Thread(target=person.press, args=(port,))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def an_event(slug: str) -> tuple[Event, str]:
    event = f.EventFactory(slug=slug, capacity=PLACES)
    with translation.override("lt"):
        return event, reverse("event_register", args=[slug])


def judge(event: Event, people: list[Person]) -> None:
    rows = list(event.registrations.order_by("number").values_list("number", "state", "email", "pk"))
    told_sent = {person.email for person in people if person.status == 302}
    letters = Counter(
        Letter.objects.filter(about_type="events.registration", about_pk__in=[str(row[3]) for row in rows]).values_list(
            "about_pk", flat=True
        )
    )
    found = {
        "everybody who was told so is registered": told_sent <= {row[2] for row in rows},
        "nobody twice": len({row[2] for row in rows}) == len(rows),
        "numbers without a gap": [row[0] for row in rows] == list(range(1, len(rows) + 1)),
        f"exactly {PLACES} in, the first ones": [row[1] for row in rows]
        == ["confirmed"] * min(PLACES, len(rows)) + ["waiting"] * max(0, len(rows) - PLACES),
        "one letter each": set(letters.values()) == {1} and len(letters) == len(rows),
    }
    for words, holds in found.items():
        print(f"  {'yes' if holds else 'NO '}  {words}")
    if not all(found.values()):
        raise SystemExit("The rush was not orderly.")


def figures(name: str, people: list[Person], took: float) -> float:
    times = sorted(person.milliseconds for person in people)
    answers = dict(Counter(person.status for person in people))
    again = sum(person.tries > 1 for person in people)
    middle, late = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"{name}: {len(people)} in {took:.1f} s, answers {answers}, pressed again {again}")
    print(f"  p50 {middle:.0f} ms, p95 {late:.0f} ms, longest {times[-1]:.0f} ms")
    return middle


def kill_one_worker(server: int, after: float) -> threading.Timer:
    def kill() -> None:
        workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        os.kill(int(workers[-1]), signal.SIGKILL)
        print("  (a worker was killed)")

    timer = threading.Timer(after, kill)
    timer.start()
    return timer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    setup_test_environment()
    databases = make_database(verbosity=0, interactive=False)
    try:
        set_up()
        database = str(connection.settings_dict["NAME"])
        environment = {
            "DATABASE_URL": embedded("test").url(database), "KLASTER_MODE": "demo", "ALLOWED_HOSTS": "localhost",
            "TRUSTED_PROXY_COUNT": "1",
        }  # fmt: skip
        with granian(**environment) as (port, server):
            calm, path = an_event("calm")
            warm = [Person(calm, number, path) for number in range(10)]
            press_all(warm, port, 5)
            few = [Person(calm, number, path) for number in range(10, 10 + QUIET)]
            quiet = figures("quiet", few, press_all(few, port, QUIET / 2))
            for slug, kills in (("rush", False), ("kill", True)):
                event, path = an_event(slug)
                people = [Person(event, number + 1000, path) for number in range(asked.people)]
                before = cpu_seconds(server)
                timer = kill_one_worker(server, asked.seconds / 2) if kills else None
                took = press_all(people, port, asked.seconds)
                if timer:
                    timer.join()
                middle = figures("rush, one worker killed" if kills else "rush", people, took)
                print(f"  {middle / quiet:.1f} times a quiet registration")
                if not kills:
                    spent = (cpu_seconds(server) - before) * 1000 / len(people)
                    print(f"  {spent:.0f} ms of the servers' CPU each, without the database")
                judge(event, people)
    finally:
        freshness.close()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
