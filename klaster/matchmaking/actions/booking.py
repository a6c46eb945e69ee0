"""Meetings on the day itself: booked, moved by consent, late. Under the lock of the matchmaking. Calling off is
`requests.cancel`.

Who acts is a participant, through one of its representatives; `by` is the account, where there is one.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.matchmaking import asking, live_letters
from klaster.matchmaking.actions import requests
from klaster.matchmaking.actions.locks import lock, refuse_two_places
from klaster.matchmaking.free_times import FreeTime, free_times
from klaster.matchmaking.models import (
    Matchmaking,
    Meeting,
    MeetingSide,
    MoveProposal,
    Participant,
    Phase,
    Sitting,
    Slot,
)
from klaster.matchmaking.models.meetings import NEAR, MeetingQuerySet

P = MoveProposal.State


# --- booking ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def book(asker: Participant, asked: Participant, slot: Slot, *, by: User | None) -> Meeting:
    """A free common time, at once. The others are told and may call it off.

    What the two agreed before and found no time for is given this one; else it is a new meeting, as far as the
    organiser lets people book themselves and each of them may have another.
    """
    matchmaking = _running(asker.matchmaking)
    asker, asked = _both(matchmaking, asker, asked)
    meeting = between(asker, asked).first()
    if meeting is None:
        if refused := why_not(asker, asked):
            raise ValidationError(refused)
        meeting = Meeting(matchmaking=matchmaking, is_live=True, is_online=asker.is_online or asked.is_online)
        meeting.full_clean(exclude=["matchmaking"])
        meeting.save()
        MeetingSide.objects.bulk_create([MeetingSide(meeting=meeting, participant=p) for p in (asker, asked)])
    return _give_time(matchmaking, meeting, slot, asker, by)


@transaction.atomic
def give_time(meeting: Meeting, slot: Slot, participant: Participant, *, by: User | None) -> Meeting:
    """A time for a meeting that was agreed and has none: any of its sides may give it one."""
    matchmaking = _running(meeting.matchmaking)
    return _give_time(matchmaking, Meeting.objects.agreed().get(pk=meeting.pk), slot, participant, by)


def _give_time(
    matchmaking: Matchmaking, meeting: Meeting, slot: Slot, participant: Participant, by: User | None
) -> Meeting:
    if meeting.is_placed:
        raise ValidationError(_("You have a meeting with them already."))
    put(meeting, _time(matchmaking, sides_of(meeting), slot, meeting))
    refuse_two_places()
    audit.record(gettext_noop("booked"), meeting, by=by, after={"starts": meeting.starts.isoformat()})  # type: ignore[union-attr]
    live_letters.booked(meeting, by=participant)
    return meeting


def between(*participants: Participant) -> MeetingQuerySet:
    """Agreed meetings of exactly these."""
    rows = Meeting.objects.agreed()
    for each in participants:
        rows = rows.filter(pk__in=MeetingSide.objects.filter(participant=each).values("meeting"))
    others = MeetingSide.objects.exclude(participant__in=participants).values("meeting")
    return rows.exclude(pk__in=others)


def why_not(asker: Participant, asked: Participant) -> str:
    """Why the two cannot book a new meeting, as a sentence for the asker; empty when they can."""
    matchmaking = asker.matchmaking
    if between(asker, asked).exists():
        return ""
    if not matchmaking.books_live:
        return _("The organiser gives out the times of this event.")
    rules = list(matchmaking.ask_rules.all())
    fits = not rules or asking.may_ask(rules, requests.categories_of(asker), requests.categories_of(asked))
    if not fits or requests.are_apart(asker, asked):
        return _("You cannot meet them at this event.")
    for each in (asker, asked):
        most = requests.most_meetings(matchmaking, each)
        if most is not None and requests.meetings_of(each).count() >= most:
            return _("%(who)s has as many meetings as one may have: %(most)s.") % {"who": each, "most": most}
    return ""


def _running(matchmaking: Matchmaking) -> Matchmaking:
    """Locked, with a published timetable, and not over."""
    matchmaking = lock(matchmaking)
    if matchmaking.phase != Phase.PUBLISHED or matchmaking.event.is_off:
        raise ValidationError(_("Times are booked once the timetable is published, and until the event is over."))
    return matchmaking


def _both(matchmaking: Matchmaking, *participants: Participant) -> list[Participant]:
    """As they are now, in the same order."""
    found = matchmaking.participants.taking_part().in_bulk([each.pk for each in participants])
    if len(found) < len(set(participants)) or len(found) < 2:
        raise ValidationError(_("They do not take part any more."))
    return [found[each.pk] for each in participants]


def _time(matchmaking: Matchmaking, sides: Sequence[Participant], slot: Slot, *moving: Meeting) -> FreeTime:
    """The slot, if all can still meet then and the meetings in `moving` were not there; the first of them is the one
    it is for. Raises ValidationError with what they may do instead."""
    length = moving[0].slots if moving else 1
    free = free_times(matchmaking, sides, slots=length, without=moving)
    for time in free:
        if time.slot.pk == slot.pk:
            return time
    if free:
        raise ValidationError(_("This time is taken by now. Choose another: some are still free for both of you."))
    raise ValidationError(_("This time is taken by now, and there is no other that is free for both of you."))


def put(meeting: Meeting, time: FreeTime) -> None:
    """Give the meeting this time, table and people; `refuse_two_places` follows. What people knew before stays on it,
    its calendar entry grows, and nobody is late for the other time."""
    if meeting.starts is not None:
        meeting.sides.update(is_late=False)
        meeting.was = {"starts": meeting.starts.isoformat(), "table": meeting.table_id}
        meeting.changed_at = timezone.now()
        meeting.sequence += 1
    meeting.starts, meeting.ends, meeting.table = time.slot.starts, time.ends, time.table
    if meeting.is_pinned:  # what they agreed stands in the next timetable, too
        meeting.pinned_slot, meeting.pinned_table = time.slot, time.table if meeting.pinned_table else None
    meeting.save()
    meeting.sittings.exclude(representative__in=time.people).delete()
    there = set(meeting.sittings.values_list("representative", flat=True))
    Sitting.objects.bulk_create(
        Sitting(meeting=meeting, representative_id=who) for who in time.people if who not in there
    )


# --- being late -------------------------------------------------------------------------------------------------------
@transaction.atomic
def say_late(meeting: Meeting, participant: Participant, *, is_late: bool, by: User | None) -> bool:
    """The others read it on their page of the day, and are told once. Raises ValidationError long before the meeting
    and once it is over; taken back it is at any time."""
    lock(meeting.matchmaking)
    side = meeting.sides.select_for_update().get(participant=participant)
    placed = Meeting.objects.placed().filter(pk=meeting.pk).first()
    if side.is_late == is_late or placed is None:
        return False
    if is_late and not placed.is_near(timezone.now()):
        raise ValidationError(
            _("One says so on the day: from %(hours)s hours before the meeting until its end.")
            % {"hours": NEAR // datetime.timedelta(hours=1)}
        )
    side.is_late = is_late
    side.save(update_fields=["is_late"])
    audit.record(gettext_noop("late") if is_late else gettext_noop("not late after all"), meeting, by=by)
    if is_late:
        live_letters.late(meeting, by=participant)
    return True


# --- moving by consent ------------------------------------------------------------------------------------------------
Move = tuple[Meeting, Slot]


@transaction.atomic
def propose_move(
    meeting: Meeting, slot: Slot, participant: Participant, *, by: User | None, swap: Meeting | None = None
) -> MoveProposal:
    """Ask the others whether the meeting may be at another time; a proposal of one's own before it is replaced;
    pressed twice it is one.

    With `swap`, another meeting of the participant that is at that time, the two change places; then those of both are
    asked.
    """
    matchmaking = _running(meeting.matchmaking)
    meeting = Meeting.objects.agreed().select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.starts == slot.starts:
        raise ValidationError(_("The meeting is at this time already."))
    proposal = MoveProposal(meeting=meeting, slot=slot, swaps_with=swap, proposed_by=participant)
    times_of(matchmaking, moves_of(proposal))
    waiting = meeting.proposals.filter(state=P.OPEN).first()
    if waiting and waiting.proposed_by_id != participant.pk:
        raise ValidationError(_("They propose another time themselves: answer that first."))
    if waiting and (waiting.slot_id, waiting.swaps_with_id) == (slot.pk, swap and swap.pk):
        return waiting
    if waiting:
        _answer(waiting, P.LAPSED)
    proposal.save()
    proposal.agreed.add(participant)
    audit.record(gettext_noop("proposed another time"), proposal, by=by)
    live_letters.proposed(proposal)
    return proposal


def moves_of(proposal: MoveProposal) -> list[Move]:
    """Which meeting would be when. Raises ValidationError where the other meeting is no longer at that time."""
    moves = [(proposal.meeting, proposal.slot)]
    if proposal.swaps_with is not None:
        other = Meeting.objects.get(pk=proposal.swaps_with.pk)
        was = proposal.meeting.starts
        own = Slot.objects.filter(matchmaking=other.matchmaking_id, starts=was).first() if was else None
        if not other.is_placed or other.starts != proposal.slot.starts or own is None:
            raise ValidationError(_("The other meeting is not at that time any more."))
        moves.append((other, own))
    return moves


def times_of(matchmaking: Matchmaking, moves: Sequence[Move]) -> list[FreeTime]:
    meetings = [meeting for meeting, _slot in moves]
    return [_time(matchmaking, sides_of(meeting), slot, meeting, *meetings) for meeting, slot in moves]


def sides_of(meeting: Meeting) -> list[Participant]:
    return [side.participant for side in meeting.sides.select_related("participant").order_by("pk")]


def asked_by(proposal: MoveProposal) -> set[int]:
    """Participants without whose yes nothing moves."""
    meetings = [proposal.meeting_id, *([proposal.swaps_with_id] if proposal.swaps_with_id else [])]
    sides = MeetingSide.objects.filter(meeting__in=meetings).values_list("participant", flat=True)
    return set(sides) - {proposal.proposed_by_id}


@transaction.atomic
def answer_move(proposal: MoveProposal, participant: Participant, *, agrees: bool, by: User | None) -> MoveProposal:
    """When the last of them agrees it moves, if the time is still free for all; else the proposal lapses.

    The state it is in afterwards says what came of it. Raises ValidationError where it was answered before.
    """
    matchmaking = _running(proposal.meeting.matchmaking)
    rows = MoveProposal.objects.select_for_update(of=("self",)).select_related("meeting", "slot", "swaps_with")
    proposal = rows.get(pk=proposal.pk)
    if proposal.state != P.OPEN or participant.pk not in asked_by(proposal):
        raise ValidationError(_("This proposal has been answered already."))
    if not agrees:
        _answer(proposal, P.DECLINED)
        live_letters.move_declined(proposal, by=participant)
        return proposal
    proposal.agreed.add(participant)
    if asked_by(proposal) - set(proposal.agreed.values_list("pk", flat=True)):
        return proposal
    try:
        moved = _move(matchmaking, proposal)
    except ValidationError:
        _answer(proposal, P.LAPSED)
        live_letters.move_lapsed(proposal)
        return proposal
    _answer(proposal, P.AGREED)
    for meeting in moved:
        audit.record(gettext_noop("moved by consent"), meeting, by=by)
        live_letters.moved(meeting, proposal, by=participant)
    return proposal


@transaction.atomic
def _move(matchmaking: Matchmaking, proposal: MoveProposal) -> list[Meeting]:
    moves = moves_of(proposal)
    for (meeting, _slot), time in zip(moves, times_of(matchmaking, moves), strict=True):
        put(meeting, time)
    refuse_two_places()
    return [meeting for meeting, _slot in moves]


def _answer(proposal: MoveProposal, state: str) -> None:
    proposal.state, proposal.answered_at = state, timezone.now()
    proposal.save(update_fields=["state", "answered_at"])
