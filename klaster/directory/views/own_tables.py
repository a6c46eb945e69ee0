"""Tables that only the people of a cluster, and the office, may take away: its members, what was written to it."""

from __future__ import annotations

import structlog
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.directory import exports
from klaster.directory.models import Cluster, ContactMessage
from klaster.directory.views.answers import follows_former_addresses
from klaster.directory.views.editing import cluster_to_keep
from klaster.directory.views.members import RIGHT, memberships_of

log = structlog.get_logger(__name__)


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def member_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """Members of today, claims that wait and past members, with their days."""
    cluster = cluster_to_keep(request, slug, RIGHT)
    page = exports.list_page("cluster_members", cluster.slug)
    rows = exports.members(memberships_of(cluster))
    table = exports.table(request, _("Members"), page, exports.member_columns(), rows, exports.of_cluster(cluster))
    return tables.response(table, ending)


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def message_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """What was written to a cluster, for whoever may read it; that it left the site is in the log."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.read_messages", cluster):
        raise Http404
    log.info("messages taken away", cluster=cluster.pk, person=request.user.pk)
    rows = exports.messages(ContactMessage.objects.visible_to(request.user).filter(cluster=cluster))
    page = exports.list_page("cluster_messages", cluster.slug)
    table = exports.table(request, _("Messages"), page, exports.message_columns(), rows, exports.of_cluster(cluster))
    return tables.response(table, ending)
