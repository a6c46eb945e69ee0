"""The desk's table of registrations: looking, choosing, deciding on several, taking it away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import tables
from klaster.core.keys import key_of
from klaster.core.limits import limited, limited_finding
from klaster.directory import exports, filters
from klaster.directory.filters import Facet, Selection
from klaster.directory.views.answers import chips
from klaster.directory.views.editing import add_errors
from klaster.events import desk, registration_columns, registration_table
from klaster.events.actions import deciding
from klaster.events.actions import registration as registration_actions
from klaster.events.actions import tables as table_actions
from klaster.events.forms.tables import DataForm, NoteForm
from klaster.events.models import ChosenColumns, Event, Question, Registration
from klaster.events.registration_columns import Column
from klaster.events.views.registration import initial_of

log = structlog.get_logger(__name__)

PER_PAGE = 50
READ = "events.read_registrations"
AGAIN = "again"
DONE = {
    deciding.APPROVE: gettext_lazy("Approved: %(count)s."),
    deciding.GIVE: gettext_lazy("Given a place: %(count)s."),
    deciding.DECLINE: gettext_lazy("Declined: %(count)s."),
    deciding.CANCEL: gettext_lazy("Cancelled: %(count)s."),
}
ASKED_FIRST = (deciding.DECLINE, deciding.CANCEL)


@dataclass(frozen=True)
class Asked:
    """What the address asks of the table of one event."""

    request: HttpRequest
    event: Event

    @cached_property
    def questions(self) -> list[Question]:
        return registration_columns.questions(self.event)

    @cached_property
    def columns(self) -> list[Column]:
        return registration_columns.every(self.event, self.questions)

    @cached_property
    def facets(self) -> list[Facet]:
        return registration_table.facets(self.event, self.questions)

    @cached_property
    def selection(self) -> Selection:
        return filters.read(self.request.GET, self.facets, registration_table.ORDERS)

    def rows(self) -> QuerySet[Registration]:
        rows = registration_table.rows_of(self.event, self.request.user)
        return registration_table.chosen(rows, self.selection, self.questions)


@dataclass(frozen=True)
class Heading:
    """A column as its heading shows it: `url` sorts by it, the other way round if it is sorted by now."""

    column: Column
    url: str
    direction: str


def headings(columns: list[Column], selection: Selection) -> list[Heading]:
    now = selection.order or "number"
    found = []
    for column in columns:
        up, down = column.order, f"-{column.order}"
        url = ""
        if column.order:
            order = down if now == up else up
            url = Selection(selection.answers, selection.text, order if order != "number" else "").query()
        direction = {up: "ascending", down: "descending"}.get(now, "") if column.order else ""
        found.append(Heading(column, url, direction))
    return found


@never_cache
@require_GET
@limited_finding
def event_registrations(request: HttpRequest, slug: str) -> HttpResponse:
    """Who has registered, as filtered, with the columns this person looks at."""
    event = desk.event_for(request, slug, READ)
    asked = Asked(request, event)
    offered = registration_columns.for_lists(asked.columns)
    kept = ChosenColumns.objects.filter(event=event, person=request.user).first()
    columns = registration_columns.shown(offered, kept.codes if kept else [])
    rows = asked.rows()
    if any(column.code.startswith("question") for column in columns):
        rows = registration_table.with_answers(rows)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "page": page,
        "rows": [(row, [(column, column.words(row)) for column in columns if column.code != "name"]) for row in page],
        "headings": headings(columns, asked.selection),
        "offered": [(column, column in columns) for column in offered if column.code != "name"],
        "facets": asked.facets,
        "selection": asked.selection,
        "chips": chips(asked.facets, asked.selection),
        "clear_url": reverse("event_registrations", args=[slug]),
        "may_decide": request.user.has_perm("events.change_event", event),
        "has_needs": len(offered) < len(asked.columns),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    return render(request, "events/event_registrations.html", context)


@require_POST
def registration_columns_choose(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug, READ)
    known = {column.code for column in registration_columns.for_lists(Asked(request, event).columns)}
    codes = [code for code in request.POST.getlist("column") if code in known]
    table_actions.choose_columns(event, codes if request.POST.get("do") != "usual" else [], by=request.user)
    asked = request.GET.urlencode()
    return redirect(reverse("event_registrations", args=[slug]) + (f"?{asked}" if asked else ""))


# --- a file -----------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
@limited_finding
@limited("export", limit=exports.EACH_MINUTE, per=60, methods=["GET", "POST"])
def registration_export(request: HttpRequest, slug: str, ending: str) -> HttpResponseBase:
    """The table as filtered, with all columns. Needs of people go along only where the form asks for them."""
    event = desk.event_for(request, slug, READ)
    asked = Asked(request, event)
    columns = asked.columns
    if request.method == "POST":
        table_actions.record_needs_taken(event, by=request.user)
    else:
        columns = registration_columns.for_lists(columns)
    log.info("registrations taken away", event_id=event.pk, needs=request.method == "POST")
    rows = registration_table.with_answers(asked.rows())
    cells = exports.each(rows, lambda row: [column.value(row) for column in columns])
    said = [f"{capfirst(_('event'))}: {event.title}", *exports.chosen(asked.facets, asked.selection)]
    page = exports.list_page("event_registrations", slug)
    title = _("Registrations – %(event)s") % {"event": event.title}
    table = exports.table(request, title, page, [str(column.title) for column in columns], cells, said)
    return tables.response(table, ending)


# --- deciding ---------------------------------------------------------------------------------------------------------
@require_POST
@limited("decide registrations", limit=120, per=3600)
def registrations_decide(request: HttpRequest, slug: str) -> HttpResponse:
    """Decide on the ticked rows; what takes a place away is asked for once more, with a reason."""
    event = desk.event_for(request, slug)
    numbers = [key for pk in request.POST.getlist("row")[:PER_PAGE] if (key := key_of(pk)) is not None]
    what, asked = request.POST.get("do", ""), request.GET.urlencode()
    back = reverse("event_registrations", args=[slug]) + (f"?{asked}" if asked else "")
    if not numbers:
        messages.error(request, _("Tick the registrations first."))
    elif what == AGAIN:
        again(request, event, numbers)
    elif what in ASKED_FIRST and "reason" not in request.POST:
        rows = registration_table.rows_of(event, request.user).filter(pk__in=numbers, state__in=deciding.FROM[what])
        context = {"event": event, "rows": rows.order_by("number"), "what": what, "back": back}
        return render(request, "events/registrations_decide.html", context)
    elif what in DONE:
        decide(request, event, numbers, what)
    else:
        raise Http404
    return redirect(back)


def decide(request: HttpRequest, event: Event, numbers: list[int], what: str) -> None:
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:500]
    try:
        decided = deciding.decide(event, numbers, what, by=request.user, reason=reason)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    if decided.done:
        messages.success(request, DONE[what] % {"count": len(decided.done)})
    elif not decided.refused:
        messages.info(request, _("Nothing to do: these registrations are in another state."))
    for row, why in decided.refused[:10]:
        messages.error(request, f"{row.name}: {why}")


def again(request: HttpRequest, event: Event, numbers: list[int]) -> None:
    count = table_actions.tell_again(event, numbers, by=request.user)
    words = ngettext("%(count)s letter is on its way.", "%(count)s letters are on their way.", count)
    messages.success(request, words % {"count": count})


# --- one --------------------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def registration_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One registration: all that is known of it, a note, and what can be decided."""
    event = desk.event_for(request, slug, READ)
    asked = Asked(request, event)
    row = get_object_or_404(registration_table.with_answers(registration_table.rows_of(event, request.user)), pk=pk)
    if request.method == "POST" and not request.user.has_perm("events.change_event", event):
        raise Http404
    form = NoteForm(request.POST or None, instance=row)
    if form.is_valid():
        try:
            table_actions.note(row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None if not hasattr(error, "error_dict") else "email", error.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("registration_edit", slug=slug, pk=pk)
    context: dict[str, Any] = {
        "event": event,
        "registration": row,
        "form": form,
        "facts": [
            (column.title, words)
            for column in asked.columns
            if column.code not in ("name", "state") and (words := column.words(row))
        ],
        "colleagues": registration_table.rows_of(event, request.user).filter(booked_by=row).order_by("number"),
        "sessions": row.session_choices.select_related("session").order_by("session__starts", "pk"),
        "may_change": request.user.has_perm("events.change_event", event),
        "acts": [what for what, states in deciding.FROM.items() if row.state in states],
    }
    return render(request, "events/registration_edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def registration_data(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a registration says, for the organiser to change; the person is told."""
    event = desk.event_for(request, slug)
    row = get_object_or_404(Registration.objects.visible_to(request.user).filter(event=event), pk=pk)
    form = DataForm(request.POST or None, event=event, instance=row, initial=initial_of(row))
    if form.is_valid():
        values = {
            name: form.cleaned_data[name] for name in registration_actions.OWN_FIELDS if name in form.cleaned_data
        }
        chosen = form.chosen if "sessions" in form.fields else None
        try:
            registration_actions.change(
                row, values, by=request.user, answers=form.answers, chosen=chosen, by_organiser=True
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("registration_edit", slug=slug, pk=pk)
    context = {"event": event, "registration": row, "form": form}
    return render(request, "events/registration_data.html", context, status=422 if form.is_bound else 200)
