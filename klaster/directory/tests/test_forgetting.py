"""What somebody wrote to a coordinator goes after a year and when they go, wherever it was copied to."""

import datetime
import importlib
import uuid

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Collection, ModelLogEntry, Page

from klaster.accounts import actions as accounts
from klaster.accounts.factories import UserFactory
from klaster.core import audit
from klaster.core.models import AuditEvent, Letter, Notice
from klaster.directory import actions, jobs
from klaster.directory import factories as f
from klaster.directory.models import Affiliation, ContactMessage

pytestmark = pytest.mark.django_db


def send(by):
    """To a manager of the coordinator, who gets a notice and a letter, and to the cluster's own address."""
    cluster = f.ClusterFactory(contact_email="klasteris@pavyzdys.test")
    f.AffiliationFactory(organisation=cluster.coordinator, manager=True)
    message = ContactMessage(name=by.name, email=by.email, body="Norėtume susitikti.")
    return actions.send_message(message, by=by, once=uuid.uuid4(), cluster=cluster)


def left():
    return ContactMessage.objects.count(), Letter.objects.count(), Notice.objects.count()


def test_after_a_year():
    send(UserFactory())
    old = send(UserFactory())
    assert left() == (2, 4, 2)
    ContactMessage.objects.filter(pk=old.pk).update(sent_at=timezone.now() - datetime.timedelta(days=366))
    assert jobs.forget_messages(timestamp=0) == 1
    assert left() == (1, 2, 1)
    assert jobs.forget_messages(timestamp=0) == 0


def test_when_who_wrote_is_erased():
    person = UserFactory(proven=True)
    send(person)
    send(UserFactory())
    accounts.erase(person)
    assert left() == (1, 2, 1)
    assert not Letter.objects.filter(reply_to=person.email).exists()


def test_the_audit_never_learns_who_acts_for_whom_by_name_nor_where_a_cluster_reads_its_mail():
    """It cannot be rewritten when a person is erased."""
    affiliation = f.AffiliationFactory(person=UserFactory(name="Vardenė Pavardenė"))
    event = audit.record("created", affiliation, by="test", after=audit.snapshot(affiliation))
    assert event.object_text == f"#{affiliation.person.pk} – {affiliation.organisation}"
    cluster = f.ClusterFactory()
    before = audit.snapshot(cluster)
    cluster.contact_email = "vardene@pavyzdys.test"
    cluster.save()
    assert audit.record("changed", cluster, by="test", before=before).after["contact_email"] == audit.HIDDEN


def test_the_log_of_wagtail_keeps_no_name_of_who_acted_for_an_organisation(client, settings):
    """The office enters and takes out who acts for whom; then the person is erased."""
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    client.force_login(UserFactory(secretariat=True))
    person, organisation = UserFactory(name="Vardenė Pavardenė"), f.OrganisationFactory()
    entered = {"person": person.pk, "organisation": organisation.pk, "role": "manager", "since": "2026-01-01"}
    assert client.post(reverse("affiliation:add"), entered).status_code == 302
    affiliation = Affiliation.objects.get()
    client.post(reverse("affiliation:delete", args=[affiliation.pk]))
    assert not Affiliation.objects.exists()
    accounts.erase(person)
    assert list(ModelLogEntry.objects.filter(label__contains="Pavardenė")) == []
    assert sorted(AuditEvent.objects.of(affiliation).values_list("action", flat=True)) == ["created", "deleted"]


def test_what_editors_do_to_pages_and_files_stays_in_the_log_of_wagtail():
    assert log(Page.objects.get(depth=1), "wagtail.edit").label == "Root"
    assert log(Collection.objects.get(depth=1), "wagtail.edit").label == "Root"


def test_names_the_log_of_wagtail_kept_before_are_taken_out():
    kept = {"action": "wagtail.edit", "timestamp": timezone.now()}
    for model in (Affiliation, Collection):
        ModelLogEntry.objects.create(
            content_type=ContentType.objects.get_for_model(model), object_id="1", label=model.__name__, **kept
        )
    importlib.import_module("klaster.pages.migrations.0003_log_without_names").forget(apps, None)
    assert [entry.label for entry in ModelLogEntry.objects.all()] == ["Collection"]
