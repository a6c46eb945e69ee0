"""Entries that may be one: what was found, two side by side, what was united, and taking it back. For the office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from procrastinate.exceptions import AlreadyEnqueued

from klaster.core import merging
from klaster.directory import actions, choosing, jobs
from klaster.directory.forms import PairForm
from klaster.directory.models import Duplicate, DuplicateSearch, Merge
from klaster.directory.models.base import Entry
from klaster.directory.models.duplicates import with_entries
from klaster.directory.models.merging import EntryKind, name_of
from klaster.directory.views.answers import paged, telling

RIGHT = "directory.merge_entries"


def require_office(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def crumbs(*last: str) -> list[dict[str, str]]:
    first = [{"title": _("Duplicates"), "url": reverse("duplicate_list") if last else ""}]
    return [*first, *({"title": title, "url": ""} for title in last)]


@never_cache
@require_GET
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs the job proposes, the likeliest first; those that are not the same; a form for any two others."""
    require_office(request)
    form = PairForm(request.GET if "one" in request.GET else None)
    if form.is_bound and form.is_valid():
        one, other = form.cleaned_data["one"], form.cleaned_data["other"]
        return redirect("merge_entries", kind=one._meta.model_name, kept=one.slug, gone=other.slug)
    show = request.GET.get("show", "open")
    if show not in ("open", "rejected"):
        raise Http404
    state = Duplicate.State.REJECTED if show == "rejected" else Duplicate.State.PROPOSED
    page = paged(request, Duplicate.objects.visible_to(request.user).filter(state=state).select_related("decided_by"))
    context = {
        "page": page,
        "pairs": [{"row": row, "entries": pair} for row, pair in with_entries(page.object_list)],
        "show": show,
        "form": form,
        "search": DuplicateSearch.objects.first(),
        "crumbs": crumbs(),
    }
    return render(request, "directory/duplicate_list.html", context, status=422 if form.errors else 200)


@require_POST
def duplicate_look(request: HttpRequest) -> HttpResponse:
    """Look again now; twice is once."""
    require_office(request)
    try:
        with transaction.atomic():
            jobs.look_for_duplicates.configure(queueing_lock="look for duplicates").defer()
    except AlreadyEnqueued:
        messages.info(request, _("It waits in the queue already."))
    else:
        messages.success(request, _("Looking. Come back in a minute or two."))
    return redirect("duplicate_list")


@require_POST
def duplicate_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Not the same, or asked again after all."""
    require_office(request)
    row = get_object_or_404(Duplicate.objects.visible_to(request.user), pk=pk)
    if request.POST.get("again"):
        actions.reopen_duplicate(row, by=request.user)
        messages.success(request, _("The pair stands among the proposals again."))
    else:
        actions.reject_duplicate(row, by=request.user)
        messages.success(request, _("Noted: these are two. They are not proposed again."))
    return redirect("duplicate_list")


@never_cache
@require_http_methods(["GET", "POST"])
def merge_entries(request: HttpRequest, kind: str, kept: str, gone: str) -> HttpResponse:
    """Two entries side by side: which one stays, and of which field which value."""
    require_office(request)
    if kind not in EntryKind.values or kept == gone:
        raise Http404
    rows = EntryKind(kind).model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
    stays, goes = get_object_or_404(rows, slug=kept), get_object_or_404(rows, slug=gone)
    problem, status = "", 200
    if request.method == "POST":
        try:
            record = actions.merge(
                stays, goes, by=request.user, take=taken(request),
                seen=(request.POST.get("seen_kept", ""), request.POST.get("seen_gone", "")),
            )  # fmt: skip
        except ValidationError as error:
            problem, status = " ".join(error.messages), 409
        else:
            messages.success(request, _("“%(name)s” is one entry now.") % {"name": record.kept_name})
            return redirect("merge_list")
    context = {
        "kept": stays,
        "gone": goes,
        "kind": kind,
        "differences": chosen(request, choosing.differences(stays, goes)),
        "moving": what_moves(goes),
        "problem": problem,
        "two_codes": bool(getattr(stays, "legal_code", "") and getattr(goes, "legal_code", "")),
        "crumbs": crumbs(_("Unite")),
    }
    return render(request, "directory/merge_entries.html", context, status=status)


def taken(request: HttpRequest) -> list[str]:
    """Names of the fields whose value comes from the entry that goes."""
    return [
        name.removeprefix("field-")
        for name in request.POST
        if name.startswith("field-") and request.POST[name] == "gone"
    ]


def chosen(request: HttpRequest, rows: list[choosing.Difference]) -> list[dict[str, Any]]:
    """Each difference with what is ticked: what was posted, or what is proposed."""
    return [{"row": row, "ticked": request.POST.get(f"field-{row.name}", row.proposed)} for row in rows]


def what_moves(entry: Entry) -> list[tuple[str, int]]:
    """How many rows of which kind point to the entry that goes."""
    numbers: dict[str, int] = {}
    for pointer in merging.pointers(type(entry)):
        count = pointer.model._base_manager.filter(**{pointer.attname: entry.pk}).count()
        label = pointer.model._meta.label_lower
        numbers[label] = numbers.get(label, 0) + count
    return [(name_of(label, count), count) for label, count in numbers.items() if count]


@never_cache
@require_GET
def merge_list(request: HttpRequest) -> HttpResponse:
    """What was united, the latest first."""
    require_office(request)
    page = paged(request, Merge.objects.visible_to(request.user).select_related("by", "undone_by"))
    stays = {(kind.value, row.pk): row for kind in EntryKind for row in kind.model._default_manager.filter(
        pk__in=[each.kept for each in page if each.kind == kind])}  # fmt: skip
    rows = [{"row": row, "entry": stays.get((row.kind, row.kept))} for row in page]
    return render(request, "directory/merge_list.html", {"page": page, "rows": rows, "crumbs": crumbs(_("United"))})


@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    require_office(request)
    record = get_object_or_404(Merge.objects.visible_to(request.user), pk=pk)
    with telling(request):
        record = actions.undo_merge(record, by=request.user)
        done = _("Undone: these are two entries again.")
        some = _("Undone, but for what was changed since: it is listed below.")
        messages.success(request, some if record.left else done)
    return redirect("merge_list")
