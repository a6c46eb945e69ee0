"""What people type after an event: certificates, survey, pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaster.core import languages, uploads
from klaster.core.fields import Translated, TranslatedFormField
from klaster.core.forms import DateInput
from klaster.directory.models.organisations import today
from klaster.events.models import Photo, Survey, SurveyQuestion


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the certificate"), max_length=20, help_text=_("Ten letters and digits, beside the QR code.")
    )

    def clean_code(self) -> str:
        return "".join(c for c in self.cleaned_data["code"].upper() if c.isalnum())


class HolderForm(forms.Form):
    name = forms.CharField(label=_("Name and surname as on the certificate"), max_length=150)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Everybody who checks the certificate reads it: name nobody.")
    )
    again = forms.BooleanField(
        label=_("Issue a new one with what is known today"), required=False,
        help_text=_("For example with the name written right."),
    )  # fmt: skip


class PhotoForm(forms.ModelForm):
    picture = uploads.PictureField(label=_("Picture"))

    class Meta:
        model = Photo
        fields = ["picture", "alt", "credit", "consent"]


class PhotoTextForm(forms.ModelForm):
    class Meta:
        model = Photo
        fields = ["alt", "credit", "consent"]


# --- survey -----------------------------------------------------------------------------------------------------------
class SurveyForm(forms.ModelForm):
    class Meta:
        model = Survey
        fields = ["intro", "rates_sessions"]


class OpenForm(forms.Form):
    closes_on = forms.DateField(
        label=_("Open until"), widget=DateInput(),
        help_text=_("The whole of that day. Results are seen on the day after."),
    )  # fmt: skip

    def clean_closes_on(self) -> Any:
        day = self.cleaned_data["closes_on"]
        if day < today():
            raise ValidationError(_("This day is over."))
        return day


class QuestionForm(forms.ModelForm):
    options = TranslatedFormField(
        label=_("Answers to choose from"), multiline=True, required=False,
        help_text=_("One a line, as many lines in every language. Only for “one of a list”."),
    )  # fmt: skip

    class Meta:
        model = SurveyQuestion
        fields = ["label", "kind", "low", "high", "options"]
        widgets = {"kind": forms.RadioSelect}
        help_texts = {"low": _("Only for “one to five”.")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = SurveyQuestion.Kind.choices  # type: ignore[attr-defined]
        options = self.instance.options
        self.initial["options"] = {
            code: "\n".join(option.get(code, "") for option in options) for code in languages.codes()
        }

    def clean_options(self) -> list[dict[str, str]]:
        lines = {
            code: [line.strip() for line in text.splitlines() if line.strip()]
            for code, text in self.cleaned_data["options"].items()
        }
        if len({len(each) for each in lines.values()}) > 1:
            raise ValidationError(_("The languages have different numbers of lines."))
        return [Translated(zip(lines, texts, strict=True)) for texts in zip(*lines.values(), strict=True)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == SurveyQuestion.Kind.CHOICE and "options" in data:
            if not 2 <= len(data["options"]) <= 20:
                self.add_error("options", _("Write two to twenty answers, one a line."))
        elif "options" in data:
            data["options"] = []
        if data.get("kind") != SurveyQuestion.Kind.SCALE:
            data["low"] = data["high"] = Translated()
        return data


class AnswerForm(forms.Form):
    """The survey as people answer it. Nothing must be answered, but something."""

    def __init__(self, questions: list[SurveyQuestion], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"q{question.pk}"] = self.field_for(question)

    @staticmethod
    def field_for(question: SurveyQuestion) -> forms.Field:
        if question.kind == question.Kind.TEXT:
            help_text = _("Leave out what tells who you are, unless you want it known.")
            return forms.CharField(
                label=question.label, required=False, max_length=2000, widget=forms.Textarea({"rows": 4}),
                help_text=help_text,
            )  # fmt: skip
        choices = [(number, words) for number, words in question.choices]
        if question.kind == question.Kind.SCALE:
            ends = {1: str(question.low), 5: str(question.high)}
            choices = [
                (number, f"{words} – {ends[number]}" if ends.get(number) else words) for number, words in choices
            ]
        return forms.TypedChoiceField(
            label=question.label, choices=choices, coerce=int, empty_value=None, required=False,
            widget=forms.RadioSelect({"data-scale": ""} if question.kind == SurveyQuestion.Kind.SCALE else None),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and all(value in (None, "") for value in data.values()):
            raise ValidationError(_("Answer at least one question."))
        return data

    def answers(self) -> dict[int, Any]:
        return {question.pk: self.cleaned_data.get(f"q{question.pk}") for question in self.questions}
