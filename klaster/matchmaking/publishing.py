"""What publishing a run does: who meets when and where before and after, who sits there, and what stands in the way.

Looked at before it is done (the page shows it) and again under the lock when it is done.
"""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from klaster.events.when import clock
from klaster.matchmaking import seating
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Participant, Placement, Run, Sitting
from klaster.matchmaking.presence import people_of
from klaster.matchmaking.seating import Place, Seated


@dataclass(frozen=True)
class At:
    """When and where; nowhere yet with `starts` None."""

    starts: datetime.datetime | None = None
    ends: datetime.datetime | None = None
    table: int | None = None


@dataclass(frozen=True)
class Change:
    meeting: int
    before: At
    after: At

    @property
    def is_new(self) -> bool:
        return self.before.starts is None and self.after.starts is not None

    @property
    def is_lost(self) -> bool:
        return self.before.starts is not None and self.after.starts is None

    @property
    def is_moved(self) -> bool:
        return self.before.starts is not None and self.after.starts is not None and self.before != self.after

    @property
    def keeps_its_time(self) -> bool:
        """Moved to another table only."""
        return self.before.starts == self.after.starts


@dataclass
class Outlook:
    """`changes` of meetings that are agreed; `problems` are sentences, and with one nothing is published."""

    meetings: dict[int, Meeting]
    sides: dict[int, tuple[int, ...]]
    participants: dict[int, Participant]
    changes: list[Change] = field(default_factory=list)
    seated: Seated = field(default_factory=Seated)
    sitting: dict[tuple[int, int], int] = field(default_factory=dict)
    sitting_rows: dict[tuple[int, int], int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    placed: dict[int, At] = field(default_factory=dict)

    @property
    def moved(self) -> list[Change]:
        return [change for change in self.changes if change.is_moved]

    @property
    def new(self) -> list[Change]:
        return [change for change in self.changes if change.is_new]

    @property
    def lost(self) -> list[Change]:
        return [change for change in self.changes if change.is_lost]

    @property
    def unplaced(self) -> list[int]:
        return [pk for pk in self.meetings if pk not in self.placed]

    def who(self, meeting: int) -> str:
        return " – ".join(str(self.participants[p]) for p in self.sides[meeting] if p in self.participants)

    def concerned(self, *, first: bool) -> set[int]:
        """Participants who are told: all with meetings the first time, then those whose meetings changed."""
        pks = self.meetings if first else [c.meeting for c in self.changes if c.is_new or c.is_moved or c.is_lost]
        return {p for pk in pks for p in self.sides[pk] if p in self.participants}


def outlook(matchmaking: Matchmaking, run: Run) -> Outlook:
    """What would change if the run were published now."""
    rows = list(matchmaking.meetings.agreed().order_by("pk"))
    sides = sides_of(row.pk for row in rows)
    participants = {each.pk: each for each in matchmaking.participants.all()}
    look = Outlook({row.pk: row for row in rows}, sides, participants)
    places = {place.meeting_id: place for place in Placement.objects.filter(run=run).select_related("slot", "table")}
    slots = list(matchmaking.slots.filter(is_break=False).order_by("starts", "pk"))
    number = {slot.pk: at for at, slot in enumerate(slots)}
    for row in rows:
        before = At(row.starts, row.ends, row.table_id)
        after = before
        if (place := places.get(row.pk)) is not None:
            after = At()
            if place.slot_id is not None and _all_there(sides[row.pk], participants):
                last = slots[min(number[place.slot_id] + row.slots, len(slots)) - 1]
                after = At(place.slot.starts, last.ends, place.table_id)  # type: ignore[union-attr]
        elif not _all_there(sides[row.pk], participants):
            after = At()
        if after.starts is not None:
            look.placed[row.pk] = after
        if before != after:
            look.changes.append(Change(row.pk, before, after))
    _seat(matchmaking, look)
    _tables(look)
    return look


def sides_of(meetings: Iterable[int]) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = {pk: [] for pk in meetings}
    rows = MeetingSide.objects.filter(meeting__in=list(found)).order_by("meeting", "pk")
    for meeting, participant in rows.values_list("meeting", "participant"):
        found[meeting].append(participant)
    return {pk: tuple(each) for pk, each in found.items()}


def _all_there(sides: Iterable[int], participants: dict[int, Participant]) -> bool:
    return all(participants[p].takes_part for p in sides)


def _seat(matchmaking: Matchmaking, look: Outlook) -> None:
    sitting = Sitting.objects.filter(meeting__in=list(look.meetings)).select_related("representative")
    for row in sitting.order_by("pk"):
        pair = row.meeting_id, row.representative.participant_id
        look.sitting[pair], look.sitting_rows[pair] = row.representative_id, row.pk
    places = [Place(pk, at.starts, at.ends, look.sides[pk]) for pk, at in look.placed.items()]  # type: ignore[arg-type]
    look.seated = seating.seat(places, people_of(matchmaking), look.sitting)
    changed = {change.meeting for change in look.changes}
    for meeting, who in look.seated.nobody:
        words = _("%(meeting)s at %(time)s: nobody of %(who)s is free")
        if meeting not in changed:
            words = _("%(meeting)s at %(time)s, which people arranged themselves: nobody of %(who)s is free then")
        at = look.placed[meeting].starts.astimezone(matchmaking.event.zone)  # type: ignore[union-attr]
        said = {"meeting": look.who(meeting), "time": clock(at), "who": str(look.participants[who])}
        look.problems.append(words % said)


def _tables(look: Outlook) -> None:
    at: dict[int, list[int]] = defaultdict(list)
    for pk, place in sorted(look.placed.items(), key=lambda pair: (pair[1].starts, pair[0])):
        if place.table is not None:
            at[place.table].append(pk)
    for meetings in at.values():
        for one, other in itertools.pairwise(meetings):
            if look.placed[other].starts < look.placed[one].ends:  # type: ignore[operator]
                words = _("%(one)s and %(other)s are at the same table at the same time")
                look.problems.append(words % {"one": look.who(one), "other": look.who(other)})
