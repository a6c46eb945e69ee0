"""Files that calendars read: written, read again by another program, and read once more after a change."""

import datetime
from dataclasses import replace

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from klaster.events import calendar_files as files
from klaster.events import factories as f
from klaster.events.models import Event, RegistrationState, State

UTC = datetime.UTC
ZONES = ("Europe/Vilnius", "Europe/Tallinn", "Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu")
NIGHTS = (datetime.datetime(2026, 10, 25, tzinfo=UTC), datetime.datetime(2027, 3, 28, tzinfo=UTC))
HOUR = datetime.timedelta(hours=1)


def entry(**values):
    moment = datetime.datetime(2026, 9, 17, 6, tzinfo=UTC)
    given = {"uid": "one@example.org", "sequence": 0, "changed": moment, "starts": moment, "ends": moment + HOUR,
             "time_zone": "Europe/Vilnius", "title": "Forumas"}  # fmt: skip
    return files.Entry(**given | values)


def written(*entries, **options):
    return files.calendar(entries, name="Renginiai", **options)


def read(data):
    return Calendar.from_ical(data).events


def without_database_of_zones(data):
    """Start and end of the first entry for a program that knows of zones only what the file says."""
    calendar = Calendar.from_ical(data)
    zones = {zone.tz_name: zone.to_tz(lookup_tzid=False) for zone in calendar.timezones}
    found = []
    for name in ("DTSTART", "DTEND"):
        value = calendar.events[0][name]
        naive = value.dt.replace(tzinfo=None)
        zone = zones[value.params["TZID"]] if "TZID" in value.params else UTC
        found.append(naive.replace(tzinfo=zone).astimezone(UTC))
    return found


# --- times ------------------------------------------------------------------------------------------------------------
@given(
    night=st.sampled_from(NIGHTS),
    minutes=st.integers(-600, 900),
    length=st.integers(1, 600),
    zone=st.sampled_from(ZONES),
)
@settings(max_examples=100, deadline=None)
def test_moments_survive_the_nights_in_which_the_clock_is_set(night, minutes, length, zone):
    starts = night + datetime.timedelta(minutes=minutes)
    ends = starts + datetime.timedelta(minutes=length)
    data = written(entry(starts=starts, ends=ends, time_zone=zone))
    (event,) = read(data)
    assert [event.start.astimezone(UTC), event.end.astimezone(UTC)] == [starts, ends]
    assert without_database_of_zones(data) == [starts, ends]


@pytest.mark.parametrize("zone", ZONES[:4])
@pytest.mark.parametrize("night", NIGHTS)
def test_every_quarter_of_those_nights(zone, night):
    for quarter in range(0, 24):
        starts = night - HOUR + datetime.timedelta(minutes=15 * quarter)
        data = written(entry(starts=starts, ends=starts + HOUR, time_zone=zone))
        assert without_database_of_zones(data) == [starts, starts + HOUR]


def test_the_hour_that_comes_twice_is_written_without_zone():
    """RFC 5545 means the first of two; the second one has no name on the clock."""
    first = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 03:30 of summer time in Vilnius
    assert b"DTSTART;TZID=Europe/Vilnius:20261025T033000" in written(entry(starts=first, ends=first + 2 * HOUR))
    second = first + HOUR
    assert b"DTSTART:20261025T013000Z" in written(entry(starts=second, ends=second + HOUR))


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "GMT"])
def test_utc_needs_no_zone(zone):
    data = written(entry(time_zone=zone))
    assert b"DTSTART:20260917T060000Z" in data
    assert b"VTIMEZONE" not in data


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        (datetime.datetime(2026, 9, 18, 21, tzinfo=UTC), "20260919"),  # midnight after the 18th in Vilnius
        (datetime.datetime(2026, 9, 18, 20, 59, tzinfo=UTC), "20260919"),
        (datetime.datetime(2026, 9, 18, 22, tzinfo=UTC), "20260920"),
    ],
)
def test_whole_days_are_days_of_the_place_and_end_before_the_next(ends, last):
    begins = datetime.datetime(2026, 9, 16, 21, tzinfo=UTC)
    data = written(entry(starts=begins, ends=ends, is_all_day=True))
    assert b"DTSTART;VALUE=DATE:20260917" in data
    assert f"DTEND;VALUE=DATE:{last}".encode() in data
    assert b"VTIMEZONE" not in data


# --- words ------------------------------------------------------------------------------------------------------------
HOSTILE = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from(list("\r\n\\,;:\"^'ąžĖ🦆\u2028\u0085\t\x00\x07"))),
    max_size=300,
)


@given(title=HOSTILE, text=HOSTILE, place=HOSTILE, name=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_no_words_break_out_of_their_field(title, text, place, name):
    data = written(
        entry(title=title, text=text, place=place, organiser=(name, "https://example.org/o/"), categories=[title, text],
              online="https://example.org/room?a=1;b,2", url="https://example.org/\r\nX-BAD:1")
    )  # fmt: skip
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert b"\n" not in data.replace(b"\r\n", b"")
    (event,) = read(data)
    clean = lambda words: files.UNSEEN.sub("", files.LINE_ENDS.sub("\n", words))  # noqa: E731
    assert str(event["SUMMARY"]) == clean(title)
    assert str(event.get("DESCRIPTION", "")) == clean(text)
    assert str(event.get("LOCATION", "")) == clean(place)
    assert event["ORGANIZER"].params["CN"] == " ".join(clean(name).split())
    assert [str(category) for category in event.categories] == [clean(title), clean(text)]
    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP", "URL",
        "CONFERENCE", "ORGANIZER", "CATEGORIES",
    } | ({"DESCRIPTION"} if text else set()) | ({"LOCATION"} if place else set())  # fmt: skip


