"""The agenda editor: what does not fit, the grid, moving, who gets which material."""

import datetime
import zoneinfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.core.models import AuditEvent
from klaster.core.tests.test_uploads import upload
from klaster.directory.factories import AffiliationFactory, ClusterFactory
from klaster.events import agenda, times
from klaster.events import factories as f
from klaster.events.actions.agenda import move_session, save_part
from klaster.events.models import Material, Session, SessionChoice, SessionSpeaker
from klaster.events.tests.test_organise import posted
from klaster.events.views.agenda import sessions_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
ZONE = zoneinfo.ZoneInfo("Europe/Vilnius")
DAY = datetime.date(2027, 5, 5)


def at(hour, minute=0, day=DAY):
    return datetime.datetime.combine(day, datetime.time(hour, minute), ZONE)


@pytest.fixture
def event():
    return f.EventFactory(cluster=ClusterFactory(), starts=at(9), ends=at(17))


@pytest.fixture
def organiser(client, event):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


def session(event, begins, ends, **more):
    return f.SessionFactory(event=event, starts=begins, ends=ends, **more)


def test_conflicts_are_of_rooms_speakers_and_the_hours_of_the_event(event):
    room, ona = f.RoomFactory(event=event, capacity=20), f.SpeakerFactory(event=event, name="Ona")
    one = session(event, at(9), at(10), room=room, title={"en": "One"})
    other = session(event, at(9, 30), at(11), room=room, capacity=30, title={"en": "Other"})
    after = session(event, at(11), at(12), room=room, title={"en": "After"})
    late = session(event, at(16, 30), at(17, 1), title={"en": "Late"})
    for each in (one, other, after):
        SessionSpeaker.objects.create(session=each, speaker=ona)
    found = agenda.conflicts(event, sessions_of(event))
    assert set(found) == {one.pk, other.pk, late.pk}
    assert [words.split(" ")[0] for words in found[one.pk]] == ["In", "Ona"]
    assert found[late.pk] == ["It is outside the time of the event."]
    assert "30" not in found[other.pk][-1]
    assert "which has 20" in found[other.pk][-1]
    Session.objects.filter(pk=one.pk).update(is_cancelled=True)
    assert set(agenda.conflicts(event, sessions_of(event))) == {other.pk, late.pk}


def test_the_grid_has_a_line_for_each_half_hour_and_a_cell_for_each_room(event):
    room = f.RoomFactory(event=event)
    one = session(event, at(9), at(10), room=room)
    other = session(event, at(9, 40), at(10, 10), room=room)
    [day] = agenda.days(event, sessions_of(event), [room])
    times_of = [f"{line.starts:%H:%M}" for line in day.lines]
    assert times_of[:5] == ["09:00", "09:30", "09:40", "10:00", "10:10"]
    assert times_of[-1] == "16:30"
    cell = day.lines[0].cells[1]
    assert (cell.sessions, cell.rows) == ([one, other], 4)
    for line in day.lines:
        assert line.cells[0].room is None
    covered = sum(cell.rows for line in day.lines for cell in line.cells if cell.room == room)
    assert covered == len(day.lines)


def test_an_event_of_three_days_has_three_tables_without_nights(event):
    event.ends = at(15, day=DAY + 2 * times.DAY)
    days = agenda.days(event, [], [])
    assert [(f"{day.lines[0].starts:%H}", f"{day.lines[-1].starts:%H:%M}") for day in days] == [
        ("09", "16:30"), ("09", "16:30"), ("09", "14:30"),
    ]  # fmt: skip
    event.is_all_day = True
    assert len(agenda.days(event, [], [])) == 3


def test_of_a_long_event_only_days_with_sessions_are_drawn(event):
    event.ends = at(15, day=DAY + 40 * times.DAY)
    assert [day.day for day in agenda.days(event, [], [])] == [DAY]
    modules = [session(event, at(9, day=day), at(17, day=day)) for day in (DAY + 20 * times.DAY, DAY + 40 * times.DAY)]
    assert [day.day for day in agenda.days(event, modules, [])] == [DAY + 20 * times.DAY, DAY + 40 * times.DAY]


def test_a_move_keeps_the_length_and_answers_with_the_grid(client, organiser, event):
    room = f.RoomFactory(event=event)
    one = session(event, at(9), at(9, 45))
    address = reverse("session_move", args=[event.slug, one.pk])
    answer = client.post(address, {"starts": "2027-05-05T10:30", "room": room.pk}, headers={"HX-Request": "true"})
    one.refresh_from_db()
    assert (one.starts, one.ends, one.room) == (at(10, 30), at(11, 15), room)
    assert answer.content.decode().lstrip().startswith('<div id="agenda-grid"')
    assert "10:30" in answer.content.decode()
    assert AuditEvent.objects.of(one).get().action == "moved"
    assert client.post(address, {"minutes": "-15"})["Location"].endswith(f"#session-{one.pk}")
    client.post(address, {"room": ""})
    one.refresh_from_db()
    assert (one.starts, one.room) == (at(10, 15), None)


