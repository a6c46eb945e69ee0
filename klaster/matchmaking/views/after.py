"""What people say of their meetings, and the organiser's figures of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.matchmaking import figures
from klaster.matchmaking.actions import reports
from klaster.matchmaking.desk import frame, matchmaking_for
from klaster.matchmaking.forms.after import ReportForm
from klaster.matchmaking.models import Outcome
from klaster.matchmaking.views.live import Mine, on_the_day, said


@login_not_required
@never_cache
@on_the_day
@require_http_methods(["GET", "POST"])
def meeting_report(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    mine = Mine(request, token, pk).agreed()
    side = mine.meeting.sides.get(participant=mine.participant)
    now = side.outcomes.filter(stage=Outcome.Stage.NOW).first()
    told = {"held": side.held, "rating": side.rating, "note": side.note, "outcome": now.kind if now else ""}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=told)
    if request.method == "POST" and form.is_valid():
        try:
            reports.report(mine.meeting, mine.participant, by=mine.by, **form.cleaned_data)
            messages.success(request, _("Thank you, it is written down."))
            return redirect("my_day_by_link", token=token)
        except ValidationError as error:
            form.add_error(None, error)
    context = mine.context(_("How was the meeting?")) | {"form": form, "others": mine.others}
    status = 422 if form.errors else 200
    return render(request, "matchmaking/meeting_report.html", context | said(mine.meeting), status=status)


# --- the organiser's figures ------------------------------------------------------------------------------------------
@never_cache
@require_GET
def matchmaking_figures(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = matchmaking_for(request, slug)
    scope = figures.scope_of(matchmaking)
    context = frame(
        request,
        matchmaking,
        counts=figures.counts(scope),
        charts=figures.every(scope),
        network=figures.network(scope),
    )
    return render(request, "matchmaking/matchmaking_figures.html", context)


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def matchmaking_figure_export(request: HttpRequest, slug: str, code: str, ending: str) -> HttpResponseBase:
    """The table of one figure."""
    matchmaking = matchmaking_for(request, slug)
    chart = figures.named(code, figures.scope_of(matchmaking))
    if chart is None:
        raise Http404
    page = exports.list_page("matchmaking_figures", slug)
    title = _("%(figure)s – %(event)s") % {"figure": chart.title, "event": matchmaking.event.title}
    return tables.response(exports.table(request, title, page, chart.columns, chart.rows, list(chart.notes)), ending)
