"""The desk's letters: texts, times, mailings, the outbox; and the link to the online room."""

from __future__ import annotations

import copy
from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import languages
from klaster.core.keys import key_of
from klaster.core.limits import limited
from klaster.core.models import Letter
from klaster.directory.views.answers import telling
from klaster.events import desk, emails, letter_texts, letters, recipients
from klaster.events.actions import messages as actions
from klaster.events.forms.messages import LetterTextForm, MailingForm, SettingsForm
from klaster.events.letter_texts import LetterKind
from klaster.events.merge_fields import MEANINGS
from klaster.events.models import (
    Event,
    LetterSettings,
    LetterText,
    Mailing,
    Recipient,
    Registration,
    RegistrationState,
)
from klaster.events.models.registration import CODE_LENGTH

MAILINGS_A_PAGE, LETTERS_A_PAGE, PREVIEWED = 20, 50, 50
TAGS = {
    Letter.State.SENT: ("ok", "circle-check"),
    Letter.State.FAILED: ("bad", "circle-alert"),
    Letter.State.UNCERTAIN: ("wait", "info"),
    Letter.State.HELD: ("wait", "hourglass"),
    Letter.State.CANCELLED: ("", "ban"),
    Letter.State.QUEUED: ("", "clock"),
    Letter.State.SENDING: ("", "clock"),
}


@never_cache
@require_GET
def event_messages(request: HttpRequest, slug: str) -> HttpResponse:
    """What goes out by itself, and what was written by hand."""
    event = desk.event_for(request, slug)
    own = set(event.letter_texts.values_list("kind", flat=True))
    mailings = Paginator(event.mailings.annotate(people=Count("recipients")).order_by("-pk"), MAILINGS_A_PAGE)
    counts = dict(actions.outbox(event).order_by().values_list("state").annotate(Count("pk")))
    context = {
        "event": event,
        "kinds": [{"kind": kind, "own": kind.value in own} for kind in LetterKind],
        "page": mailings.get_page(request.GET.get("page")),
        "clock": clock(event),
        "letters": sum(counts.values()),
        "to_see": counts.get(Letter.State.FAILED, 0) + counts.get(Letter.State.UNCERTAIN, 0),
    }
    return render(request, "events/event_messages.html", context)


def clock(event: Event) -> list[dict[str, Any]]:
    """What the clock sends, when, and to how many it has gone."""
    done = {(each.kind, each.occasion): each.letters for each in event.letter_rounds.all()}
    planned = [
        (LetterKind.REMINDER, due, f"{event.starts.isoformat()} {days}" if event.starts else "")
        for days, due in emails.reminder_times(event)
    ]
    if thanks := emails.thanks_time(event):
        planned.append((LetterKind.THANKS, thanks, event.ends.isoformat() if event.ends else ""))
    return [
        {
            "kind": kind,
            "at": letters.moment(due, event),
            "letters": done.get((kind, occasion)),
            "is_over": due < timezone.now(),
        }
        for kind, due, occasion in planned
    ]


