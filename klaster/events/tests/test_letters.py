"""What people who register are told by letter."""

import datetime
import zoneinfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.core.letters import send_letter
from klaster.core.models import Letter, Notice
from klaster.directory.factories import both
from klaster.events import calendar_files, letters
from klaster.events import factories as f
from klaster.events.letter_texts import LetterKind, default_subject, default_text
from klaster.events.merge_fields import FIELD, MEANINGS, merge, refuse_unknown
from klaster.events.models import Event, RegistrationState, State

pytestmark = pytest.mark.django_db
VILNIUS = zoneinfo.ZoneInfo("Europe/Vilnius")


def at(*moment):
    return datetime.datetime(*moment, tzinfo=VILNIUS)


@pytest.fixture
def event():
    return f.EventFactory(
        title=both("Klasterių forumas", "Cluster Forum"), venue=both("Rotušė", "Town Hall"), address="Didžioji g. 31",
        starts=at(2027, 3, 25, 9), ends=at(2027, 3, 25, 16, 30), contact_email="forumas@example.org",
    )  # fmt: skip


def test_a_place_is_confirmed_in_the_readers_language(event):
    registration = f.RegistrationFactory(event=event, language="en", confirmed_at=timezone.now())
    letter = letters.told(registration, "confirmed")
    assert (letter.subject, letter.language, letter.address) == (
        "You have a place: Cluster Forum", "en", registration.email,
    )  # fmt: skip
    assert "When: 25 March 2027, Thursday, 09:00–16:30 (Europe/Vilnius)" in letter.body
    assert "Where: Town Hall, Didžioji g. 31, Vilnius, Lithuania" in letter.body
    assert "Online:" not in letter.body
    assert letter.reply_to == "forumas@example.org"
    other = letters.told(f.RegistrationFactory(event=event, language="lt"), "confirmed")
    assert "Klasterių forumas" in other.subject
    assert "2027 m. kovo 25 d." in other.body


def test_the_confirmation_brings_the_event_for_the_calendar(event, mailoutbox):
    registration = f.RegistrationFactory(event=event, confirmed_at=timezone.now())
    letter = letters.told(registration, "confirmed")
    Event.objects.filter(pk=event.pk).update(starts=at(2027, 3, 26, 9), ends=at(2027, 3, 26, 16))
    assert send_letter(letter.pk) == "sent"
    ((name, content, kind),) = mailoutbox[0].attachments
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    assert (name, kind) == (f"{event.slug}.ics", "text/calendar")
    assert entry["dtstart"].dt == at(2027, 3, 26, 9)
    registration.event.refresh_from_db()
    assert str(entry["uid"]) == calendar_files.of_registration(registration).uid


def test_a_file_that_cannot_be_made_holds_up_no_letter(event, mailoutbox):
    letter = letters.told(f.RegistrationFactory(event=event, confirmed_at=timezone.now()), "confirmed")
    Event.objects.filter(pk=event.pk).update(starts=None, ends=None, takes_registrations=False, happened="2027")
    assert send_letter(letter.pk) == "sent"
    assert not mailoutbox[0].attachments


@pytest.mark.parametrize("kind", LetterKind.values)
@pytest.mark.parametrize("language", ["lt", "en"])
def test_every_kind_has_its_words(kind, language):
    with override(language):
        for text in (default_subject(kind), default_text(kind)):
            assert set(FIELD.findall(text)) <= set(MEANINGS)
            if language == "lt":
                with override("en"):
                    assert text not in (default_subject(kind), default_text(kind))


def test_it_is_told_once_for_each_occasion(event):
    registration = f.RegistrationFactory(event=event, confirmed_at=timezone.now(), person=UserFactory())
    first = letters.told(registration, "confirmed")
    assert letters.told(registration, "confirmed").pk == first.pk
    assert Letter.objects.count() == Notice.objects.count() == 1
    registration.confirmed_at += datetime.timedelta(hours=1)
    assert letters.told(registration, "confirmed").pk != first.pk


def test_what_is_told_vanishes_with_the_act(event):
    registration = f.RegistrationFactory(event=event)
    with transaction.atomic():
        letters.told(registration, "waiting")
        transaction.set_rollback(True)
    assert not Letter.objects.exists()


