"""A whole matchmaking event from wishes to the published timetable: how many seconds each stage takes.

    .venv/bin/python benchmarks/bench_event.py [--small] [--seconds 30]

The sizes of every day (180 participants, 600 meetings) and of an ambition (1,000 and 6,000). Rows are generated, the
same each time, and live in a database of their own. Times are of one process on an idle or a busy machine: the load
stands beside them. Publishing writes times, tables and people of every meeting and a letter to every participant, in
one transaction; the independent check is part of making.
"""

from __future__ import annotations

import argparse
import datetime
import os
import random
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

from django.test.utils import setup_databases as make_database
from django.test.utils import setup_test_environment, teardown_databases
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter
from klaster.events.factories import EventFactory
from klaster.events.models import Registration, RegistrationState
from klaster.matchmaking import making, problems
from klaster.matchmaking.actions import publishing
from klaster.matchmaking.models import (
    Matchmaking,
    Meeting,
    MeetingRequest,
    MeetingSide,
    Participant,
    Phase,
    Representative,
    Run,
    Slot,
    Table,
)
from klaster.matchmaking.timetabling.solving import solve

SIZES = {
    "180 participants, 600 meetings": (180, 600, 24, 40),
    "1,000 participants, 6,000 meetings": (1000, 6000, 24, 300),
}
SEED = 2018


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--seconds", type=int, default=30, help="the solver may take")
    words.add_argument("--small", action="store_true", help="the smaller event only")
    chosen = words.parse_args()
    setup_test_environment()
    kept = make_database(verbosity=0, interactive=False)
    try:
        by = UserFactory(secretariat=True)
        for title, size in list(SIZES.items())[: 1 if chosen.small else None]:
            print(f"\n{title} (load {os.getloadavg()[0]:.1f})")
            whole_event(size, chosen.seconds, by)
    finally:
        teardown_databases(kept, verbosity=0)


class Stage:
    """Prints how long it took."""

    def __init__(self, title: str):
        self.title, self.more = title, ""

    def __enter__(self) -> Stage:
        self.begun = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        print(f"  {self.title:<44}{time.perf_counter() - self.begun:8.2f} s  {self.more}")


def whole_event(size: tuple[int, int, int, int], seconds: int, by: object) -> None:
    people, count, slots, tables = size
    with Stage("wishes written (bulk)"):
        matchmaking = rows(people, count, slots, tables)
    run = Run.objects.create(matchmaking=matchmaking, seconds_allowed=seconds, seed=1, state=Run.State.RUNNING)
    with Stage("problem built from rows") as stage:
        event = problems.event_of(matchmaking)
        stage.more = f"{len(event.meetings)} meetings"
    with Stage("timetable made") as stage:
        answer = solve(event.problem, time_limit=seconds, seed=1)
        level = answer.levels[0]
        stage.more = f"{len(answer.assignments)} held, weight {level.value} of at most {level.bound}"
    with Stage("seated, checked and written") as stage:
        making.finish(run, event, answer)
        run.refresh_from_db()
        stage.more = f"checked: {run.is_checked}"
    with Stage("published: times, people, letters") as stage:
        publishing.publish(run, by=by)  # type: ignore[arg-type]
        stage.more = f"{Letter.objects.count()} letters so far"
    matchmaking.refresh_from_db()
    cancelled = matchmaking.meetings.placed().order_by("pk")[: count // 50]
    Meeting.objects.filter(pk__in=[row.pk for row in cancelled]).update(state="cancelled")
    with Stage("re-planned after 2 % were cancelled") as stage:
        again = Run.objects.create(matchmaking=matchmaking, previous=run, seconds_allowed=seconds, seed=1)
        making.make(again.pk)
        again.refresh_from_db()
        moved = next((level["value"] for level in again.levels if level["name"] == "moved"), None)
        stage.more = f"{again.figures['held']} held, {moved} moved"
    with Stage("changes published"):
        publishing.publish(again, by=by)  # type: ignore[arg-type]


def rows(people: int, count: int, slots: int, tables: int) -> Matchmaking:
    """Participants of one person each (every tenth of two), and wishes that were all agreed, at random."""
    chance = random.Random(SEED)
    event = EventFactory(slug=f"bench-{people}", capacity=None)
    now = timezone.now()
    matchmaking = Matchmaking.objects.create(event=event, phase=Phase.PLANNING)
    starts = event.starts
    long = datetime.timedelta(minutes=20)
    Slot.objects.bulk_create(Slot(matchmaking=matchmaking, starts=starts + n * long, ends=starts + (n + 1) * long)
                             for n in range(slots))  # fmt: skip
    Table.objects.bulk_create(Table(matchmaking=matchmaking, number=n) for n in range(1, tables + 1))
    parties = Participant.objects.bulk_create(
        [Participant(matchmaking=matchmaking, name=f"Pramanytas dalyvis {n}") for n in range(people)]
    )
    of = [party for n, party in enumerate(parties) for _ in range(2 if n % 10 == 0 else 1)]
    registrations = Registration.objects.bulk_create(
        [Registration(event=event, number=n + 1, state=RegistrationState.CONFIRMED, name=f"Dalyvė {n}",
                      email=f"d{people}-{n}@example.org", confirmed_at=now) for n in range(len(of))]
    )  # fmt: skip
    Representative.objects.bulk_create(
        [Representative(participant=party, registration=row) for party, row in zip(of, registrations, strict=True)]
    )
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < count:
        one, other = sorted(chance.sample(range(people), 2))
        pairs.add((one, other))
    ordered = sorted(pairs)
    requests = MeetingRequest.objects.bulk_create(
        [MeetingRequest(matchmaking=matchmaking, asker=parties[a], asked=parties[b], state="accepted",
                        priority=1 + n % 2) for n, (a, b) in enumerate(ordered)]
    )  # fmt: skip
    meetings = Meeting.objects.bulk_create(
        [Meeting(matchmaking=matchmaking, request=row, weight=(1, 2, 4)[n % 3]) for n, row in enumerate(requests)]
    )
    MeetingSide.objects.bulk_create(
        [MeetingSide(meeting=meeting, participant=parties[p]) for meeting, pair in zip(meetings, ordered, strict=True)
         for p in pair]
    )  # fmt: skip
    return matchmaking


if __name__ == "__main__":
    main()
