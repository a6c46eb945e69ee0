"""The kinds of things the directory itself lets people search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory.models import Cluster, Network, Opening, Organisation, Programme, Sector
from klaster.directory.search.entries import EntrySearch
from klaster.directory.search.found import Hit, Text

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def in_order(*texts: Translated) -> Iterable[Text]:
    """First all texts in the reader's language, then in the others."""
    for language in languages.preference():
        yield from (Text(text[language], language) for text in texts if text.get(language))


def texts_of(entry: Any, *more: Translated) -> list[Text]:
    """Where words may stand in an entry: what it says of itself in the reader's language, its other names, the rest."""
    own, shown = languages.current(), entry.name.language
    texts = list(in_order(entry.summary, entry.description, *more))
    others = [Text(name, language) for language, name in entry.name.items() if language != shown and name]
    others += [Text(alias, shown) for alias in entry.aliases]
    return [
        *(text for text in texts if text.language == own),
        *others,
        *(text for text in texts if text.language != own),
    ]


def hit(entry: Any, *meta: object, texts: list[Text]) -> Hit:
    name, language = entry.name.in_language()
    return Hit(
        row=entry,
        url=entry.get_absolute_url(),
        title=Text(name, language),
        texts=texts,
        meta=[str(word) for word in meta if word],
    )


def cluster(row: Cluster) -> Hit:
    return hit(row, row.main_sector, row.region, texts=texts_of(row, row.services, row.technologies))


def organisation(row: Organisation) -> Hit:
    return hit(row, row.abbreviation, row.get_kind_display(), row.region, texts=texts_of(row))


def network(row: Network) -> Hit:
    return hit(row, row.abbreviation, row.get_kind_display(), texts=texts_of(row))


def programme(row: Programme) -> Hit:
    return hit(row, row.get_kind_display(), texts=texts_of(row))


def opening(row: Opening) -> Hit:
    title, language = row.title.in_language()
    return Hit(
        row=row,
        url=row.get_absolute_url(),
        title=Text(title, language),
        texts=list(in_order(row.conditions)),
        meta=[str(row.cluster)],
    )


def sector(row: Sector) -> Hit:
    return hit(row, texts=[])


def clusters(user: Reader) -> QuerySet:
    return Cluster.objects.visible_to(user).published().select_related("main_sector", "region")


def organisations(user: Reader) -> QuerySet:
    return Organisation.objects.visible_to(user).published().select_related("region")


def networks(user: Reader) -> QuerySet:
    return Network.objects.visible_to(user).published()


def openings(user: Reader) -> QuerySet:
    return Opening.objects.visible_to(user).listed().select_related("cluster")


def programmes(user: Reader) -> QuerySet:
    return Programme.objects.visible_to(user).published()


# What is searched is what everybody may see: a draft is found by nobody, not even by whoever keeps it.
KINDS = [
    ("clusters", _("Clusters"), EntrySearch(clusters, cluster, table=Cluster)),
    ("organisations", _("Organisations"), EntrySearch(organisations, organisation)),
    ("networks", _("Networks"), EntrySearch(networks, network, table=Network)),
    ("openings", _("Openings"), EntrySearch(openings, opening, table=Opening)),
    ("programmes", _("Programmes"), EntrySearch(programmes, programme, table=Programme)),
    ("sectors", _("Sectors"), EntrySearch(Sector.objects.visible_to, sector, table=Sector)),
]
