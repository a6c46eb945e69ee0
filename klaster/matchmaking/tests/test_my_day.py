"""A person's own day: what stands there, and what they do with their meetings, with and without an account."""

import datetime

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from klaster.accounts.factories import UserFactory
from klaster.core import pdf
from klaster.core.tests.pdf_text import boxes
from klaster.events.factories import EventFactory, RegistrationFactory, SessionFactory, TeamMemberFactory
from klaster.events.models import SessionChoice
from klaster.events.when import day_in_words
from klaster.matchmaking import factories as f
from klaster.matchmaking import meeting_calendar, my_day, table_plan
from klaster.matchmaking.actions import booking, requests
from klaster.matchmaking.models import Meeting, MoveProposal
from klaster.matchmaking.tests.test_booking import make_fair, make_fair_of_today, slots_of, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def fair():
    return make_fair()


def registration_of(participant):
    return participant.representatives.get().registration


def link(name, participant, *args):
    return reverse(name, args=[registration_of(participant).link_token(), *args])


def test_the_day_has_meetings_sessions_and_breaks_in_order(fair, client):
    one, other = someone(fair), someone(fair)
    f.LineFactory(participant=other, text="Liquid-air cooling for warehouses")
    slots = slots_of(fair)
    fair.slots.filter(pk=slots[1].pk).update(is_break=True, title={"en": "Coffee"})
    booking.book(one, other, slots[2], by=None)
    talk = SessionFactory(event=fair.event, starts=slots[0].starts, ends=slots[0].ends, title={"en": "A talk"})
    SessionChoice.objects.create(registration=registration_of(one), session=talk)
    day = my_day.of(registration_of(one), now=slots[2].starts - datetime.timedelta(minutes=6))
    (only,) = day.days
    assert [item.title for item in only.items] == ["A talk", "Coffee", str(other)]
    assert [item.is_over for item in only.items] == [True, False, False]
    assert (only.items[2].is_next, only.items[2].offers, day.until_next) == (
        True,
        "Liquid-air cooling for warehouses",
        6,
    )
    assert only.items[2].where == "table 1"
    client.force_login(registration_of(one).person)
    page = client.get(reverse("my_day", args=[fair.event.slug]))
    assert page.status_code == 200
    assert "1 meeting, 1 session" in page.content.decode().replace("\n", " ")


def test_the_link_opens_the_day_and_nothing_of_others(fair, client):
    one, other, third = someone(fair), someone(fair), someone(fair)
    meeting = booking.book(one, other, slots_of(fair)[0], by=None)
    assert client.get(link("my_day_by_link", one)).status_code == 200
    assert client.get(reverse("my_day_by_link", args=["1.AAAA~x"])).status_code == 404
    for name in ("meeting_move", "meeting_call_off"):
        assert client.get(link(name, one, meeting.pk)).status_code == 200
        assert client.get(link(name, third, meeting.pk)).status_code == 404
    assert client.post(link("meeting_late", third, meeting.pk)).status_code == 404
    assert client.get(reverse("my_day", args=[fair.event.slug])).status_code == 302
    client.force_login(UserFactory())
    assert client.get(reverse("my_day", args=[fair.event.slug])).status_code == 404


def test_times_show_only_once_the_timetable_is_published(fair):
    one, other = someone(fair), someone(fair)
    booking.book(one, other, slots_of(fair)[0], by=None)
    fair.phase = "planning"
    fair.save()
    assert my_day.of(registration_of(one)).meetings == 0


def test_more_meetings_ask_the_database_no_more(fair, client, django_assert_num_queries):
    one = someone(fair)
    slots = slots_of(fair)

    def questions():
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(link("my_day_by_link", one))
        return len(found)

    booking.book(one, someone(fair), slots[0], by=None)
    client.get(link("my_day_by_link", one))
    first = questions()
    for slot in slots[1:]:
        booking.book(one, someone(fair), slot, by=None)
    assert questions() == first


