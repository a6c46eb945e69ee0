"""Making timetables, looking at them, changing them by hand, publishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import tables
from klaster.core.limits import limited
from klaster.directory import exports
from klaster.directory.views.answers import page_or_part
from klaster.matchmaking import comparing, desk, problems, publishing, run_page
from klaster.matchmaking.actions import publishing as publish_actions
from klaster.matchmaking.actions import runs as actions
from klaster.matchmaking.forms.timetable import MakeForm, PlaceForm, new_seed
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Phase, Representative, Run
from klaster.matchmaking.run_page import RunPage
from klaster.matchmaking.timetabling.replanning import free_places
from klaster.matchmaking.views.organise import said


def run_of(matchmaking: Matchmaking, pk: int) -> Run:
    run = get_object_or_404(Run.objects.select_related("by", "previous"), matchmaking=matchmaking, pk=pk)
    run.matchmaking = matchmaking
    return run


@never_cache
@require_http_methods(["GET", "POST"])
@limited("make timetables", limit=60, per=3600)
def desk_timetable(request: HttpRequest, slug: str) -> HttpResponse:
    """All runs of an event, and ordering another."""
    matchmaking = desk.matchmaking_for(request, slug)
    runs = list(matchmaking.runs.select_related("by").defer("problem").order_by("-asked_at", "-pk"))
    last = matchmaking.published_run or next((run for run in runs if run.state in Run.ENDED_WELL), None)
    is_out = matchmaking.phase == Phase.PUBLISHED
    form = MakeForm(request.POST or None, may_keep=last is not None, keeps=is_out)
    if form.is_valid():
        data = form.cleaned_data
        try:
            run = actions.order(
                matchmaking, by=request.user, seed=data["seed"] or new_seed(), seconds=data["seconds"],  # type: ignore[arg-type]
                previous=last if data.get("keeps") else None,
            )  # fmt: skip
        except ValidationError as error:
            for words in error.messages:
                form.add_error(None, words)
        else:
            return redirect("desk_run", slug=slug, pk=run.pk)
    context = desk.frame(
        request, matchmaking, form=form, runs=runs, last=last,
        agreed=matchmaking.meetings.agreed().count(), now=next((run for run in runs if run.is_running), None),
        unfit=matchmaking.phase in (Phase.PREPARING, Phase.OVER),
    )  # fmt: skip
    return render(request, "matchmaking/desk_timetable.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
def desk_run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A run: its progress while it runs (htmx asks again and again), afterwards its timetable."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    context = desk.frame(request, matchmaking, run=run)
    if run.is_running:
        return page_or_part(
            request, "matchmaking/desk_run_running.html", context | {"now": run_page.progress(run)}, part="progress"
        )
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    if run.state == Run.State.FAILED:
        return render(request, "matchmaking/desk_run_failed.html", context | {"why": _(run.error) if run.error else ""})
    others = matchmaking.runs.filter(state__in=Run.ENDED_WELL).exclude(pk=run.pk).defer("problem")
    context |= {"page": RunPage(run, matchmaking), "others": others[:8], "told": told_first(matchmaking),
                "is_out": matchmaking.published_run_id == run.pk and matchmaking.phase == Phase.PUBLISHED}  # fmt: skip
    context["changed"] = changed_since(run) if context["is_out"] else 0
    return render(request, "matchmaking/desk_run.html", context)


def changed_since(run: Run) -> int:
    """Meetings that people have moved, called off or booked since this timetable was published."""
    placed = run.placements.exclude(slot=None)
    gone = placed.exclude(meeting__state=Meeting.State.AGREED, meeting__starts=F("slot__starts"))
    meetings = Meeting.objects.placed().filter(matchmaking=run.matchmaking)
    return gone.count() + meetings.exclude(pk__in=placed.values("meeting")).count()


def told_first(matchmaking: Matchmaking) -> int:
    """How many people get a letter when a timetable is published for the first time: of all who agreed to meet."""
    sides = MeetingSide.objects.filter(meeting__in=matchmaking.meetings.agreed()).values("participant")
    return Representative.objects.of(sides).count()


@require_POST
def desk_run_stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    actions.stop(run_of(matchmaking, pk), by=request.user)  # type: ignore[arg-type]
    messages.info(request, _("It stops in a moment, with the best so far."))
    return redirect("desk_run", slug=slug, pk=pk)


@never_cache
@require_GET
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET"])
def desk_run_export(request: HttpRequest, slug: str, pk: int, ending: str) -> HttpResponseBase:
    """The timetable as a table: a line for each meeting, those left out with the reason."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    if run.state not in Run.ENDED_WELL:
        raise Http404
    page = RunPage(run, matchmaking)
    columns = [
        _("Day and time"),
        pgettext("where people sit", "Table"),
        _("Zone"),
        _("Participants"),
        _("Locked"),
        _("Left out because"),
    ]
    title = _("Timetable – %(event)s") % {"event": matchmaking.event.title}
    return tables.response(
        exports.table(request, title, reverse("desk_run", args=[slug, pk]), columns, lines(page)), ending
    )


