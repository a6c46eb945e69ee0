"""The office's tables: who sees them, what they save, what they remember."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from klaster.accounts.factories import UserFactory
from klaster.core.fields import Translated
from klaster.core.models import AuditEvent
from klaster.directory import factories as f
from klaster.directory import models
from klaster.directory.models import ActivityClass, Cluster, ClusterMembership, Organisation, Place, Statement
from klaster.directory.office.groups import DirectoryGroup, ListsGroup
from klaster.directory.rules import NOT_TABLES, OFFICE_TABLES, UNITING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
TABLES = {table.model.__name__: table for table in (*DirectoryGroup.items, *ListsGroup.items)}


@pytest.fixture
def office(client):
    person = UserFactory(name="Biuro Darbuotoja", secretariat=True)
    client.force_login(person)
    client.person = person
    return client


def address(name, view="index", *args):
    return reverse(f"{name.lower()}:{view}", args=args)


def a_row(name):
    """One more row of a table, however it is made."""
    number = TABLES[name].model.objects.count() + 1
    if name == "Place":
        return Place.objects.create(name=f"Vieta {number}", country="LT", region=f.RegionFactory())
    if name == "ActivityClass":
        return ActivityClass.objects.create(version="2.1", code=f"9{number}", level=2, name={"en": f"Class {number}"})
    if name == "Region":
        return f.RegionFactory(code=f"LT02{number}")
    if name == "FactKind":
        return f.FactKindFactory(code=f"kind-{number}")
    if name == "Label":
        return f.LabelFactory(issuer=f.OrganisationFactory())
    if name == "Network":
        return f.NetworkFactory(operator=f.OrganisationFactory())
    if name == "Programme":
        return f.ProgrammeFactory(coordinator=f.OrganisationFactory())
    return getattr(f, f"{name}Factory")()


def test_every_table_of_the_directory_but_those_with_pages_of_their_own_is_there():
    assert sorted(TABLES) == sorted(OFFICE_TABLES)
    assert {*models.__all__} - {*OFFICE_TABLES} == {*NOT_TABLES, *UNITING}


@pytest.mark.parametrize("name", TABLES)
def test_list_asks_as_many_queries_for_three_rows_as_for_one(office, name):
    a_row(name)
    office.get(address(name))  # content types and sites are looked up once a process

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            response = office.get(address(name))
        assert response.status_code == 200
        return len(caught), response.context["paginator"].count

    with_one, rows = queries()
    a_row(name), a_row(name)
    with_three, more_rows = queries()
    assert more_rows >= rows + 2
    assert with_three == with_one


def test_lists_say_yes_and_no_and_when_in_the_language_of_the_reader(office):
    office.person.language = "lt"
    office.person.save()
    f.StatementFactory(as_of="2017-05", is_shown=True)
    f.StatementFactory(as_of="2018", is_shown=False)
    page = office.get(address("Statement")).content.decode()
    rows = page.partition("<tbody")[2]
    assert [text in rows for text in ("2017 m. gegužė", "2017-05", "True", "False")] == [True, False, False, False]
    assert re.findall(r">\s*(taip|ne)\s*<", rows)
    assert "Subject" not in page


@pytest.mark.parametrize("name", TABLES)
def test_forms_open_for_the_office(office, name):
    row = a_row(name)
    assert office.get(address(name, "add")).status_code == 200
    assert office.get(address(name, "edit", row.pk)).status_code == 200
    assert office.get(address(name, "history", row.pk)).status_code == 200
    assert office.get(address(name, "delete", row.pk)).status_code == 200


@pytest.mark.parametrize("view", ["index", "add", "edit", "delete", "history"])
def test_tables_are_closed_to_authors_of_news(client, view, django_db_setup):
    author = UserFactory()
    author.groups.add(Group.objects.get_or_create(name="Authors")[0])
    client.force_login(author)
    arguments = [] if view in ("index", "add") else [f.ClusterFactory().pk]
    assert client.get(address("Cluster", view, *arguments), follow=True).status_code == 404
    assert client.post(address("Cluster", view, *arguments), follow=True).status_code == 404


@pytest.mark.parametrize("view", ["index", "add", "edit", "delete", "history"])
def test_tables_are_closed_to_coordinators(client, view):
    cluster = f.ClusterFactory()
    client.force_login(f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person)
    arguments = [] if view in ("index", "add") else [cluster.pk]
    assert client.get(address("Cluster", view, *arguments)).status_code == 403


def test_messages_to_coordinators_are_not_in_the_office(office):
    message = f.ContactMessageFactory(body="Slaptas pasiūlymas")
    menu = office.get(reverse("wagtailadmin_home")).content.decode()
    assert "contactmessage" not in menu
    assert message.body not in menu


def cluster_form(**fields):
    return {
        "name_lt": "Debesų klasteris",
        "name_en": "Cluster of Clouds",
        "aliases": "Debesys\nOras, vėjas ir lietus",
        "slug": "",
        "legal_form": "",
        "country": "LT",
        "coordinator": "",
        "coordinator_is_unknown": "on",
        "languages": ["lt"],
        "status": "draft",
        **fields,
    }


def test_office_adds_a_cluster_and_the_record_says_who(office):
    sector, other = f.SectorFactory(code="air"), f.SectorFactory(code="water")
    response = office.post(address("Cluster", "add"), cluster_form(main_sector=sector.pk, other_sectors=[other.pk]))
    assert response.status_code == 302, response.context["form"].errors
    cluster = Cluster.objects.get()
    assert cluster.name == {"lt": "Debesų klasteris", "en": "Cluster of Clouds"}
    assert cluster.slug == "debesu-klasteris"
    assert cluster.aliases == ["Debesys", "Oras, vėjas ir lietus"]
    assert list(cluster.other_sectors.all()) == [other]
    event = AuditEvent.objects.of(cluster).get()
    assert (event.action, event.actor_id) == ("created", office.person.pk)
    assert event.after["name"] == {"lt": "Debesų klasteris", "en": "Cluster of Clouds"}


def test_second_cluster_of_a_name_gets_an_address_of_its_own(office):
    f.ClusterFactory(slug="debesu-klasteris")
    office.post(address("Cluster", "add"), cluster_form())
    assert Cluster.objects.filter(slug="debesu-klasteris-2").exists()


def test_change_is_written_down_with_before_and_after_and_shown(office):
    cluster = f.ClusterFactory(slug="debesys", name=Translated(lt="Debesys"), coordinator=None,
                               coordinator_is_unknown=True, main_sector=None)  # fmt: skip
    response = office.post(address("Cluster", "edit", cluster.pk), cluster_form(slug="debesys", status="published"))
    assert response.status_code == 302, response.context["form"].errors
    event = AuditEvent.objects.of(cluster).get()
    assert event.action == "changed"
    assert event.before["name"] == {"lt": "Debesys"}
    assert event.after["name"] == {"lt": "Debesų klasteris", "en": "Cluster of Clouds"}
    assert "slug" not in event.before
    page = office.get(address("Cluster", "history", cluster.pk)).content.decode()
    assert "Biuro Darbuotoja" in page
    assert "lt: Debesys" in page
    assert "lt: Debesų klasteris" in page


def test_saving_without_a_change_leaves_no_record(office):
    cluster = f.ClusterFactory(coordinator=None, coordinator_is_unknown=True, main_sector=None)
    form = office.get(address("Cluster", "edit", cluster.pk)).context["form"]
    data = {"name_lt": cluster.name["lt"], "name_en": cluster.name["en"], "slug": cluster.slug, "country": "LT",
            "coordinator_is_unknown": "on", "status": cluster.status, "aliases": ""}  # fmt: skip
    assert set(data) - {"name_lt", "name_en"} <= set(form.fields)
    assert office.post(address("Cluster", "edit", cluster.pk), data).status_code == 302
    assert not AuditEvent.objects.of(cluster).exists()


def test_deletion_is_written_down_with_what_was(office):
    opening = f.OpeningFactory(title=Translated(lt="Ieškome", en="We seek"))
    office.post(address("Opening", "delete", opening.pk))
    event = AuditEvent.objects.get(object_type="directory.opening", object_pk=str(opening.pk))
    assert (event.action, event.before["title"]) == ("deleted", {"lt": "Ieškome", "en": "We seek"})


def test_what_others_point_to_is_not_deleted_but_explained(office):
    organisation = f.ClusterFactory().coordinator
    response = office.post(address("Organisation", "delete", organisation.pk), follow=True)
    assert Organisation.objects.filter(pk=organisation.pk).exists()
    assert "cannot be deleted" in response.content.decode()


def test_rules_of_the_row_are_said_at_the_form(office):
    response = office.post(address("Cluster", "add"), cluster_form(coordinator_is_unknown=""))
    assert response.status_code == 200
    assert response.context["form"].errors
    response = office.post(address("Organisation", "add"), {
        "name_lt": "Rasos", "kind": "small", "country": "LT", "legal_code": "123", "status": "draft",
    })  # fmt: skip
    assert "legal_code" in response.context["form"].errors


def test_two_memberships_at_a_time_are_refused_with_a_sentence(office):
    held = f.ClusterMembershipFactory()
    data = {"cluster": held.cluster_id, "organisation": held.organisation_id, "kind": "member"}
    response = office.post(address("ClusterMembership", "add"), data)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert ClusterMembership.objects.count() == 1


def test_activities_are_typed_as_codes_of_each_version(office):
    for version, code in (("2", "62.01"), ("2.1", "62.10"), ("2.1", "62.20")):
        ActivityClass.objects.create(version=version, code=code, level=4, name={"en": code})
    data = {"name_lt": "Rasos", "kind": "small", "country": "LT", "status": "draft"}
    bad = office.post(address("Organisation", "add"), {**data, "activities_2_1": "62.01"})
    assert "activities_2_1" in bad.context["form"].errors
    office.post(address("Organisation", "add"), {**data, "activities_2_1": "62.20, 62.10", "activities_2": "62.01"})
    organisation = Organisation.objects.get()
    assert sorted(map(str, organisation.activities.all())) == ["62.01 62.01", "62.10 62.10", "62.20 62.20"]
    form = office.get(address("Organisation", "edit", organisation.pk)).context["form"]
    assert form["activities_2_1"].value() == "62.10, 62.20"


def test_parties_are_typed_as_names_a_line(office):
    one = f.OrganisationFactory(name=Translated(lt="Rasos", en="Dew"), abbreviation="R")
    f.OrganisationFactory(name=Translated(lt="Lietus"), slug="lietus")
    f.OrganisationFactory(name=Translated(lt="Lietus"), slug="lietus-2")
    data = {"kind": "memorandum", "title_lt": "Memorandumas"}
    bad = office.post(address("Agreement", "add"), {**data, "parties": "Lietus\nVėjas"})
    said = " ".join(bad.context["form"].errors["parties"])
    assert "Lietus" in said
    assert "Vėjas" in said
    response = office.post(address("Agreement", "add"), {**data, "parties": "dew\nlietus-2"})
    assert response.status_code == 302, response.context["form"].errors
    agreement = one.agreements.get()
    assert {party.slug for party in agreement.parties.all()} == {one.slug, "lietus-2"}


def test_lists_sort_by_the_alphabet_of_the_reader(office):
    for name in ("Šiauliai", "Tauragė", "Sala", "Žagarė", "Ignalina", "Yla"):
        f.ClusterFactory(name=Translated(lt=name), slug=f"k-{name}")
    office.person.language = "lt"
    office.person.save()

    def names(**query):
        return [str(row.name) for row in office.get(address("Cluster"), query).context["object_list"]]

    in_order = ["Ignalina", "Yla", "Sala", "Šiauliai", "Tauragė", "Žagarė"]
    assert names() == in_order
    assert names(ordering="name") == in_order
    assert names(ordering="-name") == in_order[::-1]


def test_search_and_filters_find_in_any_language(office):
    found = f.ClusterFactory(name=Translated(lt="Debesų klasteris", en="Cluster of Clouds"), status="draft")
    f.ClusterFactory()

    def rows(**query):
        return list(office.get(address("Cluster"), query).context["object_list"])

    assert rows(q="clouds") == rows(q="debes") == rows(status="draft") == [found]
    assert rows(q="nobody") == []
    assert len(rows()) == 2
    kind = f.StatementFactory().kind
    assert list(office.get(address("Statement"), {"kind": kind.pk}).context["object_list"]) == [Statement.objects.get()]


def test_export_runs_nothing_and_keeps_what_was_asked(office):
    f.ClusterFactory(name=Translated(lt="=HYPERLINK(1)", en="@SUM"), status="draft", contact_email="a@pavyzdys.test")
    f.ClusterFactory()
    response = office.get(address("Cluster"), {"export": "csv", "status": "draft"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    row, origin = csv.DictReader(io.StringIO(text))
    assert "State: draft" in next(iter(origin.values()))
    assert row["Name (lt)"] == "'=HYPERLINK(1)"
    assert row["Name (en)"] == "'@SUM"
    assert "a@pavyzdys.test" not in text
    response = office.get(address("Cluster"), {"export": "xlsx", "status": "draft"})
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row}
    assert cells["=HYPERLINK(1)"] == "s"


@pytest.mark.parametrize("name", ["cluster", "organisation", "network", "programme", "source"])
def test_authors_choose_among_what_is_public(client, name):
    author = UserFactory()
    author.groups.add(Group.objects.get_or_create(name="Authors")[0])
    client.force_login(author)
    assert client.get(f"/office/choose/{name}/").status_code == 200


def test_choosers_show_people_to_the_office_alone_and_drafts_to_no_author(client):
    author = UserFactory()
    author.groups.add(Group.objects.get_or_create(name="Authors")[0])
    client.force_login(author)
    assert client.get("/office/choose/person/", follow=True).status_code == 404
    assert client.get("/office/choose/person/results/", follow=True).status_code == 404
    assert client.get(f"/office/choose/person/chosen/{author.pk}/", follow=True).status_code == 404
    draft = f.ClusterFactory(status="draft", name=Translated(lt="Dar paslaptis"))
    assert "Dar paslaptis" not in client.get("/office/choose/cluster/results/").content.decode()
    assert client.get(f"/office/choose/cluster/chosen/{draft.pk}/", follow=True).status_code == 404


def test_a_persons_page_says_for_whom_they_act_and_asks_as_much_for_three(office, django_assert_num_queries):
    person = UserFactory()
    first = f.AffiliationFactory(person=person, manager=True)
    office.get(reverse("person", args=[person.pk]))  # what is asked once for a process
    with CaptureQueriesContext(connection) as asked:
        assert list(office.get(reverse("person", args=[person.pk])).context["affiliations"]) == [first]
    others = [f.AffiliationFactory(person=person, since=f"201{year}-01-01") for year in (2, 1)]
    with django_assert_num_queries(len(asked)):
        page = office.get(reverse("person", args=[person.pk]))
    assert list(page.context["affiliations"]) == [first, *others]
    assert reverse("affiliation:edit", args=[first.pk]) in page.content.decode()
