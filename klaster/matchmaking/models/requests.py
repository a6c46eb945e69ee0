"""Wishes to meet at an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.models.matchmaking import Matchmaking
from klaster.matchmaking.models.participants import Participant

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

CLOSED = _("closed without an answer")  # what is sent, once nobody may answer any more


class MeetingRequestQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(state__in=MeetingRequest.LIVE)

    def visible_to(self, user: Reader) -> Self:
        """Those a person sent or got, and all of events one runs."""
        if not user.is_authenticated:
            return self.none()
        mine = Participant.objects.of(user).values("pk")
        run = Matchmaking.objects.run_by(user).values("pk")
        return self.filter(Q(asker__in=mine) | Q(asked__in=mine) | Q(matchmaking__in=run))


class MeetingRequest(models.Model):
    """A wish to meet. It holds no time; agreed wishes become meetings, and the timetable gives them times."""

    class State(models.TextChoices):
        SENT = "sent", _("waits for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Priority(models.IntegerChoices):
        WOULD_LIKE = 1, _("would like to meet")
        MUST = 2, _("must meet")

    LIVE = (State.SENT, State.ACCEPTED)

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="requests"
    )
    asker = models.ForeignKey(
        Participant, verbose_name=_("who asks"), on_delete=models.CASCADE, related_name="requests_sent"
    )
    asked = models.ForeignKey(
        Participant, verbose_name=_("who is asked"), on_delete=models.CASCADE, related_name="requests_got"
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.WOULD_LIKE)
    answer_priority = models.PositiveSmallIntegerField(
        _("priority for the one asked"), choices=Priority, null=True, blank=True
    )
    message = models.TextField(_("message"), max_length=600, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENT)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    is_on_behalf = models.BooleanField(_("the organiser asked for them"), default=False)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)

    objects = MeetingRequestQuerySet.as_manager()
    keeps_pages = True
    audit_hidden = ("message", "reason")

    class Meta:
        verbose_name = _("request for a meeting")
        verbose_name_plural = _("requests for meetings")
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["matchmaking", "state"], name="requests_by_state")]
        constraints = [
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="nobody_asks_themselves"),
            models.UniqueConstraint(
                Least("asker", "asked"), Greatest("asker", "asked"), condition=Q(state__in=["sent", "accepted"]),
                name="pair_has_one_request_that_stands",
                violation_error_message=_("One of the two has asked the other already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.asker} → {self.asked}"

    @property
    def waits(self) -> bool:
        return self.state == self.State.SENT and not self.matchmaking.answers_are_over

    @property
    def is_closed(self) -> bool:
        """Nobody answered while there was time."""
        return self.state == self.State.SENT and self.matchmaking.answers_are_over

    @property
    def is_called_off(self) -> bool:
        """The two had agreed, and one called the meeting off: the asker where it is withdrawn now, else the other."""
        return self.state in (self.State.DECLINED, self.State.WITHDRAWN) and hasattr(self, "meeting")

    @property
    def words(self) -> str:
        return str(CLOSED) if self.is_closed else self.get_state_display()


class Recommendation(models.Model):
    """Somebody the matching shows to a participant, with the reasons; replaced each time it is computed.

    `reasons`: the pair of lines for each direction, {"mine": pk, "theirs": pk, "likeness": cosine or null, "tags": in
    both}. Lines are looked up and quoted when they are shown; one that is gone meanwhile leaves its reason out.
    """

    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="recommendations"
    )
    other = models.ForeignKey(Participant, verbose_name=_("who is shown"), on_delete=models.CASCADE, related_name="+")
    p_mine = models.FloatField(_("how well they answer what we need"))
    p_theirs = models.FloatField(_("how well we answer what they need"))
    score = models.FloatField(_("score"))
    reasons = models.JSONField(_("reasons"), default=list)
    position = models.PositiveSmallIntegerField(_("position"))
    computed_at = models.DateTimeField(_("computed"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["participant", "position"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "other"], name="participant_is_recommended_once"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.other}"


class Feedback(models.Model):
    """What a participant thinks of another as a partner: kept for later, or not wanted in the list."""

    class Kind(models.TextChoices):
        SAVED = "saved", _("saved")
        NOT_RELEVANT = "not_relevant", _("does not fit")

    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="feedback"
    )
    other = models.ForeignKey(Participant, verbose_name=_("of whom"), on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("feedback about a participant")
        verbose_name_plural = _("feedback about participants")
        ordering = ["participant", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "other"], name="feedback_is_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.other} ({self.get_kind_display()})"
