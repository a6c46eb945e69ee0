"""Any change of how a person signs in ends the sessions begun before it, except the one it was made in.

A changed password does so by itself (Django keeps its hash in the session). A second factor and an address do not: who
signed in elsewhere with a stolen password would stay in after the owner has added a key, and pass for proven by it.

The signals come after the commit, or not at all if the process dies: so the office is asked at each request what this
very session has shown (`has_shown_second_factor`), not only what the person owns.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.http import HttpRequest

from klaster.accounts import actions
from klaster.accounts.models import User


def has_shown_second_factor(request: HttpRequest, person: User) -> bool:
    """Whether this session was opened with a second factor the person still has, or has set one up itself."""
    owned = set(Authenticator.objects.filter(user=person).values_list("pk", flat=True))
    shown = get_authentication_records(request, person)
    return any(record["method"] == "mfa" and record.get("id") in owned for record in shown)


def note_second_factor(
    request: HttpRequest | None, user: User, authenticator: Authenticator | None = None, **kwargs: Any
) -> None:
    """Whoever has set one up here need not show it here again."""
    is_factor = authenticator is not None and authenticator.type != Authenticator.Type.RECOVERY_CODES
    if is_factor and request is not None and hasattr(request, "session"):
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)  # type: ignore[union-attr]


def end_other_sessions(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    here = request.session.session_key if request is not None and hasattr(request, "session") else None
    actions.end_sessions(user, by=user, keep=here or "")


def listen() -> None:
    """Called once. These are the library's signals: it has no other place to ask us."""
    for signal in (authenticator_added, authenticator_removed, authenticator_reset, email_changed):
        signal.connect(end_other_sessions, dispatch_uid="accounts.end_other_sessions")
    authenticator_added.connect(note_second_factor, dispatch_uid="accounts.note_second_factor")
