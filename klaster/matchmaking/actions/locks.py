"""One lock a matchmaking: whoever changes its requests, meetings, times or runs takes it first and reads after it."""

from __future__ import annotations

from klaster.matchmaking.models import Matchmaking


def lock(matchmaking: Matchmaking) -> Matchmaking:
    """The row as it is now; others wait until the transaction ends."""
    return Matchmaking.objects.select_for_update(of=("self",)).select_related("event").get(pk=matchmaking.pk)
