"""The organiser's desk: where work on events begins, what an event says, in which state it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.directory.views.answers import paged
from klaster.directory.views.drafts import Keeping
from klaster.directory.views.editing import add_errors, save_form
from klaster.directory.workspace import Desk
from klaster.events import desk, left_to_do, registration_box
from klaster.events.actions import copying, states
from klaster.events.actions import events as actions
from klaster.events.forms.events import REGISTRATION, WHAT, WHEN, WHERE, CallOffForm, CopyForm, EventForm, NewEventForm
from klaster.events.models import HOLD_A_PLACE, Event, RegistrationState, Series, State

WEEKS = 12


@never_cache
@require_GET
def my_events(request: HttpRequest) -> HttpResponse:
    """Events this person runs or helps at: those that come, drafts, those that are over."""
    mine = Event.objects.helped_by(request.user).select_related("organiser", "cluster", "series")
    held = Q(registrations__state__in=HOLD_A_PLACE)
    on_site = held & ~Q(registrations__is_online=True, mode=Event.Mode.BOTH)
    mine = mine.annotate(
        taking_part=Count("registrations", filter=held), on_site=Count("registrations", filter=on_site)
    )
    may_add = request.user.has_perm("events.add_event")
    if not may_add and not mine.exists():
        raise Http404
    context = {
        "desk": Desk(request.user),  # type: ignore[arg-type]
        "coming": mine.published().coming(),
        "drafts": mine.filter(state=State.DRAFT).order_by("starts", "pk"),
        "past": paged(request, mine.published().past()),
        "series": Series.objects.run_by(request.user).order_by("slug"),
        "may_add": may_add,
    }
    return render(request, "events/my_events.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def event_new(request: HttpRequest) -> HttpResponse:
    """Begin an event: a draft that only those who run it see."""
    if not request.user.has_perm("events.add_event"):
        raise PermissionDenied
    form = NewEventForm(request.POST or None, instance=Event(), by=request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            event = actions.create_event(by=request.user, values=form.values())  # type: ignore[arg-type]
            messages.success(request, _("The draft is made. Nobody else sees it until you publish it."))
            return redirect("event_edit", slug=event.slug)
    return render(request, "events/event_new.html", {"form": form, "desk": Desk(request.user)}, status=status)  # type: ignore[arg-type]


@never_cache
@require_GET
def event_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """How the event stands, and what is left to do."""
    event = desk.event_for(request, slug)
    counts = dict(event.registrations.values_list("state").annotate(Count("pk")).order_by())
    held, online, _waiting = registration_box.counted(event)
    context = {
        "event": event,
        "todos": left_to_do.todos(event),
        "counts": [(state, counts[state.value]) for state in RegistrationState if counts.get(state.value)],
        "held": held,
        "online": online,
        "weeks": weeks(event),
    }
    return render(request, "events/event_desk.html", context)


def weeks(event: Event) -> list[dict[str, Any]]:
    """How many registered in each of the last weeks in which somebody did, for {% bars %}."""
    rows = (
        event.registrations.annotate(week=TruncWeek("registered_at", tzinfo=event.zone))
        .values_list("week").annotate(number=Count("pk")).order_by("-week")[:WEEKS]
    )  # fmt: skip
    return [{"label": date_format(week, "DATE_FORMAT"), "value": number} for week, number in reversed(rows)]


@never_cache
@require_http_methods(["GET", "POST"])
def event_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """The same event on another date: a draft, without registrations."""
    event = desk.event_for(request, slug)
    if not request.user.has_perm("events.add_event"):
        raise Http404
    form = CopyForm(request.POST or None, event=event)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            starts, ends = form.cleaned_data["starts"], form.cleaned_data["ends"]
            copy = copying.copy_event(event, by=request.user, starts=starts, ends=ends)  # type: ignore[arg-type]
            messages.success(request, _("The copy is a draft. Nobody else sees it until you publish it."))
            return redirect("event_desk", slug=copy.slug)
    return render(request, "events/event_copy.html", {"event": event, "form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the event says: what, when, where, registration."""
    event = desk.event_for(request, slug)
    keeping = Keeping(request, "event", event.pk)
    form = EventForm(keeping.data, request.FILES or None, instance=event, by=request.user)
    context: dict[str, Any] = {"event": desk.event_for(request, slug), "sections": sections(form)}
    then = reverse("event_desk", args=[slug])

    def act(row: Event, **given: Any) -> Event:
        return actions.save_event(row, following=form.cleaned_data.get("following", False), **given)

    return save_form(
        request, form, act, Event(pk=event.pk), "events/event_edit.html", context, then=then,
        keeping=keeping,
    )  # fmt: skip


def sections(form: EventForm) -> list[dict[str, Any]]:
    """The form's fields under headings, each heading with the word its address ends in."""
    named = [
        ("what", _("What it is"), WHAT, ""),
        ("when", _("When"), WHEN, _("Times are those of the clocks of the time zone below.")),
        ("where", _("Where"), WHERE, ""),
        ("registration", _("Registration"), REGISTRATION, ""),
    ]
    return [
        {"id": id_, "title": title, "text": text, "fields": [form[name] for name in names if name in form.fields]}
        for id_, title, names, text in named
    ]


MOVES = {"cancel": State.CANCELLED, "postpone": State.POSTPONED}


@never_cache
@require_http_methods(["GET", "POST"])
def event_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish, withdraw, cancel or postpone; what was done before."""
    event = desk.event_for(request, slug)
    do = request.POST.get("do", "")
    form = CallOffForm(request.POST if do in MOVES else None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if move_state(request, event, do, form):
                return redirect("event_state", slug=slug)
        except ValidationError as error:
            if form.is_bound:
                add_errors(form, error)
            else:
                for words in error.messages:
                    messages.error(request, words)
    context = {
        "event": desk.event_for(request, slug),
        "form": form,
        "do": do,
        "registered": event.registrations.live().count(),
        "history": event.state_changes.select_related("by"),
    }
    return render(request, "events/event_state.html", context, status=status)


def move_state(request: HttpRequest, event: Event, do: str, form: CallOffForm) -> bool:
    """Do what the button says; False where the form has to be shown again."""
    by: Any = request.user
    if do == "publish":
        states.publish(event, by=by)
        messages.success(request, _("The event is public."))
    elif do == "withdraw":
        states.withdraw(event, by=by)
        messages.success(request, _("The event is a draft again."))
    elif do in MOVES and form.is_valid():
        states.call_off(event, MOVES[do], by=by, note=form.cleaned_data["note"])
        messages.success(request, _("The event is cancelled.") if do == "cancel" else _("The event is postponed."))
    else:
        return False
    return True


@require_POST
def event_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw a draft away."""
    event = desk.event_for(request, slug)
    try:
        actions.delete_event(event, by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("event_state", slug=slug)
    messages.success(request, _("The draft is deleted."))
    return redirect("my_events")
