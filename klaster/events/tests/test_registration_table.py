"""The desk's table of registrations: who sees which rows, filters, words, columns, files, decisions."""

import csv
import io
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core import spreadsheets
from klaster.core.models import AuditEvent, Letter
from klaster.directory.factories import AffiliationFactory, ClusterFactory, OrganisationFactory
from klaster.events import factories as f
from klaster.events.models import Answer, Event, Question, RegistrationState, TeamMember

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
S = RegistrationState


@pytest.fixture
def event():
    return f.EventFactory(cluster=ClusterFactory(), mode=Event.Mode.BOTH)


@pytest.fixture
def organiser(event, client):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


def table(client, event, query=""):
    response = client.get(reverse("event_registrations", args=[event.slug]) + query)
    assert response.status_code == 200
    return [row.name for row, _cells in response.context["rows"]]


def exported(client, event, query="", **more):
    url = reverse("registration_export", args=[event.slug, "csv"]) + query
    response = client.post(url) if more.get("needs") else client.get(url)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


# --- who sees what ----------------------------------------------------------------------------------------------------
def test_the_organiser_of_one_event_sees_nothing_of_another(client, event, organiser):
    own = f.RegistrationFactory(event=event, name="Sava Savaitė")
    sibling = f.RegistrationFactory(event__cluster=ClusterFactory(), name="Svetima Svetimaitė", country="EE")
    hidden = (sibling.name, sibling.email)
    for query in ("", "?q=Svetima", "?country=EE", "?state=confirmed"):
        page = client.get(reverse("event_registrations", args=[event.slug]) + query)
        assert not any(words in page.text for words in hidden)
        assert sibling.name not in str(exported(client, event, query))
    assert "Estonia" not in client.get(reverse("event_statistics", args=[event.slug])).text
    assert table(client, event) == [own.name]
    slug = sibling.event.slug
    for name, args in [
        ("event_registrations", [slug]), ("registration_export", [slug, "xlsx"]), ("event_statistics", [slug]),
        ("statistics_export", [slug, "by_day", "csv"]), ("registration_edit", [slug, sibling.pk]),
        ("registration_edit", [event.slug, sibling.pk]), ("registration_import", [slug]),
    ]:  # fmt: skip
        assert client.get(reverse(name, args=args)).status_code == 404, name
    decide = reverse("registrations_decide", args=[event.slug])
    client.post(decide, {"row": [sibling.pk], "do": "cancel", "reason": ""})
    client.post(decide, {"row": [sibling.pk], "do": "again"})
    sibling.refresh_from_db()
    assert sibling.state == S.CONFIRMED
    assert not Letter.objects.exists()


def test_a_helper_at_the_door_reads_no_table(client, event):
    door = f.TeamMemberFactory(event=event).person
    client.force_login(door)
    assert client.get(reverse("event_registrations", args=[event.slug])).status_code == 404
    TeamMember.objects.filter(person=door).update(role=TeamMember.Role.ORGANISER)
    assert table(client, event) == []


# --- filters, words, order --------------------------------------------------------------------------------------------
@pytest.fixture
def people(event):
    """Five who differ in everything one can filter by."""
    category, firm = f.CategoryFactory(event=event), OrganisationFactory()
    make = lambda **values: f.RegistrationFactory(event=event, **values)  # noqa: E731
    rows = {
        "ona": make(name="Ona Žilinskaitė", category=category, is_member=True, organisation=firm),
        "jonas": make(name="Jonas Ąžuolas", state=S.APPLIED, country="LV", organisation_name="Bendrovė „Ąžuolas“"),
        "erik": make(name="Erik Ek", state=S.WAITING, country="SE", is_online=True),
        "ada": make(name="Ada Czapska", country="PL", note="kalbės atidaryme"),
        "zita": make(name="Zita Adomaitė", state=S.CANCELLED, ended_at=timezone.now()),
    }
    f.AttendanceFactory(registration=rows["ada"])
    f.AttendanceFactory(registration=rows["ona"], undone_at=timezone.now())
    return rows | {"category": category, "firm": firm}


def test_filters_words_and_orders_find_the_right_people(client, event, organiser, people):
    names = {key: row.name for key, row in people.items() if key not in ("category", "firm")}
    found = {
        "?state=applied&state=waiting": "jonas erik",
        f"?category={people['category'].pk}": "ona",
        "?category=none&country=PL&country=SE": "erik ada",
        f"?organisation=o{people['firm'].pk}": "ona",
        f"?organisation={quote('nBendrovė „Ąžuolas“')}": "jonas",
        "?member=yes": "ona",
        "?member=no&online=no&state=confirmed": "ada",
        "?came=yes": "ada",
        "?came=no&online=yes": "erik",
        "?q=zilinskaite": "ona",
        "?q=azuolas+bendrove": "jonas",
        "?q=atidaryme": "ada",
        f"?q={people['erik'].code.lower()}": "erik",
        f"?q={people['zita'].email}": "zita",
        "?order=-number": "zita ada erik jonas ona",
        "?order=name": "ada erik jonas ona zita",
        "?order=-country&state=confirmed": "ada ona",
        "?order=came&state=confirmed": "ada ona",
        "?state=nonsense&order=password&country=XX": "ona jonas erik ada zita",
        "?q=%00%27%3B+drop": "",
    }
    for query, wanted in found.items():
        assert table(client, event, query) == [names[key] for key in wanted.split()], query
        rows = exported(client, event, query)[1:-2]
        assert [row[1] for row in rows] == [names[key] for key in wanted.split()], query


