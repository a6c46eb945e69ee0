"""What the page of one cluster says, gathered from its rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.core import languages
from klaster.core.fields import in_language
from klaster.directory import change_page, page_parts, recipients, structured
from klaster.directory.cluster_sections import SERVICES, description_in, every_section
from klaster.directory.facts import Facts, Stamp, stamp_of
from klaster.directory.models import (
    Agreement,
    Cluster,
    ClusterMembership,
    Confirmation,
    Label,
    NetworkParticipation,
    Organisation,
    Statement,
)
from klaster.directory.models.networks import Network

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

MEMBERS_SHOWN = 30


def context(cluster: Cluster, reader: Reader) -> dict[str, Any]:
    facts = facts_of(cluster, reader)
    stated_members = facts.take("members")
    facts.add_figures(but_last=["name"])
    crumbs = [
        {"title": _("Clusters"), "url": reverse("cluster_list")},
        {"title": str(cluster.name), "url": ""},
    ]
    return {
        "cluster": cluster,
        "facts": facts.rows,
        "labels": [(label, stamp_of(label)) for label in cluster.labels.all()],
        "label_past": Label.Validity.EXPIRED,
        "stated_members": stated_members,
        **members_of(cluster, reader),
        "openings": cluster.openings.open().order_by("-published_at", "pk"),
        "achievements": [(each, stamp_of(each)) for each in cluster.achievements.select_related("source")],
        "participations": participations_of(cluster, reader),
        "agreements": agreements_of(cluster),
        **confirmations_of(cluster),
        "parts": page_parts.of(cluster, reader),
        "has_keeper": recipients.has_keeper(cluster),
        "may_edit": reader.has_perm("directory.change_cluster", cluster),
        "may_read_messages": reader.has_perm("directory.read_messages", cluster),
        "waiting": change_page.waiting(cluster, reader),
        "crumbs": crumbs,
        "structured": [structured.cluster(cluster), structured.breadcrumbs(crumbs, cluster.get_absolute_url())],
    }


def confirmations_of(cluster: Cluster) -> dict[str, Any]:
    """The day each section was last said to be true, never by whom; and of the page, whole or in parts."""
    days = {section: row.day for section, row in Confirmation.objects.latest(cluster).items()}
    known = [day for day in (cluster.checked_on, *days.values()) if day]
    described = days.get(description_in(languages.current()))
    return {
        "confirmed": {section: days.get(section) for section in every_section()},
        "described_on": described or days.get(SERVICES),
        "confirmed_on": max(known, default=None),
        "is_confirmed_whole": bool(known) and max(known) == cluster.checked_on,
    }


def facts_of(cluster: Cluster, reader: Reader) -> Facts:
    """Fields of the cluster by the names of its model: statements of a kind of that name are their sources."""
    facts = Facts(Statement.objects.filter(cluster=cluster).newest_first().with_details())
    coordinator = cluster.coordinator
    if coordinator and not coordinator.is_published:
        drafts = Organisation.objects.visible_to(reader).filter(pk=coordinator.pk)
        coordinator = drafts.first() if reader.is_authenticated else None
    facts.add(
        "coordinator", _("coordinator"), coordinator, url=coordinator.get_absolute_url() if coordinator else "",
        always=True,
    )  # fmt: skip
    if cluster.coordinator_id and not facts.rows[-1].value:
        facts.rows[-1].value = _("an organisation without a public page")
    others = ", ".join(str(sector) for sector in cluster.other_sectors.all())
    facts.add(
        "main_sector", _("sector"), cluster.main_sector,
        url=cluster.main_sector.get_absolute_url() if cluster.main_sector else "",
    )  # fmt: skip
    facts.add("other_sectors", _("other sectors"), others)
    facts.add("country", _("country"), cluster.country.name)
    facts.add("region", _("county"), cluster.region)
    facts.add("legal_form", _("legal form"), cluster.get_legal_form_display() if cluster.legal_form else "")
    facts.add("founded", _("founded"), cluster.founded.display() if cluster.founded else "")
    since = cluster.joint_activity_since
    facts.add("joint_activity_since", _("joint activity since"), since.in_sentence() if since else "")
    facts.add("languages", _("languages"), ", ".join(map(languages.name_of, cluster.languages)))
    facts.add("website", _("website"), cluster.website, url=cluster.website)
    return facts


def members_of(cluster: Cluster, reader: Reader) -> dict[str, Any]:
    """Members of today with a public page: how many, of which kinds, and the first of them by name."""
    organisations = Organisation.objects.visible_to(reader).published()
    active = ClusterMembership.objects.active().filter(cluster=cluster, organisation__in=organisations)
    kinds = Counter(active.order_by().values_list("organisation__kind", flat=True))
    by_name = active.order_by(languages.SortKey(in_language("organisation__name")), "organisation_id")
    rows = list(by_name.select_related("organisation__region", "source")[:MEMBERS_SHOWN])
    members_url = f"{reverse('organisation_list')}?cluster={cluster.slug}"
    labels = {kind: capfirst(label) for kind, label in Organisation.Kind.choices}
    most_first = sorted(kinds.items(), key=lambda pair: (-pair[1], labels[pair[0]]))
    return {
        "members": rows,
        "member_count": sum(kinds.values()),
        "members_url": members_url,
        "member_kinds": [
            {"label": labels[kind], "value": number, "url": f"{members_url}&kind={kind}"} for kind, number in most_first
        ],
        "members_source": members_source(rows),
    }


def members_source(rows: list[ClusterMembership]) -> Stamp:
    """The one source of the memberships, where they have one."""
    stamps = {stamp_of(row) for row in rows}
    return stamps.pop() if len(stamps) == 1 else Stamp()


def participations_of(cluster: Cluster, reader: Reader) -> list[tuple[NetworkParticipation, Stamp]]:
    rows = NetworkParticipation.objects.filter(
        cluster=cluster, network__in=Network.objects.visible_to(reader).published()
    )
    return [(row, stamp_of(row)) for row in rows.select_related("network", "source").order_by("since", "pk")]


def agreements_of(cluster: Cluster) -> list[tuple[Agreement, Stamp]]:
    """What its coordinator signed."""
    if cluster.coordinator is None:
        return []
    rows = Agreement.objects.filter(parties=cluster.coordinator).select_related("source").with_public_parties()
    return [(row, stamp_of(row)) for row in rows]
