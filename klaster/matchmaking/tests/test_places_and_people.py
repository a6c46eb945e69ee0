"""PostgreSQL refuses two places for one person and two meetings for one table, whatever the code does."""

import datetime
import random
import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from klaster.matchmaking import factories as f
from klaster.matchmaking.models import Meeting, Sitting

NOON = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
TWENTY = datetime.timedelta(minutes=20)


@pytest.fixture
def matchmaking(db):
    return f.MatchmakingFactory()


def seat(meeting, start=None, table=None):
    """All first representatives sit in the meeting, then it gets its time."""
    for side in meeting.sides.all():
        Sitting.objects.create(meeting=meeting, representative=side.participant.representatives.first())
    place(meeting, start, table)


def place(meeting, start, table=None):
    ends = start and start + TWENTY
    Meeting.objects.filter(pk=meeting.pk).update(starts=start, ends=ends, table=table)


def refuse_now():
    """Deferred constraints are looked at when the transaction ends, or when asked."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def meeting_of(matchmaking, *people):
    missing = [f.ParticipantFactory(matchmaking=matchmaking) for _ in range(2 - len(people))]
    return f.MeetingFactory(matchmaking=matchmaking, between=[*people, *missing])


@pytest.mark.parametrize("minutes", [0, 10, 19, -19])
def test_nobody_is_in_two_meetings_that_overlap(matchmaking, minutes):
    common = f.ParticipantFactory(matchmaking=matchmaking)
    seat(meeting_of(matchmaking, common), NOON)
    refuse_now()
    with pytest.raises(IntegrityError, match="person_is_in_one_place_at_a_time"), transaction.atomic():
        seat(meeting_of(matchmaking, common), NOON + datetime.timedelta(minutes=minutes))


def test_one_after_the_other_is_fine_and_a_delegation_sits_at_two_tables(matchmaking):
    common = f.ParticipantFactory(matchmaking=matchmaking)
    f.RepresentativeFactory(participant=common)
    tables = [f.TableFactory(matchmaking=matchmaking) for _ in range(2)]
    seat(meeting_of(matchmaking, common), NOON, tables[0])
    seat(meeting_of(matchmaking, common), NOON + TWENTY, tables[0])
    other = meeting_of(matchmaking, common)
    for side in other.sides.all():
        Sitting.objects.create(meeting=other, representative=side.participant.representatives.last())
    place(other, NOON, tables[1])
    refuse_now()
    assert Sitting.objects.filter(counts=True).count() == 6


def test_a_table_has_one_meeting_at_a_time_and_a_cancelled_one_frees_it(matchmaking):
    table = f.TableFactory(matchmaking=matchmaking)
    first, second = f.MeetingFactory(matchmaking=matchmaking), f.MeetingFactory(matchmaking=matchmaking)
    seat(first, NOON, table)
    refuse_now()
    with pytest.raises(IntegrityError, match="table_has_one_meeting_at_a_time"), transaction.atomic():
        seat(second, NOON, table)
    Meeting.objects.filter(pk=first.pk).update(state=Meeting.State.CANCELLED)
    seat(second, NOON, table)
    assert set(Sitting.objects.filter(meeting=first).values_list("counts", flat=True)) == {False}


def test_a_sitting_cannot_be_given_another_time_than_its_meeting(matchmaking):
    meeting = f.MeetingFactory(matchmaking=matchmaking)
    seat(meeting, NOON)
    Sitting.objects.update(starts=NOON + 5 * TWENTY, ends=NOON + 6 * TWENTY, counts=False)
    assert set(Sitting.objects.values_list("starts", "ends", "counts")) == {(NOON, NOON + TWENTY, True)}


def test_two_meetings_change_places_in_one_transaction(matchmaking):
    people = [f.ParticipantFactory(matchmaking=matchmaking) for _ in range(3)]
    first = f.MeetingFactory(matchmaking=matchmaking, between=people[:2])
    second = f.MeetingFactory(matchmaking=matchmaking, between=people[1:])
    seat(first, NOON)
    seat(second, NOON + TWENTY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all deferred")
        place(first, NOON + TWENTY)
        place(second, NOON)
        refuse_now()
    assert Meeting.objects.get(pk=first.pk).starts == NOON + TWENTY


@pytest.mark.django_db(transaction=True)
def test_random_bookings_at_once_put_nobody_in_two_places():
    """Eight connections move and cancel meetings of six people at random; the database keeps the rule, and no
    sitting is left with a time other than its meeting's."""
    matchmaking = f.MatchmakingFactory()
    people = [f.ParticipantFactory(matchmaking=matchmaking) for _ in range(6)]
    tables = [f.TableFactory(matchmaking=matchmaking) for _ in range(3)]
    meetings = []
    for number in range(15):
        meeting = f.MeetingFactory(matchmaking=matchmaking, between=random.Random(number).sample(people, 2))  # noqa: S311
        seat(meeting)
        meetings.append(meeting)
    refused = []

    def book(seed):
        chance = random.Random(seed)  # noqa: S311
        for _ in range(40):
            start = NOON + chance.randrange(4) * TWENTY
            try:
                with transaction.atomic():
                    meeting = chance.choice(meetings)
                    if chance.random() < 0.2:
                        place(meeting, None)
                    else:
                        place(meeting, start, chance.choice(tables))
            except (IntegrityError, OperationalError) as error:  # a deadlock is an honest refusal too
                refused.append(str(error))
        connection.close()

    threads = [threading.Thread(target=book, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    placed = list(Sitting.objects.filter(counts=True).values_list("representative", "starts"))
    assert placed
    assert len(placed) == len(set(placed))
    assert refused
    assert all(
        s.starts == s.meeting.starts and s.ends == s.meeting.ends for s in Sitting.objects.select_related("meeting")
    )
