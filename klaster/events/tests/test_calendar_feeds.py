"""Feeds: what stands in which, who reads it, and that nothing old stays in a calendar that looks again."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from klaster.accounts.factories import UserFactory
from klaster.directory.actions.editing import version_of
from klaster.directory.factories import AffiliationFactory, ClusterFactory, SectorFactory
from klaster.events import calendar_feeds, calendar_files
from klaster.events import factories as f
from klaster.events.actions import agenda, calendars
from klaster.events.actions import events as event_actions
from klaster.events.actions import registration as registrations
from klaster.events.models import CalendarKey, Event, Registration, RegistrationState, State, TeamMember

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
State_ = RegistrationState


@pytest.fixture
def person():
    return UserFactory(language="en")


def feed_of(client, person):
    key, _new = CalendarKey.objects.get_or_create(person=person)
    return entries(client, reverse("my_calendar_ics", args=[key.token()]))


def entries(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = {}
    for event in Calendar.from_ical(response.content).events:
        assert str(event["UID"]) not in found, "no entry stands twice"
        found[str(event["UID"])] = event
    return found


# --- the public feed --------------------------------------------------------------------------------------------------
def test_the_public_feed_is_filtered_as_the_list(client):
    sector, cluster, series = SectorFactory(), ClusterFactory(), f.SeriesFactory()
    wanted = f.EventFactory(cluster=cluster, series=series, kinds=["forum", "training"], languages=["lt", "en"])
    wanted.sectors.add(sector, SectorFactory())
    f.EventFactory(kinds=["visit"], languages=["de"])
    f.EventFactory(state=State.DRAFT, cluster=cluster, series=series, kinds=["forum"], languages=["lt"])
    f.EventFactory(starts=None, takes_registrations=False, happened="2018", state=State.HELD)
    url = reverse("events_ics")
    assert len(entries(client, url)) == 2
    asked = [f"sector={sector.code}", f"cluster={cluster.slug}", f"series={series.slug}", "kind=forum", "language=lt"]
    for query in [*asked, "&".join(asked), "kind=forum&kind=webinar"]:
        assert set(entries(client, f"{url}?{query}")) == {calendar_files.uid(wanted)}, query
    for query in ["sector=no-such", "cluster=%00", "kind=x", "language="]:
        assert len(entries(client, f"{url}?{query}")) == (2 if query.endswith("=") else 0), query
    assert set(entries(client, reverse("series_ics", args=[series.slug]))) == {calendar_files.uid(wanted)}


def test_what_was_cancelled_stays_a_month_and_what_was_held_a_year(client):
    held, off = f.EventFactory(), f.EventFactory()
    url = reverse("events_ics")
    Event.objects.filter(pk=off.pk).update(state=State.CANCELLED, sequence=1)
    Event.objects.filter(pk=held.pk).update(state=State.HELD)
    seen = entries(client, url)
    assert seen[calendar_files.uid(off)]["STATUS"] == "CANCELLED"
    for days, kept in [(29, {held, off}), (31, {held}), (364, {held}), (366, set())]:
        with time_machine.travel(off.ends + days * DAY, tick=False):
            assert set(entries(client, url)) == {calendar_files.uid(event) for event in kept}, days


def test_a_calendar_that_has_it_already_is_told_so(client):
    event = f.EventFactory()
    url = reverse("event_ics", args=[event.slug])
    first = client.get(url)
    assert first["Content-Disposition"] == f'attachment; filename="{event.slug}.ics"'
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Event.objects.filter(pk=event.pk).update(city="Kaunas", sequence=1)
    changed = client.get(url, headers={"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]})
    assert changed.status_code == 200
    feed = client.get(reverse("events_ics"))
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in feed.content
    assert b"X-PUBLISHED-TTL:PT1H" in feed.content
    assert b"METHOD:PUBLISH" in feed.content


def test_a_draft_has_a_file_for_those_who_work_on_it(client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    event = f.EventFactory(state=State.DRAFT)
    url = reverse("event_ics", args=[event.slug])
    assert client.get(url).status_code == 404
    client.force_login(UserFactory(secretariat=True), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(url)
    assert response["Cache-Control"] == "private, no-cache"
    assert b"STATUS:TENTATIVE" in response.content
    dateless = f.EventFactory(starts=None, takes_registrations=False, happened="2018", state=State.HELD)
    assert client.get(reverse("event_ics", args=[dateless.slug])).status_code == 404


# --- by link ----------------------------------------------------------------------------------------------------------
def test_a_link_of_a_registration_opens_where_it_is_online(client):
    event = f.EventFactory(mode=Event.Mode.BOTH, online_url="https://example.org/room")
    registration = f.RegistrationFactory(event=event, is_online=True)
    on_site = f.RegistrationFactory(event=event)
    room = lambda response: str(Calendar.from_ical(response.content).events[0].get("CONFERENCE", ""))  # noqa: E731
    assert room(client.get(reverse("registration_ics", args=[on_site.link_token()]))) == ""
    url = reverse("registration_ics", args=[registration.link_token()])
    response = client.get(url)
    assert response["Cache-Control"] == "private, no-cache"
    assert room(response).endswith(reverse("registration_online", args=[registration.link_token()]))
    Registration.objects.filter(pk=registration.pk).update(state=State_.CANCELLED, ended_at=timezone.now())
    cancelled = client.get(url)
    assert b"STATUS:CANCELLED" in cancelled.content
    assert room(cancelled) == ""
    Registration.objects.filter(pk=registration.pk).update(code="AAAAAAAAAA")
    assert client.get(url).status_code == 404
    assert client.get(reverse("registration_ics", args=["1.AAAAAAAAAA~forged"])).status_code == 404


# --- a person's own ---------------------------------------------------------------------------------------------------
def test_ones_own_feed_has_what_one_takes_part_in_chose_and_runs(client, person):
    registration = f.RegistrationFactory(person=person)
    session, waiting = f.SessionFactory(event=registration.event), f.SessionFactory(event=registration.event)
    registration.session_choices.create(session=session)
    registration.session_choices.create(session=waiting, is_waiting=True)
    cluster = ClusterFactory()
    AffiliationFactory(organisation=cluster.coordinator, manager=True, person=person)
    run = f.EventFactory(cluster=cluster, state=State.DRAFT)
    helped = f.TeamMemberFactory(person=person).event
    f.RegistrationFactory(event__slug="sibling")
    f.EventFactory(state=State.DRAFT)
    seen = feed_of(client, person)
    of_session = calendar_files.uid(registration.event, f"-session-{session.pk}")
    assert set(seen) == {*map(calendar_files.uid, (registration.event, run, helped)), of_session}
    assert seen[of_session].start.astimezone(datetime.UTC) == session.starts
    TeamMember.objects.all().delete()
    cluster.coordinator.affiliations.all().delete()
    assert set(feed_of(client, person)) == {calendar_files.uid(registration.event), of_session}
    person.is_active = False
    person.save()
    assert client.get(reverse("my_calendar_ics", args=[person.calendar_key.token()])).status_code == 404


def test_no_old_and_no_second_entry_is_left_in_a_calendar_that_looks_again(client, person):
    first = f.RegistrationFactory(person=person, number=1)
    f.TeamMemberFactory(event=first.event, person=person)
    assert [e["STATUS"] for e in feed_of(client, person).values()] == ["CONFIRMED"]
    Registration.objects.filter(pk=first.pk).update(state=State_.CANCELLED, ended_at=timezone.now())
    assert [e["STATUS"] for e in feed_of(client, person).values()] == ["CANCELLED"]
    f.RegistrationFactory(event=first.event, person=person, number=2, state=State_.WAITING)
    assert [e["STATUS"] for e in feed_of(client, person).values()] == ["TENTATIVE"]


def test_a_session_given_up_leaves_the_calendar(client, person):
    registration = f.RegistrationFactory(person=person)
    event = registration.event
    session, other = (f.SessionFactory(event=event, capacity=5) for _number in range(2))
    entry, versions = calendar_files.uid(event, f"-session-{session.pk}"), []

    def look():
        seen = feed_of(client, person)[entry]
        versions.append(seen["SEQUENCE"])
        is_off = seen["STATUS"] == "CANCELLED"
        assert is_off == (seen["TRANSP"] == "TRANSPARENT") == ("Atšaukta" in seen["SUMMARY"])
        return not is_off

    for chosen in ([session, other], [other], [session], [], [session]):
        registrations.change(registration, {}, by=person, chosen=chosen)
        assert look() == (session in chosen)
    registrations.cancel(registration, by=person)
    assert not look()
    again = f.RegistrationFactory(event=event, person=person)
    registrations.change(again, {}, by=person, chosen=[session])
    assert look()
    registrations.cancel(again, by=person)
    assert not look()
    assert versions == sorted(set(versions)), "each is a new version"
    with time_machine.travel(event.ends + 31 * DAY, tick=False):
        assert entry not in feed_of(client, person)


def test_who_only_waited_for_a_session_is_told_of_nothing(client, person):
    registration = f.RegistrationFactory(person=person)
    session = f.SessionFactory(event=registration.event, capacity=1)
    registration.session_choices.create(session=session, is_waiting=True)
    registrations.change(registration, {}, by=person, chosen=[])
    assert list(feed_of(client, person)) == [calendar_files.uid(registration.event)]


def test_a_new_address_shuts_the_old_one(client, person):
    old = calendars.renew_address(person).token()
    assert client.get(reverse("my_calendar_ics", args=[old])).status_code == 200
    client.force_login(person)
    page = client.get(reverse("my_calendar"))
    assert f'value="http://localhost:8000{reverse("my_calendar_ics", args=[old])}"' in page.text
    assert "calendar-address" in page.text
    client.post(reverse("my_calendar_renew"), {"do": "renew"})
    assert client.get(reverse("my_calendar_ics", args=[old])).status_code == 404
    new = CalendarKey.objects.get(person=person).token()
    assert new != old
    assert client.get(reverse("my_calendar_ics", args=[new])).status_code == 200
    client.post(reverse("my_calendar_renew"), {"do": "close"})
    assert client.get(reverse("my_calendar_ics", args=[new])).status_code == 404
    assert "calendar-address" not in client.get(reverse("my_calendar")).text


def test_other_apps_add_entries(person, monkeypatch):
    monkeypatch.setattr(calendar_files, "SOURCES", [])
    event = f.EventFactory()
    calendar_files.add_source(lambda who: [calendar_files.of_event(event)] if who == person else [])
    assert [entry.uid for entry in calendar_feeds.of_person(person)] == [calendar_files.uid(event)]
    assert calendar_feeds.of_person(UserFactory()) == []


def test_a_secret_address_is_read_only_so_often(client, person):
    url = reverse("my_calendar_ics", args=[calendars.renew_address(person).token()])
    with time_machine.travel(timezone.now().replace(second=5), tick=False):
        assert [client.get(url).status_code for _ in range(31)][-2:] == [200, 429]


def test_feeds_ask_the_same_for_one_and_for_three(client, person):
    key = calendars.renew_address(person)

    def add():
        event = f.RegistrationFactory(person=person, event__cluster=ClusterFactory()).event
        f.TeamMemberFactory(person=person)
        registration = event.registrations.get()
        for model in ("session_choices", "given_up"):
            session = f.SessionFactory(event=event, room=f.RoomFactory(event=event))
            getattr(registration, model).create(session=session)

    asked = []
    for _round in range(2):
        add()
        for url in (reverse("events_ics"), reverse("my_calendar_ics", args=[key.token()])):
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            asked.append(len(queries))
        add()
    assert asked[:2] == asked[2:]
    assert max(asked) <= 10


def test_dates_without_place_in_a_calendar_are_refused():
    event = f.EventFactory(starts=None, takes_registrations=False, happened="2018", state=State.HELD)
    with pytest.raises(ValueError, match="without a date"):
        calendar_files.of_event(event)


def test_what_the_organiser_changes_is_a_new_version_in_calendars():
    office, event = UserFactory(secretariat=True), f.EventFactory()
    session = f.SessionFactory(event=event)

    def version():
        event.refresh_from_db()
        return event.sequence

    for number, values in enumerate(({"city": "Kaunas"}, {"summary": {"lt": "Kitaip", "en": ""}}), start=1):
        event_actions.save_event(event, by=office, values=values, version=version_of(event))
        assert version() == number
    event_actions.save_event(event, by=office, values={"capacity": 7}, version=version_of(event))
    assert version() == 2
    agenda.move_session(session, by=office, minutes=15)
    assert version() == 3
    agenda.save_part(session, by=office, values={"capacity": 9})
    assert version() == 3
