"""Tags proposed for a text from the installation's own lists, by the words in it. A person confirms them; until then
they count for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from klaster.directory.models import Sector
from klaster.matchmaking.matching.proposing import Tag, Vocabulary, propose
from klaster.matchmaking.models import Technology


@dataclass(frozen=True)
class Proposed:
    """Codes."""

    technologies: list[str]
    sectors: list[str]


def vocabulary() -> Vocabulary:
    sectors = [Tag(row.code, "sector", dict(row.name)) for row in Sector.objects.all()]
    technologies = [
        Tag(row.code, "technology", dict(row.name), tuple(row.other_names)) for row in Technology.objects.all()
    ]
    return Vocabulary([*sectors, *technologies])


def proposed(text: str, *, language: str) -> Proposed:
    """By words alone: nothing is embedded while somebody waits for a page."""
    found = [each.tag for each in propose(text, vocabulary(), language=language)]
    return Proposed(
        technologies=[tag.code for tag in found if tag.kind == "technology"],
        sectors=[tag.code for tag in found if tag.kind == "sector"],
    )
