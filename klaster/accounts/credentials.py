"""Any change of how a person signs in ends the sessions begun before it, except the one it was made in.

A changed password does so by itself (Django keeps its hash in the session). A second factor and an address do not: who
signed in elsewhere with a stolen password would stay in after the owner has added a key, and pass for proven by it.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest

from klaster.accounts import actions
from klaster.accounts.models import User


def end_other_sessions(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    here = request.session.session_key if request is not None and hasattr(request, "session") else None
    actions.end_sessions(user, by=user, keep=here or "")


def listen() -> None:
    """Called once. These are the library's signals: it has no other place to ask us."""
    for signal in (authenticator_added, authenticator_removed, authenticator_reset, email_changed):
        signal.connect(end_other_sessions, dispatch_uid="accounts.end_other_sessions")
