"""Making a timetable: from rows to the solver and back into rows of one run, judged by the independent check.

A job does it. A worker that dies in the middle leaves the run as it was: the job is taken back and begins again; where
it cannot be, `settle` says that the run failed, so that none is stuck.
"""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.matchmaking import left_out, problems, rooms, seating
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.models import Meeting, Placement, Run, Slot, Table
from klaster.matchmaking.problems import ABSENCE, Event, NothingToPlan
from klaster.matchmaking.timetabling import files
from klaster.matchmaking.timetabling import problem as t
from klaster.matchmaking.timetabling.check import check
from klaster.matchmaking.timetabling.solving import solve
from klaster.matchmaking.timetabling.watching import Progress

log = structlog.get_logger(__name__)

TASK = "matchmaking.make_timetable"
OFTEN = 0.5  # seconds between two looks at the database while it runs

NOTHING = gettext_noop("There are no times, or no agreed meetings: nothing to plan.")
CHANGED = gettext_noop("Times, tables or meetings were deleted while it was made. Make it again.")
BROKE = gettext_noop("The making broke off by a fault of ours, which was written down. Try again, perhaps shorter.")
DIED = gettext_noop("The worker that made it stopped, and no other took it up. Make it again.")


class Teller:
    """Writes down how far the run is, and hears whether it is to stop; the last time it was told to is kept."""

    def __init__(self, run: Run):
        self.pk, self.last, self.stage, self.stopped = run.pk, 0.0, "", False

    def tell(self, now: Progress) -> None:
        if now.stage == self.stage and time.monotonic() - self.last < OFTEN:
            return
        self.last, self.stage = time.monotonic(), now.stage
        said = {
            "stage": now.stage,
            "level": now.level,
            "seconds": round(now.seconds, 1),
            "levels": problems.levels_as_data(now.levels),
        }
        Run.objects.filter(pk=self.pk, state=Run.State.RUNNING).update(progress=said)

    def stop(self) -> bool:
        if not self.stopped:
            row = Run.objects.filter(pk=self.pk).values_list("stop_asked", "state").first()
            self.stopped = row is None or row[0] or row[1] != Run.State.RUNNING
        return self.stopped


def make(run_id: int) -> None:
    """Make the timetable of one run; nothing to do where it has ended already."""
    run = take(run_id)
    if run is None:
        return
    try:
        event = problems.event_of(run.matchmaking)
        event.problem = event.problem.with_previous(previous_of(event, run))
        Run.objects.filter(pk=run.pk).update(problem=problem_as_data(event.problem))
        teller = Teller(run)
        answer = solve(
            event.problem, time_limit=run.seconds_allowed, seed=run.seed, progress=teller.tell, stop=teller.stop
        )
        finish(run, event, answer)
    except NothingToPlan:
        fail(run, NOTHING)
    except t.ProblemError as fault:
        fail(run, str(fault))
    except Exception:
        log.exception("timetable not made", run=run.pk)
        fail(run, BROKE)


def take(run_id: int) -> Run | None:
    """The run, marked as running. One that was running already lost its worker: it begins again."""
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
        if run is None or not run.is_running:
            return None
        run.state, run.started_at, run.progress = Run.State.RUNNING, timezone.now(), {}
        run.save(update_fields=["state", "started_at", "progress"])
    return Run.objects.select_related("matchmaking__event", "previous").get(pk=run_id)


def fail(run: Run, error: str) -> None:
    Run.objects.filter(pk=run.pk, state__in=[Run.State.QUEUED, Run.State.RUNNING]).update(
        state=Run.State.FAILED, error=error[:300], ended_at=timezone.now()
    )


def settle() -> int:
    """Runs that no job stands for any more have failed; how many."""
    going = list(Run.objects.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING]))  # first: a new run has its job
    jobs = ProcrastinateJob.objects.filter(task_name=TASK, status__in=["todo", "doing"])
    alive = set(jobs.values_list("args__run_id", flat=True))
    lost = [run for run in going if run.pk not in alive]
    for run in lost:
        fail(run, DIED)
    return len(lost)


