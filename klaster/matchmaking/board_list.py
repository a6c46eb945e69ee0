"""The board as a list: which filters there are today, which postings pass them, in which order.

The database filters and counts (board_filters.py): one question for what there is to choose, one for the numbers beside
the choices once something is chosen, and those for the rows of the page.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.directory import filters
from klaster.directory import search_columns as columns
from klaster.directory.filters import Choice, CountedFacet, Facet
from klaster.directory.models import Organisation, Sector
from klaster.directory.questions import Numbers
from klaster.directory.search_columns import Lexemes
from klaster.matchmaking import board_filters, board_words
from klaster.matchmaking.models import Posting, Side, Technology

if TYPE_CHECKING:
    from klaster.matchmaking.models.board import PostingQuerySet

NEWEST, ENDS = "newest", "ends"
ORDERS = {NEWEST: _("newest first"), ENDS: _("ending soonest first")}
SIDES = {Side.OFFER: _("offers"), Side.NEED: _("needs")}


Period = tuple[datetime.datetime, datetime.datetime]


def on_board(text: str, came: Period | None = None) -> PostingQuerySet:
    """All that stands there with these words; `came`: after one moment and by another."""
    found = with_words(Posting.objects.current(), text)
    return found.filter(published_at__gt=came[0], published_at__lte=came[1]) if came else found


def with_words(postings: PostingQuerySet, typed: str) -> PostingQuerySet:
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


def facets(there: Numbers, vocabulary: Vocabulary, asked: QueryDict) -> list[Facet]:
    """All sides, kinds, sectors, technologies and kinds of partners; of countries and languages those there are."""
    given = lambda question: {value for name, value in there if name == question and value}  # noqa: E731
    sought = given("country") | {code for code in asked.getlist("country") if countries.name(code)}
    spoken = given("language") | set(languages.codes())
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


class Asked:
    """What the address of the list asks for. `came`: only what came to the board after one moment and by another."""

    def __init__(self, data: QueryDict, *, came: Period | None = None):
        self.vocabulary = Vocabulary()
        self.rows = on_board(filters.read(data, [], ()).text, came)
        self.there = board_filters.QUESTIONS.numbers(self.rows, {})
        self.facets = facets(self.there, self.vocabulary, data)
        self.selection = filters.read(data, self.facets, ORDERS)

    @property
    def pks(self) -> QuerySet[Posting, int]:
        """Of what passes, in the order asked for."""
        first = ["valid_until"] if self.selection.order == ENDS else []
        found = board_filters.QUESTIONS.narrowed(self.rows, self.selection.answers)
        return found.order_by(*first, "-published_at", "-pk").values_list("pk", flat=True)

    @cached_property
    def numbers(self) -> Numbers:
        answers = self.selection.answers
        return board_filters.QUESTIONS.numbers(self.rows, answers) if any(answers.values()) else self.there

    @property
    def counted(self) -> list[CountedFacet]:
        """With what each further choice would give."""
        return filters.with_numbers(self.facets, self.selection, board_filters.for_all(self.facets, self.numbers))

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
