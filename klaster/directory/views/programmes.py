"""Programmes, projects and measures: the list and the page of one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, structured
from klaster.directory.facts import Facts
from klaster.directory.models import Organisation, Programme, Statement
from klaster.directory.models.base import EntryQuerySet
from klaster.directory.views.answers import follows_former_addresses, paged


@login_not_required
@require_GET
@limited_finding
def programme_list(request: HttpRequest) -> HttpResponse:
    page = paged(request, chosen(request).select_related("coordinator"))
    context = {
        "page": page,
        "programmes": page.object_list,
        "text": request.GET.get("q", ""),
        "structured": structured.item_list(request, page.object_list, page),
    }
    return render(request, "directory/programme_list.html", context)


def chosen(request: HttpRequest) -> EntryQuerySet:
    """The rows the address asks for, in the order of the page."""
    return Programme.objects.visible_to(request.user).published().with_words(request.GET.get("q", "")).by_name()


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def programme_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    columns, cells = exports.programme_columns(), exports.programmes(chosen(request))
    page, given = exports.list_page("programme_list"), exports.searched(request.GET.get("q", ""))
    return tables.response(exports.table(request, _("Programmes"), page, columns, cells, given), ending)


@login_not_required
@require_GET
@follows_former_addresses(Programme)
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Programme.objects.visible_to(request.user)
    programme = get_object_or_404(visible.select_related("coordinator", "part_of"), slug=slug)
    crumbs = [
        {"title": _("Programmes"), "url": reverse("programme_list")},
        {"title": str(programme.name), "url": ""},
    ]
    context = {
        "programme": programme,
        "facts": facts_of(programme).rows,
        "partners": Organisation.objects.visible_to(request.user)
        .published()
        .filter(partnered_programmes=programme)
        .by_name(),
        "parts": visible.published().filter(part_of=programme).by_name(),
        "crumbs": crumbs,
        "structured": structured.breadcrumbs(crumbs, programme.get_absolute_url()),
    }
    return render(request, "directory/programme_detail.html", context)


def facts_of(programme: Programme) -> Facts:
    facts = Facts(Statement.objects.filter(programme=programme).newest_first().with_details())
    coordinator = programme.coordinator if programme.coordinator and programme.coordinator.is_published else None
    whole = programme.part_of if programme.part_of and programme.part_of.is_published else None
    facts.add("kind", _("kind"), capfirst(programme.get_kind_display()))
    facts.add("coordinator", _("coordinator"), coordinator, url=coordinator.get_absolute_url() if coordinator else "")
    facts.add("part_of", _("part of"), whole, url=whole.get_absolute_url() if whole else "")
    facts.add("founded", _("started"), programme.founded.display() if programme.founded else "")
    facts.add("ended", _("ended"), programme.ended.display() if programme.ended else "")
    facts.add("website", _("website"), programme.website, url=programme.website)
    facts.add_figures(but_last=["name"])
    return facts
