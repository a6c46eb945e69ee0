"""Who said when that a section of a cluster's page is true."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.directory.models.clusters import Cluster
from klaster.directory.models.organisations import today


class ConfirmationQuerySet(models.QuerySet):
    def latest(self, cluster: Cluster) -> dict[str, Confirmation]:  # type: ignore[override]
        """The last confirmation of each section of a cluster, by the section's key."""
        rows = self.filter(cluster=cluster).order_by("section", "-day").distinct("section")
        return {row.section: row for row in rows.select_related("by")}

    def pressed_today(self) -> Self:
        """What can still be taken back."""
        return self.filter(day=today(), way=Confirmation.Way.SAID)


class Confirmation(models.Model):
    """On this day somebody of the cluster, or the office for it, said that a section is true; once a day is enough.

    What the sections are, `cluster_sections` knows; a section that is no longer there leaves its rows behind.
    """

    class Way(models.TextChoices):
        SAID = "said", _("said that it is still true")
        EDITED = "edited", _("edited it")

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="confirmations"
    )
    section = models.SlugField(_("section"), max_length=40)
    day = models.DateField(_("day"), default=today)
    at = models.DateTimeField(_("at"), default=timezone.now)
    way = models.CharField(_("how"), max_length=10, choices=Way, default=Way.SAID)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="confirmations",
    )  # fmt: skip

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation of a section")
        verbose_name_plural = _("confirmations of sections")
        ordering = ["cluster", "section", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "section", "day"], name="section_is_confirmed_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} – {self.section}: {self.day:%Y-%m-%d}"

    @property
    def can_be_undone(self) -> bool:
        return self.way == self.Way.SAID and self.day == today()

    @property
    def is_of_today(self) -> bool:
        return self.day == today()
