"""What is left of an event: certificates of attendance, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.core import languages
from klaster.core.fields import Translated, TranslatedTextField
from klaster.events.models.events import Event
from klaster.events.models.registration import CODE_LENGTH, Registration, new_code

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class CertificateQuerySet(models.QuerySet):
    def valid(self) -> Self:
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: Reader) -> Self:
        """One's own and those of events one runs. What its code tells anybody is the page of the check."""
        return self.filter(registration__in=Registration.objects.visible_to(user).values("pk"))


class Certificate(models.Model):
    """Says that somebody was at an event, and when. What it says is fixed when it is issued; the PDF is drawn from it.

    `sessions` is [{"title": {language: text}, "minutes": number or None}], empty where attendance was recorded for the
    event as a whole; `minutes` is their time together, None where no session was recorded or none has times.
    """

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="certificates")
    registration = models.ForeignKey(
        Registration, verbose_name=_("registration"), on_delete=models.CASCADE, related_name="certificates"
    )
    number = models.PositiveIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, default=new_code)
    name = models.CharField(_("name and surname"), max_length=150, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    minutes = models.PositiveIntegerField(_("minutes attended"), null=True, blank=True)
    sessions = models.JSONField(_("sessions attended"), default=list, blank=True)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    keeps_pages = True  # the page of a check is never kept
    audit_hidden = ("name", "organisation", "code", "reason")

    class Meta:
        verbose_name = _("certificate of attendance")
        verbose_name_plural = _("certificates of attendance")
        ordering = ["event", "number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="certificate_has_its_own_number"),
            models.UniqueConstraint(
                fields=["registration"], condition=Q(withdrawn_at=None), name="registration_has_one_valid_certificate"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, reason="") | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
                name="certificate_is_withdrawn_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shown_number} – {self.event}"

    @property
    def shown_number(self) -> str:
        """Unique on the site, and easy to say on the telephone."""
        return f"{self.event_id}-{self.number:03d}"

    @property
    def shown_code(self) -> str:
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None

    @property
    def initials(self) -> str:
        return " ".join(f"{word[0]}." for word in self.name.split() if word[0].isalpha())

    @property
    def hours(self) -> float | None:
        """To the nearest quarter of an hour."""
        return round(self.minutes / 15) / 4 if self.minutes else None

    @property
    def attended(self) -> list[dict[str, Any]]:
        """The sessions with their titles in the reader's language."""
        return [{**each, "title": Translated(each["title"])} for each in self.sessions]


class Photo(models.Model):
    """A picture of an event for its public page, in two sizes."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="photos")
    picture = models.ImageField(_("picture"), upload_to="events/")
    small = models.ImageField(_("small picture"), upload_to="events/", editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    small_width = models.PositiveIntegerField(_("width of the small picture"), editable=False)
    alt = TranslatedTextField(
        _("what the picture shows"), max_length=300, help_text=_("For those who do not see it; in every language.")
    )
    credit = models.CharField(_("author and licence"), max_length=200)
    consent = models.CharField(
        _("how those in the picture agreed"), max_length=300,
        help_text=_("For the organisers only: for example that the registration form said it, or who was asked."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("added by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture of an event")
        verbose_name_plural = _("pictures of events")
        ordering = ["event", "position", "pk"]

    def __str__(self) -> str:
        return str(self.alt)

    def clean(self) -> None:
        super().clean()
        if any(not self.alt.get(code) for code in languages.codes()):
            raise ValidationError({"alt": _("Say in every language what the picture shows.")})
