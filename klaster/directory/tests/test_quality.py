"""What the office looks after: which rows each check finds, where they lead, and what is told when labels end."""

import csv
import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import waiting
from klaster.core.models import Notice
from klaster.core.tests.visits import url
from klaster.core.waiting import Order, Waiting
from klaster.directory import actions, jobs, label_notices, quality
from klaster.directory import factories as f
from klaster.directory.models import Confirmation, Duplicate, LinkCheck
from klaster.directory.models.organisations import today
from klaster.directory.quality import Kind
from klaster.directory.quality.checks import LACKS, is_empty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
DAYS = datetime.timedelta


@pytest.fixture
def office(client):
    person = UserFactory(secretariat=True)
    client.force_login(person)
    return person


def names(check, kind=Kind.OTHER, option=""):
    found = quality.named(check)
    with override("en"):
        rows = list(found.rows(kind, option))
        return [finding.name for finding in found.findings(rows, kind)]


def cluster(name, **values):
    return f.ClusterFactory(name=f.both(name, name), **values)


# --- the checks -------------------------------------------------------------------------------------------------------
def test_stale_is_what_nobody_has_confirmed_for_long(settings):
    settings.STALE_AFTER_DAYS = 100
    day = today()
    cluster("never")
    cluster("old", checked_on=day - DAYS(101))
    cluster("fresh", checked_on=day - DAYS(100))
    by_section = cluster("by section", checked_on=day - DAYS(300))
    Confirmation.objects.create(cluster=by_section, section="contact", day=day - DAYS(1))
    cluster("draft", status="draft")
    assert names("stale", Kind.CLUSTER) == ["never", "old"]
    assert names("stale", Kind.CLUSTER, "never") == ["never"]
    f.OrganisationFactory(name=f.both("firma", "firm"), checked_on=day - DAYS(400))
    assert "firm" in names("stale", Kind.ORGANISATION)


def test_incomplete_says_what_is_lacking_and_can_be_narrowed_to_one_thing():
    region = f.RegionFactory()
    whole = {
        "summary": f.both("Yra", "Is"), "region": region, "website": "https://a.test/", "contact_email": "a@a.test",
        "founded": "2019", "services": f.both("Yra", "Is"),
    }  # fmt: skip
    cluster("whole", **whole)
    cluster("no website", **whole | {"website": ""})
    cluster("nothing", summary={}, region=None)
    assert names("incomplete", Kind.CLUSTER) == ["no website", "nothing"]
    assert names("incomplete", Kind.CLUSTER, "founded") == ["nothing"]
    found = quality.named("incomplete")
    with override("en"):
        rows = {each.name: each.said for each in found.findings(list(found.rows(Kind.CLUSTER)), Kind.CLUSTER)}
    assert rows["no website"] == "Website"
    assert rows["nothing"] == "In one sentence, County, Website, Address for messages, Founded, Services"


def test_what_the_database_calls_lacking_python_calls_lacking():
    """The number in the list and the words in its rows are told in two ways: they must agree."""
    f.OrganisationFactory(legal_code="", country="", website="", region=None)
    f.OrganisationFactory(legal_code="300000000", website="https://a.test/", region=f.RegionFactory())
    cluster("empty")
    cluster("coordinated by nobody", coordinator=None, coordinator_is_unknown=True, founded="2019")
    for kind, lacks in LACKS.items():
        model = type(quality.named("stale").rows(kind).first())
        for name, lacking in lacks.items():
            told = {row.pk for row in model.objects.filter(lacking)}
            assert told == {row.pk for row in model.objects.all() if is_empty(row, name)}, (kind, name)


def test_labels_that_end_within_ninety_days():
    day = today()
    for name, days in (("past", -1), ("today", 0), ("in 90", 90), ("in 91", 91)):
        f.LabelFactory(cluster=cluster(name), valid_until=day + DAYS(days))
    f.LabelFactory(cluster=cluster("undated"))
    assert names("labels") == ["today", "in 90"]


