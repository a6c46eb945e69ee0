"""Clusters: who runs them, who is in them, what they hold, what they seek."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import MD5, Coalesce, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.core.fields import PartialDateField, TranslatedTextField
from klaster.directory.models.base import Entry, EntryQuerySet, Publication, Sourced
from klaster.directory.models.organisations import Affiliation, Organisation, during, holding, today

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class ClusterQuerySet(EntryQuerySet):
    def kept_by(self, user: Reader) -> Self:
        """Clusters coordinated today by an organisation this person manages."""
        if not user.is_authenticated:
            return self.none()
        managed = Affiliation.objects.active().filter(person=user, role=Affiliation.Role.MANAGER)
        return self.filter(coordinator__in=managed.values("organisation"))

    def in_sector(self, *codes: str) -> Self:
        return self.filter(
            Q(main_sector__code__in=codes)
            | Exists(Cluster.other_sectors.through.objects.filter(cluster=OuterRef("pk"), sector__code__in=codes))
        )

    def open_to_members(self) -> Self:
        return self.filter(Exists(Opening.objects.open().filter(cluster=OuterRef("pk"))))

    def in_daily_rotation(self, day: datetime.date | None = None, *, home: str = "") -> Self:
        """A different order each day, the same for everybody: nobody is always last.

        Clusters of the country `home` come before the others.
        """
        key = Concat(Value((day or today()).isoformat()), "slug", output_field=models.TextField())
        at_home = Case(When(country=home, then=0), default=1)
        return self.order_by(at_home, MD5(key), "pk")

    def newest_openings_first(self) -> Self:
        """Those that seek nobody today come last."""
        newest = Opening.objects.open().filter(cluster=OuterRef("pk")).order_by("-published_at").values("published_at")
        return self.order_by(Subquery(newest[:1]).desc(nulls_last=True), "pk")

    def with_member_count(self) -> Self:
        """`member_count`: members of today with a public page."""
        members = ClusterMembership.objects.active().filter(
            cluster=OuterRef("pk"), organisation__status=Publication.PUBLISHED
        )
        count = members.order_by().values("cluster").annotate(count=Count("*")).values("count")
        return self.annotate(member_count=Coalesce(Subquery(count), 0))


class Cluster(Entry):
    """A voluntary group of firms, research bodies and others that work together."""

    class LegalForm(models.TextChoices):
        LEGAL_PERSON = "legal_person", _("legal person")
        JOINT_ACTIVITY = "joint_activity_agreement", _("joint-activity agreement")
        UNKNOWN = "", _("not stated")

    class Recognition(models.TextChoices):
        """By whom it is officially recognised; the European platform waives its tests then."""

        NOT_STATED = "", _("not stated")
        NONE = "none", _("not recognised")
        PROGRAMME = "programme", _("by a national or regional cluster programme")
        SOCIAL_ECONOMY = "social_economy", _("by the European Commission, as a social economy cluster")

    legal_form = models.CharField(_("legal form"), max_length=30, choices=LegalForm, blank=True, default="")
    coordinator = models.ForeignKey(
        "directory.Organisation", verbose_name=_("coordinator"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="coordinated_clusters",
    )  # fmt: skip
    coordinator_is_unknown = models.BooleanField(
        _("coordinator is not known"), default=False, help_text=_("Say so rather than leave it open.")
    )
    country = CountryField(_("country"))
    region = models.ForeignKey(
        "directory.Region", verbose_name=_("county"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="clusters",
    )  # fmt: skip
    main_sector = models.ForeignKey(
        "directory.Sector", verbose_name=_("sector"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="clusters",
    )  # fmt: skip
    other_sectors = models.ManyToManyField(
        "directory.Sector", verbose_name=_("other sectors"), blank=True, related_name="+"
    )
    joint_activity_since = PartialDateField(_("joint activity since"), blank=True)
    languages = ArrayField(
        models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True,
        help_text=_("Languages one can write in."),
    )  # fmt: skip
    services = TranslatedTextField(_("services"), blank=True, multiline=True, max_length=2000)
    technologies = TranslatedTextField(_("technologies"), blank=True, multiline=True, max_length=2000)
    contact_email = models.EmailField(
        _("address for messages"), blank=True, help_text=_("Never shown; messages from the site go there.")
    )
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    management_fte = models.DecimalField(
        _("size of the management team"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)], help_text=_("In full-time posts: 0.5 is half a post."),
    )  # fmt: skip
    website_en = models.URLField(_("website in English"), blank=True, help_text=_("The address of the English pages."))
    recognition = models.CharField(
        _("officially recognised"), max_length=20, choices=Recognition, blank=True, default=""
    )
    recognised_by = TranslatedTextField(_("programme that recognises it"), blank=True, max_length=200)
    public_cooperation = TranslatedTextField(
        _("cooperation with public bodies"), blank=True, multiline=True, max_length=1000,
        help_text=_("Which public body supports the cluster or works with it, and how."),
    )  # fmt: skip

    objects = ClusterQuerySet.as_manager()  # type: ignore[misc]

    audit_hidden = ("contact_email",)
    # Public once the office has looked, as are its labels and stated members: see klaster.directory.verified.
    verified_fields = ("name", "aliases", "legal_form", "coordinator", "country", "founded", "joint_activity_since")

    class Meta(Entry.Meta):
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.CheckConstraint(
                condition=Q(coordinator__isnull=False, coordinator_is_unknown=False)
                | Q(coordinator__isnull=True, coordinator_is_unknown=True),
                name="cluster_has_a_coordinator_or_says_it_is_unknown",
            ),
            models.CheckConstraint(
                condition=Q(management_fte__isnull=True) | Q(management_fte__gte=0), name="team_is_not_less_than_nobody"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("cluster_detail", args=[self.slug])

    @property
    def hue(self) -> int:
        """Colour of its mark: its sector's, or 0 for none."""
        return self.main_sector.hue if self.main_sector else 0


