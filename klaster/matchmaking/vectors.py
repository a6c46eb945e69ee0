"""Vectors of lines as they are kept, what was measured on them, and lines as the matching takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from klaster.matchmaking import search_table
from klaster.matchmaking.matching import profiles
from klaster.matchmaking.matching.backends import Role, Vectors
from klaster.matchmaking.matching.crowd import Crowd, Expected
from klaster.matchmaking.matching.means import Key, Mean, Means, measure
from klaster.matchmaking.models import EmbeddingModel, LanguageMean, Line, LineVector, OfferCrowd, Posting, Side

GROWN = 0.2  # share by which the crowd has to change before what is expected of needs is written anew
MOVED = 0.05  # length by which a mean has to move before all lines are centred anew; means themselves are 0.9 long
FIRM = 20  # lines from which a mean moves little
CROWD = 5_000  # lines of a side on the board of which the crowd is measured
PAGE = 1_000


def measure_all(model: EmbeddingModel) -> None:
    """Means of languages, then what the board's lines are like; the table is filled anew where either has changed."""
    before, found = means_of(model), _measured(model)
    known_of = crowd_of(model).lines
    after = Means.for_backend(model.key, found)
    moved = model.measured_at is None or any(
        mean.n >= FIRM and float(np.linalg.norm(np.asarray(after.of(key)) - np.asarray(before.of(key)))) > MOVED
        for key, mean in found.items()
    )
    with transaction.atomic():
        model.means.all().delete()
        LanguageMean.objects.bulk_create(
            LanguageMean(model=model, language=language, side=side, lines=mean.n, mean=floats(mean.vector))
            for (language, side), mean in found.items()
        )
        EmbeddingModel.objects.filter(pk=model.pk).update(measured_at=timezone.now())
        measure_crowd(model)
    search_table.forget_orphans(model)
    if moved or abs(crowd_of(model).lines - known_of) > GROWN * known_of:
        fill_table(model)


def measure_crowd(model: EmbeddingModel | None) -> None:
    """Of at most 5,000 offers on the board, drawn at random."""
    offers = lines_on_board().filter(side=Side.OFFER).select_related("posting").order_by("?")[:CROWD]
    keep_crowd(model, Crowd.of(known(list(offers), model)))


def keep_crowd(model: EmbeddingModel | None, crowd: Crowd) -> None:
    OfferCrowd.objects.filter(model=model).delete()
    OfferCrowd.objects.create(
        model=model,
        lines=crowd.lines,
        mean=floats(crowd.mean),
        covariance=floats(crowd.covariance),
        tags=dict(crowd.shares),
    )


def lines_on_board() -> QuerySet[Line]:
    return Line.objects.filter(posting__in=Posting.objects.current().values("pk"))


def means_of(model: EmbeddingModel) -> Means:
    measured: dict[Key, Mean] = {
        (mean.language, role(mean.side)): Mean(mean.lines, np.frombuffer(mean.mean, "<f4").astype(np.float64))
        for mean in model.means.all()
    }
    return Means.for_backend(model.key, measured)


def crowd_of(model: EmbeddingModel | None) -> Crowd:
    """As measured last; of nobody where it never was."""
    pk = OfferCrowd.objects.filter(model=model).values_list("pk", flat=True).first()
    return Crowd.of([]) if pk is None else _crowd(pk)


@lru_cache(maxsize=4)
def _crowd(pk: int) -> Crowd:
    """Written once: each measuring makes another row."""
    row = OfferCrowd.objects.get(pk=pk)
    mean = np.frombuffer(row.mean, "<f4") if row.mean else None
    covariance = None if mean is None else np.frombuffer(row.covariance, "<f4").reshape(len(mean), len(mean))
    return Crowd.told(row.lines, mean, covariance, row.tags)


