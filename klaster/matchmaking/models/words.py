"""What somebody offers or needs, in their own words, and the words it is sorted by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klaster.core.fields import TranslatedTextField
from klaster.directory.models.classification import NamedQuerySet


class Side(models.TextChoices):
    OFFER = "offer", pgettext_lazy("partner search", "offer")
    NEED = "need", pgettext_lazy("partner search", "need")

    @property
    def other(self) -> Side:
        return Side.NEED if self is Side.OFFER else Side.OFFER


class Technology(models.Model):
    """A technology people tag offers and needs with; the office keeps the list, in all languages of the site."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedTextField(_("name"), max_length=100)
    other_names = models.JSONField(
        _("other names"), default=list, blank=True, help_text=_("Words by which it is found in a text, any language.")
    )

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("technology")
        verbose_name_plural = _("technologies")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.name)


class Tagged(models.Model):
    """A text of one side, in the language it was written in, with codes of sectors and technologies."""

    side = models.CharField(_("offer or need"), max_length=5, choices=Side)
    language = models.CharField(_("language of the text"), max_length=10, help_text=_("ISO 639-1, any language."))
    sectors = ArrayField(models.SlugField(max_length=30), verbose_name=_("sectors"), default=list, blank=True)
    technologies = ArrayField(models.SlugField(max_length=40), verbose_name=_("technologies"), default=list, blank=True)

    class Meta:
        abstract = True


class Line(Tagged):
    """One offer or one need, as the matching compares them: a posting is one line, a participant writes several. What
    a coordinator brokers is one, too: it finds postings and is found by nobody.

    There is one vector for each line, never one for a whole profile: that finds more, and the line is the reason shown.
    """

    posting = models.OneToOneField(
        "matchmaking.Posting", verbose_name=_("posting"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="line",
    )  # fmt: skip
    participant = models.ForeignKey(
        "matchmaking.Participant", verbose_name=_("participant"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="lines",
    )  # fmt: skip
    brokered = models.OneToOneField(
        "matchmaking.BrokeredRequest", verbose_name=_("brokered request"), on_delete=models.CASCADE, null=True,
        blank=True, related_name="line",
    )  # fmt: skip
    from_posting = models.ForeignKey(
        "matchmaking.Posting", verbose_name=_("taken over from the board"), on_delete=models.SET_NULL, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    text = models.TextField(_("text"), max_length=1500)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    are_tags_confirmed = models.BooleanField(
        _("tags confirmed"), default=False, help_text=_("What is proposed from the text counts once a person agreed.")
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    keeps_pages = True

    class Meta:
        verbose_name = _("line of offers and needs")
        verbose_name_plural = _("lines of offers and needs")
        ordering = ["participant", "side", "position", "pk"]
        indexes = [GinIndex(fields=["technologies"], name="lines_by_technology")]
        constraints = [
            models.CheckConstraint(
                condition=Q(posting__isnull=False, participant__isnull=True, brokered__isnull=True)
                | Q(posting__isnull=True, participant__isnull=False, brokered__isnull=True)
                | Q(posting__isnull=True, participant__isnull=True, brokered__isnull=False),
                name="line_is_of_one_of_three",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
