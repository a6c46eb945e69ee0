"""What is invented for trying the site out: every state of things, and nothing of it near the real ones."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from klaster.accounts.demo import create_demo_people
from klaster.directory import demo, reference
from klaster.directory import factories as f
from klaster.directory.models import (
    Affiliation,
    Cluster,
    ClusterMembership,
    Duplicate,
    Label,
    Network,
    NetworkParticipation,
    Opening,
    Organisation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def real():
    """A home network with a cluster, which the demo must leave alone."""
    cluster = f.ClusterFactory(key="real")
    f.NetworkParticipationFactory(network=f.NetworkFactory(is_home=True), cluster=cluster)
    return cluster


@pytest.fixture
def people(real):
    people = create_demo_people()
    assert demo.load_demo_directory(people) == 19
    return people


def test_all_that_is_invented_says_so_in_its_name(people):
    for model in (Cluster, Organisation, Network):
        for entry in model.objects.filter(key__startswith="demo-"):
            assert entry.is_invented
            assert "išgalvot" in entry.name["lt"].lower()
            assert "invented" in entry.name["en"].lower()
            assert entry.is_published


def test_there_is_one_of_every_kind_and_state(people):
    clouds = Cluster.objects.get(key=demo.CLOUDS)
    kinds = set(clouds.memberships.values_list("organisation__kind", flat=True)) | {clouds.coordinator.kind}
    assert kinds == set(Organisation.Kind.values)
    assert {label.validity for label in clouds.labels.all()} == set(Label.Validity.values)
    openings = [(opening.is_open, opening.until is None) for opening in clouds.openings.all()]
    assert sorted(openings) == [(False, False), (False, True), (True, False), (True, True)]
    assert clouds.achievements.count() == 3
    assert clouds.messages.count() == 1


def test_each_coordinator_keeps_one_cluster_and_the_member_none(people):
    def keeps(role):
        return list(Cluster.objects.kept_by(people[role]).values_list("key", flat=True))

    assert keeps("coordinator") == [demo.CLOUDS]
    assert keeps("other_coordinator") == [demo.BEACONS]
    assert keeps("member") == []
    affiliation = Affiliation.objects.get(person=people["member"])
    assert affiliation.organisation.memberships.get().cluster.key == demo.CLOUDS
    assert Affiliation.objects.count() == 3


def test_the_search_for_duplicates_finds_the_invented_pair_and_only_it(people):
    (row,) = Duplicate.objects.all()
    pair = {row.first, row.second}
    assert pair == set(Organisation.objects.filter(key__startswith="demo-raindrops").values_list("pk", flat=True))
    assert row.state == Duplicate.State.PROPOSED
    assert "same_name" in {reason["code"] for reason in row.reasons}


def test_nothing_invented_joins_anything_real(people, real):
    assert not ClusterMembership.objects.exclude(cluster__is_invented=True, organisation__is_invented=True).exists()
    assert not NetworkParticipation.objects.filter(network__is_home=True, cluster__is_invented=True).exists()
    assert list(Cluster.objects.real()) == [real]
    assert Opening.objects.filter(cluster=real).count() == 0


def test_loading_again_changes_nothing_and_keeps_what_was_tried_out(people):
    Opening.objects.filter(status="draft").delete()
    Cluster.objects.filter(key=demo.CLOUDS).update(website="https://pavyzdys.test/")
    assert demo.load_demo_directory(create_demo_people()) == 0
    assert not Opening.objects.filter(status="draft").exists()
    assert Cluster.objects.get(key=demo.CLOUDS).website == "https://pavyzdys.test/"
    assert Affiliation.objects.count() == 3


def test_invented_firms_have_counties_and_activities_where_the_lists_are_loaded():
    reference.load()
    demo.load_demo_directory(create_demo_people())
    factory = Organisation.objects.get(key="demo-raindrops")
    assert [activity.code for activity in factory.activities.all()] == ["26.51"]
    counties = Organisation.objects.filter(key__startswith="demo-", region__isnull=False).values("region").distinct()
    assert counties.count() == 10
    assert (
        Organisation.objects.filter(key__startswith="demo-", activities=None).count() == 4
    )  # issuers, offices, a double


def test_invented_clusters_stay_out_of_production(settings):
    people = create_demo_people()
    settings.DEMO = settings.TESTING = False
    with pytest.raises(ImproperlyConfigured):
        demo.load_demo_directory(people)
    assert not Cluster.objects.exists()
