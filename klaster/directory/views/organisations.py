"""Organisations: the list and the page of one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, filters, organisation_page, structured
from klaster.directory import organisation_list as listing
from klaster.directory.filters import Facet
from klaster.directory.models import ChangeRequest, Cluster, ClusterMembership, Organisation
from klaster.directory.models.organisations import OrganisationQuerySet
from klaster.directory.views.answers import chips, follows_former_addresses, page_or_part

PER_PAGE = 30


@login_not_required
@require_GET
@limited_finding
def organisation_list(request: HttpRequest) -> HttpResponse:
    rows, facets, selection, cluster = chosen(request)
    page = listing.page(rows, selection.text, PER_PAGE, request.GET)
    context = {
        "page": page,
        "organisations": page.object_list,
        "facets": facets,
        "chips": chips(facets, selection, cluster=cluster.slug if cluster else ""),
        "selection": selection,
        "cluster": cluster,
        "structured": structured.item_list(request, page.object_list, page),
    }
    return page_or_part(request, "directory/organisation_list.html", context)


def chosen(request: HttpRequest) -> tuple[OrganisationQuerySet, list[Facet], filters.Selection, Cluster | None]:
    """The rows the filters leave, what there was to choose from, what was chosen, and whose members they are."""
    clusters = Cluster.objects.visible_to(request.user).published()
    facets = listing.facets()
    selection = filters.read(request.GET, facets, ())
    rows = Organisation.objects.visible_to(request.user).published()
    for name, values in selection.answers.items():
        if values:
            rows = rows.filter(**{f"{name}__in": values})
    cluster = clusters.filter(slug=request.GET.get("cluster", "")[:90].replace("\x00", "")).first()
    if cluster:
        active = ClusterMembership.objects.active().filter(cluster=cluster)
        rows = rows.filter(memberships__in=active)
    return rows, facets, selection, cluster


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def organisation_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    rows, facets, selection, cluster = chosen(request)
    filters = [*(exports.of_cluster(cluster) if cluster else ()), *exports.chosen(facets, selection)]
    columns, cells = exports.organisation_columns(), exports.organisations(rows.with_words(selection.text).by_name())
    page = exports.list_page("organisation_list")
    return tables.response(exports.table(request, _("Organisations"), page, columns, cells, filters), ending)


@login_not_required
@require_GET
@follows_former_addresses(Organisation)
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, Organisation.objects.visible_to(request.user), slug=slug)


def show(
    request: HttpRequest, organisations: QuerySet, preview: ChangeRequest | None = None, **which: object
) -> HttpResponse:
    """The page of the one organisation with these values; with `preview` it says that this is not public yet."""
    rows = organisations.select_related("region", "place", "parent").prefetch_related("activities")
    context = organisation_page.context(get_object_or_404(rows, **which), request.user) | {"preview": preview}
    return page_or_part(request, "directory/organisation_detail.html", context)
