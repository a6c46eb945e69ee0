"""Who offers what comes near to my needs and needs what comes near to my offers, on the board (decision 0174)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import Q

from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking.board_list import Vocabulary, for_lists
from klaster.matchmaking.models import Line, Posting, Side
from klaster.matchmaking.near_lines import partners
from klaster.matchmaking.suggestions import LIKELY, Suggestion, explained, score
from klaster.matchmaking.vectors import owner_of

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SHOWN = 3  # partners of one of my organisations or clusters
LOOKED_FOR = 3  # of mine, those whose postings are the newest
MOST_LINES = 5  # of each side of one of mine, the newest: each asks twice


@dataclass(frozen=True)
class Partner:
    """`pairs`: the posting of mine and the nearest of theirs, for my needs and for my offers."""

    mine: Organisation | Cluster | None
    theirs: Organisation | Cluster | None
    pairs: Sequence[tuple[Posting, Suggestion]]


def both_ways(by: Reader) -> list[Partner]:
    """For those I keep that have an offer and a need on the board, best first."""
    own = for_lists(Posting.objects.kept_by(by).current()).select_related("line").order_by("-published_at", "-pk")
    of: dict[int, list[Posting]] = {}
    for posting in own:
        if (line := getattr(posting, "line", None)) is not None:
            line.posting = posting
            of.setdefault(owner_of(line), []).append(posting)
    both = [key for key, postings in of.items() if len({posting.side for posting in postings}) > 1][:LOOKED_FOR]
    mine = {key: _newest(of[key]) for key in both}
    found = {key: _likely([posting.line for posting in mine[key]], of) for key in both}
    theirs = _on_board({*chain.from_iterable(found.values())}, by)
    Vocabulary().tag([*chain.from_iterable(mine.values()), *chain.from_iterable(theirs.values())])
    return [_partner(mine[key], theirs[other]) for key in both for other in found[key] if other in theirs]


def _newest(postings: Sequence[Posting]) -> list[Posting]:
    return [row for side in Side for row in [each for each in postings if each.side == side][:MOST_LINES]]


def _likely(lines: Sequence[Line], own: Iterable[int]) -> list[int]:
    found = partners(lines, without=list(own))
    return [int(str(one.owner)) for one in found if min(one.p_ab or 0, one.p_ba or 0) >= LIKELY][:SHOWN]


def _on_board(owners: set[int], by: Reader) -> dict[int, list[Posting]]:
    """Their postings that the reader sees, of those who have both sides there."""
    organisations, clusters = ([key // 2 for key in owners if key % 2 == odd] for odd in (0, 1))
    whose = Q(organisation__in=organisations, cluster=None) | Q(cluster__in=clusters)
    of: dict[int, list[Posting]] = {}
    for posting in for_lists(Posting.objects.visible_to(by).current().filter(whose)).select_related("line"):
        of.setdefault(owner_of(Line(posting=posting)), []).append(posting)
    return {key: postings for key, postings in of.items() if len({posting.side for posting in postings}) > 1}


def _partner(mine: Sequence[Posting], theirs: Sequence[Posting]) -> Partner:
    pairs = []
    for side in ("need", "offer"):
        value, _first, _second, own, other = max(
            (score(own, other), -at, -number, own, other)
            for at, own in enumerate(mine)
            if own.side == side
            for number, other in enumerate(theirs)
            if other.side != side
        )
        pairs.append((own, explained(own, other, value)))
    return Partner(mine[0].owner, theirs[0].owner, pairs)
