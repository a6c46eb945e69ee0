"""Two entries side by side: in which fields they differ, and what the one that stays says afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.text import capfirst

from klaster.core.fields import Translated
from klaster.directory.models.base import Entry

# What is not chosen: numbers, addresses and times of the row; other names are kept of both.
NOT_CHOSEN = {"id", "key", "slug", "aliases", "created_at", "updated_at"}
# Fields that make sense together only: chosen by the first.
TOGETHER = {"coordinator": ("coordinator_is_unknown",), "legal_code": ("country",)}
LONGEST_ALIAS = 200


@dataclass(frozen=True)
class Difference:
    """One field in which two entries differ. `kept` and `gone` are their values in words, "" for none."""

    name: str
    title: str
    kept: str
    gone: str

    @property
    def proposed(self) -> str:
        """The value there is; where both say something, that of the entry that stays."""
        return "gone" if self.gone and not self.kept else "kept"


def fields_of(model: type[models.Model]) -> Iterator[models.Field]:
    follows = {name for names in TOGETHER.values() for name in names if name != "country"}
    for field in model._meta.concrete_fields:
        if field.name not in NOT_CHOSEN and field.name not in follows:
            yield field


def differences(kept: Entry, gone: Entry) -> list[Difference]:
    return [
        Difference(field.name, capfirst(str(field.verbose_name)), in_words(kept, field), in_words(gone, field))
        for field in fields_of(type(kept))
        if plain(kept, field) != plain(gone, field)
    ]


def plain(row: models.Model, field: models.Field) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, FieldFile):
        return value.name or ""
    return dict(value) if isinstance(value, Translated) else value


def in_words(row: models.Model, field: models.Field) -> str:
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return str((value and field.verbose_name) or "")
    if not value:
        return ""
    if isinstance(value, Translated):
        return " · ".join(f"{code}: {text}" for code, text in value.items() if text)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if field.name == "country":
        return str(value.name)
    return str(value.display() if hasattr(value, "display") else value)


def proposed(kept: Entry, gone: Entry) -> frozenset[str]:
    """Names of the fields that are taken of the entry that goes where nobody chooses."""
    return frozenset(each.name for each in differences(kept, gone) if each.proposed == "gone")


def after(kept: Any, gone: Any, take: Collection[str]) -> dict[str, Any]:
    """Values of the entry that stays, by field: those that change. Nothing is lost: texts in languages that are
    missing are filled in, names and codes that give way become other names."""
    values: dict[str, Any] = {}
    take = set(take)
    if not getattr(kept, "legal_code", "x") and gone.legal_code:
        take.add("legal_code")  # never lost
    for name in sorted(take):
        take |= set(TOGETHER.get(name, ()))
    for field in type(kept)._meta.concrete_fields:
        if field.name in NOT_CHOSEN:
            continue
        ours, theirs = getattr(kept, field.attname), getattr(gone, field.attname)
        if isinstance(ours, Translated):
            first, second = (theirs, ours) if field.name in take else (ours, theirs)
            values[field.name] = Translated({**second, **{code: text for code, text in first.items() if text}})
        elif field.name in take:
            values[field.attname] = theirs.name if isinstance(theirs, FieldFile) else theirs
    values["aliases"] = other_names(kept, gone, values)
    if not kept.key and gone.key:
        values["key"] = gone.key
    return {name: value for name, value in values.items() if value != getattr(kept, name)}


def other_names(kept: Any, gone: Any, values: dict[str, Any]) -> list[str]:
    """All names either was found by, but for those the entry has anyway."""
    known = {text.casefold() for text in values.get("name", kept.name).values()}
    known.add(str(values.get("abbreviation", getattr(kept, "abbreviation", ""))).casefold())
    found = list(kept.aliases)
    for text in [
        *kept.name.values(), *gone.name.values(), getattr(kept, "abbreviation", ""), getattr(gone, "abbreviation", ""),
        *gone.aliases, *lost_codes(kept, gone, values),
    ]:  # fmt: skip
        if text and text.casefold() not in known and text.casefold() not in {each.casefold() for each in found}:
            found.append(text[:LONGEST_ALIAS])
    return found


def lost_codes(kept: Any, gone: Any, values: dict[str, Any]) -> list[str]:
    """Legal codes of which the entry that stays has another: still found by them."""
    codes = [getattr(row, "legal_code", "") for row in (kept, gone)]
    stays = values.get("legal_code", codes[0])
    return [code for code in codes if code and code != stays]
