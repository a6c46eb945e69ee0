"""Publishing a timetable and taking it back: one transaction under the lock of the event, all concerned told once."""

from __future__ import annotations

import datetime
import json

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.matchmaking import timetable_letters
from klaster.matchmaking.actions.locks import lock, refuse_two_places
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Phase, Run, Sitting
from klaster.matchmaking.publishing import At, Change, Outlook, outlook

RIGHT = "matchmaking.change_matchmaking"
BATCH = 500


@transaction.atomic
def publish(run: Run, *, by: User) -> Outlook | None:
    """Give meetings their times, tables and people as the run has them; None where it is published already.

    Raises ValidationError with sentences where somebody would be in two places, or the run is not one to publish.
    """
    matchmaking = lock(run.matchmaking)
    demand(by, RIGHT, matchmaking)
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if matchmaking.published_run_id == run.pk and matchmaking.phase == Phase.PUBLISHED:
        return None
    refuse_unfit(matchmaking, run)
    look = outlook(matchmaking, run)
    if look.problems:
        raise ValidationError(look.problems)
    first = matchmaking.phase != Phase.PUBLISHED
    now = timezone.now()
    write(look, told_before=not first, now=now)
    matchmaking.phase, matchmaking.published_run, matchmaking.published_at = Phase.PUBLISHED, run, now
    matchmaking.save(update_fields=["phase", "published_run", "published_at", "updated_at"])
    run.published_at = now
    run.save(update_fields=["published_at"])
    said = {"placed": len(look.placed), "new": len(look.new), "moved": len(look.moved), "lost": len(look.lost)}
    audit.record(gettext_noop("timetable published"), run, by=by, after=said)
    timetable_letters.tell(matchmaking, run, look, first=first)
    return look


def refuse_unfit(matchmaking: Matchmaking, run: Run) -> None:
    if run.state not in Run.ENDED_WELL:
        raise ValidationError(_("This timetable is not ready."))
    if not run.is_checked:
        raise ValidationError(_("The independent check found this timetable wrong: it cannot be published."))
    if matchmaking.phase not in (Phase.PLANNING, Phase.PUBLISHED):
        raise ValidationError(_("Close asking first: the timetable is published after it."))


def write(look: Outlook, *, told_before: bool, now: datetime.datetime) -> None:
    """Times and tables of what changed, then who sits where; the database has the last word on two places at once."""
    changed = [change for change in look.changes if change.before != change.after]
    save_places([moved(look.meetings[change.meeting], change, told_before=told_before, now=now) for change in changed])
    in_time_again([change.meeting for change in changed if change.before.starts != change.after.starts])
    gone = [look.sitting_rows[pair] for pair, who in look.sitting.items() if look.seated.who.get(pair) != who]
    Sitting.objects.filter(pk__in=gone).delete()
    fresh = [(pair, who) for pair, who in look.seated.who.items() if look.sitting.get(pair) != who]
    Sitting.objects.bulk_create(
        [Sitting(meeting_id=meeting, representative_id=who) for (meeting, _p), who in fresh], batch_size=BATCH
    )
    refuse_two_places(_("Somebody would be in two places at once: make the timetable again."))


# bulk_update makes an expression for each value: half of the time of a publication of thousands of meetings.
SAVE_PLACES = """
update matchmaking_meeting meeting
set starts = row.starts, ends = row.ends, table_id = row.table_id, was = row.was::jsonb,
  changed_at = row.changed_at, sequence = row.sequence
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::text[], %s::timestamptz[], %s::int[])
  as row (id, starts, ends, table_id, was, changed_at, sequence)
where meeting.id = row.id
"""


def save_places(rows: list[Meeting]) -> None:
    """When, where and what was before of these meetings, in one statement."""
    columns: list[list[object]] = [
        [row.pk for row in rows],
        [row.starts for row in rows],
        [row.ends for row in rows],
        [row.table_id for row in rows],
        [None if row.was is None else json.dumps(row.was) for row in rows],
        [row.changed_at for row in rows],
        [row.sequence for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(SAVE_PLACES, columns)


def in_time_again(moved: list[int]) -> None:
    """Who said to be late for a meeting said so of its time before."""
    MeetingSide.objects.filter(meeting__in=moved, is_late=True).update(is_late=False)


def moved(row: Meeting, change: Change, *, told_before: bool, now: datetime.datetime) -> Meeting:
    """The meeting with its new place; where people knew another, which, since when, and a newer calendar entry."""
    if told_before:
        row.changed_at = now
        row.was = {"starts": change.before.starts and change.before.starts.isoformat(), "table": change.before.table}
    if change.before.starts is not None:
        row.sequence += 1
    row.starts, row.ends, row.table_id = change.after.starts, change.after.ends, change.after.table
    return row


@transaction.atomic
def unpublish(matchmaking: Matchmaking, *, by: User) -> int:
    """Take the published timetable back: no meeting has a time, and people are told; how many had one."""
    matchmaking = lock(matchmaking)
    demand(by, RIGHT, matchmaking)
    if matchmaking.phase != Phase.PUBLISHED:
        raise ValidationError(_("No timetable is published."))
    rows = list(matchmaking.meetings.placed().order_by("pk"))
    for row in rows:
        moved(row, Change(row.pk, At(row.starts, row.ends, row.table_id), At()), told_before=False, now=timezone.now())
        row.was = row.changed_at = None
    save_places(rows)
    in_time_again([row.pk for row in rows])
    sittings = Sitting.objects.filter(meeting__matchmaking=matchmaking)
    timetable_letters.tell_withdrawn(matchmaking, [row.pk for row in rows])
    sittings.filter(meeting__in=rows).delete()
    run = matchmaking.published_run
    matchmaking.phase, matchmaking.published_run, matchmaking.published_at = Phase.PLANNING, None, None
    matchmaking.save(update_fields=["phase", "published_run", "published_at", "updated_at"])
    audit.record(gettext_noop("timetable taken back"), run or matchmaking, by=by, after={"meetings": len(rows)})
    return len(rows)
