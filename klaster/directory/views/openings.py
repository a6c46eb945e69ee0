"""Who clusters seek today."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports, filters, structured
from klaster.directory.filters import Choice, Facet
from klaster.directory.models import Opening, Sector
from klaster.directory.views.answers import chips, page_or_part, paged


@login_not_required
@require_GET
def opening_list(request: HttpRequest) -> HttpResponse:
    rows, facets, selection = chosen(request)
    page = paged(request, rows)
    context = {
        "page": page,
        "openings": page.object_list,
        "facets": facets,
        "chips": chips(facets, selection),
        "selection": selection,
        "structured": structured.item_list(request, page.object_list, page),
    }
    return page_or_part(request, "directory/opening_list.html", context)


def chosen(request: HttpRequest) -> tuple[QuerySet[Opening], list[Facet], filters.Selection]:
    """The rows the address asks for, what there was to choose from, and what it chose."""
    everything = Opening.objects.visible_to(request.user).listed().select_related("cluster__main_sector")
    sectors = [Choice(sector.code, str(sector.name)) for sector in Sector.objects.by_name()]
    kinds = [Choice(kind, capfirst(label)) for kind, label in Opening.Kind.choices]
    facets = [Facet("sector", _("Sector"), sectors), Facet("kind", _("Who is sought"), kinds)]
    selection = filters.read(request.GET, facets, ())
    rows = everything
    if chosen := selection.answers["sector"]:
        rows = rows.in_sector(*chosen)
    if chosen := selection.answers["kind"]:
        rows = rows.filter(kind__in=chosen)
    return rows.order_by("-published_at", "pk"), facets, selection


@login_not_required
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def opening_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    rows, facets, selection = chosen(request)
    columns, cells = exports.opening_columns(), exports.openings(rows)
    page, given = exports.list_page("opening_list"), exports.chosen(facets, selection)
    return tables.response(exports.table(request, _("Openings"), page, columns, cells, given), ending)
