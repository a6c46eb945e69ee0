"""Networks of clusters: the list and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, structured
from klaster.directory.facts import Facts, Stamp, stamp_of
from klaster.directory.models import Cluster, Network, NetworkParticipation, Organisation, Statement
from klaster.directory.models.networks import NetworkQuerySet
from klaster.directory.views.answers import follows_former_addresses, paged

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


@login_not_required
@require_GET
@limited_finding
def network_list(request: HttpRequest) -> HttpResponse:
    page = paged(request, chosen(request))
    context = {
        "page": page,
        "networks": page.object_list,
        "text": request.GET.get("q", ""),
        "structured": structured.item_list(request, page.object_list, page),
    }
    return render(request, "directory/network_list.html", context)


def chosen(request: HttpRequest) -> NetworkQuerySet:
    """The rows the address asks for, in the order of the page."""
    return Network.objects.visible_to(request.user).published().with_words(request.GET.get("q", "")).home_first()


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def network_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    columns, cells = exports.network_columns(), exports.networks(chosen(request))
    page, given = exports.list_page("network_list"), exports.searched(request.GET.get("q", ""))
    return tables.response(exports.table(request, _("Networks"), page, columns, cells, given), ending)


@login_not_required
@require_GET
@follows_former_addresses(Network)
def network_detail(request: HttpRequest, slug: str) -> HttpResponse:
    network = get_object_or_404(Network.objects.visible_to(request.user).select_related("operator"), slug=slug)
    crumbs = [
        {"title": _("Networks"), "url": reverse("network_list")},
        {"title": str(network.name), "url": ""},
    ]
    agreements = network.agreements.select_related("source").with_public_parties()
    context = {
        "network": network,
        "facts": facts_of(network).rows,
        "groups": participants_of(network, request.user),
        "agreements": [(row, stamp_of(row)) for row in agreements],
        "member_of": [(row, stamp_of(row)) for row in memberships_of(network, request.user)],
        "crumbs": crumbs,
        "structured": [
            structured.organisation(network),
            structured.breadcrumbs(crumbs, network.get_absolute_url()),
        ],
    }
    return render(request, "directory/network_detail.html", context)


def facts_of(network: Network) -> Facts:
    facts = Facts(Statement.objects.filter(network=network).newest_first().with_details())
    operator = network.operator if network.operator and network.operator.is_published else None
    facts.add("kind", _("kind"), capfirst(network.get_kind_display()))
    facts.add("abbreviation", _("abbreviation"), network.abbreviation)
    facts.add("operator", _("operator"), operator, url=operator.get_absolute_url() if operator else "")
    facts.add("country", _("country"), network.country.name if network.country else "")
    facts.add("founded", _("founded"), network.founded.display() if network.founded else "")
    facts.add("website", _("website"), network.website, url=network.website)
    facts.add_figures(but_last=["name"])
    return facts


def participants_of(network: Network, reader: Reader) -> list[dict[str, Any]]:
    """Clusters, organisations and networks that take part, each group by name; entries nobody may see are left out."""
    rows = NetworkParticipation.objects.filter(network=network).select_related("source")
    kinds = [
        ("cluster", _("Clusters"), Cluster.objects.select_related("main_sector")),
        ("organisation", _("Organisations"), Organisation.objects.all()),
        ("member_network", _("Networks"), Network.objects.all()),
    ]
    groups = []
    for name, title, entries in kinds:
        by_entry = {getattr(row, f"{name}_id"): row for row in rows if getattr(row, f"{name}_id")}
        found = entries.visible_to(reader).published().filter(pk__in=by_entry).by_name() if by_entry else []
        taking_part: list[tuple[Any, NetworkParticipation, Stamp]] = [
            (entry, by_entry[entry.pk], stamp_of(by_entry[entry.pk])) for entry in found
        ]
        if taking_part:
            groups.append({"name": name, "title": title, "rows": taking_part})
    return groups


def memberships_of(network: Network, reader: Reader) -> list[NetworkParticipation]:
    visible = Network.objects.visible_to(reader).published()
    rows = NetworkParticipation.objects.filter(member_network=network, network__in=visible)
    return list(rows.select_related("network", "source").order_by("since", "pk"))
