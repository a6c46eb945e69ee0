"""Tables brought in: participants, wishes, fixed meetings; errors stand at their rows; all or nothing, and once."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter, Notice
from klaster.core.tests.visits import signed_in
from klaster.events.models import Registration
from klaster.matchmaking import factories as f
from klaster.matchmaking import match_rows
from klaster.matchmaking.actions import match_imports, organise
from klaster.matchmaking.models import Line, MatchmakingImport, Meeting, MeetingRequest, Participant, Phase
from klaster.matchmaking.tests.desk import an_event, made, office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]
Kind = MatchmakingImport.Kind
PEOPLE = """key,participant,name,email,country,table,offers,needs
K1,Invented Firm,Vardenė Pirmoji,pirma@example.org,LT,1,We saw wood;We dry wood,Machines
K1,Invented Firm,Vardenis Antrasis,antras@example.org,LT,,,
K2,Other Firm,Vardenė Trečioji,trecia@example.org,LV,,,
"""


@pytest.fixture
def fair(db):
    matchmaking, _people = an_event(people=0, slots=3, tables=2, phase=Phase.ASKING)
    return matchmaking


def brought(matchmaking, kind, text, by=None, **options):
    by = by or office()
    import_ = match_imports.start(matchmaking, kind, text.encode(), name="lentele.csv", by=by)
    return match_imports.confirm(import_, by=by, **options)


def problems(matchmaking, kind, text):
    import_ = match_imports.start(matchmaking, kind, text.encode(), name="x.csv", by=office())
    return [row.problems for row in match_rows.check(import_)]


def test_participants_come_in_as_delegations_with_their_lines(fair):
    done = brought(fair, Kind.PARTICIPANTS, PEOPLE)
    assert done.counts == {"written": 3, "known": 0, "left_out": 0}
    first = Participant.objects.get(key="K1")
    assert (first.representatives.count(), first.fixed_table.number) == (2, 1)
    assert list(Line.objects.filter(participant=first).order_by("side", "position").values_list("side", flat=True)) == [
        "need", "offer", "offer",
    ]  # fmt: skip
    assert Registration.objects.filter(event=fair.event, state="confirmed").count() == 3
    again = brought(fair, Kind.PARTICIPANTS, PEOPLE)
    assert again.counts == {"written": 0, "known": 3, "left_out": 0}
    assert Participant.objects.count() == 2


def test_rows_with_errors_say_what_is_wrong_and_nothing_is_written(fair):
    text = PEOPLE + "K3,Third,Ona,not-an-address,XX,9,,\nK4,,Jonas,pirma@example.org,LT,,,\n"
    found = problems(fair, Kind.PARTICIPANTS, text)
    assert found[:3] == [[], [], []]
    assert {"“not-an-address” is no e-mail address.", "“XX” is no country we know.", "There is no table 9."} <= set(
        found[3]
    )
    assert set(found[4]) == {"A participant is missing.", "The address stands in the table twice."}
    with pytest.raises(ValidationError):
        brought(fair, Kind.PARTICIPANTS, text)
    assert not Participant.objects.exists()
    assert brought(fair, Kind.PARTICIPANTS, text, without_errors=True).counts["written"] == 3


def test_wishes_become_requests_of_the_organiser_and_agreed_ones_meetings(fair):
    third = f.ParticipantFactory(matchmaking=fair, name="Trečioji įmonė")
    brought(fair, Kind.PARTICIPANTS, PEOPLE)
    text = f"who asks;who is asked;priority;message;agreed\nK1;K2;must;Sveiki;taip\nK2;{third.name};;;\n"
    assert brought(fair, Kind.WISHES, text).counts["written"] == 2
    assert set(MeetingRequest.objects.values_list("state", "is_on_behalf")) == {("accepted", True), ("sent", True)}
    meeting = Meeting.objects.get()
    assert meeting.weight == 4
    assert brought(fair, Kind.WISHES, text).counts == {"written": 0, "known": 2, "left_out": 0}
    assert problems(fair, Kind.WISHES, "who asks,who is asked\nK1,K1\nK1,nobody\n") == [
        ["Nobody meets themselves."], ["There is no participant “nobody”."],
    ]  # fmt: skip


def test_fixed_meetings_are_kept_by_every_timetable(fair):
    brought(fair, Kind.PARTICIPANTS, PEOPLE)
    slot = fair.slots.order_by("starts")[1]
    time = slot.starts.astimezone(fair.event.zone).strftime("%H:%M")
    text = f"participant,other,time,table\nK1,K2,{time},1\n"
    brought(fair, Kind.MEETINGS, text)
    meeting = Meeting.objects.get()
    assert (meeting.is_pinned, meeting.pinned_slot, meeting.starts) == (True, slot, None)
    run = made(fair)
    assert run.placements.get().slot == slot
    found = problems(fair, Kind.MEETINGS, "participant,other,time,table\nK1,K2,03:07,1\nK1,K2,soon,77\n")
    assert found[0] == ["No meetings begin at 03:07."]
    assert found[1] == ["“soon” is no time.", "There is no table 77."]


@pytest.mark.parametrize("kind", Kind.values)
def test_the_pages_lead_from_file_to_report(fair, kind):
    by = office()
    client = Client()
    client.force_login(by)
    here = reverse("desk_import", args=[fair.event.slug])
    brought(fair, Kind.PARTICIPANTS, PEOPLE, by=by)
    tables = {
        Kind.PARTICIPANTS: "A;B\nNew Firm;Petras\n",
        Kind.WISHES: "A;B\nK1;K2\n",
        Kind.MEETINGS: "A;B;C\nK1;K2;99:99\n",
    }
    file = SimpleUploadedFile("lentele.csv", tables[kind].encode())
    answer = client.post(here, {"kind": kind, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url)
    assert "Say in which column this stands" in page.content.decode()
    codes = [field.code for field in match_rows.FIELDS[kind] if field.code not in ("key", "day")]
    client.post(answer.url, {"do": "columns", **{f"column-{n}": code for n, code in enumerate(codes[:3])}})
    client.post(answer.url, {"do": "confirm", "without_errors": "1"})
    page = client.get(answer.url).content.decode()
    assert "Brought in" in page
    bad = client.post(here, {"kind": kind, "file": SimpleUploadedFile("x.csv", b"\x00\x01\x02")})
    assert bad.status_code == 422
    blank = client.get(reverse("desk_import_blank", args=[fair.event.slug, kind, "csv"]))
    assert len(b"".join(blank.streaming_content).splitlines()) >= 2


def test_registered_people_are_added_and_a_request_is_made_for_them(fair):
    by = office()
    client = Client()
    client.force_login(by)
    rows = [f.RegistrationFactory(event=fair.event, state="confirmed") for _ in range(2)]
    client.post(reverse("desk_add", args=[fair.event.slug]), {"registration": [rows[0].pk]})
    client.post(reverse("desk_add", args=[fair.event.slug]), {"do": "all"})
    one, other = Participant.objects.order_by("pk")
    values = {"asker": one.pk, "asked": other.pk, "priority": "2", "message": "", "is_agreed": "on"}
    assert client.post(reverse("desk_ask", args=[fair.event.slug]), values).status_code == 302
    request = MeetingRequest.objects.get()
    assert (request.is_on_behalf, request.by, request.state, request.meeting.weight) == (True, by, "accepted", 4)
    assert client.post(reverse("desk_ask", args=[fair.event.slug]), values | {"asked": one.pk}).status_code == 422


def test_nobody_is_asked_for_an_answer_to_what_both_agreed_to(fair):
    people = [UserFactory(), UserFactory()]
    rows = [f.RegistrationFactory(event=fair.event, state="confirmed", person=person) for person in people]
    client = signed_in(office())
    client.post(reverse("desk_add", args=[fair.event.slug]), {"registration": [row.pk for row in rows]})
    one, other = (Participant.objects.get(representatives__registration=row) for row in rows)
    values = {"asker": one.pk, "asked": other.pk, "priority": "2", "message": "", "is_agreed": "on"}
    client.post(reverse("desk_ask", args=[fair.event.slug]), values)
    told = [Notice.objects.get(person=person).subject for person in people]
    assert told == [f"{other.name} agreed to meet you", f"The organiser noted that you meet {one.name}"]
    assert not Letter.objects.filter(purpose="matchmaking.note").exists()


def test_what_was_asked_before_can_be_noted_as_agreed(fair):
    brought(fair, Kind.PARTICIPANTS, PEOPLE)
    one, other = Participant.objects.order_by("pk")
    by = office()
    values = {"priority": 1, "message": "", "by": by}
    asked = organise.ask_for(one, other, is_agreed=False, **values)
    assert (asked.state, MeetingRequest.objects.count()) == ("sent", 1)
    assert organise.ask_for(one, other, is_agreed=True, **values).state == "accepted"
    assert organise.ask_for(one, other, is_agreed=True, **values).pk == asked.pk
    assert Meeting.objects.count() == 1


def test_once_nobody_can_answer_only_what_both_agreed_to_is_written_down(fair):
    brought(fair, Kind.PARTICIPANTS, PEOPLE)
    fair.phase = Phase.PLANNING
    fair.save()
    one, other = Participant.objects.order_by("pk")
    client, here = Client(), reverse("desk_ask", args=[fair.event.slug])
    client.force_login(office())
    asked = {"asker": one.pk, "asked": other.pk, "priority": "2", "message": ""}
    refused = client.post(here, asked)
    assert (refused.status_code, MeetingRequest.objects.count()) == (422, 0)
    assert "is_agreed" in refused.context["form"].errors
    rows = problems(fair, Kind.WISHES, "who asks,who is asked,agreed\nK1,K2,no\n")
    assert rows == [["Nobody can answer any more: only what both have agreed to is written down."]]
    assert client.post(here, asked | {"is_agreed": "on"}).status_code == 302
