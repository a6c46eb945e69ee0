"""Who is in a cluster: its coordinator names members and ends memberships; organisations confirm or refuse."""

from __future__ import annotations

import re
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.accounts.models import Invitation
from klaster.core import languages
from klaster.core.fields import in_language
from klaster.core.limits import limited_finding
from klaster.directory import actions
from klaster.directory import search as finder
from klaster.directory.edit_forms import EndForm, MembershipForm, OrganisationForm
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, Organisation
from klaster.directory.slugs import free_slug
from klaster.directory.views.answers import follows_former_addresses, telling
from klaster.directory.views.editing import add_errors, cluster_to_keep, crumbs, saved

RIGHT = "directory.change_members"
OFFERED = 8  # organisations a search offers
FEWEST_DIGITS = 5  # of what may be a legal code


def memberships_of(cluster: Cluster) -> QuerySet:
    rows = ClusterMembership.objects.filter(cluster=cluster).select_related("organisation")
    return rows.order_by(languages.SortKey(in_language("organisation__name")), "pk")


@never_cache
@require_GET
@limited_finding
@follows_former_addresses(Cluster)
def cluster_members(request: HttpRequest, slug: str) -> HttpResponse:
    """Members of today, claims that wait, past members; a box to find whom to add."""
    cluster = cluster_to_keep(request, slug, RIGHT)
    query = finder.read(request.GET.get("q", ""))
    code = code_in(query.text)
    by_code = list(Organisation.objects.visible_to(request.user).filter(legal_code=code)[:OFFERED]) if code else []
    found = None if by_code else finder.of_kind("organisations", query, request.user, start=0, stop=OFFERED)
    rows = memberships_of(cluster)
    active, waiting = list(rows.active()), list(rows.waiting())
    context = {
        "cluster": cluster,
        "active": active,
        "waiting": waiting,
        "past": rows.filter(left__isnull=False).exclude(pk__in=[row.pk for row in active]),
        "query": query,
        "code": code,
        "by_code": by_code,
        "invited": invited_firms(request, cluster),
        "without_manager": without_manager(request, active),
        "found": found.hits if found else [],
        "known": {row.organisation_id for row in (*active, *waiting)},
        "end_form": EndForm(),
        "crumbs": crumbs(cluster, _("Members")),
    }
    return render(request, "directory/cluster_members.html", context)


def code_in(typed: str) -> str:
    """The legal code that was looked for: mostly digits, written with or without spaces."""
    code = re.sub(r"\s+", "", typed)
    return code if len(code) >= FEWEST_DIGITS and sum(map(str.isdigit, code)) * 2 > len(code) else ""


def invited_firms(request: HttpRequest, cluster: Cluster) -> list[tuple[Invitation, bool]]:
    """Firms that were invited by letter and have not answered; whether this person may withdraw it."""
    rows = Invitation.objects.pending().filter(grant=actions.MEMBER, params__cluster=cluster.pk)
    found = rows.select_related("invited_by").order_by("-invited_at", "pk")
    return [(row, request.user.has_perm("accounts.withdraw_invitation", row)) for row in found]


