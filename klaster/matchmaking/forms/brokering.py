"""What coordinators and the office write down about a brokered request."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import languages
from klaster.core.forms import DateInput
from klaster.directory.careful_forms import VersionedForm
from klaster.directory.edit_forms import language_choices
from klaster.directory.models import Organisation, Sector
from klaster.directory.models.organisations import today
from klaster.events.forms.fields import OneName
from klaster.matchmaking.forms.board import OwnerByName
from klaster.matchmaking.forms.interests import kinds as outcome_kinds
from klaster.matchmaking.models import BrokeredRequest, Candidate, LedgerEntry, Outcome, Side, Technology

SIDES = [
    (Side.NEED, gettext_lazy("They are looking for something")),
    (Side.OFFER, gettext_lazy("They offer something")),
]
NOTES = (LedgerEntry.Kind.NOTE, LedgerEntry.Kind.TALKED)


class BrokeredForm(VersionedForm):
    once = forms.UUIDField(widget=forms.HiddenInput, required=False)
    side = forms.ChoiceField(label=gettext_lazy("What it is"), choices=SIDES, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=gettext_lazy("Language of the text"))
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    technologies = forms.MultipleChoiceField(
        label=gettext_lazy("Technologies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    organisation = OneName(Organisation.objects.all(), label=gettext_lazy("If it is in the directory"), required=False)

    class Meta:
        model = BrokeredRequest
        fields = (
            "side", "title", "text", "language", "asker", "asker_country", "asker_contact", "asker_email",
            "organisation", "came_by", "sectors", "technologies",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [(code, capfirst(name)) for code, name in language_choices()]
        fields["sectors"].choices = [(sector.code, str(sector)) for sector in Sector.objects.by_name()]
        fields["technologies"].choices = [(row.code, str(row)) for row in Technology.objects.by_name()]
        if self.instance.pk:
            del self.fields["once"]
        else:
            self.initial |= {"once": str(uuid.uuid4()), "language": languages.current(), "side": Side.NEED}
        self.ready()

    def compared(self) -> list[str]:
        return [name for name in super().compared() if name != "once"]

    def _post_clean(self) -> None:
        """The action fills the row and checks it."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


class DayField(forms.DateField):
    """A day that has come: what was done stands in the ledger by its own day, not by that of writing it down."""

    def __init__(self, **kwargs: Any):
        kwargs = {"label": gettext_lazy("Day"), "widget": DateInput, "initial": today, "required": False} | kwargs
        super().__init__(**kwargs)

    def clean(self, value: Any) -> datetime.date:
        day = super().clean(value) or today()
        if day > today():
            raise ValidationError(_("This day is still to come."))
        return day


class LedgerForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What was done"), widget=forms.RadioSelect, initial=NOTES[0])
    day = DayField()
    text = forms.CharField(label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, capfirst(kind.label)) for kind in NOTES]  # type: ignore[attr-defined]


class CandidateForm(forms.Form):
    who = OwnerByName(
        label=gettext_lazy("Organisation or cluster"),
        help_text=gettext_lazy("The name, the abbreviation, or the last part of the address."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=1000, required=False)


class MoveForm(forms.Form):
    day = DayField()
    text = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    with_letters = forms.BooleanField(label=gettext_lazy("Write to both with each other's address"), required=False)


class CloseForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What came of it"), choices=outcome_kinds, widget=forms.RadioSelect)
    candidate = forms.ModelChoiceField(
        Candidate.objects.none(), label=gettext_lazy("With whom"), required=False, empty_label="–"
    )
    note = forms.CharField(
        label=gettext_lazy("In a sentence"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, request: BrokeredRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["candidate"]
        rows = request.candidates.filter(state=Candidate.State.INTRODUCED)
        field.queryset = rows.select_related("organisation", "cluster")
        self.initial.setdefault("kind", Outcome.Kind.NOTHING)
