"""Thousands of random bookings, moves and cancellations at once, while the timetable is made anew and published.

KLASTER_RANDOM_ACTS: how many; a night's run may take a hundred thousand.
"""

import os
import random
import time
from collections import Counter

import pytest
from django.core.exceptions import ValidationError

from klaster.core.tests.together import at_once
from klaster.matchmaking.actions import booking, publishing, requests
from klaster.matchmaking.models import Meeting, MoveProposal, Run, Sitting
from klaster.matchmaking.tests.desk import all_meet, an_event, made, office, published

ACTS = int(os.environ.get("KLASTER_RANDOM_ACTS", "2000"))
PEOPLE_AT_ONCE = 5
LONGEST = 60 + ACTS  # seconds


class Somebody:
    """Acts at random, each time as another participant; what was done and what was refused in words is counted."""

    def __init__(self, matchmaking, people, seed):
        self.people, self.slots, self.is_done = people, list(matchmaking.slots.all()), False
        self.chance, self.done = random.Random(seed), Counter()  # noqa: S311

    def run(self):
        try:
            for _ in range(ACTS // PEOPLE_AT_ONCE):
                act = self.chance.choices([self.book, self.cancel, self.propose, self.answer], [5, 3, 2, 2])[0]
                try:
                    self.done[act.__name__] += bool(act())
                except ValidationError:
                    self.done["refused"] += 1
        finally:
            self.is_done = True

    def book(self):
        return booking.book(*self.chance.sample(self.people, 2), self.chance.choice(self.slots), by=None)

    def mine(self):
        me = self.chance.choice(self.people)
        return me, list(Meeting.objects.placed().filter(sides__participant=me).order_by("pk"))

    def cancel(self):
        me, meetings = self.mine()
        return meetings and requests.cancel(self.chance.choice(meetings), me, by=None)

    def propose(self):
        me, meetings = self.mine()
        if not meetings:
            return None
        meeting, slot = self.chance.choice(meetings), self.chance.choice(self.slots)
        swap = next((each for each in meetings if each.starts == slot.starts and each != meeting), None)
        try:
            return booking.propose_move(meeting, slot, me, by=None, swap=swap)
        except Meeting.DoesNotExist:  # cancelled since it was read: a page that is gone
            return None

    def answer(self):
        proposals = list(MoveProposal.objects.filter(state=MoveProposal.State.OPEN).select_related("meeting"))
        if not proposals:
            return None
        proposal = self.chance.choice(proposals)
        for who in self.people:
            if who.pk in booking.asked_by(proposal):
                said = booking.answer_move(proposal, who, agrees=self.chance.random() < 0.8, by=None)
        return said.state == MoveProposal.State.AGREED


class Desk:
    """Makes the timetable anew and publishes it, again and again, until the others are done."""

    def __init__(self, matchmaking, by, others):
        self.matchmaking, self.by, self.others, self.done = matchmaking, by, others, Counter()

    def run(self):
        while not all(each.is_done for each in self.others):
            time.sleep(0.5)
            now = self.matchmaking.__class__.objects.get(pk=self.matchmaking.pk)
            run = made(now, previous=now.published_run, seconds=1)
            if run.state not in Run.ENDED_WELL:
                self.done["not made"] += 1
                continue
            try:
                self.done["published"] += bool(publishing.publish(run, by=self.by))
            except ValidationError:
                self.done["refused"] += 1


@pytest.mark.django_db(transaction=True)
def test_thousands_of_random_acts_at_once_put_nobody_in_two_places():
    matchmaking, people = an_event(people=8, slots=6, tables=3)
    all_meet(matchmaking, people[:6])
    by = office()
    published(made(matchmaking), by=by)
    matchmaking.refresh_from_db()
    crowd = [Somebody(matchmaking, people, seed) for seed in range(PEOPLE_AT_ONCE)]
    desk = Desk(matchmaking, by, crowd)
    found = at_once(*[each.run for each in (*crowd, desk)], seconds=LONGEST)
    assert [fault for fault in found if fault] == []
    done = sum((each.done for each in crowd), Counter())
    assert min(done[act] for act in ("book", "cancel", "propose", "answer")) > 0
    assert desk.done["published"] > 5
    all_is_in_its_place(matchmaking)


def all_is_in_its_place(matchmaking):
    """Each placed meeting has one person of each side, all at its time; nobody and no table twice at a time."""
    seats = list(Sitting.objects.filter(counts=True).values_list("representative", "starts"))
    assert len(seats) == len(set(seats)) > 0
    tables = list(Meeting.objects.placed().values_list("table", "starts"))
    assert len(tables) == len(set(tables))
    for meeting in Meeting.objects.prefetch_related("sides", "sittings__representative"):
        sitting = [(each.starts, each.ends, each.counts) for each in meeting.sittings.all()]
        assert set(sitting) <= {(meeting.starts, meeting.ends, meeting.is_placed)}
        if meeting.is_placed:
            there = sorted(each.representative.participant_id for each in meeting.sittings.all())
            assert there == sorted(each.participant_id for each in meeting.sides.all())
