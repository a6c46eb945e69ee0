"""Works of others in the platform: who made them and on what terms they are used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from klaster.core.fields import Translated

FILE = Path(__file__).parent / "data" / "works.yaml"


@dataclass(frozen=True)
class Work:
    name: Translated
    used_for: Translated
    holder: str
    licence: str
    url: str


@cache
def works() -> tuple[Work, ...]:
    rows = yaml.safe_load(FILE.read_text("utf-8"))
    return tuple(
        Work(Translated(row["name"]), Translated(row["used_for"]), row["holder"], row["licence"], row["url"])
        for row in rows
    )
