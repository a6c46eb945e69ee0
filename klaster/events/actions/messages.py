"""Letters of an event by hand: own texts, mailings to some of those who come, and what did not arrive."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.accounts.models import User
from klaster.core import audit, letters
from klaster.core.models import Letter, label_of
from klaster.events import emails, recipients
from klaster.events import letters as event_letters
from klaster.events.models import Event, LetterSettings, LetterText, Mailing, Recipient, Registration

State = Mailing.State


def _lock(mailing: Mailing) -> Mailing:
    return Mailing.objects.select_for_update(of=("self",)).select_related("event").get(pk=mailing.pk)


# --- what letters say, and when -------------------------------------------------------------------------------------
@transaction.atomic
def save_text(text: LetterText, *, by: User) -> None:
    """The organiser's words for one kind of letter; without any words the usual ones are back."""
    if text.subject or text.text:
        text.full_clean()
        text.save()
    elif text.pk:
        text.delete()
    audit.record(gettext_noop("changed the text of a letter"), text.event, by=by, after={"kind": text.kind})


@transaction.atomic
def save_settings(settings: LetterSettings, *, by: User) -> None:
    settings.full_clean()
    settings.save()
    after = {"reminder_days": settings.reminder_days, "sends_thanks": settings.sends_thanks}
    audit.record(gettext_noop("changed the times of letters"), settings.event, by=by, after=after)


# --- a mailing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_draft(mailing: Mailing, *, by: User) -> Mailing:
    if mailing.pk and not _lock(mailing).is_draft:
        raise ValidationError(_("This letter is on its way already. What was sent stays as it was."))
    mailing.by = by
    mailing.full_clean()
    mailing.save()
    return mailing


@transaction.atomic
def delete_draft(mailing: Mailing) -> None:
    if not _lock(mailing).is_draft:
        raise ValidationError(_("This letter is on its way already. What was sent stays as it was."))
    mailing.delete()


@transaction.atomic
def send(mailing: Mailing, *, by: User) -> Mailing:
    """Write down who gets it and begin to write; to many people it waits until a second person agrees."""
    mailing = _lock(mailing)
    if not mailing.is_draft:
        return mailing  # pressed twice
    people = list(recipients.of(mailing).values_list("pk", flat=True))
    if not people:
        raise ValidationError(_("Nobody fits: choose others."))
    Recipient.objects.bulk_create([Recipient(mailing=mailing, registration_id=pk) for pk in people], batch_size=1000)
    mailing.by = by
    if len(people) > Mailing.MOST_BY_ONE:
        mailing.state = State.WAITING
        mailing.save(update_fields=["by", "state"])
    else:
        _begin(mailing)
    audit.record(gettext_noop("sent a letter"), mailing.event, by=by, after={"letters": len(people)})
    return mailing


@transaction.atomic
def agree(mailing: Mailing, *, by: User) -> Mailing:
    """The second person lets a large mailing go."""
    mailing = _lock(mailing)
    if mailing.state != State.WAITING:
        return mailing
    if mailing.by_id == by.pk:
        raise ValidationError(_("Somebody else has to agree: you wrote it."))
    mailing.agreed_by = by
    _begin(mailing)
    audit.record(gettext_noop("agreed to send a letter"), mailing.event, by=by)
    return mailing


@transaction.atomic
def take_back(mailing: Mailing, *, by: User) -> Mailing:
    """Back to a draft while it waits for the second person."""
    mailing = _lock(mailing)
    if mailing.state == State.WAITING:
        mailing.recipients.all().delete()
        mailing.state = State.DRAFT
        mailing.save(update_fields=["state"])
        audit.record(gettext_noop("took a letter back"), mailing.event, by=by)
    return mailing


@transaction.atomic
def hold(mailing: Mailing, *, by: User) -> Mailing:
    """Stop it: what has not gone out is kept back."""
    mailing = _lock(mailing)
    held = letters.hold(letters_of(mailing))
    if held or mailing.state == State.SENDING:
        mailing.state = State.HELD
        mailing.save(update_fields=["state"])
        audit.record(gettext_noop("held a letter"), mailing.event, by=by)
    return mailing


@transaction.atomic
def go_on(mailing: Mailing, *, by: User) -> Mailing:
    mailing = _lock(mailing)
    if mailing.state == State.HELD:
        letters.release(letters_of(mailing).filter(state=Letter.State.HELD))
        _begin(mailing)
        audit.record(gettext_noop("let a held letter go on"), mailing.event, by=by)
    return mailing


def _begin(mailing: Mailing) -> None:
    mailing.state, mailing.sent_at = State.SENDING, mailing.sent_at or timezone.now()
    mailing.save(update_fields=["state", "sent_at", "by", "agreed_by"])
    emails.write_mailing.defer(mailing_id=mailing.pk)


def send_test(mailing: Mailing, registration: Registration, *, to: User, language: str) -> Letter:
    """What this registration would get, sent to oneself."""
    with override(language):
        subject, body = event_letters.rendered(
            mailing.subject.in_language()[0], mailing.text.in_language()[0], registration, event=mailing.event
        )
        subject = _("Test: %(subject)s") % {"subject": subject}
    return letters.write_text(
        "events.test", to=to, subject=subject[:200], body=letters.signed(body), language=language, about=mailing,
        key=f"{mailing.pk} {language} {timezone.now().isoformat()}", reply_to=mailing.event.contact_email,
    )  # fmt: skip


def letters_of(mailing: Mailing) -> QuerySet[Letter]:
    return Letter.objects.filter(pk__in=mailing.recipients.filter(letter__isnull=False).values("letter"))


# --- what arrived ---------------------------------------------------------------------------------------------------
def outbox(event: Event) -> QuerySet[Letter]:
    """All letters to those who registered for this event, and invitations to it; never those of another event."""
    mine = event.registrations.annotate(text=Cast("pk", CharField())).values("text")
    registered = Letter.objects.filter(about_type=label_of(Registration()), about_pk__in=mine)
    return registered | Letter.objects.about(event)


@transaction.atomic
def try_again(event: Event, *, by: User, letter_id: int | None = None) -> int:
    """Queue all letters of the event that failed; or one, also if nobody knows whether it arrived."""
    found = outbox(event)
    if letter_id is None:
        found = found.filter(state=Letter.State.FAILED)
    else:
        found = found.filter(pk=letter_id, state__in=[Letter.State.FAILED, Letter.State.UNCERTAIN])
    count = letters.release(Letter.objects.filter(pk__in=found.values("pk")))
    if count:
        audit.record(gettext_noop("tried letters again"), event, by=by, after={"letters": count})
    return count
