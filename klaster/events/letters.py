"""Letters to those who register for an event.

    letters.told(registration, "confirmed")                     in the transaction of the act, after it was saved
    letters.event_changed(event, ["starts", "venue"], by=user)  a job writes to all who are registered
    letters.event_called_off(event, note)

Each letter is written once for its occasion, in the recipient's language, and says what was true at the act. A letter
that cannot be written is logged and never holds up the act.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.accounts.models import User
from klaster.core import jobs, languages, letters
from klaster.core.fields import Translated
from klaster.core.models import Letter
from klaster.core.notify import notify
from klaster.events import certificates, letter_texts, survey
from klaster.events.letter_texts import OF_A_REGISTRATION, LetterKind
from klaster.events.merge_fields import FIELD, MEANINGS, merge
from klaster.events.models import Event, Registration, RegistrationState, State
from klaster.events.topics import MY_EVENTS

log = structlog.get_logger(__name__)

# When what a letter tells of happened. The same thing at the same moment is told once.
MOMENTS = {
    LetterKind.APPLIED: "registered_at",
    LetterKind.WAITING: "registered_at",
    LetterKind.CONFIRMED: "confirmed_at",
    LetterKind.OFFERED: "offered_until",
    LetterKind.DECLINED: "ended_at",
    LetterKind.CANCELLED: "ended_at",
    LetterKind.LAPSED: "ended_at",
}


def told(registration: Registration, what: str) -> Letter | None:
    """Tell the person how the registration stands: `what` is confirmed, applied, waiting, offered, declined, cancelled,
    lapsed or changed. Call it once the registration is saved, in the same transaction."""
    kind = LetterKind(what)
    if kind not in OF_A_REGISTRATION:
        raise ValueError(f"{what!r} is not told of one registration.")
    moment = getattr(registration, MOMENTS[kind]) if kind in MOMENTS else timezone.now()
    note = registration.reason if kind in (LetterKind.DECLINED, LetterKind.CANCELLED) else ""
    return write(registration, kind, occasion=moment.isoformat() if moment else "", note=note)


def event_changed(event: Event, changed: Iterable[str], *, by: User | None) -> None:
    """Tell all who are registered that these fields of the event have changed (see CHANGES; others are not told of)."""
    fields = [field for field in CHANGES if field in set(changed)]
    if fields and not event.is_off:
        _tell_all(event, LetterKind.EVENT_CHANGED, {"fields": fields})


def event_called_off(event: Event, note: Translated | None = None) -> None:
    """Tell all who are registered that the event was cancelled or postponed, as its state says."""
    kind = LetterKind.EVENT_CANCELLED if event.state == State.CANCELLED else LetterKind.EVENT_POSTPONED
    _tell_all(event, kind, {"note": dict(note or {})})


def _tell_all(event: Event, kind: LetterKind, more: Mapping[str, object]) -> None:
    occasion = f"{event.sequence} {event.updated_at.isoformat()}"
    tell_all.defer(event_id=event.pk, kind=str(kind), occasion=occasion, more=dict(more))


@jobs.task("events.tell_all", queue="letters")
def tell_all(event_id: int, kind: str, occasion: str, more: dict[str, Any]) -> int:
    """A letter to each live registration. Done again, it writes those that were not written yet."""
    event = Event.objects.get(pk=event_id)
    note = Translated(more.get("note") or {})
    written = 0
    for registration in with_event(event, event.registrations.live()):
        letter = write(registration, LetterKind(kind), occasion=occasion, note=note, fields=more.get("fields", ()))
        written += letter is not None
    return written


def with_event(event: Event, registrations: QuerySet[Registration]) -> Iterator[Registration]:
    """These registrations of the event, ready to be written to without a question more about each."""
    for registration in registrations.select_related("person", "booked_by__person").order_by("number"):
        registration.event = event
        yield registration


def write(
    registration: Registration,
    kind: LetterKind,
    *,
    occasion: str,
    note: Translated | str = "",
    fields: Iterable[str] = (),
    sent_as: str = Letter.Kind.PERSONAL,
) -> Letter | None:
    """One letter of a kind; None where there is nobody to write to, or the text could not be made (which is logged)."""
    to, language = recipient_of(registration), language_of(registration)
    if not to:
        return None
    try:
        with transaction.atomic(), override(language):
            subject, text = texts_of(registration.event, kind)
            subject, body = rendered(subject, text, registration, note=note, fields=fields)
            letter = letters.write_text(
                f"events.{kind}",
                to=to,
                subject=subject,
                body=letters.signed(body),
                language=language,
                key=f"{registration.pk} {occasion}".strip(),
                about=registration,
                kind=sent_as,
                reply_to=registration.event.contact_email,
            )
            _tell_on_site(registration, kind, f"{kind} {registration.pk} {occasion}")
            return letter
    except Exception:
        log.exception("letter not written", registration=registration.pk, kind=str(kind))
        return None


def texts_of(event: Event, kind: str) -> tuple[str, str]:
    """(subject, text) in the language of now: the organiser's words, or the usual ones where there are none."""
    prefetch_related_objects([event], "letter_texts")
    own = next((each for each in event.letter_texts.all() if each.kind == kind), None)
    language = languages.current()
    subject, text = (own.subject.get(language), own.text.get(language)) if own else ("", "")
    return subject or letter_texts.default_subject(kind), text or letter_texts.default_text(kind)


