"""The organiser's pages of matchmaking: one tab of the event's desk, and what they share."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.events.desk import Tab, event_for
from klaster.matchmaking.models import Matchmaking

PAGES: list[str] = [
    "desk_settings", "desk_slots", "desk_slot", "desk_tables", "desk_table", "desk_participants", "desk_participant",
    "desk_add", "desk_meetings", "desk_ask", "desk_write", "desk_import", "desk_import_check", "desk_timetable",
    "desk_run", "desk_compare", "desk_place", "desk_publish", "matchmaking_day", "matchmaking_figures",
]  # fmt: skip
TAB = Tab("matchmaking_desk", gettext_lazy("Matchmaking"), "handshake", pages=tuple(PAGES))

SECTIONS = [
    ("matchmaking_desk", gettext_lazy("Overview"), ("desk_settings",)),
    ("desk_participants", gettext_lazy("Participants"), ("desk_participant", "desk_add", "desk_write")),
    ("desk_meetings", gettext_lazy("Meetings"), ("desk_ask",)),
    ("desk_slots", gettext_lazy("Times"), ("desk_slot",)),
    ("desk_tables", gettext_lazy("Tables"), ("desk_table",)),
    ("desk_import", gettext_lazy("Import"), ("desk_import_check",)),
    ("desk_timetable", gettext_lazy("Timetable"), ("desk_run", "desk_compare", "desk_place", "desk_publish")),
    ("matchmaking_day", gettext_lazy("The day"), ()),
    ("matchmaking_figures", gettext_lazy("Figures"), ()),
]


def matchmaking_for(request: HttpRequest, slug: str) -> Matchmaking:
    """The matchmaking of the event in the address, for somebody who runs it; 404 for all others."""
    event = event_for(request, slug)
    found = Matchmaking.objects.filter(event=event).select_related("published_run").first()
    if found is None:
        raise Http404
    found.event = event
    return found


def frame(request: HttpRequest, matchmaking: Matchmaking, **more: Any) -> dict[str, Any]:
    """What every page of the tab shows: the event, the line of sections, the path to the page."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    slug = matchmaking.event.slug
    sections = [
        {"title": title, "url": reverse(name, args=[slug]), "current": here == name or here in pages}
        for name, title, pages in SECTIONS
    ]
    crumbs = [
        {"title": str(matchmaking.event.title), "url": reverse("event_desk", args=[slug])},
        {"title": _("Matchmaking"), "url": reverse("matchmaking_desk", args=[slug])},
        {"title": _("Timetable"), "url": reverse("desk_timetable", args=[slug])},
    ]
    return {
        "matchmaking": matchmaking, "event": matchmaking.event, "sections": sections, "crumbs": crumbs,
        "zone": matchmaking.event.zone,
    } | more  # fmt: skip
