"""Pictures that editors upload. None without words for those who do not see it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.search import index

from klaster.core.fields import Translated, TranslatedTextField


class Picture(AbstractImage):
    """An image whose alternative text is written once in each language of the network and follows it everywhere."""

    alt = TranslatedTextField(
        _("alternative text"),
        max_length=300,
        help_text=_("What is to be seen, for people who do not see it. In every language."),
    )
    credit = models.CharField(
        _("author and licence"), max_length=200, blank=True, help_text=_("Shown under the picture.")
    )

    admin_form_fields = (
        "title",
        "file",
        "alt",
        "credit",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )
    search_fields = (
        *AbstractImage.search_fields,
        index.SearchField("alt_in_all_languages"),
        index.SearchField("credit"),
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-created_at", "pk"]

    def clean(self) -> None:
        super().clean()
        missing = [str(name) for code, name in settings.LANGUAGES if not Translated(self.alt or {}).get(code)]
        if self.alt and missing:
            words = _("Write what is to be seen in %(languages)s, too.")
            raise ValidationError({"alt": ValidationError(words, params={"languages": ", ".join(missing)})})

    @property
    def default_alt_text(self) -> str:
        return str(self.alt)

    def alt_in_all_languages(self) -> str:
        return " ".join(Translated(self.alt or {}).values())


class Rendition(AbstractRendition):
    keeps_pages = True  # made while a page is drawn
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        verbose_name = _("picture in one size")
        verbose_name_plural = _("pictures in one size")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="picture_is_kept_once_in_a_size"
            ),
        ]
