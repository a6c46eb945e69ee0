"""Pages of events that everybody may read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from klaster.core.limits import limited_finding
from klaster.directory import filters, structured
from klaster.directory.views.answers import chips, page_or_part, paged
from klaster.events import event_list as listing
from klaster.events import event_page, feeds, series_page
from klaster.events.calendar_feeds import FILTERS
from klaster.events.models import Event, Series
from klaster.events.month_grid import Month, weekdays, weeks
from klaster.events.when import days_of

FEW = 4  # a list shorter than this is offered wider
PER_PAGE = {listing.LIST: 20, listing.AGENDA: 60, listing.PAST: 20}


class Asked:
    """What the address of a list asks for: a view, a month, filters."""

    def __init__(self, request: HttpRequest):
        view = request.GET.get("view", "")
        self.view = view if view in listing.VIEWS else listing.LIST
        self.month = Month.read(request.GET.get("month", "")) or Month.of(timezone.localdate())
        text = filters.read(request.GET, [], ()).text
        self.rows = listing.rows_of(request.user, self.view, self.month, text)
        self.facets = listing.facets(self.rows, request.GET.getlist("cluster"))
        self.selection = filters.read(request.GET, self.facets, ())

    @property
    def kept(self) -> dict[str, str]:
        """What stays in addresses besides the filters."""
        is_other = self.view == listing.MONTH and self.month != Month.of(timezone.localdate())
        return {"view": self.view, "month": str(self.month) if is_other else ""}

    @property
    def pks(self) -> list[int]:
        return listing.matching(self.rows, self.selection)


@login_not_required
@require_GET
@limited_finding
def event_list(request: HttpRequest) -> HttpResponse:
    """Events to come, by day, by month, or those that are over; the address says all of it."""
    asked = Asked(request)
    facts = [row.facts for row in asked.rows]
    pks, selection = asked.pks, asked.selection
    is_month = asked.view == listing.MONTH
    page = paged(request, pks[: listing.MOST_IN_A_MONTH], PER_PAGE.get(asked.view, listing.MOST_IN_A_MONTH))
    events = listing.shown(page.object_list)
    wider = filters.widenings(asked.facets, selection, facts)[:1] if len(pks) < FEW and not is_month else []
    context = {
        "asked": asked,
        "events": events,
        "invented": sum(row.is_invented for row in asked.rows if selection.admits(row.facts)),
        "page": page,
        "facets": filters.count(asked.facets, selection, facts),
        "selection": selection,
        "chips": chips(asked.facets, selection, **asked.kept),
        "clear_url": filters.Selection().query(**asked.kept),
        "views": ways(asked),
        "wider": wider,
        "wider_events": listing.shown(wider[0].joining[:5]) if wider else [],
        "feed_query": selection.query().removesuffix("?"),
        "calendar_query": in_calendar(selection).query().removesuffix("?"),
        "structured": structured.item_list(request, events, page),
        **(month_context(request, asked, events) if is_month else {}),
    }
    response = page_or_part(request, "events/event_list.html", context, part="changed")
    if request.htmx:  # type: ignore[attr-defined]
        chosen_so = selection.query(**asked.kept, page=page.number if page.number > 1 else "")
        response["HX-Push-Url"] = (request.path + chosen_so).removesuffix("?")
    return response


def in_calendar(selection: filters.Selection) -> filters.Selection:
    """What of it the calendar file can be narrowed by."""
    kept = {name: values for name, values in selection.answers.items() if name in FILTERS}
    return filters.Selection(kept)


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
    return feeds.atom(request, listing.shown(asked.pks[: listing.MOST_IN_A_MONTH]))
