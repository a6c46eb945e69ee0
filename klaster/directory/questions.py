"""Filters that are asked of the database, and the numbers beside their answers: filters.py for lists of any length.

Within a question several answers widen, several questions narrow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

Answers = Mapping[str, Sequence[str]]
Numbers = Mapping[tuple[str, str], int]
Rows = TypeVar("Rows", bound=QuerySet[Any])

ALL, INVENTED = ("", "all"), ("", "invented")


class Each(Func):
    """One row for each value of an array."""

    function = "unnest"
    set_returning = True

    def __init__(self, name: str):
        super().__init__(Cast(name, ArrayField(TextField())), output_field=TextField())


@dataclass(frozen=True)
class Questions:
    """`asked`: what each answer means. `values`: what rows answer to a question, an expression for each place where an
    answer stands. `with_gains`: numbers say, too, how many there would be without each question that was answered."""

    asked: Mapping[str, Callable[[list[str]], Q]]
    values: Callable[[str, Any], Iterable[tuple[QuerySet[Any], Any]]]
    with_gains: bool = False

    def narrowed(self, rows: Rows, answers: Answers, *, ignoring: str = "") -> Rows:
        for name, question in self.asked.items():
            if name != ignoring and (values := answers.get(name)):
                rows = rows.filter(question(list(values)))
        return rows

    def numbers(self, rows: QuerySet[Any], answers: Answers) -> Numbers:
        """How many rows each further answer would give, {("kind", "forum"): 3}, in one question to the database.

        The number of an answer heeds all other questions and ignores its own. With ALL and INVENTED those that fit all
        that was answered, and with gains for each question that was answered ("", its name) those that fit all the
        others.
        """
        first, *others = self._parts(rows.order_by(), answers)
        found: Counter[tuple[str, str]] = Counter()
        for question, value, number in first.union(*others, all=True):
            found[question, value] += number
        return found

    def _parts(self, rows: QuerySet[Any], answers: Answers) -> Iterator[Any]:
        fit = self.narrowed(rows, answers)
        yield _counted(fit, *ALL)
        yield _counted(fit.filter(is_invented=True), *INVENTED)
        for name in self.asked:
            others = self.narrowed(rows, answers, ignoring=name)
            if self.with_gains and answers.get(name):
                yield _counted(others, "", name)
            for part, value in self.values(name, others):
                yield _counted(part, name, value)


def _counted(rows: QuerySet[Any], question: str, value: Any) -> Any:
    """(question, value, number) for each value."""
    value = Value(value, TextField()) if isinstance(value, str) else Cast(value, TextField())
    found = rows.annotate(question=Value(question, TextField()), value=value).values("question", "value")
    return found.annotate(number=Count("pk")).values_list("question", "value", "number")