@pytest.mark.parametrize(
    "data", [{"starts": "x"}, {"room": "999999"}, {"room": "x"}, {"minutes": "99999"}, {"room": "9" * 40}]
)
def test_a_place_that_is_none_is_said_and_moves_nothing(client, organiser, event, data):
    one = session(event, at(9), at(10))
    answer = client.post(reverse("session_move", args=[event.slug, one.pk]), data, headers={"HX-Request": "true"})
    one.refresh_from_db()
    assert (answer.status_code, one.starts) == (200, at(9))
    assert "no longer there" in answer.text or "no place of the agenda" in answer.text


def test_sessions_rooms_and_the_rest_are_written_and_deleted(client, organiser, event):
    def send(part, **data):
        return client.post(reverse("part_new", args=[event.slug, part]), data)

    assert send("room", name_en="Hall", capacity="50").status_code == 302
    assert send("track", name_en="Green", hue="3").status_code == 302
    assert send("speaker", name="Ona").status_code == 302
    assert send("partner", name="", role="partner").status_code == 422
    assert send("partner", name="Firma", role="sponsor", website="firma.lt").status_code == 302
    room, ona = event.rooms.get(), event.speakers.get()
    day = {"starts_day": "2027-05-05", "starts_time": "09:00", "ends_day": "2027-05-05", "ends_time": "08:00"}
    answer = send("session", title_en="Talk", kind="talk", **day)
    assert "ends" in answer.context["form"].errors
    data = {**day, "ends_time": "10:00", "title_en": "Talk", "kind": "talk", "room": room.pk, "chairs": ona.pk}
    assert send("session", **data).status_code == 302
    talk = event.sessions.get()
    assert (talk.starts, talk.room, talk.speaking.get().role) == (at(9), room, "chair")
    edit = reverse("part_edit", args=[event.slug, "session", talk.pk])
    assert 'value="09:00"' in client.get(edit).text
    client.post(edit, posted(client.get(edit), chairs=None, speakers=ona.pk))
    assert talk.speaking.get().role == "speaker"
    client.post(reverse("part_delete", args=[event.slug, "room", room.pk]))
    talk.refresh_from_db()
    assert talk.room is None
    assert client.get(reverse("event_agenda_edit", args=[event.slug])).status_code == 200


def test_two_organisers_at_once_lose_nothing(client, organiser, event):
    ona = f.SpeakerFactory(event=event, name="Ona")
    talk = session(event, at(9), at(10), title={"lt": "Pranešimas", "en": "Talk"})
    address = reverse("part_edit", args=[event.slug, "session", talk.pk])
    mine = posted(client.get(address), title_lt="Mano", summary_lt="Apie ką", starts_time="09:30")
    other = UserFactory(secretariat=True, name="Rasa Kita")
    save_part(talk, by=other, values={"title": {"lt": "Jų", "en": "Talk"}, "speakers": [ona], "chairs": []})
    move_session(talk, by=other, room=f.RoomFactory(event=event, name={"lt": "Didžioji", "en": "Big"}))
    answer = client.post(address, mine)
    assert answer.status_code == 409
    assert [each["name"] for each in answer.context["differing"]] == ["title"]
    assert "Rasa Kita" in answer.text
    talk.refresh_from_db()
    assert talk.title["lt"] == "Jų"
    assert client.post(address, posted(answer)).status_code == 302
    talk.refresh_from_db()
    assert (talk.title["lt"], talk.summary["lt"], talk.starts) == ("Mano", "Apie ką", at(9, 30))
    assert (str(talk.room), list(talk.speakers.all())) == ("Big", [ona])


@pytest.mark.parametrize(
    ("part", "factory", "field"),
    [("room", f.RoomFactory, "name_lt"), ("track", f.TrackFactory, "name_lt"), ("speaker", f.SpeakerFactory, "name")],
)
def test_small_rows_are_versioned_too(client, organiser, event, part, factory, field):
    row = factory(event=event)
    address = reverse("part_edit", args=[event.slug, part, row.pk])
    first, second = (posted(client.get(address), photo=None, **{field: name}) for name in ("Viena", "Kita"))
    assert [client.post(address, data).status_code for data in (first, second)] == [302, 409]
    row.refresh_from_db()
    assert (row.name["lt"] if isinstance(row.name, dict) else row.name) == "Viena"
    client.post(reverse("part_move", args=[event.slug, part, row.pk]), {"do": "up"})
    again = posted(client.get(address), photo=None, **{field: "Trečia"})
    assert client.post(address, again).status_code == 302


def test_more_places_let_in_who_waits_for_the_session(client, organiser, event):
    talk = session(event, at(9), at(10), capacity=1)
    choices = [
        SessionChoice.objects.create(registration=f.RegistrationFactory(event=event), session=talk, is_waiting=waits)
        for waits in (False, True)
    ]
    save_part(talk, by=organiser, values={"capacity": 2})
    choices[1].refresh_from_db()
    assert not choices[1].is_waiting


