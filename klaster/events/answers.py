"""Questions of an organiser as fields of a form, and answers as they are kept and shown.

An answer is kept as JSON: a text, a number, true or false, a day as 2027-03-01, or for choices the texts of the chosen
options in the first language that has them, so that answers count together whatever language they were given in.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from klaster.core import languages
from klaster.core.fields import Translated
from klaster.core.forms import DateInput
from klaster.events.models import Question

MANY_OPTIONS = 7  # more of them make a menu
Kind = Question.Kind


def key_of(option: Mapping[str, str] | str) -> str:
    """By which a chosen option is kept."""
    if isinstance(option, str):
        return option
    return next((option[code] for code in languages.codes() if option.get(code)), "")


def options_of(question: Question) -> list[tuple[str, str]]:
    """(key, words in the reader's language)"""
    return [(key_of(option), text_of(option)) for option in question.options]


def text_of(option: Mapping[str, str] | str) -> str:
    return option if isinstance(option, str) else str(Translated(option))


class NumberField(forms.DecimalField):
    """With a comma or a point, whatever the language."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)


# --- asking ---------------------------------------------------------------------------------------------------------
def _one(question: Question, **common: Any) -> forms.Field:
    choices = options_of(question)
    if len(choices) >= MANY_OPTIONS:
        return forms.ChoiceField(choices=[("", "—"), *choices], **common)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


def _yes_no(question: Question, **common: Any) -> forms.Field:
    choices = [("yes", _("Yes")), ("no", _("No"))]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


FIELDS: dict[str, Callable[..., forms.Field]] = {
    Kind.LINE: lambda question, **common: forms.CharField(max_length=300, **common),
    Kind.TEXT: lambda question, **common: forms.CharField(
        max_length=3000, widget=forms.Textarea({"rows": 4}), **common
    ),
    Kind.YES_NO: _yes_no,
    Kind.ONE: _one,
    Kind.SEVERAL: lambda question, **common: forms.MultipleChoiceField(
        choices=options_of(question), widget=forms.CheckboxSelectMultiple, **common
    ),
    Kind.NUMBER: lambda question, **common: NumberField(
        max_digits=12, decimal_places=3, widget=forms.TextInput({"inputmode": "numeric"}), **common
    ),
    Kind.DAY: lambda question, **common: forms.DateField(widget=DateInput, **common),
    Kind.CONSENT: lambda question, **common: forms.BooleanField(**common),
}


def field_for(question: Question, *, is_for_all: bool = True) -> forms.Field:
    """What is asked of some categories only is never demanded by the field itself: the form knows the category."""
    return FIELDS[question.kind](
        question, label=str(question.label), help_text=str(question.hint), required=question.is_required and is_for_all
    )


# --- keeping and showing --------------------------------------------------------------------------------------------
def kept(question: Question, value: Any) -> Any:
    """A cleaned value as JSON; None where nothing was answered."""
    if value in (None, "", []):
        return None
    if question.kind == Kind.YES_NO:
        return value == "yes"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def typed(question: Question, value: Any) -> Any:
    """A kept value as the initial one of its field."""
    if question.kind == Kind.YES_NO and value is not None:
        return "yes" if value else "no"
    return value


def shown(question: Question, value: Any) -> str:
    """An answer in the reader's language; empty where there is none."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if question.kind in (Kind.ONE, Kind.SEVERAL):
        words = dict(options_of(question))
        return ", ".join(words.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value]))
    if question.kind == Kind.DAY and isinstance(value, str) and (day := parse_date(value)):
        return formats.date_format(day, "DATE_FORMAT")
    if question.kind == Kind.NUMBER:
        return formats.number_format(value)
    return str(value)
