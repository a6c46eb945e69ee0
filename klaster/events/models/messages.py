"""Letters of an event: own words in place of the usual ones, when they go out, and mail to some of those who come."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import Translated, TranslatedTextField
from klaster.events.letter_texts import LetterKind
from klaster.events.merge_fields import refuse_unknown
from klaster.events.models.events import Event
from klaster.events.models.registration import Question, Registration

SUBJECT_LENGTH, TEXT_LENGTH = 150, 6000


def refuse_unknown_fields(text: Translated) -> None:
    for words in text.values():
        refuse_unknown(words)


class LetterText(models.Model):
    """What the organiser lets a letter say. A language without words has the usual ones."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="letter_texts")
    kind = models.CharField(_("letter"), max_length=20, choices=LetterKind)
    subject = TranslatedTextField(
        _("subject"), blank=True, max_length=SUBJECT_LENGTH, validators=[refuse_unknown_fields]
    )
    text = TranslatedTextField(
        _("text"), blank=True, multiline=True, max_length=TEXT_LENGTH, validators=[refuse_unknown_fields]
    )

    keeps_pages = True

    class Meta:
        verbose_name = _("text of a letter")
        verbose_name_plural = _("texts of letters")
        ordering = ["event", "kind"]
        constraints = [models.UniqueConstraint(fields=["event", "kind"], name="letter_of_an_event_has_one_text")]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_kind_display()}"


def usual_reminders() -> list[int]:
    return [7, 1]


class LetterSettings(models.Model):
    """When letters of an event go out by themselves; without a row as its defaults say."""

    event = models.OneToOneField(
        Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="letter_settings"
    )
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(90)]),
        verbose_name=_("reminders, days before"), default=usual_reminders, blank=True, size=5,
    )  # fmt: skip
    sends_thanks = models.BooleanField(_("a letter of thanks on the day after"), default=True)
    invitation_consent = models.ForeignKey(
        Question, verbose_name=_("question by which people agree to be invited again"), on_delete=models.SET_NULL,
        null=True, blank=True, related_name="+", limit_choices_to={"kind": Question.Kind.CONSENT},
    )  # fmt: skip

    keeps_pages = True

    class Meta:
        verbose_name = _("times of letters")
        verbose_name_plural = _("times of letters")
        ordering = ["event"]

    def __str__(self) -> str:
        return str(self.event)

    def clean(self) -> None:
        super().clean()
        if self.invitation_consent and self.invitation_consent.event_id != self.event_id:
            raise ValidationError({"invitation_consent": _("This question belongs to another event.")})


class LetterRound(models.Model):
    """All who were to get a reminder or thanks have it: what the clock need not look at again."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="letter_rounds")
    kind = models.CharField(_("letter"), max_length=20, choices=LetterKind)
    occasion = models.CharField(_("occasion"), max_length=60)
    letters = models.PositiveIntegerField(_("letters"))
    at = models.DateTimeField(_("at"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("round of letters")
        verbose_name_plural = _("rounds of letters")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind", "occasion"], name="round_of_letters_is_made_once")
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_kind_display()}"


class Mailing(models.Model):
    """One letter to some of those who registered, or an invitation to those who came to earlier events of the series.

    A draft says by `criteria` whom it is for; once it is sent its recipients are rows. To more than MOST_BY_ONE people
    it goes when a second person agrees.
    """

    MOST_BY_ONE = 200

    class Kind(models.TextChoices):
        PARTICIPANTS = "participants", _("to people registered for this event")
        INVITATION = "invitation", _("invitation to people who came to earlier events of the series")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for a second person")
        SENDING = "sending", _("being sent")
        HELD = "held", _("held")
        DONE = "done", _("sent")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="mailings")
    kind = models.CharField(_("to whom"), max_length=15, choices=Kind, default=Kind.PARTICIPANTS)
    subject = TranslatedTextField(_("subject"), max_length=SUBJECT_LENGTH, validators=[refuse_unknown_fields])
    text = TranslatedTextField(
        _("text"), multiline=True, max_length=TEXT_LENGTH, validators=[refuse_unknown_fields],
        help_text=_("Each person gets the letter in the own language."),
    )  # fmt: skip
    criteria = models.JSONField(_("chosen by"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by=None) | Q(by=None) | ~Q(agreed_by=F("by")), name="second_person_is_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting"], sent_at=None)
                | (~Q(state__in=["draft", "waiting"]) & Q(sent_at__isnull=False)),
                name="mailing_under_way_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject).replace("{event}", str(self.event.title))

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class RecipientQuerySet(models.QuerySet):
    def to_write(self) -> Self:
        return self.filter(written_at=None)


class Recipient(models.Model):
    """Somebody a mailing goes to. `skipped` says why there is no letter."""

    class Skipped(models.TextChoices):
        NO_ADDRESS = "no_address", _("no address")
        DEAD_ADDRESS = "dead_address", _("the address does not exist any more")
        UNWANTED = "unwanted", _("wants no invitations")
        TWICE = "twice", _("got it at this address already")

    mailing = models.ForeignKey(Mailing, verbose_name=_("mailing"), on_delete=models.CASCADE, related_name="recipients")
    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="+"
    )
    letter = models.OneToOneField(
        "core.Letter", verbose_name=_("letter"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    skipped = models.CharField(_("left out"), max_length=15, choices=Skipped, blank=True)
    written_at = models.DateTimeField(_("written"), null=True, blank=True)

    objects = RecipientQuerySet.as_manager()

    keeps_pages = True

    class Meta:
        verbose_name = _("recipient of a mailing")
        verbose_name_plural = _("recipients of mailings")
        ordering = ["mailing", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "registration"], name="mailing_reaches_somebody_once")
        ]

    def __str__(self) -> str:
        return f"{self.mailing}: #{self.registration_id}"
