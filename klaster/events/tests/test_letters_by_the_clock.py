"""Reminders and thanks: at the right hour of the right day, once, to those who come."""

import datetime
import zoneinfo

import pytest
import time_machine

from klaster.core.letters import send_letter
from klaster.core.models import Letter
from klaster.events import emails
from klaster.events import factories as f
from klaster.events.models import LetterRound, LetterSettings, RegistrationState, State

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


def at(zone, *moment):
    return datetime.datetime(*moment, tzinfo=zoneinfo.ZoneInfo(zone))


def run(moment):
    with time_machine.travel(moment, tick=False):
        return emails.letters_by_the_clock(timestamp=0)


def an_event(zone="Europe/Vilnius", start=(2027, 4, 1, 10), hours=6, **options):
    starts = at(zone, *start)
    return f.EventFactory(starts=starts, ends=starts + datetime.timedelta(hours=hours), time_zone=zone, **options)


def somebody(event, since=(2027, 1, 1, 12), **options):
    moment = at("UTC", *since)
    return f.RegistrationFactory(event=event, confirmed_at=moment, registered_at=moment, language="en", **options)


# Clocks go forward on 28 March 2027 in Europe, on 14 March in New York: nine stays nine, a week is not 168 hours.
@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("Europe/Vilnius", (2027, 4, 1, 10), (2027, 3, 25, 7)),
        ("Europe/Vilnius", (2027, 3, 28, 10), (2027, 3, 21, 7)),
        ("Europe/Lisbon", (2027, 4, 1, 10), (2027, 3, 25, 9)),
        ("America/New_York", (2027, 3, 15, 8), (2027, 3, 8, 14)),
        ("Europe/Vilnius", (2026, 10, 28, 0, 30), (2026, 10, 21, 6)),
    ],
)
def test_a_week_before_at_nine_where_the_event_is(zone, start, due):
    somebody(an_event(zone, start), since=(2026, 1, 1))
    due = at("UTC", *due)
    assert run(due - MINUTE) == 0
    assert run(due) == 1
    assert run(due + MINUTE) == 0
    assert Letter.objects.get().kind == Letter.Kind.BULK


def test_twice_before_and_once_after():
    somebody(an_event())
    for day in range(20, 32):
        run(at("Europe/Vilnius", 2027, 3, day, 9, 5))
    assert [(each.kind, each.letters) for each in LetterRound.objects.order_by("pk")] == [("reminder", 1)] * 2
    assert Letter.objects.count() == 2


def test_who_cancelled_waits_or_came_late_gets_none():
    event = an_event()
    somebody(event, state=RegistrationState.CANCELLED)
    somebody(event, state=RegistrationState.WAITING)
    somebody(event, since=(2027, 3, 25, 7, 1))  # after nine of that day in Vilnius
    in_time = somebody(event, since=(2027, 3, 25, 6, 59))
    assert run(at("Europe/Vilnius", 2027, 3, 25, 9, 5)) == 1
    assert Letter.objects.get().address == in_time.email
    in_time.state = RegistrationState.CANCELLED
    in_time.save()
    with time_machine.travel(at("Europe/Vilnius", 2027, 3, 25, 9, 6)):
        send_letter(Letter.objects.get().pk)
        assert Letter.objects.get().state == "cancelled", "asked again right before sending"


@pytest.mark.parametrize("state", [State.CANCELLED, State.POSTPONED, State.DRAFT])
def test_nothing_is_said_of_an_event_that_is_off(state):
    somebody(an_event(state=state))
    assert run(at("Europe/Vilnius", 2027, 3, 25, 9, 5)) == 0


def test_a_worker_that_stood_still_does_not_remind_days_late():
    somebody(an_event())
    assert run(at("Europe/Vilnius", 2027, 3, 25, 21, 1)) == 0
    assert run(at("Europe/Vilnius", 2027, 3, 31, 20, 59)) == 1


def test_the_organiser_says_when():
    event = an_event()
    LetterSettings.objects.create(event=event, reminder_days=[3], sends_thanks=False)
    somebody(event)
    assert run(at("Europe/Vilnius", 2027, 3, 25, 9)) == 0
    assert run(at("Europe/Vilnius", 2027, 3, 29, 9)) == 1
    event.state = State.HELD
    event.save()
    assert run(at("Europe/Vilnius", 2027, 4, 2, 9)) == 0


def test_thanks_go_to_those_who_came():
    event = an_event(state=State.HELD)
    came, stayed_away = somebody(event), somebody(event)
    f.AttendanceFactory(registration=came)
    assert run(at("Europe/Vilnius", 2027, 4, 2, 8, 59)) == 0
    assert [run(at("Europe/Vilnius", 2027, 4, 2, 9, minute)) for minute in (0, 5)] == [1, 0]
    assert Letter.objects.get().address == came.email
    assert stayed_away.email != came.email


def test_without_a_list_at_the_door_everybody_is_thanked():
    event = an_event(state=State.HELD)
    for _turn in range(2):
        somebody(event)
    somebody(event, state=RegistrationState.DECLINED)
    assert run(at("Europe/Vilnius", 2027, 4, 2, 9)) == 2


def test_killed_in_the_middle_the_next_run_writes_the_rest(monkeypatch):
    event = an_event()
    for _turn in range(3):
        somebody(event)
    write = emails.event_letters.write

    def dies_at_the_second(registration, *args, **options):
        if Letter.objects.count() == 1:
            raise SystemExit
        return write(registration, *args, **options)

    monkeypatch.setattr(emails.event_letters, "write", dies_at_the_second)
    moment = at("Europe/Vilnius", 2027, 3, 25, 9, 5)
    with pytest.raises(SystemExit):
        run(moment)
    monkeypatch.undo()
    assert Letter.objects.count() == 1
    assert run(moment + MINUTE) == 3
    assert Letter.objects.count() == 3
