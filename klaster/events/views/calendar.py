"""Calendar files and feeds, and the page on which a person finds the own one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from klaster.core.limits import limited
from klaster.events import calendar_feeds, calendar_files
from klaster.events.actions import calendars
from klaster.events.calendar_files import Entry
from klaster.events.models import CalendarKey, Event, Registration, Series

EACH_MINUTE = 240  # services fetch the calendars of many people from one address
OF_ONE_ADDRESS = 30
SHOWN = 10
PUBLIC, PRIVATE = "public, max-age=300", "private, no-cache"


def answer(
    request: HttpRequest, entries: Iterable[Entry], *, name: str, file: str, cache: str, is_feed: bool = True
) -> HttpResponseBase:
    """A calendar, or 304 for who has this very one.

    Only the ETag decides: of a feed from which an event has gone no date of a change would tell.
    """
    rows = list(entries)
    url = request.build_absolute_uri(request.get_full_path()) if is_feed and cache == PUBLIC else ""
    body = calendar_files.calendar(rows, name=name, url=url, is_feed=is_feed)
    response = HttpResponse(body, content_type=calendar_files.CONTENT_TYPE)
    response["ETag"] = etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    if rows:
        response["Last-Modified"] = http_date(max(row.changed for row in rows).timestamp())
    response["Cache-Control"] = cache
    response["Content-Disposition"] = f'{"inline" if is_feed else "attachment"}; filename="{file}.ics"'
    if cache == PRIVATE:
        response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response)


# --- public -----------------------------------------------------------------------------------------------------------
@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
def event_ics(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One event, as everybody may know it."""
    events = Event.objects.visible_to(request.user).filter(starts__isnull=False).select_related("organiser")
    event = get_object_or_404(events, slug=slug)
    cache = PUBLIC if event.is_public else PRIVATE
    entries = [calendar_files.of_event(event)]
    return answer(request, entries, name=str(event.title), file=event.slug, cache=cache, is_feed=False)


@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
def events_ics(request: HttpRequest) -> HttpResponseBase:
    """The public feed, narrowed as the list is: sector, kind, cluster, series, language."""
    rows = calendar_feeds.filtered(Event.objects.visible_to(AnonymousUser()), request.GET)
    name = ", ".join([_("Events"), *calendar_feeds.titles(request.GET)])
    name = f"{name} – {settings.WAGTAIL_SITE_NAME}"
    return answer(request, calendar_feeds.of_events(rows), name=name, file="events", cache=PUBLIC)


@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
def series_ics(request: HttpRequest, slug: str) -> HttpResponseBase:
    series = get_object_or_404(Series.objects.visible_to(AnonymousUser()), slug=slug)
    rows = Event.objects.visible_to(AnonymousUser()).filter(series=series)
    return answer(request, calendar_feeds.of_events(rows), name=str(series.name), file=series.slug, cache=PUBLIC)


# --- by a secret address ----------------------------------------------------------------------------------------------
def of_the_address(request: HttpRequest) -> str:
    """Each secret address is counted by itself; guesses, which all fail, are counted by who guesses."""
    token = request.resolver_match.kwargs["token"] if request.resolver_match else ""
    return f"calendar {hashlib.sha256(token.encode()).hexdigest()[:32]}"


@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
@limited("calendar", limit=OF_ONE_ADDRESS, per=60, methods=["GET"], who=of_the_address)
def registration_ics(request: HttpRequest, token: str) -> HttpResponseBase:
    """The event for one who registered, with where it is online; cancelled once either is."""
    rows = Registration.objects.select_related("event__organiser").filter(event__starts__isnull=False)
    registration = get_object_or_404(rows.of_token(token))
    entries = [calendar_files.of_registration(registration)]
    event = registration.event
    return answer(request, entries, name=str(event.title), file=event.slug, cache=PRIVATE, is_feed=False)


@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
@limited("calendar", limit=OF_ONE_ADDRESS, per=60, methods=["GET"], who=of_the_address)
def my_calendar_ics(request: HttpRequest, token: str) -> HttpResponseBase:
    key = CalendarKey.of_token(token)
    if key is None or not key.person.is_active:
        raise Http404
    entries = calendar_feeds.of_person(key.person)
    name = _("My events – %(site)s") % {"site": settings.WAGTAIL_SITE_NAME}
    return answer(request, entries, name=name, file="my-events", cache=PRIVATE)


# --- the page ---------------------------------------------------------------------------------------------------------
@never_cache
@require_GET
def my_calendar(request: HttpRequest) -> HttpResponse:
    """What is in the own calendar, and its address, which only the person reads: not who views as the person."""
    key = CalendarKey.objects.filter(person=request.user).first()
    entries = calendar_feeds.coming(calendar_feeds.of_person(request.user))
    address = ""
    if key and not request.view_as:  # type: ignore[attr-defined]
        address = settings.SITE_URL + reverse("my_calendar_ics", args=[key.token()])
    context = {
        "key": key,
        "feed": address,
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
        "entries": entries[:SHOWN],
        "more": max(0, len(entries) - SHOWN),
    }
    return render(request, "events/my_calendar.html", context)


@require_POST
@limited("calendar address", limit=20, per=3600)
def my_calendar_renew(request: HttpRequest) -> HttpResponse:
    if request.view_as:  # type: ignore[attr-defined]
        raise PermissionDenied
    if request.POST.get("do") == "close":
        calendars.close_address(request.user)
        messages.success(request, _("The calendar has no address any more."))
    else:
        calendars.renew_address(request.user)
        messages.success(request, _("The calendar has a new address. An older one leads nowhere now."))
    return redirect("my_calendar")
