"""The quality of the data, for the office: what to look after, row by row, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.directory import exports, quality
from klaster.directory.quality import Check, Kind
from klaster.directory.quality.check import KIND_NAMES
from klaster.directory.views.answers import paged

PER_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """Which rows of a check: of what kind, and which answer of its filter."""

    check: Check
    kind: Kind
    option: str

    @property
    def rows(self) -> Any:
        return self.check.rows(self.kind, self.option)


def demand_office(request: HttpRequest) -> None:
    if not request.user.has_perm("directory.read_quality"):
        raise PermissionDenied


def asked_of(request: HttpRequest, code: str) -> Asked:
    """What an address does not know (a kind, an option) is left out."""
    demand_office(request)
    check = quality.named(code)
    if check is None:
        raise Http404
    kind = next((each for each in check.kinds if each.value == request.GET.get("kind")), None)
    if kind is None:  # the first of which there is something
        kind = next((each for each in check.kinds if len(check.kinds) > 1 and check.count(each)), check.kinds[0])
    option = request.GET.get("show", "")
    return Asked(check, kind, option if option in {each.value for each in check.options(kind)} else "")


@never_cache
@require_GET
def quality_overview(request: HttpRequest) -> HttpResponse:
    demand_office(request)
    checks = [
        {
            "check": check,
            "counts": [(kind.value, KIND_NAMES.get(kind, ""), number) for kind, number in check.counts().items()],
        }
        for check in quality.checks()
    ]
    return render(request, "directory/quality_overview.html", {"checks": checks})


@never_cache
@require_GET
def quality_list(request: HttpRequest, code: str) -> HttpResponse:
    asked = asked_of(request, code)
    check, kind = asked.check, asked.kind
    page = paged(request, asked.rows, PER_PAGE)
    context = {
        "check": check,
        "crumbs": [
            {"title": _("Quality of the data"), "url": reverse("quality_overview")},
            {"title": str(check.title), "url": ""},
        ],
        "kind": kind.value,
        "kinds": [(each.value, KIND_NAMES[each], check.count(each)) for each in check.kinds if each in KIND_NAMES],
        "options": check.options(kind),
        "option": asked.option,
        "page": page,
        "findings": check.findings(list(page.object_list), kind),
    }
    return render(request, "directory/quality_list.html", context)


@never_cache
@require_GET
def quality_export(request: HttpRequest, code: str, ending: str) -> HttpResponseBase:
    """All rows of the check as filtered, read in batches."""
    asked = asked_of(request, code)
    check, kind = asked.check, asked.kind
    option = next((each.title for each in check.options(kind) if each.value == asked.option), "")
    columns = [_("Name"), _("What"), check.day_title or _("Day"), _("Page")]

    def lines() -> Any:
        rows = asked.rows
        for start in range(0, rows.count(), exports.BATCH):
            for each in check.findings(list(rows[start : start + exports.BATCH]), kind):
                yield [each.name, each.said, each.day, each.url]

    said = [str(each) for each in (KIND_NAMES.get(kind, ""), option) if each]
    page = exports.list_page("quality_list", code)
    return tables.response(exports.table(request, str(check.title), page, columns, lines(), said), ending)