def problem_as_data(problem: t.Problem) -> Any:
    text = io.StringIO()
    files.write_problem(problem, text)
    return json.loads(text.getvalue())


# --- what there was before -------------------------------------------------------------------------------------------
def previous_of(event: Event, run: Run) -> tuple[t.Assignment, ...]:
    """Where meetings are that are to move as little as possible: as people know them, or as another run had them."""
    if run.previous is None:
        return ()
    if run.previous_id == run.matchmaking.published_run_id:
        return known_places(event)
    return places_of(event, run.previous)


def known_places(event: Event) -> tuple[t.Assignment, ...]:
    """The times and tables that meetings have now, as far as they are times of the event."""
    found = []
    for meeting in event.meetings.values():
        start = event.slot_at.get(meeting.starts) if meeting.starts else None
        if start is not None and start + meeting.slots <= len(event.slots):
            found.append(t.Assignment(meeting.pk, start, _table(event, meeting.pk, meeting.table_id)))
    return tuple(found)


def places_of(event: Event, run: Run) -> tuple[t.Assignment, ...]:
    """Where a run puts the meetings that still stand, in slots that are still there."""
    found = []
    for meeting, slot, table in (
        run.placements.exclude(slot=None).order_by("pk").values_list("meeting", "slot", "table")
    ):
        start = event.number_of_slot.get(slot)
        if meeting not in event.meetings or start is None:
            continue
        if start + event.meetings[meeting].slots <= len(event.slots):
            found.append(t.Assignment(meeting, start, _table(event, meeting, table)))
    return tuple(found)


def _table(event: Event, meeting: int, table: int | None) -> int | None:
    return None if event.is_online(meeting) or table is None else event.number_of_table.get(table)


# --- the end ---------------------------------------------------------------------------------------------------------
@dataclass
class Result:
    """A timetable of real meetings as it is kept: `tables` and `rooms` by meeting, `reasons` of those left out."""

    held: tuple[t.Assignment, ...]
    rooms: dict[int, int]
    reasons: dict[int, dict[str, Any]]
    levels: tuple[t.Level, ...]
    verdict: list[str] = field(default_factory=list)


def result_of(event: Event, answer: t.Timetable) -> Result:
    """The solver's answer with pinned tables, rooms online and somebody for each seat, and what the check says."""
    real = problems.without_absences(event, answer)
    reasons = {int(each.meeting): left_out.as_data(each, event.slots) for each in real.unscheduled}
    return settled(event, real.assignments, reasons, real.levels)


def settled(
    event: Event, held: tuple[t.Assignment, ...], reasons: dict[int, dict[str, Any]], levels: tuple[t.Level, ...]
) -> Result:
    """A timetable made whole: also after a change by hand."""
    long = {pk: meeting.slots for pk, meeting in event.meetings.items()}
    pinned = {
        pk: event.number_of_table[meeting.pinned_table_id]
        for pk, meeting in event.meetings.items()
        if meeting.is_pinned and meeting.pinned_table_id in event.number_of_table
    }
    hosts = {p for p, row in event.participants.items() if row.fixed_table_id}
    fixed = [pk for pk, sides in event.sides.items() if hosts.intersection(sides)]
    held = rooms.at_pinned_tables(held, pinned, long, fixed)
    seated = seating.seat([event.place(int(each.meeting), each.slot) for each in held], event.people, {})
    without = {meeting for meeting, _who in seated.nobody}
    held = tuple(each for each in held if each.meeting not in without)
    reasons = reasons | {pk: {"kind": left_out.NOBODY} for pk in without}
    for pk in event.meetings.keys() - {int(each.meeting) for each in held} - reasons.keys():
        reasons[pk] = {"kind": left_out.BY_HAND}
    levels = problems.measured(event, levels, held)
    return Result(held, _rooms(event, held, long), reasons, levels, verdict(event, held, reasons, levels))


