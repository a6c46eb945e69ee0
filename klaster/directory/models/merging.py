"""Entries that are one and the same: what is proposed, what was united, and addresses entries had before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import TranslatedTextField
from klaster.directory.models.base import Entry

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class EntryKind(models.TextChoices):
    """Kinds of entries that can be united."""

    ORGANISATION = "organisation", _("organisation")
    CLUSTER = "cluster", _("cluster")

    @property
    def model(self) -> type[Entry]:
        return apps.get_model("directory", self.value)


class OfficeQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """The office alone."""
        return self if getattr(user, "is_secretariat", False) else self.none()


class FormerAddressQuerySet(models.QuerySet):
    def entry_of(self, model: type[models.Model], slug: str) -> int | None:
        """Number of the entry that had this address once."""
        named = self.filter(kind=model._meta.model_name, slug=slug)
        return named.values_list("entry", flat=True).first()


class FormerAddress(models.Model):
    """An address an entry had: links to it lead on. A trigger of the database writes it when an address changes."""

    kind = models.CharField(_("kind"), max_length=20)
    slug = models.SlugField(_("address"), max_length=90)
    entry = models.BigIntegerField(_("number of the entry"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        ordering = ["kind", "slug"]
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="former_address_leads_to_one_entry")]
        indexes = [models.Index(fields=["kind", "entry"], name="former_addresses_of_an_entry")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"


class MergeQuerySet(OfficeQuerySet):
    def standing(self) -> Self:
        return self.filter(undone_at=None)

    def successor_of(self, model: type[models.Model], pk: int) -> int | None:
        """Number of the entry into which this one was united, through all that came after; None if it was not."""
        found, seen = pk, {pk}
        steps = self.standing().filter(kind=model._meta.model_name)
        while (then := steps.filter(gone=found).order_by("-pk").values_list("kept", flat=True).first()) is not None:
            if then in seen:
                break
            found = then
            seen.add(then)
        return None if found == pk else found

    def row_after(self, model: type[models.Model], pk: int) -> int | None:
        """Number of the row that one of any table became when two entries were united; None if it did not."""
        found, seen = str(pk), {str(pk)}
        while True:
            step = {"do": "delete", "model": model._meta.label_lower, "pk": found}
            united = self.standing().filter(journal__contains=[step]).order_by("-pk").first()
            then = (
                next((each.get("into") for each in united.journal if step.items() <= each.items()), "")
                if united
                else ""
            )
            if not then or then in seen:
                return None if found == str(pk) else int(found)
            found = then
            seen.add(then)


class Merge(models.Model):
    """Two entries that became one, with all that is needed to take it back (see klaster.core.merging)."""

    kind = models.CharField(_("kind"), max_length=20, choices=EntryKind)
    kept = models.BigIntegerField(_("number of the entry that stays"))
    gone = models.BigIntegerField(_("number of the entry that was united with it"))
    kept_name = TranslatedTextField(_("the entry that stays"))
    gone_name = TranslatedTextField(_("the entry that was united with it"))
    gone_slug = models.SlugField(_("its address"), max_length=90)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by whom"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    journal = models.JSONField(_("what was done"), default=list)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("undone by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    left = models.JSONField(_("what was changed since and stayed"), default=list, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("union of two entries")
        verbose_name_plural = _("unions of entries")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "gone"], condition=Q(undone_at=None), name="entry_is_united_with_another_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="entry_is_not_united_with_itself"),
        ]
        indexes = [models.Index(fields=["kind", "kept"], name="unions_into_an_entry")]

    def __str__(self) -> str:
        return f"{self.gone_name} → {self.kept_name}"

    @property
    def model(self) -> type[Entry]:
        return EntryKind(self.kind).model

    @property
    def can_be_undone(self) -> bool:
        """Until its journal is deleted after a year."""
        return self.undone_at is None and bool(self.journal)

    def counts(self) -> list[tuple[str, int]]:
        """How many rows of what moved, in words."""
        numbers: dict[str, int] = {}
        for step in self.journal:
            if step["do"] == "move":
                numbers[step["model"]] = numbers.get(step["model"], 0) + len(step["pks"])
        return [(name_of(label, number), number) for label, number in sorted(numbers.items())]

    def leftovers(self) -> list[dict[str, Any]]:
        return [each | {"title": name_of(each["model"], 1)} for each in self.left]


def name_of(label: str, number: int) -> str:
    """What rows of a model are called; its label where there is no such model any more."""
    try:
        meta = apps.get_model(label)._meta
    except (LookupError, ValueError):
        return label
    if meta.auto_created:
        return str(meta.auto_created._meta.verbose_name_plural)
    return str(meta.verbose_name if number == 1 else meta.verbose_name_plural)
