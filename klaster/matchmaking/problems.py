"""A matchmaking event as a problem of timetabling, and its answer back as places of meetings.

Slots are the event's times without breaks, in order; tables are those in the hall, in order of their numbers. Meetings
take part when they are agreed and all their sides still are; a meeting is online when it says so or one of its sides
meets online. No more of them are held at a time than there are online rooms; where there are none at all, people call
each other, as many as want.

**Delegations whose people are not all free.** The solver knows `reps` people who are free together. Where of n people
only k are free in a slot, n - k meetings *of absence* are pinned there: of the delegation with a partner of its own
that is free in no other slot, online and in no room, so that they take no place. Each weighs more than the heaviest
meeting, so that the best timetable holds all of them: whoever left one out could give up a single meeting instead. With
all of them held the delegation has k people left in that slot: exactly what is true. What they weigh is taken off value
and bound of the first level, which stays a bound; waiting is measured anew without them, and then no bound of it is
known. Only for meetings that take several slots is counting people per slot not enough (two people, each free half of
the time, are not one): `seating.seat` looks for one person, and a meeting for which there is none is left out with that
as its reason.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from klaster.matchmaking import slots as slot_rules
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Participant, Slot, Table
from klaster.matchmaking.presence import Person, people_of
from klaster.matchmaking.seating import Place
from klaster.matchmaking.timetabling import problem as t
from klaster.matchmaking.timetabling.bound import upper_bound
from klaster.matchmaking.timetabling.measures import value_of

IN_A_ROW = datetime.timedelta(minutes=15)  # the longest pause that a longer meeting may run through
ABSENCE = "absent "  # how partners and meetings of absence are named; all others are numbers


class NothingToPlan(Exception):
    """There are no times, or no agreed meetings."""


@dataclass
class Event:
    """What the rows say, before it is a problem."""

    matchmaking: Matchmaking
    slots: list[Slot]
    breaks: list[Slot]
    tables: list[Table]  # in the hall
    rooms: list[Table]  # online
    participants: dict[int, Participant]
    people: dict[int, list[Person]]
    meetings: dict[int, Meeting]
    sides: dict[int, tuple[int, ...]]
    gone: list[int]  # agreed meetings of which a side takes part no more
    problem: t.Problem = field(init=False)  # as the solver is given it, with meetings of absence
    absences: int = 0

    def __post_init__(self) -> None:
        self.problem = _problem_of(self)
        self.absences = sum(str(meeting.id).startswith(ABSENCE) for meeting in self.problem.meetings)

    @cached_property
    def number_of_slot(self) -> dict[int, int]:
        return {slot.pk: number for number, slot in enumerate(self.slots)}

    @cached_property
    def number_of_table(self) -> dict[int, int]:
        return {table.pk: number for number, table in enumerate(self.tables)}

    @cached_property
    def slot_at(self) -> dict[datetime.datetime, int]:
        return {slot.starts: number for number, slot in enumerate(self.slots)}

    def is_online(self, meeting: int) -> bool:
        return self.meetings[meeting].is_online or any(self.participants[p].is_online for p in self.sides[meeting])

    def times(self, meeting: int, start: int) -> tuple[datetime.datetime, datetime.datetime]:
        last = min(start + self.meetings[meeting].slots, len(self.slots)) - 1
        return self.slots[start].starts, self.slots[last].ends

    def place(self, meeting: int, start: int) -> Place:
        return Place(meeting, *self.times(meeting, start), self.sides[meeting])

    @cached_property
    def real(self) -> t.Problem:
        """The problem without meetings of absence: what values are measured on."""
        people = tuple(
            replace(p, maximum=self.participants[int(p.id)].most_meetings or self.matchmaking.most_meetings)
            for p in self.problem.participants
            if not str(p.id).startswith(ABSENCE)
        )
        meetings = tuple(m for m in self.problem.meetings if not str(m.id).startswith(ABSENCE))
        return replace(self.problem, participants=people, meetings=meetings)

    def possible(self) -> int:
        """At most so many meetings, whatever the timetable and whatever they weigh."""
        light = tuple(
            replace(m, weight=2 if str(m.id).startswith(ABSENCE) else 1, pinned_slot=m.pinned_slot)
            for m in self.problem.meetings
        )
        bound = upper_bound(replace(self.problem, meetings=light, previous=())).value - 2 * self.absences
        return max(0, min(int(bound), len(self.meetings)))


def event_of(matchmaking: Matchmaking) -> Event:
    """The event as it is now. Raises NothingToPlan, and ProblemError where rows contradict each other."""
    rows = list(matchmaking.slots.order_by("starts", "pk"))
    tables = list(matchmaking.tables.filter(is_closed=False).order_by("number"))
    participants = {each.pk: each for each in matchmaking.participants.taking_part()}
    people = people_of(matchmaking)
    sides = Prefetch("sides", MeetingSide.objects.order_by("pk"))
    agreed = list(matchmaking.meetings.agreed().prefetch_related(sides).order_by("pk"))
    of = {meeting.pk: tuple(side.participant_id for side in meeting.sides.all()) for meeting in agreed}
    there = {
        meeting.pk: meeting for meeting in agreed if all(p in participants and people.get(p) for p in of[meeting.pk])
    }
    slots = [slot for slot in rows if not slot.is_break and not slot.is_closed]
    if not slots or not there:
        raise NothingToPlan
    return Event(
        matchmaking=matchmaking, slots=slots, breaks=[slot for slot in rows if slot.is_break or slot.is_closed],
        tables=[table for table in tables if not table.is_online], rooms=[table for table in tables if table.is_online],
        participants=participants, people=people, meetings=there, sides=of,
        gone=[meeting.pk for meeting in agreed if meeting.pk not in there],
    )  # fmt: skip


def _problem_of(event: Event) -> t.Problem:
    wanted = sorted({p for meeting in event.meetings for p in event.sides[meeting]})
    heaviest = max(meeting.weight for meeting in event.meetings.values())
    people, partners, absences = [], [], []
    for pk in wanted:
        party, missing = _party(event, pk)
        people.append(party)
        for slot, count in missing.items():
            for one in range(count):
                name = f"{ABSENCE}{pk} {slot} {one}"
                others = frozenset(range(len(event.slots))) - {slot}
                partners.append(t.Participant(name, unavailable=others))
                absences.append(
                    t.Meeting(name, (pk, name), weight=heaviest + 1, pinned_slot=slot, online=True, room=False)
                )
    return t.Problem(
        slots=len(event.slots), tables=len(event.tables), participants=(*people, *partners),
        meetings=(*(_meeting(event, meeting) for meeting in event.meetings.values()), *absences),
        sessions=_sessions(event), rooms=len(event.rooms) or None,
    )  # fmt: skip


def _party(event: Event, pk: int) -> tuple[t.Participant, Counter[int]]:
    """A participant, and how many of its people are missing in slots in which not all and not none are free."""
    row, people = event.participants[pk], event.people[pk]
    unavailable, talks, missing = set[int](), set[int](), Counter[int]()
    for number, slot in enumerate(event.slots):
        free = sum(person.is_free(slot.starts, slot.ends) for person in people)
        if free == 0:
            in_talk = any(person.only_a_talk(slot.starts, slot.ends) for person in people)
            (talks if in_talk else unavailable).add(number)
        elif free < len(people):
            missing[number] = len(people) - free
    most = row.most_meetings or event.matchmaking.most_meetings
    table = event.number_of_table.get(row.fixed_table_id) if row.fixed_table_id else None
    return t.Participant(
        pk, reps=len(people), unavailable=frozenset(unavailable), talks=frozenset(talks), fixed_table=table,
        maximum=None if most is None else most + missing.total(),
    ), missing  # fmt: skip


def _meeting(event: Event, meeting: Meeting) -> t.Meeting:
    pinned = event.number_of_slot.get(pin_of(event, meeting) or 0)
    if pinned is not None and pinned + meeting.slots > len(event.slots):
        pinned = None
    slots = min(meeting.slots, len(event.slots))
    return t.Meeting(
        meeting.pk, event.sides[meeting.pk], weight=meeting.weight, pinned_slot=pinned, duration=slots,
        online=event.is_online(meeting.pk), session=_one_person(event, meeting) if slots > 1 else None,
    )  # fmt: skip


def pin_of(event: Event, meeting: Meeting) -> int | None:
    """The slot a locked meeting must be in: the one it was given, else the one it is in."""
    if not meeting.is_pinned:
        return None
    if meeting.pinned_slot_id:
        return meeting.pinned_slot_id
    number = event.slot_at.get(meeting.starts) if meeting.starts else None
    return None if number is None else event.slots[number].pk


def _one_person(event: Event, meeting: Meeting) -> frozenset[int] | None:
    """Slots of all starts at which each side has somebody who is free to the end; None where that is everywhere."""
    covered: set[int] = set()
    for start in range(len(event.slots) - meeting.slots + 1):
        starts, ends = event.slots[start].starts, event.slots[start + meeting.slots - 1].ends
        if all(any(person.is_free(starts, ends) for person in event.people[p]) for p in event.sides[meeting.pk]):
            covered.update(range(start, start + meeting.slots))
    whole = covered == set(range(len(event.slots)))
    pinned = event.number_of_slot.get(pin_of(event, meeting) or 0)
    if whole or not covered or (pinned is not None and not covered.issuperset(range(pinned, pinned + meeting.slots))):
        return None
    return frozenset(covered)


def _sessions(event: Event) -> Mapping[str, frozenset[int]]:
    """Stretches without a break, where some meeting takes several slots."""
    if all(meeting.slots == 1 for meeting in event.meetings.values()):
        return {}
    spans = [slot_rules.Span(slot.starts, slot.ends) for slot in event.slots]
    breaks = [slot_rules.Span(slot.starts, slot.ends) for slot in event.breaks]
    runs = slot_rules.sessions(spans, breaks, gap=IN_A_ROW)
    return {f"stretch {number}": frozenset(run) for number, run in enumerate(runs)}


# --- and back ---------------------------------------------------------------------------------------------------------
def without_absences(event: Event, answer: t.Timetable) -> t.Timetable:
    """The timetable of real meetings, its levels measured on them."""
    held = tuple(a for a in answer.assignments if not str(a.meeting).startswith(ABSENCE))
    left = tuple(u for u in answer.unscheduled if not str(u.meeting).startswith(ABSENCE))
    if not event.absences:
        return replace(answer, assignments=held, unscheduled=left)
    taken = sum(m.weight for m in event.problem.meetings if str(m.id).startswith(ABSENCE))
    levels = []
    for level in answer.levels:
        value = value_of(level.name, event.real, held)
        bound = level.bound
        if level.name == "meetings" and bound is not None:
            bound -= taken
        elif level.name == "breaks" or (level.name == "fairness" and value != level.value):
            bound = 0 if value == 0 else None  # nothing is below none
        levels.append(t.Level(level.name, value, bound, proven=bound is not None and value == bound))
    return replace(answer, assignments=held, unscheduled=left, levels=tuple(levels))


def measured(event: Event, levels: Iterable[t.Level], held: tuple[t.Assignment, ...]) -> tuple[t.Level, ...]:
    """The same levels for another timetable of the same problem. Bounds stay those of the problem as far as they do
    not depend on which meetings are held."""
    found = []
    for level in levels:
        value = value_of(level.name, event.real, held)
        bound = level.bound if value == level.value or level.name in ("meetings", "moved") else None
        found.append(t.Level(level.name, value, bound, proven=bound is not None and value == bound))
    return tuple(found)


def levels_as_data(levels: Iterable[t.Level]) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "value": each.value, "bound": each.bound, "gap": each.gap, "proven": each.proven}
        for each in levels
    ]


def levels_from_data(rows: Iterable[Mapping[str, Any]]) -> tuple[t.Level, ...]:
    return tuple(t.Level(row["name"], row["value"], row["bound"], row["proven"]) for row in rows)