def _rooms(event: Event, held: tuple[t.Assignment, ...], long: dict[int, int]) -> dict[int, int]:
    known = {room.pk: number for number, room in enumerate(event.rooms)}
    online = [each for each in held if event.is_online(int(each.meeting))]
    wanted = {pk: m.pinned_table_id if m.is_pinned and m.pinned_table_id in known else m.table_id
              for pk, m in event.meetings.items()}  # fmt: skip
    before = {pk: known[room] for pk, room in wanted.items() if room in known}
    given = rooms.online_rooms(online, long, len(event.rooms), before)
    return {meeting: event.rooms[number].pk for meeting, number in given.items()}


def verdict(
    event: Event, held: tuple[t.Assignment, ...], reasons: dict[int, dict[str, Any]], levels: tuple[t.Level, ...]
) -> list[str]:
    """What the independent check finds wrong: on the real problem with all that is claimed, and once more with people
    who are missing."""
    left = tuple(t.Unscheduled(pk, reason.get("words") or reason.get("kind") or "?") for pk, reason in reasons.items()
                 if pk in event.meetings)  # fmt: skip
    claimed = t.Timetable(held, left, levels, 0.0, 1)
    missing = [
        t.Assignment(m.id, int(m.pinned_slot or 0)) for m in event.problem.meetings if str(m.id).startswith(ABSENCE)
    ]
    found = check(event.real, claimed) + (check(event.problem, [*held, *missing]) if missing else [])
    return [each.words for each in found]


@transaction.atomic
def finish(run: Run, event: Event, answer: t.Timetable) -> None:
    """Write a result down, all of it or nothing."""
    result = result_of(event, answer)
    lock(run.matchmaking)
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != Run.State.RUNNING:
        return
    if not _still_there(event, result):
        fail(run, CHANGED)
        return
    write(run, event, result)
    run.state = Run.State.STOPPED if run.stop_asked else Run.State.DONE
    run.seconds, run.ended_at = answer.seconds, timezone.now()
    run.save()


def _still_there(event: Event, result: Result) -> bool:
    wanted = {event.slots[each.slot].pk for each in result.held}
    tables = {event.tables[each.table].pk for each in result.held if each.table is not None} | set(
        result.rooms.values()
    )
    meetings = set(event.meetings) | set(event.gone)
    return (
        wanted <= set(Slot.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        and tables <= set(Table.objects.filter(pk__in=tables).values_list("pk", flat=True))
        and meetings <= set(Meeting.objects.filter(pk__in=meetings).values_list("pk", flat=True))
    )


def write(run: Run, event: Event, result: Result, *, by_hand: set[int] | None = None) -> None:
    """Rows of a result, and what the run says of it; the run is not saved."""
    kept = by_hand or set()
    rows = [
        Placement(
            run=run, meeting_id=int(each.meeting), slot=event.slots[each.slot], is_by_hand=each.meeting in kept,
            table_id=result.rooms.get(int(each.meeting))
            if event.is_online(int(each.meeting))
            else event.tables[each.table].pk if each.table is not None else None,
        )
        for each in result.held
    ]  # fmt: skip
    reasons = result.reasons | {pk: {"kind": left_out.GONE} for pk in event.gone}
    rows += [Placement(run=run, meeting_id=pk, reason=why, is_by_hand=pk in kept) for pk, why in reasons.items()]
    run.placements.all().delete()
    Placement.objects.bulk_create(rows, batch_size=1000)
    run.levels = problems.levels_as_data(result.levels)
    run.is_checked = not result.verdict
    run.figures = figures(event, result)
    run.progress = {}
    if result.verdict:
        run.error = result.verdict[0][:300]
        log.error("a timetable is wrong", run=run.pk, wrong=result.verdict[:5])


def figures(event: Event, result: Result) -> dict[str, Any]:
    onsite = [each for each in result.held if each.table is not None]
    online = sum(event.is_online(int(each.meeting)) for each in result.held)
    used = sum(event.meetings[int(each.meeting)].slots for each in onsite)
    return {
        "agreed": len(event.meetings) + len(event.gone),
        "possible": event.possible(),
        "held": len(result.held),
        "slots": len(event.slots),
        "tables": len(event.tables),
        "places": len(event.slots) * len(event.tables),
        "free": len(event.slots) * len(event.tables) - used,
        "online": online,
        "absences": event.absences,
        "violations": len(result.verdict),
    }
