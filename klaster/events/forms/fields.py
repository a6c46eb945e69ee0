"""Fields that several forms of the organiser's desk have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core.office.fields import NamesField


class OneName(NamesField):
    """A row of a long table by its name, abbreviation or the last part of its address."""

    def __init__(self, queryset: models.QuerySet, **kwargs: Any):
        kwargs.setdefault("widget", forms.TextInput())
        kwargs.setdefault("help_text", gettext_lazy("The name, the abbreviation, or the last part of the address."))
        super().__init__(queryset, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return super().prepare_value([value])

    def clean(self, value: Any) -> Any:
        found = list(super().clean(value)[:2])
        if len(found) > 1:
            raise ValidationError(_("Write one name only."))
        return found[0] if found else None
