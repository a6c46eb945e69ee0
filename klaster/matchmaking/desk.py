"""The organiser's pages of matchmaking: one tab of the event's desk, and what they share."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from klaster.events.desk import Tab, event_for
from klaster.matchmaking.models import Matchmaking

PAGES: list[str] = []  # names of addresses reached from the tab
TAB = Tab("matchmaking_desk", _("Matchmaking"), "handshake", pages=tuple(PAGES))


def matchmaking_for(request: HttpRequest, slug: str) -> Matchmaking:
    """The matchmaking of the event in the address, for somebody who runs it; 404 for all others."""
    event = event_for(request, slug)
    found = Matchmaking.objects.filter(event=event).first()
    if found is None:
        raise Http404
    found.event = event
    return found
