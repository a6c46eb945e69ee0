"""How a cluster stands before the European platform (ECCP), and its profile to take there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import languages, tables
from klaster.core.fields import PartialDate, TranslatedTextField
from klaster.directory import eccp, eccp_profile, exports
from klaster.directory.models import Cluster
from klaster.directory.views.answers import follows_former_addresses
from klaster.directory.views.editing import cluster_to_keep, crumbs

RIGHT = "directory.check_eccp"


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_eccp(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug, RIGHT)
    readiness = eccp.check(eccp_profile.facts_of(cluster))
    context = {
        "cluster": cluster,
        "readiness": readiness,
        "tests": [(test, address_of(test, cluster)) for test in readiness.tests],
        "waiver": (readiness.waiver, address_of(readiness.waiver, cluster)),
        "source": {"platform": eccp.PLATFORM, "waiver": eccp.WAIVER, "read_on": PartialDate(eccp.READ_ON).display()},
        "groups": eccp_profile.profile(cluster),
        "native": languages.codes()[0],
        "crumbs": crumbs(cluster, _("European platform")),
    }
    return render(request, "directory/cluster_eccp.html", context)


def address_of(test: eccp.Test, cluster: Cluster) -> str:
    """Where the next step is taken: the very field, where there is one."""
    if test.where is None:
        return ""
    page = reverse("cluster_edit" if test.where is eccp.Where.EDIT else "cluster_members", args=[cluster.slug])
    if not test.anchor:
        return page
    in_languages = isinstance(Cluster._meta.get_field(test.anchor), TranslatedTextField)
    return f"{page}#id_{test.anchor}{'_0' if in_languages else ''}"


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_eccp_json(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug, RIGHT)
    response = JsonResponse(eccp_profile.as_json(cluster), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{cluster.slug}-eccp.json"'
    return response


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_eccp_table(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    cluster = cluster_to_keep(request, slug, RIGHT)
    columns = [_("Group"), _("Field"), _("In English"), languages.name_of(languages.codes()[0])]
    title = _("European platform – %(cluster)s") % {"cluster": cluster.slug}
    page = exports.list_page("cluster_eccp", cluster.slug)
    return tables.response(exports.table(request, title, page, columns, eccp_profile.as_rows(cluster)), ending)
