"""Offers and needs on the pages of clusters and organisations: those on the board today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klaster.core import freshness, languages
from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking import board_list

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SHOWN = 10


def of_cluster(cluster: Cluster, reader: Reader) -> dict[str, Any] | None:
    return part(cluster, cluster=cluster)


def of_organisation(organisation: Organisation, reader: Reader) -> dict[str, Any] | None:
    return part(organisation, organisation=organisation)


def part(entry: Cluster | Organisation, **whose: Any) -> dict[str, Any] | None:
    """What everybody sees; worked out once until something public changes."""
    key = ("postings of", type(entry).__name__, entry.pk, languages.current())
    rows = freshness.remembered(key, lambda: board_list.newest(SHOWN, **whose))
    return {"template": "matchmaking/parts/of_entry.html", "postings": rows} if rows else None
