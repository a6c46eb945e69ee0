"""The pages at the door: what helpers see and send, with and without a connection, and of no other event."""

import datetime
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.tests.visits import url
from klaster.directory.factories import both
from klaster.events import factories as f
from klaster.events.models import Attendance, State

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    return f.EventFactory(slug="forumas", state=State.CLOSED, starts=timezone.now() + datetime.timedelta(hours=1))


@pytest.fixture
def helper(client, event):
    """Somebody who may stand at the door of this event and nothing else."""
    member = f.TeamMemberFactory(event=event, person__name="Jonas Pramanytasis")
    client.force_login(member.person)
    return client


def send(client, event, *entries):
    body = json.dumps({"device": "abc", "entries": entries})
    return client.post(url("event_door_sync", event.slug), body, content_type="application/json").json()["answers"]


def test_a_helper_finds_somebody_by_a_part_of_the_name_and_checks_in(helper, event):
    ona = f.RegistrationFactory(event=event, name="Ona Žąsytė", organisation_name="UAB „Saulė“")
    f.RegistrationFactory(event=event, name="Petras Kitas")
    waiting = f.RegistrationFactory(event=event, name="Zosė Laukianti", state="waiting")
    everybody = helper.get(url("event_door", event.slug))
    assert [person.name for person in everybody.context["page"]] == ["Petras Kitas", "Ona Žąsytė"]
    for words in ("zasy", "saule", "ŽĄSYTĖ ona", f"{ona.code[:5]}-{ona.code[5:]}".lower()):
        found = helper.get(url("event_door", event.slug), {"q": words})
        assert [person.name for person in found.context["page"]] == ["Ona Žąsytė"], words
    assert "waiting list" in helper.get(url("event_door", event.slug), {"q": "zose"}).content.decode()
    said = helper.post(url("event_check_in", event.slug), {"pk": ona.pk}, follow=True).content.decode()
    assert "Ona Žąsytė is checked in." in said
    row = Attendance.objects.get()
    assert f'name="undo" value="{row.pk}"' in " ".join(said.split())
    again = helper.post(url("event_check_in", event.slug), {"pk": ona.pk}, follow=True)
    assert "is in already" in again.content.decode()
    why = helper.post(url("event_check_in", event.slug), {"pk": waiting.pk}, follow=True)
    assert "is on the waiting list" in why.content.decode()
    undone = helper.post(url("event_check_in_undo", event.slug), {"undo": row.pk}, follow=True)
    assert "not checked in any more" in undone.content.decode()
    assert not Attendance.objects.standing().exists()


def test_sessions_are_chosen_at_the_top_and_count_their_own(helper, event):
    session = f.SessionFactory(event=event, capacity=3, title=both("Dirbtuvės", "Workshop"))
    person = f.RegistrationFactory(event=event)
    person.session_choices.create(session=session)
    page = helper.post(url("event_check_in", event.slug), {"pk": person.pk, "session": session.pk}, follow=True)
    assert page.context["where"] == str(session.pk)
    assert (page.context["counts"].came, page.context["counts"].expected) == (1, 3)
    assert [(place.came, place.places) for place in page.context["places"]] == [(1, 3)]
    other = f.SessionFactory()
    assert helper.get(url("event_door", event.slug), {"session": other.pk}).status_code == 404
    assert helper.post(url("event_check_in", event.slug), {"pk": person.pk, "session": other.pk}).status_code == 404


def test_what_waited_on_a_phone_is_sent_and_answered_one_by_one(helper, event):
    people = [f.RegistrationFactory(event=event, name=f"Nr {n}") for n in range(3)]
    f.AttendanceFactory(registration=people[1])
    stranger, session = f.RegistrationFactory(), f.SessionFactory()
    entries = [{"id": str(uuid.uuid4()), "pk": person.pk, "session": "", "age": 600} for person in [*people, stranger]]
    broken = [{"id": "x"}, "y", {**entries[2], "session": str(session.pk)}, {**entries[2], "age": "nan"}]
    answers = send(helper, event, *entries, *broken)
    assert [answer["kind"] for answer in answers] == ["in", "already", "in", "refused", *(["refused"] * 4)]
    assert "already" in answers[1]["words"]
    assert send(helper, event, *entries[:1])[0]["kind"] == "in", "sent again after the answer got lost"
    assert Attendance.objects.filter(registration__in=people).count() == 3
    first = Attendance.objects.get(registration=people[0])
    assert (first.device, first.by.name) == ("abc", "Jonas Pramanytasis")
    assert 590 < (timezone.now() - first.at).total_seconds() < 660
    nonsense = helper.post(url("event_door_sync", event.slug), "{", content_type="application/json")
    assert nonsense.status_code == 400


def test_a_phone_keeps_few_fields_and_asks_for_news_only(helper, event):
    f.RegistrationFactory(
        event=event, name="Ona", email="ona@example.org", phone="+370 600", dietary="fish", access_needs="ramp",
        note="pays later", position="director",
    )  # fmt: skip
    answer = helper.get(url("event_door_people", event.slug))
    kept = answer.json()
    assert set(kept["people"][0]) == {
        "pk", "code", "name", "organisation", "category", "hue", "state", "letter", "came",
    }  # fmt: skip
    for secret in ("ona@example.org", "+370", "fish", "ramp", "pays later", "director"):
        assert secret not in answer.content.decode()
    assert kept["until"] == int((event.ends + datetime.timedelta(days=1)).timestamp() * 1000)
    same = helper.get(url("event_door_people", event.slug), {"version": kept["version"]})
    assert same.status_code == 204
    person, versions = event.registrations.get(), {kept["version"]}
    came = f.AttendanceFactory(registration=person)
    changes = [{"name": "Ona Nauja"}, {"state": "cancelled"}, {"organisation_name": "UAB"}]
    for change in (
        lambda: None, lambda: came.__class__.objects.update(undone_at=timezone.now()),
        *(lambda change=change: event.registrations.update(**change) for change in changes),
        lambda: f.SessionFactory(event=event), lambda: event.sessions.update(capacity=3),
    ):  # fmt: skip
        change()
        now = helper.get(url("event_door_people", event.slug), {"version": kept["version"]}).json()["version"]
        assert now not in versions
        versions.add(now)