def lines(page: RunPage) -> Iterator[list[object]]:
    rows = sorted(page.placed, key=lambda place: (place.slot.starts, place.table.number if place.table else 0))  # type: ignore[union-attr]
    for place in rows:
        entry = page.entry(place)
        starts = place.slot.starts.astimezone(page.zone)  # type: ignore[union-attr]
        table = place.table
        yield [starts.replace(tzinfo=None), table.number if table else _("online"), table.zone if table else "",
               " – ".join(page.names.who(pk) for pk in page.sides[place.meeting_id]), entry.is_pinned, ""]  # fmt: skip
    for group in page.groups:
        for words in group.meetings:
            yield ["", "", "", words, False, group.reason.title]


@never_cache
@require_GET
def desk_compare(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Two timetables beside each other: figures, and the meetings that differ."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    runs = matchmaking.runs.filter(state__in=Run.ENDED_WELL).defer("problem")
    asked = request.GET.get("with", "")
    other = runs.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
    if run.state not in Run.ENDED_WELL or other is None or other == run:
        raise Http404
    other.matchmaking = matchmaking
    found = comparing.compare(RunPage(other, matchmaking), RunPage(run, matchmaking))
    return render(
        request, "matchmaking/desk_compare.html", desk.frame(request, matchmaking, run=run, other=other, found=found)
    )


# --- by hand ---------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def desk_place(request: HttpRequest, slug: str, pk: int, meeting: int) -> HttpResponse:
    """One meeting of a timetable: where it could go, and putting it there."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    row = get_object_or_404(Meeting.objects.agreed(), matchmaking=matchmaking, pk=meeting)
    place = actions.placement_of(run, meeting)
    if run.state not in Run.ENDED_WELL or place is None:
        raise Http404
    try:
        event, held = actions.loaded(run)
    except problems.NothingToPlan as nothing:
        raise Http404 from nothing
    if meeting not in event.meetings:
        raise Http404
    notes = where(event, held, meeting)
    form = PlaceForm(
        request.POST or None, matchmaking=matchmaking, notes=notes, is_online=event.is_online(meeting),
        initial={"slot": place.slot_id},
    )  # fmt: skip
    in_the_way: list[str] = []
    if form.is_valid():
        changed, in_the_way = put(request, run, row, form)
        if changed is not None:
            return redirect("desk_run", slug=slug, pk=changed.pk)
    context = desk.frame(
        request, matchmaking, run=run, meeting=row, place=place, form=form, in_the_way=in_the_way,
        who=actions.who_of(event, meeting), free=[note for note in notes.values() if not note],
    )  # fmt: skip
    return render(request, "matchmaking/desk_place.html", context, status=422 if form.errors or in_the_way else 200)


def put(request: HttpRequest, run: Run, row: Meeting, form: PlaceForm) -> tuple[Run | None, list[str]]:
    """Put the meeting where the form says: the run it stands in now, or None and the meetings in the way."""
    slot, table = form.cleaned_data["slot"], form.cleaned_data.get("table")
    displaces = bool(request.POST.get("displaces"))
    try:
        changed = actions.place(run, row, slot, table, by=request.user, displaces=displaces)  # type: ignore[arg-type]
    except ValidationError as error:
        if {each.code for each in error.error_list} == {"displaces"}:
            return None, error.messages
        for words in error.messages:
            form.add_error("slot", words)
        return None, []
    if changed.pk != run.pk:
        messages.info(request, _("This is a changed copy of the published timetable. Publish it to make it hold."))
    else:
        messages.success(request, _("Saved."))
    return changed, []


def where(event: problems.Event, held: Any, meeting: int) -> dict[int, str]:
    """What stands at each time, in a word: nothing where the meeting fits with nothing moved."""
    wanted = next(m for m in event.real.meetings if m.id == meeting)
    others = [each for each in held if each.meeting != meeting]
    free = {place.assignment.slot for place in free_places(event.real, others, wanted)}
    notes = {}
    for number, slot in enumerate(event.slots):
        if number in free and not actions.look(event, held, meeting, number, None).hard:
            notes[slot.pk] = ""
            continue
        seen = actions.look(event, held, meeting, number, None)
        if seen.hard:
            notes[slot.pk] = seen.hard[0]
        else:
            notes[slot.pk] = _("in the way: %(meetings)s") % {
                "meetings": "; ".join(actions.who_of(event, each) for each in seen.displaced)
            }
    return notes


@require_POST
def desk_lock(request: HttpRequest, slug: str, pk: int, meeting: int) -> HttpResponse:
    """Lock a meeting where this timetable has it, or unlock it."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    row = get_object_or_404(Meeting.objects.agreed(), matchmaking=matchmaking, pk=meeting)
    place = actions.placement_of(run, meeting)
    locks = request.POST.get("do") == "lock"
    if locks and (place is None or place.slot is None):
        messages.error(request, _("It has no place that could be kept."))
    else:
        actions.pin(row, place.slot if locks and place else None, place.table if place else None, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Every timetable keeps it there now.") if locks else _("It is free to move."))
    return redirect("desk_run", slug=slug, pk=pk)


# --- publishing ------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def desk_publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What publishing would do, listed before it is done; and doing it."""
    matchmaking = desk.matchmaking_for(request, slug)
    run = run_of(matchmaking, pk)
    if run.state not in Run.ENDED_WELL:
        raise Http404
    if request.method == "GET" and matchmaking.published_run_id == run.pk and matchmaking.phase == Phase.PUBLISHED:
        return redirect("desk_run", slug=slug, pk=pk)
    problems_: list[str] = []
    if request.method == "POST":
        try:
            look = publish_actions.publish(run, by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            problems_ = error.messages
        else:
            if look is not None:
                messages.success(request, _("The timetable is published, and everybody concerned is told."))
            return redirect("desk_run", slug=slug, pk=pk)
    look = publishing.outlook(matchmaking, run)
    first = matchmaking.phase != Phase.PUBLISHED
    try:
        publish_actions.refuse_unfit(matchmaking, run)
    except ValidationError as error:
        problems_ = problems_ or error.messages
    told = Representative.objects.of(look.concerned(first=first))
    context = desk.frame(
        request, matchmaking, run=run, look=look, first=first, told=len(told), problems=problems_ or look.problems,
        changes=comparing.changes(matchmaking, look), may_close=matchmaking.phase == Phase.ASKING,
    )  # fmt: skip
    return render(request, "matchmaking/desk_publish.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def desk_unpublish(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    try:
        count = publish_actions.unpublish(matchmaking, by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        said(request, error)
    else:
        words = ngettext("%(count)s meeting has no time any more.", "%(count)s meetings have no time any more.", count)
        messages.success(request, words % {"count": count})
    return redirect("desk_timetable", slug=slug)
