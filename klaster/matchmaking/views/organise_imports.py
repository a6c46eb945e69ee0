"""Tables brought into a matchmaking event: the file, its columns and rows on one page, what came of it."""

from __future__ import annotations

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

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory.import_forms import TableForm
from klaster.events.views.registration_imports import looked_over, named
from klaster.matchmaking import desk, match_rows
from klaster.matchmaking.actions import match_imports as actions
from klaster.matchmaking.models import MatchmakingImport

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
        fields, unread = match_rows.FIELDS[import_.kind], match_rows.problem_of(import_.kind, import_.fields())
        context |= {"problem": problem or unread, "shown": [each.title for each in fields[:4]]}
        context |= looked_over(request, import_, fields, [] if unread else match_rows.check(import_))
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
        actions.name_columns(import_, named(request, import_, match_rows.FIELDS[import_.kind]))
    return redirect("desk_import_check", slug=slug, pk=import_.pk)
