"""Forms that invite people: a colleague, or somebody of a firm that shall join."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries.fields import CountryField

from klaster.accounts.models import Invitation
from klaster.core import languages
from klaster.directory import legal_codes
from klaster.directory.models import Affiliation, ClusterMembership, Organisation


class InviteForm(forms.ModelForm):
    """Whom to write to, in which language, with a word of one's own."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        initial=languages.current,
        help_text=gettext_lazy("The letter is written in it."),
    )
    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    class Meta:
        model = Invitation
        fields = ["email", "name", "language", "message"]
        widgets = {"message": forms.Textarea({"rows": 4})}
        help_texts = {"message": gettext_lazy("It stands in the letter as a quotation.")}


class InviteColleagueForm(InviteForm):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Affiliation.Role.choices,
        initial=Affiliation.Role.REPRESENTATIVE,
        help_text=gettext_lazy(
            "A manager edits the organisation's data and, if it coordinates a cluster, the cluster."
        ),
    )

    def __init__(self, *args: Any, may_choose: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not may_choose:
            self.fields["role"].initial = Affiliation.Role.MANAGER
            self.fields["role"].disabled = True
            self.fields["role"].help_text = _("Nobody manages this organisation here yet: invite its first manager.")


class InviteMemberForm(InviteForm):
    organisation_name = forms.CharField(label=gettext_lazy("Name of the organisation"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Organisation.Kind.choices)
    country = CountryField().formfield(label=gettext_lazy("Country"))
    legal_code = forms.CharField(label=gettext_lazy("Legal-entity code"), max_length=30, required=False)
    membership = forms.ChoiceField(
        label=gettext_lazy("Joins as"), choices=ClusterMembership.Kind.choices, initial=ClusterMembership.Kind.MEMBER
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("Choose")), *Organisation.Kind.choices]

    field_order = [
        "organisation_name", "kind", "country", "legal_code", "membership", "email", "name", "language", "message",
    ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("legal_code"):
            try:
                cleaned["legal_code"] = legal_codes.clean(cleaned["legal_code"], str(cleaned.get("country") or ""))
            except forms.ValidationError as error:
                self.add_error("legal_code", error.error_dict["legal_code"])
        return cleaned

    def firm(self) -> dict[str, str]:
        given = self.cleaned_data
        return {
            "name": given["organisation_name"],
            "kind": given["kind"],
            "country": str(given["country"]),
            "legal_code": given["legal_code"],
            "membership": given["membership"],
            "language": languages.current(),
        }

    def letter(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("email", "name", "message", "language", "once")}
