"""Interest in postings: writing to whoever is behind one, answering, saying that you talked and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import limits
from klaster.core.limits import limited
from klaster.directory.models import Organisation
from klaster.directory.views.answers import paged
from klaster.directory.views.drafts import Keeping
from klaster.directory.views.editing import add_errors
from klaster.events.models import Event
from klaster.matchmaking import board_list, interest_page
from klaster.matchmaking.actions import interests as actions
from klaster.matchmaking.actions import outcomes
from klaster.matchmaking.forms.interests import DeclineForm, InterestForm, OutcomeForm, TalkedForm
from klaster.matchmaking.me import me_at
from klaster.matchmaking.models import BrokeredRequest, Interest, Outcome, Posting
from klaster.matchmaking.models.board import acted_for

A_DAY = 20  # messages one person sends


@never_cache
@require_http_methods(["GET", "POST"])
def interest_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to whoever is behind a posting; only for an organisation one acts for."""
    by: Any = request.user
    posting = get_object_or_404(board_list.for_lists(Posting.objects.current()), slug=slug)
    organisations = Organisation.objects.filter(pk__in=acted_for(by)).by_name()
    if request.method == "POST" and not organisations:
        raise PermissionDenied
    keeping = Keeping(request, "interest", posting.pk)
    form = InterestForm(keeping.data, organisations=organisations)
    if keeping.draft:
        form._errors = ErrorDict()  # kept as it was typed; what is wrong with it is said when it is sent
    status = 200
    if request.method == "POST":
        interest, status = sent(request, posting, form)
        if interest:
            keeping.was_sent()
            messages.success(request, _("Sent. You are told when they answer."))
            return redirect(interest)
    crumbs = [
        {"title": _("Partner search"), "url": reverse("posting_list")},
        {"title": posting.said.title, "url": posting.get_absolute_url()},
        {"title": _("Express interest"), "url": ""},
    ]
    context = {"posting": posting, "form": form, "organisations": organisations, "crumbs": crumbs, "keeping": keeping}
    return render(request, "matchmaking/interest_new.html", context, status=status)


