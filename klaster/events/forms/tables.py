"""Forms of the desk's table of registrations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from klaster.events.forms.registration import AboutForm
from klaster.events.models import Event, Registration


class NoteForm(forms.ModelForm):
    """What only the organiser changes of a registration."""

    class Meta:
        model = Registration
        fields = ["email", "note"]
        widgets = {"note": forms.Textarea({"rows": 3, "maxlength": 500})}
        help_texts = {
            "email": _("Letters about the registration go there."),
            "note": _("Only those who run the event read it."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.person_id:  # letters go to the account
            self.fields["email"].disabled = True
            self.fields["email"].help_text = _("This person has an account: letters go to its address.")

    def _post_clean(self) -> None:
        """The row itself is changed by the action, under its lock."""


class DataForm(AboutForm):
    """A registration as the organiser changes it: any category, and nothing is demanded but the name."""

    about_title, needs_title = _("About the person"), _("What the person needs")

    def __init__(self, *args: Any, event: Event, **kwargs: Any):
        super().__init__(*args, event=event, **kwargs)
        labels = {"is_online": _("Takes part online"), "category": _("Category"), "access_needs": _("Accessibility")}
        for name, field in self.fields.items():
            field.required = name == "name"
            field.label = labels.get(name, field.label)
        if event.categories.exists():
            self.fields["category"] = forms.ModelChoiceField(
                event.categories.all(), label=labels["category"], required=False, empty_label=_("none")
            )
            self.fields["category"].widget.attrs["class"] = "select"
            self.initial.setdefault("category", self.instance.category_id)

    def clean(self) -> dict[str, Any]:
        """Without what `AboutForm` demands of people."""
        return self.cleaned_data
