"""The organiser's desk of an event."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from klaster.events import desk


@require_GET
def event_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """How the event stands."""
    event = desk.event_for(request, slug)
    return render(request, "events/event_desk.html", {"event": event})
