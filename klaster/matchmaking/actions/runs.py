"""Making timetables and changing them by hand: ordering a run, stopping it, moving and locking meetings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as changed
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.matchmaking import jobs, left_out, making, problems, seating
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.models import Matchmaking, Meeting, Phase, Placement, Run, Slot, Table
from klaster.matchmaking.problems import Event
from klaster.matchmaking.timetabling.problem import Assignment

RIGHT = "matchmaking.change_matchmaking"


@transaction.atomic
def order(matchmaking: Matchmaking, *, by: User, seed: int, seconds: int, previous: Run | None = None) -> Run:
    """Have a timetable made; with `previous` so that as few meetings as possible move from it."""
    matchmaking = lock(matchmaking)
    demand(by, RIGHT, matchmaking)
    if matchmaking.phase in (Phase.PREPARING, Phase.OVER):
        raise ValidationError(_("A timetable is made while people ask each other, or after it."))
    try:
        problems.event_of(matchmaking)
    except problems.NothingToPlan:
        raise ValidationError(_(making.NOTHING)) from None
    run = Run(matchmaking=matchmaking, previous=previous, seed=seed, seconds_allowed=seconds, by=by)
    run.full_clean(exclude=["previous", "by"])
    run.save()
    audit.record(gettext_noop("timetable ordered"), run, by=by, after={"seed": seed, "seconds": seconds})
    jobs.make_timetable.defer(run_id=run.pk)
    return run


def stop(run: Run, *, by: User) -> None:
    """Let it give the best so far."""
    demand(by, RIGHT, run.matchmaking)
    if Run.objects.filter(pk=run.pk, state__in=["queued", "running"]).update(stop_asked=True):
        audit.record(gettext_noop("timetable stopped"), run, by=by)


# --- by hand ---------------------------------------------------------------------------------------------------------
@dataclass
class Look:
    """What moving a meeting would do: `hard` forbids it, `displaced` lose their place."""

    hard: list[str] = field(default_factory=list)
    displaced: list[int] = field(default_factory=list)
    table: int | None = None  # the number of the table in the problem
    held: tuple[Assignment, ...] = ()


def look(event: Event, held: tuple[Assignment, ...], meeting: int, start: int, table: int | None) -> Look:
    """Of a meeting put at a start and a table (None: any free one), with everything else where it is."""
    others = [each for each in held if each.meeting != meeting]
    found = Look()
    row = event.meetings[meeting]
    if start + row.slots > len(event.slots):
        found.hard.append(_("The meeting would end after the last time."))
        return found
    starts, ends = event.times(meeting, start)
    for who in event.sides[meeting]:
        if not any(person.is_free(starts, ends) for person in event.people.get(who, [])):
            found.hard.append(_("%(who)s: nobody is free then") % {"who": event.participants[who]})
    at = next((each.table for each in held if each.meeting == meeting), None)
    found.table = _table(event, others, meeting, start, table, at, found)
    moved = Assignment(meeting, start, found.table)
    while True:
        tried = [each for each in others if each.meeting not in found.displaced]
        seated = seating.seat([event.place(int(e.meeting), e.slot) for e in [*tried, moved]], event.people, {})
        if not seated.nobody or found.hard:
            break
        found.displaced.append(_in_the_way(event, tried, seated.nobody[0][1], meeting, start, found))
    if event.is_online(meeting) and event.rooms and not _has_room(event, tried, meeting, start):
        found.hard.append(_("All online rooms are taken then."))
    found.held = (*tried, moved)
    return found


def _table(
    event: Event, others: list[Assignment], meeting: int, start: int, wanted: int | None, at: int | None, found: Look
) -> int | None:
    """The table wanted, its meeting displaced; or the one it is at if that is free then; or the first that nobody sits
    at and nobody owns."""
    if event.is_online(meeting):
        return None
    over = [each for each in others if each.table is not None and overlap(event, each, meeting, start)]
    if wanted is not None:
        found.displaced += [int(each.meeting) for each in over if each.table == wanted]
        _refuse_pinned(event, found)
        return wanted
    hosts = [
        row.fixed_table_id for p, row in event.participants.items() if p in event.sides[meeting] and row.fixed_table_id
    ]
    own = event.number_of_table.get(hosts[0]) if hosts else None
    owned = {event.number_of_table.get(row.fixed_table_id) for row in event.participants.values() if row.fixed_table_id}
    taken = {each.table for each in over}
    if own is not None:
        found.displaced += [int(each.meeting) for each in over if each.table == own]
        _refuse_pinned(event, found)
        return own
    free = [n for n in range(len(event.tables)) if n not in taken]
    if at in free:
        return at
    if not free:
        found.hard.append(_("All tables are taken then: choose one to take its place."))
    return next((n for n in free if n not in owned), free[0] if free else None)


def _has_room(event: Event, others: list[Assignment], meeting: int, start: int) -> bool:
    online = [each for each in others if event.is_online(int(each.meeting))]
    taken = Counter(
        slot for each in online for slot in range(each.slot, each.slot + event.meetings[int(each.meeting)].slots)
    )
    slots = range(start, start + event.meetings[meeting].slots)
    return max(taken[slot] for slot in slots) < len(event.rooms)


def _in_the_way(event: Event, tried: list[Assignment], who: int, meeting: int, start: int, found: Look) -> int:
    """The lightest meeting of a participant that overlaps; a locked one last, and then it forbids."""
    theirs = [e for e in tried if who in event.sides[int(e.meeting)] and overlap(event, e, meeting, start)]
    rank = min(theirs, key=lambda e: (event.meetings[int(e.meeting)].is_pinned, event.meetings[int(e.meeting)].weight))
    found.displaced.append(int(rank.meeting))
    _refuse_pinned(event, found)
    return found.displaced.pop()


def _refuse_pinned(event: Event, found: Look) -> None:
    for pk in found.displaced:
        if event.meetings[pk].is_pinned:
            found.hard.append(_("%(meeting)s is locked there: unlock it first") % {"meeting": who_of(event, pk)})


def overlap(event: Event, each: Assignment, meeting: int, start: int) -> bool:
    ends = each.slot + event.meetings[int(each.meeting)].slots
    return each.slot < start + event.meetings[meeting].slots and start < ends


def who_of(event: Event, meeting: int) -> str:
    return " – ".join(str(event.participants[p]) for p in event.sides[meeting])


@transaction.atomic
def draft_of(run: Run, *, by: User) -> Run:
    """A published timetable is changed as a copy of what people know now; any other as it is."""
    matchmaking = lock(run.matchmaking)
    demand(by, RIGHT, matchmaking)
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state not in Run.ENDED_WELL:
        raise ValidationError(_("This timetable is not ready."))
    if run.published_at is None:
        return run
    copy = Run.objects.create(
        matchmaking=matchmaking, previous=run, state=Run.State.DONE, seed=run.seed, by=by,
        seconds_allowed=run.seconds_allowed, problem=run.problem, levels=run.levels, figures=run.figures,
        is_checked=run.is_checked, started_at=timezone.now(), ended_at=timezone.now(), seconds=run.seconds,
    )  # fmt: skip
    event = problems.event_of(matchmaking)
    reasons = {p.meeting_id: p.reason for p in run.placements.filter(slot=None) if p.meeting_id in event.meetings}
    held = making.known_places(event)
    for each in held:
        reasons.pop(int(each.meeting), None)
    making.write(copy, event, making.settled(event, held, reasons, problems.levels_from_data(run.levels)))
    copy.save()
    return copy


@transaction.atomic
def place(
    run: Run, meeting: Meeting, slot: Slot | None, table: Table | None, *, by: User, displaces: bool = False
) -> Run:
    """Put a meeting at a time and table, or with no slot leave it out. What is published changes with publishing only.

    Raises ValidationError with what stands in the way; with `displaces`, meetings in the way lose their place.
    """
    run = draft_of(run, by=by)
    event, held = loaded(run)
    if meeting.pk not in event.meetings:
        raise ValidationError(_("This meeting is not held: it was cancelled, or somebody takes part no more."))
    reasons: dict[int, dict[str, Any]] = {p.meeting_id: p.reason for p in run.placements.filter(slot=None)}
    hand = set(run.placements.filter(is_by_hand=True).values_list("meeting", flat=True)) | {meeting.pk}
    if slot is None:
        held = tuple(each for each in held if each.meeting != meeting.pk)
        reasons[meeting.pk] = {"kind": left_out.BY_HAND}
    else:
        wanted = event.number_of_table.get(table.pk) if table else None
        seen = look(event, held, meeting.pk, event.number_of_slot[slot.pk], wanted)
        if seen.hard:
            raise ValidationError(seen.hard)
        if seen.displaced and not displaces:
            raise ValidationError([ValidationError(who_of(event, pk), code="displaces") for pk in seen.displaced])
        held = seen.held
        if meeting.is_pinned:
            Meeting.objects.filter(pk=meeting.pk).update(pinned_slot=slot, pinned_table=table)
        reasons.pop(meeting.pk, None)
        reasons |= {pk: {"kind": left_out.BY_HAND} for pk in seen.displaced}
    save_by_hand(run, event, held, {pk: why for pk, why in reasons.items() if pk in event.meetings}, hand)
    said = {"meeting": meeting.pk, "slot": str(slot or ""), "table": table.number if table else None}
    audit.record(gettext_noop("meeting placed by hand"), run, by=by, after=said)
    return run


def loaded(run: Run) -> tuple[Event, tuple[Assignment, ...]]:
    """The event of today and where the run puts its meetings. A meeting that is placed is not held to its lock."""
    event = problems.event_of(run.matchmaking)
    return event, making.places_of(event, run)


def save_by_hand(
    run: Run, event: Event, held: tuple[Assignment, ...], reasons: dict[int, dict[str, Any]], hand: Iterable[int]
) -> None:
    unlocked = tuple(
        changed(m, pinned_slot=None) if m.id in event.meetings and m.pinned_slot is not None else m
        for m in event.problem.meetings
    )
    event.problem = changed(event.problem, meetings=unlocked)  # a person's hand is above a lock of before
    if run.previous and any(level["name"] == "moved" for level in run.levels):
        event.problem = event.problem.with_previous(making.previous_of(event, run))
    levels = [level for level in run.levels if level["name"] != "moved" or event.problem.previous]
    result = making.settled(event, held, reasons, problems.levels_from_data(levels))
    making.write(run, event, result, by_hand=set(hand))
    run.save()


@transaction.atomic
def pin(meeting: Meeting, slot: Slot | None, table: Table | None, *, by: User) -> Meeting:
    """Lock a meeting at a time, and at a table if one is named: every timetable keeps it. Without a slot unlock it."""
    matchmaking = lock(meeting.matchmaking)
    demand(by, RIGHT, matchmaking)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    before = audit.snapshot(meeting)
    meeting.is_pinned, meeting.pinned_slot, meeting.pinned_table = slot is not None, slot, table if slot else None
    meeting.save(update_fields=["is_pinned", "pinned_slot", "pinned_table"])
    action = gettext_noop("meeting locked") if slot else gettext_noop("meeting unlocked")
    audit.record(action, meeting, by=by, before=before)
    return meeting


def placement_of(run: Run, meeting: int) -> Placement | None:
    return run.placements.select_related("slot", "table").filter(meeting=meeting).first()
