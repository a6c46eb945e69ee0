"""Tags proposed for a text from the lists of the installation, by the words in it and by what it means. A person
confirms them; until then they count for nothing.

No page asks a model. Whoever has written a line has ordered its vector; the page waits a moment for it, and where none
comes, proposes by words.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from klaster.core import jobs
from klaster.directory.models import Sector
from klaster.matchmaking.embedding import current, digest, tag_of
from klaster.matchmaking.matching.means import Key
from klaster.matchmaking.matching.proposing import Tag, nearness, propose
from klaster.matchmaking.models import EmbeddingModel, Line, LineVector, Technology
from klaster.matchmaking.vectors import means_of, role, unpacked

WAIT, STEP = 0.2, 0.02  # seconds a page waits for the vector at most, and between two looks
FRESH = datetime.timedelta(seconds=3)  # what was written before that is not waited for


@dataclass(frozen=True)
class Proposed:
    """Codes."""

    technologies: list[str]
    sectors: list[str]


def proposed(line: Line) -> Proposed:
    sectors = [Tag(row.code, "sector", dict(row.name)) for row in Sector.objects.all()]
    tags = [*sectors, *map(tag_of, Technology.objects.all())]
    found = [each.tag for each in propose(line.text, tags, _near(line, tags))]
    return Proposed(
        technologies=[tag.code for tag in found if tag.kind == "technology"],
        sectors=[tag.code for tag in found if tag.kind == "sector"],
    )


def _near(line: Line, tags: Sequence[Tag]) -> dict[int, float]:
    """How near the line is to each technology; nothing where its vector or theirs are not there."""
    model = current()
    names = [] if model is None else list(
        model.technologies.exclude(vector=b"").values_list("technology__code", "language", "vector")
    )  # fmt: skip
    row = _vector(line, model) if model is not None and names else None
    if model is None or row is None:
        return {}
    places = {tag.code: at for at, tag in enumerate(tags) if tag.kind == "technology"}
    keys: list[Key] = [(row.language, role(line.side)), *((language, "offer") for _code, language, _vector in names)]
    vectors = np.stack([unpacked(row.vector), *(unpacked(vector) for _code, _language, vector in names)])
    mine, *theirs = means_of(model).centre(vectors, keys)
    known = [at for at, (code, *_rest) in enumerate(names) if code in places]
    return nearness(mine, [places[names[at][0]] for at in known], np.stack(theirs)[known])


def _vector(line: Line, model: EmbeddingModel) -> LineVector | None:
    """Of the text as it stands; waited for where the line is new and somebody works on the queue."""
    until, wanted = time.monotonic() + WAIT, digest(line)
    rows = LineVector.objects.filter(line=line, model=model).exclude(vector=b"")
    waits = line.updated_at > timezone.now() - FRESH and jobs.health().workers > 0
    while True:
        row = rows.first()
        if row is not None and bytes(row.digest) == wanted:
            return row
        if not waits or time.monotonic() > until:
            return None
        time.sleep(STEP)
