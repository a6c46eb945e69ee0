"""Badges as PDF, or as a page to print; many of them by a job that says how far it is."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import files, pdf
from klaster.core.keys import key_of
from klaster.core.limits import limited
from klaster.events import badges, desk
from klaster.events.actions.badges import order_badges
from klaster.events.forms.door import BadgesForm
from klaster.events.models import BadgePrint, Event
from klaster.events.views.door import RIGHT


@never_cache
@require_http_methods(["GET", "POST"])
@limited("badges", limit=60, per=3600)
def event_badges(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Choose whose badges, in which format and order. `?pk=` (several times) names people instead of a filter."""
    event = desk.event_for(request, slug, RIGHT)
    named = [pk for pk in request.GET.getlist("pk") if key_of(pk) is not None]
    form = BadgesForm(request.POST or None, event=event, named=named)
    if request.method == "POST" and form.is_valid():
        try:
            return made(request, event, form)
        except pdf.PdfUnavailable as problem:
            form.add_error(None, ValidationError(str(problem)))
    context = {"event": event, "form": form, "no_pdf": not pdf.is_available(), "named": form.named_people}
    return render(request, "events/event_badges.html", context, status=422 if form.is_bound else 200)


def made(request: HttpRequest, event: Event, form: BadgesForm) -> HttpResponseBase:
    """The badges: a page, a PDF at once, or where to wait for it."""
    kind, rows = form.cleaned_data["format"], badges.in_order(form.people(), form.cleaned_data["order"])
    if "as_page" in request.POST:
        return HttpResponse(badges.page(event, rows, kind))
    if len(rows) <= badges.AT_ONCE:
        return pdf.download(badges.make(event, rows, kind), f"{event.slug}-badges.pdf")
    pdf.engine()
    return redirect("event_badge_print", event.slug, order_badges(event, rows, kind, by=request.user).pk)


def own_prints(request: HttpRequest, event: Event) -> QuerySet[BadgePrint]:
    return BadgePrint.objects.filter(event=event, by=request.user)


@never_cache
@require_GET
def event_badge_print(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far one's own badges are, and the file once it is there."""
    event = desk.event_for(request, slug, RIGHT)
    order = get_object_or_404(own_prints(request, event), pk=pk)
    percent = round(100 * order.done / order.total)
    return render(request, "events/event_badge_print.html", {"event": event, "order": order, "percent": percent})


@never_cache
@require_GET
def event_badge_file(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    event = desk.event_for(request, slug, RIGHT)
    order = get_object_or_404(own_prints(request, event).exclude(file=""), pk=pk)
    response = files.attachment(order.file.open("rb"), f"{event.slug}-badges.pdf")
    response["Content-Type"] = "application/pdf"
    return response
