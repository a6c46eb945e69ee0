"""Forms that two people may have open at once: each carries what it was made from, and compares when that has changed.

For each field there are three values: what stood there when the form was opened, what stands there now, and what was
typed. What only the other person changed is taken over; what only this person changed stays; where both changed the
same field the person sees both values and chooses.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from django import forms
from django.core.files.base import File
from django.db import models
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _

from klaster.core import languages
from klaster.core.fields import PARTIAL_DATE, PartialDate, TranslatedFormField
from klaster.directory import differences, verified
from klaster.directory.actions.editing import digest, version_of
from klaster.directory.differences import Piece

OWN_FIELDS = ("version", "basis", "seen")
THEIRS = "theirs"
Wording = tuple[str, str]  # (language or nothing, text)


class VersionedForm(forms.ModelForm):
    """`version` is compared by the action; `seen` has a digest of each field as it was shown. A new row has neither.

    A subclass calls `ready()` when its fields are complete and `initial` holds what is public.
    """

    data: Any
    version = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.public: dict[str, Any] = {}  # what stands there, without anything begun and not finished
        if self.instance.pk:
            self.initial["version"] = version_of(self.instance)
        else:
            del self.fields["version"], self.fields["seen"]

    def ready(self) -> None:
        if not self.instance.pk:
            return
        self.public = {name: value for name, value in self.initial.items() if name not in OWN_FIELDS}
        for name in self.compared():
            self.public.setdefault(name, self.fields[name].initial)
        self.initial["seen"] = json.dumps(
            {name: digest(self.plain(name, self.public[name])) for name in self.compared()}
        )
        self._choose_theirs()

    def compared(self) -> list[str]:
        """Fields that two people can have changed."""
        return [name for name, field in self.fields.items() if name not in OWN_FIELDS and not is_file(field)]

    def plain(self, name: str, value: Any) -> Any:
        """The value of a field as it can be compared, whether it comes from a row or was typed."""
        if isinstance(self.fields[name], forms.BooleanField):
            return bool(value)
        if isinstance(value, dict):
            return {key: str(text).strip().replace("\r\n", "\n") for key, text in value.items() if text}
        value = verified.plain(value)
        return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value

    def renew(self, row: Any) -> list[dict[str, Any]]:
        """After somebody else saved `row`: take over what only they changed. Returns where both changed a field.

        Each: {"name", "title", "mine": wordings, "theirs": wordings, "pieces": by language what differs}.
        """
        saw, fresh = self._saw(), self.reopened(row)
        self.data = self.data.copy()
        differing = []
        for name in self.compared():
            if name not in fresh.fields or name not in self.cleaned_data:
                continue
            mine, theirs = self.plain(name, self.cleaned_data[name]), self.plain(name, fresh.public.get(name))
            if digest(mine) == digest(theirs):
                continue
            seen = saw.get(name)
            if seen == digest(mine):
                self.put(name, fresh.public.get(name))
            elif seen != digest(theirs):
                differing.append(self.difference(name, self.cleaned_data[name], fresh.public.get(name)))
        for name in OWN_FIELDS:
            if name in self.fields:
                self.data[self.add_prefix(name)] = fresh.initial.get(name) or ""
        return differing

    def reopened(self, row: Any) -> VersionedForm:
        """The form as it would open now."""
        return type(self)(instance=row, prefix=self.prefix)

    def difference(self, name: str, mine: Any, theirs: Any) -> dict[str, Any]:
        field = self.fields[name]
        own, other = wordings(field, mine), wordings(field, theirs)
        return {
            "name": self.add_prefix(name),
            "title": str(field.label),
            "mine": own,
            "theirs": other,
            "pieces": compared_words(other, own),
        }

    def put(self, name: str, value: Any) -> None:
        """Write a value into what was posted, as the field's inputs carry it."""
        field, data = self.fields[name], self.data
        widget: Any = field.widget
        html_name = self.add_prefix(name)
        shown = field.prepare_value(value)
        if isinstance(field.widget, forms.MultiWidget):
            for suffix, part in zip(widget.widgets_names, widget.decompress(shown), strict=True):
                data[f"{html_name}{suffix}"] = part or ""
        elif isinstance(field.widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
            items = [str(getattr(each, "pk", each)) for each in shown or []]
            data.setlist(html_name, items) if isinstance(data, QueryDict) else data.update({html_name: items})
        else:
            data[html_name] = "" if shown is None else str(shown)

    def _choose_theirs(self) -> None:
        """Where both had changed a field and the person chose what stands there."""
        if not self.is_bound:
            return
        chosen = [name for name in self.compared() if self.chooses_theirs(name)]
        if chosen:
            self.data = self.data.copy()
        for name in chosen:
            self.put(name, self.public.get(name))

    def chooses_theirs(self, name: str) -> bool:
        return self.data.get(f"take-{self.add_prefix(name)}") == THEIRS

    def _saw(self) -> dict[str, str]:
        try:
            saw = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        except ValueError:
            return {}
        return saw if isinstance(saw, dict) else {}


def is_file(field: forms.Field) -> bool:
    return isinstance(field, forms.FileField)


def wordings(field: forms.Field, value: Any) -> list[Wording]:
    """What stands in a field, in words, by language where it has several."""
    if isinstance(field, forms.BooleanField):
        return [("", str(_("yes") if value else _("no")))]
    if value in (None, "", [], {}) or isinstance(value, File):
        return []
    if isinstance(field, TranslatedFormField):
        return [(code, value[code]) for code in languages.codes() if value.get(code)]
    if isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField):
        return [("", "\n".join(_choice(field, each) for each in value))]
    if isinstance(field, forms.ChoiceField):
        return [("", _choice(field, value))]
    if isinstance(value, list | tuple | models.QuerySet):
        return [("", "\n".join(str(each) for each in value))]
    if isinstance(value, str) and PARTIAL_DATE.match(value):
        return [("", PartialDate(value).display())]
    if isinstance(value, datetime.datetime):
        return [("", formats.date_format(value, "DATETIME_FORMAT"))]
    if isinstance(value, datetime.date):
        return [("", formats.date_format(value, "DATE_FORMAT"))]
    return [("", str(value))]


def _choice(field: Any, value: Any) -> str:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(field, forms.ModelChoiceField):
        found = field.queryset.filter(pk=value).first() if field.queryset is not None else None
        return str(found or value)
    return str(dict(field.choices).get(getattr(value, "code", value), value))


def compared_words(old: list[Wording], new: list[Wording]) -> list[tuple[str, list[Piece]]]:
    """(language, what stayed, was removed and was added) for each language either has."""
    before, after = dict(old), dict(new)
    in_order = [code for code in [*languages.codes(), ""] if code in before or code in after]
    others = sorted({*before, *after} - {*in_order})
    return [(code, differences.between(before.get(code, ""), after.get(code, ""))) for code in [*in_order, *others]]