def sent(request: HttpRequest, posting: Posting, form: InterestForm) -> tuple[Interest | None, int]:
    """The interest; or nothing and the status of the page that says what is wrong."""
    if not form.is_valid():
        return None, 422
    try:
        limits.hit("interest", limits.who_of(request), limit=A_DAY, per=86_400)
        return actions.express(posting, by=request.user, **form.cleaned_data), 302  # type: ignore[arg-type]
    except limits.RateLimited as refusal:
        hours = -(-refusal.retry_after // 3600)
        words = ngettext(
            "You have written to many today. Your text is still here: send it in %(count)s hour.",
            "You have written to many today. Your text is still here: send it in %(count)s hours.",
            hours,
        )
        form.add_error(None, words % {"count": hours})
        return None, 429
    except ValidationError as error:
        add_errors(form, error)
        return None, 422


@never_cache
@require_GET
def my_interests(request: HttpRequest) -> HttpResponse:
    """Messages to my postings, those I sent, and for the office all."""
    by: Any = request.user
    rows = {"received": Interest.objects.received_by(by), "sent": Interest.objects.sent_by(by)}
    titles = {"received": _("To us"), "sent": _("From us")}
    if by.is_secretariat:
        rows |= {"all": Interest.objects.visible_to(by)}
        titles |= {"all": _("All of the network")}
    show = request.GET.get("show", "received")
    if show not in rows:
        raise Http404
    found = rows[show].select_related("organisation", "posting__organisation", "posting__cluster", "person")
    tabs = [{"name": name, "title": title, "current": name == show} for name, title in titles.items()]
    context = {"page": paged(request, found.order_by("-sent_at", "-pk")), "tabs": tabs, "show": show}
    return render(request, "matchmaking/my_interests.html", context)


@never_cache
@require_GET
def interest_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_interest(request, interest_for(request, pk))


def interest_for(request: HttpRequest, pk: int) -> Interest:
    rows = Interest.objects.visible_to(request.user).select_related(
        "organisation", "posting__organisation", "posting__cluster", "person", "answered_by"
    )
    return get_object_or_404(rows, pk=pk)


def show_interest(request: HttpRequest, interest: Interest, *, status: int = 200, **forms: Form) -> HttpResponse:
    context = interest_page.context(interest, request.user)  # type: ignore[arg-type]
    context |= {"decline_form": DeclineForm(), "talked_form": TalkedForm()} | forms
    return render(request, "matchmaking/interest_detail.html", context, status=status)


@require_POST
def interest_act(request: HttpRequest, pk: int) -> HttpResponse:
    """One step of an interest; `do` says which."""
    interest, by, do = interest_for(request, pk), request.user, request.POST.get("do", "")
    right = {"agree": "answer", "decline": "answer", "withdraw": "withdraw"}.get(do)
    if right and not by.has_perm(f"matchmaking.{right}_interest", interest):
        raise Http404
    forms: dict[str, Any] = {"decline": DeclineForm, "talked": TalkedForm}
    form = forms[do](request.POST) if do in forms else None
    if form is not None and not form.is_valid():
        return show_interest(request, interest, status=422, **{f"{do}_form": form})
    try:
        words = step(interest, do, by, form)
    except ValidationError as error:
        if form is not None:
            add_errors(form, error)
            return show_interest(request, interest_for(request, pk), status=422, **{f"{do}_form": form})
        messages.error(request, " ".join(error.messages))
    else:
        if words:
            messages.success(request, words)
    return redirect(interest)


def step(interest: Interest, do: str, by: Any, form: Any) -> str:
    match do:
        case "agree":
            actions.agree(interest, by=by)
            return _("You are introduced: both of you have a letter with the other's address.")
        case "decline":
            actions.decline(interest, form.cleaned_data["reason"], by=by)
            return _("Declined. They are told.")
        case "withdraw":
            actions.withdraw(interest, by=by)
            return _("Your message is withdrawn.")
        case "talked":
            actions.talked(interest, form.cleaned_data["day"], by=by)
            return _("Written down. Both of you are asked by letter what came of it.")
    return ""


# --- what came of it: by the link in a letter, without an account -----------------------------------------------------
@login_not_required
@never_cache
@limited("outcome", limit=60, per=3600)
@require_http_methods(["GET", "POST"])
def outcome(request: HttpRequest, token: str) -> HttpResponse:
    row = get_object_or_404(Outcome.objects.select_related(*interest_page.OF_OUTCOMES), token=token)
    form = OutcomeForm(request.POST or None, initial={"kind": row.kind, "note": row.note})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            by = request.user if request.user.is_authenticated else None
            try:
                outcomes.answer(row, by=by, **form.cleaned_data)
                return redirect("outcome", token=token)
            except ValidationError as error:
                add_errors(form, error)
    context = {
        "outcome": row,
        "about": interest_page.about(row),
        "form": form,
        "lead_on": lead_on(request, row),
        "is_closed": timezone.now() > row.asked_at + outcomes.ANSWERED_WITHIN,
    }
    return render(request, "matchmaking/outcome.html", context, status=status)


def lead_on(request: HttpRequest, outcome: Outcome) -> tuple[str, str]:
    """Words and address of where one goes from here: the own meetings or messages where they are the reader's, else
    the event or the board. The link of an outcome opens nothing of the own that asks for more than it."""
    if outcome.side:
        matchmaking = outcome.side.meeting.matchmaking
        if me_at(request, matchmaking):
            return _("My meetings"), reverse("my_meetings", args=[matchmaking.event.slug])
        if Event.objects.visible_to(request.user).published().filter(pk=matchmaking.event_id).exists():
            return _("Back to the event"), matchmaking.event.get_absolute_url()
    if outcome.interest and Interest.objects.visible_to(request.user).filter(pk=outcome.interest.pk).exists():
        return _("To the conversation"), reverse("interest_detail", args=[outcome.interest.pk])
    if outcome.candidate:
        asked = outcome.candidate.request
        if BrokeredRequest.objects.visible_to(request.user).filter(pk=asked.pk).exists():
            return _("To the request"), reverse("brokered_detail", args=[asked.pk])
    return _("To the partner search"), reverse("posting_list")
