"""People come into an event from a table: read, looked over, written all or nothing, taken back."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from klaster.core.models import Letter
from klaster.directory.factories import AffiliationFactory, ClusterFactory, ClusterMembershipFactory, both
from klaster.events import factories as f
from klaster.events import import_rows
from klaster.events.actions import registration_imports as actions
from klaster.events.jobs import forget_imports
from klaster.events.models import RegistrationImport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    return f.EventFactory(cluster=ClusterFactory())


@pytest.fixture
def organiser(event, client):
    person = AffiliationFactory(organisation=event.cluster.coordinator, manager=True).person
    client.force_login(person)
    return person


def send(client, event, text, name="dalyviai.csv"):
    """The page the sender is led to."""
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(reverse("registration_import", args=[event.slug]), {"file": SimpleUploadedFile(name, data)})
    return answer["Location"] if answer.status_code == 302 else answer


TABLE = """Dalyvių sąrašas,,,,
Vardas,Pavardė,El. paštas,Įmonė,Šalis,Kategorija
Ona,Žilinskaitė,ona@example.org,UAB Pramanas,Lietuva,Pranešėjas
Jānis,Bērziņš,janis@example.org,,Latvia,
Ona,Žilinskaitė,ONA@example.org,,LT,
Be,Pašto,,,lv,
"""


def test_a_table_comes_in_and_goes_back(client, event, organiser):
    f.CategoryFactory(event=event, name=both("Pranešėjas", "Speaker"))
    firm = ClusterMembershipFactory(organisation__name=both("UAB Pramanas", "Invention Ltd")).organisation
    page = send(client, event, TABLE)
    seen = client.get(page)
    assert [seen.context[name] for name in ("ready", "known", "wrong")] == [3, 1, 0]
    assert client.post(page, {"do": "confirm"}).status_code == 302
    rows = list(event.registrations.order_by("number"))
    assert [(row.name, row.email, str(row.country)) for row in rows] == [
        ("Ona Žilinskaitė", "ona@example.org", "LT"),
        ("Jānis Bērziņš", "janis@example.org", "LV"),
        ("Be Pašto", "", "LV"),
    ]
    assert (rows[0].organisation, rows[0].is_member, str(rows[0].category)) == (firm, True, "Speaker")
    assert (rows[0].state, rows[0].confirmed_at is not None) == ("confirmed", True)
    assert RegistrationImport.objects.get().rows == []
    assert not Letter.objects.exists()
    client.post(page, {"do": "confirm"})
    assert event.registrations.count() == 3, "pressed twice it is done once"
    assert client.get(send(client, event, TABLE)).context["known"] == 3
    f.AttendanceFactory(registration=rows[1])
    client.post(page, {"do": "undo"})
    assert [row.name for row in event.registrations.all()] == ["Jānis Bērziņš"]
    assert client.post(page, {"do": "undo"}).status_code == 422


def test_errors_stand_at_their_rows_and_nothing_is_written(client, event, organiser):
    rows = ["A B;nonsense;Atlantis;VIP;maybe", ";x@example.org;;;", "C D;c@example.org;SE;;yes"]
    text = "\n".join(["Name;Email;Country;Category;Online", *rows])
    page = send(client, event, text)
    seen = client.get(page)
    first = next(row for row in seen.context["page"] if row.line == 2)
    assert len(first.problems) == 4
    assert [seen.context[name] for name in ("ready", "wrong")] == [1, 2]
    for words in (
        "“nonsense” is no e-mail address.",
        "“Atlantis” is no country",
        "“maybe” is neither",
        "A name is missing",
    ):
        assert words in seen.text
    refused = client.post(page, {"do": "confirm"})
    assert (refused.status_code, event.registrations.count()) == (422, 0)
    client.post(page, {"do": "confirm", "without_errors": "1"})
    assert [row.name for row in event.registrations.all()] == ["C D"]


def test_there_are_places_for_all_or_nobody_comes_in(client, event, organiser):
    event.capacity = 2
    event.save()
    page = send(client, event, "Name\nA B\nC D\nE F\n")
    refused = client.post(page, {"do": "confirm"})
    assert refused.status_code == 422
    assert "no place for line 4" in refused.text
    assert event.registrations.count() == 0


def test_who_was_told_is_not_taken_back_in_silence(client, event, organiser):
    page = send(client, event, "Name,Email\nA B,a@example.org\n")
    client.post(page, {"do": "confirm", "tells": "1"})
    assert Letter.objects.filter(purpose="events.confirmed").count() == 1
    refused = client.post(page, {"do": "undo"})
    assert refused.status_code == 422
    assert "cancel them in the table" in refused.text
    assert event.registrations.count() == 1


def test_columns_are_named_by_hand_where_nobody_can_tell(client, event, organiser):
    page = send(client, event, "Who,Where from\nA B,Acme\n")
    assert "in which column the names" in client.get(page).text
    twice = client.post(page, {"do": "columns", "column-0": "name", "column-1": "name"})
    assert "Two columns are" in twice.text
    client.post(page, {"do": "columns", "column-0": "name", "column-1": "organisation", "column-9": "x"})
    client.post(page, {"do": "confirm"})
    assert [(row.name, row.organisation_name) for row in event.registrations.all()] == [("A B", "Acme")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b"Name\n", "headings and no rows"),
        (b"\x00\x01\x02" * 50, "not a table"),
        (b"Name\n" + b"A B\n" * (import_rows.MOST_ROWS + 1), "more than 1000 rows"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_field(client, event, organiser, data, words):
    answer = send(client, event, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert not RegistrationImport.objects.exists()


def test_ones_table_is_ones_own_and_its_rows_are_forgotten(client, event, organiser):
    page = send(client, event, "Name\nA B\n")
    colleague = f.TeamMemberFactory(event=event, role="organiser").person
    client.force_login(colleague)
    assert client.get(page).status_code == 404
    import_ = RegistrationImport.objects.get()
    assert forget_imports(timestamp=0) == 0
    RegistrationImport.objects.update(created_at=timezone.now() - datetime.timedelta(days=8))
    assert forget_imports(timestamp=0) == 1
    import_.refresh_from_db()
    assert import_.rows == []
    with pytest.raises(ValidationError):
        actions.undo(import_, by=organiser)


def test_checking_asks_the_same_for_any_number_of_rows(event):
    counts = []
    for number in (1, 30):
        rows = [[line, [f"A B{line}", f"a{line}@example.org", f"Firm {line}", "LT"]] for line in range(number)]
        mapping = {"0": "name", "1": "email", "2": "organisation", "3": "country"}
        import_ = RegistrationImport(event=event, rows=rows, mapping=mapping)
        with CaptureQueriesContext(connection) as queries:
            import_rows.check(import_)
        counts.append(len(queries))
    assert counts[0] == counts[1]
