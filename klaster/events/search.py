"""Events in the site's search: coming and past ones, of two that fit alike the later first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from klaster.directory.search import Hit, Text
from klaster.directory.search.entries import EntrySearch
from klaster.directory.search.own_kinds import in_order
from klaster.events.event_places import place_of
from klaster.events.models import Event
from klaster.events.when import in_words

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def events(user: Reader) -> QuerySet:
    return Event.objects.visible_to(user).published()


def hit(event: Event) -> Hit:
    title, language = event.title.in_language()
    return Hit(
        row=event,
        url=event.get_absolute_url(),
        title=Text(title, language),
        texts=list(in_order(event.summary, event.description)),
        meta=[word for word in (in_words(event), place_of(event).short) if word],
    )


class EventSearch(EntrySearch):
    def __init__(self) -> None:
        super().__init__(events, hit, table=Event)

    def _sort_key(self) -> OrderBy:
        return F("starts").desc(nulls_last=True)
