"""Publishing: times, tables and people in one transaction, letters once, before and after, nothing lost by a race."""

import random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests import crashes
from klaster.core.tests.together import at_once
from klaster.matchmaking import factories as f
from klaster.matchmaking import making, problems
from klaster.matchmaking.actions import publishing, runs
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.models import (
    Matchmaking,
    Meeting,
    MeetingSide,
    Participant,
    Phase,
    Placement,
    Run,
    Sitting,
    Slot,
    Table,
    Unavailable,
)
from klaster.matchmaking.tests.desk import all_meet, an_event, made, office, published
from klaster.matchmaking.timetabling.solving import solve

both_ways = pytest.mark.django_db(transaction=True)


def cancel(meeting):
    """As people do it: under the lock of the event."""
    with transaction.atomic():
        lock(meeting.matchmaking)
        Meeting.objects.filter(pk=meeting.pk).update(
            state="cancelled", cancelled_at=meeting.created_at, sequence=meeting.sequence + 1
        )


def nobody_is_in_two_places():
    rows = list(Sitting.objects.filter(counts=True).values_list("representative", "starts"))
    tables = Meeting.objects.placed().exclude(table=None).values_list("table", "starts")
    return len(rows) == len(set(rows)) and len(tables) == len(set(tables))


@pytest.fixture
def fair(db):
    matchmaking, people = an_event(people=4, slots=3, tables=2)
    all_meet(matchmaking, people)
    return matchmaking


# --- what it does ----------------------------------------------------------------------------------------------------
def test_meetings_get_times_tables_and_people(fair):
    run = made(fair)
    look = published(run)
    assert len(look.new) == 6
    placed = fair.meetings.placed()
    assert placed.count() == 6
    assert Sitting.objects.filter(counts=True).count() == 12
    assert nobody_is_in_two_places()
    fair.refresh_from_db()
    run.refresh_from_db()
    assert (fair.phase, fair.published_run, run.published_at) == (Phase.PUBLISHED, run, fair.published_at)
    assert set(placed.values_list("sequence", flat=True)) == {0}
    assert AuditEvent.objects.get(action="timetable published").after["placed"] == 6


def test_everybody_is_told_once_with_their_meetings(fair, send_letters, in_english):
    run = made(fair)
    published(run)
    assert publishing.publish(run, by=office()) is None
    mails = send_letters()
    assert len(mails) == 4
    assert {mail.subject.partition(":")[0][:5] for mail in mails} <= {"Your ", "Jūsų "}
    assert Notice.objects.filter(topic="matchmaking.meetings").count() == 4
    body = next(mail.body for mail in mails)
    assert body.count("table") + body.count("stalas") >= 3


def test_only_those_whose_meetings_change_hear_again(fair, send_letters):
    first = made(fair)
    published(first)
    Letter.objects.all().delete()
    meetings = list(fair.meetings.order_by("pk"))
    cancel(meetings[0])
    again = made(fair, previous=first)
    swapped = [
        m for m in meetings[1:] if m.pk in set(again.placements.exclude(slot=None).values_list("meeting", flat=True))
    ]
    place = again.placements.get(meeting=swapped[0])
    free = next(table for table in fair.tables.all() if table != place.table)
    by = office()
    runs.place(again, swapped[0], place.slot, free, by=by, displaces=True)
    look = published(again, by=by)
    told = {p for change in look.changes for p in look.sides[change.meeting]}
    assert Letter.objects.count() == len(told)
    assert len(told) > 0
    moved = Meeting.objects.get(pk=swapped[0].pk)
    assert (moved.sequence, moved.was["table"]) == (1, place.table_id)
    assert moved.changed_at is not None
    assert set(
        fair.meetings.placed().exclude(pk__in=[c.meeting for c in look.changes]).values_list("sequence", flat=True)
    ) <= {0}


def test_a_delegation_sits_each_at_one_table(db):
    matchmaking, people = an_event(people=4, slots=2, tables=3)
    host, guests = people[0], people[1:]
    f.RepresentativeFactory(participant=host)
    for guest in guests:
        f.MeetingFactory(matchmaking=matchmaking, between=[host, guest])
    published(made(matchmaking))
    seats = Sitting.objects.filter(representative__participant=host)
    assert seats.count() == 3
    assert nobody_is_in_two_places()
    before = dict(seats.values_list("meeting", "representative"))
    gone = matchmaking.meetings.order_by("pk").first()
    cancel(gone)
    published(made(matchmaking, previous=matchmaking.published_run))
    after = dict(
        Sitting.objects.filter(representative__participant=host, counts=True).values_list("meeting", "representative")
    )
    assert after == {meeting: who for meeting, who in before.items() if meeting != gone.pk}