def known(lines: Sequence[Line], model: EmbeddingModel | None) -> list[profiles.Line]:
    """The lines as the matching takes them: tags as far as somebody confirmed them, centred vectors as far as made."""
    rows = {} if model is None else {
        row.line_id: row for row in LineVector.objects.filter(model=model, line__in=lines).exclude(vector=b"")
    }  # fmt: skip
    centred: dict[int, Vectors] = {}
    if rows and model is not None:
        with_vector = [(line, rows[line.pk]) for line in lines if line.pk in rows]
        matrix = np.stack([unpacked(row.vector) for _, row in with_vector])
        keys: list[Key] = [(row.language, role(line.side)) for line, row in with_vector]
        found = means_of(model).centre(matrix, keys)
        centred = {line.pk: vector for (line, _), vector in zip(with_vector, found, strict=True)}
    return [
        profiles.Line(line.pk, role(line.side), line.text, tags(line), line.language, centred.get(line.pk))
        for line in lines
    ]


def has_vector(line: Line) -> bool:
    """Of the model in use, and a table in which it finds others by it."""
    made = LineVector.objects.filter(line=line.pk, model__is_current=True).exclude(vector=b"")
    key = made.values_list("model__key", flat=True).first()
    return key is not None and search_table.exists(key)


def tags(line: Line) -> frozenset[str]:
    """What is proposed from a text counts once its author agreed; on the board tags are chosen."""
    if not line.are_tags_confirmed and line.posting_id is None:
        return frozenset()
    return frozenset().union(
        *(profiles.tags_of(sector, []) for sector in line.sectors), profiles.tags_of(None, line.technologies)
    )


def fill_table(model: EmbeddingModel) -> None:
    """All lines anew."""
    ids = list(LineVector.objects.filter(model=model).order_by("line").values_list("line", flat=True))
    for start in range(0, len(ids), PAGE):
        put_in_table(model, ids[start : start + PAGE])


def put_in_table(model: EmbeddingModel, ids: Iterable[int]) -> None:
    """Write these lines to the table of the nearest, centred; not those of brokered requests, which nobody finds."""
    rows = Line.objects.filter(pk__in=list(ids), brokered=None)
    lines = list(rows.select_related("posting__organisation", "posting__cluster", "participant"))
    crowd = crowd_of(model)
    search_table.put(
        model,
        (
            search_table.Row(
                line.pk,
                line.side,
                line.participant.matchmaking_id if line.participant else None,
                owner_of(line),
                line.sectors[0] if line.sectors else "",
                _country(line),
                told.tags,
                told.vector,
                crowd.expected(told.vector, told.tags) if line.side == Side.NEED else Expected(),
            )
            for line, told in zip(lines, known(lines, model), strict=True)
            if told.vector is not None
        ),
    )


def owner_of(line: Line) -> int:
    """Whose line it is, as one number: organisations even and clusters odd on the board; participants at an event."""
    if line.posting is None:
        return line.participant_id or 0
    return 2 * (line.posting.organisation_id or 0) if not line.posting.cluster_id else 2 * line.posting.cluster_id + 1


def role(side: str) -> Role:
    return "need" if side == Side.NEED else "offer"


def packed(vector: Vectors) -> bytes:
    return vector.astype("<f2").tobytes()


def floats(numbers: NDArray[np.floating] | None) -> bytes:
    return b"" if numbers is None else numbers.astype("<f4").tobytes()


def unpacked(vector: bytes | memoryview) -> Vectors:
    return np.frombuffer(vector, "<f2").astype(np.float32)


def _country(line: Line) -> str:
    owner = line.participant or (line.posting.organisation if line.posting else None)
    return str(getattr(owner, "country", "") or "")


def _measured(model: EmbeddingModel) -> dict[Key, Mean]:
    """Over all vectors, page by page of memory, one language and side at a time."""
    found: dict[Key, Mean] = {}
    rows = LineVector.objects.filter(model=model).exclude(vector=b"")
    for language, side in rows.values_list("language", "line__side").distinct().order_by("language", "line__side"):
        packed_rows = rows.filter(language=language, line__side=side).values_list("vector", flat=True)[: 20 * PAGE]
        vectors = np.stack([unpacked(row) for row in packed_rows])
        key: Key = (language, role(side))
        found |= measure(vectors, [key] * len(vectors))
    return found
