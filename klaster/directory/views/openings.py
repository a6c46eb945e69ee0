"""Who clusters seek today."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.directory import filters, structured
from klaster.directory.filters import Choice, Facet
from klaster.directory.models import Opening, Sector
from klaster.directory.views.answers import chips, page_or_part, paged


@login_not_required
@require_GET
def opening_list(request: HttpRequest) -> HttpResponse:
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
    page = paged(request, rows.order_by("-published_at", "pk"))
    context = {
        "page": page,
        "openings": page.object_list,
        "facets": facets,
        "chips": chips(facets, selection),
        "selection": selection,
        "structured": structured.item_list(request, page.object_list, page),
    }
    return page_or_part(request, "directory/opening_list.html", context)
