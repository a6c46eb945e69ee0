"""What turns statements into vectors: the protocol, and the two backends that need no model of ours."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from .text import MAX_CHARS, clean

Role = Literal["offer", "need"]
Vectors = NDArray[np.float32]  # (n, dim), each row of length one

BATCH = 32
ALIKE = 0.999  # cosine above which two vectors of the same text are the same


class BackendError(Exception):
    """No vectors came; the words are for the office's page of operations and hold no text of anybody and no key."""


class EmbeddingBackend(Protocol):
    """`id` names model, prefixes and normalisation and is stored with every vector: ids are never compared with others.

    `embed` cleans the texts itself. BackendError: no vectors, or vectors that are none.
    """

    @property
    def id(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def max_chars(self) -> int: ...
    def embed(self, texts: Sequence[str], role: Role) -> Vectors: ...
    def healthcheck(self) -> None: ...


def checked(vectors: NDArray[np.floating], n: int, dim: int) -> Vectors:
    """The vectors as float32 of length one. BackendError: another shape, not finite."""
    if vectors.shape != (n, dim):
        raise BackendError(f"vectors of shape {vectors.shape} came instead of ({n}, {dim})")
    with np.errstate(over="ignore"):
        narrow = vectors.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise BackendError("a vector is not finite")
    return unit(narrow)


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Rows of length one; a row of nothing stays nothing."""
    wide = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(wide, axis=-1, keepdims=True)
    return (wide / np.where(lengths > 1e-12, lengths, 1.0)).astype(np.float32)


@dataclass(frozen=True)
class Hashing:
    """Character n-grams of three to five letters, hashed with a sign [4]: no model, no meaning; for tests."""

    dim: int = 256
    max_chars: int = MAX_CHARS

    @property
    def id(self) -> str:
        return f"hashing-{self.dim}/3-5/unit"

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {clean(text, self.max_chars).casefold()} "
            for size in (3, 4, 5):
                for start in range(len(padded) - size + 1):
                    hashed = zlib.crc32(padded[start : start + size].encode())
                    row[hashed % self.dim] += 1.0 if hashed & 0x8000_0000 else -1.0
        return checked(np.sign(rows) * np.sqrt(np.abs(rows)), len(texts), self.dim)

    def healthcheck(self) -> None:
        return None


Post = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]  # address, headers, body → status, body


@dataclass(frozen=True)
class OpenAICompatible:
    """A server that answers `POST {url}/embeddings` as OpenAI's does: TEI, vLLM, Ollama, a vendor.

    `post` carries the question, with limits of time and size of its own, and raises BackendError where nothing comes.
    `prefixes` is what the model wants before needs and offers.
    """

    url: str
    model: str
    dim: int
    post: Post
    key: str = field(default="", repr=False)
    prefixes: tuple[str, str] = ("", "")
    max_chars: int = MAX_CHARS

    @property
    def id(self) -> str:
        policy = f"{zlib.crc32(json.dumps(self.prefixes).encode()):08x}" if any(self.prefixes) else "plain"
        return f"openai/{self.model}/{self.dim}/{policy}/unit"

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        prefix = self.prefixes[0 if role == "need" else 1]
        cleaned = [prefix + (clean(text, self.max_chars) or "-") for text in texts]
        parts = [self._ask(cleaned[start : start + BATCH]) for start in range(0, len(cleaned), BATCH)]
        return np.vstack(parts) if parts else np.zeros((0, self.dim), dtype=np.float32)

    def healthcheck(self) -> None:
        """The same text gives the same vector, and a translation is nearer than another matter."""
        texts = ["Laser cutting of steel sheets", "Plieno lakštų pjovimas lazeriu", "Organic apple juice for children"]
        first, again = self.embed(texts, "offer"), self.embed(texts, "offer")
        if (first * again).sum(axis=1).min() < ALIKE:
            raise BackendError("the same text gives another vector each time")
        if not first[0] @ first[1] > first[0] @ first[2]:
            raise BackendError("a translation is no nearer than another matter")

    def _ask(self, texts: list[str]) -> Vectors:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        body = json.dumps({"model": self.model, "input": texts, "encoding_format": "float"}).encode()
        status, answer = self.post(f"{self.url.rstrip('/')}/embeddings", headers, body)
        if status != 200:
            raise BackendError(f"the embedding server answered with status {status}")
        return checked(_vectors_in(answer, len(texts)), len(texts), self.dim)


def _vectors_in(answer: bytes, n: int) -> NDArray[np.float64]:
    """The vectors of an answer in the order of the question."""
    try:
        rows = {int(entry["index"]): entry["embedding"] for entry in json.loads(answer)["data"]}
        vectors = np.array([rows[number] for number in range(n)], dtype=np.float64)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise BackendError("the embedding server's answer is not what OpenAI's interface has") from None
    if vectors.ndim != 2 or not math.prod(vectors.shape):
        raise BackendError("the embedding server's answer holds no vectors")
    return vectors
