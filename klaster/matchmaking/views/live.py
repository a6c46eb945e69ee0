"""A person's own day at an event, and what they do with their meetings there.

Everything that changes something goes by the link of the registration, which is also on the page of those signed in:
people without an account take part like the others.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.accounts.models import User
from klaster.core import files, pdf
from klaster.core.limits import limited
from klaster.directory.views.answers import telling
from klaster.events import calendar_files
from klaster.events.models import Event, Registration
from klaster.events.views.calendar import EACH_MINUTE, OF_ONE_ADDRESS, PRIVATE, of_the_address
from klaster.events.views.calendar import answer as calendar_answer
from klaster.events.views.registration import person_of, registration_of
from klaster.events.when import clock, day_in_words, zone_in_words
from klaster.matchmaking import meeting_calendar
from klaster.matchmaking import my_day as days
from klaster.matchmaking.actions import booking, requests
from klaster.matchmaking.free_times import FreeTime, free_times
from klaster.matchmaking.models import Meeting, MeetingSide, MoveProposal, Participant, Slot

KEPT_AFTER = datetime.timedelta(days=1)  # so long after the event a phone keeps the day
on_the_day = limited("matchmaking", limit=60, per=3600)


# --- the page ---------------------------------------------------------------------------------------------------------
@never_cache
@require_GET
def my_day(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    mine = Registration.objects.confirmed().filter(event=event, person=request.user).select_related("event").first()
    if mine is None:
        raise Http404
    return day_page(request, mine)


@login_not_required
@never_cache
@require_GET
def my_day_by_link(request: HttpRequest, token: str) -> HttpResponse:
    return day_page(request, confirmed_of(token))


def day_page(request: HttpRequest, registration: Registration) -> HttpResponse:
    return render(request, "matchmaking/my_day.html", context_of(registration))


@login_not_required
@require_GET
def my_day_worker(request: HttpRequest) -> HttpResponse:
    """The service worker that keeps a day for want of a connection; each page of a day takes itself as its scope."""
    answer = files.service_worker("matchmaking/day-worker.js")
    answer["Service-Worker-Allowed"] = "/"
    return answer


@login_not_required
@require_GET
@limited("calendar", limit=EACH_MINUTE, per=60, methods=["GET"])
@limited("calendar", limit=OF_ONE_ADDRESS, per=60, methods=["GET"], who=of_the_address)
def my_day_ics(request: HttpRequest, token: str) -> HttpResponseBase:
    """The event and one's own meetings, to be read again and again: a change moves the entry."""
    registration = registration_of(token)
    if registration.event.starts is None:
        raise Http404
    entries = [calendar_files.of_registration(registration), *meeting_calendar.of_registrations([registration])]
    event = registration.event
    return calendar_answer(request, entries, name=str(event.title), file=f"my-day-{event.slug}", cache=PRIVATE)


@login_not_required
@limited("matchmaking_paper", limit=30, per=3600, methods=["GET"])
@require_GET
def my_day_paper(request: HttpRequest, token: str) -> HttpResponse:
    """The day as PDF, with lines to write on."""
    registration = confirmed_of(token)
    try:
        made = pdf.make("matchmaking/paper/my_day.html", context_of(registration))
    except pdf.PdfUnavailable as error:
        messages.error(request, str(error))
        return redirect("my_day_by_link", token=token)
    return pdf.download(made, f"my-day-{registration.event.slug}.pdf")


def confirmed_of(token: str) -> Registration:
    registration = registration_of(token)
    if registration.state != Registration.State.CONFIRMED:
        raise Http404
    return registration


def context_of(registration: Registration) -> dict[str, Any]:
    event, now = registration.event, timezone.now()
    there = now.astimezone(event.zone)
    return {
        "day": days.of(registration, now),
        "seen": f"{day_in_words(there.date())}, {clock(there)}",
        "kept_until": int((event.ends + KEPT_AFTER).timestamp()) if event.ends else 0,
        "event": event,
        "registration": registration,
        "token": registration.link_token(),
        "zone": zone_in_words(event.zone, event.starts) if event.starts else "",
        "crumbs": [
            {"title": str(event.title), "url": event.get_absolute_url()}, {"title": _("My day"), "url": ""},
        ],
    }  # fmt: skip


