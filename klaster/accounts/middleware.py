"""What every request of a signed-in person passes: the own time zone, another's eyes, the second factor.

Order matters: after allauth has noted whose session this is, before anything asks what `request.user` may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path
from structlog.contextvars import bind_contextvars

from klaster.accounts import actions, credentials
from klaster.accounts.models import User, Viewing
from klaster.core import errors, languages

Answer = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

SAFE = {"GET", "HEAD", "OPTIONS"}
VIEWING = "viewing"  # in the session: the key of the running view as another person
# Pages that say how a person signs in or what is kept about them stay closed to borrowed eyes.
ACCOUNT_MODULES = ("allauth.", "klaster.accounts.")
OPEN_WHILE_VIEWING = {"view_as_stop", "theme", "what_we_keep", "notices"}
SENT_WHILE_VIEWING = {"view_as_stop", "theme"}  # what they change is of who looks, not of the person
# What somebody of the office without a second factor may open: setting one up, and leaving.
OPEN_WITHOUT_SECOND_FACTOR = {"account_logout", "account_reauthenticate", "what_we_keep", "set_language", "theme"}
# Where there is one that this session has not shown: showing it, and leaving. The password is not enough to remove it.
OPEN_BEFORE_SECOND_FACTOR = {
    "account_logout", "what_we_keep", "set_language", "theme", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
}  # fmt: skip


def has_session(request: HttpRequest) -> bool:
    """Without the cookie nobody is signed in, and not asking keeps the page of a visitor cacheable."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class PersonMiddleware:
    """Shows times in the person's zone, and pages whose address names no language (the office) in theirs."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = request.user  # type: ignore[attr-defined]
        request.view_as = None  # type: ignore[attr-defined]
        if not has_session(request) or not request.user.is_authenticated:
            return self.get_response(request)
        if not get_language_from_path(request.path_info) and request.user.language in languages.codes():
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        with timezone.override(request.user.zone):
            return self.get_response(request)


class ViewAsMiddleware:
    """While the office looks through somebody's eyes, `request.user` is that person and `request.actor` who looks.

    Only reading passes. `request.view_as` is the running Viewing, for the banner.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewing = self._running(request)
        if viewing:
            request.view_as = viewing  # type: ignore[attr-defined]
            bind_contextvars(actor_id=viewing.actor_id, seen_as=viewing.person_id)
            request.user = viewing.person
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        viewing: Viewing | None = request.view_as  # type: ignore[attr-defined]
        if viewing is None:
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in OPEN_WHILE_VIEWING and (request.method in SAFE or name in SENT_WHILE_VIEWING):
            return None
        if request.method not in SAFE or view.__module__.startswith(ACCOUNT_MODULES):
            return errors.page(request, 403, template="accounts/view_as_refused.html")
        return None

    @staticmethod
    def _running(request: HttpRequest) -> Viewing | None:
        """The running view of this session, if its time is not over and both may still what they may."""
        key = request.session.get(VIEWING) if has_session(request) else None
        if key is None:
            return None
        found = Viewing.objects.select_related("actor", "person").filter(pk=key, actor=request.user.pk).first()
        if found and found.is_running and request.user.has_perm("accounts.view_as", found.person):
            return found
        del request.session[VIEWING]
        if found and found.ended_at is None:
            actions.end_viewing(found)
        return None


class SecondFactorMiddleware:
    """Who works for the office proves it with more than a password, or sets that up before anything else.

    `request.asks_second_factor` says that there is one which this session has not shown yet.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.asks_second_factor = False  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        person: User | AnonymousUser = request.actor  # type: ignore[attr-defined]
        if not has_session(request) or not person.is_authenticated or not person.must_have_second_factor:
            return None
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if not person.has_second_factor:
            is_open = name in OPEN_WITHOUT_SECOND_FACTOR or name.startswith("mfa_")
            return None if is_open else redirect("mfa_index")
        if credentials.has_shown_second_factor(request, person):
            return None
        request.asks_second_factor = True  # type: ignore[attr-defined]
        return None if name in OPEN_BEFORE_SECOND_FACTOR else self._ask(request, person)

    @staticmethod
    def _ask(request: HttpRequest, person: User) -> HttpResponse:
        """To the page where it is shown; what was being read is gone on with afterwards, what was sent is not."""
        has_app = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
        url = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
        after = f"?next={quote(request.get_full_path())}" if request.method in SAFE else ""
        return redirect(url + after)
