"""The desk's pages of matchmaking: what they show, what can be done there, and that bad input loses nothing."""

import datetime
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from klaster.core.models import AuditEvent, Letter
from klaster.events.factories import CategoryFactory, EventFactory
from klaster.matchmaking import factories as f
from klaster.matchmaking import making
from klaster.matchmaking.actions import organise, requests
from klaster.matchmaking.models import AskRule, Matchmaking, Meeting, Participant, Phase, Run, Slot
from klaster.matchmaking.tests.desk import all_meet, an_event, made, office, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]


@pytest.fixture
def client():
    client = Client()
    client.force_login(office())
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def fair(db):
    matchmaking, people = an_event(people=4, slots=3, tables=2)
    all_meet(matchmaking, people)
    return matchmaking


def at(matchmaking, name, *args):
    return reverse(name, args=[matchmaking.event.slug, *args])


# --- switching on, settings, phases  --------------------------------------------------------------------------------
def test_matchmaking_is_switched_on_once(client):
    event = EventFactory()
    url = reverse("matchmaking_desk", args=[event.slug])
    assert "Switch matchmaking on" in client.get(url).content.decode()
    for _ in range(2):
        assert client.post(url).status_code in (302, 200)
    assert Matchmaking.objects.get(event=event).phase == Phase.PREPARING
    assert "Preparing" in client.get(url).content.decode()


def test_settings_are_saved_in_the_zone_of_the_event_with_rules_by_category(client, fair):
    member, guest = CategoryFactory.create_batch(2, event=fair.event)
    day = (fair.event.starts - datetime.timedelta(days=9)).date()
    values = {
        "asks_until_day": f"{day}", "asks_until_time": "18:00", "answers_until_day": f"{day}",
        "answers_until_time": "23:59", "minutes": "25", "most_requests": "", "most_meetings": "12",
        "seen_by": "participants", "books_live": "on", "rules": [f"{member.pk}>{guest.pk}", f">{member.pk}"],
    }  # fmt: skip
    form = client.get(at(fair, "desk_settings")).content.decode()
    names = {"asks_until_day", "asks_until_time"} if 'name="asks_until_day"' in form else {"asks_until_0"}
    if names == {"asks_until_0"}:
        for name in ("asks_until", "answers_until"):
            values |= {f"{name}_0": values.pop(f"{name}_day"), f"{name}_1": values.pop(f"{name}_time")}
    answer = client.post(at(fair, "desk_settings"), values)
    assert answer.status_code == 302, answer.content.decode()
    fair.refresh_from_db()
    assert fair.asks_until.astimezone(fair.event.zone).strftime("%H:%M") == "18:00"
    assert (fair.most_meetings, fair.minutes) == (12, 25)
    rules = set(AskRule.objects.values_list("asker", "asked"))
    assert rules == {(member.pk, guest.pk), (None, member.pk)}


def test_phases_are_moved_with_their_checks(client):
    matchmaking, _people = an_event(people=2, slots=0, phase=Phase.PREPARING)
    page = client.get(at(matchmaking, "matchmaking_desk")).content.decode()
    assert "There are no times yet" in page
    client.post(at(matchmaking, "desk_phase"), {"to": "asking"})
    matchmaking.refresh_from_db()
    assert matchmaking.phase == Phase.PREPARING
    f.SlotFactory(matchmaking=matchmaking)
    client.post(at(matchmaking, "desk_phase"), {"to": "asking"})
    client.post(at(matchmaking, "desk_phase"), {"to": "over"})  # not from here
    matchmaking.refresh_from_db()
    assert matchmaking.phase == Phase.ASKING
    closed = client.post(at(matchmaking, "desk_phase"), {"to": "planning"}, follow=True).content.decode()
    assert "Asking is closed: nobody asks or answers any more." in closed
    assert "Participants can ask each other and answer now." in closed  # of before, read now
    client.post(at(matchmaking, "desk_phase"), {"to": "asking"})
    assert AuditEvent.objects.filter(action="phase of matchmaking moved").count() == 3


