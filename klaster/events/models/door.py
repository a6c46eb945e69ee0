"""At the door: who came, to the event itself and to its sessions; badges that are being made."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.events.models.agenda import Session
from klaster.events.models.events import Event
from klaster.events.models.registration import Registration

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class AttendanceQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Without those that were taken back."""
        return self.filter(undone_at=None)

    def of_events(self) -> Self:
        """Of events as a whole, not of single sessions."""
        return self.filter(session=None)

    def visible_to(self, user: Reader) -> Self:
        """Those of events at whose door one helps."""
        return self.filter(registration__event__in=Event.objects.helped_by(user).values("pk"))


class Attendance(models.Model):
    """Somebody came in. Without a session: to the event. What was taken back stays as history.

    `at` is when it happened, by the clock of the site even if the phone had no connection; `client_id` is given by the
    phone, so that what is sent twice is written once.
    """

    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="attendances"
    )
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, null=True, blank=True, related_name="attendances"
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked in by"), on_delete=models.SET_NULL, null=True,
        related_name="+",
    )  # fmt: skip
    device = models.CharField(_("device"), max_length=40, blank=True)
    client_id = models.UUIDField(_("number given by the device"), default=uuid.uuid4, unique=True, editable=False)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    objects = AttendanceQuerySet.as_manager()

    keeps_pages = True

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["session", "at"], condition=Q(undone_at=None), name="attendance_by_session")]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(undone_at=None, session=None), name="person_is_at_an_event_once"
            ),
            models.UniqueConstraint(
                fields=["registration", "session"], condition=Q(undone_at=None, session__isnull=False),
                name="person_is_in_a_session_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"#{self.registration_id} – {self.session or _('the event')}"

    @property
    def event(self) -> Event:
        return self.registration.event


class BadgePrint(models.Model):
    """A file of badges that a job makes, because there are many; forgotten after a day."""

    class Format(models.TextChoices):
        A6 = "a6", _("A6, one a page")
        A4_4 = "a4_4", _("A4 with four badges of A6")
        A4_8 = "a4_8", _("A4 with eight badges of 90 × 55 mm")
        ROLL_62 = "roll_62", _("label printer, 62 mm")

    class Order(models.TextChoices):
        NAME = "name", _("by surname")
        ORGANISATION = "organisation", _("by organisation")
        NUMBER = "number", _("by number of registration")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="badge_prints")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.A6)
    registrations = models.JSONField(_("registrations"), default=list)
    total = models.PositiveIntegerField(_("badges"), validators=[MinValueValidator(1)])
    done = models.PositiveIntegerField(_("made so far"), default=0)
    file = models.FileField(_("file"), upload_to="badges/", blank=True)
    failed = models.BooleanField(_("could not be made"), default=False)

    keeps_pages = True

    class Meta:
        verbose_name = _("print of badges")
        verbose_name_plural = _("prints of badges")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.event}: {self.total}"
