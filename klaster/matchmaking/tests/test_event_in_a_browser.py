"""A matchmaking event from registration to outcome, by what pages and letters offer: guests on a phone, one of them in
English and two in Lithuanian, and the organiser at a desk."""

import datetime

import pytest
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import SectorFactory
from klaster.events import factories as e
from klaster.events.models import Registration
from klaster.matchmaking import factories as f
from klaster.matchmaking import jobs, letters
from klaster.matchmaking.models import Line, Meeting, MeetingRequest, MoveProposal, Outcome
from klaster.matchmaking.tests.desk import an_event
from klaster.matchmaking.tests.visitors import Visitor, at_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAIR = {"lt": "Bandomoji mugė", "en": "Trial fair"}
BERRIES, PACKAGING, FREEZING = "Pramanytos uogos", "Pramanyta pakuotė", "Pramanytas šaltis"


@pytest.fixture
def fair(site):
    SectorFactory(code="packs", name={"lt": "Pakuotės", "en": "Packaging"})
    matchmaking, parties = an_event(people=1, slots=6, tables=3, phase="preparing", slug="muge")
    f.LineFactory(participant=parties[0], side="need", text="Compostable packaging for frozen bread")
    organiser = UserFactory(name="Rita Ritienė", email="tvarka@pavyzdys.test", proven=True)
    e.TeamMemberFactory(event=matchmaking.event, role="organiser", person=organiser)
    return matchmaking


def test_a_whole_event(browser, live_server, mailoutbox, fair):
    def visitor(*args):
        return Visitor(browser, live_server, mailoutbox, *args)

    office = visitor("en", 1280, "tvarka@pavyzdys.test")
    ona, jonas = visitor("lt", 390, "ona@example.org"), visitor("lt", 390, "jonas@example.org")
    petras = visitor("en", 390, "petras@example.org")
    open_asking(fair, office)
    join(petras, "Petras Petraitis", BERRIES, need="Compostable packaging for frozen berries")
    join(jonas, "Jonas Jonaitis", FREEZING, need="Packaging for frozen fish, invented")
    join(ona, "Ona Onaitė", PACKAGING, offer="Compostable packaging of cellulose for frozen berries")
    ask(ona)
    accept_and_decline(ona, petras, jonas)
    make_timetable(fair, office)
    publish(fair, office)
    move(ona, petras)
    book(ona)
    afterwards(fair, ona, petras, office)
    for each in (office, ona, petras, jonas):
        each.context.close()


def open_asking(fair, office):
    office.sign_in()
    office.page.get_by_role("button", name="Rita").click()
    office.link("Workspace", within="#person-menu")
    office.link("Events I run", within="body")
    office.link(FAIR["en"])
    office.link("Matchmaking", within="body")
    office.reads("What comes next")
    office.press("Let people ask each other")
    office.reads("Close asking")
    fair.refresh_from_db()
    assert fair.phase == "asking"


def join(who, name, firm, offer="", need=""):
    """Registers without an account, goes on by the letter, says who they are and what they offer or seek."""
    who.press("Menu", within="header")
    who.link("Events", within="#menu")
    who.link(FAIR[who.language])
    who.link("Register")
    who.reads("Registration")
    who.fill(name=name, email=who.email, organisation_name=firm)
    who.page.locator("button[name=send]").last.click()
    who.reads("Your registration was sent")
    who.open_letter("Your registration")
    assert Registration.objects.get(email=who.email).state == "confirmed"
    who.link("Take part in the matchmaking")
    who.press("Go on")
    who.page.locator("[name=country]").select_option("LT")
    who.tick("languages", "lt")
    who.press("Take part")
    who.link("Add an offer" if offer else "Add a need")
    who.fill(text=offer or need)
    who.page.locator("[name=language]").select_option("en")
    who.press("Go on to the tags")
    who.reads("Sectors")
    assert who.page.locator("[name=sectors][value=packs]").is_checked()
    who.press("Save")
    who.reads("What I offer and seek", offer or need)
    line = Line.objects.get(participant__name=firm)
    assert (line.text, line.sectors, line.are_tags_confirmed) == (offer or need, ["packs"], True)


def ask(ona):
    """One is found among the suggestions, with the words both wrote; the other among all participants."""
    ona.link("Whom to meet")
    ona.looks(BERRIES)
    assert "packaging" in [words.lower() for words in ona.page.locator("mark").all_inner_texts()]
    wish(ona, BERRIES, "2", "Atvešime pavyzdžių.")
    ona.page.locator("main").get_by_role("button", name=ona.words("Filters")).click()
    ona.page.get_by_label(ona.words("All participants")).check()
    ona.press("Show participants")
    wish(ona, FREEZING, "1", "Gal ir jums?")
    wishes = MeetingRequest.objects.values_list("asked__name", "priority", "message", "state")
    assert set(wishes) == {(BERRIES, 2, "Atvešime pavyzdžių.", "sent"), (FREEZING, 1, "Gal ir jums?", "sent")}


