"""One box for everything public: words in any of their forms, names mistyped, results by kind.

    found = search.everything(search.read("zuvis"), request.user)

Other apps add kinds of their own when they are ready (`AppConfig.ready`), so that nothing here imports them:

    search.register("articles", _("Articles"), find)     # find(question: Question) -> Found

What `find` gives back carries texts, not HTML: highlighting is done here, in one place that escapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.functional import Promise

from klaster.directory.search.entries import EntrySearch
from klaster.directory.search.found import MOST_COUNTED, Found, Hit, Question, Text
from klaster.directory.search.marks import highlight
from klaster.directory.search.own_kinds import KINDS
from klaster.directory.search_query import LONGEST, Query, read

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

__all__ = [
    "LONGEST", "MOST_COUNTED", "Found", "Group", "Hit", "Query", "Question", "Text", "everything", "kinds",
    "names_like", "of_kind", "read", "register", "suggestions",
]  # fmt: skip

Find = Callable[[Question], Found]
FIRST = 5  # hits of each kind on the page of all kinds
SUGGESTED = 3


@dataclass(frozen=True)
class Kind:
    slug: str
    title: str | Promise
    find: Find


@dataclass
class Group:
    """What was found of one kind."""

    kind: Kind
    found: Found
    near: bool = False

    @property
    def hits(self) -> list[Hit]:
        return self.found.hits

    @property
    def best(self) -> int:
        return min((hit.tier for hit in self.hits), default=9)


_kinds: dict[str, Kind] = {slug: Kind(slug, title, find) for slug, title, find in KINDS}


def register(slug: str, title: str | Promise, find: Find) -> None:
    """Let a kind of thing be found. `slug` names it in addresses; asking twice replaces the first."""
    _kinds[slug] = Kind(slug, title, find)


def kinds() -> list[Kind]:
    """All kinds, in the order they were registered: the directory's own first."""
    return list(_kinds.values())


def everything(query: Query, user: Reader, *, first: int = FIRST) -> list[Group]:
    """The first hits of each kind that has any. Where nothing has these words: names that are near to them.

    A kind with a hit by name stands above those with hits in texts only.
    """
    if not query:
        return []
    groups = _ask(query, user, first, "texts") or _ask(query, user, first, "near")
    groups.sort(key=lambda group: min(group.best, 2))
    highlight((hit for group in groups for hit in group.hits), query)
    return groups


def of_kind(slug: str, query: Query, user: Reader, *, start: int, stop: int) -> Group | None:
    """Hits of one kind, from `start` to `stop`; None for a kind nobody has registered."""
    kind = _kinds.get(slug)
    if kind is None:
        return None
    group = Group(kind, Found(0, []))
    if query:
        group.found = kind.find(Question(query, user, start, stop))
        if not group.found.total and not start:
            group = Group(kind, kind.find(Question(query, user, start, stop, "near")), near=True)
        highlight(group.hits, query)
    return group


def suggestions(query: Query, user: Reader) -> list[Hit]:
    """A few names for somebody who is still typing, the likeliest first."""
    if not query:
        return []
    groups = _ask(query, user, SUGGESTED, "names")
    if not groups and len(query.plain) >= 4:
        groups = _ask(query, user, SUGGESTED, "near")
    hits = [hit for group in sorted(groups, key=lambda group: group.best) for hit in group.hits]
    return sorted(hits, key=lambda hit: hit.tier)


def names_like(name: str, user: Reader, slug: str) -> list[Hit]:
    """What of one kind is called so, or nearly so: asked before a second entry of the same thing is made."""
    query = read(name)
    if not query:
        return []
    exact = [hit for hit in _kinds[slug].find(Question(query, user, 0, SUGGESTED, "names")).hits if hit.tier < 2]
    return exact + _kinds[slug].find(Question(query, user, 0, SUGGESTED, "near")).hits


def _ask(query: Query, user: Reader, stop: int, where: str) -> list[Group]:
    question = Question(query, user, 0, stop, where)  # type: ignore[arg-type]
    asked = ((kind, kind.find(question)) for kind in _promising(question))
    return [Group(kind, found, near=where == "near") for kind, found in asked if found.hits]


def _promising(question: Question) -> list[Kind]:
    """All kinds but those whose table has nothing of it: one question to the database instead of one a kind."""
    tables = {kind.slug: kind.find.table for kind in kinds() if isinstance(kind.find, EntrySearch) and kind.find.table}
    lexemes = EntrySearch.lexemes(question)
    if not lexemes:
        return [kind for kind in kinds() if not isinstance(kind.find, EntrySearch)]
    having = " union all ".join(
        f"select %s where exists (select from {connection.ops.quote_name(table)}"  # noqa: S608  our models' tables
        " where search_index(search, search_names) @@ %s::tsquery)"
        for table in tables.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(having, [value for slug in tables for value in (slug, lexemes)])
        has = {slug for (slug,) in cursor.fetchall()}
    return [kind for kind in kinds() if kind.slug not in tables or kind.slug in has]
