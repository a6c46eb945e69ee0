"""Asking to join a cluster, coming back by the link in a letter, and answering for the cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.signing import BadSignature
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import limits
from klaster.core.limits import limited
from klaster.directory import actions, recipients
from klaster.directory import search as finder
from klaster.directory.join_forms import AcceptForm, AnswerForm, DeclineForm, JoinForm, QuestionForm
from klaster.directory.models import Cluster, JoinRequest, Opening, Organisation
from klaster.directory.slugs import free_slug
from klaster.directory.views.answers import follows_former_addresses, paged, telling
from klaster.directory.views.contact import opening_asked, too_often
from klaster.directory.views.editing import add_errors

log = structlog.get_logger(__name__)

EACH_HOUR = 5  # requests by one person or from one address
TO_A_CLUSTER_EACH_HOUR = 40
FOR_AN_ADDRESS_EACH_DAY = 5  # letters that somebody may cause to one address
RIGHT = "directory.answer_join_request"
OFFERED = 6  # organisations proposed as the one that asks


# --- the applicant --------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@follows_former_addresses(Cluster)
def cluster_join(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user).published(), slug=slug)
    opening = opening_asked(request, cluster)
    form = JoinForm(request.POST or None, request=request, cluster=cluster)
    if not (request.method == "POST" and form.is_valid()):
        return join_page(request, form, opening, status=422 if form.is_bound else 200)
    if form.is_from_a_robot:
        log.warning("robot in the form to join", cluster=cluster.pk)
        return redirect("cluster_join_sent", slug=cluster.slug)
    if JoinRequest.objects.filter(once=form.once).exists():
        return redirect("cluster_join_sent", slug=cluster.slug)
    try:
        limits.hit("join", limits.who_of(request), limit=EACH_HOUR, per=3600)
        limits.hit("join to", f"cluster {cluster.pk}", limit=TO_A_CLUSTER_EACH_HOUR, per=3600)
        address = actions.sender_key(form.instance.email)
        limits.hit("join from", f"mail {address}", limit=FOR_AN_ADDRESS_EACH_DAY, per=86400)
    except limits.RateLimited as refusal:
        form.add_error(None, too_often(refusal.retry_after))
        return join_page(request, form, opening, status=429)
    return send(request, form, opening)


def send(request: HttpRequest, form: JoinForm, opening: Opening | None) -> HttpResponse:
    cluster = form.cluster
    by: Any = request.user if request.user.is_authenticated else None
    try:
        actions.send_join_request(form.instance, by=by, once=form.once, cluster=cluster, opening=opening)  # type: ignore[arg-type]
    except ObjectDoesNotExist as gone:  # while the form was checked
        raise Http404 from gone
    except actions.AlreadyAsked as again:
        return render(request, "directory/cluster_join_again.html", {"cluster": cluster, "earlier": again.request})
    except ValidationError as error:
        add_errors(form, error)
        return join_page(request, form, opening, status=422)
    return redirect("cluster_join_sent", slug=cluster.slug)


def join_page(request: HttpRequest, form: JoinForm, opening: Opening | None, *, status: int) -> HttpResponse:
    cluster = form.cluster
    crumbs = [
        {"title": _("Clusters"), "url": reverse("cluster_list")},
        {"title": str(cluster.name), "url": cluster.get_absolute_url()},
        {"title": _("Join"), "url": ""},
    ]
    context = {
        "form": form,
        "cluster": cluster,
        "opening": opening,
        "has_keeper": recipients.has_keeper(cluster),
        "crumbs": crumbs,
    }
    return render(request, "directory/cluster_join.html", context, status=status)


@login_not_required
@require_GET
@follows_former_addresses(Cluster)
def cluster_join_sent(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user).published(), slug=slug)
    context = {"cluster": cluster, "has_keeper": recipients.has_keeper(cluster)}
    return render(request, "directory/cluster_join_sent.html", context)


def request_of(ticket: str) -> JoinRequest:
    """The request a letter's link opens. It is forgotten some time after the answer: then the link is of nothing."""
    try:
        number = actions.number_in(ticket)
    except (BadSignature, ValueError) as forged:
        raise Http404 from forged
    return get_object_or_404(JoinRequest.objects.numbered(number).select_related("cluster", "organisation"))


@login_not_required
@never_cache
@limited("join status", limit=60, per=600, methods=["GET"])
@require_GET
def join_status(request: HttpRequest, ticket: str) -> HttpResponse:
    """Where the request stands: to answer a question, to take it back."""
    row = request_of(ticket)
    return status_page(request, row, ticket, AnswerForm())


