"""Fields that several apps need: text in several languages, and dates known only to the year or month."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils import formats
from django.utils.translation import gettext, override, pgettext
from django.utils.translation import gettext_lazy as _

from klaster.core import languages


class Translated(dict[str, str]):
    """A text by language code; `str()` gives the reader's language, else English, else whatever there is."""

    @classmethod
    def of(cls, words: str) -> Translated:
        """A message id in every language."""
        found = cls()
        for code in languages.codes():
            with override(code):
                found[code] = gettext(words) if words else ""
        return found

    def in_language(self, language: str | None = None) -> tuple[str, str]:
        """(text, the language it is really in); ("", "") when there is no text at all."""
        for code in [*languages.preference(language), *sorted(self)]:
            if self.get(code):
                return self[code], code
        return "", ""

    @property
    def language(self) -> str:
        """Language of what `str()` shows, for the `lang` attribute."""
        return self.in_language()[1]

    def __str__(self) -> str:
        return self.in_language()[0]

    def __bool__(self) -> bool:
        return any(self.values())

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


class TranslatedTextField(models.JSONField):
    """Text in several languages in one JSONB column: {"lt": "…", "en": "…"}.

    Its migrations do not know the deployment's languages, so adding one is a setting. `blank=False` asks for a text in
    at least one language.
    """

    description = _("Text in several languages")
    empty_values = [None, {}]

    def __init__(self, *args: Any, multiline: bool = False, max_length: int | None = None, **kwargs: Any):
        self.multiline = multiline
        self.text_max_length = max_length
        kwargs.setdefault("default", Translated)
        super().__init__(*args, **kwargs)

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        if self.multiline:
            kwargs["multiline"] = True
        if self.text_max_length:
            kwargs["max_length"] = self.text_max_length
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):  # type: ignore[no-untyped-def]
        value = super().from_db_value(value, expression, connection)
        return Translated(value) if isinstance(value, dict) else value

    def to_python(self, value: object) -> Translated:
        if value is None:
            return Translated()
        if isinstance(value, str):
            return Translated({languages.current(): value}) if value else Translated()
        if not isinstance(value, Mapping):
            raise ValidationError(_("Text in several languages is a mapping from language to text."))
        return Translated({str(code): str(text).strip() for code, text in value.items() if str(text or "").strip()})

    def pre_save(self, model_instance: models.Model, add: bool) -> Translated:
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def validate(self, value: Translated, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if not self.blank and not value:
            raise ValidationError(self.error_messages["blank"], code="blank")
        for text in value.values():
            if "\x00" in text:
                raise ValidationError(_("Null characters are not allowed."))
            if self.text_max_length and len(text) > self.text_max_length:
                raise ValidationError(
                    _("At most %(limit)s characters; this has %(length)s."),
                    params={"limit": self.text_max_length, "length": len(text)},
                )

    def formfield(self, **kwargs: Any):  # type: ignore[no-untyped-def,override]
        return models.Field.formfield(
            self,
            **{
                "form_class": TranslatedFormField,
                "multiline": self.multiline,
                "show_hidden_initial": False,  # or Django compares with a hidden copy that no template draws
                **kwargs,
            },
        )


def in_language(field: str, language: str | None = None):  # type: ignore[no-untyped-def]
    """SQL for what a reader of `language` sees of a TranslatedTextField: the text with its fallbacks."""
    texts = [NullIf(KeyTextTransform(code, field), Value("")) for code in languages.preference(language)]
    return Coalesce(*texts, Value("")) if len(texts) > 1 else texts[0]


class TranslatedWidget(forms.MultiWidget):
    """One input a language, each with its language's name."""

    template_name = "core/widgets/translated.html"

    def __init__(self, *, multiline: bool = False, attrs: dict[str, Any] | None = None):
        make = (lambda code: forms.Textarea({"lang": code, "rows": 4})) if multiline else (
            lambda code: forms.TextInput({"lang": code})
        )  # fmt: skip
        super().__init__({code: make(code) for code in languages.codes()}, attrs)

    def decompress(self, value: Mapping[str, str] | None) -> list[str]:
        return [(value or {}).get(code, "") for code in languages.codes()]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for widget, (code, label) in zip(context["widget"]["subwidgets"], settings.LANGUAGES, strict=True):
            widget["language"], widget["language_name"] = code, label
        return context


class TranslatedFormField(forms.MultiValueField):
    def __init__(self, *, multiline: bool = False, **kwargs: Any):
        for unused in ("encoder", "decoder", "max_length", "empty_value"):
            kwargs.pop(unused, None)
        kwargs["widget"] = TranslatedWidget(multiline=multiline)
        fields = [forms.CharField(required=False) for _code in languages.codes()]
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, values: list[str]) -> Translated:
        pairs = zip(languages.codes(), values or [], strict=False)
        return Translated({code: text for code, text in pairs if text})

    def has_changed(self, initial: object, data: object) -> bool:
        if isinstance(initial, Mapping):
            initial = [initial.get(code, "") for code in languages.codes()]
        return super().has_changed(initial, data)


PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")


class PartialDate(str):
    """A day, month or year as ISO 8601 writes it: "2017-05-31", "2014-10" or "2020". Sorts as text."""

    __slots__ = ()

    @property
    def first_day(self) -> datetime.date:
        return datetime.date.fromisoformat(f"{self}-01-01"[:10] if len(self) == 4 else f"{self}-01"[:10])

    def display(self) -> str:
        """In the reader's language: "2017 m. gegužės 31 d.", "October 2014", "2020"."""
        if len(self) == 4:
            return pgettext("a year", "%(year)s") % {"year": self}
        return formats.date_format(self.first_day, "DATE_FORMAT" if len(self) == 10 else "YEAR_MONTH_FORMAT")

    def in_sentence(self) -> str:
        """After "since" or "until", where a month changes its ending in some languages: "2014 m. spalio"."""
        if len(self) != 7:
            return self.display()
        return formats.date_format(self.first_day, pgettext("date format of a month after since and until", "F Y"))


class PartialDateField(models.CharField):
    """A date of which perhaps only the month or the year is known. Empty text where nothing is."""

    description = _("Date, month or year")
    message = _("Write a date, a month or a year: 2017-05-31, 2017-05 or 2017.")

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)
        self.validators.append(RegexValidator(PARTIAL_DATE, self.message))  # type: ignore[attr-defined]

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):  # type: ignore[no-untyped-def]
        return PartialDate(value) if value is not None else None

    def to_python(self, value: object) -> PartialDate:
        if isinstance(value, datetime.date):
            value = value.isoformat()
        return PartialDate("" if value is None else str(value))

    def validate(self, value: PartialDate, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and PARTIAL_DATE.match(value):
            try:
                _day = value.first_day
            except ValueError as error:
                raise ValidationError(self.message) from error
