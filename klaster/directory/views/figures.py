"""The network in figures."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports, figures
from klaster.directory.models import Cluster
from klaster.directory.panels import as_of

INVENTED = "invented"  # in the address: count invented rows, too


def scope_of(request: HttpRequest) -> figures.Scope:
    """Real rows; where the site is only tried out, the invented ones with them if the address says so."""
    return figures.Scope(with_invented=can_be_tried() and INVENTED in request.GET)


def can_be_tried() -> bool:
    return (settings.DEMO or settings.TESTING) and Cluster.objects.published().filter(is_invented=True).exists()


@login_not_required
@require_GET
def figure_list(request: HttpRequest) -> HttpResponse:
    scope = scope_of(request)
    context = {
        "charts": figures.every(scope),
        "date": as_of(None),
        "scope": scope,
        "can_be_tried": can_be_tried(),
        "query": f"?{INVENTED}" if scope.with_invented else "",
    }
    return render(request, "directory/figure_list.html", context)


@login_not_required
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def figure_export(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """The table of one figure."""
    scope = scope_of(request)
    chart = figures.named(code, scope)
    if chart is None:
        raise Http404
    said = [*chart.notes, *([_("Invented rows are counted, for trying.")] if scope.with_invented else [])]
    page = exports.list_page("figure_list")
    table = exports.table(request, chart.title, f"{page}#{code}", chart.columns, chart.rows, said)
    return tables.response(table, ending)
