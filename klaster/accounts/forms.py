"""What a person may type about accounts. allauth's forms get our words; what they check stays theirs."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import Any

from allauth.account import forms as account
from allauth.core import context as allauth_context
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from klaster.accounts import actions
from klaster.accounts.models import Invitation, User, Viewing
from klaster.core import topics

EMAIL = _("E-mail address")
PASSWORD = _("Password")
NEW_PASSWORD = _("New password")
AGAIN = _("The new password again")
PASSWORD_RULES = _("At least 12 characters. Three or four words in a row are long and easy to remember.")
CODE = _("Code")
KEY_NAME = _("Name of the key")
KEY_NAME_HELP = _("So that you know it again: “work laptop”, “key on my ring”.")
INVITED = "invitation"  # in the session: the invitation whose link was opened by somebody who now registers


class Worded(forms.Form):
    """Gives fields of a library's form our label and help, and takes placeholders away: a label is always there."""

    words: dict[str, tuple[Any, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]


class LoginForm(Worded, account.LoginForm):
    words = {
        "login": (EMAIL, ""),
        "password": (PASSWORD, ""),
        "remember": (_("Stay signed in on this device"), _("For two weeks. Not on a shared computer.")),
    }


class SignupForm(Worded, account.SignupForm):
    """Registration asks for a name, an address and a password, nothing more. Who was invited has a proven address."""

    field_order = ["name", "email", "password1"]
    words = {
        "email": (EMAIL, _("We send a letter to it; the link in the letter opens your account.")),
        "password1": (PASSWORD, PASSWORD_RULES),
    }

    name = forms.CharField(
        label=_("Name and surname"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        proven = allauth_context.request.session.get("account_verified_email")
        if proven:
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("The invitation came to this address.")
            self.initial["email"] = proven

    def save(self, request: HttpRequest) -> User:
        user: User = super().save(request)
        invitation = Invitation.objects.filter(pk=request.session.pop(INVITED, None)).first()
        if invitation:
            try:
                actions.accept_invitation(invitation, by=user)
            except ValidationError as error:  # the account stands, only what came with it does not
                messages.warning(request, " ".join(error.messages))
        return user


class AddEmailForm(Worded, account.AddEmailForm):
    words = {"email": (_("New e-mail address"), _("We send a letter to it; until you confirm, the present one stays."))}


class ChangePasswordForm(Worded, account.ChangePasswordForm):
    words = {
        "oldpassword": (_("Present password"), ""),
        "password1": (NEW_PASSWORD, PASSWORD_RULES),
        "password2": (AGAIN, ""),
    }


class SetPasswordForm(Worded, account.SetPasswordForm):
    words = {"password1": (NEW_PASSWORD, PASSWORD_RULES), "password2": (AGAIN, "")}


class ResetPasswordForm(Worded, account.ResetPasswordForm):
    words = {"email": (EMAIL, "")}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):
    words = {"password1": (NEW_PASSWORD, PASSWORD_RULES), "password2": (AGAIN, "")}


class ReauthenticateForm(Worded, account.ReauthenticateForm):
    words = {"password": (PASSWORD, "")}


class AuthenticateForm(Worded, mfa.AuthenticateForm):
    words = {"code": (CODE, _("Six digits from your authenticator app, or one of your recovery codes."))}


class ReauthenticateByCodeForm(Worded, mfa.ReauthenticateForm):
    words = {"code": (CODE, _("Six digits from your authenticator app, or one of your recovery codes."))}


class ActivateTOTPForm(Worded, totp.ActivateTOTPForm):
    words = {"code": (CODE, _("The six digits the app shows now."))}


class AddWebAuthnForm(Worded, webauthn.AddWebAuthnForm):
    words = {
        "name": (KEY_NAME, KEY_NAME_HELP),
        "passwordless": (
            _("Sign in with it alone, without a password"),
            _("A passkey: the device asks for your finger, face or PIN."),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs["initial"] = {"passwordless": True, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class EditWebAuthnForm(Worded, webauthn.EditWebAuthnForm):
    words = {"name": (KEY_NAME, KEY_NAME_HELP)}


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to. A form in which everything was unticked comes empty and is still an answer."""
    return request.POST if request.method == "POST" else None


# Parts of the world as zones are named by; "US/Eastern" and the like are old names of zones that are here anyway.
PARTS = {
    "Europe": _("Europe"), "Africa": _("Africa"), "America": _("America"), "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"), "Asia": _("Asia"), "Atlantic": _("Atlantic Ocean"), "Australia": _("Australia"),
    "Indian": _("Indian Ocean"), "Pacific": _("Pacific Ocean"),
}  # fmt: skip


def time_zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Every zone by its place, under its part of the world; the network's own before all."""
    places: dict[str, list[tuple[str, str]]] = {part: [] for part in PARTS}
    for zone in sorted(zoneinfo.available_timezones()):
        part, _slash, place = zone.partition("/")
        if place and part in PARTS:
            places[part].append((zone, ", ".join(reversed(place.replace("_", " ").split("/")))))
    own = settings.TIME_ZONE
    first = (own, own.rpartition("/")[2].replace("_", " "))
    return [first] + [(str(PARTS[part]), [pair for pair in named if pair[0] != own]) for part, named in places.items()]


class SettingsForm(forms.ModelForm):
    """Name, language and time zone."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Letters and notices come in it.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Times of events and notices are shown in it.")
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True


class ChannelsForm(forms.Form):
    """For each topic, whether it comes to the site, by mail, or both."""

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for topic in topics.every():
            field = forms.MultipleChoiceField(
                label=topic.name,
                choices=[(topics.SITE, _("On the site")), (topics.MAIL, _("By e-mail"))],
                widget=forms.CheckboxSelectMultiple,
                initial=sorted(person.channels(topic)),
                required=False,
            )
            field.is_fixed = not topic.optional  # type: ignore[attr-defined]  the site tells it in any case
            self.fields[topic.code] = field

    @property
    def chosen(self) -> dict[str, list[str]]:
        """Topic code → channels, as the person row keeps them."""
        return {code: sorted(self.cleaned_data[code]) for code in self.fields}


class PeopleFilter(forms.Form):
    """What the office looks for among people."""

    WHO = [
        ("", _("Everybody")),
        ("secretariat", _("The office")),
        ("closed", _("Closed accounts")),
    ]

    q = forms.CharField(label=_("Name or address"), required=False, max_length=100)
    who = forms.ChoiceField(label=_("Show"), choices=WHO, required=False)


class InviteSecretaryForm(forms.ModelForm):
    """A colleague to be: name, address, language of the letter, a word of one's own."""

    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("The letter is written in it.")
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    class Meta:
        model = Invitation
        fields = ["name", "email", "language", "message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"message": _("It stands in the letter as a quotation.")}


class ViewingForm(forms.ModelForm):
    """Why the office wants to see the site as somebody does."""

    class Meta:
        model = Viewing
        fields = ["reason"]
        help_texts = {
            "reason": _(
                "The person can read it. It is kept for ever and cannot be changed: write no more about people than is "
                "needed. For instance: “asked by phone why the form does not show”."
            )
        }


class ReasonForm(forms.Form):
    """Why an account is closed; stays in the audit."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It is kept for ever and cannot be changed: write no more about people than is needed."),
    )


class EraseForm(forms.Form):
    """A last question before everything is gone."""

    sure = forms.BooleanField(label=_("Yes, erase my account and my data"))
