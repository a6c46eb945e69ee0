"""Who acts for an organisation, and firms invited into a cluster by letter."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.accounts.models import Invitation
from klaster.core import languages
from klaster.core.limits import limited
from klaster.directory import actions
from klaster.directory.models import Affiliation, Cluster, Organisation
from klaster.directory.people_forms import InviteColleagueForm, InviteMemberForm
from klaster.directory.views.answers import follows_former_addresses, telling
from klaster.directory.views.editing import cluster_to_keep, crumbs, saved


def organisation_to_keep(request: HttpRequest, slug: str, *rights: str) -> Organisation:
    """The organisation if this person has one of the rights; 404 for what is not seen, 403 for what is."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), slug=slug)
    if not any(request.user.has_perm(right, organisation) for right in rights):
        raise PermissionDenied
    return organisation


def invited_to(grant: str, **params: int) -> list[Invitation]:
    rows = Invitation.objects.pending().filter(grant=grant, **{f"params__{name}": pk for name, pk in params.items()})
    return list(rows.select_related("invited_by").order_by("-invited_at", "pk"))


@never_cache
@require_GET
@follows_former_addresses(Organisation)
def organisation_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Who acts for it today, and who was invited to."""
    organisation = organisation_to_keep(request, slug, "directory.invite_representative")
    rows = Affiliation.objects.active().filter(organisation=organisation).select_related("person")
    invited = invited_to(actions.COLLEAGUE, organisation=organisation.pk)
    context = {
        "organisation": organisation,
        "affiliations": rows.order_by("role", languages.SortKey("person__name"), "pk"),
        "invited": [(row, request.user.has_perm("accounts.withdraw_invitation", row)) for row in invited],
        "crumbs": crumbs(organisation, _("Colleagues")),
    }
    return render(request, "directory/organisation_people.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@limited("invite", limit=30, per=86400)
@follows_former_addresses(Organisation)
def colleague_invite(request: HttpRequest, slug: str) -> HttpResponse:
    rights = ("directory.invite_representative", "directory.invite_first_manager")
    organisation = organisation_to_keep(request, slug, *rights)
    may_choose = request.user.has_perm(rights[0], organisation)
    form = InviteColleagueForm(request.POST or None, may_choose=may_choose)
    if form.is_valid():
        actions.invite_colleague(organisation, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("The invitation is on its way."))
        return redirect("organisation_people", slug=slug) if may_choose else redirect("my")
    context = {
        "form": form,
        "organisation": organisation,
        "may_choose": may_choose,
        "crumbs": crumbs(organisation, _("Invite")),
    }
    return render(request, "directory/colleague_invite.html", context, status=422 if form.is_bound else 200)


@require_POST
def affiliation_end(request: HttpRequest, pk: int) -> HttpResponse:
    affiliation = get_object_or_404(Affiliation.objects.visible_to(request.user).active(), pk=pk)
    if not request.user.has_perm("directory.end_affiliation", affiliation):
        raise PermissionDenied
    with telling(request):
        actions.end_affiliation(affiliation, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Ended. It stays in the history."))
    if request.user.has_perm("directory.invite_representative", affiliation.organisation):
        return redirect("organisation_people", slug=affiliation.organisation.slug)
    return redirect("my")


@never_cache
@require_http_methods(["GET", "POST"])
@limited("invite", limit=30, per=86400)
@follows_former_addresses(Cluster)
def member_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a firm that is not in the directory by the address of somebody there."""
    cluster = cluster_to_keep(request, slug, "directory.change_members")
    form = InviteMemberForm(request.POST or None, initial=initial_of(request, cluster))
    by, done = cast(Any, request.user), _("The invitation is on its way.")
    if saved(request, form, lambda: actions.invite_member(cluster, by=by, firm=form.firm(), **form.letter()), done):
        return redirect("cluster_members", slug=slug)
    context = {"form": form, "cluster": cluster, "crumbs": crumbs(cluster, _("Invite a firm"))}
    return render(request, "directory/member_invite.html", context, status=422 if form.is_bound else 200)


def initial_of(request: HttpRequest, cluster: Cluster) -> dict[str, Any]:
    return {
        "organisation_name": request.GET.get("name", "")[:200],
        "legal_code": request.GET.get("code", "")[:30],
        "country": cluster.country,
        "language": languages.current(),
    }
