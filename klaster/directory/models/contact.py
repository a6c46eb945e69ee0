"""Messages that visitors send through the site, so that no address need be published."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from klaster.core import languages
from klaster.directory.models.clusters import Cluster
from klaster.directory.models.copies import delete_copies

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader


class ContactMessageQuerySet(models.QuerySet):
    def visible_to(self, user: Reader) -> Self:
        """Whoever wrote it, the coordinator it was written to, the office."""
        if getattr(user, "is_secretariat", False):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(sender=user) | Q(cluster__in=Cluster.objects.kept_by(user).values("pk")))

    def delete(self) -> tuple[int, dict[str, int]]:
        """With their copies: the letters that carried them and the notices that named who wrote."""
        with transaction.atomic():
            delete_copies(self.model, self.values_list("pk", flat=True))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class ContactMessage(models.Model):
    """What somebody wrote to a cluster's coordinator. Kept for a year, then deleted."""

    keeps_pages = True  # nobody else ever sees it
    cluster = models.ForeignKey(Cluster, verbose_name=_("cluster"), on_delete=models.CASCADE, related_name="messages")
    opening = models.ForeignKey(
        "directory.Opening", verbose_name=_("opening"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="messages",
    )  # fmt: skip
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sender"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="contact_messages",
    )  # fmt: skip
    name = models.CharField(_("your name"), max_length=150)
    email = models.EmailField(_("your e-mail address"), help_text=_("The answer comes there; nobody else sees it."))
    organisation = models.CharField(_("your organisation"), max_length=200, blank=True)
    body = models.TextField(_("message"), max_length=4000)
    language = models.CharField(_("language"), max_length=10, default=languages.current)
    once = models.UUIDField(_("form"), default=uuid.uuid4, unique=True, editable=False)  # a form sends one message
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    objects = ContactMessageQuerySet.as_manager()
    audit_hidden = ("name", "email", "organisation", "body")

    class Meta:
        verbose_name = _("message to a coordinator")
        verbose_name_plural = _("messages to coordinators")
        ordering = ["-sent_at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} – {self.cluster}"

    @property
    def audit_text(self) -> str:
        """What the audit calls it: without the writer's name."""
        return str(self.cluster)
