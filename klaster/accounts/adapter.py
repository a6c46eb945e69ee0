"""Where allauth asks us: words, letters, where to go after signing in, how secrets are stored."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import translate_url
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core import languages, letters


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is already your address."),
        "email_password_mismatch": _("The address or the password is not right."),
        "email_taken": _("Somebody is registered with this address."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("The code is not right or has run out."),
        "incorrect_password": _("The password is not right."),
        "invalid_or_expired_key": _("The link is not right or has run out."),
        "invalid_password_reset": _("The link is not right or was used before."),
        "too_many_login_attempts": _("Too many attempts failed. Try again in a few minutes."),
        "rate_limited": _("Too many requests. Try again in a few minutes."),
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """The name is asked for at registration; the language is the one the person reads now."""
        user.name = form.cleaned_data["name"]
        user.language = languages.current()
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The front page in the language of the page one signed in on; the account's is for letters."""
        return f"/{languages.current()}/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return f"/{languages.current()}/"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whom it goes to, if we know; known and unknown addresses take the same way."""
        known = User.objects.filter(email__iexact=email).values_list("language", flat=True).first()
        here = languages.current()
        language = known if known in languages.codes() else here
        values = {k: self._in(language, value) if k.endswith("_url") else value for k, value in context.items()}
        values |= {"email": email, "site_name": settings.WAGTAIL_SITE_NAME, "site_url": settings.SITE_URL}
        with override(language):
            subject = render_to_string(f"{template_prefix}_subject.txt", values)
            body = render_to_string(f"{template_prefix}_message.txt", values)
            letters.write_account_letter(email, subject, body, purpose=template_prefix.rpartition("/")[2])

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to show once more who one is, in our words."""
        words = {
            "reauthenticate": _("Use the password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use passkey or key"),
        }
        ways = super().get_reauthentication_methods(user)
        if getattr(allauth_context.request, "asks_second_factor", False):
            ways = [way for way in ways if way["id"] != "reauthenticate"]  # the password was shown already
        return [{**way, "description": words[way["id"]]} for way in ways]

    @staticmethod
    def _in(language: str, url: str) -> str:
        """The same page in another language, on the host of SITE_URL whatever host the request claimed."""
        return settings.SITE_URL + translate_url(urlsplit(url).path, language)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right or has run out."),
        "unverified_email": _("First confirm your address: open the link in the letter we sent you."),
    }

    def encrypt(self, text: str) -> str:
        """Secrets of authenticator apps and recovery codes are unreadable in a stolen copy of the database."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return self._cipher().decrypt(encrypted_text.encode()).decode()

    @staticmethod
    def _cipher() -> MultiFernet:
        """The first key writes, all read: SECRET_KEY can be changed while the old one is in SECRET_KEY_FALLBACKS."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return MultiFernet(
            [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor {key}".encode()).digest())) for key in keys]
        )

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What the field proposes; people write "work laptop" over it, or do not."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {
            "id": allauth_context.request.get_host().partition(":")[0],
            "name": settings.WAGTAIL_SITE_NAME,
        }
