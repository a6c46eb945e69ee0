"""What letters of an event say where its organiser has written nothing: subject and text by kind, with merge fields."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop


class LetterKind(models.TextChoices):
    CONFIRMED = "confirmed", gettext_lazy("a place is confirmed")
    APPLIED = "applied", gettext_lazy("the registration waits for the organiser")
    WAITING = "waiting", gettext_lazy("on the waiting list")
    OFFERED = "offered", gettext_lazy("a place from the waiting list is offered")
    DECLINED = "declined", gettext_lazy("the organiser declines")
    CANCELLED = "cancelled", gettext_lazy("a registration is cancelled")
    LAPSED = "lapsed", gettext_lazy("an offered place was not taken up")
    CHANGED = "changed", gettext_lazy("a registration is changed")
    EVENT_CHANGED = "event_changed", gettext_lazy("time or place of the event changes")
    EVENT_CANCELLED = "event_cancelled", gettext_lazy("the event is cancelled")
    EVENT_POSTPONED = "event_postponed", gettext_lazy("the event is postponed")
    REMINDER = "reminder", gettext_lazy("reminder")
    THANKS = "thanks", gettext_lazy("thanks after the event")


# What was asked for and answered by one registration: told(registration, what).
OF_A_REGISTRATION = (
    LetterKind.CONFIRMED, LetterKind.APPLIED, LetterKind.WAITING, LetterKind.OFFERED, LetterKind.DECLINED,
    LetterKind.CANCELLED, LetterKind.LAPSED, LetterKind.CHANGED,
)  # fmt: skip

HELLO = gettext_noop("Hello,")
FACTS = gettext_noop("Event: {event}\nWhen: {when}\nWhere: {place}\nOnline: {online}\nName: {name}")
WAYS = gettext_noop("Your registration – see, change or cancel it: {link}\nInto your calendar: {calendar}")
YOURS = gettext_noop("Your registration: {link}")
BYE = gettext_noop("Organised by {organiser}")

# Also the words of the notice on the site, hence in its notation.
SUBJECTS = {
    LetterKind.CONFIRMED: gettext_noop("You have a place: %(event)s"),
    LetterKind.APPLIED: gettext_noop("We have your registration: %(event)s"),
    LetterKind.WAITING: gettext_noop("You are on the waiting list: %(event)s"),
    LetterKind.OFFERED: gettext_noop("A place is free for you: %(event)s"),
    LetterKind.DECLINED: gettext_noop("Your registration could not be accepted: %(event)s"),
    LetterKind.CANCELLED: gettext_noop("Your registration is cancelled: %(event)s"),
    LetterKind.LAPSED: gettext_noop("The place kept for you went to somebody else: %(event)s"),
    LetterKind.CHANGED: gettext_noop("Your registration was changed: %(event)s"),
    LetterKind.EVENT_CHANGED: gettext_noop("Something has changed: %(event)s"),
    LetterKind.EVENT_CANCELLED: gettext_noop("Cancelled: %(event)s"),
    LetterKind.EVENT_POSTPONED: gettext_noop("Postponed: %(event)s"),
    LetterKind.REMINDER: gettext_noop("Soon: %(event)s"),
    LetterKind.THANKS: gettext_noop("Thank you for coming: %(event)s"),
}

MESSAGES = {
    LetterKind.CONFIRMED: gettext_noop("You have a place at this event."),
    LetterKind.APPLIED: gettext_noop(
        "Your registration has arrived. The organiser looks at each one; "
        "you will get a letter as soon as yours is decided."
    ),
    LetterKind.WAITING: gettext_noop(
        "All places are taken at the moment. "
        "You are on the waiting list and will get a letter as soon as there is a place for you."
    ),
    LetterKind.OFFERED: gettext_noop(
        "A place has become free for you. Confirm it until {until}, "
        "or it goes to the next in the list.\nConfirm or give it back: {link}"
    ),
    LetterKind.DECLINED: gettext_noop("The organiser could not accept your registration.\n\n{note}"),
    LetterKind.CANCELLED: gettext_noop("Your registration for this event is cancelled.\n\n{note}"),
    LetterKind.LAPSED: gettext_noop("A place was kept for you, but nobody confirmed it in time."),
    LetterKind.CHANGED: gettext_noop("Your registration was changed. This is how it stands now."),
    LetterKind.EVENT_CHANGED: gettext_noop("Something has changed at the event you are registered for:\n\n{changes}"),
    LetterKind.EVENT_CANCELLED: gettext_noop("The event you are registered for will not take place.\n\n{note}"),
    LetterKind.EVENT_POSTPONED: gettext_noop(
        "The event you are registered for will take place at another time. "
        "Your registration stays; you will get a letter with the new date.\n\n{note}"
    ),
    LetterKind.REMINDER: gettext_noop(
        "The event you are registered for is soon. "
        "If you cannot come, please cancel: somebody may be waiting for your place."
    ),
    LetterKind.THANKS: gettext_noop(
        "Thank you for taking part.\n\nMaterials: {materials}\nYour certificate: {certificate}\n"
        "Please tell us how it was: {survey}"
    ),
}

WITH_WAYS = {LetterKind.CONFIRMED, LetterKind.CHANGED, LetterKind.EVENT_CHANGED, LetterKind.REMINDER}
WITH_LINK = {LetterKind.APPLIED, LetterKind.WAITING, LetterKind.EVENT_POSTPONED}


def default_subject(kind: str) -> str:
    """In the language of now."""
    return _(SUBJECTS[LetterKind(kind)]).replace("%(event)s", "{event}")


def default_text(kind: str) -> str:
    """In the language of now."""
    parts = [HELLO, MESSAGES[LetterKind(kind)], FACTS]
    parts += [WAYS] if kind in WITH_WAYS else [YOURS] if kind in WITH_LINK else []
    return "\n\n".join(_(part) for part in [*parts, BYE])


# An invitation to people who came to earlier events of the series.
INVITATION_SUBJECT = gettext_noop("We invite you: {event}")
INVITATION = gettext_noop(
    "Hello,\n\nyou came to an earlier event of this series, and said that you would like to hear of the next. Here it "
    "is.\n\nEvent: {event}\nWhen: {when}\nWhere: {place}\n\nMore, and registration: {page}\n\nOrganised by {organiser}"
)
