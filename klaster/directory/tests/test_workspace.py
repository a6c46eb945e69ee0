"""The workspace: what waits for whom, what is still true, and what nobody else can press."""

import datetime
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent, Notice
from klaster.core.tests.visits import url
from klaster.directory import actions, cluster_sections, workspace
from klaster.directory import factories as f
from klaster.directory.models import Cluster, Confirmation, ContactMessage
from klaster.directory.models.organisations import today
from klaster.directory.workspace import Act, Desk, Group, Link, Todo, Urgency

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "one_factor")]
both = f.both


@pytest.fixture
def cluster():
    return f.ClusterFactory(
        slug="saules", name=both("Saulės klasteris", "Solar Cluster"), summary=both("Saulė.", "The sun.")
    )


@pytest.fixture
def coordinator(cluster):
    return f.AffiliationFactory(
        organisation=cluster.coordinator, manager=True, person__name="Rasa Rasaitė", person__language="en"
    ).person


def in_days(days):
    return today() + datetime.timedelta(days=days)


def titles(person):
    return [todo.title for todo in Desk(person).todos]


def row_of(cluster, key):
    return next(row for row in cluster_sections.Sections(cluster).rows if row.key == key)


# --- still true -----------------------------------------------------------------------------------------------------
def test_one_click_confirms_a_section_and_one_takes_it_back(client, cluster, coordinator):
    client.force_login(coordinator)
    page = client.get(url("my")).text
    assert "Description (English)" in page
    assert row_of(cluster, "description-en").ago == "never"
    assert row_of(cluster, "description-en").judged.is_stale
    pressed = client.post(url("section_confirm", "saules", "description-en"))
    assert pressed["Location"] == f"{url('my')}?cluster=saules#still-true"
    said = Confirmation.objects.get()
    assert (said.section, said.day, said.by, said.way) == ("description-en", today(), coordinator, "said")
    row = row_of(cluster, "description-en")
    assert (row.ago, row.said_by, row.judged.is_stale) == ("today", "Rasa Rasaitė", False)
    assert url("section_unconfirm", "saules", "description-en") in client.get(url("my")).text
    client.post(url("section_unconfirm", "saules", "description-en"))
    assert not Confirmation.objects.exists()
    acts = AuditEvent.objects.filter(object_pk=str(cluster.pk)).order_by("id").values_list("action", flat=True)
    assert list(acts) == ["section confirmed", "confirmation taken back"]


def test_pressed_twice_it_is_said_once(cluster, coordinator):
    for _time in range(2):
        actions.confirm_section(cluster, "sectors", by=coordinator)
    assert Confirmation.objects.count() == 1
    assert AuditEvent.objects.filter(action="section confirmed").count() == 1
    assert actions.undo_confirmation(cluster, "sectors", by=coordinator)
    assert not actions.undo_confirmation(cluster, "sectors", by=coordinator)


def test_yesterdays_word_stays_when_todays_is_taken_back(cluster, coordinator):
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)):
        actions.confirm_section(cluster, "sectors", by=coordinator)
    with time_machine.travel(datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)):
        assert row_of(cluster, "sectors").judged.is_stale
        assert row_of(cluster, "sectors").ago == "9 months ago"
        actions.confirm_section(cluster, "sectors", by=coordinator)
        assert not row_of(cluster, "sectors").judged.is_stale
        actions.undo_confirmation(cluster, "sectors", by=coordinator)
        assert row_of(cluster, "sectors").judged.confirmed_on == datetime.date(2026, 3, 1)


def test_how_long_a_word_holds_is_a_setting(cluster, coordinator, settings):
    f_day = in_days(-31)
    Confirmation.objects.create(cluster=cluster, section="sectors", day=f_day)
    assert not row_of(cluster, "sectors").judged.is_stale
    settings.STALE_AFTER_DAYS = 30
    assert row_of(cluster, "sectors").judged.is_stale


def test_nothing_can_be_confirmed_where_nothing_stands(client, cluster, coordinator):
    with pytest.raises(ValidationError):
        actions.confirm_section(cluster, "services", by=coordinator)
    client.force_login(coordinator)
    answer = client.post(url("section_confirm", "saules", "services"), follow=True)
    assert "There is nothing in this section yet" in answer.text
    assert client.post(url("section_confirm", "saules", "no-such-section")).status_code == 404
    assert not Confirmation.objects.exists()


def test_only_those_who_keep_the_page_confirm_it(cluster):
    stranger = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True).person
    for act in (actions.confirm_section, actions.undo_confirmation):
        with pytest.raises(PermissionDenied):
            act(cluster, "sectors", by=stranger)


