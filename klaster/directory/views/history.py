"""What was changed of a cluster, for whoever keeps it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.directory import history
from klaster.directory.models import Cluster
from klaster.directory.views.answers import follows_former_addresses, paged
from klaster.directory.views.editing import cluster_to_keep, crumbs


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_history(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug, "directory.read_history")
    page = paged(request, history.events(cluster))
    context = {
        "cluster": cluster,
        "page": page,
        "acts": history.acts(cluster, page.object_list),
        "crumbs": crumbs(cluster, _("History")),
    }
    return render(request, "directory/cluster_history.html", context)
