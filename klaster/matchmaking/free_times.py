"""Times at which given participants could meet: all of them free, somebody of each to sit there, and a table."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from klaster.matchmaking.models import Matchmaking, Meeting, Participant, Sitting, Slot, Table
from klaster.matchmaking.presence import Person, people_of


@dataclass(frozen=True)
class FreeTime:
    """`ends` is that of the last slot the meeting takes; `people` is one representative of each participant, in the
    order asked; `table` is None where they meet online without a room of the organiser's."""

    slot: Slot
    ends: datetime.datetime
    table: Table | None
    people: tuple[int, ...]


def free_times(
    matchmaking: Matchmaking,
    participants: Sequence[Participant],
    *,
    slots: int = 1,
    without: Iterable[Meeting] = (),
    now: datetime.datetime | None = None,
) -> list[FreeTime]:
    """Common free times still to come, in order; in seven questions whatever the number of times.

    `slots` is how many slots in a row the meeting takes; meetings in `without` are looked upon as not there, for those
    that are moved.
    """
    now = now or timezone.now()
    left_out = [meeting.pk for meeting in without]
    people = people_of(matchmaking, [each.pk for each in participants])
    busy = _sittings({person.pk for each in people.values() for person in each}, left_out)
    tables = _Tables(matchmaking, participants, left_out)
    found = []
    for slot, ends in spans(matchmaking, slots):
        if slot.starts <= now:
            continue
        sitting = [_who(people.get(each.pk, ()), busy, slot.starts, ends) for each in participants]
        is_held, table = tables.free(slot.starts, ends)
        if is_held and all(who is not None for who in sitting):
            found.append(FreeTime(slot, ends, table, tuple(who for who in sitting if who is not None)))
    return found


def spans(matchmaking: Matchmaking, slots: int) -> list[tuple[Slot, datetime.datetime]]:
    """Each slot a meeting of so many slots may begin at, and when it would end; none runs through a break."""
    rows = list(matchmaking.slots.order_by("starts", "pk"))
    found = []
    for number, slot in enumerate(rows):
        run = rows[number : number + slots]
        shut = any(each.is_break or each.is_closed for each in run)
        if len(run) == slots and not shut and run[-1].starts.date() == slot.starts.date():
            found.append((slot, run[-1].ends))
    return found


Busy = dict[int, list[tuple[datetime.datetime, datetime.datetime]]]


def _sittings(people: Iterable[int], left_out: Sequence[int]) -> Busy:
    busy: Busy = {}
    rows = Sitting.objects.filter(representative__in=list(people), counts=True).exclude(meeting__in=left_out)
    for who, starts, ends in rows.order_by("pk").values_list("representative", "starts", "ends"):
        busy.setdefault(who, []).append((starts, ends))  # type: ignore[arg-type]
    return busy


def _who(people: Iterable[Person], busy: Busy, starts: datetime.datetime, ends: datetime.datetime) -> int | None:
    for person in people:
        sits = any(one < ends and starts < other for one, other in busy.get(person.pk, ()))
        if not sits and person.is_free(starts, ends):
            return person.pk
    return None


class _Tables:
    """Which tables are taken when; a participant with a table of its own receives the others there."""

    def __init__(self, matchmaking: Matchmaking, participants: Sequence[Participant], left_out: Sequence[int]):
        self.is_online = any(each.is_online for each in participants)
        rows = matchmaking.tables.filter(is_online=self.is_online, is_closed=False).order_by("number")
        hosts = set(matchmaking.participants.exclude(fixed_table=None).values_list("fixed_table", flat=True))
        own = {each.fixed_table_id for each in participants if each.fixed_table_id} & {row.pk for row in rows}
        self.rows = [row for row in rows if (row.pk in own if own else row.pk not in hosts)]
        self.has_rooms = bool(rows)
        self.taken: Busy = {}
        placed = matchmaking.meetings.placed().filter(Q(table__in=self.rows)).exclude(pk__in=left_out)
        for table, starts, ends in placed.order_by("pk").values_list("table", "starts", "ends"):
            self.taken.setdefault(table, []).append((starts, ends))  # type: ignore[arg-type]

    def free(self, starts: datetime.datetime, ends: datetime.datetime) -> tuple[bool, Table | None]:
        """Whether there is somewhere to meet, and the table."""
        for row in self.rows:
            if not any(one < ends and starts < other for one, other in self.taken.get(row.pk, ())):
                return True, row
        return self.is_online and not self.has_rooms, None
