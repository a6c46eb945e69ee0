"""Matchmaking at an event: who may ask whom and until when, the times, the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.core.fields import TranslatedTextField
from klaster.events.models import Event

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class Period(Func):
    """A range of moments, its end not in it: what may not overlap."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class Phase(models.TextChoices):
    """Where a matchmaking event stands; people move it, and a deadline closes asking."""

    PREPARING = "preparing", _("is prepared")
    ASKING = "asking", _("people ask each other for meetings")
    PLANNING = "planning", _("the timetable is made")
    PUBLISHED = "published", _("the timetable is published")
    OVER = "over", pgettext_lazy("matchmaking event", "over")


class MatchmakingQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """That there is matchmaking at an event is seen by whoever sees the event."""
        return self.filter(event__in=Event.objects.visible_to(user).values("pk"))

    def run_by(self, user: Reader) -> Self:
        return self.filter(event__in=Event.objects.run_by(user).values("pk"))


class Matchmaking(models.Model):
    """Matchmaking at an event. Its wishes hold no time: times are given out by the timetable, all at once."""

    Phase = Phase

    class Audience(models.TextChoices):
        PARTICIPANTS = "participants", _("those who take part in it")
        REGISTERED = "registered", _("everybody who is registered for the event")

    event = models.OneToOneField(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="matchmaking")
    phase = models.CharField(_("phase"), max_length=10, choices=Phase, default=Phase.PREPARING)
    note = TranslatedTextField(_("what participants are told"), blank=True, multiline=True, max_length=2000)
    asks_until = models.DateTimeField(_("people ask until"), null=True, blank=True)
    answers_until = models.DateTimeField(_("people answer until"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes of a meeting"), default=20, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    most_requests = models.PositiveSmallIntegerField(
        _("requests one may send"), null=True, blank=True, help_text=_("Empty: as many as one wants.")
    )
    most_meetings = models.PositiveSmallIntegerField(_("meetings one may have"), null=True, blank=True)
    seen_by = models.CharField(
        _("who sees the participants"), max_length=12, choices=Audience, default=Audience.PARTICIPANTS
    )
    books_live = models.BooleanField(
        _("people book free times themselves"), default=True, help_text=_("Once the timetable is published.")
    )
    is_ready_for_all = models.BooleanField(
        _("everybody registered takes part"), default=False,
        help_text=_("Else people join when they register or on the page of the event."),
    )  # fmt: skip
    published_run = models.ForeignKey(
        "matchmaking.Run", verbose_name=_("published timetable"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    published_at = models.DateTimeField(_("timetable published"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("last reminder to those who have not answered"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = MatchmakingQuerySet.as_manager()
    keeps_pages = True

    class Meta:
        verbose_name = _("matchmaking of an event")
        verbose_name_plural = _("matchmaking of events")
        ordering = ["event"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asks_until__isnull=True) | Q(answers_until__isnull=True)
                | Q(answers_until__gte=F("asks_until")),
                name="answers_end_after_requests",
                violation_error_message=_("People need time to answer: not before the last day of asking."),
            ),
            models.CheckConstraint(
                condition=~Q(phase__in=["published"]) | Q(published_at__isnull=False),
                name="published_timetable_says_since_when",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.event)

    @property
    def takes_requests(self) -> bool:
        return self.phase == Phase.ASKING and (self.asks_until is None or timezone.now() < self.asks_until)

    @property
    def takes_answers(self) -> bool:
        return self.phase == Phase.ASKING and (self.answers_until is None or timezone.now() < self.answers_until)

    @property
    def answers_are_over(self) -> bool:
        """Requests nobody has answered came to nothing, unless the organiser opens asking again."""
        return self.phase != Phase.PREPARING and not self.takes_answers

    @property
    def takes_bookings(self) -> bool:
        """Free times are booked by people themselves, now."""
        return self.books_live and self.phase == Phase.PUBLISHED and not self.event.is_off

    @cached_property
    def is_published(self) -> bool:
        return self.phase in (Phase.PUBLISHED, Phase.OVER)


class AskRule(models.Model):
    """Who may ask whom, by categories of the registration. Without a rule everybody may ask everybody."""

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="ask_rules"
    )
    asker = models.ForeignKey(
        "events.Category", verbose_name=_("who asks"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+", help_text=_("Nobody chosen: anybody."),
    )  # fmt: skip
    asked = models.ForeignKey(
        "events.Category", verbose_name=_("who is asked"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+", help_text=_("Nobody chosen: anybody."),
    )  # fmt: skip

    keeps_pages = True

    class Meta:
        verbose_name = _("rule of who may ask whom")
        verbose_name_plural = _("rules of who may ask whom")
        ordering = ["matchmaking", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["matchmaking", "asker", "asked"], nulls_distinct=False, name="ask_rule_is_said_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker or '*'} → {self.asked or '*'}"


class Slot(models.Model):
    """A time in which meetings take place; slots of one event follow each other and never overlap."""

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="slots"
    )
    starts = models.DateTimeField(_("begins"))
    ends = models.DateTimeField(_("ends"))
    is_break = models.BooleanField(_("a break: no meetings"), default=False)
    title = TranslatedTextField(_("what the break is for"), blank=True, max_length=100)
    is_closed = models.BooleanField(
        _("no more meetings then"), default=False,
        help_text=_("Meetings stay until a timetable made from now on is published."),
    )  # fmt: skip

    keeps_pages = True

    class Meta:
        verbose_name = _("time of meetings")
        verbose_name_plural = _("times of meetings")
        ordering = ["matchmaking", "starts", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="slot_ends_after_it_begins"),
            ExclusionConstraint(
                name="slots_of_an_event_do_not_overlap",
                expressions=[
                    ("matchmaking", RangeOperators.EQUAL),
                    (Period("starts", "ends", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%Y-%m-%d %H:%M}"


class Table(models.Model):
    """A table in a hall, or a room online."""

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="tables"
    )
    number = models.PositiveIntegerField(_("number"))
    zone = models.CharField(_("zone"), max_length=60, blank=True, help_text=_("A hall or a part of it."))
    is_online = models.BooleanField(_("online room"), default=False)
    url = models.URLField(_("address of the online room"), max_length=500, blank=True)
    is_closed = models.BooleanField(
        _("no more meetings there"), default=False,
        help_text=_("Meetings stay until a timetable made from now on is published."),
    )  # fmt: skip

    keeps_pages = True
    audit_hidden = ("url",)

    class Meta:
        verbose_name = _("table")
        verbose_name_plural = _("tables")
        ordering = ["matchmaking", "is_online", "number"]
        constraints = [
            models.UniqueConstraint(fields=["matchmaking", "number"], name="table_has_its_own_number"),
        ]

    def __str__(self) -> str:
        return str(self.number)
