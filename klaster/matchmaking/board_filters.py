"""What the board is filtered by, asked of the database: the list, its table, its feed and saved searches ask the same.

Where a posting names no country or no kind of partner, any will do; those are counted under ANY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from klaster.directory.filters import Facet
from klaster.directory.questions import Each, Numbers, Questions
from klaster.matchmaking.models import PostingText

if TYPE_CHECKING:
    from klaster.matchmaking.models.board import PostingQuerySet

ANY = ""  # the answer of a posting that names none
OPEN = {"country": "countries", "partner": "partner_kinds"}  # where naming none is naming all


def _open(field: str) -> Callable[[list[str]], Q]:
    return lambda values: Q(**{f"{field}__overlap": values}) | Q(**{field: []})


def _in_languages(values: list[str]) -> Q:
    return Q(language__in=values) | Q(pk__in=PostingText.objects.filter(language__in=values).values("posting"))


def _values(name: str, rows: PostingQuerySet) -> Iterable[tuple[QuerySet[Any], Any]]:
    match name:
        case "side" | "kind":
            return [(rows, F(name))]
        case "sector":
            return [(rows, Each("sectors"))]
        case "technology":
            return [(rows, Each("technologies"))]
        case "language":
            texts = PostingText.objects.filter(posting__in=rows).exclude(language=F("posting__language"))
            return [(rows, F("language")), (texts, F("language"))]
        case _:
            return [(rows, Each(OPEN[name])), (rows.filter(**{OPEN[name]: []}), ANY)]


QUESTIONS = Questions(
    {
        "side": lambda values: Q(side__in=values),
        "kind": lambda values: Q(kind__in=values),
        "sector": lambda values: Q(sectors__overlap=values),
        "country": _open("countries"),
        "partner": _open("partner_kinds"),
        "language": _in_languages,
        "technology": lambda values: Q(technologies__overlap=values),
    },
    _values,
)


def for_all(facets: Sequence[Facet], found: Numbers) -> Numbers:
    """With those that name none counted to each choice."""
    return {
        (facet.name, choice.value): found.get((facet.name, choice.value), 0)
        + (found.get((facet.name, ANY), 0) if facet.name in OPEN else 0)
        for facet in facets for choice in facet.choices
    }  # fmt: skip
