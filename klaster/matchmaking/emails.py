"""What the clock does with partner search: ends that are near, what came of conversations."""

from __future__ import annotations

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


@jobs.every("20 6 * * *", "matchmaking.tell_of_ends")
def tell_of_ends(timestamp: int) -> int:
    """Two weeks before a posting ends. One that fails does not hold up the others."""
    due = Posting.objects.filter(
        state=PostingState.PUBLISHED, reminded_at=None, valid_until__range=(today(), today() + postings.TOLD_BEFORE)
    )
    return jobs.for_each(due.order_by("valid_until", "pk"), postings.remind_of_end, "end of a posting not told")


@jobs.every("30 6 * * *", "matchmaking.ask_later")
def ask_later(timestamp: int) -> int:
    """Three months after a conversation. Nobody is reminded: each side is asked once."""
    due = Interest.objects.filter(state=InterestState.TALKED, talked_at__lte=today() - outcomes.LATER_AFTER)
    due = due.exclude(outcomes__stage=Outcome.Stage.LATER).order_by("pk")
    asked = jobs.for_each(
        due, lambda row: interests.ask_both(row, Outcome.Stage.LATER), "outcome of interest not asked"
    )
    introduced = LedgerEntry.objects.filter(
        kind=LedgerEntry.Kind.INTRODUCED, candidate=OuterRef("pk"), day__lte=today() - outcomes.LATER_AFTER
    )
    candidates = Candidate.objects.filter(Exists(introduced), state=Candidate.State.INTRODUCED)
    candidates = candidates.exclude(outcomes__stage=Outcome.Stage.LATER).order_by("pk")
    return asked + jobs.for_each(candidates, brokering.ask_later, "outcome of a candidate not asked")


@jobs.every("40 6 * * *", "matchmaking.alerts")
def alerts(timestamp: int) -> int:
    """What came to the board since yesterday, to those who look for it. One that fails does not hold up the others."""
    rows = SavedSearch.objects.filter(has_alerts=True, person__is_active=True).order_by("pk")
    return jobs.for_each(rows, searches.alert, "alert of a saved search not written")


@jobs.every("50 2 * * *", "matchmaking.forget_addresses")
def forget_addresses(timestamp: int) -> int:
    """Whom one could talk to, a year after a brokered request was closed."""
    return BrokeredRequest.objects.addresses_kept_long_enough().update(asker_contact="", asker_email="")