def test_the_page_a_phone_keeps_names_nobody(helper, event):
    f.RegistrationFactory(event=event, name="Ona Žąsytė")
    shell = helper.get(url("event_door", event.slug), {"shell": "1"}).content.decode()
    assert "Žąsytė" not in shell
    assert "Jonas" not in shell


def test_only_this_page_may_use_the_camera(helper, event):
    assert "camera=(self)" in helper.get(url("event_door", event.slug))["Permissions-Policy"]
    assert "camera=()" in helper.get(url("event_door_counters", event.slug))["Permissions-Policy"]
    worker = helper.get(url("event_door_worker", event.slug))
    assert worker["Content-Type"].startswith("text/javascript")


def test_who_helps_at_one_door_sees_no_other_and_no_desk(helper, event):
    other = f.EventFactory(starts=event.starts)
    theirs = f.RegistrationFactory(event=other, name="Slapta Svečia")
    row = f.AttendanceFactory(registration=theirs)
    names = ("event_door", "event_door_people", "event_door_late", "event_door_counters", "event_badges")
    for name in names:
        assert helper.get(url(name, other.slug)).status_code == 404
        assert "Slapta" not in helper.get(url(name, event.slug)).content.decode()
    assert helper.post(url("event_check_in", other.slug), {"pk": theirs.pk}).status_code == 404
    assert (
        "Slapta" not in helper.post(url("event_check_in", event.slug), {"pk": theirs.pk}, follow=True).content.decode()
    )
    assert helper.post(url("event_check_in_undo", event.slug), {"undo": row.pk}).status_code == 404
    assert "Slapta" not in json.dumps(send(helper, event, {"id": str(uuid.uuid4()), "pk": theirs.pk, "age": 0}))
    assert Attendance.objects.standing().filter(registration=theirs).count() == 1
    tabs = helper.get(url("event_door", event.slug)).content.decode()
    assert url("event_desk", event.slug) not in tabs
    for name in ("event_desk", "event_edit"):
        assert helper.get(url(name, event.slug)).status_code in (403, 404)


def test_who_comes_without_registration_is_taken_in(helper, event):
    page = {"name": "Vėlyva Viešnia", "organisation_name": "UAB „Kita“", "country": "LT"}
    answer = helper.post(url("event_door_late", event.slug), page, follow=True)
    assert "Vėlyva Viešnia is registered and checked in." in answer.content.decode()
    late = event.registrations.get()
    assert (late.is_late, late.state, late.attendances.standing().count()) == (True, "confirmed", 1)
    event.capacity = 1
    event.save()
    full = helper.post(url("event_door_late", event.slug), {**page, "name": "Dar viena"})
    assert full.status_code == 422
    assert "No places are left" in full.content.decode()
    assert 'value="Dar viena"' in full.content.decode(), "what was typed stays"
    assert "over" not in full.context["form"].fields, "beyond the places lets only who runs the event"
    assert helper.post(url("event_door_late", event.slug), {"name": ""}).status_code == 422


def test_counters_tell_how_many_are_in_and_answer_nothing_while_nothing_changes(helper, event):
    member, press = (f.CategoryFactory(event=event, name=both(lt, en), hue=hue) for lt, en, hue in
                     [("Narys", "Member", 3), ("Žiniasklaida", "Press", 5)])  # fmt: skip
    rows = [f.RegistrationFactory(event=event, category=category) for category in (member, member, press)]
    f.AttendanceFactory(registration=rows[0])
    f.AttendanceFactory(registration=rows[1], undone_at=timezone.now())
    address = url("event_door_counters", event.slug)
    page = helper.get(address)
    assert (page.context["counts"].came, page.context["counts"].expected) == (1, 3)
    assert [(c["words"], c["came"], c["expected"]) for c in page.context["categories"]] == [
        ("Member", 1, 2), ("Press", 0, 1),
    ]  # fmt: skip
    assert [hour["value"] for hour in page.context["hours"]] == [1]
    asked = {"query_params": {"seen": page.context["seen"]}, "headers": {"HX-Request": "true"}}
    assert helper.get(address, **asked).status_code == 204
    f.AttendanceFactory(registration=rows[2])
    fragment = helper.get(address, **asked)
    assert fragment.status_code == 200
    assert b"<html" not in fragment.content


@pytest.mark.parametrize("name", ["event_door", "event_door_people", "event_door_counters", "event_badges"])
def test_as_many_questions_for_three_as_for_one(helper, event, name):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            helper.get(url(name, event.slug))
        return len(asked)

    def one_more():
        category, session = f.CategoryFactory(event=event), f.SessionFactory(event=event, capacity=4)
        person = f.RegistrationFactory(event=event, category=category)
        f.AttendanceFactory(registration=person, by=UserFactory())
        f.AttendanceFactory(registration=person, by=UserFactory(), session=session)

    one_more()
    questions()
    first = questions()
    one_more()
    one_more()
    assert questions() == first
    assert first <= 26, "four of its own, the frame of the desk asks the others"
