"""Several rows at once in the office: asked for again, allowed row by row, recorded one by one, all or none."""

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.models import AuditEvent
from klaster.directory import actions
from klaster.directory import factories as f
from klaster.directory.models import Cluster, ClusterMembership
from klaster.directory.models.organisations import today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False


@pytest.fixture
def office(client):
    person = UserFactory(secretariat=True, language="en")
    client.force_login(person)
    return person


def address(model, action, *rows):
    way = reverse("wagtail_bulk_action", args=["directory", model, action])
    return f"{way}?next=/office/directory/{model}/&" + "&".join(f"id={getattr(row, 'pk', row)}" for row in rows)


def test_the_list_offers_what_can_be_done_and_ticks_rows(client, office):
    row = f.ClusterFactory()
    page = client.get(reverse("cluster:index")).text
    assert "bulk-actions.js" in page
    assert f'data-object-id="{row.pk}"' in page
    assert reverse("wagtail_bulk_action", args=["directory", "cluster", "hide"]) in page
    assert "bulk-actions.js" not in client.get(reverse("sector:index")).text


def test_rows_are_hidden_after_a_page_that_asks_and_each_is_recorded(client, office):
    one, two, already = f.ClusterFactory(), f.ClusterFactory(), f.ClusterFactory(status="hidden")
    f.ClusterFactory()
    way = address("cluster", "hide", one, two, already)
    asked = client.get(way)
    assert "Take these off the public pages?" in asked.text
    assert str(one) in asked.text
    assert Cluster.objects.filter(status="hidden").count() == 1
    answer = client.post(way)
    assert (answer.status_code, answer.url) == (302, "/office/directory/cluster/")
    assert set(Cluster.objects.filter(status="hidden")) == {one, two, already}
    acts = AuditEvent.objects.filter(action="hidden").order_by("id")
    assert [(act.object_pk, act.actor_id, act.before, act.after) for act in acts] == [
        (str(row.pk), office.pk, {"status": "published"}, {"status": "hidden"}) for row in (one, two)
    ]
    page = client.get(answer.url).text
    assert "2 rows changed. 1 was so already." in page


def test_publishing_and_confirming(client, office):
    organisation = f.OrganisationFactory(status="draft", checked_on=None)
    client.post(address("organisation", "publish", organisation))
    client.post(address("organisation", "confirm", organisation))
    organisation.refresh_from_db()
    assert (organisation.status, organisation.checked_on) == ("published", today())
    client.post(address("organisation", "confirm", organisation))
    assert AuditEvent.objects.filter(action="confirmed as true").count() == 1


def test_memberships_are_confirmed_by_the_action_of_memberships(client, office):
    waiting = f.ClusterMembershipFactory(is_confirmed=False)
    client.post(address("clustermembership", "confirm", waiting))
    assert ClusterMembership.objects.get(pk=waiting.pk).is_confirmed


def test_one_row_that_may_not_be_saved_leaves_all_as_they_were(client, office):
    good, bad = f.OrganisationFactory(status="draft"), f.OrganisationFactory(status="draft")
    type(bad).objects.filter(pk=bad.pk).update(kind="of another time")
    answer = client.post(address("organisation", "publish", good, bad))
    good.refresh_from_db()
    assert good.status == "draft"
    assert "Nothing was changed." in client.get(answer.url).text


def test_selected_rows_are_taken_away_without_hidden_columns(client, office):
    one = f.ClusterFactory(contact_email="slapta@pavyzdys.test")
    f.ClusterFactory()
    answer = client.post(address("cluster", "export", one))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 2
    assert one.slug in rows[1]
    assert not any("slapta" in str(cell) for row in rows for cell in row)


@pytest.mark.parametrize("ids", [["all"], ["abc"], ["-1"], ["9" * 30], []])
def test_only_ticked_rows_are_meant(client, office, ids):
    f.ClusterFactory()
    way = address("cluster", "hide", *ids)
    assert client.get(way, follow=True).status_code == 404
    assert client.post(way, follow=True).status_code == 404
    assert not Cluster.objects.filter(status="hidden").exists()


def test_others_find_no_such_page(client):
    row = f.ClusterFactory()
    coordinator = f.AffiliationFactory(organisation=row.coordinator, manager=True).person
    client.force_login(coordinator)
    client.post(address("cluster", "hide", row))
    row.refresh_from_db()
    assert row.status == "published"


def test_the_actions_ask_for_the_right_again():
    row = f.ClusterFactory()
    stranger = UserFactory()
    for act in (actions.show, actions.hide, actions.confirm_entry):
        with pytest.raises(PermissionDenied):
            act(row, by=stranger)
