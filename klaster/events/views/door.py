"""At the door: people come in, on a page that works without scripts and, with them, without a connection."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import files
from klaster.core.headers import with_camera
from klaster.core.keys import key_of
from klaster.core.limits import limited_finding
from klaster.events import desk, door_counters, door_list
from klaster.events.actions import door
from klaster.events.actions.registration import Guest, register_late
from klaster.events.forms.door import LateForm
from klaster.events.models import Attendance, Event, Registration, RegistrationState, Session

A_PAGE = 100
MOST_SENT = 200  # check-ins a phone sends at once
RIGHT = "events.check_in_event"


@never_cache
@require_GET
@limited_finding
def event_door(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who is expected, by surname; `?q=` looks a person up, `?session=` is where they come in.

    `?shell=1` is the page without people and without who is signed in, which a phone keeps.
    """
    event = desk.event_for(request, slug, RIGHT)
    if request.GET.get("shell"):
        return with_camera(render(request, "events/event_door_shell.html", frame(event)))
    session = session_of(event, request.GET.get("session", ""))
    words = request.GET.get("q", "").strip()[:100]
    found = door_list.looked_for(door_list.people(event), words)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    key = str(session.pk) if session else door_list.EVENT
    for person in page:
        person.here = person.came.get(key)
    context = {
        **frame(event), "where": key, "q": words, "page": page, "places": door_list.places(event),
        "counts": door_list.counts(event, session),
    }  # fmt: skip
    return with_camera(render(request, "events/event_door.html", context))


def session_of(event: Event, key: str) -> Session | None:
    """The session of this key, for what a person chose or a phone sent; None for the event itself."""
    return get_object_or_404(event.sessions, pk=number) if (number := key_of(key)) is not None else None


def frame(event: Event) -> dict[str, Any]:
    """What the scripts of the page need to know, as JSON in it."""
    address = reverse("event_door", args=[event.slug])
    config = {
        "event": str(event.pk),
        "door": address,
        "people": reverse("event_door_people", args=[event.slug]),
        "sync": reverse("event_door_sync", args=[event.slug]),
        "sign_out": reverse("account_logout"),
        "worker": reverse("event_door_worker", args=[event.slug]),
        "scan": static("events/scan.js"),
        "decoder": static("events/qr/decode.js"),
        "words": script_words(),
    }
    return {"event": event, "config": config}


def script_words() -> dict[str, Any]:
    """What door.js says; %s stands for a name, a number or a time."""
    return {
        "connected": _("Connected"),
        "offline": _("No connection. Go on: everything is kept on this phone and sent later."),
        "waits": _("Wait to be sent: %s"),
        "signed_out": _("You are signed out. Sign in again in another tab, then what waits is sent."),
        "in": _("%s is checked in."),
        "kept": _("%s is checked in and will be sent."),
        "already": _("%s is in already."),
        "unknown": _("Nobody at this event has this code. Look the person up by name."),
        "not_here": _("%s: not among those who take part. See the registration."),
        "sending": _("waits to be sent"),
        "nobody": _("Nobody is called so. Try the surname alone, or the organisation."),
        "no_camera": _("The camera is not to be had. Allow it in the browser, or look people up by name."),
        "more": _("And %s more: type a part of the name."),
        "forget": _("Check-ins wait to be sent and would be lost. Delete the list all the same?"),
        "leave": _("Check-ins wait to be sent and would be lost. Sign out all the same?"),
        "states": {state.value: str(state.label) for state in RegistrationState},
    }


@never_cache
@require_POST
def event_check_in(request: HttpRequest, slug: str) -> HttpResponse:
    """One person, by the button of the list or by a typed code; then the list again."""
    event = desk.event_for(request, slug, RIGHT)
    session = session_of(event, request.POST.get("session", ""))
    pk = key_of(request.POST.get("pk", ""))
    outcome = door.check_in(event, by=request.user, pk=pk, code=request.POST.get("code", "")[:40], session=session)
    say = {door.Kind.IN: messages.success, door.Kind.REFUSED: messages.error}.get(outcome.kind, messages.warning)
    say(request, outcome.words)
    if outcome.warning:
        messages.warning(request, outcome.warning)
    return redirect(back_to(event, session))