def test_a_session_that_people_chose_is_cancelled_and_not_deleted(client, organiser, event):
    talk = session(event, at(9), at(10), capacity=1)
    SessionChoice.objects.create(registration=f.RegistrationFactory(event=event), session=talk)
    page = client.post(reverse("part_delete", args=[event.slug, "session", talk.pk]), follow=True)
    assert "Mark it as cancelled" in page.text
    assert event.sessions.get() == talk


def test_a_place_of_the_grid_begins_a_session_there(client, organiser, event):
    room = f.RoomFactory(event=event)
    page = client.get(reverse("part_new", args=[event.slug, "session"]) + f"?starts=2027-05-05T13:30&room={room.pk}")
    assert 'value="13:30"' in page.text
    assert f'value="{room.pk}" selected' in page.text
    assert client.get(reverse("part_new", args=[event.slug, "session"]) + "?starts=x&room=y").status_code == 200


def test_lists_are_put_in_order(client, organiser, event):
    rooms = [f.RoomFactory(event=event, position=0) for _number in range(3)]
    client.post(reverse("part_move", args=[event.slug, "room", rooms[2].pk]), {"do": "up"})
    assert list(event.rooms.all()) == [rooms[0], rooms[2], rooms[1]]
    client.post(reverse("part_move", args=[event.slug, "room", rooms[1].pk]), {"do": "down"})
    assert list(event.rooms.all()) == [rooms[0], rooms[2], rooms[1]]


def test_words_in_addresses_are_of_the_language(event):
    with override("lt"):
        address = reverse("part_new", args=[event.slug, "room"])
        assert address.startswith("/lt/renginiai/")
        assert "/room/" not in address


def test_rows_of_another_event_are_out_of_reach(client, organiser, event):
    other = session(f.EventFactory(starts=at(9), ends=at(17)), at(9), at(10))
    for name, args in [
        ("session_move", [other.pk]), ("part_edit", ["session", other.pk]), ("part_delete", ["session", other.pk]),
    ]:  # fmt: skip
        assert client.post(reverse(name, args=[event.slug, *args])).status_code == 404
    other_room = f.RoomFactory()
    one = session(event, at(9), at(10))
    client.post(reverse("session_move", args=[event.slug, one.pk]), {"room": other_room.pk})
    one.refresh_from_db()
    assert one.room is None
    assert client.post(
        reverse("part_edit", args=[event.slug, "session", one.pk]),
        {"title_en": "x", "kind": "talk", "room": other_room.pk},
    ).status_code == 422  # fmt: skip


def test_materials_are_for_everybody_or_for_those_who_take_part(client, organiser, event, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    new = reverse("part_new", args=[event.slug, "material"])
    pdf = upload("skaidres.pdf", b"%PDF-1.7\n%%EOF")
    assert client.post(new, {"title_en": "Slides"}).status_code == 422
    assert client.post(new, {"title_en": "Slides", "url": "youtube.com/1", "file": pdf}).status_code == 422
    pdf = upload("skaidres.pdf", b"%PDF-1.7\n%%EOF")
    assert client.post(new, {"title_en": "Slides", "file": pdf}).status_code == 302
    material = Material.objects.get()
    assert (material.is_public, material.position) == (False, 1)
    address = reverse("material_file", args=[event.slug, material.pk])
    guest, registered = UserFactory(), f.RegistrationFactory(event=event)
    f.RegistrationFactory(event=event, person=guest)
    waiting = f.RegistrationFactory(event=event, state="waiting")
    sibling = f.RegistrationFactory()
    assert status(client, address) == 200
    client.logout()
    assert status(client, address) == 404
    assert status(client, f"{address}?r={registered.link_token()}") == 200
    for token in (waiting.link_token(), sibling.link_token(), "x"):
        assert status(client, f"{address}?r={token}") == 404
    client.force_login(UserFactory())
    assert status(client, address) == 404
    client.force_login(guest)
    answer = client.get(address)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Disposition"].endswith('.pdf"')
    Material.objects.update(is_public=True)
    client.logout()
    assert status(client, address) == 200


def status(client, address):
    answer = client.get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    return answer.status_code


def test_the_editor_asks_as_much_for_one_row_as_for_three(client, organiser, event):
    def fill():
        each = session(event, at(10), at(11), room=f.RoomFactory(event=event), track=f.TrackFactory(event=event))
        SessionSpeaker.objects.create(session=each, speaker=f.SpeakerFactory(event=event))
        Material.objects.create(event=event, session=each, title=Translated(en="x"), url="https://x.lt")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("event_agenda_edit", args=[event.slug])).status_code == 200
        return len(queries)

    fill()
    asked()
    first = asked()
    fill()
    fill()
    assert asked() == first
