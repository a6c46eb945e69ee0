"""The workspace: what waits for somebody today, whether their page is still true, and the lists they keep."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from klaster.core.models import Notice, label_of
from klaster.directory import actions, cluster_sections
from klaster.directory.models import Cluster, ContactMessage, JoinRequest
from klaster.directory.models.organisations import today
from klaster.directory.topics import CONTACT
from klaster.directory.views.answers import follows_former_addresses, telling
from klaster.directory.views.editing import cluster_to_keep, crumbs
from klaster.directory.workspace import Desk


@never_cache
@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """What this person keeps here, what waits for an answer, and what of a cluster's page may be out of date."""
    desk = Desk(request.user, asked=cluster_asked(request))  # type: ignore[arg-type]
    sections = cluster_sections.Sections(desk.cluster) if desk.cluster else None
    requests = JoinRequest.objects.filter(sender=request.user.pk).select_related("cluster", "organisation")
    context = {
        "desk": desk,
        "today": today(),
        "sections": sections,
        "wanting": sections.wanting if sections else [],
        "fresh": sections.fresh if sections else [],
        "stale_after": settings.STALE_AFTER_DAYS,
        "requests": [(row, actions.ticket_of(row)) for row in requests.order_by("-sent_at", "pk")],
    }
    return render(request, "directory/my.html", context)


def cluster_asked(request: HttpRequest) -> Cluster | None:
    """The cluster chosen among those one may keep; any other is not there."""
    slug = request.GET.get("cluster", "")
    if not slug:
        return None
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.change_cluster", cluster):
        raise Http404
    return cluster


def cluster_to_confirm(request: HttpRequest, slug: str, section: str) -> Cluster:
    if section not in cluster_sections.every_section():
        raise Http404
    return cluster_to_keep(request, slug, "directory.confirm_section")


def back_to_sections(cluster: Cluster) -> HttpResponse:
    return redirect(f"{reverse('my')}?cluster={cluster.slug}#still-true")


@require_POST
@follows_former_addresses(Cluster)
def section_confirm(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    cluster = cluster_to_confirm(request, slug, section)
    with telling(request):
        actions.confirm_section(cluster, section, by=request.user)  # type: ignore[arg-type]
    return back_to_sections(cluster)


@require_POST
@follows_former_addresses(Cluster)
def section_unconfirm(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    cluster = cluster_to_confirm(request, slug, section)
    actions.undo_confirmation(cluster, section, by=request.user)  # type: ignore[arg-type]
    return back_to_sections(cluster)


@require_POST
@follows_former_addresses(Cluster)
def messages_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Notices of messages to this cluster count as read from here on; then the messages."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.read_messages", cluster):
        raise Http404
    label = label_of(ContactMessage())
    keys = [f"{label} {pk}" for pk in ContactMessage.objects.filter(cluster=cluster).values_list("pk", flat=True)]
    Notice.objects.visible_to(request.user).filter(topic=CONTACT.code, key__in=keys).mark_read()
    return redirect("cluster_messages", slug=cluster.slug)


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_openings(request: HttpRequest, slug: str) -> HttpResponse:
    """Whom the cluster seeks and sought, drafts too."""
    cluster = cluster_to_keep(request, slug)
    rows = cluster.openings.order_by("-published_at", "pk")
    context = {
        "cluster": cluster,
        "open": [row for row in rows if row.is_open],
        "others": [row for row in rows if not row.is_open],
        "crumbs": crumbs(cluster, _("Openings")),
    }
    return render(request, "directory/cluster_openings.html", context)


@require_POST
@follows_former_addresses(Cluster)
def opening_extend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    opening = get_object_or_404(cluster.openings, pk=pk)
    try:
        until = parse_date(request.POST.get("until", ""))
    except ValueError:
        until = None
    with telling(request):
        row = actions.extend_opening(opening, by=request.user, until=until)  # type: ignore[arg-type]
        if row.until and row.until != opening.until:
            messages.success(request, _("The opening is shown a month longer."))
    return redirect("my") if request.POST.get("back") == "my" else redirect("cluster_openings", slug=cluster.slug)


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def cluster_achievements(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    context = {
        "cluster": cluster,
        "achievements": cluster.achievements.all(),
        "crumbs": crumbs(cluster, _("Achievements")),
    }
    return render(request, "directory/cluster_achievements.html", context)