def test_taken_back_nothing_has_a_time_and_people_hear_of_it(fair, send_letters):
    published(made(fair))
    Letter.objects.all().delete()
    MeetingSide.objects.update(is_late=True)
    assert publishing.unpublish(fair, by=office()) == 6
    assert not MeetingSide.objects.filter(is_late=True).exists()
    fair.refresh_from_db()
    assert (fair.phase, fair.published_run, fair.meetings.placed().count(), Sitting.objects.count()) == (
        Phase.PLANNING, None, 0, 0,
    )  # fmt: skip
    assert set(fair.meetings.values_list("sequence", flat=True)) == {1}
    assert len(send_letters()) == 4


def test_only_who_runs_the_event_publishes(fair):
    with pytest.raises(PermissionDenied):
        publishing.publish(made(fair), by=UserFactory())


@pytest.mark.parametrize(("change", "words"), [({"is_checked": False}, "check"), ({"state": "failed"}, "not ready")])
def test_a_run_that_is_not_right_is_not_published(fair, change, words, in_english):
    run = made(fair)
    Run.objects.filter(pk=run.pk).update(**change)
    with pytest.raises(ValidationError, match=words):
        publishing.publish(run, by=office())


def test_somebody_who_became_busy_stops_it_with_a_name(fair, in_english):
    run = made(fair)
    place = run.placements.exclude(slot=None).first()
    side = place.meeting.sides.first().participant
    Unavailable.objects.create(representative=side.representatives.get(), slot=place.slot)
    with pytest.raises(ValidationError, match=f"nobody of {side.name} is free"):
        publishing.publish(run, by=office())
    assert fair.meetings.placed().count() == 0


def test_a_participant_who_left_loses_the_meetings_and_the_others_are_told(fair):
    run = made(fair)
    published(run)
    leaver = fair.participants.first()
    Participant.objects.filter(pk=leaver.pk).update(state="out")
    again = made(fair, previous=run)
    look = published(again)
    assert len(look.lost) == 3
    assert not Meeting.objects.placed().filter(sides__participant=leaver).exists()


def test_a_lost_table_and_a_lost_time_are_closed_and_the_replan_moves_what_was_there(db):
    matchmaking, people = an_event(people=4, slots=5, tables=3)
    all_meet(matchmaking, people)
    first = made(matchmaking)
    published(first)
    used = Meeting.objects.placed().order_by("pk").first()
    Table.objects.filter(pk=used.table_id).update(is_closed=True)
    slot = matchmaking.slots.exclude(starts=used.starts).filter(placements__run=first).first()
    Slot.objects.filter(pk=slot.pk).update(is_closed=True)
    assert Meeting.objects.get(pk=used.pk).table_id == used.table_id  # until it is published
    again = made(matchmaking, previous=first)
    assert again.is_checked
    MeetingSide.objects.update(is_late=True)
    look = published(again)
    assert look.moved
    elsewhen = {change.meeting for change in look.changes if change.before.starts != change.after.starts}
    assert set(MeetingSide.objects.filter(is_late=False).values_list("meeting", flat=True)) == elsewhen != set()
    assert not Meeting.objects.placed().filter(table=used.table_id).exists()
    assert not Meeting.objects.placed().filter(starts=slot.starts).exists()
    assert Meeting.objects.placed().count() == 6


# --- by hand ---------------------------------------------------------------------------------------------------------
def test_what_is_in_the_way_is_said_before_it_is_done(fair, in_english):
    by, run = office(), made(fair)
    one, other = list(run.placements.exclude(slot=None).order_by("slot__starts", "pk"))[::5]
    with pytest.raises(ValidationError) as refused:
        runs.place(run, one.meeting, other.slot, other.table, by=by)
    assert {each.code for each in refused.value.error_list} == {"displaces"}
    assert run.placements.get(meeting=one.meeting).slot == one.slot
    runs.place(run, one.meeting, other.slot, other.table, by=by, displaces=True)
    run.refresh_from_db()
    assert run.placements.get(meeting=one.meeting).slot == other.slot
    assert run.placements.get(meeting=other.meeting).reason == {"kind": "by_hand"}
    assert (run.is_checked, run.placements.filter(is_by_hand=True).count() >= 1) == (True, True)
    assert run.levels[0]["value"] == run.figures["held"] < 6


@pytest.mark.django_db
def test_by_hand_a_meeting_keeps_its_table_where_that_is_free():
    matchmaking, parties = an_event(people=4, slots=3, tables=2)
    one, other = [f.MeetingFactory(matchmaking=matchmaking, between=pair) for pair in (parties[:2], parties[2:])]
    slots, tables = list(matchmaking.slots.order_by("starts")), list(matchmaking.tables.order_by("number"))
    by, run = office(), made(matchmaking)
    for meeting, slot, table in [(one, 0, tables[1]), (other, 1, tables[1]), (one, 1, None), (other, 2, None)]:
        runs.place(run, meeting, slots[slot], table, by=by)
    placed = {place.meeting: (place.slot, place.table) for place in run.placements.all()}
    assert placed == {one: (slots[1], tables[0]), other: (slots[2], tables[1])}