def test_those_who_have_not_answered_are_reminded_once_a_day(client):
    matchmaking, (one, other, _third) = an_event(people=3, phase=Phase.ASKING)
    f.MeetingRequestFactory(asker=one, asked=other)
    client.post(at(matchmaking, "desk_remind"))
    client.post(at(matchmaking, "desk_remind"))
    assert Letter.objects.filter(purpose="matchmaking.reminder").count() == 1
    assert AuditEvent.objects.filter(action="reminded of requests").count() == 1
    Matchmaking.objects.update(reminded_at=timezone.now() - datetime.timedelta(days=1))
    Matchmaking.objects.update(asks_until=None, answers_until=timezone.now())
    with pytest.raises(ValidationError):
        organise.remind(matchmaking, by=office())


# --- times and tables  ----------------------------------------------------------------------------------------------
def slots_form(matchmaking, **values):
    day = matchmaking.event.starts.astimezone(matchmaking.event.zone).date()
    return {"first": f"{day}", "last": "", "starts": "13:00", "ends": "15:00", "minutes": "20", "pause": "0"} | values


def test_times_are_made_on_several_days_round_a_break(client):
    matchmaking, _people = an_event(people=0, slots=0)
    day = matchmaking.event.starts.astimezone(matchmaking.event.zone).date()
    last = day + datetime.timedelta(days=1)
    assert client.post(at(matchmaking, "desk_slots"), slots_form(matchmaking, last=f"{last}")).status_code == 302
    assert matchmaking.slots.count() == 12
    slot = matchmaking.slots.order_by("starts")[3]
    organise.save_slot(
        Slot(matchmaking=matchmaking),
        {
            "starts": slot.starts,
            "ends": slot.starts + datetime.timedelta(minutes=30),
            "is_break": True,
            "title": slot.title,
        },
        by=office(),
    )
    assert matchmaking.slots.filter(is_break=False).count() == 10
    assert client.post(at(matchmaking, "desk_slots"), slots_form(matchmaking)).status_code == 422  # no room for more


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ends": "12:00"}, "It ends before it begins."),
        ({"last": "2020-01-01"}, "The last day is before the first."),
        ({"first": "2027-03-28", "starts": "03:30", "ends": "05:00"}, "clocks never show 03:30"),
        ({"first": "2026-10-25", "starts": "03:30", "ends": "05:00"}, "clocks show 03:30 twice"),
        ({"minutes": "0"}, "greater than or equal to 5"),
    ],
)
def test_times_that_cannot_be_say_why_at_the_field(client, values, words):
    matchmaking, _people = an_event(people=0, slots=0)
    answer = client.post(at(matchmaking, "desk_slots"), slots_form(matchmaking, **values))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert 'value="13:00"' in page or "03:30" in page
    assert not matchmaking.slots.exists()


def test_a_time_with_a_meeting_is_neither_deleted_nor_moved(client, fair):
    published(made(fair))
    slot = fair.slots.order_by("starts").first()
    client.post(at(fair, "desk_slots"), {"do": "delete", "slot": [slot.pk]})
    assert fair.slots.filter(pk=slot.pk).exists()
    values = {"starts": slot.starts, "ends": slot.ends + datetime.timedelta(minutes=1), "is_break": False, "title": ""}
    with pytest.raises(ValidationError):
        organise.save_slot(slot, values, by=office())
    table = Meeting.objects.placed().exclude(table=None).first().table
    client.post(at(fair, "desk_tables"), {"do": "delete", "table": [table.pk]})
    assert fair.tables.filter(pk=table.pk).exists()


def test_tables_are_added_and_a_room_gets_its_address(client, fair):
    client.post(at(fair, "desk_tables"), {"count": "3", "zone": "Hall B", "is_online": "on"})
    room = fair.tables.get(number=5)
    assert (room.zone, room.is_online) == ("Hall B", True)
    values = {"number": "5", "zone": "Hall B", "is_online": "on", "url": "https://example.org/room"}
    assert client.post(at(fair, "desk_table", room.pk), values).status_code == 302
    assert "without address" in client.get(at(fair, "desk_tables")).content.decode()


# --- participants  --------------------------------------------------------------------------------------------------
def test_participants_are_filtered_and_taken_away(client, fair):
    Participant.objects.filter(name="Įmonė A").update(key="zx-1")
    page = client.get(at(fair, "desk_participants") + "?q=zx-1&meetings=yes").content.decode()
    assert "Įmonė A" in page
    assert "Įmonė B" not in page
    answer = client.get(at(fair, "desk_participants_export", "csv"))
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert len([row for row in rows if "Įmonė" in row]) == 4
    book = client.get(at(fair, "desk_participants_export", "xlsx"))
    assert b"".join(book.streaming_content).startswith(b"PK")
    book.close()


