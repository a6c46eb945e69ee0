"""Pairs of entries that may be one: proposed by a job, decided by the office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from klaster.directory.models.base import Entry
from klaster.directory.models.merging import EntryKind, OfficeQuerySet

REASONS = {
    "same_code": gettext_noop("The same legal-entity code: %(code)s"),
    "same_name": gettext_noop("The same name without its legal form: %(name)s"),
    "similar_name": gettext_noop("Similar names: %(first)s, %(second)s (%(percent)s %%)"),
    "same_website": gettext_noop("The same website: %(host)s"),
    "same_place": gettext_noop("The same place"),
    "same_county": gettext_noop("The same county"),
    "same_coordinator": gettext_noop("The same coordinator"),
    "other_country": gettext_noop("But: different countries"),
}


class DuplicateQuerySet(OfficeQuerySet):
    def open(self) -> Self:
        return self.filter(state=Duplicate.State.PROPOSED)


class Duplicate(models.Model):
    """Two entries that may be one. What was said not to be is never proposed again."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        REJECTED = "rejected", _("not the same")
        MERGED = "merged", _("united")

    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    first = models.BigIntegerField(_("number of the one"))
    second = models.BigIntegerField(_("number of the other"))
    score = models.PositiveSmallIntegerField(_("points"))
    reasons = models.JSONField(_("reasons"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-score", "kind", "first", "second"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "first", "second"], name="pair_is_proposed_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_has_an_order"),
        ]
        indexes = [models.Index(fields=["state", "-score"], name="duplicates_by_score")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first}, {self.second}"

    def reasons_in_words(self) -> list[str]:
        return [gettext(REASONS[each["code"]]) % each["values"] for each in self.reasons if each["code"] in REASONS]


class DuplicateSearch(models.Model):
    """When duplicates were last looked for."""

    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    compared = models.PositiveIntegerField(_("pairs compared"), default=0)
    found = models.PositiveIntegerField(_("found"), default=0)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"


def reasons_of(score: Any) -> list[dict[str, Any]]:
    return [{"code": each.code, "points": each.points, "values": dict(each.values)} for each in score.reasons]


def with_entries(rows: Iterable[Duplicate]) -> list[tuple[Duplicate, tuple[Entry, Entry]]]:
    """Each proposal with its two entries, in two questions; one whose entry is gone is left out."""
    rows = list(rows)
    found: dict[tuple[str, int], Entry] = {}
    for kind in EntryKind:
        pks = {pk for row in rows if row.kind == kind for pk in (row.first, row.second)}
        entries = kind.model._default_manager.filter(pk__in=pks) if pks else []
        found |= {(kind.value, entry.pk): entry for entry in entries}
    pairs = ((row, (found.get((row.kind, row.first)), found.get((row.kind, row.second)))) for row in rows)
    return [(row, (one, other)) for row, (one, other) in pairs if one and other]
