"""What a reader chose in the cluster list, and what each further choice would give. Pure: facts in, numbers out.

A facet is one question (which sector? which county?). Several choices within a facet widen it, several facets narrow
the list. The number beside a choice answers "how many, if I also chose this": it heeds all other facets and ignores
its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils.functional import Promise

FEW = 4  # choices of a facet that are always shown
NOWHERE = "none"  # the choice "not stated"


@dataclass(frozen=True)
class ClusterFacts:
    """What the filters need of one cluster. `values` gives its answers by facet."""

    pk: int
    values: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Choice:
    """One thing that can be ticked: `value` stands in addresses, `title` is read."""

    value: str
    title: str | Promise


@dataclass(frozen=True)
class Facet:
    """One question and what can be answered, in the order of the page."""

    name: str
    title: str | Promise
    choices: Sequence[Choice]

    def title_of(self, value: str) -> str:
        return next((str(choice.title) for choice in self.choices if choice.value == value), value)


@dataclass(frozen=True)
class Selection:
    """What was chosen: answers by facet, words, order. `unknown` are answers no facet has; they were left out."""

    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    order: str = ""
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or any(self.answers.values()))

    def query(self, **more: object) -> str:
        """As it stands in an address, beginning with "?"; facets in a fixed order, empty ones left out."""
        pairs = [(name, value) for name, values in self.answers.items() for value in values]
        pairs += [("q", self.text)] if self.text else []
        pairs += [("order", self.order)] if self.order else []
        pairs += [(name, str(value)) for name, value in more.items() if value]
        return "?" + urlencode(pairs)

    def without(self, name: str, value: str = "") -> Selection:
        """The same without one answer, or without a whole facet; `q` names the words."""
        if name == "q":
            return replace(self, text="")
        kept = tuple(each for each in self.answers.get(name, ()) if value and each != value)
        return replace(self, answers={**self.answers, name: kept})

    def admits(self, facts: ClusterFacts, *, ignoring: str = "") -> bool:
        return all(
            name == ignoring or not wanted or not facts.values[name].isdisjoint(wanted)
            for name, wanted in self.answers.items()
        )


LONGEST = 200  # characters of what was typed that are read


def read(data: Mapping[str, object], facets: Iterable[Facet], orders: Iterable[str]) -> Selection:
    """A selection from the query string of a request (a QueryDict); what is not a choice is named in `unknown`.

    The first of the orders is what one gets without asking, so addresses leave it out.
    """
    answers: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for facet in facets:
        known = {choice.value for choice in facet.choices}
        given = list(dict.fromkeys(value for value in data.getlist(facet.name) if value))  # type: ignore[attr-defined]
        answers[facet.name] = tuple(value for value in given if value in known)
        unknown += [value[:40] for value in given if value not in known]
    order = str(data.get("order", ""))
    if order and order not in orders:
        unknown.append(order[:40])
        order = ""
    order = "" if order == next(iter(orders), "") else order
    text = " ".join(str(data.get("q", "")).replace("\x00", "").split())[:LONGEST]
    return Selection(answers, text, order, tuple(unknown[:5]))


@dataclass(frozen=True)
class Counted:
    """A choice, whether it is made, and how many clusters it would leave."""

    choice: Choice
    chosen: bool
    count: int


@dataclass(frozen=True)
class CountedFacet:
    facet: Facet
    choices: Sequence[Counted]

    @property
    def at_hand(self) -> Sequence[Counted]:
        """Choices that are made or would leave something; all of them where there are few."""
        if len(self.choices) <= FEW:
            return self.choices
        return [each for each in self.choices if each.chosen or each.count]

    @property
    def folded(self) -> Sequence[Counted]:
        """The others, which the page keeps out of the way."""
        shown = {each.choice.value for each in self.at_hand}
        return [each for each in self.choices if each.choice.value not in shown]

    @property
    def is_one_question(self) -> bool:
        """A single yes or no needs no heading of its own."""
        return len(self.choices) == 1


def count(facets: Iterable[Facet], selection: Selection, everything: Sequence[ClusterFacts]) -> list[CountedFacet]:
    facets = list(facets)
    numbers = Counter(
        (facet.name, value)
        for facet in facets
        for facts in everything
        if selection.admits(facts, ignoring=facet.name)
        for value in facts.values[facet.name]
    )
    return with_numbers(facets, selection, numbers)


def with_numbers(
    facets: Iterable[Facet], selection: Selection, numbers: Mapping[tuple[str, str], int]
) -> list[CountedFacet]:
    """Facets with numbers that were counted elsewhere, by name of the facet and value."""
    return [
        CountedFacet(
            facet,
            [
                Counted(
                    each, each.value in selection.answers.get(facet.name, ()), numbers.get((facet.name, each.value), 0)
                )
                for each in facet.choices
            ],
        )
        for facet in facets
    ]


@dataclass(frozen=True)
class Widening:
    """What one facet keeps out: the selection without it, and the clusters that would join."""

    name: str
    title: str
    selection: Selection
    joining: Sequence[int]


def widenings(facets: Iterable[Facet], selection: Selection, everything: Sequence[ClusterFacts]) -> list[Widening]:
    """For each facet that was answered: what the list would gain without it.

    Those that gain least come first: they are nearest to what was asked.
    """
    found = []
    for facet in facets:
        if not (chosen := selection.answers.get(facet.name)):
            continue
        wider = selection.without(facet.name)
        joining = [facts.pk for facts in everything if wider.admits(facts) and not selection.admits(facts)]
        if joining:
            title = ", ".join(facet.title_of(value) for value in chosen)
            found.append(Widening(facet.name, title, wider, joining))
    return sorted(found, key=lambda widening: len(widening.joining))
