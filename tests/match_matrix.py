"""The permission matrix of partner search and matchmaking: rows of the same kind as tests/permission_matrix.py, a block
for each part.

The second of the six people acts for `world.organisation`, a member of the cluster whose coordinator is the third.
At events both take part, and the coordinator runs them; the others have nothing to do with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from klaster.events.factories import RegistrationFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import booking
from klaster.matchmaking.models import Matchmaking, Meeting, Participant, Representative
from tests.event_matrix import ORGANISERS
from tests.matrix_rows import NONE_OF_MINE, OFFICE, OWN, POST_ONLY, PUBLIC, SENDABLE, SIGNED_IN, Row

if TYPE_CHECKING:
    from tests.test_permission_matrix import World

BROKERS = "login 403 200 200 200 200"
ITS_BROKER = "login 404 200 404 200 200"
ITS_BROKER_SENDS = "login 404 ok 404 ok ok"
MEMBER_AND_OFFICE = "login 200 404 404 200 200"
ITS_PEOPLE = "login 200 200 404 200 200"  # of the member, its coordinator, the office
ITS_PEOPLE_SEND = "login ok ok 404 ok ok"


def its_posting(world: World) -> list[Any]:
    """On the board, of the member."""
    return [f.PostingFactory(organisation=world.organisation, review_cluster=world.cluster).slug]


def posting_of_others(world: World) -> list[Any]:
    return [f.PostingFactory().slug]


def its_interest(world: World) -> list[Any]:
    """In a posting of the member, who acts for it; its coordinator is not asked, since somebody of it is here."""
    return [f.InterestFactory(posting__organisation=world.organisation).pk]


def its_outcome(world: World) -> list[Any]:
    return [f.OutcomeFactory().token]


def search_of_the_member(world: World) -> list[Any]:
    return [f.SavedSearchFactory(person=world.people["member"]).pk]


def open_request(world: World) -> list[Any]:
    """Nobody has taken it: coordinators see it, and not who asks."""
    return [f.BrokeredRequestFactory().pk]


def request_of_the_coordinator(world: World) -> list[Any]:
    return [taken_by_the_coordinator(world).pk]


def candidate_of_the_coordinator(world: World) -> list[Any]:
    row = taken_by_the_coordinator(world)
    return [row.pk, f.CandidateFactory(request=row).pk]


def taken_by_the_coordinator(world: World) -> Any:
    by = world.people["coordinator"]
    return f.BrokeredRequestFactory(state="taken", taken_by=by, taken_at=timezone.now())


def csv(world: World) -> list[Any]:
    return ["csv"]


# A visitor is asked to sign in, for there are links for people without an account; strangers find nothing.
PARTICIPANTS = "login 200 200 404 404 404"
PARTICIPANTS_SEND = "login ok ok 404 404 404"
LOOKED_AT = "405 405 405 405 405 405"
THE_MEMBERS = "login 200 404 404 404 404"
THE_MEMBERS_SEND = "login ok 404 404 404 404"


# --- the participants' side of an event -----------------------------------------------------------------------------
def participant_of(world: World, role: str) -> Participant:
    """The participant of one of the six people at the event, made once."""
    matchmaking = Matchmaking.objects.filter(event=world.event).first() or f.MatchmakingFactory(event=world.event)
    person = world.people[role]
    known = Representative.objects.filter(registration__person=person, registration__event=world.event).first()
    if known:
        return known.participant
    participant = f.ParticipantFactory(matchmaking=matchmaking, people=[])
    registration = RegistrationFactory(event=world.event, person=person, state="confirmed")
    Representative.objects.create(participant=participant, registration=registration)
    return participant


def at_the_event(world: World) -> list[Any]:
    participant_of(world, "member")
    participant_of(world, "coordinator")
    return [world.event.slug]


def another_participant(world: World) -> list[Any]:
    slug = at_the_event(world)
    matchmaking = Matchmaking.objects.get(event=world.event)
    return [*slug, f.ParticipantFactory(matchmaking=matchmaking, people=[None]).pk]


def line_of_the_member(world: World) -> list[Any]:
    return [*at_the_event(world), f.LineFactory(participant=participant_of(world, "member")).pk]


def request_to_the_member(world: World) -> list[Any]:
    slug, pk = another_participant(world)
    asker = Participant.objects.get(pk=pk)
    return [slug, f.MeetingRequestFactory(asker=asker, asked=participant_of(world, "member")).pk]


def meeting_of_the_member(world: World) -> list[Any]:
    slug, pk = another_participant(world)
    sides = [Participant.objects.get(pk=pk), participant_of(world, "member")]
    return [slug, f.MeetingFactory(matchmaking=sides[0].matchmaking, between=sides).pk]


def link_of_a_guest(world: World) -> list[Any]:
    at_the_event(world)
    return [world.registration.link_token()]


PARTICIPANTS_SIDE = {
    "partner_link": Row("200 200 200 200 200 200", "ok 409 409 ok ok ok", args=link_of_a_guest),
    "partner_list": Row("login 200 200 302 302 302", args=at_the_event, is_open=True),
    "participant_join": Row("login 302 302 404 404 404", PARTICIPANTS_SEND, args=at_the_event, is_open=True),
    "participant_me": Row(PARTICIPANTS, args=at_the_event, is_open=True),
    "participant_profile": Row(PARTICIPANTS, PARTICIPANTS_SEND, args=at_the_event, is_open=True),
    "participant_times": Row(LOOKED_AT, PARTICIPANTS_SEND, args=at_the_event),
    "participant_leave": Row(PARTICIPANTS, PARTICIPANTS_SEND, args=at_the_event, is_open=True),
    "participant_colleague": Row(LOOKED_AT, "login 404 404 404 404 404", args=at_the_event),
    "line_new": Row(PARTICIPANTS, PARTICIPANTS_SEND, args=lambda world: [*at_the_event(world), "need"], is_open=True),
    "line_from_posting": Row(LOOKED_AT, "login 404 404 404 404 404", args=at_the_event),
    "line_edit": Row(THE_MEMBERS, THE_MEMBERS_SEND, args=line_of_the_member, is_open=True),
    "line_do": Row(LOOKED_AT, THE_MEMBERS_SEND, args=line_of_the_member),
    "my_meetings": Row(PARTICIPANTS, args=at_the_event, is_open=True),
    "meeting_cancel": Row(THE_MEMBERS, THE_MEMBERS_SEND, args=meeting_of_the_member, is_open=True),
    "request_answer": Row(THE_MEMBERS, THE_MEMBERS_SEND, args=request_to_the_member, is_open=True),
    "partner_detail": Row(PARTICIPANTS, args=another_participant, is_open=True),
    "partner_ask": Row(PARTICIPANTS, PARTICIPANTS_SEND, args=another_participant, is_open=True),
    "partner_do": Row(LOOKED_AT, PARTICIPANTS_SEND, args=another_participant),
    "partner_report": Row(PARTICIPANTS, PARTICIPANTS_SEND, args=another_participant, is_open=True),
}


# --- the day, and after it ------------------------------------------------------------------------------------------
def its_event(world: World) -> list[Any]:
    """An event with a published timetable, of the cluster whose coordinator is the third."""
    matchmaking = f.MatchmakingFactory(event=world.event, phase="published")
    f.SlotFactory(matchmaking=matchmaking)
    f.SlotFactory(matchmaking=matchmaking)
    f.TableFactory(matchmaking=matchmaking)
    one, other = (f.ParticipantFactory(matchmaking=matchmaking) for _ in range(2))
    booking.book(one, other, matchmaking.slots.first(), by=None)
    return [world.event.slug]


def its_figure(world: World) -> list[Any]:
    return [*its_event(world), "by_country", "csv"]


def its_sheets(world: World) -> list[Any]:
    return [*its_event(world), "people", 1]


def link_of_a_day(world: World) -> list[Any]:
    its_event(world)
    return [f.models.Representative.objects.first().registration.link_token()]


def link_of_a_meeting(world: World) -> list[Any]:
    return [*link_of_a_day(world), Meeting.objects.get().pk]


def link_to_book(world: World) -> list[Any]:
    return [*link_of_a_day(world), f.models.Participant.objects.last().pk]


def link_of_a_move(world: World) -> list[Any]:
    """Asked of the one whose link it is."""
    token = link_of_a_day(world)
    meeting = Meeting.objects.get()
    other = f.models.Participant.objects.last()
    move = booking.propose_move(meeting, meeting.matchmaking.slots.last(), other, by=None)
    return [*token, move.pk]


MATCHMAKING = {
    **PARTICIPANTS_SIDE,
    # the board
    "posting_list": Row(PUBLIC, query="?q=a%20-b&side=need&order=ends"),
    "posting_export": Row(PUBLIC, args=csv),
    "posting_feed": Row(PUBLIC),
    "posting_detail": Row(PUBLIC, args=its_posting),
    "my_postings": Row(SIGNED_IN),
    "posting_new": Row(SIGNED_IN, OWN),
    "posting_edit": Row(ITS_PEOPLE, ITS_PEOPLE_SEND, args=its_posting),
    "posting_act": Row(POST_ONLY, ITS_PEOPLE_SEND, args=its_posting),
    # interest
    "interest_new": Row(SIGNED_IN, "login ok ok ok 403 403", args=posting_of_others),
    "my_interests": Row(SIGNED_IN),
    "interest_detail": Row(MEMBER_AND_OFFICE, args=its_interest),
    "interest_act": Row(POST_ONLY, "login ok 404 404 ok ok", args=its_interest),
    "outcome": Row(PUBLIC, SENDABLE, args=its_outcome),
    # saved searches
    "saved_searches": Row(SIGNED_IN),
    "saved_search_new": Row(SIGNED_IN, OWN),
    "brokered_list": Row(BROKERS),
    "brokered_new": Row(BROKERS, "login 403 ok ok ok ok"),
    "brokered_detail": Row("login 404 200 200 200 200", args=open_request),
    "brokered_edit": Row(ITS_BROKER, ITS_BROKER_SENDS, args=request_of_the_coordinator),
    "brokered_act": Row(POST_ONLY, ITS_BROKER_SENDS, args=request_of_the_coordinator),
    "candidate_add": Row(POST_ONLY, ITS_BROKER_SENDS, args=request_of_the_coordinator),
    "candidate_act": Row(POST_ONLY, ITS_BROKER_SENDS, args=candidate_of_the_coordinator),
    "board_evidence": Row(OFFICE),
    "board_evidence_export": Row(OFFICE, args=csv),
    "saved_search_act": Row(POST_ONLY, "login ok 404 404 404 404", args=search_of_the_member),
    # the day
    "my_day": Row(NONE_OF_MINE, args=its_event),
    "my_day_worker": Row(PUBLIC),
    "my_day_by_link": Row(PUBLIC, args=link_of_a_day),
    "my_day_ics": Row(PUBLIC, args=link_of_a_day),
    "my_day_paper": Row(SENDABLE, args=link_of_a_day),
    "meeting_late": Row("405 405 405 405 405 405", SENDABLE, args=link_of_a_meeting, is_open=True),
    "meeting_call_off": Row(PUBLIC, SENDABLE, args=link_of_a_meeting),
    "meeting_move": Row(PUBLIC, SENDABLE, args=link_of_a_meeting),
    "move_answer": Row("405 405 405 405 405 405", SENDABLE, args=link_of_a_move, is_open=True),
    "meeting_book": Row(PUBLIC, SENDABLE, args=link_to_book),
    "table_screen": Row(ORGANISERS, args=its_event),
    "matchmaking_day": Row(ORGANISERS, args=its_event),
    "matchmaking_papers": Row("login 404 ok 404 ok ok", args=its_sheets),
    # after it
    "meeting_report": Row(PUBLIC, SENDABLE, args=link_of_a_meeting),
    "matchmaking_figures": Row(ORGANISERS, args=its_event),
    "matchmaking_figure_export": Row(ORGANISERS, args=its_figure),
}
