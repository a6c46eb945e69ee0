"""The search box: one page for everything public, and names while somebody is still typing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.directory import search as finder
from klaster.directory.views.answers import PER_PAGE


@login_not_required
@require_GET
@limited("search", limit=60, per=60, methods=["GET"])
def search(request: HttpRequest) -> HttpResponse:
    """All kinds with their first hits, or the hits of one kind, page by page."""
    query = finder.read(request.GET.get("q", ""))
    kind = request.GET.get("kind", "")
    number = page_number(request)
    group = finder.of_kind(kind, query, request.user, start=(number - 1) * PER_PAGE, stop=number * PER_PAGE)
    groups = [group] if group and group.hits else [] if group else finder.everything(query, request.user)
    context = {
        "query": query,
        "longest": finder.LONGEST,
        "most": finder.MOST_COUNTED,
        "group": group,
        "groups": groups,
        "total": sum(each.found.total for each in groups),
        "near": any(each.near for each in groups),
        "capped": any(each.found.is_capped for each in groups),
        "page": page_of(group, number) if group else None,
    }
    return render(request, "directory/search.html", context)


@login_not_required
@require_GET
@limited("search", limit=60, per=60, methods=["GET"])
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def search_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """What the page of the search shows, all of it and not by pages: of each kind as many as are counted."""
    query = finder.read(request.GET.get("q", ""))
    kind = request.GET.get("kind", "")
    group = finder.of_kind(kind, query, request.user, start=0, stop=finder.MOST_COUNTED)
    groups = [group] if group else finder.everything(query, request.user, first=finder.MOST_COUNTED)
    given = exports.searched(query.text)
    if group:
        given.append(f"{_('Kind')}: {group.kind.title}")
    if any(each.near for each in groups):
        given.append(_("nothing has exactly these words: names near to them"))
    for each in groups:
        if each.found.is_capped:
            words = _("%(kind)s: only the first %(number)s")
            given.append(words % {"kind": each.kind.title, "number": finder.MOST_COUNTED})
    page, columns = exports.list_page("search"), exports.search_columns()
    table = exports.table(request, _("Search results"), page, columns, exports.search_hits(groups), given)
    return tables.response(table, ending)


def page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1


def page_of(group: finder.Group, number: int) -> Page:
    """For the links below the list: the hits themselves were fetched already."""
    paginator = Paginator(range(group.found.total), PER_PAGE)
    return paginator.get_page(number)


@login_not_required
@require_GET
@limited("suggest", limit=50, per=10, methods=["GET"])
def search_suggest(request: HttpRequest) -> HttpResponse:
    """Options of the list under the search box: five a second, with room for a quick hand."""
    query = finder.read(request.GET.get("q", ""))
    context = {"query": query, "hits": finder.suggestions(query, request.user)}
    return render(request, "directory/search_suggest.html", context)
