"""The registrations of an event in figures, for those who run it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.events import desk, registration_figures

READ = "events.read_registrations"


@never_cache
@require_GET
def event_statistics(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug, READ)
    charts = registration_figures.every(registration_figures.scope_of(event, request.user))
    return render(request, "events/event_statistics.html", {"event": event, "charts": charts})


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def statistics_export(request: HttpRequest, slug: str, code: str, ending: str) -> HttpResponseBase:
    """The table of one figure."""
    event = desk.event_for(request, slug, READ)
    chart = registration_figures.named(code, registration_figures.scope_of(event, request.user))
    if chart is None:
        raise Http404
    page = exports.list_page("event_statistics", slug)
    title = _("%(figure)s – %(event)s") % {"figure": chart.title, "event": event.title}
    return tables.response(exports.table(request, title, page, chart.columns, chart.rows, list(chart.notes)), ending)
