"""What people type about interest in a posting, and about what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from klaster.core.forms import DateInput
from klaster.directory.models import Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking.models import Outcome

SHORTEST = 20


class InterestForm(forms.Form):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("For which organisation"), empty_label=None
    )
    message = forms.CharField(
        label=gettext_lazy("Message"), min_length=SHORTEST, max_length=2000, widget=forms.Textarea({"rows": 7}),
        help_text=gettext_lazy(
            "Who you are, what of it interests you, what you propose. Only those behind the posting and the network's "
            "office read it."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = organisations
        field.initial = organisations.first()


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("They read it. A sentence is kinder than none."),
    )  # fmt: skip


class TalkedForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("When did you talk"), widget=DateInput, initial=today)


def kinds() -> list[tuple[str, str]]:
    return [(value, capfirst(label)) for value, label in Outcome.Kind.choices]


class OutcomeForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What came of it"), choices=kinds, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("In a sentence"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The network's office reads it; nothing of it is public."),
    )  # fmt: skip
