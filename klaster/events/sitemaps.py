"""What search engines are told of events: public ones that are real."""

from __future__ import annotations

from django.contrib.sitemaps import Sitemap

from klaster.core.sitemaps import NamedSitemap, RowsSitemap
from klaster.events.models import Event, Series


def sections() -> dict[str, Sitemap]:
    return {
        "event-lists": NamedSitemap("event_list"),
        "events": RowsSitemap(Event.objects.published().real().order_by("pk")),
        "series": RowsSitemap(Series.objects.published().filter(is_invented=False).order_by("pk")),
    }
