"""Letters that go out by the clock or to many: reminders, thanks, mailings; and those that come back."""

from __future__ import annotations

import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from klaster.core import bounces, jobs, letters, lists
from klaster.core.models import Bounce, Letter, label_of
from klaster.core.notify import notify
from klaster.events import calendar_files, recipients
from klaster.events import letters as event_letters
from klaster.events.letter_texts import LetterKind
from klaster.events.models import (
    Event,
    LetterRound,
    LetterSettings,
    Mailing,
    Recipient,
    Registration,
    RegistrationState,
    Series,
    State,
)
from klaster.events.topics import RUN_BY_ME

NINE = datetime.time(9)  # in the zone of the event
# How long after its time a letter still goes out, when the worker stood still.
REMINDER_LATE, THANKS_LATE = datetime.timedelta(hours=12), datetime.timedelta(days=3)
AT_ONCE = 25  # letters of a mailing in one transaction


# --- by the clock ---------------------------------------------------------------------------------------------------
@jobs.every("*/5 * * * *", "events.letters_by_the_clock")
def letters_by_the_clock(timestamp: int) -> int:
    """Reminders and thanks that are due. An event that fails does not hold up the others."""
    now = timezone.now()
    return sum(
        jobs.for_each(DUE[make](now), partial(make, now=now), f"letters by the clock not written: {make.__name__}")
        for make in (remind, thank)
    )


def settings_of(event: Event) -> LetterSettings:
    return getattr(event, "letter_settings", None) or LetterSettings(event=event)


def may_need_reminders(now: datetime.datetime) -> list[Event]:
    states = [State.PUBLISHED, State.OPEN, State.FULL, State.CLOSED]
    soon = Event.objects.filter(state__in=states, starts__gt=now, starts__lt=now + datetime.timedelta(days=92))
    return list(soon.filter(takes_registrations=True).select_related("letter_settings", "organiser"))


def may_need_thanks(now: datetime.datetime) -> list[Event]:
    just_over = Event.objects.filter(state=State.HELD, ends__lt=now, ends__gt=now - datetime.timedelta(days=6))
    return list(just_over.filter(takes_registrations=True).select_related("letter_settings", "organiser"))


def reminder_times(event: Event) -> list[tuple[int, datetime.datetime]]:
    """(days before, moment): nine in the morning where the event is, whatever clocks do in between."""
    if event.starts is None:
        return []
    day = event.starts.astimezone(event.zone).date()
    return [(days, _nine(event, day, -days)) for days in sorted(set(settings_of(event).reminder_days), reverse=True)]


def thanks_time(event: Event) -> datetime.datetime | None:
    """Nine in the morning of the day after the last one."""
    if event.ends is None or not settings_of(event).sends_thanks:
        return None
    return _nine(event, (event.ends.astimezone(event.zone) - datetime.timedelta(seconds=1)).date(), 1)


def _nine(event: Event, day: datetime.date, days: int) -> datetime.datetime:
    return datetime.datetime.combine(day + datetime.timedelta(days=days), NINE, tzinfo=event.zone)


def remind(event: Event, now: datetime.datetime) -> int:
    """Those who had a place when the reminder was due; who came later has just had the confirmation."""
    written = 0
    for days, due in reminder_times(event):
        if due <= now < due + REMINDER_LATE and event.starts is not None:
            before = event.registrations.confirmed().annotate(since=Coalesce("confirmed_at", "registered_at"))
            written += _round(
                event, LetterKind.REMINDER, f"{event.starts.isoformat()} {days}", before.filter(since__lt=due)
            )
    return written


def thank(event: Event, now: datetime.datetime) -> int:
    """Those who came, where it was written down at the door; else all who had a place."""
    due = thanks_time(event)
    if due is None or event.ends is None or not due <= now < due + THANKS_LATE:
        return 0
    people = event.registrations.confirmed()
    came = recipients.who_came()
    if came.filter(registration__event=event).exists():
        people = people.filter(Exists(came.filter(registration=OuterRef("pk"))))
    return _round(event, LetterKind.THANKS, event.ends.isoformat(), people)


DUE = {remind: may_need_reminders, thank: may_need_thanks}


def _round(event: Event, kind: LetterKind, occasion: str, registrations) -> int:  # type: ignore[no-untyped-def]
    """All letters of one occasion. Killed anywhere, the next run writes those that are missing."""
    if event.letter_rounds.filter(kind=kind, occasion=occasion).exists():
        return 0
    written = 0
    for registration in event_letters.with_event(event, registrations):
        letter = event_letters.write(registration, kind, occasion=occasion, sent_as=Letter.Kind.BULK)
        written += letter is not None
    LetterRound.objects.get_or_create(event=event, kind=kind, occasion=occasion, defaults={"letters": written})
    return written


# --- who may still receive it, asked right before sending -----------------------------------------------------------
def registration_of(letter: Letter) -> Registration | None:
    if letter.about_type != label_of(Registration()):
        return None
    return Registration.objects.select_related("event__organiser").filter(pk=letter.about_pk).first()


