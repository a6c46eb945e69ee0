"""Taking somebody into the team of an event."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from klaster.accounts.forms import InviteSecretaryForm
from klaster.events.models import TeamMember


class TeamForm(InviteSecretaryForm):
    """Who has an account needs the address only; the rest goes into the letter to who has none."""

    role = forms.ChoiceField(
        label=_("Role"), choices=TeamMember.Role.choices, widget=forms.RadioSelect, initial=TeamMember.Role.DOOR
    )
    field_order = ["email", "role", "name", "language", "message"]
