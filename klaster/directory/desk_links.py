"""What the workspace shows of checks: broken links to mend, and where the checks and the history stand."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.directory import link_checks
from klaster.directory.own_todos import day_in_words, of_cluster
from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency


def broken_links(desk: Desk) -> Iterator[Todo]:
    """Addresses on the page of the cluster in question that led nowhere for days."""
    cluster = desk.cluster
    if cluster is None:
        return
    for row in link_checks.broken_of(cluster):
        since = timezone.localdate(row.since) if row.since else None
        said = [
            row.problem_in_words,
            _("Tried in vain since %(date)s.") % {"date": day_in_words(since)} if since else "",
        ]
        yield Todo(
            title=_("A link does not work: %(address)s") % {"address": row.url},
            text=of_cluster(desk, cluster, " ".join(filter(None, said))),
            acts=(Act(_("Mend it"), reverse("cluster_edit", args=[cluster.slug]) + "#id_website"),),
            urgency=Urgency.LATER,
            icon="circle-alert",
            day=since,
        )


def links(desk: Desk) -> Iterator[Link]:
    yield from links_of_the_office(desk)
    cluster = desk.cluster
    if cluster is None:
        return
    slug = [cluster.slug]
    if desk.person.has_perm("directory.check_eccp", cluster):
        yield Link(_("European platform"), reverse("cluster_eccp", args=slug), "globe", pages=("cluster_eccp",))
    if desk.person.has_perm("directory.read_history", cluster):
        yield Link(_("History"), reverse("cluster_history", args=slug), "clock", pages=("cluster_history",))


OF_DUPLICATES = ("duplicate_list", "merge_list", "merge_entries")
OF_QUALITY = ("quality_overview", "quality_list")


def links_of_the_office(desk: Desk) -> Iterator[Link]:
    if desk.person.has_perm("directory.merge_entries"):
        url = reverse("duplicate_list")
        yield Link(_("Duplicates"), url, "handshake", Group.NETWORK, pages=OF_DUPLICATES)
    if desk.person.has_perm("directory.read_quality"):
        url = reverse("quality_overview")
        yield Link(_("Quality of the data"), url, "circle-check", Group.NETWORK, pages=OF_QUALITY)
