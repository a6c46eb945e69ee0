"""The history of a cluster for its own people: all of it, and no names but those of colleagues."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import audit
from klaster.core.tests.visits import url
from klaster.directory import actions, history
from klaster.directory import factories as f

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]


@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules")


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True, person__name="Rasa Rasaitė").person


def read(cluster):
    with override("en"):
        return history.acts(cluster, history.events(cluster))


def test_colleagues_are_named_and_others_are_called_by_what_they_are(cluster, coordinator):
    office = UserFactory(secretariat=True, name="Biuro Slaptoji")
    member = UserFactory(name="Kito Žmogus")
    for by in (coordinator, office, member, "load_network", None):
        audit.record("changed", cluster, by=by, before={"founded": "2014"}, after={"founded": "2015"}, note="tarp mūsų")
    rows = read(cluster)
    assert [row.who for row in rows] == [
        "the system",
        "a program",
        "somebody of another organisation",
        "the network's office",
        "Rasa Rasaitė",
    ]
    assert {(change.name, change.before, change.after) for row in rows for change in row.changes} == {
        ("Founded", "2014", "2015")
    }


def test_what_hangs_on_the_cluster_belongs_to_it_also_when_it_is_gone(cluster, coordinator):
    achievement = f.AchievementFactory(cluster=cluster, title=f.both("Tiltas", "Bridge"))
    membership = f.ClusterMembershipFactory(cluster=cluster)
    audit.record("added", membership, by=coordinator, after={"kind": "member"})
    actions.delete_achievement(achievement, by=coordinator)
    other = f.ClusterMembershipFactory()
    audit.record("added", other, by=coordinator, after={"kind": "member"})
    assert [(row.action, row.what.split(":")[0]) for row in read(cluster)] == [
        ("deleted", "Achievement"),
        ("added", "Cluster membership"),
    ]


def test_the_page_shows_it_without_notes_of_the_office(client, cluster, coordinator):
    audit.record(
        "changed", cluster, by=UserFactory(secretariat=True, name="Biuro Slaptoji"), note="tarp mūsų",
        before={"contact_email": audit.HIDDEN}, after={},
    )  # fmt: skip
    client.force_login(coordinator)
    text = client.get(url("cluster_history", "saules")).text
    assert "the network&#x27;s office" in text
    assert "Biuro Slaptoji" not in text
    assert "tarp mūsų" not in text


def test_others_do_not_read_it(client, cluster):
    client.force_login(f.AffiliationFactory(manager=True).person)
    assert client.get(url("cluster_history", "saules")).status_code == 403


def test_a_longer_history_asks_no_more_queries(client, cluster, coordinator):
    client.force_login(coordinator)
    address = url("cluster_history", "saules")

    def happen():
        membership = f.ClusterMembershipFactory(cluster=cluster)
        audit.record("added", membership, by=UserFactory(), after={"kind": "member"})

    happen()
    happen()
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _number in range(5):
        happen()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