# --- meetings ---------------------------------------------------------------------------------------------------------
class Mine:
    """A registration that takes part in matchmaking, and one of its meetings where one is asked for; else 404."""

    def __init__(self, request: HttpRequest, token: str, meeting: int | None = None):
        self.registration = confirmed_of(token)
        sits = Participant.objects.filter(representatives__registration=self.registration)
        self.participant = get_object_or_404(sits.select_related("matchmaking__event"))
        self.by: User | None = person_of(request, self.registration)
        if meeting is not None:
            mine = MeetingSide.objects.filter(participant=self.participant).values("meeting")
            rows = Meeting.objects.filter(pk__in=mine).select_related("matchmaking__event", "table")
            self.meeting = get_object_or_404(rows, pk=meeting)

    def agreed(self) -> Mine:
        """Raises 404 where the meeting has been called off."""
        if self.meeting.state != Meeting.State.AGREED:
            raise Http404
        return self

    @property
    def others(self) -> list[Participant]:
        return [each for each in booking.sides_of(self.meeting) if each != self.participant]

    def context(self, title: str) -> dict[str, Any]:
        event, token = self.registration.event, self.registration.link_token()
        return {
            "event": event,
            "token": token,
            "crumbs": [{"title": str(event.title), "url": event.get_absolute_url()}, {"title": title, "url": ""}],
        }


