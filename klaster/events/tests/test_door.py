"""At the door: who is let in, once; what phones send late; what is counted afterwards."""

import datetime
import uuid
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.tests.together import at_once
from klaster.directory.factories import OrganisationFactory
from klaster.events import evidence
from klaster.events import factories as f
from klaster.events.actions import door
from klaster.events.models import Attendance, RegistrationState, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def event():
    """It begins in an hour, in Vilnius."""
    return f.EventFactory(state=State.CLOSED, starts=timezone.now() + 60 * MINUTE)


@pytest.fixture
def person(event):
    return f.RegistrationFactory(event=event, name="Ona Pramanytoji")


@pytest.fixture
def jonas():
    return UserFactory(name="Jonas Pramanytasis")


def test_somebody_comes_in_by_code_or_by_name_and_once(event, person, jonas):
    first = door.check_in(event, code=f" {person.code[:5].lower()}-{person.code[5:]} ", by=jonas, device="Phone 1")
    assert (first.kind, first.words, first.warning) == ("in", "Ona Pramanytoji is checked in.", "")
    at = first.attendance.at.astimezone(event.zone)
    again = door.check_in(event, pk=person.pk, by=UserFactory())
    assert again.kind == "already"
    assert again.words == f"Ona Pramanytoji is in already: at {at:%H:%M} by Jonas Pramanytasis."
    assert Attendance.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        f.AttendanceFactory(registration=person)


def test_what_was_taken_back_stays_as_history(event, person, jonas):
    session = f.SessionFactory(event=event)
    in_session = door.check_in(event, pk=person.pk, session=session, by=jonas).attendance
    door.undo(in_session, by=jonas)
    whole = person.attendances.standing().get()
    assert whole.session is None, "being in a session is being at the event"
    door.check_in(event, pk=person.pk, session=session, by=jonas)
    door.undo(whole, by=jonas)
    assert not person.attendances.standing().exists()
    assert person.attendances.filter(undone_by=jonas).count() == 3
    with pytest.raises(ValidationError, match="already"):
        door.undo(whole, by=jonas)
    assert door.check_in(event, pk=person.pk, by=jonas).kind == "in"


def test_what_a_phone_sends_late_keeps_its_time_and_counts_once(event, person, jonas):
    number = uuid.uuid4()
    sent = {"pk": person.pk, "by": jonas, "client_id": number, "age": 20 * MINUTE}
    first = door.check_in(event, **sent)
    assert timezone.now() - first.attendance.at - 20 * MINUTE < MINUTE
    assert timezone.now() - first.attendance.written_at < MINUTE
    assert door.check_in(event, **sent).kind == "in", "the answer got lost and the phone sends again"
    assert door.check_in(event, **{**sent, "client_id": uuid.uuid4()}).kind == "already"
    door.undo(first.attendance, by=jonas)
    assert door.check_in(event, **sent).kind == "undone", "a phone does not undo what somebody took back"
    other = f.RegistrationFactory(event=event)
    assert door.check_in(event, pk=other.pk, by=jonas, client_id=number).kind == "in", "a number used by another"
    far = f.RegistrationFactory(event=event)
    late = door.check_in(event, pk=far.pk, by=jonas, age=-20 * MINUTE)
    assert late.attendance.at <= timezone.now(), "nobody comes in the future"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("applied", "waits for the organiser"), ("waiting", "waiting list"), ("offered", "has not taken it up"),
        ("declined", "was declined"), ("cancelled", "is cancelled"), ("lapsed", "in time"),
    ],
)  # fmt: skip
def test_who_is_not_let_in_hears_what_to_do(event, jonas, state, words):
    until = {"offered_until": timezone.now()} if state == RegistrationState.OFFERED else {}
    person = f.RegistrationFactory(event=event, state=state, name="Ona", **until)
    outcome = door.check_in(event, pk=person.pk, by=jonas)
    assert outcome.kind == "refused"
    assert "Ona" in outcome.words
    assert words in outcome.words
    assert not Attendance.objects.exists()