def test_an_address_nothing_can_be_sent_to_does_not_stop_the_act(event):
    registration = f.RegistrationFactory(event=event, email="no address")
    assert letters.told(registration, "confirmed") is None
    assert letters.told(
        f.RegistrationFactory(event=event, email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example.org"), "applied"
    )
    assert letters.told(f.RegistrationFactory(event=event, email=""), "applied") is None
    with pytest.raises(ValueError, match="not told of one"):
        letters.told(registration, "thanks")


def test_colleagues_without_address_are_told_through_who_registered_them(event):
    booker = f.RegistrationFactory(event=event)
    for _turn in range(2):
        letters.told(f.RegistrationFactory(event=event, email="", booked_by=booker), "confirmed")
    assert list(Letter.objects.values_list("address", flat=True)) == [booker.email] * 2


def test_the_online_room_is_for_those_who_take_part_online(event):
    event.mode, event.online_url = Event.Mode.BOTH, "https://room.example.org/1"
    there = f.RegistrationFactory(event=event)
    online = f.RegistrationFactory(event=event, is_online=True)
    waiting = f.RegistrationFactory(event=event, is_online=True, state=RegistrationState.WAITING)
    assert letters.values_of(online)["place"] != letters.values_of(there)["place"]
    for registration in (there, online, waiting):
        assert "room.example.org" not in letters.told(registration, "changed").body
        assert bool(letters.values_of(registration)["online"]) in (False, registration is online)


def test_names_and_texts_people_typed_are_only_text(event):
    event.title = both("{link} https://evil.example", "{link} https://evil.example")
    registration = f.RegistrationFactory(event=event, name="{event.__class__} www.evil.example\r\nBcc: all@example.org")
    letter = letters.told(registration, "declined")
    assert "evil.example" not in letter.body + letter.subject
    assert "{link}" in letter.subject
    assert "{event.__class__}" in letter.body
    assert "\n" not in letter.subject


def test_all_who_are_registered_hear_of_another_time_and_place(event):
    live = f.RegistrationFactory(event=event, language="en", state=RegistrationState.WAITING)
    f.RegistrationFactory(event=event, state=RegistrationState.CANCELLED)
    f.RegistrationFactory()
    run = {"event_id": event.pk, "kind": "event_changed", "occasion": "1", "more": {"fields": ["starts", "venue"]}}
    assert [letters.tell_all(**run) for _turn in range(2)] == [1, 1]
    letter = Letter.objects.get()
    assert (letter.address, letter.subject) == (live.email, "Something has changed: Cluster Forum")
    assert "New time: 25 March 2027" in letter.body
    assert "New place: Town Hall" in letter.body


def test_a_cancelled_event_says_why(event):
    f.RegistrationFactory(event=event, language="en")
    note = {"lt": "Susirgo\npranešėja.", "en": "Our speaker is ill.\nSee you in May."}
    letters.tell_all(event_id=event.pk, kind="event_cancelled", occasion="2", more={"note": note})
    letter = Letter.objects.get()
    assert letter.subject == "Cancelled: Cluster Forum"
    assert "\n\nOur speaker is ill.\nSee you in May.\n\n" in letter.body


def test_who_hears_of_what(event):
    jobs = ProcrastinateJob.objects.filter(task_name="events.tell_all")
    letters.event_changed(event, ["summary"], by=None)
    assert not jobs.exists()
    letters.event_changed(event, ["city", "summary"], by=None)
    event.state = State.POSTPONED
    letters.event_called_off(event, Translated(en="Storm"))
    assert [job.args["kind"] for job in jobs.order_by("id")] == ["event_changed", "event_postponed"]


def test_days_and_nights(event):
    with override("en"):
        event.ends = at(2027, 3, 26, 12)
        assert letters.when(event) == "25 March 2027, Thursday, 09:00 – 26 March 2027, Friday, 12:00 (Europe/Vilnius)"
        event.is_all_day, event.starts, event.ends = True, at(2027, 3, 27), at(2027, 3, 29)  # 28 March has 23 hours
        assert letters.when(event) == "27 March 2027, Saturday – 28 March 2027, Sunday"


def test_merging():
    values = {"name": "{event}", "event": "Forum", "place": ""}
    assert merge("Hi {name}!\nWhere: {place}\n{place}{event}", values) == "Hi {event}!\nForum"
    assert merge("www.{event} evil.example", values) == "www.\u2060Forum evil.\u2060example"
    with pytest.raises(ValidationError, match=r"event\.__class__"):
        refuse_unknown("{event.__class__}")
    refuse_unknown("{name} and { not closed")