def test_a_published_timetable_is_changed_as_a_copy(fair):
    by, run = office(), made(fair)
    published(run, by=by)
    place = run.placements.exclude(slot=None).first()
    copy = runs.place(run, place.meeting, None, None, by=by)
    assert copy != run
    assert copy.previous == run
    assert run.placements.get(meeting=place.meeting).slot == place.slot
    assert Meeting.objects.get(pk=place.meeting_id).starts is not None
    look = published(copy, by=by)
    assert [change.meeting for change in look.lost] == [place.meeting_id]


# --- at once and killed ----------------------------------------------------------------------------------------------
@both_ways
def test_published_twice_at_once_is_once():
    matchmaking, people = an_event(people=4, slots=3, tables=2)
    all_meet(matchmaking, people)
    run, by = made(matchmaking), office()
    found = at_once(*[lambda: publishing.publish(run, by=by)] * 4)
    assert sorted(each is None for each in found) == [False, True, True, True]
    assert Letter.objects.count() == 4
    assert AuditEvent.objects.filter(action="timetable published").count() == 1


@both_ways
def test_cancelling_while_it_is_published_is_never_lost():
    for seed in range(4):
        matchmaking, people = an_event(people=4, slots=3, tables=2)
        meetings = all_meet(matchmaking, people)
        run, by = made(matchmaking), office()
        chosen = random.Random(seed).sample(meetings, 3)  # noqa: S311
        at_once(lambda run=run, by=by: publishing.publish(run, by=by), *[lambda m=m: cancel(m) for m in chosen])
        states = dict(Meeting.objects.filter(matchmaking=matchmaking).values_list("pk", "state"))
        assert {pk for pk, state in states.items() if state == "cancelled"} == {m.pk for m in chosen}
        assert not Sitting.objects.filter(meeting__in=chosen, counts=True).exists()
        assert matchmaking.meetings.placed().count() == 3
        assert nobody_is_in_two_places()


KEPT = (Matchmaking, Meeting, Sitting, Run, Letter, Notice, AuditEvent, ProcrastinateEvent, ProcrastinateJob)


def whole():
    """Everything that publishing touches, without what differs from run to run."""
    meetings = Meeting.objects.order_by("pk").values_list("pk", "starts", "ends", "table", "sequence", "was")
    return {
        "matchmaking": list(Matchmaking.objects.order_by("pk").values_list("phase", "published_run")),
        "meetings": list(meetings),
        "changed": list(Meeting.objects.order_by("pk").filter(changed_at__isnull=False).values_list("pk", flat=True)),
        "sittings": sorted(Sitting.objects.values_list("meeting", "representative", "starts", "counts")),
        "runs": sorted(Run.objects.exclude(published_at=None).values_list("pk", flat=True)),
        "letters": sorted(Letter.objects.values_list("person", "subject", "body")),
        "notices": sorted(Notice.objects.values_list("person", "key")),
        "jobs": ProcrastinateJob.objects.count(),
        "audit": list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)),
    }


@both_ways
def test_killed_at_any_statement_of_publishing_it_is_published_or_it_is_not():
    matchmaking, people = an_event(people=2, slots=2, tables=1)
    all_meet(matchmaking, people)
    run, by = made(matchmaking), office()
    kept = crashes.Kept(*KEPT)
    report = crashes.at_every_statement(
        lambda: publishing.publish(run, by=by), state=whole, reset=kept.restore, again=7
    )
    assert report.between == []
    assert (report.new, report.old) == (1, report.points - 1)
    assert report.points == report.statements > 20


@both_ways
def test_killed_at_any_statement_of_publishing_a_replan_the_old_timetable_stands_or_the_new():
    matchmaking, people = an_event(people=3, slots=4, tables=2)
    meetings = all_meet(matchmaking, people)
    run, by = made(matchmaking), office()
    published(run, by=by)
    again = made(matchmaking, previous=run)
    slot = matchmaking.slots.exclude(pk__in=again.placements.values("slot")).first()
    runs.place(again, meetings[0], slot, None, by=by, displaces=True)
    kept = crashes.Kept(*KEPT)
    report = crashes.at_every_statement(
        lambda: publishing.publish(again, by=by), state=whole, reset=kept.restore, again=7
    )
    assert report.between == []
    assert report.new == 1


@both_ways
def test_killed_at_any_statement_of_writing_a_result_the_run_goes_on_or_is_done():
    matchmaking, people = an_event(people=3, slots=3, tables=2)
    all_meet(matchmaking, people)
    run = Run.objects.create(matchmaking=matchmaking, state=Run.State.RUNNING)
    event = problems.event_of(matchmaking)
    answer = solve(event.problem, time_limit=2)

    def result():
        placed = Placement.objects.order_by("meeting").values_list("meeting", "slot", "table")
        return Run.objects.get(pk=run.pk).state, list(placed)

    kept = crashes.Kept(Run, Placement)
    report = crashes.at_every_statement(
        lambda: making.finish(run, event, answer), state=result, reset=kept.restore, again=5
    )
    assert report.between == []
    assert report.new == 1
