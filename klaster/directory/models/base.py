"""What directory entries share: a public address, a state of publication, a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from klaster.core import languages
from klaster.core.fields import PartialDateField, TranslatedTextField, in_language
from klaster.directory import search_columns as columns
from klaster.directory import search_query

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from klaster.accounts.models import User

    Reader = User | AnonymousUser


class Publication(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    HIDDEN = "hidden", _("hidden")


class SearchedQuerySet(models.QuerySet):
    """Questions about rows whose table has the kept columns of the search."""

    def with_words(self, typed: str) -> Self:
        """Those with all these words in a text of theirs, in any form; all of them when nothing was typed."""
        query = search_query.read(typed)
        if not query:
            return self
        asked = columns.Lexemes(f"({query.finds}) | {query.begins_name}")
        return self.alias(searched=columns.index()).filter(searched=asked)


class EntryQuerySet(SearchedQuerySet):
    """Questions about entries that are public once published."""

    def published(self) -> Self:
        return self.filter(status=Publication.PUBLISHED)

    def real(self) -> Self:
        """Without what was invented for trying the site out: figures count only these."""
        return self.filter(is_invented=False)

    def visible_to(self, user: Reader) -> Self:
        """Everybody sees what is published; the office sees all; whoever keeps an entry sees it in any state."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.published()
        return self.filter(
            Q(status=Publication.PUBLISHED) | Q(pk__in=self.model._default_manager.kept_by(user).values("pk"))  # type: ignore[attr-defined]
        )

    def kept_by(self, user: Reader) -> Self:
        """Entries this person may edit today. The models say who that is."""
        return self.none()

    def by_name(self, language: str | None = None) -> Self:
        """In dictionary order of the names a reader of this language sees."""
        return self.order_by(languages.SortKey(in_language("name", language), language), "pk")


class Entry(models.Model):
    """A directory entry with a page of its own."""

    key = models.SlugField(
        _("key"),
        max_length=60,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Its name in the network file, so that loading the file again finds it."),
    )
    slug = models.SlugField(_("address"), max_length=90, unique=True, help_text=_("The last part of the page address."))
    name = TranslatedTextField(_("name"), max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("other names"),
        default=list,
        blank=True,
        help_text=_("Abbreviations and spellings people search by."),
    )
    summary = TranslatedTextField(_("in one sentence"), blank=True, max_length=300)
    description = TranslatedTextField(_("description"), blank=True, multiline=True, max_length=10_000)
    website = models.URLField(_("website"), blank=True)
    founded = PartialDateField(_("founded"), blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Publication, default=Publication.DRAFT)
    is_invented = models.BooleanField(
        _("invented"), default=False, help_text=_("Made up for trying the site out; shown as such and never counted.")
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True, help_text=_("When somebody last said: true."))
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["slug"]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def is_published(self) -> bool:
        return self.status == Publication.PUBLISHED


class Sourced(models.Model):
    """A fact of its own: who says so, and as of when."""

    source = models.ForeignKey(
        "directory.Source", verbose_name=_("source"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    as_of = PartialDateField(_("as of"), blank=True, help_text=_("When this was true: a date, a month or a year."))
    is_inferred = models.BooleanField(
        _("inferred"), default=False, help_text=_("The source does not say it in so many words; the note says why.")
    )
    note = TranslatedTextField(_("note"), blank=True, max_length=500)

    class Meta:
        abstract = True
