"""The list of events as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klaster.core import languages
from klaster.directory import exports
from klaster.events.event_list import for_lists
from klaster.events.event_places import shown
from klaster.events.models import Event
from klaster.events.when import days_of

if TYPE_CHECKING:
    from klaster.events.models.events import EventQuerySet


def columns() -> list[str]:
    return [
        _("Title"), *(f"{_('Title')} ({code})" for code in languages.codes()), _("Kinds"), _("State"), _("Begins"),
        _("Ends"), _("When, as far as known"), _("Where people take part"), pgettext("of an event", "Place"), _("Town"),
        _("County"), _("Country"), _("Languages"), _("Sectors"), _("Cluster"), _("Series"), _("Organiser"),
        _("In one sentence"), _("Page"), _("Invented"),
    ]  # fmt: skip


def rows(events: EventQuerySet) -> Iterator[list[object]]:
    return exports.each(for_lists(events).prefetch_related("sectors"), cells)


def cells(event: Event) -> list[object]:
    """Moments where times are known, else days."""
    begins, ends = (event.starts, event.ends) if not event.is_all_day else days_of(event) or ("", "")
    kinds = [str(label) for kind, label in Event.Kind.choices if kind in event.kinds]
    cluster = event.cluster.name if event.cluster and event.cluster.is_published else ""
    series = event.series.name if event.series and event.series.status == "published" else ""
    return [
        str(event.title), *(event.title.get(code, "") for code in languages.codes()), "; ".join(kinds),
        event.get_state_display(), begins, ends, event.happened, event.get_mode_display(), str(event.venue), event.city,
        event.region or "", exports.in_country(event), ", ".join(map(languages.name_of, event.languages)),
        "; ".join(str(sector) for sector in event.sectors.all()), cluster, series,
        (shown(event.organiser, event.organiser_name) or {}).get("name", ""), event.summary,
        settings.SITE_URL + event.get_absolute_url(), _("yes") if event.is_invented else "",
    ]  # fmt: skip
