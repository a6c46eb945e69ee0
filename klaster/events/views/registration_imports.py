"""Bringing people into an event: the file, its columns and rows on one page, the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import spreadsheets, tables
from klaster.core.limits import limited
from klaster.directory.import_forms import TableForm
from klaster.directory.views.answers import paged
from klaster.events import desk, import_rows
from klaster.events.actions import registration_imports as actions
from klaster.events.models import Event, RegistrationImport
from klaster.events.models.tables import BroughtTable

ROWS_A_PAGE, SAMPLES = 50, 2


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=30, per=3600)
def registration_import(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            import_ = actions.start(event, file.read(), name=file.name, by=request.user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("registration_import_check", slug=slug, pk=import_.pk)
    earlier = RegistrationImport.objects.visible_to(request.user).filter(event=event).defer("rows")[:10]
    context = {"event": event, "form": form, "earlier": earlier, "most": import_rows.MOST_ROWS}
    return render(request, "events/registration_import.html", context, status=422 if form.is_bound else 200)


@require_GET
def registration_import_blank(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """An empty table to fill in."""
    desk.event_for(request, slug)
    return tables.response(import_rows.blank(), ending)


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=120, per=3600)
def registration_import_check(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Columns and rows of a file before it is written; afterwards what came of it."""
    event = desk.event_for(request, slug)
    import_ = get_object_or_404(RegistrationImport.objects.visible_to(request.user).filter(event=event), pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            return act(request, event, import_)
        except ValidationError as error:
            problem = " ".join(error.messages)
    if import_.state != RegistrationImport.State.READ:
        context = {"event": event, "import": import_, "problem": problem}
        return render(request, "events/registration_import_done.html", context, status=422 if problem else 200)
    unread = import_rows.problem_of(import_.fields())
    context = {"event": event, "import": import_, "problem": problem or unread}
    context |= looked_over(request, import_, import_rows.FIELDS, [] if unread else import_rows.check(import_))
    return render(request, "events/registration_import_check.html", context, status=422 if problem else 200)


def act(request: HttpRequest, event: Event, import_: RegistrationImport) -> HttpResponse:
    """What the button says."""
    do = request.POST.get("do", "")
    here = redirect("registration_import_check", slug=event.slug, pk=import_.pk)
    if do == "discard":
        actions.discard(import_, by=request.user)
        messages.success(request, _("The file and its rows are deleted. Nothing was imported."))
        return redirect("registration_import", slug=event.slug)
    if do == "undo":
        count = actions.undo(import_, by=request.user)
        words = ngettext("%(count)s registration was deleted.", "%(count)s registrations were deleted.", count)
        messages.success(request, words % {"count": count})
    elif do == "confirm":
        without = bool(request.POST.get("without_errors"))
        actions.confirm(import_, by=request.user, tells=bool(request.POST.get("tells")), without_errors=without)
    else:
        actions.name_columns(import_, named(request, import_, import_rows.FIELDS))
    return here


def width(import_: BroughtTable) -> int:
    return max([len(import_.headings), *(len(cells) for _line, cells in import_.rows[:200])])


def named(request: HttpRequest, import_: BroughtTable, fields: Sequence[import_rows.Field]) -> dict[int, str]:
    """What was chosen for each column."""
    known = {each.code for each in fields}
    chosen = {column: request.POST.get(f"column-{column}", "") for column in range(width(import_))}
    return {column: code for column, code in chosen.items() if code in known}


def looked_over(
    request: HttpRequest, import_: BroughtTable, fields: Sequence[import_rows.Field],
    checked: Sequence[import_rows.Checked],
) -> dict[str, Any]:  # fmt: skip
    """Columns and rows for parts/import_*.html; the rows with problems stand first."""
    mapping, wrong = import_.fields(), [row for row in checked if row.problems]
    columns = [
        {
            "number": column,
            "heading": (import_.headings[column : column + 1] or [""])[0]
            or _("Column %(letter)s") % {"letter": spreadsheets.letters_of(column)},
            "samples": [cells[column] for _l, cells in import_.rows if column < len(cells) and cells[column]][:SAMPLES],
            "chosen": mapping.get(column, ""),
        }
        for column in range(width(import_))
    ]
    return {
        "fields": fields, "columns": columns, "ready": sum(row.is_ready for row in checked), "wrong": len(wrong),
        "known": sum(row.is_known and not row.problems for row in checked),
        "page": paged(request, wrong + [row for row in checked if not row.problems], ROWS_A_PAGE),
    }  # fmt: skip
