"""What somebody wrote to a coordinator goes after a year and when they go, wherever it was copied to."""

import datetime
import uuid

import pytest
from django.utils import timezone

from klaster.accounts import actions as accounts
from klaster.accounts.factories import UserFactory
from klaster.core import audit
from klaster.core.models import Letter, Notice
from klaster.directory import actions, jobs
from klaster.directory import factories as f
from klaster.directory.models import ContactMessage

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
