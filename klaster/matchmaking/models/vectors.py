"""Vectors of lines, and what is known of all of them together. Which line has which tags stands on the line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.models.words import Line, Side, Technology


class EmbeddingModel(models.Model):
    """What makes vectors; `key` is the backend's id. Vectors of two of them are never compared.

    A new one is filled in the background while the current one still answers; then it takes its place at once.
    """

    key = models.CharField(_("key"), max_length=200, unique=True, help_text=_("Model, prefixes and normalisation."))
    dimensions = models.PositiveSmallIntegerField(_("dimensions"))
    is_current = models.BooleanField(_("in use"), default=False)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    measured_at = models.DateTimeField(_("measured"), null=True, blank=True)
    board_at = models.DateTimeField(
        _("last vector of the board"),
        null=True,
        blank=True,
        help_text=_("Public pages show what is near from then on."),
    )

    class Meta:
        verbose_name = _("model of texts")
        verbose_name_plural = _("models of texts")
        ordering = ["-is_current", "-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_embedding_model_is_current"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class LineVector(models.Model):
    """The vector of a line as the model gave it, 16-bit floats, little end first; empty where the model gave none.

    `digest` is of the text it was made from: a line whose text has changed since is made anew.
    """

    line = models.ForeignKey(Line, verbose_name=_("line"), on_delete=models.CASCADE, related_name="vectors")
    model = models.ForeignKey(
        EmbeddingModel, verbose_name=_("model of texts"), on_delete=models.CASCADE, related_name="vectors"
    )
    digest = models.BinaryField(_("digest of the text"), max_length=16)
    language = models.CharField(_("language, declared or detected"), max_length=10)
    vector = models.BinaryField(_("vector"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("vector of a line")
        verbose_name_plural = _("vectors of lines")
        ordering = ["line", "model"]
        constraints = [models.UniqueConstraint(fields=["line", "model"], name="line_has_one_vector_of_a_model")]

    def __str__(self) -> str:
        return f"{self.line_id} – {self.model_id}"


class TechnologyVector(models.Model):
    """The vector of a technology's name in one language, with the words it is found by: what texts are compared with
    when tags are proposed for them."""

    technology = models.ForeignKey(
        Technology, verbose_name=_("technology"), on_delete=models.CASCADE, related_name="vectors"
    )
    model = models.ForeignKey(
        EmbeddingModel, verbose_name=_("model of texts"), on_delete=models.CASCADE, related_name="technologies"
    )
    language = models.CharField(_("language"), max_length=10)
    digest = models.BinaryField(_("digest of the text"), max_length=16)
    vector = models.BinaryField(_("vector"))

    keeps_pages = True

    class Meta:
        verbose_name = _("vector of a technology")
        verbose_name_plural = _("vectors of technologies")
        ordering = ["technology", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["technology", "model", "language"], name="technology_has_one_vector_of_a_model_and_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technology_id} – {self.language}"


class LanguageMean(models.Model):
    """The mean of all vectors of a language and side, which is taken away before they are compared."""

    model = models.ForeignKey(
        EmbeddingModel, verbose_name=_("model of texts"), on_delete=models.CASCADE, related_name="means"
    )
    language = models.CharField(_("language"), max_length=10)
    side = models.CharField(_("offer or need"), max_length=5, choices=Side)
    lines = models.PositiveIntegerField(_("lines"))
    mean = models.BinaryField(_("mean"), help_text=_("32-bit floats, little end first."))

    keeps_pages = True

    class Meta:
        verbose_name = _("mean of a language")
        verbose_name_plural = _("means of languages")
        ordering = ["model", "language", "side"]
        constraints = [
            models.UniqueConstraint(fields=["model", "language", "side"], name="language_has_one_mean_of_a_side"),
        ]

    def __str__(self) -> str:
        return f"{self.language} – {self.side}"


class OfferCrowd(models.Model):
    """What all offers on the board are like: what a score needs to know of those it does not look at."""

    model = models.OneToOneField(
        EmbeddingModel, verbose_name=_("model of texts"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="crowd", help_text=_("None: tags alone are known."),
    )  # fmt: skip
    lines = models.PositiveIntegerField(_("lines"))
    mean = models.BinaryField(_("mean"))
    covariance = models.BinaryField(_("covariance"))
    tags = models.JSONField(_("share of the offers with each tag"), default=dict)

    keeps_pages = True

    class Meta:
        verbose_name = _("all offers on the board")
        verbose_name_plural = _("all offers on the board")
        ordering = ["model"]

    def __str__(self) -> str:
        return f"{self.model_id}: {self.lines}"
