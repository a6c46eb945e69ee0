"""What the desk keeps of tables of registrations: which columns somebody looks at, and tables that are brought in."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.events.models.events import Event

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

KEPT_DAYS = 7  # the rows of a file nobody imported


class ChosenColumns(models.Model):
    """Which columns somebody looks at in the table of an event's registrations."""

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+"
    )
    codes = ArrayField(models.CharField(max_length=40), verbose_name=_("columns"), default=list, blank=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("columns of a table")
        verbose_name_plural = _("columns of tables")
        ordering = ["event", "person"]
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="person_chooses_columns_once")]

    def __str__(self) -> str:
        return f"#{self.person_id} – {self.event_id}"


class BroughtTableQuerySet(models.QuerySet):
    def kept_long_enough(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - datetime.timedelta(days=KEPT_DAYS)).exclude(rows=[])


class BroughtTable(models.Model):
    """A table on its way in. Its rows are forgotten once they are written, or after a week."""

    file_name = models.CharField(_("file"), max_length=200)
    headings = models.JSONField(_("headings"), default=list)
    rows = models.JSONField(_("rows"), default=list, help_text=_("Line and cells of each."))
    mapping = models.JSONField(_("what stands in each column"), default=dict)
    counts = models.JSONField(_("what came of it"), default=dict)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)

    keeps_pages = True

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def audit_text(self) -> str:
        return f"#{self.pk}"

    def fields(self) -> dict[int, str]:
        """What stands in each column, by its number from 0."""
        return {int(column): name for column, name in self.mapping.items()}


class RegistrationImportQuerySet(BroughtTableQuerySet):
    def visible_to(self, user: Reader) -> Self:
        """One's own, of events one still runs: a file may hold what its sender alone may know."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, event__in=Event.objects.run_by(user).values("pk"))


class RegistrationImport(BroughtTable):
    """A table of people on its way into an event."""

    class State(models.TextChoices):
        READ = "read", _("waits for your word")
        DONE = "done", _("imported")
        UNDONE = "undone", _("undone")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.CASCADE, related_name="registration_imports"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READ)
    written = ArrayField(models.BigIntegerField(), verbose_name=_("registrations written"), default=list)
    tells = models.BooleanField(_("letters were sent"), default=False)

    objects = RegistrationImportQuerySet.as_manager()

    class Meta(BroughtTable.Meta):
        verbose_name = _("import of registrations")
        verbose_name_plural = _("imports of registrations")
