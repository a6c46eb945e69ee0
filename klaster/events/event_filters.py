"""What events are filtered by, asked of the database: the list, its table, its feed and the calendar ask the same.

Within a question several answers widen, several questions narrow (klaster.directory.filters). An event that names no
sectors of its own is of the main sector of the cluster that runs it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from klaster.directory.models.base import Publication
from klaster.events.models import Event

if TYPE_CHECKING:
    from klaster.events.models.events import EventQuerySet

Answers = Mapping[str, Sequence[str]]
Numbers = Mapping[tuple[str, str], int]

ONLINE = "online"
IS_ONLINE = Q(mode__in=[Event.Mode.ONLINE, Event.Mode.BOTH])
IS_ON_SITE = ~Q(mode=Event.Mode.ONLINE)
NAMES_NO_SECTOR = ~Exists(Event.sectors.through.objects.filter(event=OuterRef("pk")))


def _in_sectors(values: list[str]) -> Q:
    of_its_own = Q(pk__in=Event.sectors.through.objects.filter(sector__code__in=values).values("event"))
    return of_its_own | (NAMES_NO_SECTOR & Q(cluster__main_sector__code__in=values))


def _at_places(values: list[str]) -> Q:
    on_site = IS_ON_SITE & (Q(country__in=values) | Q(region__in=values))
    return on_site | IS_ONLINE if ONLINE in values else on_site


QUESTIONS: dict[str, Callable[[list[str]], Q]] = {
    "kind": lambda values: Q(kinds__overlap=values),
    "place": _at_places,
    "sector": _in_sectors,
    "language": lambda values: Q(languages__overlap=values),
    "cluster": lambda values: Q(cluster__slug__in=values, cluster__status=Publication.PUBLISHED),
}


def narrowed(events: EventQuerySet, answers: Answers, *, ignoring: str = "") -> EventQuerySet:
    for name, question in QUESTIONS.items():
        if name != ignoring and (values := answers.get(name)):
            events = events.filter(question(list(values)))
    return events


# --- how many ---------------------------------------------------------------------------------------------------------
class Each(Func):
    """One row for each value of an array."""

    function = "unnest"
    set_returning = True

    def __init__(self, name: str):
        super().__init__(Cast(name, ArrayField(TextField())), output_field=TextField())


ALL, INVENTED = ("", "all"), ("", "invented")


def numbers(events: EventQuerySet, answers: Answers) -> Numbers:
    """How many events each further answer would give, {("kind", "forum"): 3}, in one question to the database.

    The number of an answer heeds all other questions and ignores its own. With ALL and INVENTED those that fit all
    that was answered, and for each question that was answered ("", its name) those that fit all the others.
    """
    return added(_parts(events.order_by(), answers))


def added(parts: Iterable[Any]) -> Numbers:
    """What was counted in parts, asked at once."""
    first, *others = parts
    found: Counter[tuple[str, str]] = Counter()
    for question, value, number in first.union(*others, all=True):
        found[question, value] += number
    return found


def _parts(events: EventQuerySet, answers: Answers) -> Iterator[Any]:
    fit = narrowed(events, answers)
    yield counted(fit, *ALL)
    yield counted(fit.filter(is_invented=True), *INVENTED)
    for name in QUESTIONS:
        others = narrowed(events, answers, ignoring=name)
        if answers.get(name):
            yield counted(others, "", name)
        for rows, value in _values(name, others):
            yield counted(rows, name, value)


def _values(name: str, rows: EventQuerySet) -> Iterable[tuple[EventQuerySet, Any]]:
    """What the rows answer to a question: an expression for each place where an answer stands."""
    match name:
        case "kind":
            return [(rows, Each("kinds"))]
        case "language":
            return [(rows, Each("languages"))]
        case "place":
            here = rows.filter(IS_ON_SITE)
            return [(rows.filter(IS_ONLINE), ONLINE), (here.exclude(country=""), F("country")),
                    (here.filter(region__isnull=False), F("region"))]  # fmt: skip
        case "sector":
            of_cluster = rows.filter(NAMES_NO_SECTOR, cluster__main_sector__isnull=False)
            return [
                (rows.filter(sectors__isnull=False), F("sectors__code")),
                (of_cluster, F("cluster__main_sector__code")),
            ]
        case _:
            return [(rows.filter(cluster__status=Publication.PUBLISHED), F("cluster__slug"))]


def counted(rows: QuerySet[Any], question: str, value: Any) -> Any:
    """(question, value, number) for each value."""
    value = Value(value, TextField()) if isinstance(value, str) else Cast(value, TextField())
    found = rows.annotate(question=Value(question, TextField()), value=value).values("question", "value")
    return found.annotate(number=Count("pk")).values_list("question", "value", "number")