@pytest.mark.parametrize(("order", "first"), [("-came", "ada"), ("-category", "ona")])
def test_who_has_nothing_to_be_sorted_by_comes_last(client, event, organiser, people, order, first):
    assert table(client, event, f"?order={order}&state=confirmed")[0] == people[first].name


def test_answers_can_be_filtered_but_not_those_about_needs(client, event, organiser, people):
    kinds = Question.Kind
    options = [{"lt": "Laivu", "en": "By ship"}, {"lt": "Traukiniu", "en": "By train"}]
    one = f.QuestionFactory(event=event, kind=kinds.ONE, options=options)
    several = f.QuestionFactory(event=event, kind=kinds.SEVERAL, options=options)
    yes = f.QuestionFactory(event=event, kind=kinds.YES_NO)
    need = f.QuestionFactory(event=event, kind=kinds.YES_NO, is_sensitive=True)
    for question, value in ((one, "Traukiniu"), (several, ["Laivu", "Traukiniu"]), (yes, True), (need, True)):
        Answer.objects.create(registration=people["ona"], question=question, value=value)
    Answer.objects.create(registration=people["erik"], question=yes, value=False)
    ona = [people["ona"].name]
    assert table(client, event, f"?question{one.pk}=1") == ona
    assert table(client, event, f"?question{one.pk}=0") == []
    assert table(client, event, f"?question{several.pk}=0") == ona
    assert table(client, event, f"?question{yes.pk}=yes") == ona
    assert table(client, event, f"?question{yes.pk}=no") == [people["erik"].name]
    assert len(table(client, event, f"?question{need.pk}=yes")) == 5
    client.post(
        reverse("registration_columns_choose", args=[event.slug]),
        {"column": [f"question{one.pk}", f"question{need.pk}", "dietary", "email", "no-such"]},
    )
    page = client.get(reverse("event_registrations", args=[event.slug]))
    assert [heading.column.code for heading in page.context["headings"]] == ["name", "email", f"question{one.pk}"]
    assert "By train" in page.text
    client.force_login(UserFactory(secretariat=True))
    other = client.post(reverse("registration_columns_choose", args=[event.slug]), {"do": "usual"})
    assert other.status_code == 302


# --- files ------------------------------------------------------------------------------------------------------------
def test_needs_leave_only_where_somebody_asks_and_it_is_written_down(client, event, organiser):
    need = f.QuestionFactory(event=event, is_sensitive=True)
    row = f.RegistrationFactory(event=event, name="=cmd()", dietary="be riešutų", access_needs="+rampa")
    Answer.objects.create(registration=row, question=need, value="gestų kalba")
    plain = exported(client, event)
    assert plain[1][1] == "'=cmd()"
    assert not {"be riešutų", "gestų kalba", "Diet"} & {cell for line in plain for cell in line}
    assert not AuditEvent.objects.filter(action__contains="needs").exists()
    whole = exported(client, event, needs=True)
    assert {"be riešutų", "gestų kalba", "'+rampa"} <= set(whole[1])
    (record,) = AuditEvent.objects.filter(action="took away the needs of those who come")
    assert (record.actor_id, record.object_pk) == (organiser.pk, str(event.pk))
    xlsx = client.get(reverse("registration_export", args=[event.slug, "xlsx"]))
    with spreadsheets.opened(b"".join(xlsx.streaming_content)) as read:
        assert [row.cells[1] for row in read.rows] == ["Name and surname", "=cmd()"]


def test_the_page_asks_the_same_for_one_and_for_many(client, event, organiser):
    questions = [f.QuestionFactory(event=event) for _ in range(2)]
    codes = [f"question{question.pk}" for question in questions]
    client.post(reverse("registration_columns_choose", args=[event.slug]), {"column": [*codes, "booked_by", "came"]})

    def add():
        row = f.RegistrationFactory(
            event=event, category=f.CategoryFactory(event=event), organisation=OrganisationFactory(),
            booked_by=f.RegistrationFactory(event=event, country="LV"),
        )  # fmt: skip
        f.AttendanceFactory(registration=row)
        for question in questions:
            Answer.objects.create(registration=row, question=question, value="x")

    counts = []
    for _round in range(2):
        add()
        asked = {}
        for url in [
            reverse("event_registrations", args=[event.slug]) + "?order=-came&q=e",
            reverse("event_statistics", args=[event.slug]),
            reverse("registration_export", args=[event.slug, "csv"]),
        ]:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(url)
                if response.streaming:
                    assert b"".join(response.streaming_content)
            asked[url] = len(queries)
        counts.append(asked)
        add()
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 34, counts[0]


