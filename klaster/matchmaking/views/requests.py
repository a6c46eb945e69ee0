"""Requests one sent and got, answers, agreed meetings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klaster.events.registration_box import moment_of
from klaster.matchmaking import finding
from klaster.matchmaking.actions import requests as actions
from klaster.matchmaking.ended import ended
from klaster.matchmaking.forms.participants import AcceptForm, ReasonForm
from klaster.matchmaking.me import Me, for_participants
from klaster.matchmaking.models import MeetingRequest
from klaster.matchmaking.views.participants import common, crumbs
from klaster.matchmaking.views.partners import back_to


@require_http_methods(["GET"])
@for_participants
def my_meetings(request: HttpRequest, me: Me) -> HttpResponse:
    """What waits for me first, then what is agreed, what I wait for, and what came to nothing; where a free time can
    be booked instead, it says so."""
    mine = me.participant
    got = list(mine.requests_got.select_related("asker", "matchmaking", "meeting").order_by("sent_at", "pk"))
    sent = list(mine.requests_sent.select_related("asked", "matchmaking", "meeting").order_by("-sent_at", "-pk"))
    meetings = actions.meetings_of(mine).select_related("table").prefetch_related("sides__participant", "request")
    agreed = [
        (row, [side.participant for side in row.sides.all() if side.participant_id != mine.pk])
        for row in meetings.order_by("starts", "created_at", "pk")
    ]
    answers_until = me.matchmaking.answers_until
    context = common(me) | {
        "waiting": [row for row in got if row.waits],
        "agreed": agreed,
        "sent": [row for row in sent if row.waits],
        "ended": ended(mine, sent, got),
        "figures": finding.figures(me),
        "form": AcceptForm(),
        "until": moment_of(answers_until, me.matchmaking.event) if answers_until else "",
        "my_day": address("my_day", me) if me.matchmaking.is_published else "",
        "here": request.get_full_path(),
        "crumbs": crumbs(me, (_("My meetings"), "")),
    }
    return render(request, "matchmaking/my_meetings.html", context)


def address(name: str, me: Me) -> str:
    """Of a page that another part brings; empty where the site has no such page."""
    try:
        return reverse(name, args=[me.slug])
    except NoReverseMatch:
        return ""


def request_of(me: Me, pk: int) -> MeetingRequest:
    rows = MeetingRequest.objects.filter(matchmaking=me.matchmaking).select_related("asker", "asked")
    row = get_object_or_404(rows, pk=pk)
    if me.participant.pk not in (row.asker_id, row.asked_id):
        raise Http404
    row.matchmaking = me.matchmaking
    return row


@require_http_methods(["GET", "POST"])
@for_participants
def request_answer(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Yes with one's own priority, or no with or without a reason; or taking one's own request back."""
    row = request_of(me, pk)
    if row.asked_id != me.participant.pk and request.POST.get("do") != "withdraw":
        raise Http404
    accept, why = AcceptForm(request.POST or None), ReasonForm(request.POST or None)
    do, problem = request.POST.get("do", ""), ""
    if request.method == "POST":
        try:
            if done := act(row, me, do, accept, why):
                messages.success(request, done)
                return redirect(back_to(request, me))
        except ValidationError as error:
            problem = " ".join(error.messages)
    context = common(me) | {
        "row": row,
        "card": finding.cards(me, [row.asker_id], finding.suggestions(me, [row.asker_id]))[0],
        "accept": AcceptForm() if do != "accept" else accept,
        "why": ReasonForm() if do != "decline" else why,
        "problem": problem,
        "back": back_to(request, me),
        "crumbs": crumbs(me, (_("My meetings"), reverse("my_meetings", args=[me.slug])), (_("Answer"), "")),
    }
    return render(request, "matchmaking/request_answer.html", context, status=422 if request.method == "POST" else 200)


def act(row: MeetingRequest, me: Me, do: str, accept: AcceptForm, why: ReasonForm) -> str:
    """What was done, in words; nothing where what was typed is amiss."""
    mine: Any = {"side": me.participant, "by": me.by}
    if do == "accept" and accept.is_valid():
        actions.accept(row, **mine, priority=accept.cleaned_data["priority"])
        return _("Agreed: you meet %(who)s. You are told the time and the table with the timetable.") % {
            "who": row.asker.name
        }
    if do == "decline" and why.is_valid():
        actions.decline(row, **mine, reason=why.cleaned_data["reason"])
        return _("Declined. They are told.")
    if do == "withdraw":
        actions.withdraw(row, **mine)
        return _("The request is taken back.")
    return ""


@require_http_methods(["GET", "POST"])
@for_participants
def meeting_cancel(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Asks first; the others read the reason."""
    meeting = get_object_or_404(actions.meetings_of(me.participant).select_related("matchmaking"), pk=pk)
    form = ReasonForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(meeting, me.participant, by=me.by, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            messages.success(request, _("The meeting is cancelled. They are told."))
            return redirect(back_to(request, me))
    others = [
        s.participant for s in meeting.sides.select_related("participant") if s.participant_id != me.participant.pk
    ]
    context = common(me) | {
        "meeting": meeting,
        "others": others,
        "form": form,
        "problem": problem,
        "back": back_to(request, me),
        "crumbs": crumbs(me, (_("My meetings"), reverse("my_meetings", args=[me.slug])), (_("Cancel"), "")),
    }
    return render(request, "matchmaking/meeting_cancel.html", context, status=422 if form.is_bound else 200)