@letters.attaches(f"events.{LetterKind.CONFIRMED}")
def calendar_entry(letter: Letter) -> letters.Attached | None:
    """The event as it is when the letter goes out, for a calendar that opens files."""
    registration = registration_of(letter)
    if registration is None or registration.event.starts is None:
        return None
    with override(letter.language):
        entry = calendar_files.of_registration(registration)
        content = calendar_files.calendar([entry], name=str(registration.event.title), is_feed=False)
    return letters.Attached(f"{registration.event.slug}.ics", content, "text/calendar")


@letters.recheck(f"events.{LetterKind.REMINDER}")
def still_comes(letter: Letter) -> bool:
    registration = registration_of(letter)
    if registration is None or registration.event.is_off or registration.event.is_over:
        return False
    return registration.state == RegistrationState.CONFIRMED


@letters.recheck(f"events.{LetterKind.THANKS}")
def had_a_place(letter: Letter) -> bool:
    registration = registration_of(letter)
    return registration is not None and registration.state == RegistrationState.CONFIRMED


@letters.recheck("events.mailing")
def still_meant(letter: Letter) -> bool:
    """Whoever is no longer in a state the mailing was for does not get it any more."""
    found = Recipient.objects.filter(letter=letter).select_related("registration", "mailing").first()
    if found is None:
        return False
    states = found.mailing.criteria.get("state") or [RegistrationState.CONFIRMED]
    return found.mailing.kind == Mailing.Kind.INVITATION or found.registration.state in states


# --- mailings -------------------------------------------------------------------------------------------------------
@jobs.task("events.write_mailing", queue="letters")
def write_mailing(mailing_id: int) -> int:
    """Write the letters of a mailing, some at a time. Killed anywhere, it goes on where it was; held, it stops."""
    written = 0
    while count := _write_some(mailing_id):
        written += count
    return written


@transaction.atomic
def _write_some(mailing_id: int) -> int:
    mailing = Mailing.objects.select_for_update(of=("self",)).select_related("event__organiser").get(pk=mailing_id)
    if mailing.state != Mailing.State.SENDING:
        return 0
    rows = mailing.recipients.to_write().order_by("pk").select_related(
        "registration__event", "registration__person", "registration__booked_by__person"
    )[:AT_ONCE]  # fmt: skip
    for recipient in rows:
        recipient.written_at = timezone.now()
        recipient.skipped = _write_to(mailing, recipient)
        recipient.save(update_fields=["letter", "skipped", "written_at"])
    if not rows:
        mailing.state = Mailing.State.DONE
        mailing.save(update_fields=["state"])
    return len(rows)


def _write_to(mailing: Mailing, recipient: Recipient) -> str:
    """Write one letter; or say why not."""
    registration = recipient.registration
    to, language = event_letters.recipient_of(registration), event_letters.language_of(registration)
    list_name = recipients.list_of(mailing.event) if mailing.kind == Mailing.Kind.INVITATION else ""
    if not to:
        return Recipient.Skipped.NO_ADDRESS
    if Bounce.objects.gives_up(to if isinstance(to, str) else to.email):
        return Recipient.Skipped.DEAD_ADDRESS
    if list_name and not lists.wants(list_name, lists.who(to), since=registration.registered_at):
        return Recipient.Skipped.UNWANTED
    with override(language):
        subject, body = event_letters.rendered(
            mailing.subject.in_language()[0], mailing.text.in_language()[0], registration, event=mailing.event
        )
        body = letters.signed(body, lists.url(list_name, to, language) if list_name else "")
    letter = letters.write_text(
        "events.mailing", to=to, subject=subject, body=body, language=language, key=f"mailing {mailing.pk}",
        about=mailing.event if list_name else registration, kind=Letter.Kind.BULK,
        reply_to=mailing.event.contact_email, list_name=list_name,
    )  # fmt: skip
    if Recipient.objects.filter(letter=letter).exists():
        return Recipient.Skipped.TWICE
    recipient.letter = letter
    return ""


def title_of_series(pk: str) -> str:
    series = Series.objects.filter(pk=pk).first()
    return str(series.name) if series else ""


lists.register("events.series", title_of_series)


# --- what comes back ------------------------------------------------------------------------------------------------
def tell_organisers(letter: Letter) -> None:
    """A letter to somebody who registered came back: who runs the event can ask for another address."""
    registration = registration_of(letter)
    if registration is None:
        return
    gives_up = Bounce.objects.gives_up(letter.address)
    subject = GIVEN_UP if gives_up else CAME_BACK
    for person in recipients.who_run(registration.event):
        notify(
            person,
            RUN_BY_ME,
            subject=subject,
            params={"name": registration.name, "event": registration.event.title},
            key=f"bounce {registration.pk} {gives_up}",
            url=event_letters.desk_address("event_outbox", registration.event, person.language),
        )


CAME_BACK = gettext_noop("A letter to %(name)s came back: %(event)s")
GIVEN_UP = gettext_noop("The address of %(name)s does not exist any more and gets no more mass mail: %(event)s")

bounces.tell(tell_organisers)
