"""Columns of the desk's table of registrations, on the page and as a file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.events import answers
from klaster.events.models import Event, Question, Registration

Value = Callable[[Registration], object]


@dataclass(frozen=True)
class Column:
    """`value` is what stands in a file; `order` by what the page sorts. Needs of people are `is_sensitive`: they stand
    in a file only where somebody asked for them, and in no list."""

    code: str
    title: str | Promise
    value: Value
    order: str = ""
    is_usual: bool = False
    is_sensitive: bool = False

    def words(self, registration: Registration) -> str:
        """As the page shows it."""
        value = self.value(registration)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, datetime.datetime):
            return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
        return "" if value is None else str(value)


def country(row: Registration) -> str:
    return countries.name(str(row.country)) if row.country else ""


OWN = [
    Column("number", gettext_lazy("No."), lambda row: row.number, "number"),
    Column("name", gettext_lazy("Name and surname"), lambda row: row.name, "name", is_usual=True),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), "state", is_usual=True),
    Column("organisation", gettext_lazy("Organisation"), lambda row: row.shown_organisation, "organisation", True),
    Column("country", gettext_lazy("Country"), country, "country", is_usual=True),
    Column("category", gettext_lazy("Category"), lambda row: row.category or "", "category", is_usual=True),
    Column("registered", gettext_lazy("Registered"), lambda row: row.registered_at, "registered", is_usual=True),
    Column("email", gettext_lazy("E-mail address"), lambda row: row.email),
    Column("phone", gettext_lazy("Telephone"), lambda row: row.phone),
    Column("position", gettext_lazy("Position"), lambda row: row.position),
    Column("member", gettext_lazy("Member of a cluster"), lambda row: row.is_member),
    Column("online", gettext_lazy("Takes part online"), lambda row: row.is_online),
    Column("came", gettext_lazy("Checked in"), lambda row: row.came_at, "came"),  # type: ignore[attr-defined]
    Column("late", gettext_lazy("Registered at the door"), lambda row: row.is_late),
    Column("booked_by", gettext_lazy("Registered by"), lambda row: row.booked_by.name if row.booked_by else ""),
    Column("language", gettext_lazy("Language of letters"), lambda row: languages.name_of(row.language)),
    Column("confirmed", gettext_lazy("Confirmed"), lambda row: row.confirmed_at),
    Column("ended", gettext_lazy("Ended"), lambda row: row.ended_at),
    Column("reason", gettext_lazy("Reason"), lambda row: row.reason),
    Column("note", gettext_lazy("Note"), lambda row: row.note),
    Column("dietary", gettext_lazy("Diet"), lambda row: row.dietary, is_sensitive=True),
    Column("access", gettext_lazy("Accessibility"), lambda row: row.access_needs, is_sensitive=True),
]


def code_of(question: Question) -> str:
    return f"question{question.pk}"


def answered(question: Question) -> Value:
    """The answer of a registration whose answers were read with it, as the reader reads it; numbers stay numbers."""

    def value(row: Registration) -> object:
        found = next((each.value for each in row.answers.all() if each.question_id == question.pk), None)
        return found if isinstance(found, int | float) else answers.shown(question, found)

    return value


def questions(event: Event) -> list[Question]:
    return list(event.questions.all())


def every(event: Event, asked: Iterable[Question]) -> list[Column]:
    """All that a table of this event may have."""
    own = [each for each in OWN if event.asks_needs or not each.is_sensitive]
    return own + [
        Column(code_of(each), str(each.label), answered(each), is_sensitive=each.is_sensitive) for each in asked
    ]


def for_lists(columns: Iterable[Column]) -> list[Column]:
    return [each for each in columns if not each.is_sensitive]


def shown(columns: Sequence[Column], chosen: Iterable[str]) -> list[Column]:
    """Those a person chose, the name always first; the usual ones where nothing was chosen."""
    codes = set(chosen)
    return [each for each in columns if each.code == "name" or (each.code in codes if codes else each.is_usual)]