def test_a_broken_link_is_found_at_everybody_who_names_it():
    one = cluster("one", website="https://a.test/")
    f.AchievementFactory(cluster=one, url="https://b.test/1")
    f.OrganisationFactory(name=f.both("firma", "firm"), website="https://a.test/")
    for address, status in (
        ("https://a.test/", "broken"),
        ("https://b.test/1", "broken"),
        ("https://c.test/", "shaky"),
    ):
        LinkCheck.objects.create(url=address, host=address[8:14], status=status, problem="404", since=timezone.now())
    assert sorted(names("links")) == ["firm", "one", "one"]


def ask(days, **values):
    values.setdefault("cluster", f.ClusterFactory())
    return f.JoinRequestFactory(sent_at=timezone.now() - DAYS(days), **values)


def test_join_requests_open_for_long_and_those_nobody_can_answer(office):
    kept = f.AffiliationFactory(manager=True)
    keeper = f.ClusterFactory(coordinator=kept.organisation)
    ask(3, cluster=keeper, organisation_name="UAB Nauja")
    ask(9, cluster=keeper, organisation_name="UAB Laukia")
    ask(20, cluster=keeper, organisation_name="UAB Klausta", state="asked")
    ask(30, cluster=keeper, organisation_name="UAB Atsakyta", state="declined", reason="No", answered_at=timezone.now())
    ask(1, organisation_name="UAB Niekas")
    assert names("join-requests") == ["UAB Klausta", "UAB Laukia", "UAB Niekas"]
    narrowed = {option: names("join-requests", option=option) for option in ("waiting", "asked", "late", "nobody")}
    assert narrowed == {
        "waiting": ["UAB Laukia"], "asked": ["UAB Klausta"], "late": ["UAB Klausta"], "nobody": ["UAB Niekas"],
    }  # fmt: skip


def test_pairs_that_may_be_one_lead_to_the_two_side_by_side(client, office):
    one, other = (
        f.OrganisationFactory(name=f.both("UAB Ąžuolynas", "")),
        f.OrganisationFactory(name=f.both("Ąžuolynas", "")),
    )
    actions.find_duplicates()
    assert names("duplicates", Kind.ORGANISATION) == ["UAB Ąžuolynas · Ąžuolynas"]
    assert names("duplicates", Kind.CLUSTER) == []
    page = client.get(url("quality_list", "duplicates")).text
    assert url("merge_entries", "organisation", one.slug, other.slug) in page, "opens where there is something"
    actions.reject_duplicate(Duplicate.objects.get(), by=office)
    assert names("duplicates", Kind.ORGANISATION) == []


# --- the pages --------------------------------------------------------------------------------------------------------
def test_the_overview_counts_and_leads_to_the_rows(client, office):
    cluster("never")
    page = client.get(url("quality_overview")).text
    assert f"{url('quality_list', 'stale')}?kind=cluster" in page
    text = client.get(url("quality_list", "stale") + "?kind=cluster").text
    assert ">never</a>" in text


def test_each_row_leads_to_where_the_office_mends_it(client, office):
    row = cluster("never")
    text = client.get(url("quality_list", "stale") + "?kind=cluster").text
    assert f'href="{reverse("cluster:edit", args=[row.pk])}"' in text
    assert client.get(reverse("cluster:edit", args=[row.pk])).status_code == 200


def test_the_rows_are_taken_away_as_filtered(client, office):
    cluster("never")
    cluster("old", checked_on=today() - DAYS(1000))
    answer = client.get(url("quality_export", "stale", "csv") + "?kind=cluster&show=never")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert (rows[0], [row[0] for row in rows[1:-2]]) == (["Name", "What", "Last confirmed", "Page"], ["never"])


def test_unknown_checks_are_not_there_and_unknown_answers_are_left_out(client, office):
    assert client.get(url("quality_list", "moon")).status_code == 404
    assert client.get(url("quality_list", "stale") + "?kind=moon&show=sun").status_code == 200