def status_page(
    request: HttpRequest, row: JoinRequest, ticket: str, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    context = {"row": row, "cluster": row.cluster, "ticket": ticket, "form": form, "notes": row.notes.all()}
    return render(request, "directory/join_status.html", context, status=status)


@login_not_required
@limited("join status", limit=30, per=3600)
@require_POST
def join_reply(request: HttpRequest, ticket: str) -> HttpResponse:
    row = request_of(ticket)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return status_page(request, row, ticket, form, status=422)
    with telling(request):
        actions.answer_question(row, form.cleaned_data["text"], by=person_of(request, row))
        messages.success(request, _("Your answer is on its way to the coordinator."))
    return redirect("join_status", ticket=ticket)


@login_not_required
@limited("join status", limit=30, per=3600)
@require_POST
def join_withdraw(request: HttpRequest, ticket: str) -> HttpResponse:
    row = request_of(ticket)
    with telling(request):
        actions.withdraw_join_request(row, by=person_of(request, row))
    return redirect("join_status", ticket=ticket)


def person_of(request: HttpRequest, row: JoinRequest) -> Any:
    """Who acts, where it is the one who sent it; the link alone is nobody in particular."""
    return request.user if request.user.is_authenticated and request.user.pk == row.sender_id else None


# --- the cluster ----------------------------------------------------------------------------------------------------
def cluster_to_answer_for(request: HttpRequest, slug: str) -> Cluster:
    """Who asks to join is nobody's business but the cluster's: for others there is no such page."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    if not request.user.has_perm("directory.change_members", cluster):
        raise Http404
    return cluster


def request_to_answer(request: HttpRequest, slug: str, pk: int) -> JoinRequest:
    cluster = cluster_to_answer_for(request, slug)
    rows = JoinRequest.objects.visible_to(request.user).filter(cluster=cluster)
    row = get_object_or_404(rows.select_related("cluster", "organisation", "opening", "membership"), pk=pk)
    if not request.user.has_perm(RIGHT, row):
        raise Http404
    return row


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def join_requests(request: HttpRequest, slug: str) -> HttpResponse:
    """Open ones first come first served, then what was answered."""
    cluster = cluster_to_answer_for(request, slug)
    rows = JoinRequest.objects.visible_to(request.user).filter(cluster=cluster).select_related("organisation")
    answered = rows.exclude(state__in=JoinRequest.OPEN).order_by("-answered_at", "pk")
    context = {
        "cluster": cluster,
        "open": rows.open().order_by("sent_at", "pk"),
        "page": paged(request, answered),
        "crumbs": crumbs_of(cluster, _("Join requests")),
    }
    return render(request, "directory/join_requests.html", context)


def crumbs_of(cluster: Cluster, last: str) -> list[dict[str, str]]:
    return [{"title": str(cluster.name), "url": cluster.get_absolute_url()}, {"title": last, "url": ""}]


@never_cache
@require_GET
@follows_former_addresses(Cluster)
def join_request(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    return request_page(request, request_to_answer(request, slug, pk))


def request_page(request: HttpRequest, row: JoinRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "row": row,
        "cluster": row.cluster,
        "notes": row.notes.all(),
        "accept_form": AcceptForm(row=row, candidates=candidates_for(request, row)) if row.is_open else None,
        "decline_form": DeclineForm(auto_id="decline_%s"),
        "question_form": QuestionForm(auto_id="question_%s"),
        "crumbs": [
            {"title": str(row.cluster.name), "url": row.cluster.get_absolute_url()},
            {"title": _("Join requests"), "url": reverse("join_requests", args=[row.cluster.slug])},
            {"title": row.firm_name, "url": ""},
        ],
        **forms,
    }
    return render(request, "directory/join_request.html", context, status=status)


def candidates_for(request: HttpRequest, row: JoinRequest) -> list[Organisation]:
    """Organisations of the directory it may be: the one chosen by its own people, of the same code, of a like name."""
    if row.organisation:
        return [row.organisation]
    visible = Organisation.objects.visible_to(request.user)
    if row.legal_code:
        same = list(visible.filter(country=row.country, legal_code=row.legal_code))
        if same:
            return same
    hits = finder.names_like(row.organisation_name, request.user, "organisations")
    return list({hit.row.pk: hit.row for hit in hits}.values())[:OFFERED]


@require_POST
@follows_former_addresses(Cluster)
def join_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    row = request_to_answer(request, slug, pk)
    if not row.is_open:  # pressed twice, or answered by somebody else: the page says how
        return redirect(row)
    form = AcceptForm(request.POST, row=row, candidates=candidates_for(request, row))
    if not form.is_valid():
        return request_page(request, row, status=422, accept_form=form)
    organisation = form.organisation()
    if organisation.pk is None:
        organisation.slug = free_slug(str(organisation.name))
    try:
        done = actions.accept_join_request(row, by=request.user, organisation=organisation, values=form.values())  # type: ignore[arg-type]
    except ValidationError as error:
        add_errors(form, error)
        return request_page(request, row, status=422, accept_form=form)
    except IntegrityError:  # somebody took the address or the legal code at the same moment
        form.add_error(None, _("Somebody entered this organisation just now. Look for it in the list."))
        return request_page(request, row, status=422, accept_form=form)
    confirmed = _("Accepted: the organisation is listed as a member, and the applicant was told.")
    waits = _("Accepted. The organisation's people or the network's office confirm it; until then only you see it.")
    messages.success(request, confirmed if done.membership and done.membership.is_confirmed else waits)
    return redirect("join_requests", slug=done.cluster.slug)


@require_POST
@follows_former_addresses(Cluster)
def join_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    form = DeclineForm(request.POST, auto_id="decline_%s")

    def act(row: JoinRequest) -> JoinRequest:
        return actions.decline_join_request(row, form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]

    return answer(request, slug, pk, form, "decline_form", _("Declined; the applicant was told why."), act)


@require_POST
@follows_former_addresses(Cluster)
def join_ask(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    form = QuestionForm(request.POST, auto_id="question_%s")

    def act(row: JoinRequest) -> JoinRequest:
        return actions.ask_back(row, form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]

    return answer(request, slug, pk, form, "question_form", _("Your question is on its way to the applicant."), act)


def answer(
    request: HttpRequest, slug: str, pk: int, form: Any, name: str, done: str, act: Callable[[JoinRequest], Any]
) -> HttpResponse:
    row = request_to_answer(request, slug, pk)
    if not form.is_valid():
        return request_page(request, row, status=422, **{name: form})
    try:
        act(row)
    except PermissionDenied as left:  # the right ended while the page was open
        raise Http404 from left
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(row)
    messages.success(request, done)
    return redirect("join_requests", slug=slug)
