"""A process killed with -9 at every statement of what people do on the day leaves the old state or the new."""

import contextlib
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from klaster.core.models import AuditEvent, Letter, Notice
from klaster.core.tests import crashes
from klaster.events.factories import in_days
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import booking, participants, reports, requests
from klaster.matchmaking.models import (
    Meeting,
    MeetingRequest,
    MeetingSide,
    MoveProposal,
    Outcome,
    Participant,
    Representative,
    Sitting,
)

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = (
    Participant, Representative, MeetingRequest, Meeting, MeetingSide, Sitting, MoveProposal,
    MoveProposal.agreed.through, Outcome, Letter, Notice, AuditEvent, ProcrastinateEvent, ProcrastinateJob,
)  # fmt: skip


def whole():
    """All that these verbs touch, without numbers of rows and moments: a meeting booked again has another number."""
    sides = "sides__participant", "sides__is_late", "sides__held"
    meetings = Meeting.objects.values_list("starts", "ends", "table", "state", "sequence", "was__starts", *sides)
    return {
        "participants": Counter(Participant.objects.values_list("pk", "state")),
        "requests": Counter(MeetingRequest.objects.values_list("pk", "state", "reason")),
        "meetings": Counter(meetings),
        "sittings": Counter(Sitting.objects.values_list("representative", "starts", "counts")),
        "proposals": Counter(MoveProposal.objects.values_list("state", "slot", "agreed")),
        "outcomes": Counter(Outcome.objects.values_list("side", "stage", "kind")),
        "letters": Counter(Letter.objects.values_list("person", "subject")),
        "notices": Counter(Notice.objects.values_list("person", "subject_words")),
        "jobs": ProcrastinateJob.objects.count(),
        "audit": Counter(AuditEvent.objects.values_list("action", flat=True)),
    }


class Fair:
    """A published event of three with accounts; the first meets the second now, at a time agreed on their request."""

    def __init__(self):
        self.matchmaking = f.MatchmakingFactory(phase="published", event__starts=in_days(0.1))
        self.slots = [f.SlotFactory(matchmaking=self.matchmaking) for _ in range(4)]
        f.TableFactory(matchmaking=self.matchmaking)
        self.one, self.two, self.three = (f.ParticipantFactory(matchmaking=self.matchmaking) for _ in range(3))
        request = f.MeetingRequestFactory(asker=self.one, asked=self.two, state="accepted")
        meeting = f.MeetingFactory(matchmaking=self.matchmaking, between=[self.one, self.two], request=request)
        self.meeting = booking.give_time(meeting, self.slots[0], self.one, by=None)

    def book(self):
        return booking.book(self.one, self.three, self.slots[1], by=None)

    def swap(self):
        """The first meeting and one with the third are to change places; only the last yes is missing."""
        other = self.book()
        proposal = booking.propose_move(self.meeting, self.slots[1], self.one, by=None, swap=other)
        booking.answer_move(proposal, self.two, agrees=True, by=None)
        return lambda: booking.answer_move(proposal, self.three, agrees=True, by=None)

    def report(self):
        length = self.meeting.ends - self.meeting.starts
        now = timezone.now()
        Meeting.objects.filter(pk=self.meeting.pk).update(starts=now - length, ends=now)
        self.meeting.refresh_from_db()
        said = {"held": "yes", "rating": 4, "note": "", "outcome": "agreement"}
        return lambda: reports.report(self.meeting, self.one, **said, by=None)


VERBS = {
    "booking": lambda fair: fair.book,
    "proposing a move": lambda fair: lambda: booking.propose_move(fair.meeting, fair.slots[2], fair.one, by=None),
    "agreeing to a swap": Fair.swap,
    "cancelling": lambda fair: lambda: requests.cancel(fair.meeting, fair.two, by=None, reason="Ill"),
    "being late": lambda fair: lambda: booking.say_late(fair.meeting, fair.one, is_late=True, by=None),
    "not coming at all": lambda fair: lambda: participants.leave(fair.one.representatives.get(), by=None),
    "reporting": Fair.report,
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_any_statement_it_is_done_or_it_is_not(verb):
    """Done once more after the new state was reached, it changes nothing: it is refused in words, or is one."""
    act = VERBS[verb](Fair())

    def once():
        with contextlib.suppress(ValidationError):
            act()

    kept = crashes.Kept(*KEPT)
    report = crashes.at_every_statement(once, state=whole, reset=kept.restore, again=12)
    assert report.between == []
    assert (report.new, report.old) == (1, report.points - 1)
    assert report.points == report.statements