def test_the_organiser_gives_a_table_and_a_limit(client, fair):
    participant, table = fair.participants.first(), fair.tables.last()
    values = {"name": participant.name, "state": "in", "is_shown": "on", "fixed_table": table.pk, "most_meetings": "2"}
    assert client.post(at(fair, "desk_participant", participant.pk), values).status_code == 302
    run = made(fair)
    assert run.is_checked
    held = run.placements.exclude(slot=None).filter(meeting__sides__participant=participant)
    assert held.count() == 2
    assert {place.table for place in held} == {table}


def test_letters_go_to_the_people_of_the_chosen_once(client, fair, send_letters):
    chosen = list(fair.participants.all()[:2])
    url = at(fair, "desk_write") + "?" + "&".join(f"to={each.pk}" for each in chosen)
    assert "More time" in client.get(url + "&about=more_time").content.decode()
    for _ in range(2):
        client.post(url, {"subject": "A question", "text": "Dear all,\n\ncould you come earlier?"})
    mails = send_letters()
    assert len(mails) == 2
    assert mails[0].subject == "A question"
    assert "could you come earlier?" in mails[0].body


# --- the timetable  -------------------------------------------------------------------------------------------------
def test_making_shows_progress_and_can_be_stopped(client, fair):
    answer = client.post(at(fair, "desk_timetable"), {"seconds": "5", "seed": "7"})
    run = fair.runs.get()
    assert answer.url == at(fair, "desk_run", run.pk)
    page = client.get(answer.url).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "Load the page again" in page
    part = client.get(answer.url, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<section")
    client.post(at(fair, "desk_run_stop", run.pk))
    run.refresh_from_db()
    assert run.stop_asked
    assert client.post(at(fair, "desk_timetable"), {"seconds": "5"}).status_code == 422  # one at a time


def test_the_result_says_how_much_how_fair_and_why_not(client):
    matchmaking, people = an_event(people=4, slots=2, tables=2)
    all_meet(matchmaking, people)
    Participant.objects.filter(pk=people[0].pk).update(name="UAB „Pilnas“")
    run = made(matchmaking)
    page = client.get(at(matchmaking, "desk_run", run.pk)).content.decode()
    assert "Timetable made: 4 of 4 possible meetings" in page
    assert "agreed to 3 meetings and is free at 2 times only" in page
    assert "Ask for more time" in page
    assert page.count("<circle") >= 4
    assert "proven: none holds more" in page
    lt = client.get(at(matchmaking, "desk_run", run.pk).replace("/en/", "/lt/"), follow=True)
    assert lt.status_code in (200, 404)
    assert client.get(at(matchmaking, "desk_run", run.pk), headers={"HX-Request": "true"}).status_code == 204
    rows = b"".join(client.get(at(matchmaking, "desk_run_export", run.pk, "csv")).streaming_content).decode()
    assert rows.count("Įmonė") >= 6
    assert rows.count("UAB „Pilnas“ – ") == 3  # the page has names without the kind of firm


def test_pages_ask_as_much_for_many_rows_as_for_few(client):
    asked = []
    for people in (3, 6):
        matchmaking, parties = an_event(people=people, slots=6, tables=3)
        all_meet(matchmaking, parties)
        for one, other in pairwise(parties):
            f.MeetingRequestFactory(asker=one, asked=other)
        run = made(matchmaking)
        pages = [at(matchmaking, "desk_run", run.pk), at(matchmaking, "desk_publish", run.pk)]
        names = (
            "desk_participants",
            "desk_meetings",
            "desk_slots",
            "desk_tables",
            "matchmaking_desk",
            "desk_timetable",
        )
        counts = []
        for url in [*pages, *(at(matchmaking, name) for name in names)]:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.append((url.rsplit("/", 2)[-2] if "timetable" not in url else "timetable", len(queries)))
        asked.append(counts)
    assert asked[0] == asked[1]
    assert max(count for _page, count in asked[0]) <= 45


def test_moves_are_listed_before_they_are_published(client, fair):
    by, first = office(), made(fair)
    published(first, by=by)
    place = first.placements.exclude(slot=None).first()
    url = at(fair, "desk_place", first.pk, place.meeting_id)
    other = next(slot for slot in fair.slots.all() if slot != place.slot)
    table = fair.tables.first().pk
    assert client.get(url).context["form"].initial == {"slot": place.slot_id}  # who moves it takes nobody's table
    full = client.post(url, {"slot": other.pk, "table": ""})
    assert "All tables are taken then" in full.content.decode()
    refused = client.post(url, {"slot": other.pk, "table": table})
    assert refused.status_code == 422
    assert "in the way and would lose their place" in refused.content.decode()
    done = client.post(url, {"slot": other.pk, "table": table, "displaces": "1"})
    copy = fair.runs.exclude(pk=first.pk).get()
    assert done.url == at(fair, "desk_run", copy.pk)
    page = client.get(at(fair, "desk_publish", copy.pk)).content.decode()
    assert "These meetings move" in page
    assert "These lose their time" in page
    assert client.post(at(fair, "desk_publish", copy.pk)).status_code == 302
    assert client.get(at(fair, "desk_publish", copy.pk)).url == at(fair, "desk_run", copy.pk)
    assert Meeting.objects.get(pk=place.meeting_id).starts == other.starts
    assert client.get(at(fair, "desk_compare", copy.pk) + f"?with={first.pk}").status_code == 200


def test_the_published_timetable_says_that_people_changed_it(client, fair):
    run = made(fair)
    published(run)
    one = Meeting.objects.placed().first()
    page = at(fair, "desk_run", run.pk)
    assert client.get(page).context["changed"] == 0
    requests.cancel(one, one.sides.first().participant, by=None)
    assert "1 meeting has changed since this was published" in client.get(page).content.decode()


def test_meetings_booked_without_a_request_stand_before_the_requests(client, fair):
    one, other = fair.participants.order_by("pk")[:2]
    Meeting.objects.exclude(sides__participant=one).delete()
    f.MeetingRequestFactory(asker=one, asked=other)
    rows = {
        query: [
            [each.name for each in line.sides] for line in client.get(at(fair, "desk_meetings") + query).context["rows"]
        ]
        for query in ("", "?state=agreed", "?state=sent", "?behalf=yes", "?q=B&placed=no&behalf=no")
    }
    asked, met = ["Įmonė A", "Įmonė B"], [["Įmonė A", f"Įmonė {name}"] for name in "DCB"]
    assert list(rows.values()) == [[*met, asked], met, [asked], [], [asked, asked]]
    table = b"".join(client.get(at(fair, "desk_meetings_export", "csv"))).decode().splitlines()
    assert [line[:15] for line in table[1:5]] == [
        "Įmonė A,Įmonė D",
        "Įmonė A,Įmonė C",
        "Įmonė A,Įmonė B",
        "Įmonė A,Įmonė B",
    ]


def test_locking_and_taking_back_from_the_page(client, fair):
    run = made(fair)
    place = run.placements.exclude(slot=None).first()
    client.post(at(fair, "desk_lock", run.pk, place.meeting_id), {"do": "lock"})
    assert Meeting.objects.get(pk=place.meeting_id).pinned_slot == place.slot
    client.post(at(fair, "desk_lock", run.pk, place.meeting_id), {"do": "unlock"})
    assert not Meeting.objects.get(pk=place.meeting_id).is_pinned
    client.post(at(fair, "desk_publish", run.pk))
    assert Meeting.objects.placed().count() == 6
    client.post(at(fair, "desk_unpublish"))
    assert Meeting.objects.placed().count() == 0


def test_a_failed_run_says_why(client, fair):
    run = f.RunFactory(matchmaking=fair, state=Run.State.FAILED, error=making.NOTHING)
    assert "nothing to plan" in client.get(at(fair, "desk_run", run.pk)).content.decode()


def test_hostile_names_are_words(client, fair):
    Participant.objects.filter(matchmaking=fair).update(name='<img src=x onerror=alert(1)>"')
    run = made(fair)
    for name, args in (("desk_run", [run.pk]), ("desk_participants", []), ("desk_meetings", [])):
        assert "<img src=x" not in client.get(at(fair, name, *args)).content.decode()
