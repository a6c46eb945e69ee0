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
from klaster.directory.models import Cluster, ClusterMembership, Duplicate, Opening, Organisation
from klaster.directory.models.organisations import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]


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


# --- ending, extending, deleting --------------------------------------------------------------------------------------
def test_memberships_end_on_the_day_that_is_asked_for(client, office):
    one, ended = f.ClusterMembershipFactory(), f.ClusterMembershipFactory(left="2020-01-01")
    way = address("clustermembership", "end", one, ended)
    assert 'name="day"' in client.get(way).text
    assert client.post(way, {"day": "soon"}).status_code == 200, "asked again, nothing done"
    assert ClusterMembership.objects.filter(left=None).count() == 1
    client.post(way, {"day": "2026-03-01"})
    one.refresh_from_db()
    ended.refresh_from_db()
    assert (one.left.isoformat(), ended.left.isoformat()) == ("2026-03-01", "2020-01-01")
    assert AuditEvent.objects.get(action="membership ended").actor_id == office.pk


def test_claims_that_are_not_so_are_refused_and_confirmed_ones_stop_it_all(client, office):
    claim, confirmed = f.ClusterMembershipFactory(is_confirmed=False), f.ClusterMembershipFactory()
    answer = client.post(address("clustermembership", "reject", claim, confirmed))
    assert ClusterMembership.objects.count() == 2
    assert "This membership was confirmed meanwhile." in client.get(answer.url).text
    client.post(address("clustermembership", "reject", claim))
    assert list(ClusterMembership.objects.all()) == [confirmed]


def test_participations_and_affiliations_end(client, office):
    part, acting = f.NetworkParticipationFactory(), f.AffiliationFactory(manager=True)
    client.post(address("networkparticipation", "end", part), {"day": "2026-03-01"})
    client.post(address("affiliation", "end", acting))
    part.refresh_from_db()
    acting.refresh_from_db()
    assert (str(part.until), acting.until) == ("2026-03-01", max(today(), acting.since))
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"participation ended", "affiliation ended"}


def test_openings_are_shown_a_month_longer(client, office):
    ends, open_end = f.OpeningFactory(until=today()), f.OpeningFactory(until=None)
    answer = client.post(address("opening", "extend", ends, open_end))
    assert Opening.objects.get(pk=ends.pk).until == actions.month_after(today())
    assert "1 row changed. 1 was so already." in client.get(answer.url).text


@pytest.mark.parametrize("kind", ["achievement", "label", "opening"])
def test_rows_are_deleted_and_stay_in_the_record(client, office, kind):
    make = {"achievement": f.AchievementFactory, "label": f.LabelFactory, "opening": f.OpeningFactory}[kind]
    one, two, stays = make(), make(), make()
    way = address(kind, "delete", one, two)
    assert "Delete these for good?" in client.get(way).text
    client.post(way)
    assert list(type(one).objects.all()) == [stays]
    record = AuditEvent.objects.filter(action="deleted")
    assert {event.object_pk for event in record} == {str(one.pk), str(two.pk)}
    assert all(event.before for event in record)


def test_networks_and_programmes_are_published_and_confirmed_too(client, office):
    for row in (f.NetworkFactory(status="draft", checked_on=None), f.ProgrammeFactory(status="draft", checked_on=None)):
        kind = row._meta.model_name
        client.post(address(kind, "publish", row))
        client.post(address(kind, "confirm", row))
        row.refresh_from_db()
        assert (row.status, row.checked_on) == ("published", today())


def test_every_table_of_the_directory_is_exported_by_rows(client, office):
    for row in (f.LabelFactory(), f.AchievementFactory(), f.NetworkParticipationFactory(), f.AffiliationFactory()):
        answer = client.post(address(row._meta.model_name, "export", row))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert len(list(book.worksheets[0].iter_rows())) == 2


# --- pairs that may be one --------------------------------------------------------------------------------------------
def pair(**values):
    one, other = f.OrganisationFactory(), f.OrganisationFactory()
    return Duplicate.objects.create(kind="organisation", first=one.pk, second=other.pk, score=60, **values)


def test_several_pairs_are_said_not_to_be_the_same_from_the_page_of_duplicates(client, office):
    one, two, stays = pair(), pair(), pair()
    back = reverse("duplicate_list")
    page = client.get(back).text
    assert page.count('name="id"') == 3
    assert f'action="{reverse("wagtail_bulk_action", args=["directory", "duplicate", "reject"])}"' in page
    way = address("duplicate", "reject", one, two).replace("/office/directory/duplicate/", back)
    asked = client.get(way).text
    assert str(Organisation.objects.get(pk=one.first).name) in asked
    answer = client.post(way)
    assert answer.url == back
    assert list(Duplicate.objects.open()) == [stays]
    assert "2 rows changed." in client.get(answer.url).text


@pytest.mark.parametrize("kind", ["label", "clustermembership", "affiliation", "duplicate", "networkparticipation"])
def test_coordinators_find_none_of_these_pages(client, kind):
    rows = {
        "label": f.LabelFactory, "clustermembership": f.ClusterMembershipFactory, "affiliation": f.AffiliationFactory,
        "duplicate": pair, "networkparticipation": f.NetworkParticipationFactory,
    }  # fmt: skip
    row = rows[kind]()
    acting = f.AffiliationFactory(organisation=f.ClusterFactory().coordinator, manager=True)
    client.force_login(acting.person)
    act = {"label": "delete", "duplicate": "reject"}.get(kind, "end")
    assert client.post(address(kind, act, row), {"day": "2026-01-01"}).status_code in (302, 403, 404)
    after = type(row).objects.get(pk=row.pk)
    assert [getattr(after, name, None) for name in ("left", "until", "state")] == [
        getattr(row, name, None) for name in ("left", "until", "state")
    ]


def test_what_the_actions_do_they_ask_the_right_for():
    stranger = UserFactory()
    with pytest.raises(PermissionDenied):
        actions.delete_row(f.LabelFactory(), by=stranger)
    with pytest.raises(PermissionDenied):
        actions.end_participation(f.NetworkParticipationFactory(), by=stranger, until=today())