@never_cache
@require_http_methods(["GET", "POST"])
def event_door_late(request: HttpRequest, slug: str) -> HttpResponse:
    """Register somebody who came without registration, and check the person in."""
    event = desk.event_for(request, slug, RIGHT)
    may_go_over = request.user.has_perm("events.change_event", event)
    row = Registration(event=event)
    form = LateForm(request.POST or None, instance=row, event=event, may_go_over=may_go_over)
    if form.is_valid():
        try:
            person = register_late(event, Guest(row), by=request.user, over=form.cleaned_data.get("over", False))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            outcome = door.check_in(event, by=request.user, pk=person.pk)
            registered = _("%(name)s is registered and checked in.") % {"name": person.name}
            messages.success(request, registered if outcome.kind == door.Kind.IN else outcome.words)
            return redirect(f"{reverse('event_badges', args=[event.slug])}?pk={person.pk}" if "badge" in request.POST
                            else back_to(event, None))  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "events/event_door_late.html", {"event": event, "form": form}, status=status)


def back_to(event: Event, session: Session | None) -> str:
    return reverse("event_door", args=[event.slug]) + (f"?session={session.pk}" if session else "")


@never_cache
@require_POST
def event_check_in_undo(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug, RIGHT)
    rows = Attendance.objects.filter(registration__event=event).select_related("registration", "session")
    row = get_object_or_404(rows, pk=key_of(request.POST.get("undo", "")))
    try:
        person = door.undo(row, by=request.user)
        messages.success(request, _("%(name)s is not checked in any more.") % {"name": person.name})
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    return redirect(back_to(event, row.session))


@never_cache
@require_GET
def event_door_people(request: HttpRequest, slug: str) -> HttpResponse:
    """The list a phone keeps; 204 if the phone has this version of it."""
    event = desk.event_for(request, slug, RIGHT)
    if request.GET.get("version") == door_list.version(event):
        return HttpResponse(status=204)
    return JsonResponse({**door_list.for_phones(event), "csrf": get_token(request)})


@never_cache
@require_POST
def event_door_sync(request: HttpRequest, slug: str) -> HttpResponse:
    """What a phone kept: {"device", "entries": [{"id", "pk", "session", "age" in seconds}]}, an answer for each."""
    event = desk.event_for(request, slug, RIGHT)
    try:
        sent = json.loads(request.body)
        device, entries = str(sent["device"])[:40], list(sent["entries"])[:MOST_SENT]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"problem": "not understood"}, status=400)
    sessions = {str(session.pk): session for session in event.sessions.all()}
    return JsonResponse({"answers": [_taken(request, event, entry, sessions, device) for entry in entries]})


def _taken(
    request: HttpRequest, event: Event, entry: Any, sessions: dict[str, Session], device: str
) -> dict[str, object]:
    """The answer to one entry of a phone. What it sends wrongly is refused, so that it does not send it for ever."""
    try:
        number, key = uuid.UUID(str(entry["id"])), str(entry.get("session") or "")
        age = datetime.timedelta(seconds=min(max(float(entry["age"]), 0), 10**7))
        pk, session = int(entry["pk"]), sessions[key] if key else None
        if not 0 < pk < 2**63:
            raise ValueError(pk)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        number = str(entry.get("id", ""))[:40] if isinstance(entry, dict) else ""
        return {"id": number, "kind": door.Kind.REFUSED, "words": _("This session or person is not there any more.")}
    outcome = door.check_in(
        event, by=request.user, pk=pk, session=session, age=age, device=device, client_id=number
    )  # fmt: skip
    return {"id": str(number), "kind": outcome.kind, "words": outcome.words, "warning": outcome.warning}


@never_cache
@require_GET
def event_door_worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The service worker of this door: its address is its scope."""
    desk.event_for(request, slug, RIGHT)
    return files.service_worker("events/worker.js")


@never_cache
@require_GET
def event_door_counters(request: HttpRequest, slug: str) -> HttpResponse:
    """How many are in, for a large screen; it asks for itself every few seconds and hears 204 where nothing changed."""
    event = desk.event_for(request, slug, RIGHT)
    now = door_counters.stamp(event)
    if request.htmx and request.GET.get("seen") == now:
        return HttpResponse(status=204)
    context = {"event": event, "seen": now, **vars(door_counters.counters(event))}
    template = "events/event_door_counters.html" + ("#numbers" if request.htmx else "")
    return render(request, template, context)