def wish(ona, firm, priority, message):
    ona.link("Ask for a meeting", of=firm)
    ona.reads("How important is it to you?")
    ona.tick("priority", priority)
    ona.fill(message=message)
    ona.press("Send the request")
    ona.reads("They have not answered yet.")


def accept_and_decline(ona, petras, jonas):
    petras.open_letter("Answer here:")
    petras.reads("Atvešime pavyzdžių.")
    petras.press("Accept: we must meet", of=PACKAGING)
    petras.reads("You are told the time and the table with the timetable.")
    jonas.open_letter("Answer here:")
    jonas.link("Decline", of=PACKAGING, context="a request for a meeting")
    jonas.reads("They read it.")
    jonas.fill(reason="Šiemet žuvies nešaldome.")
    jonas.press("Decline", context="a request for a meeting")
    jonas.reads("You declined.")
    letters.morning(Meeting.objects.get().matchmaking, timezone.now() + datetime.timedelta(days=1))
    ona.open_letter("They agreed to meet you:")
    ona.reads(BERRIES, "They declined.", "Šiemet žuvies nešaldome.")
    assert set(MeetingRequest.objects.values_list("asked__name", "state")) == {
        (BERRIES, "accepted"),
        (FREEZING, "declined"),
    }
    assert not Meeting.objects.get().is_placed


def make_timetable(fair, office):
    """Made by the worker while the page is open."""
    office.link("Matchmaking", within="body")
    office.press("Close asking")
    office.link("To the timetable")
    office.reads("Make a timetable")
    office.page.locator("[name=seconds]").select_option("5")
    office.press("Make the timetable")
    office.reads("You can leave this page and come back: it goes on.")
    worker = at_work()
    office.page.locator("#grid").wait_for(timeout=20_000)
    worker.join()
    office.looks("Whether it is fair")
    assert fair.runs.get().figures["held"] == 1


def publish(fair, office):
    office.page.locator("main").get_by_role("link", name="Publish to").click()
    office.reads("Publish and tell everybody")
    office.press("Publish and tell everybody")
    office.reads("published")
    fair.refresh_from_db()
    assert (fair.phase, fair.published_run) == ("published", fair.runs.get())
    assert Meeting.objects.placed().get().table is not None


def move(ona, petras):
    """One asks for another time, and the other agrees."""
    meeting = Meeting.objects.placed().get()
    petras.open_letter("Times, tables and changes:")
    petras.looks(PACKAGING, "My day")
    petras.link("Another time", of=PACKAGING)
    petras.page.get_by_role("radio").last.check()
    petras.reads("Ask the others")
    petras.press("Ask the others")
    petras.reads("The others are asked. Until they agree, the old time stands.")
    ona.open_letter(BERRIES)
    ona.reads(BERRIES)
    ona.press("Agree")
    ona.reads("The meeting has moved.", "Changed, was")
    was, meeting = meeting, Meeting.objects.placed().get()
    assert (meeting.pk, meeting.was["starts"]) == (was.pk, was.starts.isoformat())
    assert MoveProposal.objects.get().state == "agreed"
    petras.open_letter(PACKAGING)
    petras.reads(timezone.localtime(meeting.starts).strftime("%H:%M"), "Changed, was")


def book(ona):
    """A free common time with somebody who was not asked before, at once."""
    ona.link("Whom to meet")
    ona.link("Book a meeting", of="Įmonė A")
    ona.page.get_by_role("radio").first.check()
    ona.reads("Book it")
    ona.press("Book it")
    ona.reads("The meeting is booked, and they are told.", "Įmonė A")
    assert Meeting.objects.placed().count() == 2


def afterwards(fair, ona, petras, office):
    """The event is over: a letter asks, and they say that they met and what comes of it."""
    shift = fair.event.ends - timezone.now() + datetime.timedelta(hours=3)
    for row in [fair.event, *fair.slots.all(), *Meeting.objects.placed()]:
        type(row).objects.filter(pk=row.pk).update(starts=row.starts - shift, ends=row.ends - shift)
    jobs.after_events(0)
    for who, firm, outcome in ((ona, BERRIES, "follow_up"), (petras, PACKAGING, "agreement")):
        who.open_letter(FAIR[who.language])
        who.link("Note how it was", of=firm)
        who.tick("held", "yes")
        who.tick("rating", "5")
        who.tick("outcome", outcome)
        who.reads("What comes of it?")
        who.press("Save")
        who.reads("Change what you said")
    assert set(Outcome.objects.values_list("side__participant__name", "kind")) == {
        (PACKAGING, "follow_up"), (BERRIES, "agreement"),
    }  # fmt: skip
    office.link("Matchmaking", within="body")
    office.link("Figures")
    office.reads("Matchmaking in figures")
    assert "1 held, 1 not yet said" in office.page.locator(".figures").inner_text()
