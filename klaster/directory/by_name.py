"""Leafing through a very long list by name. Its first pages have numbers; the others begin after a name.

The database reaches a page by number by reading all that stands before it, so numbers end with MOST_NUMBERED. From
there on the address of a page says which row stands just before it (`after`) or just behind it (`before`), and the
index by name leads there at once, however far. A row that is gone or renamed meanwhile does no harm: its name is a
place in the alphabet all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.db.models import CharField, ExpressionWrapper, F, Q, QuerySet, Value

from klaster.core.fields import in_language
from klaster.core.languages import SortKey
from klaster.directory.views.answers import Counting

MOST_NUMBERED = 34
LONGEST = 400  # characters of a place in an address
LARGEST_PK = 2**63 - 1


@dataclass(frozen=True)
class Place:
    """Where a row stands: its name as the reader sees it, and its number, for names that are alike."""

    name: str
    pk: int

    def __str__(self) -> str:
        return f"{self.name},{self.pk}"


def read(text: str) -> Place | None:
    """A place as it stands in an address."""
    name, comma, number = text.replace("\x00", "")[:LONGEST].rpartition(",")
    if not comma or not number.isdecimal() or int(number) > LARGEST_PK:
        return None
    return Place(name, int(number))


class Leaf(Page):
    """A page that knows what the addresses of its neighbours say besides their numbers."""

    def __init__(self, rows: list[Any], number: int, paginator: Leafing, *, goes_on: bool):
        super().__init__(rows, number, paginator)
        self.goes_on = goes_on

    def has_next(self) -> bool:
        return self.goes_on

    def next_page_number(self) -> int:
        return self.number + 1

    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def after(self) -> str | None:
        return self._place(-1) if self.number >= MOST_NUMBERED else None

    @property
    def before(self) -> str | None:
        return self._place(0) if self.number > MOST_NUMBERED + 1 else None

    def _place(self, index: int) -> str | None:
        row = self.object_list[index] if self.object_list else None
        return row and str(Place(row.listed_as, row.pk))

    @property
    def numbers(self) -> list[int | str]:
        """What the line of pages shows."""
        if self.number <= MOST_NUMBERED:
            return list(self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1))
        return [1, str(self.paginator.ELLIPSIS), self.number]


class Leafing(Counting):
    """`rows` by name, in pages."""

    def __init__(self, rows: QuerySet, per_page: int):
        self.unordered = rows.annotate(listed_as=ExpressionWrapper(in_language("name"), CharField()))
        super().__init__(self.unordered.by_name(), per_page)  # type: ignore[attr-defined]

    @cached_property
    def num_pages(self) -> int:  # type: ignore[override]
        return min(super().num_pages, MOST_NUMBERED)

    @property
    def has_more_pages(self) -> bool:
        """Whether there are pages without a number."""
        return self.count > MOST_NUMBERED * self.per_page

    def _get_page(self, rows: Any, number: int, paginator: Any) -> Leaf:
        return Leaf(list(rows), number, self, goes_on=number * self.per_page < self.count)

    def asked(self, data: Mapping[str, str]) -> Page:
        """The page an address asks for; where it asks for none, the nearest that has a number."""
        number = data.get("page", "")
        if number.isdecimal() and int(number[:9]) > MOST_NUMBERED and self.has_more_pages:
            found = self._beyond(int(number[:9]), read(data.get("after", "")), read(data.get("before", "")))
            if found is not None:
                return found
        return self.get_page(number)

    def _beyond(self, number: int, after: Place | None, before: Place | None) -> Leaf | None:
        if after:
            rows = list(self._from(after)[: self.per_page + 1])
            goes_on = len(rows) > self.per_page
        elif before:
            rows = list(self._from(before, backwards=True)[: self.per_page])[::-1]
            goes_on = True
        else:
            return None
        return Leaf(rows[: self.per_page], number, self, goes_on=goes_on) if rows else None

    def _from(self, place: Place, *, backwards: bool = False) -> QuerySet:
        key, ends = SortKey(in_language("name")), SortKey(Value(place.name, output_field=CharField()))
        rows = self.unordered.alias(sorted_as=key, ends=ends)
        if backwards:
            rows = rows.filter(sorted_as__lte=F("ends")).filter(Q(sorted_as__lt=F("ends")) | Q(pk__lt=place.pk))
            return rows.order_by(key.desc(), "-pk")
        rows = rows.filter(sorted_as__gte=F("ends")).filter(Q(sorted_as__gt=F("ends")) | Q(pk__gt=place.pk))
        return rows.order_by(key, "pk")


class Sorted(Counting):
    """Rows that were found and sorted already: a page fetches its own."""

    def __init__(self, rows: QuerySet, pks: list[int], per_page: int, *, most: int, found: int):
        super().__init__(rows, per_page, most=most, found=found)
        self.pks = pks

    def page(self, number: int | str) -> Page:
        number = self.validate_number(number)
        pks = self.pks[(number - 1) * self.per_page : number * self.per_page]
        rows = self.rows.in_bulk(pks)
        return Page([rows[pk] for pk in pks if pk in rows], number, self)
