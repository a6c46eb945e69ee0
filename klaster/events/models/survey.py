"""What people say of an event afterwards. No row here leads from an answer to a person, or from one answer to another
of the same person: decisions/0160."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import Translated, TranslatedTextField
from klaster.directory.models.organisations import today
from klaster.events.models.agenda import Session
from klaster.events.models.events import Event

SCALE = range(1, 6)
FEWEST = 5  # answers below which nothing is shown


class Survey(models.Model):
    """A survey is open from the moment the organiser opens it until the end of a day; results are seen after that."""

    event = models.OneToOneField(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="survey")
    intro = TranslatedTextField(_("what you say above the questions"), blank=True, multiline=True, max_length=1000)
    rates_sessions = models.BooleanField(
        _("ask about each session"), default=False, help_text=_("One to five for each item of the agenda but breaks.")
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    closes_on = models.DateField(_("open until"), null=True, blank=True, help_text=_("The whole of that day."))
    is_public = models.BooleanField(_("some results are public"), default=False, editable=False)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["event"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(closes_on__isnull=False), name="open_survey_says_until_when"
            )
        ]

    def __str__(self) -> str:
        return str(self.event)

    @property
    def is_draft(self) -> bool:
        return self.opened_at is None

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and not self.is_over

    @property
    def is_over(self) -> bool:
        return self.opened_at is not None and self.closes_on is not None and today() > self.closes_on


class SurveyQuestion(models.Model):
    class Kind(models.TextChoices):
        SCALE = "scale", _("one to five")
        CHOICE = "choice", _("one of a list")
        TEXT = "text", _("in words")

    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind, default=Kind.SCALE)
    label = TranslatedTextField(_("question"), max_length=300)
    low = TranslatedTextField(_("what 1 means"), blank=True, max_length=60)
    high = TranslatedTextField(_("what 5 means"), blank=True, max_length=60)
    options = models.JSONField(_("answers to choose from"), default=list, blank=True)
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    is_public = models.BooleanField(_("result may be shown to everybody"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("question of a survey")
        verbose_name_plural = _("questions of surveys")
        ordering = ["survey", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "session"], condition=Q(session__isnull=False), name="session_is_rated_once"
            ),
            models.CheckConstraint(condition=~Q(kind="text") | Q(is_public=False), name="words_are_never_public"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def choices(self) -> list[tuple[int, str]]:
        """(number kept in an answer, what people read)."""
        if self.kind == self.Kind.SCALE:
            return [(number, str(number)) for number in SCALE]
        return [(number, str(Translated(text))) for number, text in enumerate(self.options, start=1)]


class SurveyAnswer(models.Model):
    """One answer to one question. No person, no time, no sheet it was on; the key is drawn by lot."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(
        SurveyQuestion, verbose_name=_("question"), on_delete=models.CASCADE, related_name="answers"
    )
    number = models.PositiveSmallIntegerField(_("chosen"), null=True, blank=True, validators=[MaxValueValidator(50)])
    text = models.TextField(_("in words"), blank=True, max_length=2000)

    keeps_pages = True  # results are shown once nothing can be added any more

    class Meta:
        verbose_name = _("answer of a survey")
        verbose_name_plural = _("answers of surveys")
        ordering = ["question", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__isnull=False, text="") | (Q(number=None) & ~Q(text="")),
                name="survey_answer_is_a_number_or_words",
            )
        ]

    def __str__(self) -> str:
        return self.text or str(self.number)


class SpentToken(models.Model):
    """This link has been answered with: a digest that the link gives and that gives back neither link nor answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(Survey, verbose_name=_("survey"), on_delete=models.CASCADE, related_name="spent")
    digest = models.CharField(_("digest"), max_length=64)

    keeps_pages = True

    class Meta:
        verbose_name = _("answered link of a survey")
        verbose_name_plural = _("answered links of surveys")
        ordering = ["survey", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "digest"], name="link_is_answered_with_once")]

    def __str__(self) -> str:
        return self.digest[:8]
