"""Pages of events that everybody may read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, filters, structured
from klaster.directory.questions import ALL, INVENTED
from klaster.directory.views.answers import MOST_COUNTED, Counting, chips, list_or_part
from klaster.events import event_list as listing
from klaster.events import event_page, event_table, feeds, series_page
from klaster.events.event_filters import QUESTIONS
from klaster.events.models import Event, Series
from klaster.events.models.events import EventQuerySet
from klaster.events.month_grid import Month, weekdays, weeks
from klaster.events.when import days_of

FEW = 4  # a list shorter than this is offered wider
MOST_WIDER = 5
PER_PAGE = {listing.LIST: 20, listing.AGENDA: 60, listing.PAST: 20, listing.MONTH: listing.MOST_IN_A_MONTH}


class Asked:
    """What the address of a list asks for: a view, a month, filters; and how many events each answer would give."""

    def __init__(self, request: HttpRequest):
        view = request.GET.get("view", "")
        self.view = view if view in listing.VIEWS else listing.LIST
        self.month = Month.read(request.GET.get("month", "")) or Month.of(timezone.localdate())
        text = filters.read(request.GET, [], ()).text
        self.events = listing.of_view(request.user, self.view, self.month, text)
        there = QUESTIONS.numbers(self.events, {})
        self.facets = listing.facets(there, request.GET.getlist("cluster"))
        self.selection = filters.read(request.GET, self.facets, ())
        answers = self.selection.answers
        self.numbers = QUESTIONS.numbers(self.events, answers) if any(answers.values()) else there

    @property
    def kept(self) -> dict[str, str]:
        """What stays in addresses besides the filters."""
        is_other = self.view == listing.MONTH and self.month != Month.of(timezone.localdate())
        return {"view": self.view, "month": str(self.month) if is_other else ""}

    @property
    def found(self) -> EventQuerySet:
        return QUESTIONS.narrowed(self.events, self.selection.answers)


@login_not_required
@require_GET
@limited_finding
def event_list(request: HttpRequest) -> HttpResponse:
    """Events to come, by day, by month, or those that are over; the address says all of it."""
    asked = Asked(request)
    selection, is_month = asked.selection, asked.view == listing.MONTH
    pages = Counting(
        listing.for_lists(asked.found), PER_PAGE[asked.view], found=asked.numbers[ALL],
        most=listing.MOST_IN_A_MONTH if is_month else MOST_COUNTED,
    )  # fmt: skip
    page = pages.get_page(request.GET.get("page"))
    events = list(page.object_list)
    context = {
        "asked": asked,
        "events": events,
        "invented": asked.numbers[INVENTED],
        "page": page,
        "facets": filters.with_numbers(asked.facets, selection, asked.numbers),
        "selection": selection,
        "chips": chips(asked.facets, selection, **asked.kept),
        "clear_url": filters.Selection().query(**asked.kept),
        "views": ways(asked),
        "wider": wider(asked, events) if pages.found < FEW and not is_month else None,
        "feed_query": selection.query().removesuffix("?"),
        "export_query": selection.query(**asked.kept),
        "structured": structured.item_list(request, events, page),
        **(month_context(request, asked, events) if is_month else {}),
    }
    return list_or_part(request, "events/event_list.html", context, **asked.kept)


def wider(asked: Asked, events: list[Event]) -> dict[str, Any] | None:
    """What a short list would gain without one of its filters."""
    if (found := listing.widening(asked.facets, asked.selection, asked.numbers)) is None:
        return None
    facet, selection = found
    more = QUESTIONS.narrowed(asked.events, selection.answers).exclude(pk__in=[event.pk for event in events])
    title = ", ".join(facet.title_of(value) for value in asked.selection.answers[facet.name])
    return {"title": title, "events": listing.for_lists(more)[:MOST_WIDER]}


@login_not_required
@require_GET
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def event_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, in the same order, as a table."""
    asked = Asked(request)
    chosen = [str(listing.VIEWS[asked.view][0]), *([asked.month.name] if asked.view == listing.MONTH else [])]
    chosen += exports.chosen(asked.facets, asked.selection)
    rows, page = event_table.rows(asked.found), reverse("event_list")
    return tables.response(exports.table(request, _("Events"), page, event_table.columns(), rows, chosen), ending)


def ways(asked: Asked) -> list[dict[str, Any]]:
    """The views of the list, each with the same filters."""
    return [
        {"title": title, "icon": icon, "url": asked.selection.query(view=name), "current": name == asked.view}
        for name, (title, icon) in listing.VIEWS.items()
    ]


def month_context(request: HttpRequest, asked: Asked, events: list[Event]) -> dict[str, Any]:
    """The table of a month and the ways to its neighbours, as far as there are events."""
    known = listing.first_and_last(request.user)
    drawn = [(*days, event) for event in events if (days := days_of(event))]
    link = lambda month: asked.selection.query(view=asked.view, month=month)  # noqa: E731
    today = Month.of(timezone.localdate())
    before, after = asked.month.before, asked.month.after
    return {
        "weeks": weeks(asked.month, drawn, timezone.localdate()),
        "weekdays": weekdays(),
        "before": {"name": before.name, "url": link(before)} if known and before >= known[0] else None,
        "after": {"name": after.name, "url": link(after)} if known and after <= known[1] else None,
        "today": link("") if asked.month != today else "",
    }


@login_not_required
@require_GET
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    events = event_page.with_relations(Event.objects.visible_to(request.user))
    context = event_page.context(get_object_or_404(events, slug=slug), request.user)
    return render(request, "events/event_detail.html", context)


@login_not_required
@require_GET
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    found = Series.objects.visible_to(request.user).select_related("organiser", "cluster", "source")
    series = get_object_or_404(found, slug=slug)
    return render(request, "events/series_detail.html", series_page.context(series, request))


@login_not_required
@require_GET
@limited_finding
def event_feed(request: HttpRequest) -> HttpResponse:
    """Coming events as Atom, filtered as the list is."""
    asked = Asked(request)
    return feeds.atom(request, listing.for_lists(asked.found)[: listing.MOST_IN_A_MONTH])
