"""The report of an event, its pictures, and the list of what is left to do."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.urls import reverse
from PIL import Image

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.core.tests.test_uploads import SECRET, picture
from klaster.directory.factories import (
    AffiliationFactory,
    ClusterFactory,
    ClusterMembershipFactory,
    OrganisationFactory,
)
from klaster.events import demo_after, report, survey
from klaster.events import factories as f
from klaster.events.models import State, TeamMember
from klaster.events.tests.test_after_survey import held

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return held(cluster=ClusterFactory())


@pytest.fixture
def organiser(client, event):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


@pytest.fixture
def people(event):
    firm = ClusterMembershipFactory(organisation=OrganisationFactory(kind="small", country="LT")).organisation
    speaker = f.CategoryFactory(event=event)
    session = f.SessionFactory(event=event)
    for number in range(3):
        row = f.RegistrationFactory(event=event, organisation=firm, category=speaker, name=f"Zqx Zqxaitė {number}")
        if number:
            f.AttendanceFactory(registration=row)
            f.AttendanceFactory(registration=row, session=session)
    f.RegistrationFactory(event=event, organisation_name="Kita", country="EE")
    return firm


# --- report -----------------------------------------------------------------------------------------------------------
def test_it_says_who_registered_came_and_did_not(event, people):
    found = report.report(event)
    assert (found.total.registered, found.total.attended, found.total.absent) == (4, 2, 2)
    category, country, kind, sector = (lines for _title, lines in found.by)
    assert [(line.registered, line.attended, line.absent) for line in category] == [(3, 2, 1), (1, 0, 1)]
    assert [(line.label, line.registered) for line in country] == [("Lietuva", 3), ("Estija", 1)]
    assert kind[0].label == "Maža įmonė"
    assert sector[0].label == str(people.memberships.get().cluster.main_sector)
    assert [party.organisation for party in found.parties] == [people]
    assert [number for _session, number in found.sessions] == [2]
    assert found.people == []


def test_what_is_known_of_nobody_is_not_told_apart(event):
    f.RegistrationFactory(event=event, country="LT")
    assert [[line.label for line in lines] for _title, lines in report.report(event).by] == [["Lietuva"]]


def test_without_attendance_nothing_is_said_of_it(event):
    f.RegistrationFactory(event=event, organisation_name="Kita")
    found = report.report(event)
    assert (found.total.registered, found.total.attended, found.total.absent) == (1, None, None)
    assert [party.name for party in found.parties] == ["Kita"]


def test_names_are_in_it_only_when_asked_for_and_taking_it_is_written_down(client, event, people, organiser):
    import openpyxl  # noqa: PLC0415  comes with Wagtail; reads what we write

    address = reverse("event_report_file", args=[event.slug, "xlsx"])

    def words(query):
        book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(address + query).streaming_content)))
        return " ".join(str(cell) for sheet in book for row in sheet.values for cell in row)

    assert "Zqxaitė" not in words("")
    assert "Zqxaitė" in words("?names=1")
    taken = AuditEvent.objects.filter(action="exported the report").order_by("pk")
    assert [row.after["names"] for row in taken] == [False, True]


def test_it_comes_as_pdf(client, event, people, organiser):
    answer = client.get(reverse("event_report_file", args=[event.slug, "pdf"]))
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert client.get(reverse("event_report_file", args=[held().slug, "pdf"])).status_code == 404


def test_the_door_reads_no_report(client, event):
    member = f.TeamMemberFactory(event=event, role=TeamMember.Role.DOOR).person
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("event_report", "event_after", "event_photos", "event_survey", "event_certificates"):
        assert client.get(reverse(name, args=[event.slug])).status_code == 404


def test_the_page_asks_the_same_for_more_people(client, event, people, organiser, django_assert_max_num_queries):
    address = reverse("event_report", args=[event.slug])
    for number in range(4):
        client.get(address)
        f.AttendanceFactory(registration__event=event, registration__organisation=OrganisationFactory())
        f.SurveyQuestionFactory(survey__event=event) if not number else None
    with django_assert_max_num_queries(45):
        assert client.get(address).status_code == 200


# --- pictures ---------------------------------------------------------------------------------------------------------
WORDS = {"alt_lt": "Salė", "alt_en": "A hall", "credit": "Vardenis", "consent": "Registracijos formoje"}


def sent(client, event, **changes):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    file = SimpleUploadedFile("Salė.jpg", picture("JPEG", size=(2000, 1000), exif=exif) + SECRET)
    return client.post(reverse("event_photos", args=[event.slug]), {"picture": file, **WORDS, **changes})


def test_a_picture_comes_in_two_sizes_and_carries_nothing_hidden(client, event, organiser):
    assert sent(client, event).status_code == 302
    photo = event.photos.get()
    assert (photo.width, photo.height, photo.small_width, photo.added_by) == (1600, 800, 640, organiser)
    for file in (photo.picture, photo.small):
        data = Path(settings.MEDIA_ROOT, file.name).read_bytes()
        assert SECRET not in data
        assert not Image.open(io.BytesIO(data)).getexif()
        assert b"".join(client.get(file.url, follow=True).streaming_content) == data


def test_it_is_described_in_every_language(client, event, organiser, in_english):
    page = sent(client, event, alt_en="").content.decode()
    assert "in every language" in page
    assert "Vardenis" in page
    assert not event.photos.exists()
    assert sent(client, event, consent="").status_code == 200
    assert not event.photos.exists()


def test_pictures_are_put_in_order_and_taken_away_with_their_files(
    client, event, organiser, django_capture_on_commit_callbacks
):
    for credit in ("Pirmas", "Antras"):
        sent(client, event, credit=credit)
    second = event.photos.get(credit="Antras")
    drawn = client.get(reverse("event_photos", args=[event.slug])).content.decode()
    assert drawn.count('<details class="src">') == 2  # asks before it deletes
    client.post(reverse("event_photo_move", args=[event.slug, second.pk]))
    assert [photo.credit for photo in event.photos.all()] == ["Antras", "Pirmas"]
    client.post(reverse("event_photo", args=[event.slug, second.pk]), {**WORDS, "credit": "Trečias"})
    second.refresh_from_db()
    assert second.credit == "Trečias"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("event_photo_delete", args=[event.slug, second.pk]))
    assert not Path(settings.MEDIA_ROOT, second.picture.name).exists()
    assert not Path(settings.MEDIA_ROOT, second.small.name).exists()
    sibling = f.PhotoFactory()
    assert client.post(reverse("event_photo_delete", args=[event.slug, sibling.pk])).status_code == 404


def test_the_gallery_says_what_is_seen_and_not_how_people_agreed():
    photo = f.PhotoFactory()
    drawn = Template("{% load event_after %}{% event_gallery event %}").render(Context({"event": photo.event}))
    for words in (str(photo.alt), photo.credit, "640w", "1600w"):
        assert words in drawn
    assert photo.consent not in drawn
    empty = Template("{% load event_after %}{% event_gallery event %}{% event_survey_results event %}")
    assert empty.render(Context({"event": f.EventFactory()})).strip() == ""


def test_ones_own_registration_leads_to_certificate_and_survey(client, event, in_english):
    certificate = f.CertificateFactory(registration__event=event)
    asked = f.SurveyFactory(event=event)
    token = certificate.registration.link_token()
    address = reverse("registration_detail", args=[token])
    certificate_url = reverse("certificate_by_link", args=[token])
    survey_url = reverse("survey", args=[survey.token(asked, certificate.registration)])
    page = client.get(address).content.decode()
    assert certificate_url in page
    assert survey_url in page
    asked.spent.create(digest=survey.digest(asked, certificate.registration))
    assert survey_url not in client.get(address).content.decode()
    early = f.RegistrationFactory()
    assert (
        "My certificate" not in client.get(reverse("registration_detail", args=[early.link_token()])).content.decode()
    )


def test_the_demo_has_an_event_with_all_of_it(client, in_english):
    event = f.EventFactory(key=demo_after.KEY, is_invented=True, starts=f.in_days(-5), state=State.HELD)
    for number in range(1, 23):
        f.RegistrationFactory(event=event, number=number)
    for _time in range(2):
        demo_after.load(UserFactory(secretariat=True))
    assert event.certificates.count() == 19
    page = client.get(event.get_absolute_url()).content.decode()
    assert "An invented hall of dots" in page
    assert "How good was the event as a whole?" in page
    assert "How useful was it" not in page


# --- what is left -----------------------------------------------------------------------------------------------------
def test_the_desk_says_what_is_left_in_order(client, event, people, organiser, in_english):
    address = reverse("event_after", args=[event.slug])
    page = client.get(address).content.decode()
    titles = ["Record who came", "Issue certificates", "Open a survey", "Thank those who came", "Add materials",
              "Add pictures", "Take the report"]  # fmt: skip
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    assert "2 of 4 registered people were" in page
    early = f.EventFactory(cluster=event.cluster, state=State.OPEN)
    assert "not over yet" in client.get(reverse("event_after", args=[early.slug])).content.decode()
