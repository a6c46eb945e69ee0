"""The European platform's entry tests: each threshold from both sides, and what stands on the page and in the files."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from klaster.accounts.factories import UserFactory
from klaster.core.tests.visits import url
from klaster.directory import eccp, eccp_profile
from klaster.directory import factories as f
from klaster.directory.eccp import Facts, MemberType, Outcome, Recognition, Verdict
from klaster.directory.models import Cluster, ClusterMembership, Organisation

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN
BUSINESS, RESEARCH, PUBLIC, CIVIL, OTHER = (
    MemberType.BUSINESS,
    MemberType.RESEARCH,
    MemberType.PUBLIC,
    MemberType.CIVIL_SOCIETY,
    MemberType.OTHER,
)
GOOD = {
    "fte": Decimal("0.5"),
    "english_website": "https://pavyzdys.test/en/",
    "committed": {BUSINESS: 13, RESEARCH: 1, PUBLIC: 1},
}


def verdicts(**facts):
    return {test.code: test.verdict for test in eccp.check(Facts(**{**GOOD, **facts})).tests}


def test_a_cluster_that_just_meets_every_test_is_ready():
    readiness = eccp.check(Facts(**GOOD))
    assert [(test.code, test.verdict) for test in readiness.tests] == [
        ("team", MET),
        ("website", MET),
        ("members", MET),
        ("types", MET),
        ("public", MET),
    ]
    assert (readiness.outcome, readiness.met) == (Outcome.READY, 5)
    assert {test.next_step for test in readiness.tests} == {""}


@pytest.mark.parametrize(
    ("facts", "code", "verdict"),
    [
        ({"fte": Decimal("0.49")}, "team", NOT_MET),
        ({"fte": Decimal(0)}, "team", NOT_MET),
        ({"fte": None}, "team", UNKNOWN),
        ({"english_website": ""}, "website", UNKNOWN),
        ({"committed": {BUSINESS: 13, RESEARCH: 1}}, "members", NOT_MET),
        ({"committed": {BUSINESS: 13, RESEARCH: 1}, "uncertain": {BUSINESS: 1}}, "members", UNKNOWN),
        ({"committed": {BUSINESS: 15}}, "members", MET),
        ({"committed": {BUSINESS: 15}}, "types", NOT_MET),
        ({"committed": {}}, "types", NOT_MET),
        ({"committed": {BUSINESS: 14}, "uncertain": {RESEARCH: 1}}, "types", MET),
        ({"committed": {BUSINESS: 14, CIVIL: 1}}, "types", MET),
        ({"committed": {BUSINESS: 14, OTHER: 1}}, "types", UNKNOWN),
        ({"committed": {BUSINESS: 14, RESEARCH: 1}}, "public", UNKNOWN),
        ({"committed": {BUSINESS: 14}, "works_with_public_bodies": True}, "public", MET),
        ({"committed": {BUSINESS: 14}, "recognition": Recognition.PROGRAMME}, "public", MET),
    ],
)
def test_each_threshold_and_what_is_not_known(facts, code, verdict):
    assert verdicts(**facts)[code] is verdict


@pytest.mark.parametrize(
    ("recognition", "programme", "waiver", "outcome"),
    [
        (Recognition.PROGRAMME, "Inoklaster LT", MET, Outcome.WAIVED),
        (Recognition.PROGRAMME, "", UNKNOWN, Outcome.NOT_READY),
        (Recognition.SOCIAL_ECONOMY, "", MET, Outcome.WAIVED),
        (Recognition.NONE, "", NOT_MET, Outcome.NOT_READY),
        (Recognition.NOT_STATED, "", UNKNOWN, Outcome.NOT_READY),
    ],
)
def test_official_recognition_can_stand_for_the_tests(recognition, programme, waiver, outcome):
    readiness = eccp.check(Facts(fte=Decimal("0.1"), recognition=recognition, programme=programme))
    assert (readiness.waiver.verdict, readiness.outcome) == (waiver, outcome)


def test_ready_needs_no_waiver_and_nothing_known_fails_only_what_is_counted():
    assert eccp.check(Facts(**GOOD, recognition=Recognition.NONE)).outcome is Outcome.READY
    assert eccp.check(Facts(**{**GOOD, "fte": None})).outcome is Outcome.UNKNOWN
    assert [test.verdict for test in eccp.check(Facts()).tests] == [UNKNOWN, UNKNOWN, NOT_MET, NOT_MET, UNKNOWN]


counts = st.dictionaries(st.sampled_from(MemberType), st.integers(0, 30))
facts = st.builds(
    Facts,
    fte=st.none() | st.decimals(0, 50, places=2),
    english_website=st.sampled_from(["", "https://pavyzdys.test/"]),
    committed=counts,
    uncertain=counts,
    works_with_public_bodies=st.booleans(),
    recognition=st.sampled_from(Recognition),
    programme=st.sampled_from(["", "Programa"]),
)


@given(facts, st.sampled_from(MemberType))
def test_one_more_committed_member_never_makes_a_cluster_less_ready(known, kind):
    order = [NOT_MET, UNKNOWN, MET]
    more = Facts(**{**vars(known), "committed": {**known.committed, kind: known.committed.get(kind, 0) + 1}})
    before, after = eccp.check(known).tests, eccp.check(more).tests
    assert all(order.index(a.verdict) >= order.index(b.verdict) for b, a in zip(before, after, strict=True))


@given(facts)
def test_what_is_not_met_says_why_and_what_to_do(known):
    readiness = eccp.check(known)
    for test in (*readiness.tests, readiness.waiver):
        assert test.reason
        if test.verdict is UNKNOWN or (test.verdict is NOT_MET and test is not readiness.waiver):
            assert test.next_step
            assert test.where


def test_the_model_offers_the_recognitions_the_tests_know():
    assert set(Cluster.Recognition.values) == {each.value for each in Recognition}


def test_every_kind_of_organisation_counts_as_some_type():
    unnamed = {kind for kind in Organisation.Kind.values if kind not in eccp_profile.TYPES}
    assert unnamed == {"cluster_organisation", "park", "other"}


# --- from the rows ----------------------------------------------------------------------------------------------------
@pytest.fixture
def cluster():
    cluster = f.ClusterFactory(
        slug="saules", name=f.both("Saulės klasteris", "Solar Cluster"), management_fte=Decimal("1.50"),
        website_en="https://saule.test/en/", summary=f.both("Saulė.", ""),
        recognition="programme", recognised_by=f.both("Išgalvota programa", "Invented programme"),
    )  # fmt: skip
    kinds = ClusterMembership.Kind
    for kind, organisation_kind, committed_by in [
        (kinds.MEMBER, "small", "agreement"),
        (kinds.MEMBER, "large", "fee"),
        (kinds.MEMBER, "research", ""),
        (kinds.MEMBER, "park", "fee"),
        (kinds.ASSOCIATED, "public", "agreement"),
    ]:
        organisation = f.OrganisationFactory(kind=organisation_kind)
        f.ClusterMembershipFactory(cluster=cluster, organisation=organisation, kind=kind, committed_by=committed_by)
    f.ClusterMembershipFactory(cluster=cluster, left="2020-01-01", committed_by="fee")
    f.ClusterMembershipFactory(cluster=cluster, is_confirmed=False, committed_by="fee")
    return cluster


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.mark.django_db
def test_facts_count_members_of_today_without_associated_partners(cluster):
    found = eccp_profile.facts_of(cluster)
    assert (found.committed, found.uncertain) == ({BUSINESS: 2, OTHER: 1}, {RESEARCH: 1})
    assert (found.fte, found.programme, found.recognition) == (Decimal("1.50"), "Išgalvota programa", "programme")


@pytest.mark.django_db
def test_the_page_says_how_the_cluster_stands_and_leads_to_what_mends_it(client, cluster, coordinator):
    client.force_login(coordinator)
    page = client.get(url("cluster_eccp", "saules"))
    text = " ".join(page.text.split())
    assert "The tests can be waived: the cluster is officially recognised." in text
    assert "Size of the team in full-time posts (FTE): 1.5." in text
    assert "3 members have signed or pay. Of 1 more it is not stated what binds it." in text
    assert f'<a href="{url("cluster_members", "saules")}">Enter 11 more members, if the cluster has them.</a>' in text
    cluster.recognition = ""
    cluster.save()
    text = client.get(url("cluster_eccp", "saules")).text
    assert f"{url('cluster_edit', 'saules')}#id_public_cooperation_0" in text
    assert 'id="id_public_cooperation_0"' in client.get(url("cluster_edit", "saules")).text


@pytest.mark.django_db
def test_the_profile_leaves_with_both_languages_and_without_addresses_of_people(client, cluster, coordinator):
    cluster.contact_email = "saule@pavyzdys.test"
    cluster.save()
    client.force_login(coordinator)
    fields = client.get(url("cluster_eccp_json", "saules")).json()["fields"]
    assert fields["name"] == {"en": "Solar Cluster", "lt": "Saulės klasteris"}
    assert fields["summary"] == {"lt": "Saulė."}
    assert (fields["members"], fields["members_sme"], fields["members_other"]) == ("4", "1", "1")
    assert (fields["country"], fields["manager"], fields["management_fte"]) == ("Lithuania", None, "1.5")
    answer = client.get(url("cluster_eccp_table", "saules", "csv"))
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["Group", "Field", "In English", "Lithuanian"]
    assert rows[1] == ["Who it is", "Name", "Solar Cluster", "Saulės klasteris"]
    assert "saule@pavyzdys.test" not in text
    assert {len(row) for row in rows[:-2]} == {4}


@pytest.mark.django_db
def test_the_profile_reads_the_same_in_either_language(client, cluster, coordinator):
    client.force_login(coordinator)
    with override("lt"):
        own = client.get(reverse("cluster_eccp_json", args=["saules"])).json()["fields"]
    assert own == client.get(url("cluster_eccp_json", "saules")).json()["fields"]


@pytest.mark.django_db
def test_only_its_coordinator_and_the_office_see_it(client, cluster, coordinator):
    client.force_login(UserFactory())
    ways = (("cluster_eccp",), ("cluster_eccp_json",), ("cluster_eccp_table", "csv"))
    assert [client.get(url(name, "saules", *more)).status_code for name, *more in ways] == [403, 403, 403]


@pytest.mark.django_db
def test_more_members_ask_no_more_queries(client, cluster, coordinator, django_assert_max_num_queries):
    client.force_login(coordinator)
    address = url("cluster_eccp", "saules")
    client.get(address)
    with django_assert_max_num_queries(60) as few:
        client.get(address)
    for _number in range(5):
        f.ClusterMembershipFactory(cluster=cluster, committed_by="fee")
        f.AchievementFactory(cluster=cluster)
        f.LabelFactory(cluster=cluster)
        f.NetworkParticipationFactory(cluster=cluster)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


@pytest.mark.django_db
def test_a_team_of_less_than_nobody_is_refused(cluster):
    with pytest.raises(IntegrityError, match="team_is_not_less_than_nobody"), transaction.atomic():
        Cluster.objects.filter(pk=cluster.pk).update(management_fte=Decimal("-0.1"))
