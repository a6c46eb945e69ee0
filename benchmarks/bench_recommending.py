"""Recommendations of a whole event: how much memory and how long, up to the most participants there may be.

    .venv/bin/python benchmarks/bench_recommending.py [--sizes 5000,10000,12000]

Rows live in a database of their own: two needs and two offers each, with vectors of 384 numbers near to 300 topics and
tags as imperfect as people's, two of an organisation, six requests and a block for every third. What is measured is
the job itself, `recommend`, from reading the rows to the written recommendations, in a process of its own for each
size: the most memory it ever had (getrusage), and what it had before the job began.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["KLASTER_MODE"] = "test"

from klaster.start import prepare

prepare()

import django

django.setup()

import numpy as np
from django.db import connections
from django.test.utils import setup_databases as make_database
from django.test.utils import setup_test_environment, teardown_databases
from django.utils import timezone

from klaster.directory.models import Organisation
from klaster.matchmaking import recommending, vectors
from klaster.matchmaking.factories import MatchmakingFactory
from klaster.matchmaking.matching.backends import unit
from klaster.matchmaking.models import (
    Block,
    EmbeddingModel,
    Line,
    LineVector,
    Matchmaking,
    MeetingRequest,
    Participant,
    Recommendation,
    Side,
)

DIM, TOPICS, SECTORS, TECHNOLOGIES = 384, 300, 20, 60
SIDES = (Side.NEED, Side.NEED, Side.OFFER, Side.OFFER)
BATCH = 4_000


def fill(size: int) -> None:
    """One event of so many people."""
    draw = np.random.default_rng(size)
    centres = unit(draw.normal(size=(TOPICS, DIM)))
    model, _made = EmbeddingModel.objects.get_or_create(key="mixed", dimensions=DIM, is_current=True)
    owners = Organisation.objects.bulk_create(
        [Organisation(slug=f"o-{size}-{at}", name=f"O {at}") for at in range((size + 1) // 2)], batch_size=BATCH
    )
    matchmaking = MatchmakingFactory(event__slug=f"bench-{size}", event__organiser=owners[0], event__capacity=None)
    people = Participant.objects.bulk_create(
        [Participant(matchmaking=matchmaking, name=f"Pramanytas dalyvis {at}", organisation=owners[at // 2])
         for at in range(size)], batch_size=BATCH
    )  # fmt: skip
    for start in range(0, size, BATCH):
        those = people[start : start + BATCH]
        topics = draw.integers(0, TOPICS, len(SIDES) * len(those))
        lines = Line.objects.bulk_create(
            [line(those[at // len(SIDES)], SIDES[at % len(SIDES)], int(topic), draw) for at, topic in enumerate(topics)]
        )
        rows = unit(centres[topics] + 0.9 * unit(draw.normal(size=(len(topics), DIM))))
        LineVector.objects.bulk_create(
            LineVector(line=one, model=model, digest=b"", language="en", vector=vectors.packed(row))
            for one, row in zip(lines, rows, strict=True)
        )
    pairs = {tuple(sorted(pair)) for pair in draw.integers(0, size, (6 * size, 2)).tolist() if pair[0] != pair[1]}
    MeetingRequest.objects.bulk_create(
        [MeetingRequest(matchmaking=matchmaking, asker=people[a], asked=people[b]) for a, b in sorted(pairs)],
        batch_size=BATCH,
    )
    Block.objects.bulk_create(
        [Block(participant=people[at], other=people[at - 2]) for at in range(2, size, 3)], batch_size=BATCH
    )
    print(json.dumps({"pk": matchmaking.pk}))


def line(participant: Participant, side: Side, topic: int, draw: np.random.Generator) -> Line:
    named = (f"t{topic % TECHNOLOGIES}", f"t{topic * 7 % TECHNOLOGIES}")
    return Line(
        participant=participant, side=side, language="en", text=f"{side} of topic {topic}, in words of ten or twelve",
        sectors=[f"s{topic % SECTORS}"] if draw.random() < 0.9 else [], are_tags_confirmed=True,
        technologies=sorted({name for name in named if draw.random() < 0.5}), updated_at=timezone.now(),
    )  # fmt: skip


def measure(pk: int) -> None:
    """The job, as a worker does it."""
    matchmaking = Matchmaking.objects.get(pk=pk)
    before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    begun, cpu = time.perf_counter(), time.process_time()
    made = recommending.recommend(matchmaking)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    shown = Counter(Recommendation.objects.filter(participant__matchmaking=pk).values_list("other", flat=True))
    told = {"made": made, "seconds": seconds, "cpu": cpu, "before": before, "peak": peak()}
    print(json.dumps(told | {"most": max(shown.values())}))


def peak() -> float:
    """Megabytes, of this process since it began. (A child begins with what its parent had: that one holds no rows.)"""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(database: str, *what: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--database", database, *what]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sizes", default=f"5000,10000,{recommending.MOST}")
    for hidden in ("--database", "--fill", "--measure"):
        words.add_argument(hidden, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    if chosen.database:
        connections.settings["default"]["NAME"] = connections["default"].settings_dict["NAME"] = chosen.database
        fill(int(chosen.fill)) if chosen.fill else measure(int(chosen.measure))
        return
    connections["default"].settings_dict["TEST"]["NAME"] = "bench_recommending"
    setup_test_environment()
    kept = make_database(verbosity=0, interactive=False)
    try:
        database = str(connections["default"].settings_dict["NAME"])
        print("| participants | recommendations | seconds | CPU | MB before | MB at most | shown most often | load |")
        print("|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
        for size in map(int, chosen.sizes.split(",")):
            event = child(database, "--fill", str(size))["pk"]
            told = child(database, "--measure", str(event))
            print(f"| {size:,} | {told['made']:,} | {told['seconds']:.0f} | {told['cpu']:.0f} | {told['before']:.0f} | "
                  f"{told['peak']:.0f} | {told['most']} | {os.getloadavg()[0]:.1f} |", flush=True)  # fmt: skip
    finally:
        connections.close_all()
        teardown_databases(kept, verbosity=0)


if __name__ == "__main__":
    main()
