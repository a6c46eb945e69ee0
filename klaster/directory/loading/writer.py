"""Writes a checked network file into the directory, row by row, and never over what a person changed.

For each field three values are compared: what the file says now, what it last wrote (FileRow), and what stands in the
row. The file's value is written only where the row still holds what the file last wrote; otherwise a person has changed
it and it is kept, and reported. Rows a person deleted stay deleted; rows the file no longer names stay and are
reported. `actions.load_network` holds the transaction and the lock.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.core.fields import TranslatedTextField
from klaster.directory.models import FileRow
from klaster.directory.network_file import Problem
from klaster.directory.network_file.schema import Said


@dataclass
class Report:
    """What a load did, counted by kind of row, and what it left alone and why."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys([*self.created, *self.changed, *self.unchanged]))

    @property
    def writes(self) -> int:
        return self.created.total() + self.changed.total()


@dataclass
class Row:
    """One row as the file wants it. `values` by model field: plain values, rows for foreign keys, dicts for texts."""

    model: type[models.Model]
    key: str
    said: Said
    values: dict[str, Any]
    known_by: dict[str, Any] = field(default_factory=dict)  # finds a row that was made otherwise
    languages: Iterable[str] | None = None  # of its texts; those of the file
    file_wins: bool = False  # over what reference lists say
    settle: Callable[[Any], None] | None = None  # brings into line what follows from other fields

    @property
    def kind(self) -> str:
        return str(self.model._meta.model_name)


class Writer:
    """Brings rows into the database one after another and remembers what it did."""

    def __init__(self, languages: Iterable[str], by: models.Model | str):
        self.languages, self.by = list(languages), by
        self.report = Report()
        self.problems: list[Problem] = []
        self.known = {(record.kind, record.key): record for record in FileRow.objects.all()}
        self.claimed = {(record.kind, record.row) for record in self.known.values()}
        self.present: dict[type[models.Model], dict[str, models.Model]] = {}
        self.seen: set[tuple[str, str]] = set()

    def write(self, row: Row) -> models.Model | None:
        """The row's object as it stands now, or None if people removed it or it cannot be written."""
        self.seen.add((row.kind, row.key))
        record = self.known.get((row.kind, row.key))
        obj = self._find(row, record)
        if obj is None and record is not None:
            self.report.removed.append(f"{row.kind} {row.key}")
            return None
        is_new = obj is None
        obj = row.model() if obj is None else obj
        before = {} if is_new else audit.snapshot(obj)
        wanted = self._flat(row)
        written, changed = self._merge(obj, row, record, wanted, is_new=is_new)
        if (changed or is_new) and not self._save(obj, row):
            return None
        self._set_many(obj, {name: wanted[name] for name in changed if name in _many(row.model)})
        if changed or is_new:
            audit.record(gettext_noop("loaded"), obj, by=self.by, before=before, after=audit.snapshot(obj))
        self._remember(row, record, obj, written)
        (self.report.created if is_new else self.report.changed if changed else self.report.unchanged)[row.kind] += 1
        return obj

    def finish(self, app: str) -> None:
        """Name the rows of an app that an earlier file set and this one does not mention."""
        own = {model._meta.model_name for model in apps.get_app_config(app).get_models()}
        gone = sorted(name for name in set(self.known) - self.seen if name[0] in own)
        self.report.gone += [f"{kind} {key}" for kind, key in gone]

    # --- one row ----------------------------------------------------------------------------------------------------

    def _find(self, row: Row, record: FileRow | None) -> models.Model | None:
        if record is not None:
            return self._all(row.model).get(record.row)
        if not row.known_by:
            return None
        found = row.model._default_manager.filter(**row.known_by).order_by("pk")
        return next((obj for obj in found if (row.kind, str(obj.pk)) not in self.claimed), None)

    def _all(self, model: type[models.Model]) -> dict[str, models.Model]:
        if model not in self.present:
            pks = {record.row for record in self.known.values() if record.kind == model._meta.model_name}
            rows = model._default_manager.filter(pk__in=pks).order_by("pk")
            self.present[model] = {str(obj.pk): obj for obj in rows}
        return self.present[model]

    def _flat(self, row: Row) -> dict[str, Any]:
        """The wanted values as JSON can hold them, texts one by one: {"name.lt": "…", "sector": 3}."""
        flat: dict[str, Any] = {}
        for name, value in row.values.items():
            if isinstance(row.model._meta.get_field(name), TranslatedTextField):
                for language in self.languages if row.languages is None else row.languages:
                    flat[f"{name}.{language}"] = value.get(language, "")
            else:
                flat[name] = _plain(value)
        return flat

    def _merge(
        self, obj: models.Model, row: Row, record: FileRow | None, wanted: dict[str, Any], *, is_new: bool
    ) -> tuple[dict[str, Any], list[str]]:
        """(what the file has written by now, the fields it changes)."""
        written = dict(record.values) if record else {}
        blank = type(obj)()
        changed = []
        for name, theirs in wanted.items():
            ours = _current(obj, name)
            base = written.get(name, ours if row.file_wins else _current(blank, name))
            if ours == theirs:
                written[name] = theirs
            elif is_new or ours == base:
                _assign(obj, name, theirs)
                written[name] = theirs
                changed.append(name)
            else:
                self.report.kept.append(f"{row.kind} {row.key}: {name}")
        return written, changed

    def _save(self, obj: models.Model, row: Row) -> bool:
        if row.settle is not None:
            row.settle(obj)
        try:
            obj.full_clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                line = row.said.at(FILE_NAMES.get(name, name))
                self.problems += [Problem(line, f"{row.kind} {row.key}: {message}") for message in messages]
            return False
        obj.save()
        return True

    def _set_many(self, obj: models.Model, wanted: dict[str, list[Any]]) -> None:
        for name, pks in wanted.items():
            getattr(obj, name).set(pks)

    def _remember(self, row: Row, record: FileRow | None, obj: models.Model, written: dict[str, Any]) -> None:
        if record is None:
            record = FileRow(kind=row.kind, key=row.key, row=str(obj.pk))
        elif record.values == written:
            return
        record.values = written
        record.save()
        self.claimed.add((row.kind, record.row))