# --- deciding ---------------------------------------------------------------------------------------------------------
def test_ticked_rows_are_decided_on_and_what_takes_a_place_is_asked_for_first(client, event, organiser):
    rows = [f.RegistrationFactory(event=event, state=S.APPLIED) for _ in range(3)]
    url = reverse("registrations_decide", args=[event.slug]) + "?state=applied"
    states = lambda: [str(s) for s in event.registrations.order_by("number").values_list("state", flat=True)]  # noqa: E731
    answer = client.post(url, {"row": [rows[0].pk], "do": "approve"})
    assert answer["Location"].endswith("?state=applied")
    asked = client.post(url, {"row": [rows[1].pk, rows[0].pk], "do": "decline"})
    assert (asked.status_code, states()) == (200, ["confirmed", "applied", "applied"])
    assert rows[1].name in asked.text
    assert rows[0].name not in asked.text
    client.post(url, {"row": [rows[1].pk], "do": "decline", "reason": "Per vėlai"})
    client.post(url, {"row": [rows[0].pk], "do": "cancel", "reason": ""})
    assert states() == ["cancelled", "declined", "applied"]
    rows[1].refresh_from_db()
    assert rows[1].reason == "Per vėlai"
    for do, row in [("approve", "x"), ("", rows[2].pk), ("erase", rows[2].pk), ("approve", "9" * 30)]:
        assert client.post(url, {"row": [row], "do": do}).status_code in (302, 404)
    assert states() == ["cancelled", "declined", "applied"]


def test_a_letter_sent_again_is_one_letter_however_often_one_presses(client, event, organiser):
    row = f.RegistrationFactory(event=event, confirmed_at=timezone.now())
    url = reverse("registrations_decide", args=[event.slug])
    for _ in range(2):
        client.post(url, {"row": [row.pk], "do": "again"})
    assert Letter.objects.filter(purpose="events.confirmed").count() in (1, 2)  # two where a minute began between


def test_the_page_of_one_keeps_a_note_and_mends_an_address(client, event, organiser):
    row, other = f.RegistrationFactory(event=event), f.RegistrationFactory(event=event)
    url = reverse("registration_edit", args=[event.slug, row.pk])
    assert row.email in client.get(url).text
    assert client.post(url, {"email": "nauja@example.org", "note": "Atveš stendą"}).status_code == 302
    row.refresh_from_db()
    assert (row.email, row.note) == ("nauja@example.org", "Atveš stendą")
    for bad, words in [("not an address", "valid email"), (other.email.upper(), "registered for the event already")]:
        answer = client.post(url, {"email": bad, "note": "Kita pastaba"})
        assert answer.status_code == 422
        assert words in answer.text
        assert "Kita pastaba" in answer.text
    row.refresh_from_db()
    assert row.email == "nauja@example.org"
    assert "Atveš" not in str(list(AuditEvent.objects.values_list("after", flat=True)))


# --- figures ----------------------------------------------------------------------------------------------------------
def test_figures_count_and_can_be_taken_away(client, event, organiser, people):
    page = client.get(reverse("event_statistics", args=[event.slug]))
    assert "Registrations over time" in page.text
    days = client.get(reverse("statistics_export", args=[event.slug, "by_day", "csv"]))
    line = b"".join(days.streaming_content).decode("utf-8-sig").splitlines()[1]
    assert line.split(",")[1:] == ["5", "1", "5", "4"]
    states = client.get(reverse("statistics_export", args=[event.slug, "by_membership", "csv"]))
    text = b"".join(states.streaming_content).decode()
    assert "Of members of clusters,1" in text
    assert "Others,3" in text
    assert client.get(reverse("statistics_export", args=[event.slug, "by_shoe", "csv"])).status_code == 404


def test_the_organiser_changes_what_a_registration_says_and_the_person_is_told(client, event, organiser):
    speaker = f.CategoryFactory(event=event, is_offered=False)
    asked = f.QuestionFactory(event=event, is_required=True)
    row = f.RegistrationFactory(event=event, is_online=True)
    url = reverse("registration_data", args=[event.slug, row.pk])
    assert row.name in client.get(url).text
    assert client.post(url, {"name": ""}).status_code == 422
    sent = {"name": "Nauja Vardė", "category": speaker.pk, "country": "EE", f"question_{asked.pk}": "taip"}
    assert client.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.category, str(row.country), row.is_online) == ("Nauja Vardė", speaker, "EE", False)
    assert row.answers.get().value == "taip"
    assert Letter.objects.filter(purpose="events.changed").count() == 1
    other = f.CategoryFactory()
    assert client.post(url, {"name": "X", "category": other.pk}).status_code == 422
