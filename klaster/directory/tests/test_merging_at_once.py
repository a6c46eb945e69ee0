"""Merging while somebody else does something with the same entries: real connections, nothing lost, nothing doubled."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from klaster.accounts.factories import UserFactory
from klaster.core.tests.together import at_once, during, sentences
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.imports.rows import IMPORTING
from klaster.directory.models import Cluster, ClusterMembership, Merge, Organisation

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("in_english"),
    pytest.mark.usefixtures("one_factor"),
]


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def pair():
    return f.OrganisationFactory(slug="a", name=f.both("A", "A")), f.OrganisationFactory(
        slug="b", name=f.both("B", "B")
    )


def test_the_same_pair_twice(office, pair):
    a, b = pair
    for _number in range(3):
        f.ClusterMembershipFactory(organisation=b)
    found = at_once(*(lambda: actions.merge(a, b, by=office) for _turn in range(2)))
    assert sum(isinstance(each, Merge) for each in found) == 1
    assert sentences(found) == ["This entry was united with “A” meanwhile."]
    assert ClusterMembership.objects.filter(organisation=a).count() == 3
    assert Merge.objects.count() == 1


def test_each_into_the_other(office, pair):
    a, b = pair
    for organisation in pair:
        f.ClusterMembershipFactory(organisation=organisation)
        f.ClusterFactory(coordinator=organisation)
    found = at_once(lambda: actions.merge(a, b, by=office), lambda: actions.merge(b, a, by=office))
    [record] = [each for each in found if isinstance(each, Merge)]
    [message] = sentences(found)
    assert message == f"This entry was united with “{record.kept_name}” meanwhile."
    [left] = Organisation.objects.filter(slug__in=["a", "b"])
    assert left.pk == record.kept
    assert ClusterMembership.objects.filter(organisation=left).count() == 2
    assert Cluster.objects.filter(coordinator=left).count() == 2


def test_three_in_a_ring(office):
    rows = [f.OrganisationFactory() for _number in range(3)]
    for row in rows:
        f.AffiliationFactory(organisation=row)
    found = at_once(*(
        lambda one=one, other=other: actions.merge(one, other, by=office)
        for one, other in zip(rows, [*rows[1:], rows[0]], strict=True)
    ))  # fmt: skip
    done = [each for each in found if isinstance(each, Merge)]
    assert 1 <= len(done) <= 2
    assert len(sentences(found)) == 3 - len(done)
    left = Organisation.objects.filter(pk__in=[row.pk for row in rows])
    assert left.count() == 3 - len(done)
    assert sum(row.affiliations.count() for row in left) == 3


@pytest.mark.parametrize("who", ["kept", "gone"])
def test_an_edit_that_is_saved_first_is_in_the_union(office, pair, who):
    a, b = pair
    edited = {"kept": a, "gone": b}[who]
    version = actions.version_of(edited)

    def hold():
        Organisation.objects.select_for_update().get(pk=edited.pk)

    def edit():
        actions.change_organisation(edited, by=office, version=version, values={"website": "https://naujas.test/"})

    found = during(hold, lambda: actions.merge(a, b, by=office), edit)
    assert isinstance(found, Merge)
    a.refresh_from_db()
    assert a.website == "https://naujas.test/"


def test_who_had_looked_before_that_edit_is_told(office, pair):
    a, b = pair
    seen = actions.version_of(a), actions.version_of(b)

    def edit():
        actions.change_organisation(b, by=office, version=seen[1], values={"website": "https://naujas.test/"})

    found = during(
        lambda: Organisation.objects.select_for_update().get(pk=b.pk),
        lambda: actions.merge(a, b, by=office, seen=seen),
        edit,
    )
    assert sentences([found]) == ["One of the two was changed meanwhile. Look at them again."]
    assert Organisation.objects.filter(pk=b.pk, website="https://naujas.test/").exists()


def test_an_edit_of_the_one_that_goes_is_told_where_it_went(office, pair):
    a, b = pair
    version = actions.version_of(b)
    found = during(
        lambda: Organisation.objects.select_for_update().get(pk=b.pk),
        lambda: actions.change_organisation(b, by=office, version=version, values={"website": "https://x.test/"}),
        lambda: actions.merge(a, b, by=office),
    )
    assert sentences([found]) == ["This entry was united with “A” meanwhile."]


def test_an_edit_of_the_one_that_stays_is_told_that_it_changed(office, pair):
    a, b = pair
    version = actions.version_of(a)
    found = during(
        lambda: Organisation.objects.select_for_update().get(pk=a.pk),
        lambda: actions.change_organisation(a, by=office, version=version, values={"website": "https://x.test/"}),
        lambda: actions.merge(a, b, by=office),
    )
    assert isinstance(found, actions.ChangedMeanwhile)


def test_a_member_added_while_it_goes_is_a_member_under_the_name_that_stays(office, pair):
    a, b = pair
    cluster = f.ClusterFactory()
    found = during(
        lambda: Organisation.objects.select_for_update().get(pk=b.pk),
        lambda: actions.add_member(cluster, b, by=office, values={}),
        lambda: actions.merge(a, b, by=office),
    )
    assert isinstance(found, ClusterMembership)
    assert list(ClusterMembership.objects.values_list("organisation", "cluster")) == [(a.pk, cluster.pk)]


def test_a_member_added_while_it_goes_and_there_already_is_not_doubled(office, pair):
    a, b = pair
    cluster = f.ClusterMembershipFactory(organisation=a).cluster
    found = during(
        lambda: Organisation.objects.select_for_update().get(pk=b.pk),
        lambda: actions.add_member(cluster, b, by=office, values={}),
        lambda: actions.merge(a, b, by=office),
    )
    assert isinstance(found, ValidationError)
    assert ClusterMembership.objects.get().organisation == a


def test_a_member_added_just_before_moves_along(office, pair):
    a, b = pair
    cluster = f.ClusterFactory()
    found = during(
        lambda: actions.add_member(cluster, b, by=office, values={}),
        lambda: actions.merge(a, b, by=office),
        lambda: None,
    )
    assert isinstance(found, Merge)
    assert ClusterMembership.objects.get().organisation == a


def test_a_coordinator_and_the_office_never_wait_for_each_other(office, pair):
    """A coordinator holds the cluster and wants the organisation; the merge changes both."""
    a, b = pair
    for _turn in range(5):
        cluster = f.ClusterFactory(coordinator=b)
        other = f.OrganisationFactory()
        found = at_once(
            lambda cluster=cluster, other=other: actions.add_member(cluster, other, by=office, values={}),
            lambda b=b: actions.merge(a, b, by=office),
            lambda b=b, cluster=cluster: actions.add_member(cluster, b, by=office, values={}),
        )
        assert [type(each) for each in found] == [ClusterMembership, Merge, ClusterMembership]
        assert Cluster.objects.get(pk=cluster.pk).coordinator == a
        assert ClusterMembership.objects.filter(cluster=cluster, organisation__in=[a, other]).count() == 2
        b = f.OrganisationFactory()


def test_undone_twice_at_once(office, pair):
    a, b = pair
    f.AffiliationFactory(organisation=b)
    record = actions.merge(a, b, by=office)
    found = at_once(*(lambda: actions.undo_merge(record, by=office) for _turn in range(2)))
    assert sum(isinstance(each, Merge) for each in found) == 1
    assert sentences(found) == ["This was undone already, or it is too long ago."]
    assert (a.affiliations.count(), b.affiliations.count()) == (0, 1)


def test_while_an_import_is_written_the_office_is_asked_to_wait(office, pair):
    a, b = pair
    record = actions.merge(*pair, by=office)
    c = f.OrganisationFactory()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [IMPORTING])
        found = at_once(lambda: actions.merge(a, c, by=office), lambda: actions.undo_merge(record, by=office))
    assert sentences(found) == ["An import is being written just now. Try again in a minute."] * 2
    assert Organisation.objects.filter(pk__in=[a.pk, b.pk, c.pk]).count() == 2
