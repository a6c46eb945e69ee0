"""Facts of an entry that go public only after the network's office has looked.

Which columns they are, each model says itself (`verified_fields`). What is no column, such as labels and the stated
number of members, is registered here; apps above add their own:

    verified.add(Cluster, lambda cluster: [Fact("maturity", _("maturity"), read=…, write=…, words=…)])

A value of a fact is plain: what JSON can hold, so that it can wait, be compared and be put in place later.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.core.files.base import File
from django.db import models
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_countries.fields import CountryField

from klaster.core import audit, languages
from klaster.core.fields import PartialDate, PartialDateField, TranslatedTextField
from klaster.directory.models import Cluster, FactKind, Label, Statement
from klaster.directory.models.base import Entry
from klaster.directory.models.organisations import today
from klaster.directory.own_source import own_source

if TYPE_CHECKING:
    from klaster.accounts.models import User

Plain = Any  # None, text, number, list or mapping of them
Wording = tuple[str, str]  # (language or nothing, text)


@dataclass(frozen=True)
class Fact:
    """One thing an entry says. `write` is called with the entry locked; before it is saved if `is_column`."""

    name: str
    title: str | Promise
    read: Callable[[Any], Plain]
    write: Callable[[Any, Plain, User], None]
    words: Callable[[Plain], list[Wording]]
    is_column: bool = False


Provider = Callable[[Any], Iterable[Fact]]
_providers: list[tuple[type[Entry], Provider]] = []


def add(model: type[Entry], provider: Provider) -> None:
    """Facts of entries of this model that the office verifies, besides the model's `verified_fields`."""
    if (model, provider) not in _providers:
        _providers.append((model, provider))


def facts_of(entry: Entry) -> dict[str, Fact]:
    """What of this entry is verified, by name."""
    found = {name: column(type(entry), name) for name in getattr(entry, "verified_fields", ())}
    for model, provider in _providers:
        if isinstance(entry, model):
            found |= {fact.name: fact for fact in provider(entry)}
    return found


def named(entry: Entry, names: Iterable[str]) -> dict[str, Fact]:
    """Facts of these names, verified or not; without what the entry does not have (any more)."""
    known, found = facts_of(entry), {}
    for name in names:
        try:
            found[name] = known.get(name) or column(type(entry), name)
        except FieldDoesNotExist:
            continue
    return found


def with_companions(entry: Entry, names: Iterable[str]) -> set[str]:
    """Verified facts among these names, and those that make no sense without them."""
    chosen = set(names)
    kept = chosen & set(facts_of(entry))
    return kept | {other for name in kept for other in COMPANIONS.get(name, ()) if other in chosen}


COMPANIONS = {"country": ("region",)}  # a county of the new country cannot stand beside the old one


# --- columns ----------------------------------------------------------------------------------------------------------
def column(model: type[Entry], name: str) -> Fact:
    """A field of the model as a fact; raises FieldDoesNotExist."""
    field: Any = model._meta.get_field(name)
    return Fact(
        name,
        field.verbose_name,
        read=lambda entry: plain(getattr(entry, name if field.many_to_many else field.attname)),
        write=lambda entry, value, by: put(entry, field, value),
        words=lambda value: words_of(field, value),
        is_column=not field.many_to_many,
    )


