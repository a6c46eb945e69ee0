"""Taking part: joining by account or by link, one's profile, delegation, times, leaving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from klaster.core.limits import limited
from klaster.directory.views.answers import telling
from klaster.directory.views.editing import add_errors, saved
from klaster.events.models import Registration
from klaster.events.views.registration import registration_of
from klaster.matchmaking import letters
from klaster.matchmaking import me as who
from klaster.matchmaking.actions import lines as line_actions
from klaster.matchmaking.actions import participants as actions
from klaster.matchmaking.forms.participants import ProfileForm
from klaster.matchmaking.me import Me, for_participants, for_registered
from klaster.matchmaking.models import Matchmaking, Participant, Phase, Posting, Representative, Side


def crumbs(me: Me, *more: tuple[str, str]) -> list[dict[str, str]]:
    event = me.matchmaking.event
    home = (_("Matchmaking"), reverse("partner_list", args=[event.slug]))
    steps = [
        (_("Events"), reverse("event_list")),
        (str(event.title), event.get_absolute_url()),
        home if more else (home[0], ""),
        *more,
    ]
    return [{"title": title, "url": url} for title, url in steps]


def common(me: Me) -> dict[str, Any]:
    """What every page of a participant shows."""
    token = me.registration.link_token() if me.takes_part and me.matchmaking.takes_bookings else ""
    return {"me": me, "event": me.matchmaking.event, "matchmaking": me.matchmaking, "booking_token": token}


# --- by the signed link of a registration ---------------------------------------------------------------------------
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def partner_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page a link opens says for whom one would act; pressing its button begins. Opening it changes nothing. Who
    has begun goes on at once: where the letter leads, or to the own meetings where one waits for an answer, else to the
    list."""
    row = registration_of(token)
    matchmaking = Matchmaking.objects.filter(event=row.event).first()
    if matchmaking is None:
        raise Http404
    refusal = why_not(request, row)
    if not refusal and (request.method == "POST" or who.has_entered(request, row)):
        if request.method == "POST" and row.person_id is None:
            who.enter(request, row)
        got = matchmaking.requests.filter(asked__representatives__registration=row, state="sent")
        otherwise = "my_meetings" if matchmaking.takes_answers and got.exists() else "partner_list"
        return redirect(letters.place(letters.BY_LINK.get(request.GET.get("to", ""), otherwise), row.event.slug))
    context = {"row": row, "event": row.event, "refusal": refusal, "matchmaking": matchmaking}
    return render(request, "matchmaking/partner_link.html", context, status=409 if request.method == "POST" else 200)


def why_not(request: HttpRequest, row: Registration) -> str:
    if row.state != Registration.State.CONFIRMED:
        return _("Who takes part needs a confirmed registration for the event.")
    user = request.user
    if row.person_id is not None:
        return "" if user.pk == row.person_id else _("This registration has an account: sign in with it.")
    if user.is_authenticated and Registration.objects.confirmed().filter(event=row.event, person=user).exists():
        return _("You are signed in and take part yourself. Sign out to act for somebody else by this link.")
    return ""


# --- joining --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@for_registered
def participant_join(request: HttpRequest, me: Me) -> HttpResponse:
    """Take part, with what the registration says of one; who has left comes back."""
    if me.takes_part:
        return redirect("participant_me", slug=me.slug)
    fresh = actions.of_registration(me.matchmaking, me.registration)
    known = me.representative.participant if me.representative else fresh
    form = ProfileForm(request.POST or None, instance=known, matchmaking=me.matchmaking)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                participant = actions.join(me.matchmaking, me.registration, by=me.by, values=form.cleaned_data)
            except ValidationError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("You take part. Now write what you offer and what you seek."))
                if actions.colleagues_of(participant):
                    messages.info(request, _("Colleagues of your organisation take part already: see below."))
                return redirect("participant_me", slug=me.slug)
    is_over = me.matchmaking.phase == Phase.OVER
    context = common(me) | {"form": form, "is_over": is_over, "crumbs": crumbs(me, (_("Take part"), ""))}
    return render(request, "matchmaking/participant_join.html", context, status=status)


# --- oneself --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET"])
@for_participants
def participant_me(request: HttpRequest, me: Me) -> HttpResponse:
    """All that others see of me and all that I say of myself."""
    return me_page(request, me)


def me_page(request: HttpRequest, me: Me, *, slots_error: str = "", status: int = 200) -> HttpResponse:
    participant, own = me.participant, me.representative
    assert own is not None  # noqa: S101
    rows = list(participant.lines.order_by("side", "position", "pk"))
    away = set(own.unavailable.values_list("slot", flat=True))
    slots = list(me.matchmaking.slots.order_by("starts"))
    sides = [
        (side, [row for row in rows if row.side == side], line_actions.MOST_LINES) for side in (Side.OFFER, Side.NEED)
    ]
    people = participant.representatives.select_related("registration").order_by("pk")
    asking = Representative.objects.filter(asks_for=participant).select_related("registration").order_by("pk")
    context = common(me) | {
        "participant": participant,
        "sides": sides,
        "missing": missing(rows),
        "slots": [(slot, slot.pk not in away) for slot in slots],
        "slots_error": slots_error,
        "people": people,
        "asking": asking,
        "colleagues": [] if len(people) > 1 else actions.colleagues_of(participant),
        "blocked": Participant.objects.filter(blocked_by__participant=participant).order_by("name"),
        "postings": postings_of(me, rows),
        "crumbs": crumbs(me, (_("What I offer and seek"), "")),
    }
    return render(request, "matchmaking/participant_me.html", context, status=status)


