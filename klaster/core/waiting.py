"""What waits for the office: each part of the platform says what, how many, and where it is dealt with.

    waiting.add(lambda person: [Waiting(ngettext("%(n)s request", …), 3, reverse("requests"), "mail")])

Sources are asked in the reader's language, each time the first page of the office opens: a count each, no rows. A
source gives nothing to whoever may not deal with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Order(IntEnum):
    """Who waits comes before what broke, and both before what only gets better."""

    PEOPLE = 0
    FAULTS = 1
    CARE = 2


@dataclass(frozen=True)
class Waiting:
    """`words` say what waits, with its number; `icon` is one of Wagtail's. Without a number nothing is shown."""

    words: str
    number: int
    url: str
    icon: str = "tasks"
    order: Order = Order.CARE


Source = Callable[[Any], Iterable[Waiting]]

_sources: list[Source] = []


def add(source: Source) -> None:
    """Let `source(person)` say what waits."""
    if source not in _sources:
        _sources.append(source)


def of(person: Any) -> list[Waiting]:
    """All that waits for this person, in the order in which it wants an answer."""
    found = [each for source in _sources for each in source(person) if each.number]
    return sorted(found, key=lambda each: each.order)
