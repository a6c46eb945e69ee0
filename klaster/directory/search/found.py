"""What a search gives, whatever kind of thing was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.utils.safestring import SafeString

from klaster.directory.search.near import NearWords, near_words
from klaster.directory.search_query import Query

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

MOST_COUNTED = 1000  # beyond it the page says "more than"


@dataclass(frozen=True)
class Question:
    """Rows `start` to `stop` of what this person may see and these words are in.

    `where`: in all texts, in names only (suggestions), or in names that are merely near to what was typed.
    """

    query: Query
    user: Reader
    start: int = 0
    stop: int = 5
    where: Literal["texts", "names", "near"] = "texts"

    @cached_property
    def near_words(self) -> NearWords:
        return near_words(self.query.words)


@dataclass(frozen=True)
class Text:
    """A text and the language it is in."""

    text: str
    language: str


@dataclass
class Hit:
    """One thing found. `texts` are where the words may stand, in the order a reader would rather see them."""

    row: Any
    url: str
    title: Text
    texts: Sequence[Text] = ()
    meta: Sequence[str] = ()
    tier: int = 2  # 0 exactly this name, 1 a name that begins so, 2 in the texts, 3 nearly this name
    title_html: SafeString = field(default_factory=SafeString)
    snippet_html: SafeString = field(default_factory=SafeString)
    snippet_language: str = ""


@dataclass
class Found:
    total: int
    hits: list[Hit]

    @property
    def is_capped(self) -> bool:
        return self.total >= MOST_COUNTED
