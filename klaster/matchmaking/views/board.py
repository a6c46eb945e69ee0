"""The board as everybody reads it: the list, its table and feed, the page of one posting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, structured
from klaster.directory.questions import INVENTED
from klaster.directory.views.answers import chips, list_or_part, paged
from klaster.matchmaking import board_feed, board_list, board_page, board_table
from klaster.matchmaking.models import Posting

MOST_IN_A_FEED = 50


@login_not_required
@require_GET
@limited_finding
def posting_list(request: HttpRequest) -> HttpResponse:
    """Offers and needs of today; the address says all that was asked."""
    asked = board_list.Asked(request.GET)
    selection = asked.selection
    page = paged(request, asked.pks)
    postings = asked.shown(page.object_list)
    context = {
        "postings": postings,
        "page": page,
        "invented": asked.numbers.get(INVENTED, 0),
        "facets": [each for each in asked.counted if each.choices],
        "selection": selection,
        "orders": board_list.ORDERS,
        "chips": chips(asked.facets, selection),
        "clear_url": "?",
        "query": selection.query().removesuffix("?"),
        "structured": structured.item_list(request, postings, page),
    }
    return list_or_part(request, "matchmaking/posting_list.html", context)


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def posting_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    asked = board_list.Asked(request.GET)
    given = exports.chosen(asked.facets, asked.selection)
    page = exports.list_page("posting_list")
    columns, cells = board_table.columns(), board_table.rows(asked)
    return tables.response(exports.table(request, _("Offers and needs"), page, columns, cells, given), ending)


@login_not_required
@require_GET
@limited_finding
def posting_feed(request: HttpRequest) -> HttpResponse:
    """What came to the board last, as Atom, filtered as the list is."""
    asked = board_list.Asked(request.GET)
    return board_feed.atom(request, asked.shown(asked.pks[:MOST_IN_A_FEED]))


@login_not_required
@require_GET
def posting_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, slug)


def show(request: HttpRequest, slug: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a posting, with a form of its reviewer that has to be mended."""
    rows = board_list.for_lists(Posting.objects.visible_to(request.user))
    posting = get_object_or_404(rows.select_related("review_cluster", "created_by"), slug=slug)
    context = board_page.context(posting, request.user) | more
    return render(request, "matchmaking/posting_detail.html", context, status=status)
