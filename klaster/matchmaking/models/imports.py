"""Tables that are brought into a matchmaking event: participants, wishes, fixed meetings."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.models.matchmaking import Matchmaking

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

KEPT_DAYS = 7  # the rows of a file nobody imported


class MatchmakingImportQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """One's own, of events one still runs: a file may hold what its sender alone may know."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, matchmaking__in=Matchmaking.objects.run_by(user).values("pk"))

    def kept_long_enough(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - datetime.timedelta(days=KEPT_DAYS)).exclude(rows=[])


class MatchmakingImport(models.Model):
    """A table on its way in. Its rows are forgotten once they are written, or after a week."""

    class Kind(models.TextChoices):
        PARTICIPANTS = "participants", _("participants")
        WISHES = "wishes", _("wishes")
        MEETINGS = "meetings", _("fixed meetings")

    class State(models.TextChoices):
        READ = "read", _("waits for your word")
        DONE = "done", _("imported")

    matchmaking = models.ForeignKey(
        Matchmaking, verbose_name=_("matchmaking"), on_delete=models.CASCADE, related_name="imports"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.CASCADE, related_name="matchmaking_imports"
    )
    kind = models.CharField(_("what it brings"), max_length=12, choices=Kind)
    file_name = models.CharField(_("file"), max_length=200)
    headings = models.JSONField(_("headings"), default=list)
    rows = models.JSONField(_("rows"), default=list, help_text=_("Line and cells of each."))
    mapping = models.JSONField(_("what stands in each column"), default=dict)
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.READ)
    counts = models.JSONField(_("what came of it"), default=dict)
    created_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = MatchmakingImportQuerySet.as_manager()

    keeps_pages = True

    class Meta:
        verbose_name = _("import into a matchmaking event")
        verbose_name_plural = _("imports into matchmaking events")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def audit_text(self) -> str:
        return f"#{self.pk}"

    def fields(self) -> dict[int, str]:
        """What stands in each column, by its number from 0."""
        return {int(column): name for column, name in self.mapping.items()}