def test_editing_a_section_confirms_it_and_no_other(cluster, coordinator):
    changed = {"summary": both("Saulė.", "The star."), "website": "https://pavyzdys.test/"}
    actions.change_cluster(cluster, by=coordinator, version=actions.version_of(cluster), values=changed)
    rows = Confirmation.objects.filter(cluster=cluster)
    assert sorted(rows.values_list("section", "way")) == [("contact", "edited"), ("description-en", "edited")]
    assert not actions.undo_confirmation(cluster, "contact", by=coordinator)  # what was edited is not taken back
    row = Cluster.objects.get(pk=cluster.pk)
    sector = f.SectorFactory()
    actions.change_cluster(row, by=coordinator, version=actions.version_of(row), values={"other_sectors": [sector]})
    assert set(rows.values_list("section", flat=True)) == {"contact", "description-en", "sectors"}


def test_openings_achievements_and_members_are_confirmed_by_keeping_them(cluster, coordinator):
    opening = f.OpeningFactory(cluster=cluster)
    actions.close_opening(opening, by=coordinator)
    actions.delete_achievement(f.AchievementFactory(cluster=cluster), by=coordinator)
    actions.end_membership(f.ClusterMembershipFactory(cluster=cluster), by=coordinator, left=today())
    found = set(Confirmation.objects.values_list("section", flat=True))
    assert found == {"openings", "achievements", "members"}


def test_who_says_the_whole_page_is_true_says_it_of_each_section(cluster):
    Cluster.objects.filter(pk=cluster.pk).update(checked_on=in_days(-3))
    cluster.refresh_from_db()
    sections = cluster_sections.Sections(cluster)
    assert not sections.report.stale
    assert row_of(cluster, "sectors").ago == "3 days ago"


def test_public_page_says_when_and_never_who(client, cluster, coordinator):
    page = client.get(url("cluster_detail", "saules")).text
    assert "has not confirmed its data here yet" in page
    f.OpeningFactory(cluster=cluster)
    with time_machine.travel(datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)):
        actions.confirm_section(cluster, "openings", by=coordinator)
    page = client.get(url("cluster_detail", "saules")).text
    assert "confirmed on 1 March 2026" in page
    assert "Confirmed in parts, last on " in page
    assert "Rasa" not in page


# --- today ----------------------------------------------------------------------------------------------------------
def test_openings_that_end_are_extended_by_a_month_once(client, cluster, coordinator):
    opening = f.OpeningFactory(cluster=cluster, until=in_days(5), title=both("Kepėjas", "Baker"))
    f.OpeningFactory(cluster=cluster, until=in_days(40))
    f.OpeningFactory(cluster=cluster, until=None)
    f.OpeningFactory(cluster=cluster, until=in_days(-40))
    f.OpeningFactory(until=in_days(5))
    (todo,) = Desk(coordinator).todos
    assert todo.title.startswith("The opening “Baker” ends on ")
    client.force_login(coordinator)
    data = dict(todo.acts[0].values)
    for _time in range(2):
        assert client.post(todo.acts[0].url, data)["Location"] == url("my")
    opening.refresh_from_db()
    assert opening.until == actions.month_after(in_days(5))
    client.post(url("opening_extend", "saules", opening.pk), {"until": "2026-13-45"})
    client.post(todo.acts[1].url, {"back": "my"})
    opening.refresh_from_db()
    assert (opening.status, opening.until) == ("hidden", actions.month_after(in_days(5)))
    with pytest.raises(ValidationError):
        actions.extend_opening(opening, by=coordinator, until=opening.until)
    assert titles(coordinator) == []


def test_a_month_after_ends_on_its_last_day():
    days = {"2026-01-31": "2026-02-28", "2028-01-31": "2028-02-29", "2026-12-05": "2027-01-05"}
    for day, after in days.items():
        assert actions.month_after(datetime.date.fromisoformat(day)) == datetime.date.fromisoformat(after)


def test_labels_and_drafts_are_told_in_time(cluster, coordinator):
    f.LabelFactory(cluster=cluster, level="gold", valid_until=in_days(60))
    f.LabelFactory(cluster=cluster, level="bronze", valid_until=in_days(200))
    f.LabelFactory(cluster=cluster, level="silver", valid_until=in_days(-1))
    cluster.status = "draft"
    cluster.save()
    assert [title.split(":")[0] for title in titles(coordinator)] == [
        "Gold label", "Nobody but you sees the page of Solar Cluster yet",
    ]  # fmt: skip


