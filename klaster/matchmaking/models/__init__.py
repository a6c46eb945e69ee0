from klaster.matchmaking.models.board import Posting, PostingState, PostingText, SavedSearch
from klaster.matchmaking.models.imports import MatchmakingImport
from klaster.matchmaking.models.interests import (
    BrokeredRequest,
    BrokeredState,
    Candidate,
    Interest,
    InterestState,
    LedgerEntry,
)
from klaster.matchmaking.models.matchmaking import AskRule, Matchmaking, Phase, Slot, Table
from klaster.matchmaking.models.meetings import (
    Meeting,
    MeetingSide,
    MoveProposal,
    Placement,
    Run,
    Sitting,
)
from klaster.matchmaking.models.outcomes import Outcome
from klaster.matchmaking.models.participants import Block, Participant, Representative, Unavailable
from klaster.matchmaking.models.requests import Feedback, MeetingRequest, Recommendation
from klaster.matchmaking.models.vectors import (
    EmbeddingModel,
    LanguageMean,
    LineVector,
    OfferCrowd,
    TechnologyVector,
)
from klaster.matchmaking.models.words import Line, Side, Technology

__all__ = [
    "AskRule", "Block", "BrokeredRequest", "BrokeredState", "Candidate", "EmbeddingModel", "Feedback", "Interest",
    "InterestState", "LanguageMean", "LedgerEntry", "Line", "LineVector", "Matchmaking", "MatchmakingImport",
    "Meeting", "MeetingRequest", "MeetingSide", "MoveProposal", "OfferCrowd", "Outcome", "Participant", "Phase",
    "Placement", "Posting", "PostingState", "PostingText", "Recommendation", "Representative", "Run", "SavedSearch",
    "Side", "Sitting", "Slot", "Table", "Technology", "TechnologyVector", "Unavailable",
]  # fmt: skip
