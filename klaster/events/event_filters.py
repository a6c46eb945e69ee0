"""What events are filtered by, asked of the database: the list, its table, its feed and the calendar ask the same.

An event that names no sectors of its own is of the main sector of the cluster that runs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q

from klaster.directory.models.base import Publication
from klaster.directory.questions import Each, Questions
from klaster.events.models import Event

if TYPE_CHECKING:
    from klaster.events.models.events import EventQuerySet

ONLINE = "online"
IS_ONLINE = Q(mode__in=[Event.Mode.ONLINE, Event.Mode.BOTH])
IS_ON_SITE = ~Q(mode=Event.Mode.ONLINE)
NAMES_NO_SECTOR = ~Exists(Event.sectors.through.objects.filter(event=OuterRef("pk")))


def _in_sectors(values: list[str]) -> Q:
    of_its_own = Q(pk__in=Event.sectors.through.objects.filter(sector__code__in=values).values("event"))
    return of_its_own | (NAMES_NO_SECTOR & Q(cluster__main_sector__code__in=values))


def _at_places(values: list[str]) -> Q:
    on_site = IS_ON_SITE & (Q(country__in=values) | Q(region__in=values))
    return on_site | IS_ONLINE if ONLINE in values else on_site


def _values(name: str, rows: EventQuerySet) -> Iterable[tuple[EventQuerySet, Any]]:
    """What the rows answer to a question: an expression for each place where an answer stands."""
    match name:
        case "kind":
            return [(rows, Each("kinds"))]
        case "language":
            return [(rows, Each("languages"))]
        case "place":
            here = rows.filter(IS_ON_SITE)
            return [(rows.filter(IS_ONLINE), ONLINE), (here.exclude(country=""), F("country")),
                    (here.filter(region__isnull=False), F("region"))]  # fmt: skip
        case "sector":
            of_cluster = rows.filter(NAMES_NO_SECTOR, cluster__main_sector__isnull=False)
            return [
                (rows.filter(sectors__isnull=False), F("sectors__code")),
                (of_cluster, F("cluster__main_sector__code")),
            ]
        case _:
            return [(rows.filter(cluster__status=Publication.PUBLISHED), F("cluster__slug"))]


QUESTIONS = Questions(
    {
        "kind": lambda values: Q(kinds__overlap=values),
        "place": _at_places,
        "sector": _in_sectors,
        "language": lambda values: Q(languages__overlap=values),
        "cluster": lambda values: Q(cluster__slug__in=values, cluster__status=Publication.PUBLISHED),
    },
    _values,
    with_gains=True,
)
