"""Lists to take away: the rows of the page, in its order, for whoever may see them, and for nobody else."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from klaster.accounts.factories import InvitationFactory, UserFactory
from klaster.core.fields import Translated
from klaster.core.tests.visits import url
from klaster.directory import factories as f
from klaster.directory.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
both = f.both


@pytest.fixture
def office(client):
    client.force_login(UserFactory(secretariat=True))
    return client


def as_csv(client, name, *args, query=None):
    answer = client.get(url(name, *args, "csv"), query)
    assert answer.status_code == 200
    *rows, empty, origin = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert empty == []
    return rows, origin[0]


def as_xlsx(client, name, *args, query=None):
    answer = client.get(url(name, *args, "xlsx"), query)
    sheet, about = load_workbook(io.BytesIO(answer.getvalue())).worksheets
    return [[cell.value for cell in row] for row in sheet], dict([cell.value for cell in row] for row in about)


def public_lists():
    """The list, its table, the key of its rows on the page, what to ask it."""
    return [
        ("organisation_list", "organisation_export", "organisations", {"kind": "research", "q": "univers"}),
        ("opening_list", "opening_export", "openings", {"kind": "supplier"}),
        ("network_list", "network_export", "networks", {"q": "net"}),
        ("programme_list", "programme_export", "programmes", {"q": "fund"}),
        ("cluster_list", "cluster_export", "clusters", {"q": "solar", "order": "name"}),
    ]


@pytest.fixture
def entries():
    f.OrganisationFactory(slug="ktu", name=both("KTU universitetas", "University KTU"), kind="research")
    f.OrganisationFactory(slug="vu", name=both("Čiurlionio universitetas", "University VU"), kind="research")
    f.OrganisationFactory(slug="firma", name=both("Firma", "Firm"), kind="small")
    f.OrganisationFactory(slug="draft", name=both("Juodraštis", "University draft"), kind="research", status="draft")
    solar = f.ClusterFactory(slug="saules", name=both("Saulės klasteris", "Solar cluster"))
    f.ClusterFactory(slug="kitas", name=both("Kitas", "Another"))
    f.ClusterFactory(slug="slaptas", name=both("Slaptas", "Solar draft"), status="draft")
    f.OpeningFactory(cluster=solar, kind="supplier", title=both("Tiekėjas", "Supplier sought"))
    f.OpeningFactory(cluster=solar, kind="member")
    f.OpeningFactory(cluster=solar, kind="supplier", status="draft")
    f.NetworkFactory(slug="tinklas", name=both("Tinklas", "Net one"))
    f.NetworkFactory(slug="kita", name=both("Kita", "Other"))
    f.ProgrammeFactory(slug="fondas", name=both("Fondas", "Fund one"))
    f.ProgrammeFactory(slug="kita", name=both("Kita", "Other"))


@pytest.mark.parametrize(("listing", "table", "key", "query"), public_lists())
def test_table_has_the_rows_of_the_page(client, entries, listing, table, key, query):
    for asked in ({}, query):
        with override("en"):
            shown = [
                str(getattr(row, "name", None) or row.title) for row in client.get(url(listing), asked).context[key]
            ]
        assert shown
        [_heads, *in_csv], _origin = as_csv(client, table, query=asked)
        [_heads, *in_xlsx], _about = as_xlsx(client, table, query=asked)
        assert [row[0] for row in in_csv] == [row[0] for row in in_xlsx] == shown
    everything, some = (len(as_csv(client, table, query=asked)[0]) for asked in ({}, query))
    assert everything > some


@pytest.mark.parametrize(("listing", "table", "key", "query"), public_lists())
def test_page_links_to_the_table_of_what_it_shows(client, entries, listing, table, key, query):
    html = client.get(url(listing), query | {"page": "1"}).content.decode()
    for ending in ("csv", "xlsx"):
        address = url(table, ending)
        [found] = [part.split('"')[0] for part in html.split('href="') if part.startswith(address)]
        assert client.get(found.replace("&amp;", "&")).getvalue()
        assert all(f"{name}={value}" in found for name, value in query.items())
        assert "page=" not in found


def test_table_says_what_was_filtered(client, entries):
    _rows, said = as_csv(client, "organisation_export", query={"kind": "research", "q": "univers", "page": "2"})
    assert "Filters: Kind: Research or higher education; Search: univers" in said
    assert said.endswith("/en/organisations/?kind=research&q=univers")
    _rows, about = as_xlsx(client, "organisation_export")
    assert (about["Table"], about["Filters"]) == ("Organisations", "none")


def test_words_of_the_table_are_the_readers(client, entries):
    answer = client.get(url("organisation_export", "csv", language="lt"))
    heads, *_rows = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert heads[0] == "Pavadinimas"
    assert answer["Content-Disposition"] == 'attachment; filename="organizacijos.csv"'


def test_organisations_come_out_as_they_are(client):
    row = f.OrganisationFactory(
        name=Translated(lt="Žuvis", en="=Fish"), legal_code="012345678", country="LT", founded="2017-05-31",
        abbreviation="-F", website="https://zuvis.test/", kind="small",
    )  # fmt: skip
    row.activities.add(f.ActivityClassFactory(version="2.1", code="62.10"))
    [heads, found], _about = as_xlsx(client, "organisation_export")
    cells = dict(zip(heads, found, strict=True))
    assert (cells["Name"], cells["Name (lt)"], cells["Abbreviation"]) == ("=Fish", "Žuvis", "-F")
    assert (cells["Legal-entity code"], cells["Founded"].isoformat()) == ("012345678", "2017-05-31T00:00:00")
    assert (cells["Activities"], cells["Kind"], cells["Country"]) == ("62.10 (NACE 2.1)", "small company", "Lithuania")
    [heads, found], _origin = as_csv(client, "organisation_export")
    cells = dict(zip(heads, found, strict=True))
    assert (cells["Name"], cells["Abbreviation"], cells["Legal-entity code"]) == ("'=Fish", "'-F", "012345678")


@pytest.mark.parametrize("length", [1, 3])
def test_longer_tables_ask_no_more(client, django_assert_num_queries, length):
    for _number in range(length):
        f.OrganisationFactory().activities.add(f.ActivityClassFactory())
        f.OpeningFactory(cluster=f.ClusterFactory())
    for table, number in (("organisation_export", 6), ("opening_export", 3), ("network_export", 2)):
        address = url(table, "csv")
        client.get(address).getvalue()
        with django_assert_num_queries(number):
            client.get(address).getvalue()


def test_a_reader_takes_only_so_many_tables(client):
    answers = [client.get(url("programme_export", "csv")).status_code for _try in range(21)]
    assert answers == [200] * 20 + [429]


# --- of a cluster -----------------------------------------------------------------------------------------------------
@pytest.fixture
def cluster():
    return f.ClusterFactory(slug="saules")


@pytest.fixture
def coordinator(cluster, client):
    client.force_login(f.AffiliationFactory(organisation=cluster.coordinator, manager=True).person)
    return client


def test_coordinator_takes_the_members_away_with_claims_and_past_ones(coordinator, cluster):
    f.ClusterMembershipFactory(cluster=cluster, organisation__name=both("A", "A"), joined="2020-01-31")
    f.ClusterMembershipFactory(
        cluster=cluster, organisation__name=both("B", "B"), joined="2019-01-01", left="2020-01-01"
    )
    f.ClusterMembershipFactory(cluster=cluster, organisation__name=both("C", "C"), is_confirmed=False)
    f.ClusterMembershipFactory(organisation__name=both("D", "D"))
    [heads, *rows], about = as_xlsx(coordinator, "member_export", "saules")
    joined, left, confirmed = (heads.index(head) for head in ("Joined", "Left", "Confirmed"))
    found = [(row[0], str(row[joined] or "")[:10], str(row[left] or "")[:10], row[confirmed]) for row in rows]
    assert found == [("A", "2020-01-31", "", "yes"), ("B", "2019-01-01", "2020-01-01", "yes"), ("C", "", "", "no")]
    assert about["Filters"].startswith("Cluster: ")


def test_coordinator_takes_the_messages_away(coordinator, cluster):
    f.ContactMessageFactory(cluster=cluster, body="=1\nSveiki", email="a@pavyzdys.test")
    f.ContactMessageFactory(body="of another cluster")
    [heads, found], _about = as_xlsx(coordinator, "message_export", "saules")
    cells = dict(zip(heads, found, strict=True))
    assert (cells["Message"], cells["E-mail address"]) == ("=1\nSveiki", "a@pavyzdys.test")


@pytest.mark.parametrize(("table", "said"), [("member_export", 403), ("message_export", 404)])
def test_nobody_else_does(client, cluster, table, said):
    f.ContactMessageFactory(cluster=cluster)
    assert client.get(url(table, "saules", "csv")).status_code == 302
    client.force_login(f.AffiliationFactory(manager=True).person)
    assert client.get(url(table, "saules", "csv")).status_code == said
    assert client.get(url(table, "no-such", "csv")).status_code == 404


# --- of the office ----------------------------------------------------------------------------------------------------
def test_office_takes_people_away_as_found(office):
    UserFactory(name="Ona Onaitė", email="ona@pavyzdys.test")
    UserFactory(name="Jonas", email="jonas@pavyzdys.test", is_active=False)
    [_heads, *rows], said = as_csv(office, "people_export", query={"q": "ona@"})
    assert [(row[0], row[1], row[2]) for row in rows] == [("Ona Onaitė", "ona@pavyzdys.test", "open")]
    assert "Filters: Search: ona@" in said
    [_heads, *rows], _said = as_csv(office, "people_export", query={"who": "closed"})
    assert [row[1] for row in rows] == ["jonas@pavyzdys.test"]


def test_people_are_for_the_office_alone_and_invitations_for_whoever_sent_them(client):
    person = UserFactory()
    InvitationFactory(invited_by=person, email="mine@pavyzdys.test")
    InvitationFactory(email="theirs@pavyzdys.test")
    client.force_login(person)
    assert client.get(url("people_export", "csv")).status_code == 403
    [_heads, *rows], _said = as_csv(client, "invitation_export")
    assert [row[0] for row in rows] == ["mine@pavyzdys.test"]


def test_tables_of_the_office_hold_the_rows_as_filtered_and_typed_cells(office):
    f.OrganisationFactory(name=Translated(lt="=1", en="-1"), status="draft", checked_on="2026-01-31")
    f.OrganisationFactory(status="published")
    answer = office.get(reverse("organisation:index"), {"export": "xlsx", "status": "draft"})
    sheet, about = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets
    heads, row = ([cell.value for cell in cells] for cells in sheet)
    cells = dict(zip(heads, row, strict=True))
    assert (cells["Name (lt)"], cells["Name (en)"], cells["State"]) == ("=1", "-1", "draft")
    assert str(cells["Checked on"])[:10] == "2026-01-31"
    assert "Logo" not in heads
    assert "State: draft" in [cell.value for cell in about["B"]]


def test_long_tables_of_the_office_ask_no_more(office, django_assert_max_num_queries):
    for number in range(5):
        f.OrganisationFactory(place=f.PlaceFactory(), region=f.RegionFactory(code=f"LT0{number}"))
    address = reverse("organisation:index")
    office.get(address, {"export": "csv"}).getvalue()
    with django_assert_max_num_queries(12):
        assert len(office.get(address, {"export": "csv"}).getvalue().splitlines()) == Organisation.objects.count() + 3


def test_reports_that_wagtail_brings_compute_nothing_either(office, site):
    home = site
    home.title = "=cmd|'/c calc'!A1"
    home.save_revision().publish()
    text = office.get(reverse("wagtailadmin_reports:site_history"), {"export": "csv"}).getvalue().decode()
    assert "=cmd" in text
    assert '"=cmd' not in text
    assert ",=cmd" not in text
