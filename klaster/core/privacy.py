"""What the platform keeps about a person, why and how long; how it is handed out, and what erasing does to it.

Every app says it in its `privacy.py`, found at start. A test fails for a model that points at a person and is in no
register, so nothing about people can be stored without these answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Fate(Enum):
    """What erasing a person does to the rows that speak of the person."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"
    KEPT = "kept"

    @property
    def label(self) -> Text:
        return {
            Fate.DELETED: _("Deleted"),
            Fate.ANONYMISED: _("Stays without your name"),
            Fate.KEPT: _("Kept"),
        }[self]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One kind of row that is kept about a person."""

    model: type[models.Model]
    links: tuple[str, ...]
    title: Text
    purpose: Text
    kept: Text
    fate: Fate
    export: tuple[str, ...]
    rows_of: Callable[[models.Model], QuerySet] | None
    anonymise: Callable[[QuerySet, models.Model], None] | None

    @property
    def name(self) -> str:
        """Stable name of the file this holding has in an export: "accounts.invitation"."""
        return self.model._meta.label_lower

    def rows(self, person: models.Model) -> QuerySet:
        """The rows that speak of this person, in the order of their keys."""
        if self.rows_of:
            return self.rows_of(person).order_by("pk")
        spoken_of = Q()
        for link in self.links:
            spoken_of |= Q(**{link: person})
        return self.model._default_manager.filter(spoken_of).order_by("pk")

    def exported(self, person: models.Model) -> Iterator[dict[str, Any]]:
        """Each row as a flat mapping of the fields the register names; what a row links to is told by its name."""
        for row in self.rows(person).iterator(chunk_size=500):
            yield {name: plain(getattr(row, name)) for name in self.export}

    def erase(self, person: models.Model) -> int:
        """Do what the register promises and tell for how many rows."""
        rows = self.rows(person)
        count = rows.count()
        if self.fate is Fate.DELETED:
            rows.delete()
        elif self.fate is Fate.ANONYMISED and self.anonymise:
            self.anonymise(rows, person)
        return count


@dataclass(frozen=True)
class Kind:
    """What people read of the register: holdings that are one thing to them, and are told apart in an export only."""

    holdings: tuple[Holding, ...]

    @property
    def title(self) -> Text:
        return self.holdings[0].title

    @property
    def purpose(self) -> Text:
        return self.holdings[0].purpose

    @property
    def kept(self) -> Text:
        return self.holdings[0].kept

    @property
    def fate(self) -> Fate:
        return self.holdings[0].fate

    def count(self, person: models.Model) -> int:
        return sum(holding.rows(person).count() for holding in self.holdings)


_register: dict[type[models.Model], Holding] = {}


def register(
    model: type[models.Model] | str,
    *links: str,
    purpose: Text,
    kept: Text,
    fate: Fate,
    export: Iterable[str],
    title: Text | None = None,
    rows: Callable[[Any], QuerySet] | None = None,
    anonymise: Callable[[QuerySet, Any], None] | None = None,
) -> None:
    """Say why `model` keeps rows about people, how long, what they may read of it and what erasing does.

    `links` are its foreign keys to the person; `rows` finds the rows when it takes more than those (by address, say).
    `export` names fields or properties of the row; secrets are left out. `Fate.ANONYMISED` without `anonymise` is for
    rows that only point at the person, whose own row loses its name.
    """
    model = apps.get_model(model) if isinstance(model, str) else model
    if anonymise and fate is not Fate.ANONYMISED:
        raise ValueError(f"{model._meta.label}: anonymise() goes with Fate.ANONYMISED only.")
    if model in _register:
        raise ValueError(f"{model._meta.label} is in the register of personal data twice.")
    _register[model] = Holding(
        model=model,
        links=links,
        title=title or model._meta.verbose_name_plural or model._meta.label,
        purpose=purpose,
        kept=kept,
        fate=fate,
        export=tuple(export),
        rows_of=rows,
        anonymise=anonymise,
    )


def holdings() -> list[Holding]:
    """Everything registered. The person's own row comes last: what points at it is settled before."""
    person = apps.get_model(settings.AUTH_USER_MODEL)
    return sorted(_register.values(), key=lambda holding: holding.model is person)


def kinds() -> list[Kind]:
    """The register as people read it: the account first, then what has the same title, reason, time and fate as one."""
    found: dict[tuple[str, str, str, Fate], list[Holding]] = {}
    everything = holdings()
    for holding in everything[-1:] + everything[:-1]:
        answers = (str(holding.title), str(holding.purpose), str(holding.kept), holding.fate)
        found.setdefault(answers, []).append(holding)
    return [Kind(tuple(same)) for same in found.values()]


def unregistered() -> list[str]:
    """Links to a person that nobody answers for, as "app.Model.field"; a test wants this empty."""
    person = apps.get_model(settings.AUTH_USER_MODEL)
    missing = []
    for model in apps.get_models():
        known = _register[model].links if model in _register else ()
        for field in model._meta.local_fields:
            if field.remote_field and field.related_model is person and field.name not in known:
                missing.append(f"{model._meta.label}.{field.name}")
    return sorted(missing)


@transaction.atomic
def erase(person: models.Model) -> dict[str, int]:
    """Do for every holding what it promises; returns how many rows each had."""
    return {holding.name: holding.erase(person) for holding in holdings()}


def plain(value: object) -> object:
    """A value as JSON can carry it; a linked row by its name, several as a list."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, models.Manager):
        return [str(row) for row in value.all()]
    return value
