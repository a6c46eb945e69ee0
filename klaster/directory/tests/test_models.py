"""What the database refuses, and what follows from dates."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from klaster.directory import factories as f
from klaster.directory import legal_codes
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, Label, Opening

pytestmark = pytest.mark.django_db
DAY = datetime.date


def test_cluster_has_a_coordinator_or_says_it_is_unknown():
    f.ClusterFactory(coordinator=None, coordinator_is_unknown=True)
    with pytest.raises(IntegrityError, match="cluster_has_a_coordinator_or_says_it_is_unknown"):
        f.ClusterFactory(coordinator=None, coordinator_is_unknown=False)


def test_statement_is_about_exactly_one_entry():
    statement = f.StatementFactory()
    assert statement.subject == statement.cluster
    with pytest.raises(IntegrityError, match="statement_is_about_exactly_one_entry"):
        f.StatementFactory(network=f.NetworkFactory())


def test_organisation_is_in_a_cluster_once_at_a_time():
    first = f.ClusterMembershipFactory(joined=DAY(2016, 1, 1), left=DAY(2018, 1, 1))
    again = f.ClusterMembershipFactory(
        cluster=first.cluster, organisation=first.organisation, joined=DAY(2018, 1, 1), left=None
    )
    assert list(ClusterMembership.objects.active(DAY(2017, 12, 31))) == [first]
    assert list(ClusterMembership.objects.active(DAY(2018, 1, 1))) == [again]
    with pytest.raises(IntegrityError, match="organisation_is_in_a_cluster_once_at_a_time"):
        f.ClusterMembershipFactory(cluster=first.cluster, organisation=first.organisation, joined=None, left=None)


@pytest.mark.parametrize(
    ("valid_until", "validity"),
    [
        (None, Label.Validity.UNDATED),
        (DAY(2026, 11, 22), Label.Validity.VALID),
        (DAY(2026, 11, 21), Label.Validity.EXPIRED),
    ],
)
@time_machine.travel("2026-11-22T10:00:00+00:00")
def test_label_says_whether_it_is_valid(valid_until, validity):
    label = f.LabelFactory(valid_until=valid_until)
    assert label.validity == validity
    assert (label in Label.objects.valid()) == (validity == Label.Validity.VALID)


@time_machine.travel("2026-11-22T22:30:00+00:00", tick=False)  # already the 23rd in Vilnius
def test_opening_ends_with_its_last_day_in_the_networks_zone():
    opening = f.OpeningFactory(until=DAY(2026, 11, 22))
    assert not opening.is_open
    assert opening not in Opening.objects.open()


def test_affiliation_holds_from_its_first_day_to_before_its_last():
    affiliation = f.AffiliationFactory(since=DAY(2026, 3, 1), until=DAY(2026, 4, 1))
    active = [day for day in (DAY(2026, 2, 28), DAY(2026, 3, 1), DAY(2026, 3, 31), DAY(2026, 4, 1))
              if affiliation in Affiliation.objects.active(day)]  # fmt: skip
    assert active == [DAY(2026, 3, 1), DAY(2026, 3, 31)]


def test_clusters_sort_by_the_lithuanian_alphabet():
    for name in ("Tauragės", "Šiaulių", "Ąžuolo", "Alytaus"):
        f.ClusterFactory(name={"lt": name})
    assert [c.name["lt"] for c in Cluster.objects.by_name("lt")] == ["Alytaus", "Ąžuolo", "Šiaulių", "Tauragės"]


def test_daily_rotation_is_the_same_all_day_and_differs_between_days():
    f.ClusterFactory.create_batch(9)
    monday = [c.pk for c in Cluster.objects.in_daily_rotation(DAY(2026, 11, 23))]
    assert monday == [c.pk for c in Cluster.objects.in_daily_rotation(DAY(2026, 11, 23))]
    assert monday != [c.pk for c in Cluster.objects.in_daily_rotation(DAY(2026, 11, 24))]


@pytest.mark.parametrize(
    ("country", "code", "stored"),
    [("LT", "123 456 789", "123456789"), ("EE", "12345678", "12345678"), ("UA", "AB-1", "AB-1"), ("", "", "")],
)
def test_legal_code_is_stored_in_its_registers_form(country, code, stored):
    assert legal_codes.clean(code, country) == stored


@pytest.mark.parametrize(("country", "code"), [("LT", "12345"), ("EE", "12345679"), ("FR", "55210055"), ("UA", "a b$")])
def test_wrong_legal_code_is_refused_at_its_field(country, code):
    with pytest.raises(ValidationError) as error:
        legal_codes.clean(code, country)
    assert list(error.value.message_dict) == ["legal_code"]
