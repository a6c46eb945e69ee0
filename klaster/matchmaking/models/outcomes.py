"""What came of a conversation: asked for once at its end and once after three months."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.models.interests import Candidate, Interest
from klaster.matchmaking.models.meetings import MeetingSide


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Outcome(models.Model):
    """One side's word on what came of an interest, an introduction or a meeting. Empty `kind`: asked, not answered."""

    class Kind(models.TextChoices):
        NOTHING = "nothing", _("nothing came of it")
        FOLLOW_UP = "follow_up", _("we go on talking")
        AGREEMENT = "agreement", _("agreement to work together")
        APPLICATION = "application", _("joint application")
        CONTRACT = "contract", _("contract")

    class Stage(models.TextChoices):
        NOW = "now", _("at once")
        LATER = "later", _("after three months")

    interest = models.ForeignKey(
        Interest, verbose_name=_("interest"), on_delete=models.CASCADE, null=True, blank=True, related_name="outcomes"
    )
    candidate = models.ForeignKey(
        Candidate, verbose_name=_("introduction"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="outcomes",
    )  # fmt: skip
    side = models.ForeignKey(
        MeetingSide, verbose_name=_("side of a meeting"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="outcomes",
    )  # fmt: skip
    is_owner = models.BooleanField(
        _("said by the owner of the posting"), default=False, help_text=_("Else by the side that expressed interest.")
    )
    stage = models.CharField(_("when"), max_length=5, choices=Stage)
    kind = models.CharField(_("what came of it"), max_length=12, choices=Kind, blank=True)
    note = models.TextField(_("in a sentence"), max_length=1000, blank=True)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    keeps_pages = True
    audit_hidden = ("note", "token")

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(interest__isnull=False, candidate__isnull=True, side__isnull=True)
                | Q(interest__isnull=True, candidate__isnull=False, side__isnull=True)
                | Q(interest__isnull=True, candidate__isnull=True, side__isnull=False),
                name="outcome_is_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["interest", "is_owner", "stage"], condition=Q(interest__isnull=False),
                name="outcome_of_an_interest_is_asked_once",
            ),
            models.UniqueConstraint(
                fields=["candidate", "stage"], condition=Q(candidate__isnull=False),
                name="outcome_of_an_introduction_is_asked_once",
            ),
            models.UniqueConstraint(
                fields=["side", "stage"], condition=Q(side__isnull=False), name="outcome_of_a_meeting_is_asked_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display() or "–"