@login_not_required
@on_the_day
@require_POST
def meeting_late(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    mine = Mine(request, token, pk).agreed()
    is_late = request.POST.get("late") != "no"
    with telling(request):
        if booking.say_late(mine.meeting, mine.participant, is_late=is_late, by=mine.by) and is_late:
            messages.success(request, _("The others are told that you will be late."))
    return back(token)


@login_not_required
@never_cache
@on_the_day
@require_http_methods(["GET", "POST"])
def meeting_call_off(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    mine = Mine(request, token, pk)
    if mine.meeting.state == Meeting.State.CANCELLED:  # by the other side meanwhile, or by a second click
        messages.info(request, _("This meeting has been called off already."))
        return back(token)
    if request.method == "POST":
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:300]
        with telling(request):
            requests.cancel(mine.meeting, mine.participant, by=mine.by, reason=reason)
            messages.success(request, _("The meeting is called off, and the others are told."))
        return back(token)
    context = mine.context(_("Call off a meeting")) | {"meeting": mine.meeting, "others": mine.others}
    return render(request, "matchmaking/meeting_call_off.html", context | said(mine.meeting))


@login_not_required
@never_cache
@on_the_day
@require_http_methods(["GET", "POST"])
def meeting_move(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Another time for a meeting: the others are asked. One without a time is given one at once."""
    mine = Mine(request, token, pk).agreed()
    sides = [mine.participant, *mine.others]
    if request.method == "POST":
        with telling(request):
            slot, swap = wanted(request, mine)
            if mine.meeting.is_placed:
                booking.propose_move(mine.meeting, slot, mine.participant, by=mine.by, swap=swap)
                messages.success(request, _("The others are asked. Until they agree, the old time stands."))
            else:
                booking.give_time(mine.meeting, slot, mine.participant, by=mine.by)
                messages.success(request, _("The meeting has its time, and the others are told."))
            return back(token)
    free = free_times(mine.participant.matchmaking, sides, slots=mine.meeting.slots, without=[mine.meeting])
    title = _("Another time") if mine.meeting.is_placed else _("A time for your meeting")
    context = mine.context(title) | {"meeting": mine.meeting, "others": mine.others, "title": title}
    chosen = [time for time in free if time.slot.starts != mine.meeting.starts]
    context |= {"days": by_day(chosen, mine.registration.event), "swaps": swaps(mine)}
    return render(request, "matchmaking/meeting_move.html", context | said(mine.meeting))


def wanted(request: HttpRequest, mine: Mine) -> tuple[Slot, Meeting | None]:
    """The slot of the form, and the meeting to change places with. Raises ValidationError."""
    typed = request.POST.get("slot", "")
    kind, _colon, number = typed.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise ValidationError(_("Choose a time."))
    slots = mine.participant.matchmaking.slots
    if kind == "swap":
        other = next((each for each in swaps(mine) if each["meeting"].pk == int(number)), None)
        slot = other and slots.filter(starts=other["meeting"].starts).first()
        if other is None or slot is None:
            raise ValidationError(_("This meeting has moved meanwhile. Choose again."))
        return slot, other["meeting"]
    slot = slots.filter(pk=int(number)).first()
    if slot is None:
        raise ValidationError(_("This time is not there any more. Choose another."))
    return slot, None


def swaps(mine: Mine) -> list[dict[str, Any]]:
    """Other meetings of the person that could change places with this one, as they stand now."""
    if not mine.meeting.is_placed:
        return []
    rows = (
        Meeting.objects.placed()
        .filter(sides__participant=mine.participant, slots=mine.meeting.slots, starts__gt=timezone.now())
        .exclude(pk=mine.meeting.pk)
        .prefetch_related("sides__participant")
        .order_by("starts", "pk")
    )
    zone = mine.registration.event.zone
    return [
        {
            "meeting": row,
            "time": clock(row.starts.astimezone(zone)),  # type: ignore[union-attr]
            "with": ", ".join(str(s.participant) for s in row.sides.all() if s.participant_id != mine.participant.pk),
        }
        for row in rows
    ]


@login_not_required
@on_the_day
@require_POST
def move_answer(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    mine = Mine(request, token)
    proposal = get_object_or_404(
        MoveProposal.objects.select_related("meeting__matchmaking"),
        pk=pk, meeting__matchmaking=mine.participant.matchmaking,
    )  # fmt: skip
    if mine.participant.pk not in booking.asked_by(proposal):
        raise Http404
    with telling(request):
        agrees = request.POST.get("answer") == "yes"
        answered = booking.answer_move(proposal, mine.participant, agrees=agrees, by=mine.by)
        messages.success(request, told(answered))
    return back(token)


def told(proposal: MoveProposal) -> str:
    return {
        MoveProposal.State.AGREED: _("The meeting has moved."),
        MoveProposal.State.DECLINED: _("The old time stands, and they are told."),
        MoveProposal.State.LAPSED: _("The other time has been taken meanwhile: the old one stands."),
    }.get(proposal.state, _("Thank you. The meeting moves when all have agreed."))  # type: ignore[call-overload]


@login_not_required
@never_cache
@on_the_day
@require_http_methods(["GET", "POST"])
def meeting_book(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A free common time with another participant, at once."""
    mine = Mine(request, token)
    known = Participant.objects.known_to(Participant.objects.filter(pk=mine.participant.pk))
    other = get_object_or_404(known.exclude(pk=mine.participant.pk), pk=pk)
    matchmaking = mine.participant.matchmaking
    if request.method == "POST":
        with telling(request):
            slot, _swap = wanted(request, mine)
            booking.book(mine.participant, other, slot, by=mine.by)
            messages.success(request, _("The meeting is booked, and they are told."))
            return back(token)
    refused = booking.why_not(mine.participant, other)
    free = [] if refused else free_times(matchmaking, [mine.participant, other])
    context = mine.context(_("Book a meeting")) | {"other": other, "refused": refused}
    return render(request, "matchmaking/meeting_book.html", context | {"days": by_day(free, mine.registration.event)})


def by_day(free: list[FreeTime], event: Event) -> list[dict[str, Any]]:
    found: dict[datetime.date, list[dict[str, Any]]] = {}
    for time in free:
        starts = time.slot.starts.astimezone(event.zone)
        found.setdefault(starts.date(), []).append({"slot": time.slot, "clock": clock(starts)})
    return [{"title": day_in_words(day), "times": times} for day, times in found.items()]


def said(meeting: Meeting) -> dict[str, str]:
    """When the meeting is, in words."""
    if meeting.starts is None:
        return {"when": ""}
    starts = meeting.starts.astimezone(meeting.matchmaking.event.zone)
    return {"when": f"{day_in_words(starts.date())}, {clock(starts)}"}


def back(token: str) -> HttpResponse:
    return redirect("my_day_by_link", token=token)
