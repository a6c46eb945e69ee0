"""Making a timetable: the problem is what rows say, the answer becomes rows, and no run is ever stuck."""

import datetime
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from klaster.core.jobs import app
from klaster.events import factories as e
from klaster.events.models import SessionChoice
from klaster.events.when import clock
from klaster.matchmaking import factories as f
from klaster.matchmaking import jobs, making, problems
from klaster.matchmaking.actions import runs
from klaster.matchmaking.models import Meeting, Run, Unavailable
from klaster.matchmaking.rooms import online_rooms
from klaster.matchmaking.run_page import RunPage
from klaster.matchmaking.tests.desk import all_meet, an_event, made, office
from klaster.matchmaking.timetabling.problem import Assignment

pytestmark = pytest.mark.django_db


def by_slot(run):
    return Counter(run.placements.exclude(slot=None).values_list("slot", flat=True))


def test_four_people_meet_each_other_and_the_check_agrees():
    matchmaking, people = an_event(people=4, slots=3, tables=2)
    all_meet(matchmaking, people)
    run = made(matchmaking)
    assert (run.state, run.is_checked, run.error) == (Run.State.DONE, True, "")
    assert run.figures["held"] == run.figures["possible"] == run.figures["agreed"] == 6
    assert set(by_slot(run).values()) == {2}
    assert run.levels[0] == {"name": "meetings", "value": 6, "bound": 6, "gap": 0.0, "proven": True}
    assert run.problem["slots"] == 3


def test_what_is_left_out_says_why_in_rows():
    matchmaking, people = an_event(people=4, slots=2, tables=2)
    all_meet(matchmaking, people)
    run = made(matchmaking)
    left = run.placements.filter(slot=None)
    assert (run.figures["held"], run.figures["possible"], left.count()) == (4, 4, 2)
    kinds = {each["kind"] for place in left for each in place.reason["binding"]}
    assert "fully_booked" in kinds


def test_people_are_not_planned_when_they_are_away_or_in_a_talk_they_chose():
    matchmaking, (one, other) = an_event(people=2, slots=3)
    slots = list(matchmaking.slots.order_by("starts"))
    f.MeetingFactory(matchmaking=matchmaking, between=[one, other])
    Unavailable.objects.create(representative=one.representatives.get(), slot=slots[0])
    talk = e.SessionFactory(event=matchmaking.event, starts=slots[1].starts, ends=slots[1].ends)
    SessionChoice.objects.create(registration=other.representatives.get().registration, session=talk)
    run = made(matchmaking)
    assert run.placements.get().slot == slots[2]


def test_somebody_cancelled_takes_part_no_more():
    matchmaking, (one, other, third) = an_event(people=3)
    gone = f.MeetingFactory(matchmaking=matchmaking, between=[one, other])
    f.MeetingFactory(matchmaking=matchmaking, between=[other, third])
    one.representatives.get().registration.event.registrations.filter(representative__participant=one).update(
        state="cancelled"
    )
    run = made(matchmaking)
    assert run.placements.get(meeting=gone).reason == {"kind": "gone"}
    assert run.figures["held"] == 1


@pytest.mark.parametrize("away", [0, 1, 2])
def test_a_delegation_sends_those_who_are_free(away):
    """Two of a delegation of three are away in the first slot: one table then, three in the other."""
    matchmaking, people = an_event(people=5, slots=2, tables=4)
    host, guests = people[0], people[1:]
    for _ in range(2):
        f.RepresentativeFactory(participant=host)
    first = matchmaking.slots.order_by("starts").first()
    for person in host.representatives.order_by("pk")[:away]:
        Unavailable.objects.create(representative=person, slot=first)
    for guest in guests:
        f.MeetingFactory(matchmaking=matchmaking, between=[host, guest])
    run = made(matchmaking)
    assert run.is_checked
    assert run.figures["held"] == run.figures["possible"] == 4
    assert by_slot(run)[first.pk] <= 3 - away
    assert run.levels[0]["value"] == run.levels[0]["bound"] == 4
    breaks = next(level for level in run.levels if level["name"] == "breaks")
    assert breaks["bound"] in (None, 0)


def test_one_table_less_people_bound_is_exact_for_delegations():
    """All three of a delegation are away but one in both slots: two meetings of four, and that is proven."""
    matchmaking, people = an_event(people=5, slots=2, tables=4)
    host, guests = people[0], people[1:]
    for _ in range(2):
        f.RepresentativeFactory(participant=host)
    for slot in matchmaking.slots.all():
        for person in host.representatives.order_by("pk")[:2]:
            Unavailable.objects.create(representative=person, slot=slot)
    for guest in guests:
        f.MeetingFactory(matchmaking=matchmaking, between=[host, guest])
    run = made(matchmaking)
    assert run.is_checked
    assert (run.figures["held"], run.figures["possible"]) == (2, 2)
    assert run.levels[0]["proven"]


