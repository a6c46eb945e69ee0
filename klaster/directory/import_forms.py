"""What people say about a table they bring: the file, how to read it, what stands in its columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaster.core import spreadsheets, uploads
from klaster.directory.imports import fields
from klaster.directory.models import Import

ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xls,.xlsb,.ods"
HEAD_LINES = 2_000_000


def file_help() -> str:
    limit = uploads.size_in_words(settings.MAX_UPLOAD_BYTES)
    return _("XLSX, XLS, ODS or CSV with headings in one of the first lines, at most %(limit)s.") % {"limit": limit}


class TableForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Table"),
        widget=forms.FileInput({"accept": ACCEPTED}),
        help_text=lazy(file_help, str)(),
        allow_empty_file=True,  # the reader has a sentence for it
    )

    def clean_file(self) -> Any:
        uploads.check_size(self.cleaned_data["file"])
        return self.cleaned_data["file"]


class ReadForm(forms.Form):
    """Where the file was read otherwise than its sender meant it."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    encoding = forms.ChoiceField(label=gettext_lazy("Letters"), required=False)
    header_line = forms.IntegerField(
        label=gettext_lazy("Line of the headings"), min_value=1, max_value=HEAD_LINES, required=False
    )

    def __init__(self, *args: Any, import_: Import, **kwargs: Any):
        initial = {"sheet": import_.sheet, "header_line": import_.header_line, "encoding": import_.encoding}
        super().__init__(*args, **{"initial": initial, **kwargs})
        if len(import_.sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in import_.sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]
        if import_.encoding:
            names = dict.fromkeys([import_.encoding, *spreadsheets.ENCODINGS])
            self.fields["encoding"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        else:
            del self.fields["encoding"]


class ColumnsForm(forms.ModelForm):
    """What stands in each column; fields are named column-0, column-1 …"""

    class Meta:
        model = Import
        fields = ["default_kind", "default_country", "day_order", "existing"]
        widgets = {"day_order": forms.RadioSelect, "existing": forms.RadioSelect}

    def __init__(self, *args: Any, samples: dict[int, list[str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        import_, self.samples = self.instance, samples
        members = import_.what == Import.What.MEMBERS
        choices = [("", _("leave out")), *((f.code, f.title) for f in fields.FIELDS if members or not f.of_member)]
        mapping = import_.fields()
        for column in range(max([len(import_.headings), *(number + 1 for number in samples)])):
            if not self.is_personal(column):
                self.fields[f"column-{column}"] = forms.ChoiceField(
                    label=self.heading(column),
                    choices=choices,
                    required=False,
                    initial=mapping.get(column, ""),
                    widget=forms.Select({"class": "select"}),
                )
        self.fields["default_country"].required = False

    def heading(self, column: int) -> str:
        said = self.instance.headings[column] if column < len(self.instance.headings) else ""
        return said or _("Column %(letter)s") % {"letter": spreadsheets.letters_of(column)}

    def is_personal(self, column: int) -> bool:
        headings = self.instance.headings
        return column < len(headings) and fields.is_personal(headings[column])

    @property
    def columns(self) -> list[dict[str, Any]]:
        """For the page: each column with its letter, what its first rows say and its choice, if it has one."""
        count = max([len(self.instance.headings), *(number + 1 for number in self.samples)])
        return [
            {
                "letter": spreadsheets.letters_of(column),
                "heading": self.heading(column),
                "samples": self.samples.get(column, []),
                "field": None if self.is_personal(column) else self[f"column-{column}"],
            }
            for column in range(count)
        ]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    def mapping(self) -> dict[int, str]:
        names = ((name, value) for name, value in self.cleaned_data.items() if name.startswith("column-") and value)
        return {int(name.removeprefix("column-")): value for name, value in names}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = list(self.mapping().values())
        if "name" not in chosen:
            raise ValidationError(_("Say in which column the names of the organisations stand."))
        if twice := next((code for code in chosen if chosen.count(code) > 1), None):
            title = fields.BY_CODE[twice].title
            raise ValidationError(_("Two columns are “%(field)s”: choose one."), params={"field": title})
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The row itself is changed by the action, under its lock."""
