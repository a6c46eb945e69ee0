"""Tables brought into a matchmaking event: the file, its columns and rows on one page, what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import spreadsheets, tables
from klaster.core.limits import limited
from klaster.directory.import_forms import TableForm
from klaster.directory.views.answers import paged
from klaster.matchmaking import desk, match_rows
from klaster.matchmaking.actions import match_imports as actions
from klaster.matchmaking.models import MatchmakingImport

ROWS_A_PAGE, SAMPLES = 50, 2
Kind = MatchmakingImport.Kind


class ImportForm(TableForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("What the table holds"), choices=Kind.choices, widget=forms.RadioSelect,
        initial=Kind.PARTICIPANTS,
    )  # fmt: skip
    field_order = ["kind", "file"]


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=30, per=3600)
def desk_import(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            import_ = actions.start(
                matchmaking, form.cleaned_data["kind"], file.read(), name=file.name, by=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("desk_import_check", slug=slug, pk=import_.pk)
    earlier = MatchmakingImport.objects.visible_to(request.user).filter(matchmaking=matchmaking).defer("rows")[:10]
    context = desk.frame(
        request, matchmaking, form=form, earlier=earlier, most=match_rows.MOST_ROWS, kinds=Kind.choices
    )
    return render(request, "matchmaking/desk_import.html", context, status=422 if form.is_bound else 200)


@require_GET
def desk_import_blank(request: HttpRequest, slug: str, kind: str, ending: str) -> HttpResponseBase:
    """An empty table to fill in."""
    desk.matchmaking_for(request, slug)
    if kind not in Kind.values:
        raise Http404
    return tables.response(match_rows.blank(kind), ending)


@never_cache
@require_http_methods(["GET", "POST"])
@limited("import", limit=120, per=3600)
def desk_import_check(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Columns and rows of a file before it is written; afterwards what came of it."""
    matchmaking = desk.matchmaking_for(request, slug)
    rows = MatchmakingImport.objects.visible_to(request.user).filter(matchmaking=matchmaking)
    import_ = get_object_or_404(rows, pk=pk)
    import_.matchmaking = matchmaking
    problem = ""
    if request.method == "POST":
        try:
            return act(request, import_)
        except ValidationError as error:
            problem = " ".join(error.messages)
    context = desk.frame(request, matchmaking, **{"import": import_, "problem": problem})
    if import_.state == MatchmakingImport.State.READ:
        context |= looked_over(request, import_, problem)
    return render(request, "matchmaking/desk_import_check.html", context, status=422 if problem else 200)


def act(request: HttpRequest, import_: MatchmakingImport) -> HttpResponse:
    """What the button says."""
    do, slug = request.POST.get("do", ""), import_.matchmaking.event.slug
    if do == "discard":
        actions.discard(import_, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The file and its rows are deleted. Nothing was imported."))
        return redirect("desk_import", slug=slug)
    if do == "confirm":
        without = bool(request.POST.get("without_errors"))
        actions.confirm(import_, by=request.user, without_errors=without)  # type: ignore[arg-type]
    else:
        known = {each.code for each in match_rows.FIELDS[import_.kind]}
        named = {column: request.POST.get(f"column-{column}", "") for column in range(width(import_))}
        actions.name_columns(import_, {at: code for at, code in named.items() if code in known})
    return redirect("desk_import_check", slug=slug, pk=import_.pk)


def width(import_: MatchmakingImport) -> int:
    return max([len(import_.headings), *(len(cells) for _line, cells in import_.rows[:200])])


def looked_over(request: HttpRequest, import_: MatchmakingImport, problem: str) -> dict[str, Any]:
    mapping, fields = import_.fields(), match_rows.FIELDS[import_.kind]
    unread = match_rows.problem_of(import_.kind, mapping)
    checked = [] if unread else match_rows.check(import_)
    wrong = [row for row in checked if row.problems]
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
        "problem": problem or unread, "fields": fields, "columns": columns,
        "shown": [each.title for each in fields[:4]],
        "page": paged(request, wrong + [row for row in checked if not row.problems], ROWS_A_PAGE),
        "ready": sum(row.is_ready for row in checked), "wrong": len(wrong),
        "known": sum(row.is_known and not row.problems for row in checked),
    }  # fmt: skip
