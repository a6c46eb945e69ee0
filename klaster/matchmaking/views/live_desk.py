"""The day for those who run it: the plan of tables on a screen, and everybody's meetings on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from klaster.core import pdf
from klaster.core.limits import limited
from klaster.events.desk import event_for
from klaster.events.part_words import PartConverter
from klaster.matchmaking import table_plan
from klaster.matchmaking.desk import frame, matchmaking_for
from klaster.matchmaking.models import Matchmaking


@dataclass(frozen=True)
class Paper:
    word: str | Promise
    sheets: Callable[[Matchmaking, int], list[table_plan.Sheet]]


PAPERS = {
    "people": Paper(pgettext_lazy("part of an address", "people"), table_plan.sheets_of_people),
    "tables": Paper(pgettext_lazy("part of an address", "tables"), table_plan.sheets_of_tables),
}


class PaperConverter(PartConverter):
    parts = PAPERS


@never_cache
@require_GET
def table_screen(request: HttpRequest, slug: str) -> HttpResponse:
    """For a screen in the hall, signed in as somebody who helps at the door; it renews itself."""
    event = event_for(request, slug, "events.check_in_event")
    matchmaking = Matchmaking.objects.filter(event=event).first()
    if matchmaking is None:
        raise Http404
    matchmaking.event = event
    plan = table_plan.at(matchmaking) if matchmaking.is_published else None
    return render(request, "matchmaking/table_screen.html", {"event": event, "plan": plan})


@limited("matchmaking_paper", limit=30, per=3600, methods=["GET"])
@require_GET
def matchmaking_papers(request: HttpRequest, slug: str, what: str, first: int) -> HttpResponse:
    """Sheets of `what`, "people" or "tables", from the `first` on."""
    matchmaking = matchmaking_for(request, slug)
    sheets = PAPERS[what].sheets(matchmaking, first) if first else []
    if not sheets:
        raise Http404
    try:
        made = pdf.make("matchmaking/paper/sheets.html", {"event": matchmaking.event, "sheets": sheets, "what": what})
    except pdf.PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("matchmaking_day", slug=slug)
    return pdf.download(made, f"{what}-{first}-{slug}.pdf")


@never_cache
@require_GET
def matchmaking_day(request: HttpRequest, slug: str) -> HttpResponse:
    """What the organiser needs on the day: papers, the screen, how it goes."""
    matchmaking = matchmaking_for(request, slug)
    people = len(table_plan.people(matchmaking))
    context = frame(
        request,
        matchmaking,
        people=table_plan.parts(people),
        tables=table_plan.parts(matchmaking.tables.filter(is_online=False).count()),
    )
    return render(request, "matchmaking/matchmaking_day.html", context)
