"""What people say of a meeting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from klaster.matchmaking.models import MeetingSide, Outcome

capfirst_lazy = lazy(capfirst, str)


OUTCOMES = [(value, capfirst_lazy(label)) for value, label in Outcome.Kind.choices]
DID_MEET = [(MeetingSide.Held.YES, _("Yes")), (MeetingSide.Held.NO, _("No")),
            (MeetingSide.Held.ABSENT, _("The others did not come"))]  # fmt: skip


class ReportForm(forms.Form):
    """What one side says of its meeting."""

    held = forms.ChoiceField(
        label=_("Did you meet?"), choices=DID_MEET, widget=forms.RadioSelect,
    )  # fmt: skip
    rating = forms.TypedChoiceField(
        label=_("How useful was it?"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=[(5, _("5 – very")), (4, "4"), (3, "3"), (2, "2"), (1, _("1 – not at all"))],
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label=_("What comes of it?"), required=False, widget=forms.RadioSelect, choices=OUTCOMES
    )
    note = forms.CharField(
        label=_("Note for yourself"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nobody else sees it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("held") and given["held"] != MeetingSide.Held.YES:
            given |= {"rating": None, "outcome": ""}
        return given
