"""A person's own calendar feed."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEY_SALT = "klaster.events.calendar"


def new_secret() -> str:
    return secrets.token_urlsafe(18)


class CalendarKey(models.Model):
    """What makes the address of a person's feed secret. With a new secret the old address is gone."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="calendar_key"
    )
    secret = models.CharField(_("secret"), max_length=40, default=new_secret)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    keeps_pages = True

    class Meta:
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")
        ordering = ["person"]

    audit_hidden = ("secret",)

    def __str__(self) -> str:
        return f"#{self.person_id}"

    def token(self) -> str:
        """What stands in the address of the feed; made of the secret and signed, so the row alone opens nothing."""
        return signing.Signer(salt=KEY_SALT).sign(f"{self.person_id}.{self.secret}").replace(":", "~")

    @staticmethod
    def of_token(token: str) -> CalendarKey | None:
        """The key whose address this is now; None for an old address, or one we never gave."""
        try:
            pk, _dot, secret = signing.Signer(salt=KEY_SALT).unsign(token.replace("~", ":")).partition(".")
        except signing.BadSignature:
            return None
        return CalendarKey.objects.select_related("person").filter(person=pk, secret=secret).first()
