"""Changes to verified facts: what waits, one request with what differs, the office's answer, the preview."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from klaster.directory import actions, change_page
from klaster.directory.change_forms import DecisionForm
from klaster.directory.models import ChangeRequest, Cluster
from klaster.directory.models.changes import SUBJECTS
from klaster.directory.views import clusters, organisations
from klaster.directory.views.answers import paged
from klaster.directory.views.editing import add_errors

State = ChangeRequest.State
TABS = {
    "waiting": (State.SUBMITTED,),
    "returned": (State.RETURNED,),
    "decided": (State.ACCEPTED, State.PARTLY, State.DECLINED, State.WITHDRAWN),
    "drafts": (State.DRAFT,),
}


@never_cache
@require_GET
def change_list(request: HttpRequest) -> HttpResponse:
    """What this person may see: the office everything that was sent, others what they keep."""
    tab = request.GET.get("show", "waiting")
    if tab not in TABS:
        raise Http404
    seen = ChangeRequest.objects.visible_to(request.user)
    rows = seen.filter(state__in=TABS[tab]).select_related(*SUBJECTS, "author").annotate(count=Count("proposals"))
    counts = dict(seen.order_by().values_list("state").annotate(number=Count("pk")))
    titles = {"waiting": _("Waiting"), "returned": _("With the author"), "decided": _("Decided"), "drafts": _("Drafts")}
    context = {
        "page": paged(
            request, rows.order_by("submitted_at", "pk") if tab == "waiting" else rows.order_by("-updated_at")
        ),
        "tab": tab,
        "tabs": [
            {"name": name, "title": titles[name], "count": sum(counts.get(state, 0) for state in states)}
            for name, states in TABS.items()
        ],
        "decides": request.user.has_perm("directory.decide_changerequest"),
        "crumbs": [{"title": _("Changes"), "url": ""}],
    }
    return render(request, "directory/change_list.html", context)


def changes_seen(request: HttpRequest) -> QuerySet[ChangeRequest]:
    rows: QuerySet[ChangeRequest] = ChangeRequest.objects.visible_to(request.user)
    return rows.select_related(*SUBJECTS, "author")


@never_cache
@require_GET
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, get_object_or_404(changes_seen(request), pk=pk))


def show(
    request: HttpRequest, item: ChangeRequest, form: DecisionForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a request, with the form of whoever decides it."""
    shown = change_page.shown(item)
    if request.user.has_perm("directory.decide_changerequest", item) and item.is_waiting:
        form = form or new_form(item)
    else:
        form = None
    subject = item.subject
    context = {
        "change": None,
        "unsent": [],
        "item": item,
        "undecided": item.is_draft or item.is_open,
        "rows": [(row, form.fields_of(row.proposal.name) if form else None) for row in shown.rows],
        "form": form,
        "entry": subject,
        "cluster": item.cluster,
        "edit_url": reverse(f"{subject._meta.model_name}_edit", args=[subject.slug]),
        "may_edit": request.user.has_perm(f"directory.change_{subject._meta.model_name}", subject),
        "may_withdraw": request.user.has_perm("directory.withdraw_changerequest", item),
        "author_keeps": item.author is not None
        and item.author.has_perm(f"directory.change_{subject._meta.model_name}", subject),
        "crumbs": [{"title": _("Changes"), "url": reverse("change_list")}, {"title": str(subject.name), "url": ""}],
        **more,
    }
    return render(request, "directory/change_detail.html", context, status=status)


def new_form(change: ChangeRequest) -> DecisionForm:
    return DecisionForm(standing=actions.standing_of(change), version=actions.version_of_change(change))


@never_cache
@require_POST
def change_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept what was chosen, send it back with questions, or decline all of it."""
    change = get_object_or_404(changes_seen(request), pk=pk)
    if not request.user.has_perm("directory.decide_changerequest", change):
        raise PermissionDenied
    form = DecisionForm(request.POST, standing=actions.standing_of(change), version=actions.version_of_change(change))
    if not form.is_valid():
        return show(request, change, form, status=422)
    try:
        decided = answer(request, change, form)
    except actions.ChangedMeanwhile as meanwhile:
        change = get_object_or_404(changes_seen(request), pk=pk)
        renewed = form.renewed(actions.standing_of(change), actions.version_of_change(change))
        unsent = [] if change.is_waiting else form.typed
        return show(request, change, renewed, status=409, change=meanwhile, unsent=unsent)
    except ValidationError as error:
        add_errors(form, error)
        return show(request, change, form, status=422)
    messages.success(request, told(decided))
    return redirect("change_list")


def answer(request: HttpRequest, change: ChangeRequest, form: DecisionForm) -> ChangeRequest:
    given: dict[str, Any] = {
        "by": request.user,
        "version": form.cleaned_data["version"],
        "answers": form.answers,
        "reason": form.cleaned_data["reason"].strip(),
    }
    if request.POST.get("do") == "return":
        return actions.return_change(change, **given)
    declines = request.POST.get("do") == "decline"
    decisions = dict.fromkeys(form.standing, False) if declines else form.decisions
    return actions.decide_change(change, decisions=decisions, **given)


def told(change: ChangeRequest) -> str:
    return {
        State.ACCEPTED: _("Accepted: it is public now, and the author is told."),
        State.PARTLY: _("Accepted in part: the author is told what and why."),
        State.DECLINED: _("Declined: the author is told why."),
        State.RETURNED: _("Returned: it comes back when the author sends it again."),
    }[State(change.state)]


@require_POST
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The author takes a request back or throws a draft away."""
    change = get_object_or_404(changes_seen(request), pk=pk)
    if not request.user.has_perm("directory.withdraw_changerequest", change):
        raise PermissionDenied
    actions.withdraw_change(change, by=request.user)
    messages.success(
        request, _("The draft is gone.") if change.is_draft else _("Withdrawn: the office need not decide it any more.")
    )
    return redirect(change.subject)


@never_cache
@require_GET
def change_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as it would look with all of a draft or request; nothing of it is kept."""
    change = get_object_or_404(changes_seen(request), pk=pk)
    kind = change.subject._meta.model_name
    undecided = change.is_draft or change.is_open
    if not (undecided and request.user.has_perm(f"directory.change_{kind}", change.subject)):
        raise Http404
    try:
        with actions.as_if_public(change, by=request.user) as entry:
            show_entry = clusters.show if isinstance(entry, Cluster) else organisations.show
            return show_entry(request, type(entry).objects.all(), preview=change, pk=entry.pk)
    except ValidationError as error:
        messages.error(request, _("This cannot be shown yet: %(problem)s") % {"problem": " ".join(error.messages)})
        return redirect(change)
