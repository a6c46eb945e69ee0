"""What the organiser types to make the registration form."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import languages
from klaster.core.fields import Translated, TranslatedFormField
from klaster.events.models import Category, Question, Quota

CHOICES = (Question.Kind.ONE, Question.Kind.SEVERAL)
MOST_OPTIONS = 50


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = ["name", "note", "is_offered"]

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class QuotaForm(forms.ModelForm):
    class Meta:
        model = Quota
        fields = ["category", "country", "places"]
        labels = {"places": gettext_lazy("Places at most")}
        help_texts = {"country": gettext_lazy("Either a category or a country.")}
        widgets = {"places": forms.NumberInput({"inputmode": "numeric"})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        category, country = self.fields["category"], self.fields["country"]
        category.queryset, category.empty_label = self.instance.event.categories.all(), "–"
        country.choices = [("", "–"), *((code, name) for code, name in country.choices if code)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("category")) == bool(cleaned.get("country")) and not self.errors:
            self.add_error("category", _("Choose a category or a country: one of the two."))
        return cleaned

    def _post_clean(self) -> None:
        """The action judges the row, whose event the form does not know."""

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class QuestionForm(forms.ModelForm):
    choices = TranslatedFormField(
        multiline=True,
        required=False,
        label=gettext_lazy("Answers to choose from"),
        help_text=gettext_lazy("One a line, in the same order in each language. Only for one or several of a list."),
    )
    field_order = ["label", "kind", "choices", "hint"]

    class Meta:
        model = Question
        fields = ["kind", "label", "hint", "is_required", "is_sensitive", "categories"]
        labels = {"categories": gettext_lazy("Asked of")}
        widgets = {"categories": forms.CheckboxSelectMultiple, "kind": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["categories"].queryset = self.instance.event.categories.all()
        if not self.instance.event.categories.exists():
            del self.fields["categories"]
        texts = [Translated(each) for each in self.instance.options]
        self.initial["choices"] = {code: "\n".join(each.get(code, "") for each in texts) for code in languages.codes()}

    def _post_clean(self) -> None:
        """The action judges the row, whose event the form does not know."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") in CHOICES and "choices" in cleaned:
            try:
                cleaned["options"] = options_in(cleaned["choices"])
            except ValidationError as error:
                self.add_error("choices", error)
        return cleaned

    def values(self) -> dict[str, Any]:
        values = {name: value for name, value in self.cleaned_data.items() if name != "choices"}
        return {"options": [], **values}


def options_in(typed: Translated) -> list[dict[str, str]]:
    """Lines of each language side by side. Raises ValidationError where they cannot belong together."""
    lines = {code: [line.strip() for line in text.splitlines() if line.strip()] for code, text in typed.items()}
    lines = {code: found for code, found in lines.items() if found}
    counts = {len(found) for found in lines.values()}
    if not lines or max(counts) < 2:
        raise ValidationError(_("Give two answers at least, one a line."))
    if len(counts) > 1:
        raise ValidationError(_("Each language needs the same number of lines, in the same order."))
    if max(counts) > MOST_OPTIONS or any(len(line) > 200 for found in lines.values() for line in found):
        raise ValidationError(_("At most 50 answers, each of 200 characters."))
    if any(len(set(found)) < len(found) for found in lines.values()):
        raise ValidationError(_("An answer stands here twice."))
    rows = zip_longest(*lines.values(), fillvalue="")
    return [dict(zip(lines, row, strict=True)) for row in rows]
