"""Coordinators keep their cluster: its page, its openings and achievements; and organisations theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.directory import actions
from klaster.directory.edit_forms import AchievementForm, ClusterForm, EntryForm, OpeningForm, OrganisationForm
from klaster.directory.models import Achievement, Cluster, Opening, Organisation


def cluster_to_keep(request: HttpRequest, slug: str, right: str = "directory.change_cluster") -> Cluster:
    """The cluster if this person sees it and has the right; 404 for what is not seen, 403 for what is."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm(right, cluster):
        raise PermissionDenied
    return cluster


def add_errors(form: Form, error: ValidationError) -> None:
    """What the action or the database refused, at its field where the form has it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.error_dict.items():
        form.add_error(name if name in form.fields else None, problems)


def save_entry(
    request: HttpRequest, form: EntryForm, act: Callable[..., Any], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Save what the form changed, or show it again with what is wrong, or with what somebody else changed meanwhile."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = act(
                    type(form.instance)(pk=form.instance.pk),
                    by=request.user,
                    version=form.cleaned_data["version"],
                    values=form.values(),
                )
            except actions.ChangedMeanwhile as change:
                status = 409
                context = context | {"change": change, "differing": form.renew(change.row)}
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect(row)
    return render(request, template, context | {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def cluster_edit(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    form = ClusterForm(request.POST or None, request.FILES or None, instance=cluster)
    context = {
        "entry": cluster,
        "title": _("Edit the page of the cluster"),
        "openings": cluster.openings.order_by("-published_at", "pk"),
        "achievements": cluster.achievements.all(),
        "crumbs": crumbs(cluster, _("Edit")),
    }
    return save_entry(request, form, actions.change_cluster, "directory/cluster_edit.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def organisation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.change_organisation", organisation):
        raise PermissionDenied
    form = OrganisationForm(request.POST or None, request.FILES or None, instance=organisation)
    context = {
        "entry": organisation,
        "title": _("Edit the page of the organisation"),
        "crumbs": crumbs(organisation, _("Edit")),
    }
    return save_entry(request, form, actions.change_organisation, "directory/organisation_edit.html", context)


def crumbs(entry: Cluster | Organisation, *last: str) -> list[dict[str, str]]:
    from_mine = [{"title": str(entry.name), "url": entry.get_absolute_url()}]
    return [*from_mine, *({"title": title, "url": ""} for title in last)]


@never_cache
@require_http_methods(["GET", "POST"])
def opening_new(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    return save_opening(request, Opening(cluster=cluster), _("New opening"))


@never_cache
@require_http_methods(["GET", "POST"])
def opening_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    return save_opening(request, get_object_or_404(cluster.openings, pk=pk), _("Edit the opening"))


def save_opening(request: HttpRequest, opening: Opening, title: str) -> HttpResponse:
    form = OpeningForm(request.POST or None, instance=opening)
    if form.is_valid():
        row = Opening(pk=opening.pk, cluster=opening.cluster)
        actions.save_opening(row, by=request.user, values=form.values())
        messages.success(request, _("Saved."))
        return redirect("cluster_edit", slug=opening.cluster.slug)
    context = {"form": form, "cluster": opening.cluster, "title": title, "opening": opening,
               "crumbs": crumbs(opening.cluster, title)}  # fmt: skip
    return render(request, "directory/opening_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def opening_close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    actions.close_opening(get_object_or_404(cluster.openings, pk=pk), by=request.user)
    messages.success(request, _("The opening is closed."))
    return redirect("cluster_edit", slug=cluster.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def achievement_new(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    return save_achievement(request, Achievement(cluster=cluster), _("New achievement"))


@never_cache
@require_http_methods(["GET", "POST"])
def achievement_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    return save_achievement(request, get_object_or_404(cluster.achievements, pk=pk), _("Edit the achievement"))


def save_achievement(request: HttpRequest, achievement: Achievement, title: str) -> HttpResponse:
    form = AchievementForm(request.POST or None, instance=achievement)
    if form.is_valid():
        row = Achievement(pk=achievement.pk, cluster=achievement.cluster)
        actions.save_achievement(row, by=request.user, values=form.values())
        messages.success(request, _("Saved."))
        return redirect("cluster_edit", slug=achievement.cluster.slug)
    context = {"form": form, "cluster": achievement.cluster, "title": title, "achievement": achievement,
               "crumbs": crumbs(achievement.cluster, title)}  # fmt: skip
    return render(request, "directory/achievement_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def achievement_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    actions.delete_achievement(get_object_or_404(cluster.achievements, pk=pk), by=request.user)
    messages.success(request, _("The achievement is deleted."))
    return redirect("cluster_edit", slug=cluster.slug)