def test_a_long_meeting_needs_one_person_who_is_free_all_through_it():
    """Two people, each free in one half: nobody can sit through both."""
    matchmaking, (host, guest) = an_event(people=2, slots=2)
    f.RepresentativeFactory(participant=host)
    slots = list(matchmaking.slots.order_by("starts"))
    for person, slot in zip(host.representatives.order_by("pk"), slots, strict=True):
        Unavailable.objects.create(representative=person, slot=slot)
    long = f.MeetingFactory(matchmaking=matchmaking, between=[host, guest], slots=2)
    run = made(matchmaking)
    assert run.is_checked
    assert run.placements.get(meeting=long).reason == {"kind": "nobody"}


def test_a_locked_meeting_is_where_it_must_be_and_its_table_too():
    matchmaking, people = an_event(people=4, slots=3, tables=2)
    meetings = all_meet(matchmaking, people)
    slot, table = matchmaking.slots.last(), matchmaking.tables.last()
    runs.pin(meetings[2], slot, table, by=office())
    run = made(matchmaking)
    place = run.placements.get(meeting=meetings[2])
    assert (place.slot, place.table, run.is_checked) == (slot, table, True)


def meeting_online(pairs=3, slots=2, rooms=1):
    """Pairs who agreed to meet online, no two with somebody in common; no tables but rooms."""
    matchmaking, people = an_event(people=2 * pairs, slots=slots, tables=0)
    made_of = [f.TableFactory(matchmaking=matchmaking, number=90 + n, is_online=True) for n in range(rooms)]
    two = [people[n : n + 2] for n in range(0, 2 * pairs, 2)]
    return matchmaking, [f.MeetingFactory(matchmaking=matchmaking, between=p, is_online=True) for p in two], made_of


def test_no_more_meet_online_at_a_time_than_there_are_rooms(in_english):
    matchmaking, meetings, (room,) = meeting_online()
    run = made(matchmaking)
    assert (run.is_checked, run.figures["held"], run.figures["possible"]) == (True, 2, 2)
    assert (run.levels[0]["bound"], run.levels[0]["proven"]) == (2, True)
    assert set(run.placements.exclude(slot=None).values_list("table", flat=True)) == {room.pk}
    (group,) = RunPage(run, matchmaking).groups
    times = [clock(slot.starts.astimezone(matchmaking.event.zone)) for slot in matchmaking.slots.order_by("starts")]
    assert group.reason.title == "No online room is free when both sides are"
    assert group.reason.remedies[0] == f"one more online room at {times[0]}, {times[1]}"
    left = next(m for m in meetings if m.pk == group.first)
    with pytest.raises(ValidationError, match="All online rooms are taken then"):
        runs.place(run, left, matchmaking.slots.first(), None, by=office())
    f.TableFactory(matchmaking=matchmaking, number=99, is_online=True)
    again = made(matchmaking, previous=run)
    moved = next(level for level in again.levels if level["name"] == "moved")
    assert (again.figures["held"], again.is_checked, moved["value"]) == (3, True, 0)


def test_a_meeting_locked_in_an_online_room_has_it():
    matchmaking, meetings, rooms = meeting_online(pairs=2, rooms=2)
    slot = matchmaking.slots.first()
    for each, room in zip(meetings, reversed(rooms), strict=True):
        runs.pin(each, slot, room, by=office())
    run = made(matchmaking)
    placed = {place.meeting: place.table for place in run.placements.select_related("meeting", "table")}
    assert (placed, run.is_checked) == (dict(zip(meetings, reversed(rooms), strict=True)), True)


def test_by_hand_a_meeting_takes_the_room_of_the_one_it_displaces():
    matchmaking, (one, other, third) = an_event(people=3, slots=2, tables=0)
    room = f.TableFactory(matchmaking=matchmaking, is_online=True)
    first, second = (
        f.MeetingFactory(matchmaking=matchmaking, between=[one, each], is_online=True) for each in (other, third)
    )
    run = made(matchmaking)
    there = run.placements.get(meeting=first).slot
    run = runs.place(run, second, there, None, by=office(), displaces=True)
    assert run.placements.filter(slot=there).values_list("meeting", "table").get() == (second.pk, room.pk)


def test_without_rooms_as_many_meet_online_as_want():
    matchmaking, _meetings, _rooms = meeting_online(rooms=0)
    run = made(matchmaking)
    assert (run.figures["held"], run.problem.get("rooms"), run.is_checked) == (3, None, True)
    assert set(run.placements.values_list("table", flat=True)) == {None}


