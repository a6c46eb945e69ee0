"""The list of events: its views, which filters there are today, what everybody sees first."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.directory.cluster_list import COUNTY_LEVEL
from klaster.directory.filters import Choice, Facet, Selection
from klaster.directory.models import Cluster, Region, Sector
from klaster.directory.questions import ALL, Numbers
from klaster.events.event_filters import ONLINE
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
MOST_IN_A_MONTH = 500


def of_view(user: Reader, view: str, month: Month, text: str) -> EventQuerySet:
    """All public events of a view with these words in them, in its order."""
    seen = Event.objects.visible_to(user).published()
    events = of_month(seen, month) if view == MONTH else seen.past() if view == PAST else seen.coming()
    return events.with_words(text)


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


def facets(there: Numbers, chosen_clusters: Iterable[str]) -> list[Facet]:
    """All kinds, sectors and counties of the country; of other countries, languages and clusters those there are."""
    given = lambda question: {value for name, value in there if name == question}  # noqa: E731
    sectors = [Choice(sector.code, str(sector.name)) for sector in Sector.objects.by_name()]
    regions = Region.objects.filter(Q(level=COUNTY_LEVEL, country=settings.COUNTRY) | Q(code__in=given("place")))
    countries_of_rows = sorted(code for code in given("place") - {settings.COUNTRY} if countries.alpha2(code))
    places = [
        Choice(ONLINE, _("online")),
        Choice(settings.COUNTRY, countries.name(settings.COUNTRY)),
        *(Choice(region.code, str(region.name)) for region in regions.by_name()),
        *(Choice(code, countries.name(code)) for code in countries_of_rows),
    ]
    codes = sorted(given("language") | set(languages.codes()), key=languages.name_of)
    found = [
        Facet("kind", pgettext_lazy("of an event", "Kind"), [Choice(*each) for each in Event.Kind.choices]),
        Facet("place", pgettext_lazy("of an event", "Place"), places),
        Facet("sector", _("Sector"), sectors),
        Facet("language", _("Language"), [Choice(code, capfirst(languages.name_of(code))) for code in codes]),
    ]
    slugs = given("cluster") | set(chosen_clusters)
    clusters = Cluster.objects.published().filter(slug__in=slugs).by_name() if slugs else Cluster.objects.none()
    choices = [Choice(cluster.slug, str(cluster.name)) for cluster in clusters]
    return [*found, Facet("cluster", _("Cluster"), choices)] if choices else found


def widening(facets: Iterable[Facet], selection: Selection, numbers: Numbers) -> tuple[Facet, Selection] | None:
    """The question without which the list gains least, and what is chosen without it."""
    gains = [(numbers["", facet.name] - numbers[ALL], facet) for facet in facets if selection.answers.get(facet.name)]
    least = min((each for each in gains if each[0]), key=lambda each: each[0], default=None)
    return (least[1], selection.without(least[1].name)) if least else None


def for_lists(events: EventQuerySet) -> EventQuerySet:
    """With all that a row of a list shows."""
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
