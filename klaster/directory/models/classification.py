"""Lists everything is sorted by: sectors of the network, NACE, NUTS, places."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.core import languages
from klaster.core.fields import TranslatedTextField, in_language

HUES = 12


class NamedQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> Self:
        """Classifications are public."""
        return self

    def by_name(self, language: str | None = None) -> Self:
        return self.order_by(languages.SortKey(in_language("name", language), language), "pk")


class Sector(models.Model):
    """A sector as this network groups its clusters; how it maps to NACE is a hint, not a rule."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    slug = TranslatedTextField(_("address"), max_length=60, help_text=_("The last part of the page address."))
    name = TranslatedTextField(_("name"), max_length=100)
    hue = models.PositiveSmallIntegerField(
        _("colour"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(HUES)],
        help_text=_("One of twelve colours of the design; always shown beside the word."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    nace_hints = ArrayField(models.CharField(max_length=7), verbose_name=_("NACE hints"), default=list, blank=True)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(hue__gte=1, hue__lte=HUES), name="sector_has_a_hue_of_the_design"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("sector_detail", args=[str(self.slug)])


class Region(models.Model):
    """A territorial unit of NUTS 2024; level 3 is the county. Boundaries © EuroGeographics."""

    code = models.CharField(_("NUTS code"), max_length=5, primary_key=True)
    level = models.PositiveSmallIntegerField(_("level"))
    country = CountryField(_("country"))
    name = TranslatedTextField(_("name"), max_length=120)

    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.name)


class Place(models.Model):
    """A town or village (GeoNames, CC BY 4.0)."""

    geonames_id = models.PositiveIntegerField(_("GeoNames number"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)
    country = CountryField(_("country"))
    region = models.ForeignKey(Region, verbose_name=_("county"), on_delete=models.PROTECT, null=True, blank=True)
    population = models.PositiveIntegerField(_("inhabitants"), default=0)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["-population", "name", "pk"]

    def __str__(self) -> str:
        return self.name


class ActivityClass(models.Model):
    """A class of economic activity; the same code means different things in NACE Rev. 2 and 2.1."""

    class Version(models.TextChoices):
        NACE_2 = "2", "NACE Rev. 2"
        NACE_2_1 = "2.1", "NACE Rev. 2.1"

    version = models.CharField(_("version"), max_length=4, choices=Version)
    code = models.CharField(_("code"), max_length=7)
    level = models.PositiveSmallIntegerField(_("level"))
    parent = models.ForeignKey(
        "self", verbose_name=_("parent"), on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = TranslatedTextField(_("name"), max_length=300)

    class Meta:
        verbose_name = _("activity class")
        verbose_name_plural = _("activity classes")
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="activity_code_is_unique_in_its_version"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
