"""The list of events: which filters there are today, which events pass them, in which order, as list, agenda or month.

An archive grows by some hundreds a year, so rows are filtered and counted here as clusters are (see
klaster.directory.cluster_list): one question for what the filters ask of all rows, one for the rows of the page.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.directory.filters import Choice, ClusterFacts, Facet, Selection
from klaster.directory.models import Cluster, Region, Sector
from klaster.directory.models.base import Publication
from klaster.events.models import Event, Series, State
from klaster.events.month_grid import Month

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader
    from klaster.events.models.events import EventQuerySet

LIST, MONTH, AGENDA, PAST = "", "month", "agenda", "past"
VIEWS = {
    LIST: (pgettext_lazy("events", "Coming"), "layout-list"),
    AGENDA: (_("By day"), "calendar-days"),
    MONTH: (_("Month"), "calendar"),
    PAST: (pgettext_lazy("events", "Archive"), "archive"),
}
ONLINE, ON_SITE = "online", "on-site"
COUNTY_LEVEL = 3
MOST_IN_A_MONTH = 500


@dataclass(frozen=True)
class Row:
    """What one event is made of before it is filtered."""

    pk: int
    starts: datetime.datetime | None
    happened: str
    kinds: Sequence[str]
    mode: str
    country: str
    region: str | None
    languages: Sequence[str]
    cluster: str | None
    cluster_status: str | None
    cluster_sector: str | None
    sectors: Sequence[str]
    is_invented: bool

    @property
    def facts(self) -> ClusterFacts:
        """Sectors of the cluster that runs it count where it names none of its own."""
        place = [ONLINE] if self.mode in (Event.Mode.ONLINE, Event.Mode.BOTH) else []
        if self.mode != Event.Mode.ONLINE:
            place += [name for name in (self.country, self.region) if name]
        of_cluster = [self.cluster_sector] if self.cluster_sector and not self.sectors else []
        cluster = [self.cluster] if self.cluster and self.cluster_status == Publication.PUBLISHED else []
        return ClusterFacts(
            self.pk,
            {
                "kind": frozenset(self.kinds),
                "sector": frozenset([*self.sectors, *of_cluster]),
                "place": frozenset(place),
                "language": frozenset(self.languages),
                "cluster": frozenset(cluster),
            },
        )

    @property
    def day(self) -> str:
        """For ordering what is over: events of which only the year or month is known stand among the others."""
        return self.starts.date().isoformat() if self.starts else self.happened


def rows_of(user: Reader, view: str, month: Month, text: str) -> list[Row]:
    """All public events of a view with these words in them, in its order: one question."""
    seen = Event.objects.visible_to(user).published()
    events = of_month(seen, month) if view == MONTH else seen.past() if view == PAST else seen.coming()
    sectors = Event.sectors.through.objects.filter(event=OuterRef("pk"))
    values = events.with_words(text).values_list(
        "pk", "starts", "happened", "kinds", "mode", "country", "region_id", "languages", "cluster__slug",
        "cluster__status", "cluster__main_sector__code", ArraySubquery(sectors.values("sector__code")), "is_invented",
    )  # fmt: skip
    rows = [Row(*value) for value in values]
    return sorted(rows, key=lambda row: row.day, reverse=True) if view == PAST else rows


def of_month(events: EventQuerySet, month: Month) -> EventQuerySet:
    """Those that touch a month, as the clocks of the reader have it; days elsewhere may lie a day apart."""
    zone = timezone.get_current_timezone()
    first, after = (datetime.datetime.combine(each.first, datetime.time.min, zone) for each in (month, month.after))
    return events.filter(starts__lt=after, ends__gt=first).order_by("starts", "pk")


def first_and_last(user: Reader) -> tuple[Month, Month] | None:
    """Months between which there are events at all: calendars lead no further."""
    seen = Event.objects.visible_to(user).published().order_by()
    found = seen.aggregate(first=Min("starts"), last=Max("ends"))
    if found["first"] is None:
        return None
    return Month.of(timezone.localdate(found["first"])), Month.of(timezone.localdate(found["last"]))


def facets(rows: Sequence[Row], chosen_clusters: Iterable[str]) -> list[Facet]:
    """All kinds, sectors and counties of the country; of other countries, languages and clusters those there are."""
    sectors = [Choice(sector.code, str(sector.name)) for sector in Sector.objects.by_name()]
    abroad = {row.region for row in rows if row.region and row.country != settings.COUNTRY}
    regions = Region.objects.filter(Q(level=COUNTY_LEVEL, country=settings.COUNTRY) | Q(code__in=abroad)).by_name()
    countries_of_rows = sorted({row.country for row in rows if row.country} - {settings.COUNTRY})
    places = [
        Choice(ONLINE, _("online")),
        Choice(settings.COUNTRY, countries.name(settings.COUNTRY)),
        *(Choice(region.code, str(region.name)) for region in regions),
        *(Choice(code, countries.name(code)) for code in countries_of_rows),
    ]
    codes = sorted({code for row in rows for code in row.languages} | set(languages.codes()), key=languages.name_of)
    found = [
        Facet("kind", pgettext_lazy("of an event", "Kind"), [Choice(*each) for each in Event.Kind.choices]),
        Facet("place", pgettext_lazy("of an event", "Place"), places),
        Facet("sector", _("Sector"), sectors),
        Facet("language", _("Language"), [Choice(code, capfirst(languages.name_of(code))) for code in codes]),
    ]
    slugs = {row.cluster for row in rows if row.cluster} | set(chosen_clusters)
    clusters = Cluster.objects.published().filter(slug__in=slugs).by_name() if slugs else Cluster.objects.none()
    choices = [Choice(cluster.slug, str(cluster.name)) for cluster in clusters]
    return [*found, Facet("cluster", _("Cluster"), choices)] if choices else found


def matching(rows: Sequence[Row], selection: Selection) -> list[int]:
    return [row.pk for row in rows if selection.admits(row.facts)]


def shown(pks: Sequence[int]) -> list[Event]:
    """These events in this order, with all that a row of the list shows, in one question."""
    by_pk = {event.pk: event for event in for_lists(Event.objects.filter(pk__in=pks))}
    return [by_pk[pk] for pk in pks if pk in by_pk]


def for_lists(events: EventQuerySet) -> EventQuerySet:
    return events.select_related("organiser", "region", "cluster", "series")


NEXT = 3
REGULAR = ("FREQ=WEEKLY", "FREQ=MONTHLY")


def coming_to_all() -> dict[str, Any]:
    """What everybody sees first: the next events, and series one can count on; invented ones only if none is real."""
    regular = Q(*(Q(rrule__startswith=rule) for rule in REGULAR), _connector=Q.OR)
    series = list(Series.objects.published().filter(regular).order_by("is_invented", "slug"))
    real = [each for each in series if not each.is_invented]
    events = Event.objects.published().coming().exclude(state__in=[State.CANCELLED, State.POSTPONED])
    return {"events": list(for_lists(events)[:NEXT]), "series": (real or series)[:2]}