def missing(rows: list[Any]) -> str:
    """What somebody without lines misses, in words."""
    sides = {row.side for row in rows}
    if not rows:
        return _(
            "Write what you offer and what you seek: without it nobody can be suggested to you, nor you to others."
        )
    if Side.NEED not in sides:
        return _("Write what you seek, too: then those who offer it are suggested to you.")
    if Side.OFFER not in sides:
        return _("Write what you offer, too: then you are suggested to those who seek it.")
    if not all(row.are_tags_confirmed for row in rows):
        return _("Confirm the tags of your texts: only then do they count in suggestions.")
    return ""


def postings_of(me: Me, rows: list[Any]) -> list[Posting]:
    """On the board now, of the organisation and of whom the person acts for, and not taken over yet."""
    taken = {row.from_posting_id for row in rows}
    current = Posting.objects.current()
    found = Posting.objects.none()
    if me.participant.organisation_id:
        found = current.filter(organisation=me.participant.organisation_id)
    if me.by is not None:
        found = found | current.filter(pk__in=Posting.objects.kept_by(me.by).values("pk"))
    return [posting for posting in found.distinct()[:20] if posting.pk not in taken]


@require_http_methods(["GET", "POST"])
@for_participants
def participant_profile(request: HttpRequest, me: Me) -> HttpResponse:
    instance = Participant.objects.get(pk=me.participant.pk)
    form = ProfileForm(request.POST or None, instance=instance, matchmaking=me.matchmaking)
    status = 422 if request.method == "POST" else 200
    if saved(request, form, lambda: actions.change_profile(me.participant, form.cleaned_data, by=me.by)):
        return redirect("participant_me", slug=me.slug)
    mine = (_("What I offer and seek"), reverse("participant_me", args=[me.slug]))
    context = common(me) | {"form": form, "crumbs": crumbs(me, mine, (_("Profile"), ""))}
    return render(request, "matchmaking/participant_profile.html", context, status=status)


@require_POST
@for_participants
def participant_times(request: HttpRequest, me: Me) -> HttpResponse:
    free = {int(value) for value in request.POST.getlist("free") if value.isascii() and value.isdecimal()}
    assert me.representative is not None  # noqa: S101
    try:
        actions.say_when_free(me.representative, free, by=me.by)
    except ValidationError as error:
        return me_page(request, me, slots_error=" ".join(error.messages), status=422)
    messages.success(request, _("Saved."))
    return redirect(reverse("participant_me", args=[me.slug]) + "#times")


@require_http_methods(["GET", "POST"])
@for_participants
def participant_leave(request: HttpRequest, me: Me) -> HttpResponse:
    """Asks first: requests end and meetings are cancelled."""
    assert me.representative is not None  # noqa: S101
    participant = me.participant
    if request.method == "POST":
        try:
            actions.leave(me.representative, by=me.by)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("participant_me", slug=me.slug)
        messages.success(request, _("You do not take part any more. Your registration for the event stays."))
        return redirect(me.matchmaking.event.get_absolute_url())
    is_last = not participant.representatives.exclude(pk=me.representative.pk).exists()
    meetings = participant.sides.filter(meeting__state="agreed").count()
    mine = (_("What I offer and seek"), reverse("participant_me", args=[me.slug]))
    context = common(me) | {
        "is_last": is_last, "meetings": meetings if is_last else 0, "crumbs": crumbs(me, mine, (_("Leave"), "")),
    }  # fmt: skip
    return render(request, "matchmaking/participant_leave.html", context)


# --- delegations ----------------------------------------------------------------------------------------------------
@require_POST
@for_participants
@limited("delegation", limit=30, per=86400)
def participant_colleague(request: HttpRequest, me: Me) -> HttpResponse:
    """Ask a colleague's delegation, or take a colleague in or not; ids are looked up within what is one's own."""
    assert me.representative is not None  # noqa: S101
    do, pk = request.POST.get("do", ""), request.POST.get("pk", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 16):
        raise Http404
    with telling(request):
        if do == "ask":
            known = {each.pk: each for each in actions.colleagues_of(me.participant)}
            if int(pk) not in known:
                raise Http404
            actions.ask_to_join(me.representative, known[int(pk)], by=me.by)
            messages.success(request, _("They are asked. Until one of them agrees you take part on your own."))
        elif do == "back":
            delegation = get_object_or_404(Participant, pk=me.representative.asks_for_id)
            actions.turn_down(me.representative, delegation, by=me.by)
        else:
            row = get_object_or_404(Representative, pk=int(pk), asks_for=me.participant)
            act = actions.take_in if do == "yes" else actions.turn_down
            act(row, me.participant, by=me.by)
            messages.success(request, _("Saved."))
    return redirect(reverse("participant_me", args=[me.slug]) + "#delegation")
