"""Networks of clusters, what they signed, and the programmes they work in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.core.fields import PartialDateField, TranslatedTextField
from klaster.directory.models.base import Entry, EntryQuerySet, Sourced
from klaster.directory.models.organisations import Affiliation, Organisation

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class NetworkQuerySet(EntryQuerySet):
    def kept_by(self, user: Reader) -> Self:
        if not user.is_authenticated:
            return self.none()
        managed = Affiliation.objects.active().filter(person=user, role=Affiliation.Role.MANAGER)
        return self.filter(operator__in=managed.values("organisation"))

    def home_first(self) -> Self:
        """The network of this site, then the others by name."""
        return self.order_by("-is_home", *self.by_name().query.order_by)


class Network(Entry):
    """An organised circle of clusters: an association, a national network, a European alliance or platform."""

    class Kind(models.TextChoices):
        NATIONAL_ASSOCIATION = "national_association", _("national cluster association")
        NATIONAL_NETWORK = "national_network", _("national cluster network")
        CLUSTER_NETWORK = "cluster_network", _("cluster network")
        INTERNATIONAL_NETWORK = "international_network", _("international network")
        ALLIANCE = "alliance", _("alliance of associations")
        PLATFORM = "platform", _("platform")

    kind = models.CharField(_("kind"), max_length=25, choices=Kind)
    abbreviation = models.CharField(_("abbreviation"), max_length=30, blank=True)
    country = CountryField(_("country"), blank=True, help_text=_("Empty for networks of several countries."))
    operator = models.ForeignKey(
        "directory.Organisation", verbose_name=_("operator"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="operated_networks",
    )  # fmt: skip
    is_home = models.BooleanField(_("the network of this site"), default=False)

    objects = NetworkQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Entry.Meta):
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        constraints = [
            models.UniqueConstraint(fields=["is_home"], condition=Q(is_home=True), name="site_has_one_home_network"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("network_detail", args=[self.slug])


class NetworkParticipation(Sourced):
    """A cluster, an organisation or another network takes part in a network."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        FOUNDER = "founder", _("founder")
        LISTED = "listed", _("listed")

    network = models.ForeignKey(
        Network, verbose_name=_("network"), on_delete=models.CASCADE, related_name="participations"
    )
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="participations",
    )  # fmt: skip
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="participations",
    )  # fmt: skip
    member_network = models.ForeignKey(
        Network, verbose_name=_("member network"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="own_participations",
    )  # fmt: skip
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    since = PartialDateField(_("since"), blank=True)
    until = PartialDateField(_("until"), blank=True)

    class Meta:
        verbose_name = _("participation in a network")
        verbose_name_plural = _("participations in networks")
        ordering = ["network", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cluster__isnull=False, organisation__isnull=True, member_network__isnull=True)
                | Q(cluster__isnull=True, organisation__isnull=False, member_network__isnull=True)
                | Q(cluster__isnull=True, organisation__isnull=True, member_network__isnull=False),
                name="participant_is_a_cluster_or_an_organisation_or_a_network",
            ),
            *(
                models.UniqueConstraint(
                    fields=["network", participant, "since"],
                    condition=Q(**{f"{participant}__isnull": False}),
                    name=f"{participant}_joins_a_network_once_at_a_time",
                )
                for participant in ("cluster", "organisation", "member_network")
            ),
            models.CheckConstraint(
                condition=~Q(network=models.F("member_network")), name="network_is_not_its_own_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} – {self.network}"

    @property
    def participant(self) -> models.Model:
        return self.cluster or self.organisation or self.member_network  # type: ignore[return-value]


class AgreementQuerySet(models.QuerySet):
    def with_public_parties(self) -> Self:
        """`parties.all()` gives those everybody may see; a draft is named nowhere."""
        return self.prefetch_related(models.Prefetch("parties", Organisation.objects.published()))


class Agreement(Sourced):
    """Something parties signed."""

    class Kind(models.TextChoices):
        LETTER_OF_INTENT = "letter_of_intent", _("letter of intent")
        MEMORANDUM = "memorandum", _("memorandum")
        JOINT_ACTIVITY = "joint_activity_agreement", _("joint-activity agreement")
        OTHER = "other", _("agreement")

    key = models.SlugField(_("key"), max_length=60, null=True, blank=True, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    title = TranslatedTextField(_("title"), max_length=200)
    signed = PartialDateField(_("signed"), blank=True)
    parties = models.ManyToManyField(
        "directory.Organisation", verbose_name=_("parties"), blank=True, related_name="agreements"
    )
    networks = models.ManyToManyField(Network, verbose_name=_("networks"), blank=True, related_name="agreements")
    parties_in_words = TranslatedTextField(_("parties in words"), blank=True, max_length=300)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-signed", "pk"]

    def __str__(self) -> str:
        return str(self.title)


class Programme(Entry):
    """A programme, project or measure: the directory knows what it is and what sources say of it."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("programme")
        PROJECT = "project", _("project")
        MEASURE = "measure", _("measure")

    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    coordinator = models.ForeignKey(
        "directory.Organisation", verbose_name=_("coordinator"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="coordinated_programmes",
    )  # fmt: skip
    partners = models.ManyToManyField(
        "directory.Organisation", verbose_name=_("partners"), blank=True, related_name="partnered_programmes"
    )
    part_of = models.ForeignKey(
        "self", verbose_name=_("part of"), on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    ended = PartialDateField(_("ended"), blank=True)

    class Meta(Entry.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def get_absolute_url(self) -> str:
        return reverse("programme_detail", args=[self.slug])