# --- texts and times ------------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
def event_letter_text(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Own words for a letter; with a preview of what is typed, before it is saved."""
    event = desk.event_for(request, slug)
    if kind not in LetterKind.values:
        raise Http404
    text = event.letter_texts.filter(kind=kind).first() or LetterText(event=event, kind=kind)
    initial = None if text.pk else usual(kind)
    form = LetterTextForm(request.POST or None, instance=text, initial=initial)
    if request.method == "POST" and "usual" in request.POST:
        text.subject, text.text = type(text.subject)(), type(text.text)()
        actions.save_text(text, by=request.user)  # type: ignore[arg-type]
        return redirect("event_messages", event.slug)
    if form.is_valid() and "preview" not in request.POST:
        actions.save_text(form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        said.success(request, _("Saved."))
        return redirect("event_messages", event.slug)
    title = str(LetterKind(kind).label)
    words = form.cleaned_data if form.is_bound and form.is_valid() else {**usual(kind), **(form.initial or {})}
    context = {
        "event": event,
        "form": form,
        "title": title,
        "fields": MEANINGS.items(),
        "is_own": bool(text.pk),
        **preview(request, event, event.registrations.live(), words, usual(kind)),
    }
    return render(request, "events/event_letter_text.html", context, status=422 if form.errors else 200)


def usual(kind: str) -> dict[str, Any]:
    found: dict[str, dict[str, str]] = {"subject": {}, "text": {}}
    for code in languages.codes():
        with override(code):
            found["subject"][code] = letter_texts.default_subject(kind)
            found["text"][code] = letter_texts.default_text(kind)
    return found


def preview(
    request: HttpRequest, event: Event, people: Any, words: dict[str, Any], instead: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The letter in each language as one of these people would get it; somebody made up where there is nobody."""
    choices = list(people.select_related("person").order_by("number")[:PREVIEWED])
    wanted = request.POST.get("to") or request.GET.get("to") or ""
    reader = next((each for each in choices if str(each.pk) == wanted), choices[0] if choices else somebody(event))
    if reader.event_id == event.pk:
        reader.event = event
    wanted, reader = reader.pk, without_key(reader)
    shown = []
    for code, name in settings.LANGUAGES:
        subject, text = (
            words[part].get(code) or (instead or {}).get(part, {}).get(code) or next(iter(words[part].values()), "")
            for part in ("subject", "text")
        )
        with override(code):
            subject, body = letters.rendered(subject, text, reader, event=event)
        shown.append({"language": code, "name": name, "subject": subject, "body": body})
    return {"previews": shown, "readers": choices, "reader": reader, "wanted": wanted}


def without_key(registration: Registration) -> Registration:
    """The same, but its links open nothing: those of a letter are its recipient's alone."""
    shown = copy.copy(registration)
    shown.pk, shown.code = 0, "0" * CODE_LENGTH
    return shown


def somebody(event: Event) -> Registration:
    return Registration(
        event=event, pk=0, number=0, name=_("Name Surname"), email="name@example.org", state=RegistrationState.CONFIRMED
    )


@never_cache
@require_http_methods(["GET", "POST"])
def event_letter_times(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    form = SettingsForm(
        request.POST or None, instance=LetterSettings.objects.filter(event=event).first() or LetterSettings(event=event)
    )
    if form.is_valid():
        actions.save_settings(form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        said.success(request, _("Saved."))
        return redirect("event_messages", event.slug)
    title = _("When letters go out")
    context = {"event": event, "form": form, "title": title}
    return render(request, "events/event_letter_times.html", context, status=422 if form.is_bound else 200)


# --- mailings -------------------------------------------------------------------------------------------------------
def mailing_of(request: HttpRequest, slug: str, pk: int) -> Mailing:
    event = desk.event_for(request, slug)
    mailing = get_object_or_404(event.mailings.select_related("by", "agreed_by"), pk=pk)
    mailing.event = event
    return mailing


@never_cache
@require_http_methods(["GET", "POST"])
def event_mailing_new(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    return write(request, Mailing(event=event), _("Write to people"))


@never_cache
@require_http_methods(["GET", "POST"])
def event_invitation_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite those who came to earlier events of the series and wanted to hear of the next."""
    event = desk.event_for(request, slug)
    if event.series_id is None:
        raise Http404
    return write(request, Mailing(event=event, kind=Mailing.Kind.INVITATION), _("Invite those who came before"))


@never_cache
@require_http_methods(["GET", "POST"])
def event_mailing_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    mailing = mailing_of(request, slug, pk)
    if not mailing.is_draft:
        return redirect("event_mailing", slug, pk)
    return write(request, mailing, _("Change the letter"))


def write(request: HttpRequest, mailing: Mailing, title: str) -> HttpResponse:
    form = MailingForm(request.POST or None, instance=mailing)
    if form.is_valid():
        try:
            mailing = actions.save_draft(form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("event_mailing", mailing.event.slug, mailing.pk)
    context = {
        "event": mailing.event,
        "form": form,
        "title": title,
        "fields": MEANINGS.items(),
    }
    return render(request, "events/event_mailing_form.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_GET
def event_mailing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A draft: whom it would reach, what they would read. A letter under way: how far it is."""
    mailing = mailing_of(request, slug, pk)
    people = recipients.of(mailing)
    states = dict(mailing.recipients.order_by().values_list("letter__state").annotate(Count("pk")))
    skipped = mailing.recipients.exclude(skipped="").order_by().values_list("skipped").annotate(number=Count("pk"))
    total = sum(states.values())
    gone = total - sum(states.get(state, 0) for state in (Letter.State.QUEUED, Letter.State.SENDING))
    unwritten = mailing.recipients.to_write().count()
    context = {
        "event": mailing.event,
        "mailing": mailing,
        "count": total or people.count(),
        "letters": [
            {"state": state, "label": Letter.State(state).label, "number": number}
            for state, number in sorted(states.items(), key=lambda pair: pair[0] or "") if state
        ],
        "skipped": [{"label": Recipient.Skipped(why).label, "number": number} for why, number in skipped],
        "percent": 100 * (gone - unwritten) // total if total else 0,
        "is_working": mailing.state == Mailing.State.SENDING or states.get(Letter.State.QUEUED, 0) > 0,
        "may_agree": mailing.state == Mailing.State.WAITING and mailing.by_id != request.user.pk,
        **preview(request, mailing.event, people, {"subject": mailing.subject, "text": mailing.text}),
    }  # fmt: skip
    return render(request, "events/event_mailing.html", context)


@never_cache
@require_POST
@limited("mailing", limit=60, per=3600)
def event_mailing_do(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send, agree, hold, go on, take back, delete, or try it on oneself."""
    mailing, user, what = mailing_of(request, slug, pk), request.user, request.POST.get("do", "")
    verbs = {
        "send": actions.send, "agree": actions.agree, "hold": actions.hold, "go_on": actions.go_on,
        "take_back": actions.take_back,
    }  # fmt: skip
    with telling(request):
        if what == "test":
            shown = preview(
                request, mailing.event, recipients.of(mailing), {"subject": mailing.subject, "text": mailing.text}
            )
            for code in languages.codes():
                actions.send_test(mailing, shown["reader"], to=user, language=code)  # type: ignore[arg-type]
            said.success(request, _("A test goes to your own address, in each language."))
        elif what == "delete":
            actions.delete_draft(mailing)
            return redirect("event_messages", slug)
        elif what in verbs:
            verbs[what](mailing, by=user)  # type: ignore[arg-type]
        else:
            return HttpResponse(status=400)
    return redirect("event_mailing", slug, pk)


# --- what became of them --------------------------------------------------------------------------------------------
@never_cache
@require_GET
def event_outbox(request: HttpRequest, slug: str) -> HttpResponse:
    """Each letter of the event and whether it arrived."""
    event = desk.event_for(request, slug)
    rows = actions.outbox(event).order_by("-pk")
    state, mailing = request.GET.get("state", ""), request.GET.get("mailing", "")
    if key := key_of(mailing):
        rows = rows.filter(pk__in=Recipient.objects.filter(mailing=key, mailing__event=event).values("letter"))
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    if state in Letter.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, LETTERS_A_PAGE).get_page(request.GET.get("page"))
    name_them(list(page))
    tabs = [{"state": "", "title": _("All"), "count": sum(counts.values())}]
    tabs += [
        {"state": each.value, "title": each.label, "count": counts[each]} for each in Letter.State if each in counts
    ]
    context = {
        "event": event,
        "page": page,
        "tabs": tabs,
        "state": state,
        "mailing": key or "",
        "failed": counts.get(Letter.State.FAILED, 0),
    }
    return render(request, "events/event_outbox.html", context)


def name_them(letters_: list[Letter]) -> None:
    """Names and addresses as the registration has them: that of an account is nobody else's business."""
    of_mailings = Recipient.objects.filter(letter__in=letters_).select_related("registration")
    found = {each.letter_id: each.registration for each in of_mailings}
    rows = Registration.objects.in_bulk([int(each.about_pk) for each in letters_ if each.about_pk.isdecimal()])
    for letter in letters_:
        registration = found.get(letter.pk) or (
            rows.get(int(letter.about_pk)) if letter.about_type == "events.registration" else None
        )
        letter.name = registration.name if registration else ""  # type: ignore[attr-defined]
        letter.shown_address = registration.email if registration else ""  # type: ignore[attr-defined]
        letter.why = reason_of(letter)  # type: ignore[attr-defined]
        letter.tag, letter.icon = TAGS[Letter.State(letter.state)]  # type: ignore[attr-defined]


def reason_of(letter: Letter) -> str:
    if letter.state == Letter.State.UNCERTAIN:
        return _("It was cut off in the middle: nobody knows whether it arrived.")
    return letter.error.replace(letter.address, "…") if letter.state == Letter.State.FAILED else ""


@never_cache
@require_POST
@limited("outbox", limit=60, per=3600)
def event_outbox_again(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    letter = request.POST.get("letter", "")
    number = actions.try_again(event, by=request.user, letter_id=key_of(letter))  # type: ignore[arg-type]
    if number:
        said.success(
            request, ngettext("%(n)s letter is tried again.", "%(n)s letters are tried again.", number) % {"n": number}
        )
    return redirect("event_outbox", slug)


# --- the way into the room ------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@require_GET
def registration_online(request: HttpRequest, token: str) -> HttpResponse:
    """On to the online room, as it is now, for whoever takes part now."""
    registration = get_object_or_404(Registration.objects.select_related("event").of_token(token))
    event = registration.event
    if letters.online_link(registration) and event.online_url and not event.is_off:
        return HttpResponseRedirect(event.online_url)
    return render(request, "events/registration_online.html", {"event": event, "back": own_page(registration)})


def own_page(registration: Registration) -> str:
    try:
        return reverse("registration_detail", args=[registration.link_token()])
    except NoReverseMatch:
        return registration.event.get_absolute_url()
