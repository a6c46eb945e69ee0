"""Participants and their requests at the organiser's desk: looking, choosing, taking away, writing to them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, filters
from klaster.directory.views.answers import chips
from klaster.directory.views.editing import saved
from klaster.matchmaking import desk, meeting_table, participant_table
from klaster.matchmaking.actions import organise as actions
from klaster.matchmaking.forms.organise import AskForm, ParticipantForm, WriteForm
from klaster.matchmaking.models import Matchmaking, MeetingRequest, Participant
from klaster.matchmaking.views.organise import numbers

PER_PAGE = 50


@never_cache
@require_GET
@limited_finding
def desk_participants(request: HttpRequest, slug: str) -> HttpResponse:
    """Who takes part, as filtered, with what they have asked for and agreed to."""
    matchmaking = desk.matchmaking_for(request, slug)
    facets = participant_table.facets(matchmaking)
    selection = filters.read(request.GET, facets, participant_table.ORDERS)
    rows = participant_table.chosen(participant_table.rows_of(matchmaking), selection)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = desk.frame(
        request, matchmaking, page=page, facets=facets, selection=selection, chips=chips(facets, selection),
        clear_url=reverse("desk_participants", args=[slug]), headings=participant_table.headings(selection),
    )  # fmt: skip
    return render(request, "matchmaking/desk_participants.html", context)


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def desk_participants_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """The table as filtered, a line for each representative."""
    matchmaking = desk.matchmaking_for(request, slug)
    facets = participant_table.facets(matchmaking)
    selection = filters.read(request.GET, facets, participant_table.ORDERS)
    rows = participant_table.chosen(participant_table.rows_of(matchmaking), selection)
    said = [f"{capfirst(_('event'))}: {matchmaking.event.title}", *exports.chosen(facets, selection)]
    title = _("Participants of matchmaking – %(event)s") % {"event": matchmaking.event.title}
    page = exports.list_page("desk_participants", slug)
    columns = [str(title) for title, _value in participant_table.COLUMNS]
    table = exports.table(request, title, page, columns, participant_table.cells(rows), said)
    return tables.response(table, ending)


@never_cache
@require_http_methods(["GET", "POST"])
def desk_participant(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One participant: who represents them, what they wish and agreed to, and what the organiser sets."""
    matchmaking = desk.matchmaking_for(request, slug)
    participant = get_object_or_404(participant_table.rows_of(matchmaking), pk=pk)
    participant.matchmaking = matchmaking
    form = ParticipantForm(request.POST or None, instance=participant)
    row, by = Participant(pk=pk, matchmaking=matchmaking), cast(Any, request.user)
    if saved(request, form, lambda: actions.save_participant(row, form.cleaned_data, by=by)):
        return redirect("desk_participant", slug=slug, pk=pk)
    shown = get_object_or_404(participant_table.rows_of(matchmaking), pk=pk)
    requests = MeetingRequest.objects.filter(Q(asker=shown) | Q(asked=shown)).select_related("asker", "asked")
    context = desk.frame(
        request, matchmaking, form=form, participant=shown, requests=requests.order_by("-sent_at", "-pk"),
        people=participant_table.people(shown), lines=shown.lines.order_by("side", "position", "pk"),
        meetings=meeting_table.rows_of(matchmaking).filter(sides__participant=shown, state="agreed"),
    )  # fmt: skip
    return render(request, "matchmaking/desk_participant.html", context, status=422 if form.errors else 200)