def test_more_rows_ask_no_more_queries(client, office):
    cluster("one", website="https://a1.test/")

    def broken(number):
        LinkCheck.objects.create(
            url=f"https://a{number}.test/", host="a", status="broken", problem="404", since=timezone.now()
        )

    def pair(number):
        one, other = f.OrganisationFactory(), f.OrganisationFactory()
        Duplicate.objects.create(kind="organisation", first=one.pk, second=other.pk, score=60)

    broken(1)
    pair(1)
    ask(9)
    addresses = [url("quality_list", code) + f"?kind={kind}" for code, kind in
                 (("stale", "cluster"), ("incomplete", "cluster"), ("labels", ""), ("links", ""), ("join-requests", ""),
                  ("duplicates", "organisation"))]  # fmt: skip
    f.LabelFactory(valid_until=today())
    for address in addresses:
        client.get(address)
    few = []
    for address in addresses:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        few.append(len(asked))
    for number in range(2, 5):
        cluster(f"more {number}", website=f"https://a{number}.test/")
        broken(number)
        pair(number)
        ask(9)
        f.LabelFactory(valid_until=today())
    many = []
    for address in addresses:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        many.append(len(asked))
    assert many == few


# --- what waits -------------------------------------------------------------------------------------------------------
def test_what_waits_stands_on_the_first_page_of_the_office(client, office):
    membership = f.ClusterMembershipFactory(is_confirmed=False)
    with override("en"):
        found = waiting.of(office)
    assert found[0] == Waiting(
        "1 membership that nobody confirmed", 1, "/office/directory/clustermembership/?is_confirmed=false", "link",
        Order.PEOPLE,
    )  # fmt: skip
    office.language = "en"
    office.save()
    page = client.get(reverse("wagtailadmin_home")).text
    assert "clustermembership/?is_confirmed=false" in page
    rows = client.get("/office/directory/clustermembership/?is_confirmed=false").text
    assert str(membership.organisation) in rows


def test_join_requests_and_pairs_stand_there_too_and_are_tables(client, office):
    ask(9, organisation_name="UAB Laukia", cluster=cluster("kaip"))
    one, other = f.OrganisationFactory(), f.OrganisationFactory()
    Duplicate.objects.create(kind="organisation", first=one.pk, second=other.pk, score=60)
    with override("en"):
        found = {each.words: each for each in waiting.of(office)}
    asked, pairs = found["Join requests without an answer: 1"], found["Entries that may be one and the same: 1"]
    assert (asked.url, asked.order) == (url("quality_list", "join-requests"), Order.PEOPLE)
    assert ">UAB Laukia</a>" in client.get(asked.url).text
    assert str(one.name) in client.get(pairs.url).text
    for code, said in (("join-requests", "UAB Laukia"), ("duplicates", str(other.name))):
        for ending in ("csv", "xlsx"):
            answer = client.get(url("quality_export", code, ending))
            text = b"".join(answer.streaming_content)
            assert said.encode() in text if ending == "csv" else text.startswith(b"PK")


def test_nothing_waits_for_whoever_may_not_deal_with_it():
    f.ClusterMembershipFactory(is_confirmed=False)
    assert waiting.of(UserFactory()) == []


# --- labels that end --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "stage"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_which_notice_is_due(days, stage):
    assert label_notices.stage(days) == stage


def test_the_coordinator_and_the_office_are_told_once_at_each_stage():
    day = today()
    label = f.LabelFactory(valid_until=day + DAYS(95))
    coordinator = f.AffiliationFactory(organisation=label.cluster.coordinator, manager=True).person
    secretary = UserFactory(secretariat=True)
    told = []
    for passed in (0, 5, 6, 64, 65, 66, 88, 95, 96):
        label_notices.tell(day + DAYS(passed))
        told.append(Notice.objects.filter(topic="directory.labels").count())
    assert told == [0, 2, 2, 2, 4, 4, 6, 6, 6]
    people = set(Notice.objects.values_list("person", flat=True))
    assert people == {coordinator.pk, secretary.pk}


def test_of_a_renewed_label_nobody_is_told():
    day = today()
    label = f.LabelFactory(valid_until=day + DAYS(20))
    f.LabelFactory(cluster=label.cluster, valid_until=day + DAYS(800))
    UserFactory(secretariat=True)
    assert jobs.tell_of_labels(timestamp=0) == 0
    assert not Notice.objects.exists()
