"""Who could answer a posting, and partners for all that somebody offers and needs, at once and without everybody.

With pgvector the nearest of each line come from its graph; the best of the lines with a tag in common are joined to
them, and all lines of whoever was found are scored exactly, in both directions. Without it tags alone find and score.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from klaster.matchmaking import search_table
from klaster.matchmaking.embedding import current
from klaster.matchmaking.matching import profiles
from klaster.matchmaking.matching.crowd import Crowd, Found, Seen, against
from klaster.matchmaking.models import EmbeddingModel, Line, Posting, Side
from klaster.matchmaking.search_table import Asking, Where
from klaster.matchmaking.vectors import crowd_of, known, lines_on_board, owner_of, role, tags

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SHOWN = 10
NEWEST = 500  # lines with a tag in common that are looked at without vectors, those changed last first
OF_ONE_OWNER = 2
BOARD = Where()


@dataclass(frozen=True)
class Answer:
    """`mine` and `theirs` are to be quoted, both of them."""

    posting: Posting
    p: float
    mine: Line
    theirs: Line
    tags: frozenset[str]


def answers(line: Line, reader: Reader, *, shown: int = SHOWN) -> list[Answer]:
    """Postings that answer this line, or that it answers, best first: of others, on the board, seen by the reader.

    The line is one of a posting, a participant, or one not saved yet; two of one owner at most.
    """
    model = current()
    crowd = crowd_of(model)
    seen = _seen(known([line], model), [line], model, crowd, BOARD, of_each_line=True)
    lines = _on_board([int(str(one.owner)) for one in seen], reader)
    picked, counts = [], {owner_of(line): OF_ONE_OWNER} if line.posting else {}
    for one in against(seen, crowd):
        theirs = lines.get(int(str(one.owner)))
        if theirs is None or theirs.posting is None:
            continue
        owner = owner_of(theirs)
        counts[owner] = counts.get(owner, 0) + 1
        if counts[owner] <= OF_ONE_OWNER:
            p = one.p_ab if line.side == Side.NEED else one.p_ba
            picked.append(Answer(theirs.posting, p or 0.0, line, theirs, tags(line) & tags(theirs)))
        if len(picked) == shown:
            break
    return picked


def partners(lines: Sequence[Line], where: Where = BOARD, *, without: Collection[int] = ()) -> list[Found]:
    """Owners (`vectors.owner_of`) whose lines fit these lines of one owner in both directions, best first.

    Without the owner of the lines and `without`; who may be shown to whom is for whoever asks.
    """
    model = current()
    crowd = crowd_of(model)
    left_out = {*without, *(owner_of(line) for line in lines)}
    seen = _seen(known(lines, model), lines, model, crowd, where)
    return against([one for one in seen if one.owner not in left_out], crowd)


def _seen(
    mine: Sequence[profiles.Line],
    lines: Sequence[Line],
    model: EmbeddingModel | None,
    crowd: Crowd,
    where: Where,
    *,
    of_each_line: bool = False,
) -> list[Seen]:
    """Lines of whoever has one that is near or shares a tag; with `of_each_line` these alone, each for itself."""
    if model is None or not search_table.exists(model.key) or any(one.vector is None for one in mine):
        return _by_tags(mine, lines, where, crowd, of_each_line)
    asking = {
        side: [
            Asking(one.vector, crowd.weights_of(one.tags), crowd.expected(one.vector, one.tags))
            for one in mine
            if one.kind != role(side) and one.vector is not None
        ]
        for side in Side
    }
    found: dict[int, int] = {}
    for side, of_side in asking.items():
        for one in of_side:
            tags = one.telling(crowd.shares)
            most = search_table.NEAREST_WITH_TAGS if tags else search_table.NEAREST
            found |= search_table.nearest(model, one.vector, side, where, most=most)
            found |= search_table.tagged(model, one, tags, side, where)
    owners = set(found.values())
    return [
        Seen(row.line if of_each_line else row.owner, kind, row.text, row.tags)
        for side, of_side in asking.items()
        for kind in [role(side)]
        for row in search_table.lines_of(model, owners, side, of_side, where)
        if not of_each_line or row.line in found
    ]


def _by_tags(
    mine: Sequence[profiles.Line], lines: Sequence[Line], where: Where, crowd: Crowd, of_each_line: bool
) -> list[Seen]:
    """Without the table, or while a line of mine has no vector: who shares a tag, the newest first."""
    event = where.matchmaking
    those = lines_on_board() if event is None else Line.objects.filter(participant__matchmaking=event)
    seen = []
    for side in Side:
        z = crowd.tags if side == Side.OFFER else lambda offered, wanted: crowd.tags(wanted, offered)
        asking = [line for line in lines if line.side != side and tags(line)]
        sectors = sorted({sector for line in asking for sector in line.sectors})
        technologies = sorted({technology for line in asking for technology in line.technologies})
        common = Q(sectors__overlap=sectors) | Q(technologies__overlap=technologies)
        rows = those.filter(common, side=side).select_related("posting").order_by("-updated_at")[:NEWEST]
        own = [one.tags for one in mine if one.kind != role(side)]
        seen += [
            Seen(row.pk if of_each_line else owner_of(row), role(side), 0.0, max(z(each, tags(row)) for each in own))
            for row in (rows if asking else [])
            if tags(row)
        ]
    return seen


def _on_board(lines: Sequence[int], reader: Reader) -> dict[int, Line]:
    """Those the reader sees there now."""
    seen = Posting.objects.visible_to(reader).current().values("pk")
    rows = Line.objects.filter(pk__in=lines, posting__in=seen)
    return {line.pk: line for line in rows.select_related("posting__organisation", "posting__cluster")}
