"""What the clock does with events."""

from __future__ import annotations

import structlog

from klaster.core import jobs
from klaster.events.actions import states

log = structlog.get_logger(__name__)


@jobs.every("* * * * *", "events.settle_states")
def settle_states(timestamp: int) -> int:
    """Open and close registrations, and say that an event was held. One that fails does not hold up the others."""
    moved = 0
    for event in states.due_for_settling():
        try:
            moved += states.settle_now(event)
        except Exception:
            log.exception("state of an event not settled", event=event.pk)
    return moved
