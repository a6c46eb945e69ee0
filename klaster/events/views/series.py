"""Series on the organiser's desk: the rule, the dates it makes, those left out and those added."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.directory.views.answers import telling
from klaster.directory.views.editing import save_form
from klaster.directory.workspace import Desk
from klaster.events import recurrence
from klaster.events.actions import series as actions
from klaster.events.forms.series import DateForm, SeriesForm
from klaster.events.models import Series

SHOWN = 12
FAR = datetime.timedelta(days=366 * 12)


def series_for(request: HttpRequest, slug: str) -> Series:
    """The series of the address for somebody who may change it; else there is none."""
    series = Series.objects.visible_to(request.user).filter(slug=slug).first()
    if series is None or not request.user.has_perm("events.change_series", series):
        raise Http404
    return series


@never_cache
@require_http_methods(["GET", "POST"])
def series_new(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("events.add_series"):
        raise PermissionDenied
    return edit(request, Series())


@never_cache
@require_http_methods(["GET", "POST"])
def series_edit(request: HttpRequest, slug: str) -> HttpResponse:
    return edit(request, series_for(request, slug))


def edit(request: HttpRequest, series: Series) -> HttpResponse:
    """The form; `do=preview` shows the dates of what was typed and saves nothing."""
    form = SeriesForm(request.POST or None, instance=series, by=request.user)
    now = Series.objects.get(pk=series.pk) if series.pk else None
    context: dict[str, Any] = {
        "desk": Desk(request.user),  # type: ignore[arg-type]
        "series": now,
        "dates": dated(now) if now else [],
        "left_out": sorted(each for each in now.left_out if each > timezone.now()) if now else [],
        "further": DateForm(series=now) if now else None,
    }
    if request.POST.get("do") == "preview":
        preview = of_form(form) if form.is_valid() else None
        context |= {"preview": preview, "form": form, "change": None, "differing": []}
        return render(request, "events/series_edit.html", context, status=200 if form.is_valid() else 422)

    def done(saved: Series) -> HttpResponse:
        messages.success(request, _("Saved. The dates of the coming year are made."))
        return redirect("series_edit", slug=saved.slug)

    return save_form(
        request, form, actions.save_series, Series(pk=series.pk), "events/series_edit.html", context, done=done
    )


def of_form(form: SeriesForm) -> list[recurrence.Date]:
    starts, now = form.cleaned_data["starts"], timezone.now()
    return recurrence.dates(
        form.rule(), starts, starts.tzinfo, until=max(now, starts) + FAR, after=now,
        left_out=form.instance.left_out, added=form.instance.added,
    )[:SHOWN]  # fmt: skip


def dated(series: Series) -> list[dict[str, Any]]:
    """The next dates, each with its event where there is one; and events the rule no longer has."""
    now = timezone.now()
    every = {date.starts for date in actions.dates_of(series, until=now + actions.HORIZON, after=now)}
    events = {each.series_date: each for each in series.events.filter(series_date__gt=now)}
    dates = actions.dates_of(series, until=now + FAR, after=now)[:SHOWN]
    found: list[dict[str, Any]] = [
        {"by_rule": True, "starts": date.starts, "is_moved": date.is_moved, "event": events.pop(date.starts, None)}
        for date in dates
    ]
    strays = [
        {"by_rule": False, "starts": at, "is_moved": False, "event": event}
        for at, event in events.items()
        if at not in every
    ]
    return sorted([*found, *strays], key=lambda each: each["starts"])


def moment_typed(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if moment.tzinfo is None:
        raise Http404
    return moment


@require_POST
def series_date(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a date out, take it back, or add one the rule does not have."""
    series, by = series_for(request, slug), request.user
    do = request.POST.get("do")
    with telling(request):
        if do == "leave":
            actions.leave_out(series, moment_typed(request.POST.get("starts", "")), by=by)  # type: ignore[arg-type]
            messages.success(request, _("The date is left out."))
        elif do == "back":
            actions.take_back(series, moment_typed(request.POST.get("starts", "")), by=by)  # type: ignore[arg-type]
            messages.success(request, _("The date is back."))
        elif do == "add":
            form = DateForm(request.POST, series=series)
            if not form.is_valid():
                raise ValidationError([words for each in form.errors.values() for words in each])
            actions.add_date(series, form.cleaned_data["further"], by=by)  # type: ignore[arg-type]
            messages.success(request, _("The date is added."))
    return redirect(reverse("series_edit", args=[slug]) + "#dates")
