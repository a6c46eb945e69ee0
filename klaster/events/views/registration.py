"""Registering for an event, and one's own registration by a signed link, without an account."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import limits
from klaster.core.keys import key_of
from klaster.core.limits import limited
from klaster.directory.views.answers import paged, telling
from klaster.directory.views.editing import add_errors
from klaster.events import answers, letters, more_parts, when
from klaster.events.actions import registration as actions
from klaster.events.actions import waiting
from klaster.events.event_places import place_of
from klaster.events.forms.registration import AboutForm, RegisterForm, colleagues_for, with_rows
from klaster.events.models import Draw, Event, Registration, State
from klaster.events.models import RegistrationState as S

log = structlog.get_logger(__name__)

EACH_HOUR = 20  # registrations by one person or from one address


def public_event(request: HttpRequest, slug: str) -> Event:
    events = Event.objects.visible_to(request.user).published().select_related("organiser")
    return get_object_or_404(events, slug=slug)


# --- registering ----------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def event_register(request: HttpRequest, slug: str) -> HttpResponse:
    event = public_event(request, slug)
    mine = own_registration(request, event)
    if request.method == "GET":
        form = RegisterForm(request=request, event=event, is_for_others=mine is not None)
        return register_page(request, event, form, colleagues_for(event), mine)
    if "more" in request.POST or "less" in request.POST:
        return another_row(request, event, mine)
    form = RegisterForm(request.POST, request=request, event=event)
    colleagues = colleagues_for(event, request.POST)
    if not (form.is_valid() & colleagues.is_valid()):
        return register_page(request, event, form, colleagues, mine, status=422)
    if form.is_from_a_robot:
        log.warning("robot in a registration form", event_id=event.pk)
        return redirect("event_registered", slug=event.slug)
    return take(request, event, form, colleagues, mine)


def take(
    request: HttpRequest, event: Event, form: RegisterForm, colleagues: Any, mine: Registration | None
) -> HttpResponse:
    guests = [form.guest, *(each.guest(form.guest.row) for each in colleagues.filled())]
    by = request.user if request.user.is_authenticated else None
    try:
        if not event.registrations.filter(once=form.once).exists():
            limits.hit("register", limits.who_of(request), limit=EACH_HOUR, per=3600)
        together = bool(form.cleaned_data.get("together"))
        taken = actions.register(event, guests, by=by, once=form.once, together=together)
    except limits.RateLimited as refusal:
        form.add_error(None, too_often(refusal.retry_after))
        return register_page(request, event, form, colleagues, mine, status=429)
    except ValidationError as error:
        add_errors(form, error)
        return register_page(request, event, form, colleagues, mine, status=422)
    own = next((row for row in [*taken.rows, *taken.known] if by and row.person_id == by.pk), None)
    if own is not None:
        if own in taken.known:
            messages.info(request, _("You were registered already."))
        return redirect("registration_detail", token=own.link_token())
    return redirect("event_registered", slug=event.slug)


def another_row(request: HttpRequest, event: Event, mine: Registration | None) -> HttpResponse:
    """One colleague more or less, without script: what was typed comes back unjudged."""
    data = with_rows(request.POST, more="more" in request.POST, without=request.POST.get("less", ""))
    form, colleagues = RegisterForm(data, request=request, event=event), colleagues_for(event, data)
    form._errors = {}
    for each in colleagues.forms:
        each._errors = {}
    colleagues._errors, colleagues._non_form_errors = [], colleagues.error_class()
    return register_page(request, event, form, colleagues, mine)


def own_registration(request: HttpRequest, event: Event) -> Registration | None:
    if not request.user.is_authenticated:
        return None
    return event.registrations.live().filter(person=request.user).first()


def register_page(
    request: HttpRequest,
    event: Event,
    form: RegisterForm,
    colleagues: Any,
    mine: Registration | None,
    status: int = 200,
) -> HttpResponse:
    closed = ""
    try:
        actions.demand_open(event)
    except ValidationError as error:
        closed = error.messages[0]
    context = {
        "event": event,
        "when": when.in_words(event),
        "form": form,
        "colleagues": colleagues,
        "may_add": len(colleagues.forms) < event.most_together - 1,
        "mine": mine,
        "closed": closed,
        "waits": waits_now(event),
        "crumbs": crumbs(event, _("Registration")),
    }
    return render(request, "events/event_register.html", context, status=status)


def waits_now(event: Event) -> str:
    """What becomes of a registration sent now, as far as it is known beforehand."""
    if event.approval == Event.Approval.BY_ORGANISER:
        return _("The organiser confirms each registration; you get a letter.")
    if waiting.waits_for_the_lot(event):
        return _("Places are given by lot: everybody who registers takes part in it, whenever they register.")
    left = waiting.places_of(event)
    if not left.is_full:
        return ""
    rule = {"rule": event.get_waiting_rule_display()}
    if event.has_two_ways and not left.is_full_online:
        words = _("All places on site are taken. Online there are places.")
        waits = _("Who registers for a place on site now waits: %(rule)s.") % rule
        return f"{words} {waits}" if event.has_waiting_list else words
    return _("All places are taken. Who registers now waits: %(rule)s.") % rule if event.has_waiting_list else ""


def crumbs(event: Event, title: str) -> list[dict[str, str]]:
    return [{"title": str(event.title), "url": event.get_absolute_url()}, {"title": title, "url": ""}]


def too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text = ngettext(
        "Many have registered from here within an hour. What you typed is still here: send it in %(count)s minute.",
        "Many have registered from here within an hour. What you typed is still here: send it in %(count)s minutes.",
        minutes,
    )
    return text % {"count": minutes}


@login_not_required
@require_GET
def event_registered(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for everybody: whether an address is registered is told to that address only."""
    event = public_event(request, slug)
    return render(request, "events/event_registered.html", {"event": event, "when": when.in_words(event)})


