"""What the office sees of the platform itself."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core import audit
from klaster.core.models import Letter
from klaster.directory.factories import ClusterFactory
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.usefixtures("site")
RECORDS = ["auditevent", "letter", "procrastinatejob"]


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False


@pytest.fixture
def office(client):
    client.force_login(UserFactory(secretariat=True, name="Biuro Darbuotoja"))
    return client


def author():
    person = UserFactory()
    person.groups.add(Group.objects.get(name=AUTHORS))
    return person


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_seen_by_the_office_alone(client, name):
    client.force_login(author())
    assert client.get(reverse(f"{name}:index"), follow=True).status_code == 404
    client.force_login(UserFactory(secretariat=True))
    assert client.get(reverse(f"{name}:index")).status_code == 200


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("view", ["new/", "edit/1/", "delete/1/", "copy/1/"])
def test_nobody_edits_records(office, name, view):
    response = office.post(reverse(f"{name}:index") + view, follow=True)
    assert response.status_code == 404


def test_acts_show_who_changed_what(office):
    cluster = ClusterFactory()
    before = audit.snapshot(cluster)
    cluster.website = "https://debesys.example/"
    person = UserFactory(name="Vardenė Pavardenė")
    audit.record("changed", cluster, by=person, before=before, after=audit.snapshot(cluster))
    page = office.get(reverse("auditevent:index")).content.decode()
    assert "Vardenė Pavardenė" in page
    assert "https://debesys.example/" in page


def test_letters_are_listed_without_what_they_say(office):
    person = UserFactory(email="gavejas@pavyzdys.test")
    letter = Letter.objects.create(
        purpose="directory.contact", key="k", person=person, address=person.email, language="lt", subject="Laiškas",
        body="Slapta kaina 100", message_id="<m@x>",
    )  # fmt: skip
    for address in (reverse("letter:index"), reverse("letter:inspect", args=[letter.pk])):
        page = office.get(address).content.decode()
        assert "gavejas@pavyzdys.test" in page
        assert "Slapta kaina" not in page
    export = b"".join(office.get(reverse("letter:index"), {"export": "csv"}).streaming_content).decode()
    assert "gavejas@pavyzdys.test" in export
    assert "Slapta kaina" not in export


def test_first_page_of_the_office_counts_and_leads(office):
    ClusterFactory()
    page = office.get(reverse("wagtailadmin_home")).content.decode()
    assert f'<a href="{reverse("cluster:index")}">1 cluster</a>' in page


def test_menu_of_an_author_has_no_tables(client):
    client.force_login(author())
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    for name in ("cluster", "affiliation", *RECORDS):
        assert reverse(f"{name}:index") not in page


@pytest.mark.parametrize("address", ["/office/sites/", "/office/workflows/list/"])
def test_office_cannot_change_who_may_what(office, address):
    assert office.get(address, follow=True).redirect_chain == [(reverse("wagtailadmin_home"), 302)]
