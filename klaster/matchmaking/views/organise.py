"""The tab of matchmaking at the organiser's desk: how it stands, settings, phases, times, tables."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.directory.views.editing import add_errors, saved
from klaster.events.desk import event_for
from klaster.events.when import day_in_words
from klaster.matchmaking import desk, desk_figures, phases
from klaster.matchmaking.actions import organise as actions
from klaster.matchmaking.forms.organise import SettingsForm, SlotForm, SlotsForm, TableForm, TablesForm
from klaster.matchmaking.models import Matchmaking, Meeting, Phase, Slot, Table


def said(request: HttpRequest, error: ValidationError) -> None:
    for words in error.messages:
        messages.error(request, words)


@never_cache
@require_http_methods(["GET", "POST"])
def matchmaking_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """How the matchmaking of an event stands; where there is none yet, switching it on."""
    event = event_for(request, slug)
    matchmaking = Matchmaking.objects.filter(event=event).first()
    if request.method == "POST" and matchmaking is None:
        actions.switch_on(event, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Matchmaking is switched on. Nobody but you sees it yet."))
        return redirect("matchmaking_desk", slug=slug)
    if matchmaking is None:
        return render(request, "matchmaking/desk_switch_on.html", {"event": event})
    matchmaking.event = event
    context = desk.frame(
        request, matchmaking,
        steps=steps(matchmaking), moves=phases.moves(matchmaking), means=phases.MEANS[matchmaking.phase],
        figures=desk_figures.figures(matchmaking), todos=desk_figures.todos(matchmaking),
    )  # fmt: skip
    return render(request, "matchmaking/matchmaking_desk.html", context)


def steps(matchmaking: Matchmaking) -> list[dict[str, Any]]:
    order = list(Phase)
    at = order.index(Phase(matchmaking.phase))
    return [
        {"title": phases.SHORT[phase], "url": "", "current": number == at, "done": number < at}
        for number, phase in enumerate(order)
    ]


@never_cache
@require_http_methods(["GET", "POST"])
def desk_settings(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    form = SettingsForm(request.POST or None, instance=matchmaking)
    by: Any = request.user
    if saved(request, form, lambda: actions.save_settings(matchmaking, form.values(), form.ask_rules(), by=by)):
        return redirect("matchmaking_desk", slug=slug)
    context = desk.frame(request, desk.matchmaking_for(request, slug), form=form)
    return render(request, "matchmaking/desk_settings.html", context, status=422 if form.errors else 200)


@require_POST
def desk_phase(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    try:
        row = actions.move_phase(matchmaking, request.POST.get("to", ""), by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        said(request, error)
    else:
        messages.success(request, phases.MOVED[row.phase])
    return redirect("matchmaking_desk", slug=slug)


@require_POST
@limited("remind of requests", limit=10, per=3600)
def desk_remind(request: HttpRequest, slug: str) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    try:
        count = actions.remind(matchmaking, by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        said(request, error)
    else:
        words = ngettext("%(count)s participant is reminded.", "%(count)s participants are reminded.", count)
        messages.success(request, words % {"count": count})
    return redirect("matchmaking_desk", slug=slug)


# --- times ------------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def desk_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of an event by day; making several at once, deleting those that are ticked."""
    matchmaking = desk.matchmaking_for(request, slug)
    deletes = request.POST.get("do") == "delete"
    form = SlotsForm(request.POST if request.method == "POST" and not deletes else None, matchmaking=matchmaking)
    if deletes:
        return delete_slots(request, matchmaking)
    if form.is_valid():
        data = form.cleaned_data
        try:
            count = actions.make_slots(
                matchmaking, data["spans"], minutes=data["minutes"], pause=data["pause"], by=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
        except ValidationError as error:
            add_errors(form, error)
        else:
            words = ngettext("%(count)s time is made.", "%(count)s times are made.", count)
            messages.success(request, words % {"count": count})
            return redirect("desk_slots", slug=slug)
    zone = matchmaking.event.zone
    rows = list(matchmaking.slots.order_by("starts", "pk"))
    days = [
        (day_in_words(day), list(each))
        for day, each in groupby(rows, key=lambda row: row.starts.astimezone(zone).date())
    ]
    context = desk.frame(request, matchmaking, form=form, days=days, count=sum(not row.is_break for row in rows))
    return render(request, "matchmaking/desk_slots.html", context, status=422 if form.errors else 200)


def numbers(request: HttpRequest, name: str) -> list[int]:
    return [int(pk) for pk in request.POST.getlist(name)[:1000] if pk.isdecimal() and len(pk) < 19]


def delete_slots(request: HttpRequest, matchmaking: Matchmaking) -> HttpResponse:
    try:
        count = actions.delete_slots(matchmaking, numbers(request, "slot"), by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        said(request, error)
    else:
        if count:
            words = ngettext("%(count)s time is deleted.", "%(count)s times are deleted.", count)
            messages.success(request, words % {"count": count})
        else:
            messages.error(request, _("Tick the times first."))
    return redirect("desk_slots", slug=matchmaking.event.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def desk_slot(request: HttpRequest, slug: str, pk: int = 0) -> HttpResponse:
    """One time or break: a new one without number."""
    matchmaking = desk.matchmaking_for(request, slug)
    slot = get_object_or_404(Slot, matchmaking=matchmaking, pk=pk) if pk else Slot(matchmaking=matchmaking)
    slot.matchmaking = matchmaking
    initial = {} if pk else {"is_break": True, "starts": matchmaking.event.starts}
    form = SlotForm(request.POST or None, instance=slot, initial=initial)
    row, by = Slot(pk=pk or None, matchmaking=matchmaking), cast(Any, request.user)
    if saved(request, form, lambda: actions.save_slot(row, form.values(), by=by)):
        return redirect("desk_slots", slug=slug)
    taken = actions.meetings_in(slot) if pk else 0
    context = desk.frame(request, matchmaking, form=form, slot=slot, taken=taken)
    return render(request, "matchmaking/desk_slot.html", context, status=422 if form.errors else 200)


# --- tables -----------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def desk_tables(request: HttpRequest, slug: str) -> HttpResponse:
    """Tables and online rooms; several at once, deleting those that are ticked."""
    matchmaking = desk.matchmaking_for(request, slug)
    if request.POST.get("do") == "delete":
        return delete_tables(request, matchmaking)
    form = TablesForm(request.POST or None)
    by: Any = request.user
    if saved(request, form, lambda: actions.make_tables(matchmaking, **form.cleaned_data, by=by)):
        return redirect("desk_tables", slug=slug)
    rows = list(matchmaking.tables.prefetch_related("hosts").order_by("is_online", "number"))
    used = set(Meeting.objects.placed().filter(matchmaking=matchmaking).values_list("table", flat=True))
    for row in rows:
        row.is_used = row.pk in used  # type: ignore[attr-defined]
    context = desk.frame(request, matchmaking, form=form, tables=rows)
    return render(request, "matchmaking/desk_tables.html", context, status=422 if form.errors else 200)


def delete_tables(request: HttpRequest, matchmaking: Matchmaking) -> HttpResponse:
    try:
        count = actions.delete_tables(matchmaking, numbers(request, "table"), by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        said(request, error)
    else:
        if count:
            words = ngettext("%(count)s table is deleted.", "%(count)s tables are deleted.", count)
            messages.success(request, words % {"count": count})
        else:
            messages.error(request, _("Tick the tables first."))
    return redirect("desk_tables", slug=matchmaking.event.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def desk_table(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    matchmaking = desk.matchmaking_for(request, slug)
    table = get_object_or_404(Table, matchmaking=matchmaking, pk=pk)
    form = TableForm(request.POST or None, instance=table)
    row, by = Table(pk=pk, matchmaking=matchmaking), cast(Any, request.user)
    if saved(request, form, lambda: actions.save_table(row, form.cleaned_data, by=by)):
        return redirect("desk_tables", slug=slug)
    context = desk.frame(request, matchmaking, form=form, table=Table.objects.get(pk=pk))
    return render(request, "matchmaking/desk_table.html", context, status=422 if form.errors else 200)