# --- one's own ------------------------------------------------------------------------------------------------------
def registration_of(token: str) -> Registration:
    rows = Registration.objects.select_related("event__organiser", "category", "organisation", "person")
    return get_object_or_404(rows.of_token(token))


def person_of(request: HttpRequest, row: Registration) -> Any:
    """Who acts, where it is the one whose registration it is; the link alone is nobody in particular."""
    return request.user if request.user.is_authenticated and request.user.pk == row.person_id else None


@login_not_required
@never_cache
@require_GET
def registration_detail(request: HttpRequest, token: str) -> HttpResponse:
    return detail_page(request, registration_of(token), token)


def detail_page(request: HttpRequest, row: Registration, token: str) -> HttpResponse:
    given = row.answers.select_related("question").order_by("question__position", "question")
    said = [(each.question, answers.shown(each.question, each.value)) for each in given]
    event = row.event
    takes_place = not event.is_over and event.state != State.CANCELLED
    context = {
        "row": row,
        "event": event,
        "token": token,
        "when": when.in_words(event),
        "where": place_of(event).short,
        "place": waiting.place_in_list(row),
        "before_lot": row.state == S.WAITING and waiting.waits_for_the_lot(event),
        "draw": Draw.objects.filter(event=event).first() if event.waiting_rule == Event.WaitingRule.LOTTERY else None,
        "until": letters.moment(row.offered_until, event) if row.offered_until else "",
        "may_change": takes_place and actions.may_change(row),
        "may_cancel": takes_place and (actions.may_change(row) or (not row.has_ended and row.state != S.CONFIRMED)),
        "change_until": letters.moment(event.change_until, event) if event.change_until else "",
        "colleagues": row.colleagues.live().order_by("number"),
        "choices": row.session_choices.select_related("session").order_by("session__starts", "session"),
        "answers": [(question, words) for question, words in said if words],
        "calendar": address("registration_ics", token),
        "my_sessions": address("registration_agenda", token),
        "more_parts": more_parts.shown_at(row, request.user),
    }
    return render(request, "events/registration_detail.html", context)


def address(name: str, token: str) -> str:
    """Of a page that another part of events brings; empty where the site has no such page."""
    try:
        return reverse(name, args=[token])
    except NoReverseMatch:
        return ""


@login_not_required
@limited("registration", limit=60, per=3600)
@require_POST
def registration_accept(request: HttpRequest, token: str) -> HttpResponse:
    row = registration_of(token)
    with telling(request):
        actions.accept_offer(row, by=person_of(request, row))
        messages.success(request, _("The place is yours. A letter confirms it."))
    return redirect("registration_detail", token=token)


@login_not_required
@limited("registration", limit=60, per=3600)
@require_POST
def registration_cancel(request: HttpRequest, token: str) -> HttpResponse:
    """One's own, or that of a colleague one has registered."""
    mine = registration_of(token)
    row, asked = mine, request.POST.get("colleague", "")
    if asked:
        row = get_object_or_404(mine.colleagues.select_related("event"), pk=key_of(asked))
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:500]
    with telling(request):
        actions.cancel(row, by=person_of(request, mine), reason=reason)
        messages.success(request, _("The registration is cancelled. A letter says so too."))
    return redirect("registration_detail", token=token)


@login_not_required
@never_cache
@limited("registration", limit=60, per=3600)
@require_http_methods(["GET", "POST"])
def registration_change(request: HttpRequest, token: str) -> HttpResponse:
    row = registration_of(token)
    if not actions.may_change(row):
        messages.info(request, _("Changing here is no longer possible. Please write to the organiser."))
        return redirect("registration_detail", token=token)
    form = AboutForm(request.POST or None, event=row.event, instance=row, initial=initial_of(row))
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in actions.OWN_FIELDS if name in form.cleaned_data}
        chosen = form.chosen if "sessions" in form.fields else None
        try:
            actions.change(row, values, by=person_of(request, row), answers=form.answers, chosen=chosen)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Your registration is changed."))
            return redirect("registration_detail", token=token)
    context = {"form": form, "row": row, "event": row.event, "token": token}
    return render(request, "events/registration_change.html", context, status=422 if form.is_bound else 200)


def initial_of(row: Registration) -> dict[str, Any]:
    given = {f"question_{each.question_id}": answers.typed(each.question, each.value)
             for each in row.answers.select_related("question")}  # fmt: skip
    return given | {"sessions": list(row.session_choices.values_list("session", flat=True))}


@never_cache
@require_GET
def my_registrations(request: HttpRequest) -> HttpResponse:
    """Events I take part in: the next one first, then those that are over, the latest first."""
    rows = Registration.objects.filter(person=request.user).select_related("event")
    rows = rows.annotate(is_over=Case(When(event__ends__lte=timezone.now(), then=1), default=0))
    coming = Case(When(is_over=0, then="event__starts"))
    page = paged(request, rows.order_by("is_over", coming, "-event__starts", "-pk"))
    for row in page:
        row.when, row.where = when.in_words(row.event), place_of(row.event).short
    return render(request, "events/my_registrations.html", {"page": page})