def plain(value: Any) -> Plain:
    """A value of a form or of a row as JSON holds it; nothing is None, "" or an empty list, as it was."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, models.Manager):
        value = value.all()
    if isinstance(value, models.QuerySet | list | tuple | set):
        items = [plain(each) for each in value]
        return sorted(items) if isinstance(value, models.QuerySet) or any(isinstance(i, int) for i in items) else items
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, File):
        return value.name or ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(getattr(value, "code", value) or "")


def put(entry: Any, field: Any, value: Plain) -> None:
    if field.many_to_many:
        getattr(entry, field.name).set(field.related_model.objects.filter(pk__in=value or []))
    else:
        is_link = isinstance(field, models.ForeignKey)
        setattr(
            entry, field.attname, value if is_link or isinstance(field, models.FileField) else field.to_python(value)
        )
    if field.name == "coordinator":
        entry.coordinator_is_unknown = value is None
    if field.name == "country" and entry.region and str(entry.region.country) != str(value or ""):
        entry.region = None


def words_of(field: Any, value: Plain) -> list[Wording]:
    """What people read; nothing where there is nothing."""
    if value in (None, "", [], {}):
        return []
    if isinstance(field, TranslatedTextField):
        return [
            (code, value[code])
            for code in [*languages.codes(), *sorted(set(value) - {*languages.codes()})]
            if value.get(code)
        ]
    if field.is_relation:
        rows = field.related_model.objects.in_bulk(value if isinstance(value, list) else [value])
        return [("", "\n".join(map(str, rows.values())) or gettext("what is not here any more"))]
    if isinstance(field, CountryField):
        return [("", str(countries.name(value) or value))]
    if isinstance(field, PartialDateField):
        return [("", PartialDate(value).display())]
    if isinstance(field, ArrayField):
        return [("", "\n".join(languages.name_of(each) if field.name == "languages" else each for each in value))]
    if isinstance(field, models.FileField):
        return [("", value.rpartition("/")[2])]
    if isinstance(field, models.DateField):
        return [("", formats.date_format(datetime.date.fromisoformat(value), "DATE_FORMAT"))]
    return [("", str(dict(field.flatchoices).get(value, value)))]


# --- how many members a cluster says it has ---------------------------------------------------------------------------
def members(cluster: Cluster) -> Iterable[Fact]:
    kind = FactKind.objects.filter(code="members").first()
    if kind is None:
        return []
    return [Fact("members", str(kind.name), stated_members, state_members, members_in_words)]


def stated_members(cluster: Cluster) -> Plain:
    """The number shown on its page."""
    shown = Statement.objects.filter(cluster=cluster, kind__code="members", number__isnull=False).newest_first().first()
    return int(shown.number) if shown and shown.number is not None else None


def state_members(cluster: Cluster, value: Plain, by: User) -> None:
    kind = FactKind.objects.get(code="members")
    Statement.objects.filter(cluster=cluster, kind=kind, is_shown=True).update(is_shown=False)
    if value is not None:
        Statement.objects.update_or_create(
            cluster=cluster, kind=kind, source=own_source(),
            defaults={"number": value, "text": {}, "as_of": today().isoformat(), "is_shown": True,
                      "bound": Statement.Bound.EXACT},
        )  # fmt: skip


def members_in_words(value: Plain) -> list[Wording]:
    return [] if value is None else [("", formats.number_format(value, use_l10n=True, force_grouping=True))]


# --- labels -----------------------------------------------------------------------------------------------------------
NEW_LABEL = "label-new"


def labels(cluster: Cluster) -> Iterable[Fact]:
    """Each label is one fact, its level and its days together; and one more for a label that is not here yet.

    Nothing as the value of a label that is here says that it is no longer held.
    """
    for label in cluster.labels.order_by("pk") if cluster.pk else ():
        yield held(label.pk, label.level)
    yield Fact(NEW_LABEL, _("New label"), lambda cluster: None, writer_of(None), label_in_words)


def held(pk: int, level: str) -> Fact:
    title = gettext("Label: %(label)s") % {"label": dict(Label.Level.choices).get(level, level)}
    return Fact(f"label-{pk}", title, reader_of(pk), writer_of(pk), held_in_words)


def remembered(name: str, old: Plain) -> Fact | None:
    """A label that is here no more, for the words of what was decided about it."""
    kind, _dash, pk = name.partition("-")
    return held(int(pk), old["level"]) if kind == "label" and pk.isdecimal() and old else None


def reader_of(pk: int) -> Callable[[Cluster], Plain]:
    def read(cluster: Cluster) -> Plain:
        label = cluster.labels.filter(pk=pk).first()
        return label and {
            "level": label.level,
            "issued": str(label.issued or ""),
            "valid_until": label.valid_until.isoformat() if label.valid_until else "",
        }

    return read


def writer_of(pk: int | None) -> Callable[[Cluster, Plain, User], None]:
    def write(cluster: Cluster, value: Plain, by: User) -> None:
        label = cluster.labels.get(pk=pk) if pk else Label(cluster=cluster)
        before = audit.snapshot(label) if pk else {}
        if value is None:
            audit.record(gettext_noop("deleted"), label, by=by, before=before, after={})
            label.delete()
            return
        until = value.get("valid_until")
        label.level, label.issued = value.get("level", ""), PartialDate(value.get("issued", ""))
        label.valid_until = datetime.date.fromisoformat(until) if until else None
        label.source, label.as_of = own_source(), PartialDate(today().isoformat())
        label.full_clean()
        label.save()
        act = gettext_noop("changed") if pk else gettext_noop("added")
        audit.record(act, label, by=by, before=before, after=audit.snapshot(label))

    return write


def held_in_words(value: Plain) -> list[Wording]:
    return label_in_words(value) or [("", gettext("The label is no longer held."))]


def label_in_words(value: Plain) -> list[Wording]:
    if not value:
        return []
    lines = [str(dict(Label.Level.choices).get(value.get("level"), value.get("level")))]
    if value.get("issued"):
        lines.append(gettext("issued: %(date)s") % {"date": PartialDate(value["issued"]).display()})
    if value.get("valid_until"):
        day = formats.date_format(datetime.date.fromisoformat(value["valid_until"]), "DATE_FORMAT")
        lines.append(gettext("valid until: %(date)s") % {"date": day})
    return [("", "\n".join(lines))]


add(Cluster, members)
add(Cluster, labels)
