"""What pages say of change requests: each fact with what was, what stands now, what is proposed, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.directory import actions, differences, verified
from klaster.directory.careful_forms import Wording, compared_words
from klaster.directory.models import ChangeRequest, ProposedValue
from klaster.directory.models.changes import SUBJECTS
from klaster.directory.verified import Fact

if TYPE_CHECKING:
    from klaster.directory.models.base import Entry, Reader

Pieces = list[tuple[str, list[differences.Piece]]]


@dataclass(frozen=True)
class Row:
    """One fact of a request in words; `then` is what the proposal was made from, `pieces` lead to `proposed`."""

    proposal: ProposedValue
    title: str
    then: list[Wording]
    now: list[Wording]
    proposed: list[Wording]
    pieces: Pieces
    is_moved: bool
    is_gone: bool


@dataclass(frozen=True)
class Shown:
    """A request with its facts."""

    change: ChangeRequest
    rows: list[Row]


def shown(change: ChangeRequest) -> Shown:
    """What differs is told from what is public while the request is undecided, else from what it was made from."""
    undecided = change.is_open or change.is_draft
    return Shown(change, [row_of(standing, undecided=undecided) for standing in actions.standing_of(change)])


def row_of(standing: actions.Standing, *, undecided: bool) -> Row:
    proposal, fact = standing.proposal, standing.fact
    if fact is None and not undecided:
        fact = verified.remembered(proposal.name, proposal.old)
    then, now, proposed = (words(fact, value) for value in (proposal.old, standing.now, proposal.new))
    return Row(
        proposal,
        capfirst(str(fact.title) if fact else _("What is not here any more")),
        then,
        now,
        proposed,
        pieces(now if undecided else then, proposed, is_taken_away=proposal.new is None),
        is_moved=undecided and standing.is_moved,
        is_gone=undecided and fact is None,
    )


def pieces(old: list[Wording], new: list[Wording], *, is_taken_away: bool) -> Pieces:
    """What differs word by word; where a fact is taken away, what it said and then that it is no more."""
    if not (is_taken_away and new):
        return compared_words(old, new)
    said, gone = ("\n".join(text for _code, text in wordings) for wordings in (old, new))
    parts = [differences.Piece(differences.REMOVED, said), differences.Piece(differences.SAME, "\n")]
    return [("", [*parts, differences.Piece(differences.ADDED, gone)])]


def words(fact: Fact | None, value: object) -> list[Wording]:
    return fact.words(value) if fact else []


def waiting(entry: Entry, reader: Reader) -> list[Shown]:
    """Open requests about an entry that this reader may see: the author, who keeps the entry, the office."""
    if not reader.is_authenticated:
        return []
    rows = ChangeRequest.objects.visible_to(reader).about(entry).open().order_by("submitted_at", "pk")
    return [shown(row) for row in rows.select_related(*SUBJECTS, "author").prefetch_related("proposals")]
