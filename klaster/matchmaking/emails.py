"""What the clock does with partner search: ends that are near."""

from __future__ import annotations

import structlog

from klaster.core import jobs
from klaster.directory.models.organisations import today
from klaster.matchmaking.actions import postings
from klaster.matchmaking.models import Posting, PostingState

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
