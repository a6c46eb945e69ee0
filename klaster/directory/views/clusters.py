"""Clusters: the list with its filters, its table, and the page of one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import cluster_list as listing
from klaster.directory import cluster_page, exports, filters, structured
from klaster.directory.models import ChangeRequest, Cluster, Label
from klaster.directory.views.answers import chips, follows_former_addresses, list_or_part, page_or_part, paged

FEW = 4  # a list shorter than this is offered wider


@login_not_required
@require_GET
@limited_finding
def cluster_list(request: HttpRequest) -> HttpResponse:
    rows, facets, selection = chosen(request)
    facts = [row.facts for row in rows]
    pks = listing.matching(rows, selection)
    page = paged(request, pks)
    wider = filters.widenings(facets, selection, facts)[:1] if len(pks) < FEW else []
    clusters = listing.shown(page.object_list)
    context = {
        "clusters": clusters,
        "invented": sum(row.is_invented for row in rows if selection.admits(row.facts)),
        "page": page,
        "facets": filters.count(facets, selection, facts),
        "selection": selection,
        "chips": chips(facets, selection),
        "orders": listing.ORDERS,
        "order": selection.order or listing.ROTATION,
        "wider": wider,
        "wider_clusters": listing.shown(wider[0].joining[:5]) if wider else [],
        "export_query": selection.query(),
        "structured": structured.item_list(request, clusters, page),
    }
    return list_or_part(request, "directory/cluster_list.html", context)


def chosen(request: HttpRequest) -> tuple[list[listing.Row], list[filters.Facet], filters.Selection]:
    """What there is to choose from, and what the address chose of it."""
    asked = filters.read(request.GET, [], listing.ORDERS)
    rows = listing.published(request.user, asked.text, asked.order or listing.ROTATION)
    facets = listing.facets(rows)
    return rows, facets, filters.read(request.GET, facets, listing.ORDERS)


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def cluster_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    rows, facets, selection = chosen(request)
    clusters = exports.clusters(listing.matching(rows, selection))
    filters = exports.chosen(facets, selection)
    page = exports.list_page("cluster_list")
    return tables.response(exports.table(request, _("Clusters"), page, listing.COLUMNS, clusters, filters), ending)


@login_not_required
@require_GET
@follows_former_addresses(Cluster)
def cluster_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, Cluster.objects.visible_to(request.user), slug=slug)


def show(
    request: HttpRequest, clusters: QuerySet[Cluster], preview: ChangeRequest | None = None, **which: object
) -> HttpResponse:
    """The page of the one cluster with these values; with `preview` it says that this is not public yet."""
    labels = Label.objects.select_related("issuer", "source").order_by(
        F("valid_until").desc(nulls_last=True), "-issued", "pk"
    )
    clusters = clusters.select_related("coordinator", "main_sector", "region")
    cluster = get_object_or_404(clusters.prefetch_related("other_sectors", Prefetch("labels", labels)), **which)
    context = cluster_page.context(cluster, request.user) | {"preview": preview}
    return page_or_part(request, "directory/cluster_detail.html", context)
