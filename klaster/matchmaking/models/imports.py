"""Tables that are brought into a matchmaking event: participants, wishes, fixed meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from klaster.events.models.tables import BroughtTable, BroughtTableQuerySet
from klaster.matchmaking.models.matchmaking import Matchmaking

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class MatchmakingImportQuerySet(BroughtTableQuerySet):
    def visible_to(self, user: Reader) -> Self:
        """One's own, of events one still runs: a file may hold what its sender alone may know."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by=user, matchmaking__in=Matchmaking.objects.run_by(user).values("pk"))


class MatchmakingImport(BroughtTable):
    """A table on its way into a matchmaking event."""

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
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.READ)

    objects = MatchmakingImportQuerySet.as_manager()

    class Meta(BroughtTable.Meta):
        verbose_name = _("import into a matchmaking event")
        verbose_name_plural = _("imports into matchmaking events")
