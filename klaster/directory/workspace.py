"""What a person has to do here, and where they go for it. The directory's own to-dos stand in `own_todos`.

Apps above add theirs when they are ready (`AppConfig.ready`), so that nothing here imports them:

    workspace.add_todos(lambda desk: [Todo(_("Confirm the figures"), ...)])
    workspace.add_links(lambda desk: [Link(_("Meetings"), reverse("meetings"), "handshake", group=Group.ACTIVITY)])

Both are asked in the reader's language at each page of the workspace: a handful of queries, no more.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import QuerySet

from klaster.accounts.models import User
from klaster.directory.models import Cluster, Organisation

T = TypeVar("T")


class Urgency(IntEnum):
    """In the order of the list. Somebody else waiting comes before what only gets better."""

    LATE = 0
    SOON = 1
    WAITING = 2
    LATER = 3

    @property
    def css(self) -> str:
        return {Urgency.LATE: "late", Urgency.SOON: "soon"}.get(self, "")


@dataclass(frozen=True)
class Act:
    """What to press: a link, or with `is_post` a button that does it, sending `values` along."""

    title: str
    url: str
    is_post: bool = False
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Todo:
    """One thing that needs this person, and what to do about it: one act, a second where the answer may be no.

    `day` is when it is due or since when somebody waits; among equally urgent things the earlier comes first.
    """

    title: str
    text: str
    acts: tuple[Act, ...]
    urgency: Urgency = Urgency.WAITING
    icon: str = "clock"
    day: datetime.date | None = None


class Group(Enum):
    CLUSTER = "cluster"  # about the cluster in question
    ACTIVITY = "activity"  # what other apps have for this person
    NETWORK = "network"  # what the office looks after


@dataclass(frozen=True)
class Link:
    """A line of the side navigation; `count` is how many things wait there. `pages` are names of addresses that are
    reached from it and belong to it."""

    title: str
    url: str
    icon: str
    group: Group = Group.CLUSTER
    count: int = 0
    pages: tuple[str, ...] = ()


@dataclass
class Desk:
    """Whose workspace it is and which cluster, if any, it is about."""

    person: User
    asked: Cluster | None = None
    _answers: dict[Callable[[Desk], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, ask: Callable[[Desk], T]) -> T:
        """What `ask(desk)` finds, asked once: lines and to-dos that speak of the same rows share it."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        return self._answers[ask]  # type: ignore[no-any-return]

    @cached_property
    def clusters(self) -> list[Cluster]:
        """Clusters this person coordinates."""
        return list(Cluster.objects.kept_by(self.person).select_related("main_sector", "coordinator").by_name())

    @cached_property
    def organisations(self) -> list[Organisation]:
        """Organisations this person manages."""
        return list(Organisation.objects.managed_by(self.person).by_name())

    @cached_property
    def affiliations(self) -> list:
        """Whom the person acts for today, in whatever role."""
        rows: QuerySet = self.person.affiliations.active()  # type: ignore[attr-defined]
        return list(rows.select_related("organisation"))

    @cached_property
    def represented(self) -> list:
        """Of those the ones for organisations this person does not manage."""
        return [row for row in self.affiliations if row.organisation not in self.organisations]

    @property
    def cluster(self) -> Cluster | None:
        """The one in question, or else the first of the own."""
        return self.asked or next(iter(self.clusters), None)

    @property
    def others(self) -> list[Cluster]:
        """Own clusters to switch to."""
        return [cluster for cluster in self.clusters if cluster != self.cluster]

    @cached_property
    def todos(self) -> list[Todo]:
        """Everything that waits for this person, the most urgent first."""
        found = [todo for source in _todos for todo in source(self)]
        far = datetime.date.max
        return sorted(found, key=lambda todo: (todo.urgency, todo.day or far))

    @cached_property
    def links(self) -> list[Link]:
        """The side navigation; asked for once, since each line has its rights and its count."""
        return [link for source in _links for link in source(self)]

    def links_of(self, group: Group) -> list[Link]:
        return [link for link in self.links if link.group is group]


Todos = Callable[[Desk], Iterable[Todo]]
Links = Callable[[Desk], Iterable[Link]]

_todos: list[Todos] = []
_links: list[Links] = []


def add_todos(source: Todos) -> None:
    """Let `source(desk)` say what waits for the person of the desk."""
    if source not in _todos:
        _todos.append(source)


def add_links(source: Links) -> None:
    """Let `source(desk)` add lines to the side navigation, in the order of adding."""
    if source not in _links:
        _links.append(source)
