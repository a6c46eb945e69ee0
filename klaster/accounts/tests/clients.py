"""Browsers of tests."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from klaster.accounts.models import User


class ProvenClient(Client):
    """Who has a second factor has proven it here, as at a real sign-in."""

    def force_login(self, user: User, backend: str | None = None) -> None:  # type: ignore[override]
        super().force_login(user, backend)
        request = HttpRequest()
        request.session = self.session
        for key in user.authenticator_set.all():
            record_authentication(request, user, "mfa", id=key.pk, type=key.type)
        request.session.save()
