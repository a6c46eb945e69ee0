"""Where facts come from. Sources that differ stand side by side; nobody chooses silently."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from klaster.core.fields import PartialDateField, TranslatedTextField
from klaster.directory.models.base import Sourced

SUBJECTS = ("cluster", "organisation", "network", "programme")


class Source(models.Model):
    """A page, register, agreement or person that states facts."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    title = TranslatedTextField(_("title"), max_length=300)
    publisher = TranslatedTextField(_("publisher"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    published = PartialDateField(_("published"), blank=True)
    retrieved_on = models.DateField(_("read on"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["key"]

    def __str__(self) -> str:
        return str(self.title)


class FactKind(models.Model):
    """What a statement is about: a field of the entry ("founded") or a figure ("members")."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = TranslatedTextField(_("name"), max_length=150)
    unit = TranslatedTextField(_("unit"), blank=True, max_length=30)
    is_field = models.BooleanField(_("a field of the entry"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("kind of fact")
        verbose_name_plural = _("kinds of fact")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return str(self.name)


class StatementQuerySet(models.QuerySet):
    def newest_first(self) -> Self:
        return self.order_by("kind__position", "kind__code", "-is_shown", "-as_of", "pk")

    def with_details(self) -> Self:
        return self.select_related("kind", "source")


class Statement(Sourced):
    """What one source says of one entry as of one date. Several may disagree; the one shown first is marked."""

    class Bound(models.TextChoices):
        EXACT = "exact", _("exactly")
        AT_LEAST = "at_least", _("at least")
        ABOUT = "about", _("about")

    kind = models.ForeignKey(FactKind, verbose_name=_("what"), on_delete=models.PROTECT, related_name="statements")
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="statements",
    )  # fmt: skip
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="statements",
    )  # fmt: skip
    network = models.ForeignKey(
        "directory.Network", verbose_name=_("network"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="statements",
    )  # fmt: skip
    programme = models.ForeignKey(
        "directory.Programme", verbose_name=_("programme"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="statements",
    )  # fmt: skip
    number = models.DecimalField(_("number"), max_digits=16, decimal_places=2, null=True, blank=True)
    bound = models.CharField(_("how exact"), max_length=10, choices=Bound, default=Bound.EXACT)
    text = TranslatedTextField(_("in words"), blank=True, max_length=500)
    is_shown = models.BooleanField(_("shown first"), default=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(**{f"{subject}__isnull": subject != chosen for subject in SUBJECTS})
                        for chosen in SUBJECTS
                    ),
                    _connector=Q.OR,
                ),
                name="statement_is_about_exactly_one_entry",
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False) | ~Q(text={}), name="statement_says_a_number_or_words"
            ),
            *(
                models.UniqueConstraint(
                    fields=[subject, "kind"],
                    condition=Q(is_shown=True, **{f"{subject}__isnull": False}),
                    name=f"one_statement_of_a_{subject}_is_shown_first",
                )
                for subject in SUBJECTS
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind}: {self.text or self.number}"

    def _subject(self) -> models.Model:
        """The entry it is about."""
        return next(entry for entry in (getattr(self, name) for name in SUBJECTS) if entry is not None)

    _subject.short_description = _("entry")  # type: ignore[attr-defined]
    subject = property(_subject)


class FileRow(models.Model):
    """What a network file last set in one row: how the next load tells a person's edit from an older file.

    `key` names the row in the file; `values` holds field by field what the file wrote. Where the row itself says
    something else by now, a person has changed it, and that stays.
    """

    kind = models.CharField(_("kind"), max_length=30)
    key = models.CharField(_("key"), max_length=300)
    row = models.CharField(_("row"), max_length=20)
    values = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("row of a network file")
        verbose_name_plural = _("rows of network files")
        ordering = ["kind", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="file_names_a_row_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