def test_running_late_and_calling_off(fair, client):
    one, other = someone(fair), someone(fair)
    meeting = booking.book(one, other, slots_of(fair)[0], by=None)
    assert "Running late" not in client.get(link("my_day_by_link", one)).content.decode()
    early = client.post(link("meeting_late", one, meeting.pk), {"late": "yes"}, follow=True).content.decode()
    assert "from 12 hours before the meeting until its end" in early
    now = timezone.now()
    Meeting.objects.update(starts=now, ends=now + datetime.timedelta(minutes=20))
    assert "Running late" in client.get(link("my_day_by_link", one)).content.decode()
    client.post(link("meeting_late", one, meeting.pk), {"late": "yes"})
    assert f"{one} will be late" in client.get(link("my_day_by_link", other)).content.decode()
    client.post(link("meeting_late", one, meeting.pk), {"late": "no"})
    assert f"{one} will be late" not in client.get(link("my_day_by_link", other)).content.decode()
    Meeting.objects.update(starts=slots_of(fair)[0].starts, ends=slots_of(fair)[0].ends)
    client.post(link("meeting_call_off", other, meeting.pk), {"reason": "ill\x00"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("cancelled", "ill")


def test_a_move_is_proposed_answered_and_marked(fair, client):
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    page = client.get(link("meeting_move", one, meeting.pk)).content.decode()
    assert f'value="slot:{slots[2].pk}"' in page
    assert f'value="slot:{slots[0].pk}"' not in page
    client.post(link("meeting_move", one, meeting.pk), {"slot": f"slot:{slots[2].pk}"})
    proposal = MoveProposal.objects.get()
    assert client.post(link("move_answer", third, proposal.pk), {"answer": "yes"}).status_code == 404
    assert "instead" in client.get(link("my_day_by_link", other)).content.decode()
    client.post(link("move_answer", other, proposal.pk), {"answer": "yes"})
    meeting.refresh_from_db()
    assert meeting.starts == slots[2].starts
    assert "Changed, was" in client.get(link("my_day_by_link", one)).content.decode()


@pytest.mark.parametrize("typed", ["", "slot:", "slot:x", "slot:99999999", "swap:1", "slot:" + "9" * 40])
def test_a_wrong_time_is_a_message_and_changes_nothing(fair, client, typed):
    one, other = someone(fair), someone(fair)
    slot = slots_of(fair)[0]
    meeting = booking.book(one, other, slot, by=None)
    assert client.post(link("meeting_move", one, meeting.pk), {"slot": typed}).status_code == 200
    meeting.refresh_from_db()
    assert meeting.starts == slot.starts
    assert not MoveProposal.objects.exists()


def test_booking_by_the_link(fair, client):
    one, other = someone(fair), someone(fair)
    slot = slots_of(fair)[3]
    assert f'value="slot:{slot.pk}"' in client.get(link("meeting_book", one, other.pk)).content.decode()
    client.post(link("meeting_book", one, other.pk), {"slot": f"slot:{slot.pk}"})
    assert Meeting.objects.get().starts == slot.starts
    hidden = someone(fair, is_shown=False)
    assert client.get(link("meeting_book", one, hidden.pk)).status_code == 404
    elsewhere = someone(make_fair())
    assert client.get(link("meeting_book", one, elsewhere.pk)).status_code == 404


def test_who_is_registered_without_matchmaking_sees_sessions(client):
    registration = RegistrationFactory(state="confirmed", person=UserFactory())
    page = client.get(reverse("my_day_by_link", args=[registration.link_token()]))
    assert "Nothing is planned yet" in page.content.decode()
    assert "Day as PDF" not in page.content.decode()
    registration.state, registration.ended_at = "cancelled", timezone.now()
    registration.save()
    assert client.get(reverse("my_day_by_link", args=[registration.link_token()])).status_code == 404


@pytest.mark.skipif(not pdf.is_available(), reason="no Pango here")
def test_the_day_on_paper(fair, client):
    one, other = someone(fair), someone(fair)
    booking.book(one, other, slots_of(fair)[0], by=None)
    answer = client.get(link("my_day_paper", one))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


@pytest.mark.skipif(not pdf.is_available(), reason="no Pango here")
def test_the_sheet_of_a_table_has_both_names_on_one_line(fair):
    one, other = someone(fair, name="Pramanyta Baltijos įmonė UAB"), someone(fair, name="Wymyślona Sp. z o.o.")
    booking.book(one, other, slots_of(fair)[0], by=None)
    context = {"event": fair.event, "sheets": table_plan.sheets_of_tables(fair)[:1], "what": "tables"}
    page = pdf.lay_out(render_to_string("matchmaking/paper/sheets.html", context)).pages[0]
    lines = [box for box in boxes(page._page_box) if type(box).__name__ == "LineBox" and box.element_tag == "th"]
    assert len(lines) == 1


# --- calendars --------------------------------------------------------------------------------------------------------
def calendar_of(client, participant):
    body = client.get(link("my_day_ics", participant)).content
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(body).walk("VEVENT")}


def test_a_move_moves_the_calendar_entry_and_calling_off_cancels_it(fair, client):
    one, other = someone(fair), someone(fair)
    slots = slots_of(fair)
    meeting = booking.book(one, other, slots[0], by=None)
    (uid,) = [uid for uid in calendar_of(client, one) if "-meeting-" in uid]
    first = calendar_of(client, one)[uid]
    assert (first["SEQUENCE"], first["DTSTART"].dt) == (0, slots[0].starts)
    assert str(first["SUMMARY"]) == f"Meeting: {other}"
    assert "table 1" in first["LOCATION"]
    booking.answer_move(booking.propose_move(meeting, slots[2], one, by=None), other, agrees=True, by=None)
    second = calendar_of(client, one)[uid]
    assert (second["SEQUENCE"], second["DTSTART"].dt) == (1, slots[2].starts)
    requests.cancel(meeting, other, by=None)
    third = calendar_of(client, one)[uid]
    assert (third["SEQUENCE"], third["STATUS"]) == (2, "CANCELLED")


def test_a_timetable_taken_back_leaves_no_stale_entry(fair, client):
    one, other = someone(fair), someone(fair)
    meeting = booking.book(one, other, slots_of(fair)[0], by=None)
    Meeting.objects.filter(pk=meeting.pk).update(starts=None, ends=None, table=None, sequence=1)
    fair.phase = "planning"
    fair.save()
    entries = [entry for uid, entry in calendar_of(client, one).items() if "-meeting-" in uid]
    assert [str(entry["STATUS"]) for entry in entries] == ["CANCELLED"]
    person = registration_of(other).person
    assert [str(entry.status) for entry in meeting_calendar.of_person(person)] == ["CANCELLED"]


def test_times_that_are_not_published_stand_in_no_calendar(fair, client):
    one, other = someone(fair), someone(fair)
    booking.book(one, other, slots_of(fair)[0], by=None)
    fair.phase = "planning"
    fair.save()
    assert not [uid for uid in calendar_of(client, one) if "-meeting-" in uid]


# --- the hall ---------------------------------------------------------------------------------------------------------
def test_the_screen_shows_now_and_next():
    fair = make_fair_of_today()
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    first = booking.book(one, other, slots[0], by=None)
    booking.book(one, third, slots[1], by=None)
    booking.say_late(first, one, is_late=True, by=None)
    plan = table_plan.at(fair, slots[0].starts)
    assert plan.rows[0].now.who == (str(one), str(other))
    assert plan.rows[0].now.late == (str(one),)
    assert plan.rows[0].next.who == (str(one), str(third))
    assert plan.rows[1].now is None
    before = table_plan.at(fair, slots[0].starts - datetime.timedelta(hours=1))
    assert (before.now, before.rows[0].next.who) == ("", (str(one), str(other)))
    assert before.day == day_in_words(slots[0].starts.astimezone(fair.event.zone).date())


def test_sheets_have_everybodys_meetings(fair):
    one, other, third = someone(fair), someone(fair), someone(fair)
    slots = slots_of(fair)
    booking.book(one, other, slots[0], by=None)
    booking.book(one, third, slots[1], by=None)
    sheets = {sheet.title: sheet for sheet in table_plan.sheets_of_people(fair)}
    assert [line.title for _day, lines in sheets[str(one)].lines_by_day for line in lines] == [str(other), str(third)]
    (first, _second) = table_plan.sheets_of_tables(fair)
    assert [len(lines) for _day, lines in first.lines_by_day] == [2]
    assert table_plan.parts(401) == [(1, 200), (201, 400), (401, 401)]


@pytest.mark.parametrize("who", ["organiser", "door", "participant"])
def test_who_sees_the_screen_and_the_papers(fair, client, who):
    one = someone(fair)
    booking.book(one, someone(fair), slots_of(fair)[0], by=None)
    person = registration_of(one).person
    if who != "participant":
        person = TeamMemberFactory(event=fair.event, role=who).person
    client.force_login(person)
    slug = fair.event.slug
    screen = client.get(reverse("table_screen", args=[slug])).status_code
    papers = client.get(reverse("matchmaking_papers", args=[slug, "people", 1])).status_code
    none = client.get(reverse("matchmaking_papers", args=[slug, "people", 9])).status_code
    day = client.get(reverse("matchmaking_day", args=[slug])).status_code
    expected = {"organiser": (200, 200, 404, 200), "door": (200, 404, 404, 404), "participant": (404, 404, 404, 404)}
    assert (screen, papers, none, day) == expected[who]


def test_an_hour_that_comes_twice_says_which_it_is(client):
    """Clocks in Vilnius go back at four in the morning of 31 October 2027; all other hours are as ever."""
    first = datetime.datetime(2027, 10, 31, 0, 30, tzinfo=datetime.UTC)
    hour = datetime.timedelta(hours=1)
    fair = f.MatchmakingFactory(phase="published", event=EventFactory(starts=first - hour, ends=first + 3 * hour))
    fair.event.__class__.objects.filter(pk=fair.event.pk).update(time_zone="Europe/Vilnius")
    fair.event.refresh_from_db()
    f.TableFactory(matchmaking=fair)
    starts = [first - hour, first, first + hour, first + 2 * hour]
    slots = [f.SlotFactory(matchmaking=fair, starts=at, ends=at + datetime.timedelta(minutes=20)) for at in starts]
    one = someone(fair)
    for slot in slots:
        booking.book(one, someone(fair), slot, by=None)
    shown = ["02:30", "03:30 EEST", "03:30 EET", "04:30"]
    page = client.get(link("my_day_by_link", one)).content.decode()
    for at in shown:
        assert f"{at}<" in page
    assert page.count("02:30 E") == page.count("04:30 E") == 0
    (sheet,) = table_plan.sheets_of_tables(fair)
    assert [line.clock for lines in sheet.days.values() for line in lines] == shown


def test_from_the_day_one_comes_to_others_and_books_them(fair, client):
    one, other = someone(fair), someone(fair)
    client.force_login(registration_of(one).person)
    assert f'{link("partner_link", one)}?to=meetings"' in client.get(link("my_day_by_link", one)).content.decode()
    assert link("partner_link", one) in client.get(link("my_day_by_link", one)).content.decode()
    page = reverse("partner_detail", args=[fair.event.slug, other.pk])
    assert link("meeting_book", one, other.pk) in client.get(page).content.decode()
    type(fair).objects.update(books_live=False)
    assert "Book a meeting" not in client.get(page).content.decode()


def test_whoever_looks_as_somebody_else_keeps_no_day(fair, client, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    person, day = registration_of(someone(fair)).person, reverse("my_day", args=[fair.event.slug])
    for who, keeps in ((person, True), (UserFactory(secretariat=True), False)):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        if not keeps:
            client.post(reverse("view_as_start", args=[person.pk]), {"reason": "help"})
        page = client.get(day)
        assert page.status_code == 200
        assert ("day-last" in page.text, "matchmaking/day" in page.text) == (keeps, keeps)
