"""Whom to meet: the list, one participant, asking, keeping, blocking, reporting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core.limits import limited, limited_finding
from klaster.directory import filters
from klaster.directory.views.answers import chips, list_or_part, paged, telling
from klaster.events.registration_box import moment_of
from klaster.matchmaking import finding
from klaster.matchmaking.actions import participants as actions
from klaster.matchmaking.actions import requests
from klaster.matchmaking.forms.participants import AskForm, ReportForm
from klaster.matchmaking.me import Me, find, for_participants, for_registered
from klaster.matchmaking.models import Feedback, Matchmaking, MeetingRequest, Participant, Phase
from klaster.matchmaking.views.participants import common, crumbs, missing

ASKS_EACH_DAY = 60


def until(matchmaking: Matchmaking) -> str:
    """When asking ends, in words; empty where it is over or has no end."""
    ends = matchmaking.asks_until
    return moment_of(ends, matchmaking.event) if ends and matchmaking.takes_requests else ""


@login_not_required
@never_cache
@require_http_methods(["GET"])
@limited_finding
def partner_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is not registered is led to the registration; who is and does not take part yet, to joining, or to the list
    where the organiser shows it to all who are registered."""
    matchmaking, me = find(request, slug)
    if me is None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if me is None:
        messages.info(request, _("Register for the event first: participants see each other then."))
        return redirect("event_register", slug=slug)
    if not me.takes_part and matchmaking.seen_by != Matchmaking.Audience.REGISTERED:
        return redirect("participant_join", slug=slug)
    return list_page(request, me)


def list_page(request: HttpRequest, me: Me) -> HttpResponse:
    seen = me.others().filter(state=Participant.State.IN)
    everybody = finding.facts_of(seen)
    pks = [each.pk for each in everybody]
    suggested = finding.suggestions(me, pks) if me.takes_part else finding.Suggestions()
    show = request.GET.get("show", "")
    show = show if show in finding.SHOWS else finding.SUGGESTED
    if not me.takes_part or (show == finding.SUGGESTED and not suggested.order and "show" not in request.GET):
        show = finding.ALL
    facets = finding.facets(everybody)
    selection = filters.read(request.GET, facets, [])
    sets = {finding.SUGGESTED: suggested.order, finding.ALL: pks, finding.SAVED: saved_by(me, pks)}
    facts = {each.pk: each for each in everybody}
    scope = [facts[pk] for pk in sets[show]]
    if selection.text:
        worded = set(finding.with_words(seen, selection.text).values_list("pk", flat=True))
        scope = [each for each in scope if each.pk in worded]
    page = paged(request, finding.chosen(scope, selection), finding.PER_PAGE)
    kept = {"show": show if show != finding.SUGGESTED or "show" in request.GET else ""}
    context = common(me) | {
        "page": page,
        "cards": finding.cards(me, list(page), suggested if show == finding.SUGGESTED else None),
        "everybody": len(pks),
        "suggested": suggested,
        "show": show,
        "shows": [(name, title, len(sets[name])) for name, title in finding.SHOWS.items()],
        "facets": filters.count(facets, selection, scope),
        "selection": selection,
        "chips": chips(facets, selection, **kept),
        "clear_url": f"?show={show}",
        "figures": finding.figures(me) if me.takes_part else None,
        "missing": missing(list(me.participant.lines.all())) if me.takes_part else "",
        "until": until(me.matchmaking),
        "here": request.get_full_path(),
        "crumbs": crumbs(me),
        "Phase": Phase,
    }
    return list_or_part(request, "matchmaking/partner_list.html", context, part="results", **kept)


def saved_by(me: Me, pks: list[int]) -> list[int]:
    if not me.takes_part:
        return []
    mine = Feedback.objects.filter(participant=me.participant, kind=Feedback.Kind.SAVED)
    saved = set(mine.values_list("other", flat=True))
    return [pk for pk in pks if pk in saved]


# --- one participant ------------------------------------------------------------------------------------------------
def other_of(me: Me, pk: int) -> Participant:
    other = get_object_or_404(me.others(), pk=pk)
    other.matchmaking = me.matchmaking
    return other


