"""What the page of one organisation says, gathered from its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.directory import change_page, page_parts, structured
from klaster.directory.facts import Facts, stamp_of
from klaster.directory.models import (
    Agreement,
    Cluster,
    ClusterMembership,
    Label,
    Network,
    NetworkParticipation,
    Organisation,
    Programme,
    Statement,
)

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


def context(organisation: Organisation, reader: Reader) -> dict[str, Any]:
    crumbs = [
        {"title": _("Organisations"), "url": reverse("organisation_list")},
        {"title": str(organisation.name), "url": ""},
    ]
    clusters = Cluster.objects.visible_to(reader).published()
    memberships = (
        ClusterMembership.objects.active()
        .filter(organisation=organisation, cluster__in=clusters)
        .select_related("cluster", "cluster__main_sector", "source")
        .order_by("joined", "pk")
    )
    agreements = Agreement.objects.filter(parties=organisation).select_related("source").with_public_parties()
    labels = Label.objects.filter(issuer=organisation, cluster__in=clusters).select_related("cluster")
    return {
        "organisation": organisation,
        "facts": facts_of(organisation).rows,
        "coordinated": clusters.filter(coordinator=organisation).select_related("main_sector").by_name(),
        "memberships": [(row, stamp_of(row)) for row in memberships],
        "participations": participations_of(organisation, reader),
        "operated": Network.objects.visible_to(reader).published().filter(operator=organisation).by_name(),
        "programmes": programmes_of(organisation, reader),
        "agreements": [(row, stamp_of(row)) for row in agreements],
        "issued": labels.order_by("cluster__slug", "pk"),
        "units": Organisation.objects.visible_to(reader).published().filter(parent=organisation).by_name(),
        "parts": page_parts.of(organisation, reader),
        "may_edit": reader.has_perm("directory.change_organisation", organisation),
        "waiting": change_page.waiting(organisation, reader),
        "crumbs": crumbs,
        "structured": [
            structured.organisation(organisation),
            structured.breadcrumbs(crumbs, organisation.get_absolute_url()),
        ],
    }


def facts_of(organisation: Organisation) -> Facts:
    facts = Facts(Statement.objects.filter(organisation=organisation).newest_first().with_details())
    facts.add("kind", _("kind"), capfirst(organisation.get_kind_display()))
    facts.add("abbreviation", _("abbreviation"), organisation.abbreviation)
    facts.add("country", _("country"), organisation.country.name if organisation.country else "")
    facts.add("region", _("county"), organisation.region)
    facts.add("place", _("place"), organisation.place)
    facts.add("legal_code", _("legal-entity code"), organisation.legal_code)
    facts.add("founded", _("founded"), organisation.founded.display() if organisation.founded else "")
    activities = [f"{activity} ({activity.get_version_display()})" for activity in organisation.activities.all()]
    facts.add("activities", _("activities"), "; ".join(activities))
    parent = organisation.parent if organisation.parent and organisation.parent.is_published else None
    facts.add("parent", _("part of"), parent, url=parent.get_absolute_url() if parent else "")
    facts.add("website", _("website"), organisation.website, url=organisation.website)
    facts.add_figures(but_last=["name"])
    return facts


def participations_of(organisation: Organisation, reader: Reader) -> list[tuple[NetworkParticipation, Any]]:
    networks = Network.objects.visible_to(reader).published()
    rows = NetworkParticipation.objects.filter(organisation=organisation, network__in=networks)
    return [(row, stamp_of(row)) for row in rows.select_related("network", "source").order_by("since", "pk")]


def programmes_of(organisation: Organisation, reader: Reader) -> list[tuple[Programme, str]]:
    """Programmes it runs or takes part in, each with the role in words."""
    visible = Programme.objects.visible_to(reader).published()
    runs = [(programme, _("coordinator")) for programme in visible.filter(coordinator=organisation).by_name()]
    joins = visible.filter(partners=organisation).exclude(coordinator=organisation).by_name()
    return [*runs, *((programme, _("partner")) for programme in joins)]
