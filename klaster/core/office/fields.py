"""Fields that hold several things and work without script: one a line, or codes with commas between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import register_form_field_override

from klaster.core import languages


class LinesField(SimpleArrayField):
    """A list of texts, one a line: names have commas in them."""

    widget = forms.Textarea

    def __init__(self, base_field: forms.Field, **kwargs: Any):
        kwargs.setdefault("widget", forms.Textarea({"rows": 3}))
        kwargs["help_text"] = kwargs.get("help_text") or _("One a line.")
        super().__init__(base_field, delimiter="\n", **kwargs)

    def to_python(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            value = "\n".join(line for line in value.splitlines() if line.strip())
        return super().to_python(value)


register_form_field_override(ArrayField, override={"form_class": LinesField})


class NamesField(forms.CharField):
    """Rows of another table, one name a line, as people paste them from a document.

    A line is a row's name in any language, its abbreviation or its address on the site. What is not found is said line
    by line; where a name stands for several rows the address decides.
    """

    def __init__(self, queryset: models.QuerySet, **kwargs: Any):
        self.queryset = queryset
        kwargs.setdefault("widget", forms.Textarea({"rows": 4}))
        kwargs.setdefault("help_text", _("One a line: the name, the abbreviation, or the last part of the address."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Rows, or their keys, as lines."""
        if value is None or isinstance(value, str):
            return value
        rows = [row if isinstance(row, models.Model) else self.queryset.get(pk=row) for row in value]
        return "\n".join(str(row) if len(self.found(str(row))) == 1 else row.slug for row in rows)

    def clean(self, value: Any) -> models.QuerySet:
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        if self.required and not lines:
            raise ValidationError(self.error_messages["required"], code="required")
        keys, problems = [], []
        for line in lines:
            match self.found(line):
                case [key]:
                    keys.append(key)
                case []:
                    problems.append(ValidationError(_("There is no “%(line)s”."), params={"line": line}))
                case _several:
                    words = _("“%(line)s” is the name of several: write the last part of the address.")
                    problems.append(ValidationError(words, params={"line": line}))
        if problems:
            raise ValidationError(problems)
        return self.queryset.filter(pk__in=keys)

    def found(self, line: str) -> list[int]:
        """Keys of the rows that a line names; an address is exact, a name may be shared."""
        by_address = list(self.queryset.filter(slug=line).values_list("pk", flat=True))
        if by_address:
            return by_address
        names = models.Q()
        for code in languages.codes():
            names |= models.Q(**{f"name__{code}__iexact": line})
        if any(field.name == "abbreviation" for field in self.queryset.model._meta.fields):
            names |= models.Q(abbreviation__iexact=line)
        return sorted(self.queryset.filter(names).values_list("pk", flat=True))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "").split() != (data or "").split()


class CodesField(forms.CharField):
    """Rows of a classification by their codes, with spaces or commas between: 62.10, 62.20."""

    def __init__(self, queryset: models.QuerySet, *, version: str = "", **kwargs: Any):
        self.queryset, self.version = queryset, version
        super().__init__(**kwargs)

    def rows(self) -> models.QuerySet:
        return self.queryset.filter(version=self.version) if self.version else self.queryset

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return ", ".join(sorted(row.code for row in value))

    def clean(self, value: Any) -> models.QuerySet:
        codes: Sequence[str] = (value or "").replace(",", " ").replace(";", " ").split()
        if self.required and not codes:
            raise ValidationError(self.error_messages["required"], code="required")
        found = self.rows().filter(code__in=codes)
        missing: Iterable[str] = sorted(set(codes) - set(found.values_list("code", flat=True)))
        if missing:
            raise ValidationError(_("There is no class %(codes)s."), params={"codes": ", ".join(missing)})
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted((self.prepare_value(initial) or "").replace(",", " ").split()) != sorted(
            (data or "").replace(",", " ").split()
        )
