"""Changes to verified facts: proposed by whoever keeps an entry, public once the network's office has accepted them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from klaster.directory.models.base import Entry
from klaster.directory.models.clusters import Cluster
from klaster.directory.models.organisations import Organisation

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SUBJECTS = ("cluster", "organisation")


class ChangeRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """Drafts: who writes them. What was sent: its author, whoever keeps the entry today, the office."""
        if not user.is_authenticated:
            return self.none()
        sent = ~Q(state=ChangeRequest.State.DRAFT)
        if getattr(user, "is_secretariat", False):
            return self.filter(sent | Q(author=user))
        kept = Q(cluster__in=Cluster.objects.kept_by(user).values("pk"))
        kept |= Q(organisation__in=Organisation.objects.kept_by(user).values("pk"))
        return self.filter(Q(author=user) | (sent & kept))

    def about(self, entry: Entry) -> Self:
        return self.filter(**{subject_of(entry): entry})

    def drafts(self) -> Self:
        return self.filter(state=ChangeRequest.State.DRAFT)

    def open(self) -> Self:
        """Sent and not decided: with the office, or back with the author."""
        return self.filter(state__in=ChangeRequest.OPEN)

    def waiting(self) -> Self:
        """What the office has to decide, the longest waiting first."""
        return self.filter(state=ChangeRequest.State.SUBMITTED).order_by("submitted_at", "pk")


class ChangeRequest(models.Model):
    """What one person proposes for one entry: a draft nobody else sees, then a question to the office."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("waits for the office")
        RETURNED = "returned", _("returned to the author")
        ACCEPTED = "accepted", _("accepted")
        PARTLY = "partly_accepted", _("accepted in part")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OPEN = (State.SUBMITTED, State.RETURNED)
    DECIDED = (State.ACCEPTED, State.PARTLY, State.DECLINED)

    cluster = models.ForeignKey(
        Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, null=True, blank=True, related_name="changes"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, null=True, blank=True,
        related_name="changes",
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="changes_proposed",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    rounds = models.PositiveSmallIntegerField(_("times sent"), default=0)
    reason = models.TextField(_("what the office says"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cluster__isnull=True, organisation__isnull=False)
                | Q(cluster__isnull=False, organisation__isnull=True),
                name="change_request_is_about_exactly_one_entry",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at__isnull=True)
                | (~Q(state="draft") & Q(submitted_at__isnull=False)),
                name="change_request_was_sent_unless_it_is_a_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "partly_accepted", "declined"], decided_at__isnull=False)
                | (~Q(state__in=["accepted", "partly_accepted", "declined"]) & Q(decided_at__isnull=True)),
                name="change_request_was_decided_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""), name="change_request_is_declined_for_a_reason"
            ),
            *(
                models.UniqueConstraint(
                    fields=["author", subject], condition=Q(state__in=["submitted", "returned"]),
                    name=f"person_has_one_open_request_for_a_{subject}",
                )
                for subject in SUBJECTS
            ),
            *(
                models.UniqueConstraint(
                    fields=["author", subject], condition=Q(state="draft"),
                    name=f"person_has_one_draft_for_a_{subject}",
                )
                for subject in SUBJECTS
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "submitted_at"], name="change_requests_waiting")]

    def __str__(self) -> str:
        return str(self.subject)

    def get_absolute_url(self) -> str:
        return reverse("change_detail", args=[self.pk])

    @property
    def subject(self) -> Cluster | Organisation:
        """The entry it is about."""
        return self.cluster or self.organisation  # type: ignore[return-value]

    @property
    def told(self) -> list[dict[str, object]]:
        """What its author proposed and wrote, for the author's own data."""
        fields = ("name", "old", "new", "evidence", "note", "answer", "decision")
        return list(self.proposals.values(*fields))

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_waiting(self) -> bool:
        """The office has to decide."""
        return self.state == self.State.SUBMITTED

    @property
    def is_with_author(self) -> bool:
        """The author has to do something before the office does."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)


def subject_of(entry: Entry) -> str:
    """Name of the link to an entry of this kind."""
    return str(entry._meta.model_name)


class ProposedValue(models.Model):
    """One fact of a request: what it was made from, what is proposed, and what was decided about it."""

    class Decision(models.TextChoices):
        NONE = "", _("not decided")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    request = models.ForeignKey(
        ChangeRequest, verbose_name=_("change request"), on_delete=models.CASCADE, related_name="proposals"
    )
    name = models.CharField(_("fact"), max_length=60)
    old = models.JSONField(_("value it was made from"), null=True, blank=True)
    new = models.JSONField(_("proposed value"), null=True, blank=True)
    evidence = models.URLField(_("where it can be read"), max_length=500, blank=True)
    note = models.TextField(_("note for the office"), max_length=1000, blank=True)
    answer = models.TextField(_("what the office says about it"), max_length=1000, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True, default=Decision.NONE)

    class Meta:
        verbose_name = _("proposed value")
        verbose_name_plural = _("proposed values")
        ordering = ["request", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "name"], name="change_request_proposes_a_fact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.name}"
