"""Brokered requests, for coordinators and the office: list, page, and every step."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.directory.models import Cluster, Organisation
from klaster.directory.views.answers import paged
from klaster.directory.views.editing import add_errors, save_form
from klaster.matchmaking import brokering_page
from klaster.matchmaking.actions import brokering as actions
from klaster.matchmaking.forms.brokering import BrokeredForm, CandidateForm, CloseForm, LedgerForm, MoveForm
from klaster.matchmaking.models import BrokeredRequest, BrokeredState, Candidate

ADD, CHANGE, EDIT = (f"matchmaking.{act}_brokeredrequest" for act in ("add", "change", "edit"))


def require_broker(request: HttpRequest) -> None:
    if not request.user.has_perm(ADD):
        raise PermissionDenied


@never_cache
@require_GET
def brokered_list(request: HttpRequest) -> HttpResponse:
    """Those nobody has taken, my own, and those that are closed; the office sees all."""
    require_broker(request)
    rows = BrokeredRequest.objects.visible_to(request.user).select_related("taken_by")
    tabs = {
        BrokeredState.OPEN: _("To be taken"), BrokeredState.TAKEN: _("Worked on"),
        BrokeredState.CLOSED: pgettext("brokered requests", "Closed"),
    }  # fmt: skip
    show = request.GET.get("show", BrokeredState.OPEN)
    if show not in tabs:
        raise Http404
    context = {
        "page": paged(request, rows.filter(state=show)),
        "tabs": [
            {"name": name, "title": title, "current": name == show, "count": rows.filter(state=name).count()}
            for name, title in tabs.items()
        ],
        "show": show,
        "may_read_evidence": request.user.has_perm("matchmaking.read_evidence"),
    }
    return render(request, "matchmaking/brokered_list.html", context)


@never_cache
@limited("brokered", limit=30, per=3600)
@require_http_methods(["GET", "POST"])
def brokered_new(request: HttpRequest) -> HttpResponse:
    require_broker(request)
    form = BrokeredForm(request.POST or None)

    def act(_row: Any, *, by: Any, values: Any, **_given: Any) -> BrokeredRequest:
        return actions.create(by=by, values=values, once=form.cleaned_data.get("once"))

    return save_form(request, form, act, BrokeredRequest(), "matchmaking/brokered_form.html", {"row": None})


@never_cache
@require_http_methods(["GET", "POST"])
def brokered_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = brokered_for(request, pk, EDIT)
    form = BrokeredForm(request.POST or None, instance=row)
    context = {"row": BrokeredRequest.objects.get(pk=pk)}
    return save_form(request, form, actions.save, BrokeredRequest(pk=pk), "matchmaking/brokered_form.html", context)


def brokered_for(request: HttpRequest, pk: int, perm: str = "") -> BrokeredRequest:
    rows = BrokeredRequest.objects.visible_to(request.user).select_related("taken_by", "created_by", "organisation")
    row = get_object_or_404(rows, pk=pk)
    if perm and not request.user.has_perm(perm, row):
        raise Http404
    return row


@never_cache
@require_GET
def brokered_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, brokered_for(request, pk))


def show(request: HttpRequest, row: BrokeredRequest, *, status: int = 200, **forms: Form) -> HttpResponse:
    context = brokering_page.context(row, request.user) | forms  # type: ignore[arg-type]
    return render(request, "matchmaking/brokered_detail.html", context, status=status)


def carry_out(request: HttpRequest, row: BrokeredRequest, name: str, form: Any, act: Any) -> HttpResponse:
    """Do it with what the form says, or show the page again with what is wrong."""
    if form is not None and not form.is_valid():
        return show(request, row, status=422, **{name: form})
    try:
        words = act(form.cleaned_data if form is not None else {})
    except ValidationError as error:
        if form is not None:
            add_errors(form, error)
            return show(request, brokered_for(request, row.pk), status=422, **{name: form})
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, words)
    seen = BrokeredRequest.objects.visible_to(request.user).filter(pk=row.pk).exists()
    return redirect(row) if seen else redirect("brokered_list")


@require_POST
def brokered_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it, hand it back, write into its ledger, close it; `do` says which."""
    row, do = brokered_for(request, pk, CHANGE), request.POST.get("do", "")
    by: Any = request.user
    steps: dict[str, tuple[str, Any, Any, str]] = {
        "take": ("", None, actions.take, _("It is yours now.")),
        "hand-back": ("", None, actions.hand_back, _("Another can take it.")),
        "note": ("ledger_form", LedgerForm, actions.note, _("Written down.")),
        "close": ("close_form", partial(CloseForm, request=row), actions.close, _("Closed.")),
    }
    if do not in steps:
        return redirect(row)
    name, make_form, verb, words = steps[do]

    def act(values: dict[str, Any]) -> str:
        verb(row, by=by, **values)
        return words

    return carry_out(request, row, name, make_form(request.POST) if make_form else None, act)


@require_POST
def candidate_add(request: HttpRequest, pk: int) -> HttpResponse:
    """By name, or one of those the page proposes."""
    row = brokered_for(request, pk, CHANGE)
    form = CandidateForm(request.POST) if "who" in request.POST else None
    chosen = proposed(request.POST.get("proposal", "")) if form is None else None
    if form is None and chosen is None:
        return redirect(row)

    def act(values: dict[str, Any]) -> str:
        reason = values.get("reason", request.POST.get("reason", ""))
        actions.propose(row, values.get("who") or chosen, by=request.user, reason=reason)  # type: ignore[arg-type]
        return _("Written down as a candidate.")

    return carry_out(request, row, "candidate_form", form, act)


def proposed(key: str) -> Organisation | Cluster | None:
    name, _dash, pk = key.partition("-")
    model: Any = {"organisation": Organisation, "cluster": Cluster}.get(name)
    return model.objects.published().filter(pk=pk).first() if model and pk.isdecimal() and len(pk) < 15 else None


@require_POST
def candidate_act(request: HttpRequest, pk: int, candidate_pk: int) -> HttpResponse:
    """The next step of a candidate; `do` is the state it comes into."""
    row = brokered_for(request, pk, CHANGE)
    candidate = get_object_or_404(row.candidates.select_related("organisation", "cluster"), pk=candidate_pk)
    do = request.POST.get("do", "")
    if do not in Candidate.State.values:
        return redirect(row)

    def act(values: dict[str, Any]) -> str:
        actions.move(candidate, do, by=request.user, **values)  # type: ignore[arg-type]
        return _("Written down.")

    return carry_out(request, row, "move_form", MoveForm(request.POST, auto_id=False), act)
