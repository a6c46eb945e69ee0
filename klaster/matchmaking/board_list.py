"""The board as a list: which filters there are today, which postings pass them, in which order.

A board holds some thousands of postings at most, so they are filtered and counted here as clusters and events are (see
klaster.directory.filters): one question for what the filters ask of all of them, one for the rows of the page.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.directory import filters
from klaster.directory import search_columns as columns
from klaster.directory.filters import Choice, ClusterFacts, Facet
from klaster.directory.models import Organisation, Sector
from klaster.directory.search_columns import Lexemes
from klaster.matchmaking import board_words
from klaster.matchmaking.models import Posting, PostingText, Side, Technology

NEWEST, ENDS = "newest", "ends"
ORDERS = {NEWEST: _("newest first"), ENDS: _("ending soonest first")}
SIDES = {Side.OFFER: _("offers"), Side.NEED: _("needs")}


@dataclass(frozen=True)
class Row:
    """What one posting is made of before it is filtered."""

    pk: int
    side: str
    kind: str
    sectors: Sequence[str]
    technologies: Sequence[str]
    countries: Sequence[str]
    partner_kinds: Sequence[str]
    language: str
    valid_until: datetime.date
    is_invented: bool
    other_languages: Sequence[str]


Period = tuple[datetime.datetime, datetime.datetime]


def rows_of(text: str, came: Period | None = None) -> list[Row]:
    """All that stands on the board with these words, the newest first: one question."""
    texts = PostingText.objects.filter(posting=OuterRef("pk")).values("language")
    found = with_words(Posting.objects.current(), text)
    if came:
        found = found.filter(published_at__gt=came[0], published_at__lte=came[1])
    values = found.order_by("-published_at", "-pk").values_list(
        "pk", "side", "kind", "sectors", "technologies", "countries", "partner_kinds", "language", "valid_until",
        "is_invented", ArraySubquery(texts),
    )  # fmt: skip
    return [Row(*value) for value in values]


def with_words(postings: QuerySet[Posting], typed: str) -> QuerySet[Posting]:
    asked = board_words.tsquery(typed)
    return postings.alias(searched=columns.index()).filter(searched=Lexemes(asked)) if asked else postings


@dataclass
class Vocabulary:
    """The network's sectors and technologies by code, fetched once for filters and rows."""

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        return {sector.code: sector for sector in Sector.objects.by_name()}

    @cached_property
    def technologies(self) -> dict[str, Technology]:
        return {technology.code: technology for technology in Technology.objects.by_name()}

    def tag(self, postings: Iterable[Any]) -> None:
        """Give rows with codes the names of their codes; a code nobody keeps any more is left out."""
        for row in postings:
            row.sector_rows = [self.sectors[code] for code in row.sectors if code in self.sectors]
            row.technology_rows = [self.technologies[code] for code in row.technologies if code in self.technologies]


def facets(rows: Sequence[Row], vocabulary: Vocabulary, asked: QueryDict) -> list[Facet]:
    """All sides, kinds, sectors, technologies and kinds of partners; of countries and languages those there are."""
    sought = {code for row in rows for code in row.countries}
    sought |= {code for code in asked.getlist("country") if countries.name(code)}
    spoken = {code for row in rows for code in (row.language, *row.other_languages)} | set(languages.codes())
    named = lambda found: [Choice(code, str(row)) for code, row in found.items()]  # noqa: E731
    return [
        Facet("side", pgettext_lazy("partner search", "Offers and needs"), [Choice(*each) for each in SIDES.items()]),
        Facet("kind", pgettext_lazy("of a posting", "Kind"), [Choice(*each) for each in Posting.Kind.choices]),
        Facet("sector", _("Sector"), named(vocabulary.sectors)),
        Facet(
            "country", _("Partners from"),
            [Choice(code, countries.name(code)) for code in languages.in_order(sought, countries.name)],
        ),
        Facet("partner", _("Kind of partner"), [Choice(*each) for each in Organisation.Kind.choices]),
        Facet(
            "language", _("Language of the text"),
            [Choice(c, capfirst(languages.name_of(c))) for c in languages.in_order(spoken, languages.name_of)],
        ),
        Facet("technology", _("Technology"), named(vocabulary.technologies)),
    ]  # fmt: skip


def facts(row: Row, every: Mapping[str, frozenset[str]]) -> ClusterFacts:
    """Where a posting names no country or no kind of partner, any will do; `every` are all choices by facet."""
    return ClusterFacts(
        row.pk,
        {
            "side": frozenset([row.side]),
            "kind": frozenset([row.kind]),
            "sector": frozenset(row.sectors),
            "technology": frozenset(row.technologies),
            "country": frozenset(row.countries) or every["country"],
            "partner": frozenset(row.partner_kinds) or every["partner"],
            "language": frozenset([row.language, *row.other_languages]),
        },
    )


class Asked:
    """What the address of the list asks for. `came`: only what came to the board after one moment and by another."""

    def __init__(self, data: QueryDict, *, came: Period | None = None):
        self.vocabulary = Vocabulary()
        self.text = filters.read(data, [], ()).text
        self.rows = rows_of(self.text, came)
        self.facets = facets(self.rows, self.vocabulary, data)
        self.selection = filters.read(data, self.facets, ORDERS)
        every = {facet.name: frozenset(choice.value for choice in facet.choices) for facet in self.facets}
        self.facts = [facts(row, every) for row in self.rows]

    @cached_property
    def chosen(self) -> list[Row]:
        """Rows that pass, in the order asked for."""
        passing = {fact.pk for fact in self.facts if self.selection.admits(fact)}
        found = [row for row in self.rows if row.pk in passing]
        return sorted(found, key=lambda row: row.valid_until) if self.selection.order == ENDS else found

    @property
    def pks(self) -> list[int]:
        return [row.pk for row in self.chosen]

    def shown(self, pks: Sequence[int]) -> list[Posting]:
        """These postings in this order, with all that a row of the list shows."""
        by_pk = {posting.pk: posting for posting in for_lists(Posting.objects.filter(pk__in=pks))}
        found = [by_pk[pk] for pk in pks if pk in by_pk]
        self.vocabulary.tag(found)
        return found


def for_lists(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    return postings.select_related("organisation", "cluster__main_sector").prefetch_related("texts")


def newest(count: int, **whose: Any) -> list[Posting]:
    """The newest on the board, of everybody or of one owner, as rows of lists; invented ones last."""
    found = list(
        for_lists(Posting.objects.current().filter(**whose).order_by("is_invented", "-published_at", "-pk"))[:count]
    )
    if found:
        Vocabulary().tag(found)
    return found
