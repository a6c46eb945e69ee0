"""Organisations, and the people who act for them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.core.fields import TranslatedTextField
from klaster.directory import legal_codes
from klaster.directory.models.base import Entry, EntryQuerySet

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class DateRange(Func):
    """[from, until) in the database; an unknown end is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s)"


def during(start: str, end: str) -> DateRange:
    return DateRange(F(start), F(end), RangeBoundary())


def today() -> datetime.date:
    """The day it is in the network's time zone."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def holding(start: str, end: str, on: datetime.date | None = None) -> Q:
    """Condition "holds on that day", from its first day on and before its last; unknown days are open."""
    day = on or today()
    return (Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": day})) & (
        Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": day})
    )


class OrganisationQuerySet(EntryQuerySet):
    def managed_by(self, user: Reader) -> Self:
        """Organisations this person acts for today as a manager."""
        if not user.is_authenticated:
            return self.none()
        managed = Affiliation.objects.active().filter(person=user, role=Affiliation.Role.MANAGER)
        return self.filter(pk__in=managed.values("organisation"))

    def kept_by(self, user: Reader) -> Self:
        """Organisations this person manages today, and the members of the clusters those coordinate."""
        if not user.is_authenticated:
            return self.none()
        managed = Affiliation.objects.active().filter(person=user, role=Affiliation.Role.MANAGER).values("organisation")
        member = Organisation.objects.filter(
            holding("memberships__joined", "memberships__left"),
            memberships__is_confirmed=True,
            memberships__cluster__coordinator__in=managed,
        )
        return self.filter(Q(pk__in=managed) | Q(pk__in=member.values("pk")))


class Organisation(Entry):
    """A firm, research body, association, institution: whoever can join a cluster or run one."""

    class Kind(models.TextChoices):
        MICRO = "micro", _("micro company")
        SMALL = "small", _("small company")
        MEDIUM = "medium", _("medium company")
        LARGE = "large", _("large company")
        COMPANY = "company", _("company (size not stated)")
        RESEARCH = "research", _("research or higher education")
        CLUSTER_ORGANISATION = "cluster_organisation", _("cluster organisation")
        ASSOCIATION = "association", _("association")
        PUBLIC = "public", _("public institution")
        PARK = "park", _("science and technology park")
        OTHER = "other", _("other")

    SME_KINDS = (Kind.MICRO, Kind.SMALL, Kind.MEDIUM)
    COMPANY_KINDS = (*SME_KINDS, Kind.LARGE, Kind.COMPANY)

    kind = models.CharField(_("kind"), max_length=25, choices=Kind)
    abbreviation = models.CharField(_("abbreviation"), max_length=30, blank=True)
    country = CountryField(_("country"), blank=True, help_text=_("Empty where no source states it."))
    legal_code = models.CharField(_("legal-entity code"), max_length=30, blank=True)
    region = models.ForeignKey(
        "directory.Region", verbose_name=_("county"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="organisations",
    )  # fmt: skip
    place = models.ForeignKey(
        "directory.Place", verbose_name=_("place"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    activities = models.ManyToManyField("directory.ActivityClass", verbose_name=_("activities"), blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="units"
    )

    objects = OrganisationQuerySet.as_manager()  # type: ignore[misc]

    # Public once the office has looked: see klaster.directory.verified.
    verified_fields = ("name", "aliases", "abbreviation", "kind", "country", "legal_code")

    class Meta(Entry.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "legal_code"],
                condition=~Q(legal_code=""),
                name="legal_code_is_unique_in_its_country",
                violation_error_message=_("An organisation with this legal-entity code is in the directory already."),
            ),
            models.CheckConstraint(
                condition=Q(legal_code="") | ~Q(country=""),
                name="legal_code_belongs_to_a_country",
                violation_error_message=_("A legal-entity code needs the country it is of."),
            ),
        ]  # fmt: skip
        # Counting and listing what filters leave; those by name depend on the languages (organisation_list.py).
        indexes = [
            models.Index(
                fields=["country", "kind"], condition=Q(status="published"), name="organisation_by_country"
            ),
            models.Index(fields=["kind", "country"], condition=Q(status="published"), name="organisation_by_kind"),
        ]  # fmt: skip

    def get_absolute_url(self) -> str:
        return reverse("organisation_detail", args=[self.slug])

    def clean(self) -> None:
        super().clean()
        self.legal_code = legal_codes.clean(self.legal_code, str(self.country or ""))

    @property
    def is_company(self) -> bool:
        return self.kind in self.COMPANY_KINDS

    @property
    def is_sme(self) -> bool:
        """Micro, small or medium by Recommendation 2003/361/EC, as stated by the organisation."""
        return self.kind in self.SME_KINDS


class AffiliationQuerySet(models.QuerySet):
    def active(self, on: datetime.date | None = None) -> Self:
        """Valid on a day: from its first day on, and before its last."""
        return self.filter(holding("since", "until", on))

    def visible_to(self, user: Reader) -> Self:
        """One's own, those of the organisations one manages; the office sees all."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        managed = Affiliation.objects.active().filter(person=user, role=Affiliation.Role.MANAGER)
        return self.filter(Q(person=user) | Q(organisation__in=managed.values("organisation")))


class Affiliation(models.Model):
    """A person acts for an organisation from a day on, until the day it ends."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("manager")
        REPRESENTATIVE = "representative", _("representative")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="affiliations"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="affiliations"
    )
    role = models.CharField(
        _("role"), max_length=20, choices=Role, default=Role.REPRESENTATIVE,
        help_text=_("A manager edits the organisation's data and, if it coordinates a cluster, the cluster."),
    )  # fmt: skip
    title = TranslatedTextField(_("position"), blank=True, max_length=100)
    since = models.DateField(_("since"), default=today)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The first day it no longer holds."))

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["organisation", "person", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="affiliation_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="person_has_one_role_at_a_time_in_an_organisation",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    (during("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation}"

    @property
    def audit_text(self) -> str:
        """Without the person's name: the audit is never rewritten, and a person may ask to be erased."""
        return f"#{self.person_id} – {self.organisation}"

    def clean(self) -> None:
        super().clean()
        if self.until and self.until < self.since:
            raise ValidationError({"until": _("This day is before the first.")})