@require_http_methods(["GET"])
@for_registered
def partner_detail(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Profile and lines, what both have in common, what stood and stands between the two."""
    other = other_of(me, pk)
    suggested = finding.suggestions(me, [other.pk]) if me.takes_part else finding.Suggestions()
    card = finding.cards(me, [other.pk], suggested)[0]
    history = requests.between(me.participant, other).order_by("-sent_at", "-pk") if me.takes_part else []
    people = other.representatives.select_related("registration").order_by("pk")
    context = common(me) | {
        "card": card,
        "other": other,
        "people": [(each.registration.name, each.registration.position) for each in people],
        "history": history,
        "is_colleague": me.takes_part and bool(other.organisation_id)
        and other.organisation_id == me.participant.organisation_id,
        "until": until(me.matchmaking),
        "here": request.get_full_path(),
        "crumbs": crumbs(me, (other.name, "")),
    }  # fmt: skip
    return render(request, "matchmaking/partner_detail.html", context)


@require_http_methods(["GET", "POST"])
@for_participants
@limited("ask", limit=ASKS_EACH_DAY, per=86400)
def partner_ask(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """What one sends stays on the page where it cannot be sent."""
    other = other_of(me, pk)
    row = requests.between(me.participant, other).live().first()
    if request.method == "GET" and row and (row.asker == me.participant or row.state == MeetingRequest.State.ACCEPTED):
        return redirect("partner_detail", me.slug, other.pk)  # which says how it stands
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = requests.ask(me.participant, other, by=me.by, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                _say_asked(request, row, other, form.cleaned_data)
                return redirect(back_to(request, me))
    context = common(me) | {
        "form": form,
        "other": other,
        "card": finding.cards(me, [other.pk], finding.suggestions(me, [other.pk]))[0],
        "figures": finding.figures(me),
        "until": until(me.matchmaking),
        "back": back_to(request, me),
        "crumbs": crumbs(me, (other.name, reverse("partner_detail", args=[me.slug, other.pk])), (_("Ask"), "")),
    }
    return render(request, "matchmaking/partner_ask.html", context, status=status)


def _say_asked(request: HttpRequest, row: MeetingRequest, other: Participant, sent: dict[str, Any]) -> None:
    """Asked again in another tab, with other words, the request stays as it was sent first."""
    words, level = _("%(who)s is asked for a meeting."), messages.SUCCESS
    if row.state == MeetingRequest.State.ACCEPTED:
        words = _("You meet %(who)s: agreed.")
    elif (row.priority, row.message) != (sent["priority"], sent["message"]):
        words, level = _("You have asked %(who)s already: what you sent first stands."), messages.INFO
    messages.add_message(request, level, words % {"who": other.name})


def back_to(request: HttpRequest, me: Me) -> str:
    """The page of this matchmaking one came from, else its list. Other addresses are not followed."""
    home = reverse("partner_list", args=[me.slug])
    back = request.POST.get("back", "") or request.GET.get("back", "")
    return back if back.startswith(home) and "\\" not in back and back.isprintable() else home


MARKS = {"save": Feedback.Kind.SAVED, "not_relevant": Feedback.Kind.NOT_RELEVANT, "forget": ""}


@require_POST
@for_participants
def partner_do(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    """Save, not relevant, block, and back again. Blocked ones are looked up among one's own blocks."""
    do: Any = request.POST.get("do")
    with telling(request):
        if do == "unblock":
            blocked = Participant.objects.filter(blocked_by__participant=me.participant)
            actions.unblock(me.participant, get_object_or_404(blocked, pk=pk), by=me.by)
            messages.success(request, _("The block is taken back."))
            return redirect(reverse("participant_me", args=[me.slug]) + "#blocked")
        other = other_of(me, pk)
        if do in MARKS:
            actions.mark(me.participant, other, MARKS[do])
        elif do == "block":
            actions.block(me.participant, other, by=me.by)
            messages.success(request, _("You do not see each other any more. Only the organiser knows why."))
            return redirect("partner_list", slug=me.slug)
    return redirect(back_to(request, me))


@require_http_methods(["GET", "POST"])
@for_participants
@limited("report", limit=10, per=86400)
def partner_report(request: HttpRequest, me: Me, pk: int) -> HttpResponse:
    other = other_of(me, pk)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.report(me.participant, other, form.cleaned_data["text"], by=me.by)
        if form.cleaned_data["block"]:
            actions.block(me.participant, other, by=me.by)
        messages.success(request, _("The organiser is told. They do not know of it."))
        return redirect("partner_list", slug=me.slug)
    context = common(me) | {
        "form": form,
        "other": other,
        "crumbs": crumbs(me, (other.name, reverse("partner_detail", args=[me.slug, other.pk])), (_("Report"), "")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "matchmaking/partner_report.html", context, status=status)
