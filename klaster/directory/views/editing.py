"""Coordinators keep their cluster: its page, its openings and achievements; and organisations theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.directory import actions, change_page
from klaster.directory.careful_forms import VersionedForm
from klaster.directory.edit_forms import AchievementForm, ClusterForm, EntryForm, OpeningForm, OrganisationForm
from klaster.directory.models import Achievement, Cluster, Opening, Organisation
from klaster.directory.views.answers import follows_former_addresses
from klaster.directory.views.drafts import Keeping


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


def saved(request: HttpRequest, form: Form, act: Callable[[], Any], done: str = "") -> bool:
    """Whether a form was right and what it asks for is done; what was refused stands at its fields."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as error:
        add_errors(form, error)
        return False
    except ObjectDoesNotExist as gone:  # deleted since the form was opened
        raise Http404 from gone
    messages.success(request, done or _("Saved."))
    return True


def save_form(
    request: HttpRequest,
    form: VersionedForm,
    act: Callable[..., Any],
    row: Any,
    template: str,
    context: dict[str, Any],
    *,
    then: str = "",
    done: Callable[[Any], HttpResponse] | None = None,
    keeping: Keeping | None = None,
) -> HttpResponse:
    """Save what the form changed, or show it again with what is wrong, or with what somebody else changed meanwhile.

    `row` is what `act` is given, as it is in the database and not as the form has changed it; `then` is where to go
    afterwards, if not to the row, or `done` answers with what `act` gave. `keeping` has the draft of the form.
    """
    if keeping:
        keeping.shown(form)
        context = context | {"keeping": keeping}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data.get("version", "")
                row = act(row, by=request.user, version=version, values=form.values())
            except actions.ChangedMeanwhile as change:
                status = 409
                context = context | {"change": change, "differing": form.renew(change.row)}
            except ValidationError as error:
                add_errors(form, error)
            except ObjectDoesNotExist as gone:  # deleted since the form was opened
                raise Http404 from gone
            else:
                if keeping:
                    keeping.was_sent()
                if done:
                    return done(row)
                messages.success(request, _("Saved."))
                return redirect(then or row)
    return render(request, template, {"change": None, "differing": []} | context | {"form": form}, status=status)


TEMPLATES: dict[type, str] = {
    Cluster: "directory/cluster_edit.html",
    Organisation: "directory/organisation_edit.html",
}


def edit_entry(
    request: HttpRequest, entry: Cluster | Organisation, form_class: type[EntryForm], **context: Any
) -> HttpResponse:
    """Publish what the form says, keep it as a draft, or look at it first."""
    kind = str(entry._meta.model_name)
    keeping = Keeping(request, kind, entry.pk)
    form = form_class(keeping.data, request.FILES or None, instance=entry, by=request.user)
    do = request.POST.get("do", "publish")

    def act(row: Any, **given: Any) -> Any:
        save = actions.publish if do == "publish" else actions.save_draft
        return save(row, basis=form.cleaned_data["basis"], remarks=form.remarks(), **given)

    def done(saved: Any) -> HttpResponse:
        if do == "publish":
            messages.success(request, told(saved))
            return redirect(saved.entry)
        if saved is None:
            messages.info(request, _("The form says what is public already: there is nothing to keep."))
            return redirect(f"{kind}_edit", slug=entry.slug)
        if do == "preview":
            return redirect("change_preview", pk=saved.pk)
        messages.success(request, _("The draft is kept. Nothing public has changed."))
        return redirect(f"{kind}_edit", slug=entry.slug)

    context |= {
        "entry": entry,
        "crumbs": crumbs(entry, _("Edit")),
        "waiting": change_page.waiting(entry, request.user),
    }
    row = type(entry)(pk=entry.pk)
    return save_form(request, form, act, row, TEMPLATES[type(entry)], context, done=done, keeping=keeping)


