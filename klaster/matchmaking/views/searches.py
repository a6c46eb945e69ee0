"""Searches people keep: saved from the list, switched on and off, deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import limits
from klaster.directory import exports
from klaster.directory.views.editing import saved
from klaster.matchmaking import board_list
from klaster.matchmaking.actions import searches as actions
from klaster.matchmaking.models import SavedSearch


class SearchForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)


def crumbs(*last: str) -> list[dict[str, str]]:
    first = [{"title": _("Saved searches"), "url": reverse("saved_searches") if last else ""}]
    return [*first, *({"title": title, "url": ""} for title in last)]


@never_cache
@require_GET
def saved_searches(request: HttpRequest) -> HttpResponse:
    rows = []
    for search in SavedSearch.objects.visible_to(request.user).select_related("person"):
        asked = board_list.Asked(QueryDict(search.query))
        rows.append({
            "search": search, "is_on": actions.is_on(search), "count": asked.pks.count(),
            "filters": exports.chosen(asked.facets, asked.selection),
        })  # fmt: skip
    return render(request, "matchmaking/saved_searches.html", {"rows": rows, "crumbs": crumbs()})


@never_cache
@require_http_methods(["GET", "POST"])
@limits.limited("saved search", limit=60, per=3600)
def saved_search_new(request: HttpRequest) -> HttpResponse:
    """Name the search of the list one comes from; its query stands in the address."""
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    asked = board_list.Asked(QueryDict(query[:1000]))
    filters = exports.chosen(asked.facets, asked.selection)
    initial = {"name": "; ".join(filters)[:100] or _("All that is new"), "query": query[:1000]}
    form = SearchForm(request.POST or None, initial=initial)
    by: Any = request.user
    status = 422 if request.method == "POST" else 200
    done = _("Kept. You are written to when something new fits it, once a day at most.")
    if saved(request, form, lambda: actions.save(by=by, **form.cleaned_data), done):
        return redirect("saved_searches")
    context = {"form": form, "filters": filters, "crumbs": crumbs(_("Save the search")), "query": query}
    return render(request, "matchmaking/saved_search_new.html", context, status=status)


@require_POST
def saved_search_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Letters on, off, or the search away; `do` says which."""
    by: Any = request.user
    search = get_object_or_404(SavedSearch.objects.visible_to(by), pk=pk)
    do = request.POST.get("do", "")
    if do in ("on", "off"):
        actions.switch(search, by=by, on=do == "on")
        messages.success(request, _("You are written to again.") if do == "on" else _("No more letters about it."))
    elif do == "delete":
        actions.delete(search, by=by)
        messages.success(request, _("The search is deleted."))
    return redirect("saved_searches")
