"""From interest in a posting to a conversation and what came of it; and requests that a coordinator brokers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking.models.board import Posting, acted_for
from klaster.matchmaking.models.words import Tagged

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class InterestState(models.TextChoices):
    SENT = "sent", _("waits for an answer")
    INTRODUCED = "introduced", _("introduced")
    TALKED = "talked", _("they have talked")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class InterestQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """Those one sent, those about postings one answers for; the office all."""
        if getattr(user, "is_secretariat", False):
            return self
        return self.sent_by(user) | self.received_by(user)

    def sent_by(self, user: Reader) -> Self:
        """One's own, and those colleagues sent for an organisation one manages; of none one no longer acts for."""
        if not user.is_authenticated:
            return self.none()
        managed = Organisation.objects.managed_by(user).values("pk")
        return self.filter(Q(person=user, organisation__in=acted_for(user)) | Q(organisation__in=managed))

    def received_by(self, user: Reader) -> Self:
        return self.filter(posting__in=Posting.objects.spoken_for_by(user).values("pk"))

    def live(self) -> Self:
        return self.exclude(state__in=[InterestState.DECLINED, InterestState.WITHDRAWN])


class Interest(models.Model):
    """An organisation answers a posting. Addresses are exchanged when the other side agrees, not before."""

    State = InterestState

    posting = models.ForeignKey(Posting, verbose_name=_("posting"), on_delete=models.CASCADE, related_name="interests")
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="interests"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.SET_NULL, null=True,
        related_name="interests",
    )  # fmt: skip
    message = models.TextField(_("message"), max_length=2000)
    state = models.CharField(_("state"), max_length=10, choices=InterestState, default=InterestState.SENT)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    talked_at = models.DateField(_("talked on"), null=True, blank=True)

    objects = InterestQuerySet.as_manager()
    keeps_pages = True
    audit_hidden = ("message", "reason")

    class Meta:
        verbose_name = _("expression of interest")
        verbose_name_plural = _("expressions of interest")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["posting", "organisation"], condition=~Q(state__in=["declined", "withdrawn"]),
                name="interest_is_expressed_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.organisation} – {self.posting}"

    def get_absolute_url(self) -> str:
        return reverse("interest_detail", args=[self.pk])


class BrokeredState(models.TextChoices):
    OPEN = "open", _("nobody has taken it yet")
    TAKEN = "taken", _("partners are looked for")
    CLOSED = "closed", pgettext_lazy("brokered request", "closed")


class BrokeredRequestQuerySet(models.QuerySet):
    def worked_on_by(self, user: Reader) -> Self:
        """The office all; coordinators those that nobody has taken, and their own."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated or not Cluster.objects.kept_by(user).exists():
            return self.none()
        return self.filter(Q(state=BrokeredState.OPEN) | Q(taken_by=user))

    def visible_to(self, user: Reader) -> Self:
        """Whoever wrote one reads on how it goes."""
        if not user.is_authenticated:
            return self.none()
        return self.worked_on_by(user) | self.filter(created_by=user)

    def real(self) -> Self:
        return self.filter(is_invented=False)

    def addresses_kept_long_enough(self) -> Self:
        """Closed a year ago, and still saying whom one could talk to."""
        over = timezone.now() - datetime.timedelta(days=365)
        return self.filter(closed_at__lt=over).exclude(asker_contact="", asker_email="")


class BrokeredRequest(Tagged):
    """What a firm asked a person for ("a dairy specialist for a firm in Austria"), followed to its end."""

    State = BrokeredState

    title = models.CharField(_("who or what is sought"), max_length=150)
    text = models.TextField(_("what exactly"), max_length=3000)
    asker = models.CharField(_("who asks"), max_length=200, help_text=_("A firm or a body, here or abroad."))
    asker_country = CountryField(_("country"))
    asker_contact = models.CharField(_("person to talk to"), max_length=150, blank=True)
    asker_email = models.EmailField(_("e-mail address"), blank=True)
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("if it is in the directory"), on_delete=models.SET_NULL, null=True,
        blank=True, related_name="brokered_requests",
    )  # fmt: skip
    came_by = models.CharField(_("how it came"), max_length=200, blank=True, help_text=_("A sister network, a call."))
    state = models.CharField(_("state"), max_length=10, choices=BrokeredState, default=BrokeredState.OPEN)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="brokered_requests",
    )  # fmt: skip
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    is_invented = models.BooleanField(_("invented"), default=False)
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = BrokeredRequestQuerySet.as_manager()
    keeps_pages = True
    audit_hidden = ("asker_contact", "asker_email")

    class Meta:
        verbose_name = _("brokered request")
        verbose_name_plural = _("brokered requests")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(taken_at__isnull=False), name="taken_request_says_since_when"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("brokered_detail", args=[self.pk])


class Candidate(models.Model):
    """An organisation or a cluster thought of for a brokered request."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ASKED = "asked", _("asked")
        INTRODUCED = "introduced", _("introduced")
        DECLINED = "declined", _("does not want")
        DROPPED = "dropped", _("does not fit")

    request = models.ForeignKey(
        BrokeredRequest, verbose_name=_("request"), on_delete=models.CASCADE, related_name="candidates"
    )
    organisation = models.ForeignKey(
        "directory.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    cluster = models.ForeignKey(
        "directory.Cluster", verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    reason = models.TextField(_("why it was thought of"), max_length=1000, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("candidate for a brokered request")
        verbose_name_plural = _("candidates for brokered requests")
        ordering = ["request", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, cluster__isnull=True)
                | Q(organisation__isnull=True, cluster__isnull=False),
                name="candidate_is_an_organisation_or_a_cluster",
            ),
            models.UniqueConstraint(
                fields=["request", "organisation", "cluster"], nulls_distinct=False, name="candidate_is_named_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.cluster or self.organisation)

    @property
    def who(self) -> Organisation | Cluster | None:
        return self.cluster or self.organisation


class LedgerEntry(models.Model):
    """What was done for a brokered request, day by day: what programmes later count as support given."""

    class Kind(models.TextChoices):
        TAKEN = "taken", _("taken")
        HANDED_BACK = "handed_back", _("handed back")
        PROPOSED = "proposed", _("candidate proposed")
        ASKED = "asked", _("candidate asked")
        INTRODUCED = "introduced", _("introduced to each other")
        DECLINED = "declined", _("candidate declined")
        TALKED = "talked", _("they have talked")
        NOTE = "note", _("note")
        CLOSED = "closed", pgettext_lazy("brokered request", "closed")

    request = models.ForeignKey(
        BrokeredRequest, verbose_name=_("request"), on_delete=models.CASCADE, related_name="ledger"
    )
    candidate = models.ForeignKey(
        Candidate, verbose_name=_("candidate"), on_delete=models.SET_NULL, null=True, blank=True, related_name="ledger"
    )
    kind = models.CharField(_("what was done"), max_length=12, choices=Kind)
    text = models.TextField(_("note"), max_length=2000, blank=True)
    day = models.DateField(_("day"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(_("written down"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("entry of a ledger")
        verbose_name_plural = _("entries of ledgers")
        ordering = ["request", "day", "pk"]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"
