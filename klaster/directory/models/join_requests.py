"""An organisation asks to become a member of a cluster; the coordinator answers."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from klaster.core import languages
from klaster.directory import legal_codes
from klaster.directory.models.clusters import Cluster
from klaster.directory.models.copies import delete_copies
from klaster.directory.models.merging import Merge
from klaster.directory.models.organisations import Affiliation, Organisation

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


SOON_AFTER, LATE_AFTER = 7, 14  # days that somebody who asks to join has waited


class JoinRequestQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Not answered for good yet."""
        return self.filter(state__in=JoinRequest.OPEN)

    def nobody_answers(self) -> Self:
        """Sent to a cluster that nobody keeps here: the office answers for it."""
        managed = Affiliation.objects.active().filter(
            organisation=OuterRef("cluster__coordinator"), role=Affiliation.Role.MANAGER, person__is_active=True
        )
        return self.filter(~Exists(managed))

    def visible_to(self, user: Reader) -> Self:
        """Who sent it, who keeps the cluster it was sent to, the office."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(sender=user) | Q(cluster__in=Cluster.objects.kept_by(user).values("pk")))

    def numbered(self, pk: int) -> Self:
        """The request of this number, or the one it became when two clusters or organisations were united."""
        found = self.filter(pk=pk)
        return found if found.exists() else self.filter(pk=Merge.objects.row_after(JoinRequest, pk))

    def of_the_firm_of(self, request: JoinRequest) -> Self:
        """Requests to the same cluster that speak of the same organisation, as far as one can tell."""
        same = Q(firm_key=request.firm_key)
        if request.organisation_id:
            same |= Q(organisation=request.organisation_id)
        if request.legal_code:
            same |= Q(country=request.country, legal_code=request.legal_code)
        return self.filter(same, cluster=request.cluster_id)

    def delete(self) -> tuple[int, dict[str, int]]:
        """With the letters and notices about them."""
        with transaction.atomic():
            delete_copies(self.model, self.values_list("pk", flat=True))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class JoinRequest(models.Model):
    """A request to join a cluster, from the first letter to the answer. Forgotten some time after the answer."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the coordinator")
        ASKED = "asked", _("waits for the applicant")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OPEN = (State.WAITING, State.ASKED)

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="join_requests"
    )
    opening = models.ForeignKey(
        "directory.Opening", verbose_name=_("opening"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="join_requests",
    )  # fmt: skip
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sender"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="join_requests",
    )  # fmt: skip
    name = models.CharField(_("your name"), max_length=150)
    email = models.EmailField(_("your e-mail address"), help_text=_("Answers come there; only the cluster sees it."))
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="join_requests",
    )  # fmt: skip
    organisation_name = models.CharField(_("name of the organisation"), max_length=200)
    kind = models.CharField(_("kind"), max_length=25, choices=Organisation.Kind)
    country = CountryField(_("country"))
    legal_code = models.CharField(_("legal-entity code"), max_length=30, blank=True)
    website = models.URLField(_("website"), blank=True)
    body = models.TextField(_("why you want to join"), max_length=4000)
    firm_key = models.CharField(max_length=220, editable=False)
    language = models.CharField(_("language"), max_length=10, default=languages.current)
    once = models.UUIDField(_("form"), default=uuid.uuid4, unique=True, editable=False)  # a form sends one request
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    membership = models.ForeignKey(
        "directory.ClusterMembership", verbose_name=_("membership"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="join_requests",
    )  # fmt: skip
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = JoinRequestQuerySet.as_manager()
    audit_hidden = ("name", "email", "body", "reason")

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        ordering = ["-sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "cluster",
                "firm_key",
                Lower("email"),
                condition=Q(state__in=["waiting", "asked"]),
                name="one_sender_asks_a_cluster_once_for_a_firm",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "asked"], answered_at=None)
                | Q(state__in=["accepted", "declined", "withdrawn"], answered_at__isnull=False),
                name="answered_join_request_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="declined_join_request_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} → {self.cluster}"

    def get_absolute_url(self) -> str:
        """Where the cluster's people answer it."""
        return reverse("join_request", args=[self.cluster.slug, self.pk])

    def clean(self) -> None:
        super().clean()
        self.legal_code = legal_codes.clean(self.legal_code, str(self.country or ""))
        if self.organisation_id is None and not self.organisation_name.strip():
            raise ValidationError({"organisation_name": _("Name the organisation.")})
        self.firm_key = self.key_of_the_firm()

    def key_of_the_firm(self) -> str:
        """The same for two requests of one firm, whatever the quotation marks and capitals."""
        if self.organisation_id:
            return f"organisation {self.organisation_id}"
        if self.legal_code:
            return f"{self.country} {self.legal_code}"
        return " ".join(re.findall(r"\w+", self.organisation_name.lower()))[:200]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def firm_name(self) -> str:
        return str(self.organisation.name) if self.organisation else self.organisation_name

    @property
    def correspondence(self) -> list[str]:
        """What was asked and answered, for whoever asks what is kept of them."""
        return [note.text for note in self.notes.order_by("at", "pk")]


class JoinNote(models.Model):
    """A question of the coordinator about a join request, or the applicant's answer."""

    request = models.ForeignKey(
        JoinRequest, verbose_name=_("join request"), on_delete=models.CASCADE, related_name="notes"
    )
    is_by_applicant = models.BooleanField(_("by the applicant"), default=False)
    text = models.TextField(_("text"), max_length=2000)
    at = models.DateTimeField(_("at"), default=timezone.now)

    audit_hidden = ("text",)

    class Meta:
        verbose_name = _("note on a join request")
        verbose_name_plural = _("notes on join requests")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def audit_text(self) -> str:
        return str(self.request)
