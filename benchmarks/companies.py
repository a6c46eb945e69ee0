"""Companies to fill a database with: real ones of the register, and as many more made of their words.

The real ones come from the list of legal entities in ../shared/data/orgs (GLEIF, CC0). The made ones recombine words of
the real names by a fixed seed; each is marked as invented, and no register knows its code.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 20261122
SYLLABLES = [
    "ba",
    "dra",
    "ge",
    "kli",
    "mo",
    "nu",
    "pra",
    "ri",
    "sto",
    "tu",
    "ve",
    "žu",
    "šė",
    "ąl",
    "en",
    "or",
    "is",
    "um",
    "ka",
    "lė",
    "vy",
    "zo",
]
FORMS = {"LT": "UAB", "LV": "SIA", "EE": "OÜ", "DE": "GmbH", "GB": "Limited", "NL": "B.V.", "PL": "Sp. z o.o."}
KINDS = ["micro"] * 9 + ["small"] * 6 + ["medium"] * 3 + ["large", "company", "company", "research", "association"]

# What a company says it does, by the sectors its name suggests.
SECTORS = {
    "real_estate": ("nekilnojamasis turtas", "real estate"),
    "automotive": ("automobilių dalys", "automotive parts"),
    "transportation": ("krovinių vežimas", "transport of goods"),
    "technology": ("skaitmeninės technologijos", "digital technologies"),
    "financial": ("finansų paslaugos", "financial services"),
    "healthcare": ("sveikatos priežiūra", "health care"),
    "retail_consumer": ("mažmeninė prekyba", "retail trade"),
    "jewelry_investment_coinage": ("juvelyrika", "jewellery"),
    "metals_and_mining": ("metalo gaminiai", "metal products"),
    "maritime_rail": ("laivai ir geležinkeliai", "ships and railways"),
    "construction_infrastructure": ("statyba", "construction"),
    "energy_power": ("elektros energija", "electric power"),
    "clean_tech_renewables": ("atsinaujinanti energija", "renewable energy"),
    "manufacturing": ("gamyba", "manufacturing"),
    "oil_gas_petrochemicals": ("nafta ir dujos", "oil and gas"),
    "electronics_semiconductors": ("elektronika", "electronics"),
    "automotive_transportation": ("transporto priemonės", "vehicles"),
    "industrial_machinery": ("pramonės mašinos", "industrial machinery"),
    "consumer_goods_appliances": ("buitiniai prietaisai", "household appliances"),
    "healthcare_medical_devices": ("medicinos prietaisai", "medical devices"),
    "aerospace_defense": ("aviacija ir gynyba", "aerospace and defence"),
    "mining": ("kasyba", "mining"),
    "recycling_circular_economy": ("atliekų perdirbimas", "recycling of waste"),
    "chemical_catalytic": ("chemija", "chemicals"),
}


@dataclass(frozen=True)
class Company:
    name: str
    country: str
    code: str
    kind: str
    summary: dict[str, str]
    is_invented: bool

    @property
    def names(self) -> str:
        """As the register writes it: in the country's own language, which the site may not have."""
        return json.dumps({"lt" if self.country == "LT" else "en": self.name}, ensure_ascii=False)


def real(file: Path) -> list[Company]:
    """All of the register's list, shuffled, so that the first few thousand are like the rest."""
    dice = random.Random(SEED)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [
            Company(
                row["legal_name"][:200], row["country"], row["lei"], dice.choice(KINDS),
                summary(row["keyword_sectors"].split("|")), is_invented=False,
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip
    dice.shuffle(rows)
    return rows


def summary(sectors: Iterable[str]) -> dict[str, str]:
    known = [SECTORS[sector] for sector in sectors if sector in SECTORS]
    return {
        language: ", ".join(texts)[:299].capitalize() + "."
        for language, texts in zip(("lt", "en"), zip(*known, strict=True), strict=True)
    } if known else {}  # fmt: skip


def made(number: int, known: list[Company], first: int = 0) -> Iterator[Company]:
    """`number` companies nobody ever registered: the beginning of one name, the middle of another, the end of a third.

    `first` numbers them. Without known ones the words are made of syllables, a few of them in very many names.
    """
    dice = random.Random(SEED + 1 + first)
    parts = [company.name.split() for company in known] or list(invented_names(dice))
    countries = [company.country for company in known] or list(FORMS)
    sectors = list(SECTORS)
    for position in range(first, first + number):
        first, middle, last = dice.choice(parts), dice.choice(parts), dice.choice(parts)
        words = [first[0], middle[len(middle) // 2], *last[-2:]]
        yield Company(
            " ".join(words).strip()[:200] or "Nameless",
            dice.choice(countries),
            f"MADE{position:08}",
            dice.choice(KINDS),
            summary(dice.sample(sectors, dice.randint(0, 3))),
            is_invented=True,
        )


def invented_names(dice: random.Random) -> Iterator[list[str]]:
    """Names of three words; how often a word comes falls with its rank, as in real names."""
    words = sorted({"".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))).capitalize() for _ in range(40_000)})
    dice.shuffle(words)
    ranks = [1 / rank for rank in range(1, len(words) + 1)]
    forms = list(FORMS.values())
    for first, middle in zip(dice.choices(words, ranks, k=60_000), dice.choices(words, ranks, k=60_000), strict=True):
        yield [first, middle, dice.choice(forms)]
