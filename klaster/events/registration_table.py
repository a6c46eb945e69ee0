"""The desk's table of registrations: its filters, words and order. Everything is asked within one event.

Needs of people and answers about them are no filter, no order and not found by words.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.accounts.models import User
from klaster.core import languages
from klaster.core.fields import in_language
from klaster.core.languages import SortKey
from klaster.directory.filters import NOWHERE, Choice, Facet, Selection
from klaster.events import answers
from klaster.events.models import Answer, Attendance, Event, Question, Registration, RegistrationState
from klaster.events.registration_columns import code_of

MOST_ORGANISATIONS = 300  # to choose from; words find the others
ORDERS = ("number", "-number", "name", "-name", "organisation", "-organisation", "country", "-country", "category",
          "-category", "state", "-state", "registered", "-registered", "came", "-came")  # fmt: skip
YES, NO = "yes", "no"
Kind = Question.Kind


def rows_of(event: Event, person: User) -> QuerySet[Registration]:
    """The registrations of this event that the person may read, with what columns and order need."""
    came = Attendance.objects.standing().of_events().filter(registration=OuterRef("pk"))
    organisation = NullIf(in_language("organisation__name"), Value(""))
    return (
        Registration.objects.visible_to(person)
        .filter(event=event)
        .select_related("organisation", "category", "booked_by")
        .annotate(
            came_at=Subquery(came.values("at")[:1]),
            organisation_words=Coalesce(organisation, "organisation_name", output_field=TextField()),
        )
    )


def with_answers(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    return rows.prefetch_related(Prefetch("answers", Answer.objects.order_by("pk")))


# --- what there is to choose from -------------------------------------------------------------------------------------
def facets(event: Event, asked: Iterable[Question]) -> list[Facet]:
    """Questions to the table that this event can answer in more than one way."""
    rows = event.registrations.order_by()
    states = set(rows.values_list("state", flat=True).distinct())
    found = [
        Facet(
            "state", _("State"), [Choice(v, capfirst(label)) for v, label in RegistrationState.choices if v in states]
        ),
        Facet("category", _("Category"), _categories(event)),
        Facet("country", _("Country"), _countries(rows)),
        Facet("organisation", _("Organisation"), _organisations(rows)),
        Facet("member", _("Member of a cluster"), yes_no()),
        Facet("came", _("Checked in"), yes_no()),
    ]
    if event.mode == Event.Mode.BOTH:
        found.append(Facet("online", _("Takes part online"), yes_no()))
    for question in asked:
        if not question.is_sensitive and (choices := _answers(question)):
            found.append(Facet(code_of(question), str(question.label), choices))
    return [facet for facet in found if len(facet.choices) > 1]


def yes_no() -> list[Choice]:
    return [Choice(YES, _("yes")), Choice(NO, _("no"))]


def _categories(event: Event) -> list[Choice]:
    found = [Choice(str(category.pk), str(category)) for category in event.categories.all()]
    return [*found, Choice(NOWHERE, _("none"))] if found else []


def _countries(rows: QuerySet[Registration]) -> list[Choice]:
    codes = [code for code in rows.values_list("country", flat=True).distinct() if code]
    return [Choice(code, countries.name(code)) for code in languages.in_order(codes, countries.name)]


def _organisations(rows: QuerySet[Registration]) -> list[Choice]:
    """Entries of the directory by number, others by the name that was typed."""
    typed = rows.exclude(organisation=None, organisation_name="")
    names = typed.values_list("organisation", "organisation__name", "organisation_name").distinct()
    found: dict[str, str] = {}
    for pk, name, written in names[: 4 * MOST_ORGANISATIONS]:
        found[f"o{pk}" if pk else f"n{written}"] = str(name) if pk else written
    return [Choice(*pair) for pair in languages.in_order(found.items(), lambda pair: pair[1])][:MOST_ORGANISATIONS]


def _answers(question: Question) -> list[Choice]:
    """Answers by their place in the list, so that addresses stay short."""
    if question.kind in (Kind.YES_NO, Kind.CONSENT):
        return yes_no()
    if question.kind in (Kind.ONE, Kind.SEVERAL):
        return [Choice(str(at), words) for at, (_key, words) in enumerate(answers.options_of(question))]
    return []


# --- what they leave --------------------------------------------------------------------------------------------------
def chosen(rows: QuerySet[Registration], selection: Selection, asked: Sequence[Question]) -> QuerySet[Registration]:
    """The rows that the filters and the words leave, in the chosen order."""
    by_code = {code_of(question): question for question in asked}
    by = FILTERS | {code: partial(_answered, question) for code, question in by_code.items()}
    return in_order(with_words(narrowed(rows, selection, by), selection.text), selection.order)


def narrowed(rows: QuerySet[Any], selection: Selection, by: Mapping[str, Callable[[str], Q]]) -> QuerySet[Any]:
    """Those that give one of the answers chosen in each facet."""
    for name, values in selection.answers.items():
        if values:
            rows = rows.filter(reduce(operator.or_, map(by[name], values)))
    return rows


def _organisation(value: str) -> Q:
    return Q(organisation=value[1:]) if value.startswith("o") else Q(organisation=None, organisation_name=value[1:])


FILTERS: dict[str, Any] = {
    "state": lambda value: Q(state=value),
    "category": lambda value: Q(category=None) if value == NOWHERE else Q(category=value),
    "country": lambda value: Q(country=value),
    "organisation": _organisation,
    "member": lambda value: Q(is_member=value == YES),
    "online": lambda value: Q(is_online=value == YES),
    "came": lambda value: Q(came_at__isnull=value == NO),
}


def _answered(question: Question, value: str) -> Q:
    own = Answer.objects.filter(registration=OuterRef("pk"), question=question)
    if question.kind in (Kind.YES_NO, Kind.CONSENT):
        return Q(Exists(own.filter(value=value == YES)))
    key = answers.options_of(question)[int(value)][0]
    return Q(Exists(own.filter(value__contains=[key]) if question.kind == Kind.SEVERAL else own.filter(value=key)))


def with_words(rows: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    """Those that have all the words in the name, address, organisation, position, code or the organiser's note."""
    for word in text.split()[:6]:
        rows = rows.filter(
            Q(name__unaccent__icontains=word)
            | Q(email__icontains=word)
            | Q(organisation_words__unaccent__icontains=word)
            | Q(position__unaccent__icontains=word)
            | Q(note__unaccent__icontains=word)
            | Q(code__iexact=word)
        )
    return rows


def in_order(rows: QuerySet[Registration], order: str) -> QuerySet[Registration]:
    by = order.removeprefix("-") or "number"
    key: Any = {
        "name": SortKey("name"),
        "organisation": SortKey("organisation_words"),
        "category": "category__position",
        "registered": "registered_at",
        "came": "came_at",
    }.get(by, by)
    said = F(key) if isinstance(key, str) else key
    ordered = said.desc(nulls_last=True) if order.startswith("-") else said.asc(nulls_last=True)
    return rows.order_by(ordered, "number")
