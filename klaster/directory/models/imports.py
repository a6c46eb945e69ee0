"""Tables people bring: the file, what each of its rows says and would do, and what came of it.

Rows point at organisations and memberships by number, not by foreign key: they are a record of one act, and must not
follow when two organisations are merged (an undo would then delete the wrong one).
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.directory.models.organisations import Organisation

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

KEPT_DAYS = 30  # the file and its rows; as the register of personal data promises


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """One's own: a file may hold what its sender alone may know."""
        return self.filter(by=user) if user.is_authenticated else self.none()

    def kept_long_enough(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - datetime.timedelta(days=KEPT_DAYS))


class Import(models.Model):
    """One table on its way into the directory."""

    class What(models.TextChoices):
        MEMBERS = "members", _("members of a cluster")
        ORGANISATIONS = "organisations", _("organisations")

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be named")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("waits for your word")
        WRITING = "writing", _("being written")
        DONE = "done", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    class Existing(models.TextChoices):
        KEEP = "keep", _("leave what the directory says")
        FILL = "fill", _("fill in only what is empty")
        OVERWRITE = "overwrite", _("write what the file says")

    class DayOrder(models.TextChoices):
        ASK = "", _("report them, do not guess")
        DAY = "day", _("the day comes first")
        MONTH = "month", _("the month comes first")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.CASCADE, related_name="imports"
    )
    what = models.CharField(_("what"), max_length=15, choices=What)
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="imports",
    )  # fmt: skip
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("digest of the file"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    separator = models.CharField(_("separator"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    sheets = ArrayField(models.CharField(max_length=100), verbose_name=_("sheets"), default=list, blank=True)
    hidden_sheets = ArrayField(models.CharField(max_length=100), verbose_name=_("hidden"), default=list, blank=True)
    header_line = models.PositiveIntegerField(_("line of the headings"), default=1)
    headings = models.JSONField(_("headings"), default=list, blank=True)
    mapping = models.JSONField(_("what stands in each column"), default=dict, blank=True)
    default_kind = models.CharField(
        _("kind, where the file does not say"), max_length=25, choices=Organisation.Kind,
        default=Organisation.Kind.COMPANY,
    )  # fmt: skip
    default_country = CountryField(_("country, where the file does not say"), blank=True)
    day_order = models.CharField(
        _("days such as 05/06/2017"), max_length=5, choices=DayOrder, blank=True, default=DayOrder.ASK
    )
    existing = models.CharField(
        _("where the organisation is in the directory already"), max_length=10, choices=Existing, default=Existing.FILL
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAPPING)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows"), default=0)
    counts = models.JSONField(_("what came of it"), default=dict, blank=True)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="members", cluster__isnull=False) | Q(what="organisations", cluster__isnull=True),
                name="members_are_imported_into_a_cluster",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_detail", args=[self.pk])

    @property
    def audit_text(self) -> str:
        return f"#{self.pk}"

    @property
    def is_working(self) -> bool:
        """A job does something with it now."""
        return self.state in (self.State.CHECKING, self.State.WRITING, self.State.UNDOING)

    @property
    def kept_until(self) -> datetime.datetime:
        return self.created_at + datetime.timedelta(days=KEPT_DAYS)

    @property
    def says_problem(self) -> str:
        return gettext(self.problem) if self.problem else ""

    def fields(self) -> dict[int, str]:
        """What stands in each column, by its number from 0."""
        return {int(column): name for column, name in self.mapping.items()}


class ImportFile(models.Model):
    """The file as it was sent. In the database, so that it comes and goes with its import."""

    of = models.OneToOneField(Import, verbose_name=_("import"), on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")
        ordering = ["of"]

    def __str__(self) -> str:
        return str(self.of)


class ImportRowQuerySet(models.QuerySet):
    def importable(self) -> Self:
        """What an import writes once it is confirmed."""
        return self.filter(has_error=False, decision__in=[ImportRow.Decision.NEW, ImportRow.Decision.SAME])

    def undecided(self) -> Self:
        return self.filter(has_error=False, decision="")


class ImportRow(models.Model):
    """One row of a file: what it says, what is wrong with it, what it would do, and what it did."""

    class Decision(models.TextChoices):
        NEW = "new", _("new")
        SAME = "same", _("the same organisation")
        SKIP = "skip", _("left out")

    class Outcome(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("nothing to change")
        SKIPPED = "skipped", _("left out")

    of = models.ForeignKey(Import, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    cells = models.JSONField(_("cells"), default=list, blank=True)
    faults = models.JSONField(_("faults of the cells"), default=dict, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    has_error = models.BooleanField(_("has an error"), default=False)
    candidates = models.JSONField(_("perhaps the same"), default=list, blank=True)
    decision = models.CharField(_("decision"), max_length=5, choices=Decision, blank=True, default="")
    match = models.BigIntegerField(_("number of the organisation"), null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=10, choices=Outcome, blank=True, default="")
    written = models.JSONField(_("what was written"), default=dict, encoder=DjangoJSONEncoder)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["of", "line"]
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="import_has_a_line_once")]

    def __str__(self) -> str:
        return f"{self.of_id}: {self.line}"

    @property
    def name(self) -> str:
        """For showing, also where the row could not be read."""
        return self.values.get("name") or next((cell for cell in self.cells if cell), "")

    def candidate(self, pk: int | None) -> dict[str, Any] | None:
        return next((each for each in self.candidates if each["pk"] == pk), None)