def told(saved: Any) -> str:
    """What became public and what waits."""
    if saved.request is None:
        return _("Saved.")
    count = saved.request.proposals.count()
    waits = ngettext(
        "%(count)s change waits for the network's office. Until then the page shows what was accepted last.",
        "%(count)s changes wait for the network's office. Until then the page shows what was accepted last.",
        count,
    ) % {"count": count}
    return f"{_('Saved.')} {waits}" if saved.is_public else waits


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def cluster_edit(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    return edit_entry(
        request,
        cluster,
        ClusterForm,
        title=_("Edit the page of the cluster"),
        cluster=cluster,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Organisation)
def organisation_edit(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.change_organisation", organisation):
        raise PermissionDenied
    return edit_entry(request, organisation, OrganisationForm, title=_("Edit the page of the organisation"))


def crumbs(entry: Cluster | Organisation, *last: str) -> list[dict[str, str]]:
    from_mine = [{"title": str(entry.name), "url": entry.get_absolute_url()}]
    return [*from_mine, *({"title": title, "url": ""} for title in last)]


@dataclass(frozen=True)
class Part:
    """A kind of rows of a cluster that its coordinator writes: `name` of one in the template, `relation` of all."""

    model: type[Opening | Achievement]
    name: str
    relation: str
    template: str
    form: type[VersionedForm]
    save: Callable[..., Any]
    new: str | Promise
    edit: str | Promise


OPENINGS = Part(
    Opening,
    "opening",
    "openings",
    "directory/opening_form.html",
    OpeningForm,
    actions.save_opening,
    new=gettext_lazy("New opening"),
    edit=gettext_lazy("Edit the opening"),
)
ACHIEVEMENTS = Part(
    Achievement,
    "achievement",
    "achievements",
    "directory/achievement_form.html",
    AchievementForm,
    actions.save_achievement,
    new=gettext_lazy("New achievement"),
    edit=gettext_lazy("Edit the achievement"),
)


def edit_part(request: HttpRequest, part: Part, slug: str, pk: int | None = None) -> HttpResponse:
    """Write a new row of the cluster, or the one with this number another way."""
    cluster = cluster_to_keep(request, slug)
    row = get_object_or_404(getattr(cluster, part.relation), pk=pk) if pk else part.model(cluster=cluster)
    title = part.edit if pk else part.new
    keeping = Keeping(request, part.name if pk else f"{part.name}-new", pk or cluster.pk)
    form = part.form(keeping.data, instance=row)
    then = reverse(f"cluster_{part.relation}", args=[slug])
    context = {"cluster": cluster, "entry": cluster, "title": title, part.name: row, "leave": then}
    context["crumbs"] = crumbs(cluster, str(title))
    untouched = part.model(pk=pk, cluster=cluster)
    return save_form(request, form, part.save, untouched, part.template, context, then=then, keeping=keeping)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def opening_new(request: HttpRequest, slug: str) -> HttpResponse:
    return edit_part(request, OPENINGS, slug)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def opening_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return edit_part(request, OPENINGS, slug, pk)


@require_POST
@follows_former_addresses(Cluster)
def opening_close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    actions.close_opening(get_object_or_404(cluster.openings, pk=pk), by=request.user)
    messages.success(request, _("The opening is closed."))
    if request.POST.get("back") == "my":
        return redirect("my")
    return redirect("cluster_openings", slug=cluster.slug)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def achievement_new(request: HttpRequest, slug: str) -> HttpResponse:
    return edit_part(request, ACHIEVEMENTS, slug)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def achievement_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return edit_part(request, ACHIEVEMENTS, slug, pk)


@require_POST
@follows_former_addresses(Cluster)
def achievement_delete(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug)
    actions.delete_achievement(get_object_or_404(cluster.achievements, pk=pk), by=request.user)
    messages.success(request, _("The achievement is deleted."))
    return redirect("cluster_achievements", slug=cluster.slug)