def rendered(
    subject: str,
    text: str,
    registration: Registration,
    *,
    note: Translated | str = "",
    fields: Iterable[str] = (),
    event: Event | None = None,
) -> tuple[str, str]:
    """(subject, body without its end) in the language of now; `event` is another than that of the registration where
    it is an invitation."""
    names = set(FIELD.findall(subject + text))
    values = values_of(registration, names, note=note, fields=fields, event=event)
    return letters.one_line(merge(subject, values))[:200], merge(text, values)


def _tell_on_site(registration: Registration, kind: LetterKind, key: str) -> None:
    if registration.person is None:
        return
    notify(
        registration.person,
        MY_EVENTS,
        subject=letter_texts.SUBJECTS[kind],
        params={"event": registration.event.title},
        url=address("registration_detail", registration) or registration.event.get_absolute_url(),
        key=key,
        by_mail=False,
    )


# --- to whom, and in which language -----------------------------------------------------------------------------------
def recipient_of(registration: Registration) -> User | str | None:
    """The person, else the address; of somebody without address whoever registered them."""
    if registration.person is not None and registration.person.is_active:
        return registration.person
    if not registration.email and registration.booked_by is not None:
        return registration.booked_by.person or registration.booked_by.email
    return registration.email


def language_of(registration: Registration) -> str:
    known = registration.language in languages.codes()
    return registration.language if known else languages.codes()[0]


# --- what goes into the fields: texts that may stand in a letter, in the language of now -----------------------------
def values_of(
    registration: Registration,
    names: Iterable[str] = MEANINGS,
    *,
    note: Translated | str = "",
    fields: Iterable[str] = (),
    event: Event | None = None,
) -> dict[str, str]:
    """What these merge fields are for somebody."""
    event = event or registration.event
    given: dict[str, Callable[[], str]] = {
        "name": lambda: letters.plain(registration.name),
        "event": lambda: letters.plain(str(event.title)),
        "when": lambda: when(event),
        "place": lambda: _("online") if takes_part_online(registration) else place(event),
        "online": lambda: online_link(registration),
        "link": lambda: address("registration_detail", registration),
        "calendar": lambda: address("registration_ics", registration),
        "page": lambda: letters.own_url(event.get_absolute_url()),
        "until": lambda: moment(registration.offered_until, event) if registration.offered_until else "",
        "note": lambda: "\n".join(letters.plain(line) for line in str(note).splitlines()),
        "changes": lambda: _changes(fields, registration),
        "materials": lambda: materials_link(event),
        "survey": lambda: survey_link(registration),
        "certificate": lambda: certificates.link(registration, languages.current()) or "",
        "organiser": lambda: letters.plain(event.organised_by),
    }
    return {name: given[name]() for name in names if name in given}


