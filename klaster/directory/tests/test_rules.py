"""Each right from both sides, on the day it is asked."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from klaster.accounts.factories import UserFactory
from klaster.directory import factories as f
from klaster.directory.models import Cluster, Opening, Organisation
from klaster.directory.models.organisations import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster():
    return f.ClusterFactory()


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def other_coordinator():
    return f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person


@pytest.mark.parametrize("right", ["change_cluster", "change_members", "read_messages"])
def test_cluster_is_changed_by_its_coordinator_and_the_office_only(right, cluster, coordinator, other_coordinator):
    perm = f"directory.{right}"
    representative = f.AffiliationFactory(organisation=cluster.coordinator).person
    assert coordinator.has_perm(perm, cluster)
    assert UserFactory(secretariat=True).has_perm(perm, cluster)
    assert not other_coordinator.has_perm(perm, cluster)
    assert not representative.has_perm(perm, cluster)
    assert not AnonymousUser().has_perm(perm, cluster)


def test_right_ends_with_the_affiliation(cluster):
    affiliation = f.AffiliationFactory(organisation=cluster.coordinator, manager=True)
    assert affiliation.person.has_perm("directory.change_cluster", cluster)
    affiliation.until = today()
    affiliation.save()
    assert not affiliation.person.has_perm("directory.change_cluster", cluster)


def test_organisation_is_changed_by_its_manager_and_its_clusters_coordinator(cluster, coordinator, other_coordinator):
    membership = f.ClusterMembershipFactory(cluster=cluster)
    member = membership.organisation
    manager = f.AffiliationFactory(organisation=member, manager=True).person
    assert manager.has_perm("directory.change_organisation", member)
    assert coordinator.has_perm("directory.change_organisation", member)
    assert not other_coordinator.has_perm("directory.change_organisation", member)
    assert not manager.has_perm("directory.change_organisation", cluster.coordinator)
    membership.left = today() - datetime.timedelta(days=1)
    membership.save()
    assert not coordinator.has_perm("directory.change_organisation", member)


def test_drafts_are_seen_by_their_keepers_and_the_office_only(coordinator, other_coordinator, cluster):
    cluster.status = "draft"
    cluster.save()
    opening = f.OpeningFactory(cluster=cluster)
    for user, sees in [
        (AnonymousUser(), False),
        (other_coordinator, False),
        (coordinator, True),
        (UserFactory(secretariat=True), True),
    ]:
        assert Cluster.objects.visible_to(user).filter(pk=cluster.pk).exists() == sees
        assert Opening.objects.visible_to(user).filter(pk=opening.pk).exists() == sees


def test_rights_and_lists_agree(cluster, coordinator, other_coordinator):
    """What has_perm allows is what kept_by lists: two ways to ask one question."""
    f.ClusterMembershipFactory(cluster=cluster)
    for user in (coordinator, other_coordinator):
        for each in Cluster.objects.order_by("pk"):
            assert user.has_perm("directory.change_cluster", each) == (each in Cluster.objects.kept_by(user))
        for each in Organisation.objects.order_by("pk"):
            assert user.has_perm("directory.change_organisation", each) == (each in Organisation.objects.kept_by(user))
