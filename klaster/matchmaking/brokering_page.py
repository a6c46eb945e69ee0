"""What the page of a brokered request shows: candidates, their next steps, proposals, the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Value
from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.directory import search_columns as columns
from klaster.directory.models import Cluster, Organisation
from klaster.directory.search_columns import Lexemes
from klaster.matchmaking.board_list import Vocabulary
from klaster.matchmaking.forms.brokering import CandidateForm, CloseForm, LedgerForm, MoveForm
from klaster.matchmaking.models import BrokeredRequest, BrokeredState, Candidate
from klaster.matchmaking.near_lines import OF_ONE_OWNER
from klaster.matchmaking.suggestions import Suggestion, any_word, stems, suggestions

if TYPE_CHECKING:
    from klaster.accounts.models import User

MOST, LOOKED_AT = 8, 40
SHARED = 2  # longer words in common: one alone is in half of the directory
C = Candidate.State


@dataclass(frozen=True)
class Proposal:
    """Somebody to think of: the entry, what of theirs comes near, and where it stands; `near` where that is a posting,
    with both texts quoted."""

    who: Organisation | Cluster
    reason: str
    url: str
    near: Suggestion | None = None

    @property
    def key(self) -> str:
        return f"{self.who._meta.model_name}-{self.who.pk}"


@dataclass(frozen=True)
class Proposals:
    """`compares`: what was looked at of postings, meaning or tags; see suggestions.py."""

    rows: list[Proposal]
    compares: str


def proposals(request: BrokeredRequest) -> Proposals:
    """Owners of postings of the other side that come near, then entries with the words of the request; not those that
    are candidates already, nor whoever asks."""
    known = {(row.organisation_id, row.cluster_id) for row in request.candidates.all()}
    found: list[Proposal] = []
    near = suggestions(request, shown=MOST + OF_ONE_OWNER * (len(known) + 1))
    for each in near.rows:
        if owner := each.posting.owner:
            found.append(Proposal(owner, each.theirs, each.posting.get_absolute_url(), each))
    found += [Proposal(row, str(row.summary), row.get_absolute_url()) for row in entries(request)]
    best: dict[str, Proposal] = {}
    for proposal in found:
        keys = (proposal.who.pk, None) if isinstance(proposal.who, Organisation) else (None, proposal.who.pk)
        if keys not in known and keys != (request.organisation_id, None):
            best.setdefault(proposal.key, proposal)
    return Proposals(list(best.values())[:MOST], near.compares)


def entries(request: BrokeredRequest) -> list[Organisation | Cluster]:
    words = any_word(f"{request.title} {request.text}")
    if not words:
        return []
    found: list[Any] = []
    for model in (Cluster, Organisation):
        rows = model.objects.published().alias(searched=columns.index()).filter(searched=Lexemes(words))
        rank = SearchRank(columns.words(), Lexemes(words), normalization=Value(1))
        found += rows.annotate(rank=rank).order_by(F("rank").desc(), "pk")[:LOOKED_AT]
    asked = stems(f"{request.title} {request.text}")
    near = [row for row in found if len(asked & stems(said_of(row))) >= SHARED]
    return sorted(near, key=lambda row: -row.rank)[:MOST]


def said_of(entry: Organisation | Cluster) -> str:
    return " ".join(text for field in (entry.name, entry.summary, entry.description) for text in field.values())


def context(request: BrokeredRequest, reader: User) -> dict[str, Any]:
    Vocabulary().tag([request])
    works = reader.has_perm("matchmaking.change_brokeredrequest", request)
    is_taken = request.state == BrokeredState.TAKEN
    candidates = list(request.candidates.select_related("organisation", "cluster"))
    return {
        "row": request,
        "works": works,
        "may_take": works and request.state == BrokeredState.OPEN,
        "is_worked_on": works and is_taken,
        "sees_contact": reader.has_perm("matchmaking.edit_brokeredrequest", request),
        "candidates": [(candidate, next_steps(candidate) if works and is_taken else []) for candidate in candidates],
        "proposed": proposals(request) if works and is_taken else None,
        "ledger": request.ledger.select_related("by", "candidate__organisation", "candidate__cluster"),
        "ledger_form": LedgerForm(),
        "candidate_form": CandidateForm(),
        "move_form": MoveForm(auto_id=False),
        "close_form": CloseForm(request=request),
        "crumbs": [
            {"title": _("Brokered requests"), "url": reverse("brokered_list")}, {"title": request.title, "url": ""}
        ],
    }  # fmt: skip


def next_steps(candidate: Candidate) -> list[tuple[str, str]]:
    """What can be done with a candidate now: (state, words of the button)."""
    words = {
        C.ASKED: _("Asked"), C.INTRODUCED: _("Introduced"), C.DECLINED: _("Does not want"), C.DROPPED: _("Does not fit")
    }  # fmt: skip
    if candidate.state == C.PROPOSED:
        return list(words.items())
    return [each for each in words.items() if each[0] != C.ASKED] if candidate.state == C.ASKED else []