def materials_link(event: Event) -> str:
    is_there = event.materials.filter(is_public=True).exists()
    return letters.own_url(f"{event.get_absolute_url()}#materials") if is_there else ""


def when(event: Event) -> str:
    """In the zone of the event, which is named: "3 December 2026, Thursday, 09:00–17:00 (Europe/Vilnius)"."""
    if event.starts is None or event.ends is None:
        return str(event.happened)
    starts, ends = event.starts.astimezone(event.zone), event.ends.astimezone(event.zone)
    if event.is_all_day:
        last = (ends - datetime.timedelta(seconds=1)).date()
        return _day(starts) if last <= starts.date() else f"{_day(starts)} – {_day(last)}"
    if starts.date() == ends.date():
        return f"{_day(starts)}, {_hour(starts)}–{_hour(ends)} ({event.time_zone})"
    return f"{_day(starts)}, {_hour(starts)} – {_day(ends)}, {_hour(ends)} ({event.time_zone})"


def moment(at: datetime.datetime, event: Event) -> str:
    local = at.astimezone(event.zone)
    return f"{_day(local)}, {_hour(local)} ({event.time_zone})"


def _day(day: datetime.date) -> str:
    weekday = formats.date_format(day, "l")
    weekday = weekday if languages.current() in ("en", "de") else weekday.lower()
    return f"{formats.date_format(day, 'DATE_FORMAT')}, {weekday}"


def _hour(at: datetime.datetime) -> str:
    return formats.date_format(at, "H:i")


def place(event: Event) -> str:
    country = str(event.country.name) if event.country else ""  # type: ignore[attr-defined]
    parts = [str(event.venue), event.address, event.city, country]
    return ", ".join(letters.plain(part) for part in parts if part)


def takes_part_online(registration: Registration) -> bool:
    mode = registration.event.mode
    return mode == Event.Mode.ONLINE or (mode == Event.Mode.BOTH and registration.is_online)


def online_link(registration: Registration) -> str:
    """Of this site: it leads on to the room of the moment, for as long as the person takes part."""
    if registration.state != RegistrationState.CONFIRMED or not takes_part_online(registration):
        return ""
    return address("registration_online", registration)


def address(name: str, registration: Registration) -> str:
    """The signed link of a registration to the page of that name; empty where the site has no such page."""
    try:
        return letters.own_url(reverse(name, args=[registration.link_token()]))
    except NoReverseMatch:
        return ""


def survey_link(registration: Registration) -> str:
    """To answer the survey of the event, while it is open."""
    return survey.link(registration, languages.current()) or ""


def desk_address(name: str, event: Event, language: str) -> str:
    with override(language):
        return reverse(name, args=[event.slug])


CHANGES = {
    "starts": ("when", gettext_noop("New time: %(value)s")),
    "ends": ("when", gettext_noop("New time: %(value)s")),
    "is_all_day": ("when", gettext_noop("New time: %(value)s")),
    "time_zone": ("when", gettext_noop("New time: %(value)s")),
    "mode": ("place", gettext_noop("New place: %(value)s")),
    "venue": ("place", gettext_noop("New place: %(value)s")),
    "address": ("place", gettext_noop("New place: %(value)s")),
    "city": ("place", gettext_noop("New place: %(value)s")),
    "country": ("place", gettext_noop("New place: %(value)s")),
    "online_url": ("online", gettext_noop("The online room is another: %(value)s")),
}


def _changes(fields: Iterable[str], registration: Registration) -> str:
    told_of = dict(CHANGES[field] for field in fields if field in CHANGES)
    values = values_of(registration, told_of)
    return "\n".join(_(words) % {"value": values[name]} for name, words in told_of.items() if values[name])