# Where a field of the model has another name in the file.
FILE_NAMES = {"main_sector": "sector", "is_home": "home", "is_field": "field", "is_invented": "invented"}


def _many(model: type[models.Model]) -> set[str]:
    return {item.name for item in model._meta.many_to_many}


def _plain(value: Any) -> Any:
    """A value as it is compared and kept: rows by primary key, days and numbers as text."""
    match value:
        case models.Model():
            return value.pk
        case list() | tuple():
            plain = [_plain(item) for item in value]
            return sorted(plain) if value and isinstance(value[0], models.Model) else plain
        case Decimal():
            return format(value.normalize(), "f")
        case datetime.date():
            return value.isoformat()
        case bool() | int() | None:
            return value
    return str(value)


def _current(obj: models.Model, name: str) -> Any:
    if "." in name:
        field_name, language = name.split(".")
        return getattr(obj, field_name).get(language, "")
    if name in _many(type(obj)):
        return sorted(getattr(obj, name).values_list("pk", flat=True)) if obj.pk else []
    return _plain(getattr(obj, _column(obj, name).attname))


def _assign(obj: models.Model, name: str, value: Any) -> None:
    if "." in name:
        field_name, language = name.split(".")
        texts = {**getattr(obj, field_name), language: value}
        setattr(obj, field_name, _column(obj, field_name).to_python(texts))
    elif name not in _many(type(obj)):
        column = _column(obj, name)
        setattr(obj, column.attname, value if column.is_relation else column.to_python(value))


def _column(obj: models.Model, name: str) -> models.Field:
    return next(column for column in obj._meta.concrete_fields if column.name == name)
