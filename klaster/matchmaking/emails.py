"""What the clock does with partner search: ends that are near, what came of conversations."""

from __future__ import annotations

import structlog
from django.db.models import Exists, OuterRef

from klaster.core import jobs
from klaster.directory.models.organisations import today
from klaster.matchmaking.actions import brokering, interests, outcomes, postings, searches
from klaster.matchmaking.models import (
    BrokeredRequest,
    Candidate,
    Interest,
    InterestState,
    LedgerEntry,
    Outcome,
    Posting,
    PostingState,
    SavedSearch,
)

log = structlog.get_logger(__name__)


@jobs.every("20 6 * * *", "matchmaking.tell_of_ends")
def tell_of_ends(timestamp: int) -> int:
    """Two weeks before a posting ends. One that fails does not hold up the others."""
    told = 0
    due = Posting.objects.filter(
        state=PostingState.PUBLISHED, reminded_at=None, valid_until__range=(today(), today() + postings.TOLD_BEFORE)
    )
    for posting in due.order_by("valid_until", "pk"):
        try:
            told += postings.remind_of_end(posting)
        except Exception:
            log.exception("end of a posting not told", posting=posting.pk)
    return told


@jobs.every("30 6 * * *", "matchmaking.ask_later")
def ask_later(timestamp: int) -> int:
    """Three months after a conversation. Nobody is reminded: each side is asked once."""
    asked = 0
    due = Interest.objects.filter(state=InterestState.TALKED, talked_at__lte=today() - outcomes.LATER_AFTER)
    for interest in due.exclude(outcomes__stage=Outcome.Stage.LATER).order_by("pk"):
        try:
            asked += interests.ask_both(interest, Outcome.Stage.LATER)
        except Exception:
            log.exception("outcome not asked", interest=interest.pk)
    introduced = LedgerEntry.objects.filter(
        kind=LedgerEntry.Kind.INTRODUCED, candidate=OuterRef("pk"), day__lte=today() - outcomes.LATER_AFTER
    )
    candidates = Candidate.objects.filter(Exists(introduced), state=Candidate.State.INTRODUCED)
    for candidate in candidates.exclude(outcomes__stage=Outcome.Stage.LATER).order_by("pk"):
        try:
            asked += brokering.ask_later(candidate)
        except Exception:
            log.exception("outcome not asked", candidate=candidate.pk)
    return asked


@jobs.every("40 6 * * *", "matchmaking.alerts")
def alerts(timestamp: int) -> int:
    """What came to the board since yesterday, to those who look for it. One that fails does not hold up the others."""
    written = 0
    for search in SavedSearch.objects.filter(has_alerts=True, person__is_active=True).order_by("pk"):
        try:
            written += searches.alert(search)
        except Exception:
            log.exception("alert of a saved search not written", search=search.pk)
    return written


@jobs.every("50 2 * * *", "matchmaking.forget_addresses")
def forget_addresses(timestamp: int) -> int:
    """Whom one could talk to, a year after a brokered request was closed."""
    return BrokeredRequest.objects.addresses_kept_long_enough().update(asker_contact="", asker_email="")
