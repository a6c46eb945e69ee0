"""Events on the pages of clusters and organisations: the next ones, then the latest that were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from klaster.core import freshness, languages
from klaster.directory.models import Cluster, Organisation
from klaster.events.event_list import for_lists
from klaster.events.models import Event

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SHOWN = 4
EVERYBODY = AnonymousUser()


def of_cluster(cluster: Cluster, reader: Reader) -> dict[str, Any] | None:
    """Its own; those its coordinator organises for nobody in particular too."""
    whose = Q(cluster=cluster)
    if cluster.coordinator_id:
        whose |= Q(cluster=None, organiser=cluster.coordinator_id)
    return part(cluster, whose, f"{reverse('event_list')}?cluster={cluster.slug}")


def of_organisation(organisation: Organisation, reader: Reader) -> dict[str, Any] | None:
    together = Event.co_organisers.through.objects.filter(organisation=organisation).values("event")
    return part(organisation, Q(organiser=organisation) | Q(pk__in=together), reverse("event_list"))


def part(entry: Cluster | Organisation, whose: Q, url: str) -> dict[str, Any] | None:
    """What everybody sees; worked out once until something public changes."""
    key = ("events of", type(entry).__name__, entry.pk, languages.current())
    rows = freshness.remembered(key, lambda: next_and_latest(whose))
    return {"template": "events/parts/of_entry.html", "events": rows, "url": url} if rows else None


def next_and_latest(whose: Q) -> list[Event]:
    is_coming = Q(ends__gt=timezone.now())
    events = for_lists(Event.objects.visible_to(EVERYBODY).filter(whose))
    first, by_start = Case(When(is_coming, then=Value(0)), default=Value(1)), Case(When(is_coming, then=F("starts")))
    return list(events.order_by(first, by_start, F("starts").desc(nulls_last=True), "-happened", "pk")[:SHOWN])