def test_messages_wait_until_their_notice_was_opened(client, cluster, coordinator):
    for _number in range(2):
        row = ContactMessage(name="Ona", email="ona@pavyzdys.test", body="Sveiki")
        actions.send_message(row, by=None, once=uuid.uuid4(), cluster=cluster)
    (todo,) = Desk(coordinator).todos
    assert todo.title == "2 messages not opened yet"
    client.force_login(coordinator)
    assert client.get(url("cluster_messages", "saules")).status_code == 200
    assert titles(coordinator) == ["2 messages not opened yet"]  # a GET changes nothing
    assert client.post(todo.acts[0].url)["Location"] == url("cluster_messages", "saules")
    assert titles(coordinator) == []
    assert Notice.objects.filter(person=coordinator, read_at=None).count() == 0


def test_the_most_urgent_comes_first_whoever_adds_it(cluster, coordinator, monkeypatch):
    monkeypatch.setattr(workspace, "_todos", list(workspace._todos))
    monkeypatch.setattr(workspace, "_links", [])
    act = (Act("Answer", "/"),)
    workspace.add_todos(lambda desk: [
        Todo("later", "", act, Urgency.LATER),
        Todo("late", "", act, Urgency.LATE, day=in_days(-1)),
        Todo("later still", "", act, Urgency.LATE, day=in_days(-9)),
    ])  # fmt: skip
    workspace.add_links(lambda desk: [Link("Meetings", "/m/", "users", group=Group.ACTIVITY, count=2)])
    f.LabelFactory(cluster=cluster, level="gold", valid_until=in_days(60))
    assert [title.split(" ")[0] for title in titles(coordinator)] == ["later", "late", "Gold", "later"]
    assert Desk(coordinator).links_of(Group.ACTIVITY)[-1].title == "Meetings"


def test_count_is_what_stands_in_the_list(client, cluster, coordinator):
    f.OpeningFactory(cluster=cluster, until=in_days(5))
    f.LabelFactory(cluster=cluster, valid_until=in_days(60))
    client.force_login(coordinator)
    page = client.get(url("my")).text
    assert "2 things wait for you today" in " ".join(page.split())
    assert '<span class="n">2</span>' in page


def test_with_several_clusters_one_switches_and_sees_the_work_of_all(client, cluster, coordinator):
    other = f.ClusterFactory(slug="menulio", name=both("Mėnulio klasteris", "Moon Cluster"))
    f.AffiliationFactory(person=coordinator, organisation=other.coordinator, manager=True)
    f.OpeningFactory(cluster=cluster, until=in_days(5))
    f.OpeningFactory(cluster=other, until=in_days(6))
    client.force_login(coordinator)
    page = client.get(url("my"), {"cluster": "saules"}).text
    assert f"{url('my')}?cluster=menulio" in page
    assert url("section_confirm", "saules", "sectors") in page
    assert url("section_confirm", "menulio", "sectors") not in page
    assert "Moon Cluster. Do you still seek somebody" in page
    assert client.get(url("my"), {"cluster": f.ClusterFactory(slug="svetimas").slug}).status_code == 404


def test_a_firms_manager_a_secretary_and_somebody_new_see_their_own(client, cluster):
    firm = f.OrganisationFactory(name=both("Įmonė", "Firm"))
    manager = f.AffiliationFactory(organisation=firm, manager=True).person
    client.force_login(manager)
    page = client.get(url("my")).text
    assert url("organisation_edit", firm.slug) in page
    assert "Is this still true?" not in page
    secretary = UserFactory(secretariat=True)
    client.force_login(secretary)
    assert reverse("wagtailadmin_home") in client.get(url("my")).text
    assert [link.title for link in Desk(secretary).links_of(Group.CLUSTER)] == ["Imports", "Changes"]
    of_network = [link.title for link in Desk(secretary).links_of(Group.NETWORK)]
    assert {"Duplicates", "Quality of the data"} < set(of_network)
    assert "Is this still true?" in client.get(url("my"), {"cluster": "saules"}).text
    assert 'aria-current="page"' in client.get(url("quality_overview")).text
    client.force_login(UserFactory())
    assert "You do not act for an organisation yet" in client.get(url("my")).text


def test_page_asks_as_many_questions_for_three_of_each_as_for_one(
    client, cluster, coordinator, django_assert_max_num_queries
):
    def more():
        f.OpeningFactory(cluster=cluster, until=in_days(5))
        f.LabelFactory(cluster=cluster, valid_until=in_days(60))
        f.ClusterMembershipFactory(cluster=cluster)
        f.StatementFactory(cluster=cluster, kind=f.FactKindFactory(code=f"kind-{uuid.uuid4().hex[:8]}"))
        Confirmation.objects.create(cluster=cluster, section=f"s-{uuid.uuid4().hex[:8]}")

    more()
    client.force_login(coordinator)
    client.get(url("my"))
    with django_assert_max_num_queries(60) as one:
        client.get(url("my"))
    more()
    more()
    with django_assert_max_num_queries(60) as three:
        client.get(url("my"))
    assert len(three) == len(one)
