"""Sectors of the network: the list and the page of one, at an address in each language."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET

from klaster.core import languages
from klaster.directory import cluster_list as listing
from klaster.directory import structured
from klaster.directory.models import Cluster, ClusterMembership, Opening, Organisation, Sector
from klaster.directory.models.organisations import OrganisationQuerySet

ORGANISATIONS_SHOWN = 60


@login_not_required
@require_GET
def sector_list(request: HttpRequest) -> HttpResponse:
    clusters = Cluster.objects.visible_to(request.user).published()
    rows = clusters.order_by().values_list("pk", "main_sector", "other_sectors")
    members: dict[int, set[int]] = {}
    for pk, main, other in rows:
        for sector in (main, other):
            if sector:
                members.setdefault(sector, set()).add(pk)
    sectors = [(sector, len(members.get(sector.pk, ()))) for sector in Sector.objects.by_name()]
    return render(request, "directory/sector_list.html", {"sectors": sectors})


@login_not_required
@require_GET
def sector_detail(request: HttpRequest, slug: str) -> HttpResponse:
    sector = find(slug)
    if sector.get_absolute_url() != request.path:
        return redirect(sector, permanent=True)
    clusters = Cluster.objects.visible_to(request.user).published().in_sector(sector.code)
    pks = list(clusters.by_name().values_list("pk", flat=True))
    crumbs = [{"title": _("Sectors"), "url": reverse("sector_list")}, {"title": str(sector.name), "url": ""}]
    organisations = list(organisations_in(clusters, request)[: ORGANISATIONS_SHOWN + 1])
    context = {
        "sector": sector,
        "clusters": listing.shown(pks),
        "organisations": organisations[:ORGANISATIONS_SHOWN],
        "has_more_organisations": len(organisations) > ORGANISATIONS_SHOWN,
        "openings": Opening.objects.visible_to(request.user)
        .listed()
        .filter(cluster__in=pks)
        .select_related("cluster__main_sector"),
        "crumbs": crumbs,
        "structured": structured.breadcrumbs(crumbs, sector.get_absolute_url()),
        "translations": addresses(sector),
    }
    return render(request, "directory/sector_detail.html", context)


def find(slug: str) -> Sector:
    """By its address in any language: a link in another language leads to the right page."""
    either = Q(code=slug)
    for code in languages.codes():
        either |= Q(Exact(KeyTextTransform(code, "slug"), slug))  # slug__lt would mean "less than"
    sector = Sector.objects.filter(either).order_by("position", "pk").first()
    if sector is None:
        raise Http404
    return sector


def addresses(sector: Sector) -> dict[str, str]:
    """The page's address in each language of the site."""
    found = {}
    for code in languages.codes():
        with override(code):
            found[code] = sector.get_absolute_url()
    return found


def organisations_in(clusters: object, request: HttpRequest) -> OrganisationQuerySet:
    """Coordinators and members of today of these clusters, by name."""
    active = ClusterMembership.objects.active().filter(cluster__in=clusters)
    rows = Organisation.objects.visible_to(request.user).published().select_related("region")
    return rows.filter(
        Q(pk__in=active.values("organisation")) | Q(pk__in=clusters.order_by().values("coordinator"))  # type: ignore[attr-defined]
    ).by_name()