def test_what_the_event_and_the_session_have_to_say(event, person, jonas):
    stranger = f.RegistrationFactory(name="Petras")
    said = door.check_in(event, code=stranger.code, by=jonas).words
    assert said.startswith("This badge is of another event.")
    assert "Petras" not in said
    assert door.check_in(event, pk=stranger.pk, by=jonas).kind == "refused"
    assert door.check_in(event, code="", by=jonas).words.startswith("Nobody at this event")
    cancelled = f.SessionFactory(event=event, is_cancelled=True)
    assert "cancelled" in door.check_in(event, pk=person.pk, session=cancelled, by=jonas).words
    event.starts = timezone.now() + datetime.timedelta(hours=24, seconds=5)
    assert "a day before" in door.check_in(event, pk=person.pk, by=jonas).words
    event.starts = timezone.now() + datetime.timedelta(hours=24, seconds=-5)
    assert door.check_in(event, pk=person.pk, by=jonas).kind == "in"
    event.state = State.CANCELLED
    assert "cancelled" in door.check_in(event, pk=person.pk, by=jonas).words


def test_a_full_session_warns_and_lets_in(event, jonas):
    session = f.SessionFactory(event=event, capacity=1)
    first, second = (f.RegistrationFactory(event=event) for _turn in range(2))
    first.session_choices.create(session=session)
    assert door.check_in(event, pk=first.pk, session=session, by=jonas).warning == ""
    over = door.check_in(event, pk=second.pk, session=session, by=jonas)
    assert (over.kind, over.warning) == ("in", "More people are in than the session has places (1).")
    session.capacity = 5
    third = f.RegistrationFactory(event=event)
    assert "No place was kept" in door.check_in(event, pk=third.pk, session=session, by=jonas).warning


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_let_somebody_in_once(event, person, jonas):
    asta = UserFactory(name="Asta")
    outcomes = at_once(*(lambda by=by: door.check_in(event, code=person.code, by=by) for by in (jonas, asta)))
    assert sorted(outcome.kind for outcome in outcomes) == ["already", "in"]
    written = Attendance.objects.get()
    told = next(outcome for outcome in outcomes if outcome.kind == "already")
    assert written.by.name in told.words


def test_who_came_is_counted_by_organisation_and_country():
    event = f.EventFactory(state=State.HELD, starts=timezone.now() - 60 * 24 * MINUTE)
    firm = OrganisationFactory(kind="small")
    park = OrganisationFactory(kind="park")
    other = f.EventFactory(starts=event.starts, state=State.HELD)
    rows = [
        {"organisation": firm, "country": "LT"}, {"organisation": firm, "country": "LT", "event": other},
        {"organisation": park, "country": "LV"}, {"organisation_name": "UAB  Kita", "country": ""},
        {"organisation_name": "uab kita", "country": "LT"},
    ]  # fmt: skip
    people = [f.RegistrationFactory(**{"event": event, **row}) for row in rows]
    for each in people:
        f.AttendanceFactory(registration=each)
    f.AttendanceFactory(registration=f.RegistrationFactory(event=event), undone_at=timezone.now())
    f.RegistrationFactory(event=event)
    f.AttendanceFactory(registration__event=f.EventFactory(is_invented=True, starts=event.starts, state=State.HELD))
    day = event.starts.astimezone(timezone.get_default_timezone()).date()
    came = evidence.attended(evidence.events_held(evidence.Scope(first=day, last=day)))
    assert {each.pk for each in came} == {each.pk for each in people}
    assert evidence.attended([event.pk]).count() == 4
    parties = evidence.parties(came)
    assert sorted((party.people, party.events) for party in parties) == [(1, 1), (2, 1), (2, 2)]
    assert Counter(map(evidence.country_of, came)) == {"LT": 3, "LV": 1, "": 1}
    assert (sum(party.is_firm for party in parties), len(parties)) == (1, 3)
    assert evidence.recorded([event.pk, f.EventFactory().pk]) == {event.pk}
    session = f.SessionFactory(event=event)
    f.AttendanceFactory(registration=people[0], session=session)
    seen = evidence.sessions_attended(event)
    assert {pk: sessions for pk, sessions in seen.items() if sessions} == {people[0].pk: {session.pk}}
