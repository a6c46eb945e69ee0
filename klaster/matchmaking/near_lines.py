"""Who could answer a posting, and partners for all that somebody offers and needs, at once and without everybody.

With pgvector the nearest five hundred of each line come from its graph; lines with a tag in common are joined to them,
and all lines of whoever was found are scored exactly, in both directions. Without it tags alone find and score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from klaster.matchmaking import search_table
from klaster.matchmaking.embedding import current
from klaster.matchmaking.matching import profiles
from klaster.matchmaking.matching.crowd import Found, Seen, against
from klaster.matchmaking.models import EmbeddingModel, Line, Posting, Side
from klaster.matchmaking.search_table import Where
from klaster.matchmaking.vectors import crowd_of, known, lines_on_board, owner_of, role, tags

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

SHOWN = 10
TAGGED = 500  # lines with a tag in common that are looked at, those changed last first
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
    model, side = current(), Side(line.side).other
    mine = known([line], model)
    seen = _seen(mine, [line], model, BOARD, of_each_line=True, sides=[side])
    lines = _on_board([int(str(one.owner)) for one in seen], reader)
    picked, counts = [], {owner_of(line): OF_ONE_OWNER} if line.posting else {}
    for one in against(mine, seen, crowd_of(model)):
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
    mine = known(lines, model)
    own = {owner_of(line) for line in lines}
    seen = [one for one in _seen(mine, lines, model, where) if one.owner not in own and one.owner not in without]
    return against(mine, seen, crowd_of(model))


def _seen(
    mine: Sequence[profiles.Line],
    lines: Sequence[Line],
    model: EmbeddingModel | None,
    where: Where,
    *,
    of_each_line: bool = False,
    sides: Iterable[Side] = tuple(Side),
) -> list[Seen]:
    """Lines of whoever has one that is near or shares a tag; with `of_each_line` these alone, each for itself."""
    sides = list(sides)
    table = model if model is not None and search_table.exists(model.key) else None
    found = _tagged(lines, where, sides)
    near: set[int] = set(found.values())
    for one in mine:
        if table is not None and one.vector is not None:
            side = Side.OFFER if one.kind == "need" else Side.NEED
            rows = search_table.nearest(table, one.vector, side, where) if side in sides else []
            near.update(owner for _, owner in rows)
            if of_each_line:
                found |= dict(rows)
    rows_seen = []
    for side in sides:
        asking = [one for one in mine if one.kind != role(side)]
        rows_seen += _of_owners(table, near, found, side, asking, where) if asking else []
    told = _tags_of(line for line, *_ in rows_seen)
    return [
        Seen(line if of_each_line else owner, role(side), cosines, expected, told.get(line, frozenset()))
        for line, owner, side, cosines, expected in rows_seen
        if not of_each_line or line in found
    ]


Row = tuple[int, int, Side, Sequence[float], tuple[float, float]]


def _of_owners(
    table: EmbeddingModel | None,
    owners: Collection[int],
    found: Collection[int],
    side: Side,
    asking: Sequence[profiles.Line],
    where: Where,
) -> list[Row]:
    """All of them by the table; without it, or while a line has no vector, those found by tags."""
    vectors = [one.vector for one in asking if one.vector is not None]
    if table is not None and len(vectors) == len(asking):
        return [
            (row.line, row.owner, side, row.cosines, row.expected)
            for row in search_table.lines_of(table, owners, side, vectors, where)
        ]
    rows = Line.objects.filter(pk__in=found, side=side).select_related("posting")
    return [(line.pk, owner_of(line), side, [0.0] * len(asking), (0.0, 0.0)) for line in rows]


def _tagged(lines: Sequence[Line], where: Where, sides: Sequence[Side]) -> dict[int, int]:
    """Lines with a tag in common, and whose they are."""
    found: dict[int, int] = {}
    for side in sides:
        of_side = [line for line in lines if line.side == side.other and tags(line)]
        sectors = sorted({sector for line in of_side for sector in line.sectors})
        technologies = sorted({technology for line in of_side for technology in line.technologies})
        if sectors or technologies:
            common = Q(sectors__overlap=sectors) | Q(technologies__overlap=technologies)
            rows = _lines(where).filter(common, side=side).order_by("-updated_at")[:TAGGED]
            found |= {line.pk: owner_of(line) for line in rows if tags(line)}
    return found


def _lines(where: Where) -> QuerySet[Line]:
    if where.matchmaking is None:
        return lines_on_board().select_related("posting")
    return Line.objects.filter(participant__matchmaking=where.matchmaking).select_related("posting")


def _tags_of(lines: Iterable[int]) -> dict[int, frozenset[str]]:
    return {line.pk: tags(line) for line in Line.objects.filter(pk__in=list(lines)).only(*TAGS)}


TAGS = ("sectors", "technologies", "are_tags_confirmed", "posting_id")


def _on_board(lines: Sequence[int], reader: Reader) -> dict[int, Line]:
    """Those the reader sees there now."""
    seen = Posting.objects.visible_to(reader).current().values("pk")
    rows = Line.objects.filter(pk__in=lines, posting__in=seen)
    return {line.pk: line for line in rows.select_related("posting__organisation", "posting__cluster")}
