"""Postings in the site's search: those on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.text import capfirst

from klaster.directory.exports import named
from klaster.directory.search import Hit, Text
from klaster.directory.search.entries import EntrySearch
from klaster.matchmaking.models import Posting

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def postings(user: Reader) -> QuerySet[Posting]:
    return Posting.objects.current().select_related("organisation", "cluster").prefetch_related("texts")


def hit(posting: Posting) -> Hit:
    """First the language of the reader, then the others: words may stand in any."""
    said = posting.said
    texts = [Text(said.text, said.language), Text(posting.text, posting.language)]
    texts += [Text(each, row.language) for row in posting.texts.all() for each in (row.title, row.text)]
    return Hit(
        row=posting,
        url=posting.get_absolute_url(),
        title=Text(said.title, said.language),
        texts=[*texts, Text(posting.title, posting.language)],
        meta=[word for word in (capfirst(posting.get_side_display()), named(posting.owner)) if word],  # type: ignore[arg-type]
    )


class PostingSearch(EntrySearch):
    def __init__(self) -> None:
        super().__init__(postings, hit, table=Posting)
