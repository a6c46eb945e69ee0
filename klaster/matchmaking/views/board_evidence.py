"""What partner search was worth, for the office: figures of a period, by organisation and by country, and as tables."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_countries import countries

from klaster.core import tables
from klaster.core.forms import DateInput
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.directory.models.organisations import today
from klaster.matchmaking import board_evidence
from klaster.matchmaking.board_evidence import Scope


class PeriodForm(forms.Form):
    first = forms.DateField(label=pgettext_lazy("period", "From"), widget=DateInput, required=False)
    last = forms.DateField(label=pgettext_lazy("period", "To"), widget=DateInput, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country of either side"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("any country")), *countries]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", _("This day is before the first."))
        return cleaned


def asked(request: HttpRequest) -> tuple[PeriodForm, Scope]:
    """The period of the address; without one, the year until now."""
    day = today()
    this_year = {"first": datetime.date(day.year, 1, 1), "last": day}
    form = PeriodForm(request.GET if {"first", "last", "country"} & set(request.GET) else None, initial=this_year)
    if not form.is_bound:
        return form, Scope(**this_year)
    return form, Scope(**form.cleaned_data) if form.is_valid() else Scope(**this_year)


def by_country(entry: Any) -> str:
    return countries.name(str(entry.country)) if entry.country else ""


@never_cache
@require_GET
def board_figures(request: HttpRequest) -> HttpResponse:
    require_office(request)
    form, scope = asked(request)
    context = {
        "form": form,
        "figures": board_evidence.evidence(scope),
        "columns": board_evidence.COLUMNS,
        "tables": [
            (_("By organisation and cluster"), board_evidence.lines(scope, str)),
            (_("By country"), board_evidence.lines(scope, by_country)),
        ],
        "period": in_words(scope),
        "query": request.GET.urlencode(),
    }
    return render(request, "matchmaking/board_evidence.html", context, status=422 if form.errors else 200)


def require_office(request: HttpRequest) -> None:
    if not request.user.has_perm("matchmaking.read_evidence"):
        raise PermissionDenied


def in_words(scope: Scope) -> str:
    days = [formats.date_format(day, "DATE_FORMAT") if day else "…" for day in (scope.first, scope.last)]
    country = f", {countries.name(scope.country)}" if scope.country else ""
    return " – ".join(days) + country


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def board_figures_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Figures first, then what each organisation and cluster had a part in."""
    require_office(request)
    _form, scope = asked(request)
    rows: list[list[object]] = [[figure.label, figure.value] for figure in board_evidence.evidence(scope)]
    rows += [[], [_("Organisation or cluster"), *board_evidence.COLUMNS]]
    rows += [line.cells() for line in board_evidence.lines(scope, str)]
    rows += [[], [_("Country"), *board_evidence.COLUMNS]]
    rows += [line.cells() for line in board_evidence.lines(scope, by_country)]
    columns = [_("What was counted"), _("Number"), "", "", "", ""]
    page = exports.list_page("board_evidence")
    title = _("Partner search in figures")
    return tables.response(exports.table(request, title, page, columns, rows, [in_words(scope)]), ending)