# --- requests and meetings -------------------------------------------------------------------------------------------
@never_cache
@require_GET
@limited_finding
def desk_meetings(request: HttpRequest, slug: str) -> HttpResponse:
    """All requests and what people booked without one, as filtered, and what came of them."""
    matchmaking = desk.matchmaking_for(request, slug)
    facets = meeting_table.facets(matchmaking)
    selection = filters.read(request.GET, facets, meeting_table.ORDERS)
    rows = meeting_table.Rows(matchmaking, selection)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    context = desk.frame(
        request, matchmaking, page=page, rows=meeting_table.lines(matchmaking, page), found=rows, facets=facets,
        selection=selection, chips=chips(facets, selection), clear_url=reverse("desk_meetings", args=[slug]),
    )  # fmt: skip
    return render(request, "matchmaking/desk_meetings.html", context)


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def desk_meetings_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    matchmaking = desk.matchmaking_for(request, slug)
    facets = meeting_table.facets(matchmaking)
    selection = filters.read(request.GET, facets, meeting_table.ORDERS)
    lines = meeting_table.lines(matchmaking, meeting_table.Rows(matchmaking, selection)[:])
    said = [f"{capfirst(_('event'))}: {matchmaking.event.title}", *exports.chosen(facets, selection)]
    title = _("Requests and meetings – %(event)s") % {"event": matchmaking.event.title}
    page = exports.list_page("desk_meetings", slug)
    columns = [str(title) for title, _value in meeting_table.COLUMNS]
    cells = ([value(line) for _title, value in meeting_table.COLUMNS] for line in lines)
    return tables.response(exports.table(request, title, page, columns, cells, said), ending)


@never_cache
@require_http_methods(["GET", "POST"])
def desk_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Registered people who do not take part yet; those who are ticked become participants."""
    matchmaking = desk.matchmaking_for(request, slug)
    rows = matchmaking.event.registrations.confirmed().filter(representative=None).select_related("organisation")
    if request.method == "POST":
        wanted = rows if request.POST.get("do") == "all" else rows.filter(pk__in=numbers(request, "registration"))
        count = actions.take_in(matchmaking, list(wanted.order_by("number")), by=request.user)  # type: ignore[arg-type]
        if count:
            words = ngettext("%(count)s participant is added.", "%(count)s participants are added.", count)
            messages.success(request, words % {"count": count})
            return redirect("desk_participants", slug=slug)
        messages.error(request, _("Tick the people first."))
    page = Paginator(rows.order_by("number"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "matchmaking/desk_add.html", desk.frame(request, matchmaking, page=page))


@never_cache
@require_http_methods(["GET", "POST"])
@limited("ask on behalf", limit=300, per=3600)
def desk_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A request on somebody's behalf, or a meeting that both have agreed to."""
    matchmaking = desk.matchmaking_for(request, slug)
    form = AskForm(request.POST or None, matchmaking=matchmaking, initial={"asker": request.GET.get("asker")})
    by: Any = request.user
    if saved(request, form, lambda: actions.ask_for(**form.cleaned_data, by=by)):
        return redirect("desk_meetings", slug=slug)
    context = desk.frame(request, matchmaking, form=form)
    return render(request, "matchmaking/desk_ask.html", context, status=422 if form.errors else 200)


# --- a letter --------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
@limited("write to participants", limit=60, per=3600)
def desk_write(request: HttpRequest, slug: str) -> HttpResponse:
    """A letter to some participants; `about` proposes its words."""
    matchmaking = desk.matchmaking_for(request, slug)
    numbers = [int(pk) for pk in request.GET.getlist("to")[:50] if pk.isdecimal() and len(pk) < 19]
    chosen = list(matchmaking.participants.filter(pk__in=numbers).order_by("name", "pk"))
    if not chosen:
        raise Http404
    form = WriteForm(request.POST or None, initial=proposed(matchmaking, request.GET.get("about", "")))
    back = request.GET.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("desk_participants", args=[slug])
    if form.is_valid():
        count = actions.write_to(chosen, **form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        words = ngettext("%(count)s letter is on its way.", "%(count)s letters are on their way.", count)
        messages.success(request, words % {"count": count})
        return redirect(back)
    context = desk.frame(request, matchmaking, form=form, chosen=chosen, back=back)
    return render(request, "matchmaking/desk_write.html", context, status=422 if form.errors else 200)


def proposed(matchmaking: Matchmaking, about: str) -> dict[str, Any]:
    event = matchmaking.event.title
    if about == "more_time":
        return {
            "subject": _("More time for your meetings at %(event)s?") % {"event": event},
            "text": _(
                "More people want to meet you than you have free times.\n\nPlease look whether you can free another "
                "time, or bring a colleague who takes some of the meetings over."
            ),
        }
    if about == "online":
        return {
            "subject": _("A meeting online instead of at %(event)s?") % {"event": event},
            "text": _(
                "You have agreed to meet, and have no free time in common during the event.\n\nWould you meet online, "
                "before the event or after it? Answer this letter, and we help you to find the time."
            ),
        }
    return {}
