"""Events that come back: the monthly forum."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import TranslatedTextField
from klaster.directory.models import Cluster
from klaster.directory.models.base import Publication, Sourced
from klaster.events.fields import TimeZoneField

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class SeriesQuerySet(models.QuerySet):
    def published(self) -> Self:
        return self.filter(status=Publication.PUBLISHED)

    def run_by(self, user: Reader) -> Self:
        """Those this person may change today: all for the office, else those of clusters the person coordinates."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(cluster__in=Cluster.objects.kept_by(user).values("pk"))

    def visible_to(self, user: Reader) -> Self:
        if getattr(user, "is_secretariat", False):
            return self
        mine = Series.objects.run_by(user).values("pk")
        return self.filter(Q(status=Publication.PUBLISHED) | Q(pk__in=mine))


class Series(Sourced):
    """Events by one rule of RFC 5545. Each date is an Event of its own that may be moved, changed or cancelled."""

    key = models.SlugField(_("key"), max_length=60, null=True, blank=True, unique=True, editable=False)
    slug = models.SlugField(_("address"), max_length=90, unique=True)
    name = TranslatedTextField(_("name"), max_length=200)
    summary = TranslatedTextField(_("in one sentence"), blank=True, max_length=300)
    description = TranslatedTextField(_("description"), blank=True, multiline=True, max_length=10_000)
    organiser = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organiser"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="event_series",
    )  # fmt: skip
    organiser_name = TranslatedTextField(_("organiser, if not in the directory"), blank=True, max_length=200)
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="event_series",
    )  # fmt: skip
    rrule = models.CharField(
        _("recurrence rule"), max_length=300, blank=True, help_text=_("As RFC 5545 has it: FREQ=MONTHLY;BYDAY=1TH.")
    )
    starts = models.DateTimeField(
        _("first date"), null=True, blank=True, help_text=_("Empty where dates are not fixed in advance.")
    )
    minutes = models.PositiveIntegerField(
        _("length in minutes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    time_zone = TimeZoneField(_("time zone"))
    left_out = ArrayField(
        models.DateTimeField(), verbose_name=_("dates left out"), default=list, blank=True,
        help_text=_("By the rule they would be; they are not."),
    )  # fmt: skip
    added = ArrayField(models.DateTimeField(), verbose_name=_("further dates"), default=list, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Publication, default=Publication.DRAFT)
    is_invented = models.BooleanField(_("invented"), default=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organiser__isnull=False) | ~Q(organiser_name={}), name="series_says_who_organises_it"
            ),
            models.CheckConstraint(
                condition=Q(starts__isnull=True) | Q(minutes__gt=0), name="series_with_dates_says_how_long_they_take"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def organised_by(self) -> str:
        return str(self.organiser) if self.organiser else str(self.organiser_name)

    def clean(self) -> None:
        super().clean()
        if not self.organiser_id and not self.organiser_name:
            raise ValidationError({"organiser": _("Say who organises it.")})

    @cached_property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def get_absolute_url(self) -> str:
        return reverse("series_detail", args=[self.slug])