class MembershipQuerySet(models.QuerySet):
    def active(self, on: datetime.date | None = None) -> Self:
        """Memberships of that day that nobody still has to confirm."""
        return self.filter(holding("joined", "left", on), is_confirmed=True)

    def waiting(self) -> Self:
        """What a coordinator says and the organisation has not confirmed yet."""
        return self.filter(holding("joined", "left"), is_confirmed=False)

    def visible_to(self, user: Reader) -> Self:
        """Memberships between entries the reader sees."""
        return self.filter(
            cluster__in=Cluster.objects.visible_to(user).values("pk"),
            organisation__in=Organisation.objects.visible_to(user).values("pk"),
        )


class ClusterMembership(Sourced):
    """An organisation takes part in a cluster from a day to a day; unknown days are open."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("member")
        ASSOCIATED = "associated", _("associated partner")

    class Commitment(models.TextChoices):
        AGREEMENT = "agreement", _("written agreement")
        FEE = "fee", _("membership fee")
        NONE = "", _("not stated")

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="memberships"
    )
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="memberships"
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.MEMBER)
    committed_by = models.CharField(_("committed by"), max_length=15, choices=Commitment, blank=True, default="")
    joined = models.DateField(_("joined"), null=True, blank=True)
    left = models.DateField(_("left"), null=True, blank=True, help_text=_("The first day outside."))
    is_confirmed = models.BooleanField(
        _("confirmed"),
        default=True,
        help_text=_("By the organisation or the network's office; until then it is not public and gives no rights."),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster membership")
        verbose_name_plural = _("cluster memberships")
        ordering = ["cluster", "organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(joined__isnull=True) | Q(left__isnull=True) | Q(left__gte=F("joined")),
                name="membership_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="organisation_is_in_a_cluster_once_at_a_time",
                expressions=[
                    ("cluster", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    (during("joined", "left"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.cluster}"

    def clean(self) -> None:
        super().clean()
        if self.joined and self.left and self.left < self.joined:
            raise ValidationError({"left": _("This day is before the day it joined.")})


class LabelQuerySet(models.QuerySet):
    def valid(self, on: datetime.date | None = None) -> Self:
        """Labels whose last day is known and not past."""
        return self.filter(valid_until__gte=on or today())


class Label(Sourced):
    """A cluster management excellence label (ECEI), issued by ESCA and, since 2020, by EUCLES."""

    class Level(models.TextChoices):
        BRONZE = "bronze", _("bronze label")
        SILVER = "silver", _("silver label")
        GOLD = "gold", _("gold label")

    class Validity(models.TextChoices):
        VALID = "valid", _("valid")
        EXPIRED = "expired", _("expired")
        UNDATED = "undated", _("validity not known")

    cluster = models.ForeignKey(Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="labels")
    level = models.CharField(_("level"), max_length=10, choices=Level)
    issuer = models.ForeignKey(
        "directory.Organisation", verbose_name=_("issuer"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="issued_labels",
    )  # fmt: skip
    issued = PartialDateField(_("issued"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The last day it is valid."))

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["cluster", "-valid_until", "-issued", "pk"]

    def __str__(self) -> str:
        return f"{self.get_level_display()} – {self.cluster}"

    @property
    def validity(self) -> str:
        if self.valid_until is None:
            return self.Validity.UNDATED
        return self.Validity.VALID if self.valid_until >= today() else self.Validity.EXPIRED

    def get_validity_display(self) -> str:
        return str(self.Validity(self.validity).label)


class Achievement(Sourced):
    """Something a cluster has done that others may know."""

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="achievements"
    )
    title = TranslatedTextField(_("title"), max_length=200)
    summary = TranslatedTextField(_("in one sentence"), blank=True, max_length=500)
    happened = PartialDateField(_("when"), blank=True)
    url = models.URLField(_("read more"), max_length=500, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        ordering = ["-happened", "pk"]

    def __str__(self) -> str:
        return str(self.title)


class OpeningQuerySet(models.QuerySet):
    def open(self, on: datetime.date | None = None) -> Self:
        day = on or today()
        return self.filter(status=Publication.PUBLISHED).filter(Q(until__isnull=True) | Q(until__gte=day))

    def listed(self) -> Self:
        """Open today, of clusters with a public page: what everybody may see."""
        return self.open().filter(cluster__status=Publication.PUBLISHED)

    def in_sector(self, *codes: str) -> Self:
        return self.filter(cluster__in=Cluster.objects.in_sector(*codes).values("pk"))

    def visible_to(self, user: Reader) -> Self:
        """Open ones of clusters the reader sees; the cluster's own people see all of theirs."""
        clusters = Cluster.objects.visible_to(user).values("pk")
        if getattr(user, "is_secretariat", False):
            return self
        return self.filter(
            Q(cluster__in=clusters, pk__in=Opening.objects.open().values("pk"))
            | Q(cluster__in=Cluster.objects.kept_by(user).values("pk"))
        )


class Opening(models.Model):
    """A cluster seeks a member or partner."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("new member")
        PARTNER = "partner", _("partner for a project")
        SUPPLIER = "supplier", _("supplier or service")

    kind = models.CharField(_("seeks"), max_length=10, choices=Kind, default=Kind.MEMBER)
    cluster = models.ForeignKey(Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="openings")
    title = TranslatedTextField(_("who is sought"), max_length=150)
    conditions = TranslatedTextField(_("conditions"), blank=True, multiline=True, max_length=2000)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day; empty means no end."))
    status = models.CharField(_("state"), max_length=10, choices=Publication, default=Publication.DRAFT)
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["-published_at", "pk"]

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return f"{self.cluster.get_absolute_url()}#opening-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == Publication.PUBLISHED and (self.until is None or self.until >= today())
