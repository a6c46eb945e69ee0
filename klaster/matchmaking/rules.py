"""Who may do what in partner search and matchmaking. Events are run by whoever runs the event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from klaster.directory.rules import is_secretariat
from klaster.events.rules import coordinates_some_cluster, runs_event
from klaster.matchmaking.models import (
    BrokeredRequest,
    Interest,
    Matchmaking,
    Meeting,
    MeetingRequest,
    Participant,
    Posting,
)

if TYPE_CHECKING:
    from klaster.accounts.models import User


@rules.predicate
def acts_for_somebody(user: User) -> bool:
    return user.is_authenticated and (user.affiliations.active().exists() or coordinates_some_cluster(user))


@rules.predicate
def keeps_posting(user: User, posting: Posting | None) -> bool:
    return posting is not None and Posting.objects.kept_by(user).filter(pk=posting.pk).exists()


@rules.predicate
def reviews_posting(user: User, posting: Posting | None) -> bool:
    return posting is not None and Posting.objects.reviewed_by(user).filter(pk=posting.pk).exists()


@rules.predicate
def sent_interest(user: User, interest: Interest | None) -> bool:
    """For an organisation the person still acts for, or manages."""
    return interest is not None and Interest.objects.sent_by(user).filter(pk=interest.pk).exists()


@rules.predicate
def got_interest(user: User, interest: Interest | None) -> bool:
    return interest is not None and Interest.objects.received_by(user).filter(pk=interest.pk).exists()


@rules.predicate
def works_on_brokered(user: User, request: BrokeredRequest | None) -> bool:
    return request is not None and BrokeredRequest.objects.worked_on_by(user).filter(pk=request.pk).exists()


@rules.predicate
def knows_who_asks(user: User, request: BrokeredRequest | None) -> bool:
    """Name and address of whoever asks are for who wrote it down and who has taken it."""
    return (
        request is not None and user.is_authenticated and user.pk in (request.taken_by_id, request.created_by_id)
        and coordinates_some_cluster(user)
    )  # fmt: skip


@rules.predicate
def runs_matchmaking(user: User, matchmaking: Matchmaking | None) -> bool:
    return matchmaking is not None and runs_event(user, matchmaking.event)


@rules.predicate
def speaks_for_participant(user: User, participant: Participant | None) -> bool:
    return participant is not None and Participant.objects.of(user).filter(pk=participant.pk).exists()


@rules.predicate
def runs_participants_event(user: User, participant: Participant | None) -> bool:
    return participant is not None and runs_matchmaking(user, participant.matchmaking)


@rules.predicate
def sent_request(user: User, request: MeetingRequest | None) -> bool:
    return request is not None and speaks_for_participant(user, request.asker)


@rules.predicate
def got_request(user: User, request: MeetingRequest | None) -> bool:
    return request is not None and speaks_for_participant(user, request.asked)


@rules.predicate
def sits_in_meeting(user: User, meeting: Meeting | None) -> bool:
    return (
        meeting is not None
        and Meeting.objects.filter(
            pk=meeting.pk, sides__participant__in=Participant.objects.of(user).values("pk")
        ).exists()
    )


rules.add_perm("matchmaking.add_posting", is_secretariat | acts_for_somebody)
rules.add_perm("matchmaking.change_posting", is_secretariat | keeps_posting | reviews_posting)
rules.add_perm("matchmaking.review_posting", reviews_posting)
rules.add_perm("matchmaking.add_interest", acts_for_somebody)
rules.add_perm("matchmaking.answer_interest", got_interest)
rules.add_perm("matchmaking.withdraw_interest", sent_interest)
rules.add_perm("matchmaking.add_brokeredrequest", is_secretariat | coordinates_some_cluster)
rules.add_perm("matchmaking.change_brokeredrequest", works_on_brokered)
rules.add_perm("matchmaking.edit_brokeredrequest", is_secretariat | knows_who_asks)
rules.add_perm("matchmaking.change_matchmaking", runs_matchmaking)  # rules, times, tables, timetable, all participants
rules.add_perm("matchmaking.change_participant", speaks_for_participant | runs_participants_event)
rules.add_perm("matchmaking.answer_meetingrequest", got_request)
rules.add_perm("matchmaking.withdraw_meetingrequest", sent_request)
rules.add_perm("matchmaking.change_meeting", sits_in_meeting)
for act in ("view", "add", "change", "delete"):
    rules.add_perm(f"matchmaking.{act}_technology", is_secretariat)
rules.add_perm("matchmaking.read_evidence", is_secretariat)
