"""Pages of events that everybody may read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from klaster.events.models import Event


@login_not_required
@require_GET
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    events = Event.objects.visible_to(request.user).select_related("organiser", "cluster", "series")
    return render(request, "events/event_detail.html", {"event": get_object_or_404(events, slug=slug)})
