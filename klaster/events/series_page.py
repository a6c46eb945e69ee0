"""What the page of a series says: what it is, how often, its coming dates and those that were."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.directory import structured as schema
from klaster.directory.facts import stamp_of
from klaster.directory.views.answers import paged
from klaster.events import recurrence, structured
from klaster.events.event_list import for_lists
from klaster.events.event_places import shown
from klaster.events.models import Event, Series

COMING_SHOWN = 12
OFTEN = {
    "DAILY": gettext_lazy("every day"),
    "WEEKLY": gettext_lazy("every week"),
    "MONTHLY": gettext_lazy("every month"),
    "YEARLY": gettext_lazy("every year"),
}


def how_often(series: Series) -> str:
    """Of a rule that says no more than how often, in words; of others the dates say it."""
    parts = recurrence.parts(series.rrule)
    return str(OFTEN.get(parts.get("FREQ", ""), "")) if parts.get("INTERVAL", "1") == "1" else ""


def context(series: Series, request: HttpRequest) -> dict[str, Any]:
    events = for_lists(Event.objects.visible_to(request.user).published().filter(series=series))
    coming = list(events.coming()[:COMING_SHOWN])
    past = paged(request, events.past())
    crumbs = [{"title": _("Events"), "url": reverse("event_list")}, {"title": str(series.name), "url": ""}]
    cluster = series.cluster if series.cluster and series.cluster.is_published else None
    return {
        "series": series,
        "organiser": shown(series.organiser, series.organiser_name),
        "cluster": cluster,
        "often": how_often(series),
        "stamp": stamp_of(series),
        "coming": coming,
        "past": past,
        "may_run": request.user.has_perm("events.change_series", series),
        "crumbs": crumbs,
        "structured": [structured.series(series, coming), schema.breadcrumbs(crumbs, series.get_absolute_url())],
    }