def test_groups_long_meetings_and_people_away_keep_to_the_rooms():
    """A group of eight and one of two slots, all online, with one of a delegation of two away: it takes no room."""
    matchmaking, people = an_event(people=9, slots=4, tables=1)
    rooms = [f.TableFactory(matchmaking=matchmaking, number=90 + n, is_online=True) for n in range(2)]
    f.RepresentativeFactory(participant=people[0])
    Unavailable.objects.create(
        representative=people[0].representatives.first(), slot=matchmaking.slots.order_by("starts").first()
    )
    f.MeetingFactory(matchmaking=matchmaking, between=people[:8], is_online=True)
    f.MeetingFactory(matchmaking=matchmaking, between=people[7:], is_online=True, slots=2)
    for other in people[1:5]:
        f.MeetingFactory(matchmaking=matchmaking, between=[people[0], other], is_online=True)
    run = made(matchmaking)
    assert (run.is_checked, run.figures["held"], run.figures["absences"]) == (True, 6, 1)
    length = dict(matchmaking.meetings.values_list("pk", "slots"))
    number = {slot.pk: at for at, slot in enumerate(matchmaking.slots.order_by("starts"))}
    taken = Counter(
        (table, number[slot] + more)
        for meeting, slot, table in run.placements.values_list("meeting", "slot", "table")
        for more in range(length[meeting])
    )
    assert {table for table, _slot in taken} == {room.pk for room in rooms}
    assert max(taken.values()) == 1


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3), st.none() | st.integers(0, 2)), max_size=9))
def test_all_find_a_room_wherever_these_are_enough(rows):
    """Start, length, and the room it had before."""
    busy = Counter(start + more for start, length, _room in rows for more in range(length))
    rooms = max(busy.values(), default=0)
    held = [Assignment(number, start) for number, (start, _length, _room) in enumerate(rows)]
    before = {number: room for number, (_start, _length, room) in enumerate(rows) if room is not None}
    given_out = online_rooms(held, {number: row[1] for number, row in enumerate(rows)}, rooms, before)
    assert given_out.keys() == set(range(len(rows)))
    assert set(given_out.values()) <= set(range(rooms))
    taken = Counter(
        (given_out[number], start + more)
        for number, (start, length, _room) in enumerate(rows)
        for more in range(length)
    )
    assert max(taken.values(), default=1) == 1


def test_replanning_moves_as_little_as_it_can():
    matchmaking, people = an_event(people=6, slots=5, tables=3)
    meetings = all_meet(matchmaking, people)
    first = made(matchmaking)
    before = dict(first.placements.values_list("meeting", "slot"))
    Meeting.objects.filter(pk=meetings[0].pk).update(
        state="cancelled", cancelled_at=datetime.datetime.now(datetime.UTC)
    )
    again = made(matchmaking, previous=first)
    after = dict(again.placements.values_list("meeting", "slot"))
    assert {pk for pk in after if after[pk] != before[pk]} == set()
    assert next(level for level in again.levels if level["name"] == "moved")["value"] == 0


def test_there_is_nothing_to_plan_and_the_run_says_so():
    matchmaking, _people = an_event()
    with pytest.raises(ValidationError):
        runs.order(matchmaking, by=office(), seed=1, seconds=5)
    run = made(matchmaking)
    assert (run.state, run.error) == (Run.State.FAILED, making.NOTHING)


def test_ordering_queues_one_job_and_one_run_at_a_time():
    matchmaking, people = an_event()
    all_meet(matchmaking, people)
    by = office()
    run = runs.order(matchmaking, by=by, seed=7, seconds=3)
    assert run.state == Run.State.QUEUED
    with pytest.raises(ValidationError):
        runs.order(matchmaking, by=by, seed=8, seconds=3)
    jobs.make_timetable(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.seed) == (Run.State.DONE, 7)
    jobs.make_timetable(run_id=run.pk)  # twice does no harm
    assert run.placements.count() == 6


def test_stopped_it_keeps_the_best_so_far():
    matchmaking, people = an_event()
    all_meet(matchmaking, people)
    run = runs.order(matchmaking, by=office(), seed=1, seconds=60)
    runs.stop(run, by=office())
    making.make(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.STOPPED
    assert run.figures["held"] > 0


def test_a_run_whose_job_is_gone_has_failed_and_another_may_begin():
    matchmaking, people = an_event()
    all_meet(matchmaking, people)
    run = runs.order(matchmaking, by=office(), seed=1, seconds=5)
    assert making.settle() == 0  # its job waits
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING)
    app.connector.get_sync_connector().execute_query("delete from procrastinate_jobs")
    assert making.settle() == 1
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, making.DIED)
    runs.order(matchmaking, by=office(), seed=2, seconds=5)


def test_a_run_that_lost_its_worker_begins_again():
    matchmaking, people = an_event()
    all_meet(matchmaking, people)
    run = runs.order(matchmaking, by=office(), seed=1, seconds=5)
    assert making.take(run.pk).state == Run.State.RUNNING  # and the worker dies
    jobs.make_timetable(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_a_fault_ends_the_run_with_a_sentence(monkeypatch):
    matchmaking, people = an_event()
    all_meet(matchmaking, people)
    monkeypatch.setattr(problems, "event_of", lambda matchmaking: 1 / 0)
    run = made(matchmaking)
    assert (run.state, run.error) == (Run.State.FAILED, making.BROKE)
