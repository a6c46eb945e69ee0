"""What an organiser writes in letters, and whom they are for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries as countries_by_name

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.directory.models import Organisation
from klaster.events import letter_texts, recipients
from klaster.events.merge_fields import refuse_unknown
from klaster.events.models import (
    Event,
    LetterSettings,
    LetterText,
    Mailing,
    Question,
    RegistrationState,
)

MANY = 12  # choices; more than these are a list one scrolls in
# An invitation goes to somebody who is not registered for the event: there is no registration to link to.
OF_INVITATIONS = ("name", "event", "when", "place", "page", "organiser")


def tall(field: forms.Field) -> None:
    for widget in field.widget.widgets:  # type: ignore[attr-defined]
        widget.attrs["rows"] = 14


class LetterTextForm(forms.ModelForm):
    class Meta:
        model = LetterText
        fields = ["subject", "text"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        tall(self.fields["text"])


class DaysField(forms.CharField):
    """Whole numbers, parted by commas: "7, 1"."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        parts = [part.strip() for part in str(value or "").replace(";", ",").split(",") if part.strip()]
        if not all(part.isascii() and part.isdecimal() and 1 <= int(part[:4]) <= 90 for part in parts):
            raise ValidationError(_("Write whole numbers of days from 1 to 90, with commas between them: 7, 1."))
        if len(parts) > 5:
            raise ValidationError(_("At most five reminders."))
        return sorted({int(part) for part in parts}, reverse=True)


class SettingsForm(forms.ModelForm):
    reminder_days = DaysField(
        label=gettext_lazy("Reminders: how many days before"),
        required=False,
        help_text=gettext_lazy("They go out at nine in the morning where the event is. Empty: no reminders."),
    )

    class Meta:
        model = LetterSettings
        fields = ["reminder_days", "sends_thanks", "invitation_consent"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        consents = Question.objects.filter(event=self.instance.event, kind=Question.Kind.CONSENT)
        if self.instance.event.series_id is None or not consents.exists():
            del self.fields["invitation_consent"]
        else:
            self.fields["invitation_consent"].queryset = consents  # type: ignore[attr-defined]


class MailingForm(forms.ModelForm):
    class Meta:
        model = Mailing
        fields = ["subject", "text"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        tall(self.fields["text"])
        if self.instance.kind == Mailing.Kind.PARTICIPANTS:
            for name, field in criteria_fields(self.instance.event).items():
                field.initial = self.instance.criteria.get(name) or field.initial
                self.fields[name] = field
        elif not self.instance.subject:
            self.initial = {
                "subject": Translated.of(letter_texts.INVITATION_SUBJECT),
                "text": Translated.of(letter_texts.INVITATION),
            }

    @property
    def words(self) -> list[forms.BoundField]:
        return [self["subject"], self["text"]]

    @property
    def criteria(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in ("subject", "text")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.kind == Mailing.Kind.INVITATION:
            for name in ("subject", "text"):
                try:
                    for words in (data.get(name) or Translated()).values():
                        refuse_unknown(words, OF_INVITATIONS)
                except ValidationError as error:
                    self.add_error(name, error)
        else:
            self.instance.criteria = {name: data[name] for name in CRITERIA if data.get(name)}
        return data


CRITERIA = ("state", "category", "country", "organisation", "session", "presence")


def criteria_fields(event: Event) -> dict[str, forms.Field]:
    """What one can choose by, as far as there is something to choose."""
    rows = event.registrations.all()
    states = [(state.value, state.label) for state in RegistrationState]
    fields: dict[str, forms.Field] = {
        "state": several(_("Who gets it"), states, [RegistrationState.CONFIRMED.value], required=True)
    }
    categories = [(category.pk, str(category)) for category in event.categories.all()]
    codes = rows.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    countries = [(code, countries_by_name.name(code)) for code in codes]
    there = Organisation.objects.filter(pk__in=rows.values("organisation"))
    organisations = [(organisation.pk, str(organisation)) for organisation in there]
    sessions = [(session.pk, str(session)) for session in event.sessions.filter(capacity__isnull=False).in_order()]
    for name, label, choices in (
        ("category", _("Category"), categories),
        ("country", _("Country"), by_name(countries)),
        ("organisation", _("Organisation"), by_name(organisations)),
        ("session", _("Have a place in a session"), sessions),
    ):
        if len(choices) > (0 if name == "session" else 1):
            fields[name] = several(label, choices)
    if recipients.who_came().filter(registration__event=event).exists():
        presence = [("", _("all")), (recipients.HERE, _("was here")), (recipients.AWAY, _("was not here"))]
        fields["presence"] = forms.ChoiceField(
            label=_("At the door"), choices=presence, required=False, widget=forms.RadioSelect, initial=""
        )
    return fields


def by_name(choices: list[Any]) -> list[Any]:
    return languages.in_order(choices, lambda choice: str(choice[1]))


def several(label: str, choices: list[Any], initial: Any = None, *, required: bool = False) -> forms.Field:
    widget = forms.CheckboxSelectMultiple if len(choices) <= MANY else forms.SelectMultiple
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, required=required, widget=widget, initial=initial,
        coerce=int if isinstance(choices[0][0], int) else str,
        help_text="" if required else _("Nothing chosen: all of them."),
    )  # fmt: skip
