"""Two timetables of the demo's matchmaking event, made by the solver itself: yesterday's, and today's after people had
less time, so that it shows meetings left out with their reasons, one that is locked, and some that moved."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from klaster.accounts.models import User
from klaster.matchmaking import making
from klaster.matchmaking.demo import KEY
from klaster.matchmaking.models import Matchmaking, Meeting, Representative, Run, Slot, Unavailable

SECONDS, SEED = 2, 2018


def load_demo_timetable(people: Mapping[str, User]) -> int:
    """Make them where there are none; how many were made."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented timetables exist in demo mode only.")
    matchmaking = Matchmaking.objects.filter(event__key=KEY).first()
    if matchmaking is None or matchmaking.runs.exists():
        return 0
    slots = list(matchmaking.slots.filter(is_break=False).order_by("starts"))
    first = made(matchmaking, people["secretariat"], None)
    busiest, second = the_busiest(matchmaking)
    only(busiest[0], slots, slots[: busiest[1] - 2])
    only(second[0], slots, slots[len(slots) - second[1] + 1 :])
    apart(matchmaking, slots)
    lock_one(first)
    made(matchmaking, people["secretariat"], first)
    Run.objects.filter(pk=first.pk).update(asked_at=timezone.now() - datetime.timedelta(days=1))
    return 2


def made(matchmaking: Matchmaking, by: User, previous: Run | None) -> Run:
    run = Run.objects.create(matchmaking=matchmaking, previous=previous, seed=SEED, seconds_allowed=SECONDS, by=by)
    making.make(run.pk)
    run.refresh_from_db()
    return run


def counts(matchmaking: Matchmaking) -> Counter[int]:
    """Agreed meetings of each participant who meets on site and is not played by somebody."""
    sides = (
        matchmaking.meetings.agreed()
        .filter(is_online=False)
        .values_list("sides__participant", "sides__participant__representatives__registration__person")
    )
    return Counter(participant for participant, person in sides if person is None)


def the_busiest(matchmaking: Matchmaking) -> tuple[tuple[int, int], tuple[int, int]]:
    (one, other) = sorted(counts(matchmaking).items(), key=lambda pair: (-pair[1], pair[0]))[:2]
    return one, other


def only(participant: int, slots: list[Slot], free: list[Slot]) -> None:
    """All of a participant are free at these times only."""
    Unavailable.objects.filter(representative__participant=participant).delete()
    rows = list(Representative.objects.filter(participant=participant).order_by("pk"))
    kept = {slot.pk for slot in free}
    Unavailable.objects.bulk_create(
        Unavailable(representative=row, slot=slot) for row in rows for slot in slots if slot.pk not in kept
    )


def apart(matchmaking: Matchmaking, slots: list[Slot]) -> None:
    """Two who agreed to meet, one of them there before the break and the other after it."""
    few = counts(matchmaking)
    for meeting in matchmaking.meetings.agreed().filter(is_online=False).prefetch_related("sides").order_by("pk"):
        one, other = (side.participant_id for side in meeting.sides.all())
        if 0 < few[one] <= 2 and 0 < few[other] <= 2:
            only(one, slots, slots[: len(slots) // 2])
            only(other, slots, slots[len(slots) // 2 :])
            return


def lock_one(run: Run) -> None:
    place = run.placements.exclude(slot=None).exclude(table=None).order_by("pk").first()
    if place:
        Meeting.objects.filter(pk=place.meeting_id).update(
            is_pinned=True, pinned_slot=place.slot, pinned_table=place.table
        )