def without_manager(request: HttpRequest, active: list[ClusterMembership]) -> set[int]:
    """Members whose first manager may be invited from here; asked for all of them at once."""
    pks = {membership.organisation_id for membership in active}
    managed = Affiliation.objects.active().filter(organisation__in=pks, role=Affiliation.Role.MANAGER)
    keeping = Organisation.objects.filter(pk__in=pks).filter(
        Q(pk__in=managed.values("organisation"))
        | Q(coordinated_clusters__isnull=False)
        | Q(operated_networks__isnull=False)
    )
    return pks - set(keeping.values_list("pk", flat=True))


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def member_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Another kind, commitment or first day of a membership."""
    cluster = cluster_to_keep(request, slug, RIGHT)
    membership = get_object_or_404(memberships_of(cluster), pk=pk)
    form = MembershipForm(request.POST or None, instance=membership)
    row, by = ClusterMembership(pk=membership.pk), cast(Any, request.user)
    if saved(request, form, lambda: actions.change_membership(row, by=by, values=form.cleaned_data)):
        return redirect("cluster_members", slug=slug)
    context = {
        "form": form,
        "cluster": cluster,
        "membership": membership,
        "end_form": EndForm(),
        "crumbs": crumbs(cluster, _("Change the membership")),
    }
    return render(request, "directory/member_edit.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def member_add(request: HttpRequest, slug: str, organisation: str) -> HttpResponse:
    """Name an organisation of the directory a member."""
    cluster = cluster_to_keep(request, slug, RIGHT)
    row = get_object_or_404(Organisation.objects.visible_to(request.user), slug=organisation)
    form = MembershipForm(request.POST or None)
    if form.is_valid():
        try:
            membership = actions.add_member(cluster, row, by=request.user, values=form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            confirmed = _("The organisation is now listed as a member.")
            waits = _("The organisation was asked to confirm it; until then only you see it.")
            messages.success(request, confirmed if membership.is_confirmed else waits)
            return redirect("cluster_members", slug=cluster.slug)
    context = {
        "form": form,
        "cluster": cluster,
        "organisation": row,
        "asks": not request.user.has_perm("directory.confirm_membership", ClusterMembership(organisation=row)),
        "crumbs": crumbs(cluster, _("Add a member")),
    }
    return render(request, "directory/member_add.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def member_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter an organisation that is not in the directory yet; similar names are shown before it is saved."""
    cluster = cluster_to_keep(request, slug, RIGHT)
    form = OrganisationForm(request.POST or None, request.FILES or None, prefix="organisation")
    membership_form = MembershipForm(request.POST or None, prefix="membership")
    if not form.is_bound:
        form.initial["country"] = cluster.country
        form.initial["name"] = {languages.current(): request.GET.get("name", "")[:200]}
        form.initial["legal_code"] = request.GET.get("code", "")[:30]
    similar: list[finder.Hit] = []
    if form.is_valid() & membership_form.is_valid():
        similar = [] if request.POST.get("sure") else similar_to(form.cleaned_data["name"], request)
        if not similar and (answer := enter(request, cluster, form, membership_form)):
            return answer
    context = {
        "form": form,
        "membership_form": membership_form,
        "cluster": cluster,
        "similar": similar,
        "crumbs": crumbs(cluster, _("New organisation")),
    }
    return render(request, "directory/member_new.html", context, status=422 if form.is_bound else 200)


def similar_to(name: dict[str, str], request: HttpRequest) -> list[finder.Hit]:
    """Organisations whose name is this one, begins so, or is a slip away."""
    hits = {
        hit.row.pk: hit
        for text in name.values()
        for hit in finder.names_like(text, request.user, "organisations")
    }  # fmt: skip
    return list(hits.values())[:OFFERED]


def enter(
    request: HttpRequest, cluster: Cluster, form: OrganisationForm, membership_form: MembershipForm
) -> HttpResponse | None:
    organisation = form.save(commit=False)
    organisation.slug = free_slug(str(organisation.name))
    try:
        actions.add_new_member(
            cluster, organisation, by=request.user, values=membership_form.cleaned_data, activities=form.activities()
        )
    except ValidationError as error:
        add_errors(form, error)
        return None
    except IntegrityError:  # somebody took the address or the legal code at the same moment
        form.add_error(None, _("Somebody entered this organisation just now. Look for it in the list."))
        return None
    messages.success(request, _("The organisation is in the directory and listed as a member."))
    return redirect("cluster_members", slug=cluster.slug)


@require_POST
@follows_former_addresses(Cluster)
def member_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    cluster = cluster_to_keep(request, slug, RIGHT)
    membership = get_object_or_404(memberships_of(cluster), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("cluster_members", slug=cluster.slug)
    with telling(request):
        actions.end_membership(membership, by=request.user, left=form.cleaned_data["left"])
        messages.success(request, _("The membership has ended. It stays in the history."))
    return redirect("cluster_members", slug=cluster.slug)


def membership_to_answer(request: HttpRequest, pk: int) -> ClusterMembership:
    membership = get_object_or_404(ClusterMembership.objects.waiting().select_related("organisation"), pk=pk)
    if not request.user.has_perm("directory.confirm_membership", membership):
        raise Http404
    return membership


@require_POST
def membership_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    with telling(request):
        actions.confirm_membership(membership_to_answer(request, pk), by=request.user)
        messages.success(request, _("Confirmed: the membership is public now."))
    return redirect("my")


@require_POST
def membership_reject(request: HttpRequest, pk: int) -> HttpResponse:
    with telling(request):
        actions.reject_membership(membership_to_answer(request, pk), by=request.user)
        messages.success(request, _("Refused: nobody sees this membership."))
    return redirect("my")