def test_long_lithuanian_words_are_folded_between_letters():
    title = "Ąžuolų klasterių ėjimo šventė 🎉 " * 20
    data = written(entry(title=title, language="lt"))
    assert all(len(line) <= 75 and line.decode() is not None for line in data.split(b"\r\n"))
    (event,) = read(data)
    assert (str(event["SUMMARY"]), event["SUMMARY"].params["LANGUAGE"]) == (title, "lt")


# --- a calendar that looks again --------------------------------------------------------------------------------------
class Client:
    """A calendar program: an entry with the same UID is replaced if its sequence or its stamp is not older."""

    def __init__(self):
        self.kept = {}

    def import_file(self, data):
        for event in read(data):
            old = self.kept.get(str(event["UID"]))
            newness = (event.sequence, event.DTSTAMP)
            if old is None or newness >= (old.sequence, old.DTSTAMP):
                self.kept[str(event["UID"])] = event

    def shown(self):
        return [event for event in self.kept.values() if event["STATUS"] != "CANCELLED"]


def one(event):
    return files.calendar([files.of_event(event)], name="x", is_feed=False)


def change(event, **values):
    """As the organiser's action does it: the number grows where a shown field became another."""
    before = {name: getattr(event, name) for name in files.SHOWN_FIELDS}
    Event.objects.filter(pk=event.pk).update(**values)
    event = Event.objects.get(pk=event.pk)
    if any(before[name] != getattr(event, name) for name in files.SHOWN_FIELDS):
        event.sequence += 1
        event.save()
    return event


@pytest.mark.django_db
def test_a_change_moves_the_entry():
    event = f.EventFactory(starts=NIGHTS[0] - 40 * HOUR, ends=NIGHTS[0] - 38 * HOUR)
    client = Client()
    client.import_file(one(event))
    changes = [
        {"title": {"lt": "Naujas pavadinimas", "en": "New title"}},
        {"starts": NIGHTS[0] + HOUR, "ends": NIGHTS[0] + 3 * HOUR},
        {"time_zone": "Europe/Lisbon"},
        {"city": "Kaunas", "venue": {"lt": "Kauno „Žalgirio“ arena", "en": ""}},
    ]
    for number, values in enumerate(changes, start=1):
        event = change(event, **values)
        client.import_file(one(event))
        (shown,) = client.shown()
        assert shown.sequence == number
        assert [shown.start.astimezone(UTC), shown.end.astimezone(UTC)] == [event.starts, event.ends]
        assert str(shown.start.tzinfo) in (event.time_zone, "UTC")
    assert str(shown["LOCATION"]) == "Kauno „Žalgirio“ arena, Kaunas"
    old = change(event, state=State.OPEN)
    assert old.sequence == len(changes), "what no calendar shows moves no entry"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "words"), [(State.CANCELLED, "Atšaukta"), (State.POSTPONED, "Atidėta")])
def test_what_is_called_off_says_so_and_comes_back(state, words):
    event = f.EventFactory(online_url="https://example.org/room", mode=Event.Mode.BOTH)
    client = Client()
    client.import_file(one(event))
    called_off = f.models.Event.objects.get(pk=event.pk)
    called_off.state, called_off.sequence = state, 1
    with override("lt"):
        client.import_file(one(called_off))
    assert client.shown() == []
    assert str(next(iter(client.kept.values()))["SUMMARY"]).startswith(words)
    called_off.state, called_off.sequence = State.OPEN, 2
    client.import_file(one(called_off))
    assert len(client.shown()) == len(client.kept) == 1


@pytest.mark.django_db
def test_a_registration_takes_the_place_of_the_public_entry_and_follows_its_steps():
    event = f.EventFactory(mode=Event.Mode.ONLINE, online_url="https://example.org/room")
    client = Client()
    client.import_file(one(event))
    assert "CONFERENCE" not in client.shown()[0]
    first = f.RegistrationFactory(event=event, number=1, state=RegistrationState.WAITING)
    steps = [
        (first, {}, "TENTATIVE"),
        (first, {"state": RegistrationState.CONFIRMED, "confirmed_at": f.in_days(0)}, "CONFIRMED"),
        (first, {"state": RegistrationState.CANCELLED, "ended_at": f.in_days(0)}, "CANCELLED"),
        (f.RegistrationFactory(event=event, number=2, state=RegistrationState.APPLIED), {}, "TENTATIVE"),
    ]
    for registration, values, status in steps:
        for name, value in values.items():
            setattr(registration, name, value)
        client.import_file(files.calendar([files.of_registration(registration)], name="x"))
        (kept,) = client.kept.values()
        assert kept["STATUS"] == status
        assert ("CONFERENCE" in kept) is (status == "CONFIRMED")
    client.import_file(one(event))
    assert kept is next(iter(client.kept.values())), "the public entry does not take the place of one's own"


def test_the_same_entries_are_the_same_bytes():
    rows = [entry(), replace(entry(), uid="two@example.org")]
    assert written(*rows) == written(*reversed(rows))


@pytest.mark.django_db
def test_the_organiser_is_named_if_public_and_never_an_address():
    event = f.EventFactory(contact_email="slapta@example.org")
    assert b"ORGANIZER;CN=" in one(event)
    assert b"slapta@" not in one(event)
    event.organiser.status = "draft"
    assert b"ORGANIZER" not in one(event)
