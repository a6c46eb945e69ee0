"""What the office sees of the platform itself."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.accounts.factories import UserFactory
from klaster.core import audit
from klaster.core import jobs as core_jobs
from klaster.core.models import AuditEvent, Letter
from klaster.directory.factories import ClusterFactory
from klaster.newsroom.rules import AUTHORS

pytestmark = pytest.mark.usefixtures("site", "one_factor")
RECORDS = ["auditevent", "letter", "procrastinatejob"]


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


def test_acts_count_what_points_to_a_row(office):
    audit.record("table sent", ClusterFactory(), by=UserFactory(), after={"openings": 3})
    page = office.get(reverse("auditevent:index"))
    assert page.status_code == 200
    assert ">3<" in "".join(page.text.split())


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


def parked_job(lock=None):
    """A job as it stands when it has failed five times."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, attempts, queueing_lock)"
            " values ('default', 'test.parked', 'failed', 5, %s) returning id",
            [lock],
        )
        return cursor.fetchone()[0]


def state_of(job):
    return ProcrastinateJob.objects.get(pk=job).status


def test_a_parked_job_is_tried_again_by_the_office(office):
    job = parked_job()
    retry = reverse("procrastinatejob:retry", args=[job])
    assert f'action="{retry}"' in office.get(reverse("procrastinatejob:index")).text
    assert office.get(retry).status_code == 405
    assert state_of(job) == "failed"
    assert office.post(retry).url == reverse("procrastinatejob:index")
    assert state_of(job) == "todo"
    page = office.get(reverse("procrastinatejob:index"))
    assert f'action="{retry}"' not in page.text, "what waits is not tried again"
    again = office.post(retry, follow=True)
    assert "This job was tried again already." in again.text
    event = AuditEvent.objects.get(object_type="procrastinate.procrastinatejob")
    assert (event.action, event.object_pk, event.actor.name) == ("tried again", str(job), "Biuro Darbuotoja")
    assert event.after == {"task_name": "test.parked"}
    assert office.post(reverse("procrastinatejob:retry", args=[0]), follow=True).status_code == 404


def test_a_parked_job_that_was_queued_anew_stays_parked(office):
    job, like_it = parked_job("same"), parked_job("same")
    office.post(reverse("procrastinatejob:retry", args=[like_it]))
    page = office.post(reverse("procrastinatejob:retry", args=[job]), follow=True)
    assert "The same job is queued already" in page.text
    assert (state_of(job), state_of(like_it)) == ("failed", "todo")


@pytest.mark.parametrize("who", [None, author, UserFactory])
def test_nobody_else_tries_a_parked_job_again(client, who):
    job = parked_job()
    if who:
        client.force_login(who())
    response = client.post(reverse("procrastinatejob:retry", args=[job]), follow=True)
    assert response.status_code == {None: 200, UserFactory: 403, author: 404}[who]  # 200: the page to sign in
    assert state_of(job) == "failed"
    assert not AuditEvent.objects.filter(action="tried again").exists()


def test_a_parked_job_is_tried_again_with_the_token_of_the_form_alone():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(UserFactory(secretariat=True))
    job = parked_job()
    retry = reverse("procrastinatejob:retry", args=[job])
    assert strict.post(retry).status_code == 403
    form = strict.get(reverse("procrastinatejob:index")).text.partition(f'action="{retry}"')[2]
    token = form.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert strict.post(retry, {"csrfmiddlewaretoken": token}).status_code == 302
    assert state_of(job) == "todo"


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


def test_jobs_are_called_jobs_in_the_language_of_the_reader(client):
    core_jobs.app.configure_task("test.unknown", allow_unknown=True).defer()
    client.force_login(UserFactory(secretariat=True, language="lt"))
    page = client.get(reverse("procrastinatejob:index"), headers={"accept-language": "lt"}).text
    assert "rocrastinate job" not in page
    assert [word for word in ("Numeris", "Darbai", "eilėje") if word not in page] == []
