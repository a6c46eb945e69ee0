"""The list of clusters: filters, counts, chips, addresses; with and without a script."""

import csv
import datetime
import io

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import override

from klaster.core import tables
from klaster.directory import factories as f
from klaster.directory import filters
from klaster.directory.filters import Choice, ClusterFacts, Facet

both = f.both

# --- the arithmetic, without a database ------------------------------------------------------------------------------
SECTOR = Facet("sector", "Sector", [Choice("food", "Food"), Choice("ict", "ICT"), Choice("film", "Film")])
COUNTY = Facet("county", "County", [Choice("V", "Vilnius"), Choice("K", "Kaunas")])
OPEN = Facet("open", "Openings", [Choice("1", "seeks members")])
FACETS = [SECTOR, COUNTY, OPEN]


def cluster(pk, sectors, county, seeks=False):
    return ClusterFacts(
        pk, {"sector": frozenset(sectors), "county": frozenset([county]), "open": frozenset("1" * seeks)}
    )


EVERYTHING = [
    cluster(1, ["food"], "V", True),
    cluster(2, ["food", "ict"], "K"),
    cluster(3, ["ict"], "V"),
    cluster(4, ["film"], "V", True),
]


def chosen(query):
    return filters.read(QueryDict(query), FACETS, ["rotation", "name"])


def numbers(query):
    counted = filters.count(FACETS, chosen(query), EVERYTHING)
    return {f"{each.facet.name}={c.choice.value}": c.count for each in counted for c in each.choices}


@pytest.mark.parametrize(
    ("query", "passing"),
    [
        ("", [1, 2, 3, 4]),
        ("sector=food", [1, 2]),
        ("sector=food&sector=ict", [1, 2, 3]),
        ("sector=food&sector=ict&county=V", [1, 3]),
        ("sector=food&county=V&open=1", [1]),
        ("sector=film&county=K", []),
    ],
)
def test_choices_of_a_facet_widen_and_facets_narrow(query, passing):
    selection = chosen(query)
    assert [facts.pk for facts in EVERYTHING if selection.admits(facts)] == passing


def test_each_number_heeds_the_other_facets_and_ignores_its_own():
    assert numbers("") == {
        "sector=food": 2,
        "sector=ict": 2,
        "sector=film": 1,
        "county=V": 3,
        "county=K": 1,
        "open=1": 2,
    }
    assert numbers("sector=food") == {
        "sector=food": 2, "sector=ict": 2, "sector=film": 1, "county=V": 1, "county=K": 1, "open=1": 1
    }  # fmt: skip
    assert numbers("sector=film&county=K")["sector=food"] == 1


def test_number_is_what_choosing_it_alone_would_give():
    """For every selection of one answer a facet: the promise beside each choice is kept."""
    for query in ("", "county=V", "county=K", "open=1", "county=V&open=1"):
        for choice in SECTOR.choices:
            with_it = chosen(f"{query}&sector={choice.value}")
            assert numbers(query)[f"sector={choice.value}"] == sum(with_it.admits(facts) for facts in EVERYTHING)


def test_what_is_no_choice_is_named_and_left_out():
    selection = chosen("sector=food&sector=<b>&county=X&order=random&q=a%00b&sector=")
    assert selection.answers == {"sector": ("food",), "county": (), "open": ()}
    assert set(selection.unknown) == {"<b>", "X", "random"}
    assert selection.text == "ab"
    assert selection.query() == "?sector=food&q=ab"
    assert chosen("order=rotation").query() == "?"  # what one gets without asking


def test_address_carries_everything_and_loses_one_answer_at_a_time():
    selection = chosen("county=V&sector=food&sector=ict&q=sun+power&order=name")
    assert selection.query(page=2) == "?sector=food&sector=ict&county=V&q=sun+power&order=name&page=2"
    assert selection.without("sector", "food").query() == "?sector=ict&county=V&q=sun+power&order=name"
    assert selection.without("sector").query() == "?county=V&q=sun+power&order=name"
    assert selection.without("q").query() == "?sector=food&sector=ict&county=V&order=name"


def test_widening_names_the_filter_that_keeps_out_least_first():
    wider = filters.widenings(FACETS, chosen("sector=film&county=V&open=1"), EVERYTHING)
    assert [(each.name, list(each.joining)) for each in wider] == [("sector", [1])]
    wider = filters.widenings(FACETS, chosen("sector=ict&open=1"), EVERYTHING)
    assert [(each.name, list(each.joining)) for each in wider] == [("sector", [1, 4]), ("open", [2, 3])]


# --- the page --------------------------------------------------------------------------------------------------------
@pytest.fixture
def network(db):
    food = f.SectorFactory(code="food", name=both("Maistas", "Food"))
    ict = f.SectorFactory(code="ict", name=both("IRT", "ICT"))
    vilnius = f.RegionFactory()
    rows = {
        "sea": f.ClusterFactory(slug="sea", name=both("Jūros", "Sea"), main_sector=food, region=vilnius),
        "oak": f.ClusterFactory(slug="oak", name=both("Ąžuolo", "Oak"), main_sector=ict, summary=both("Žuvys", "Fish")),
        "riga": f.ClusterFactory(slug="riga", name=both("Rygos", "Riga"), main_sector=food, country="LV"),
        "demo": f.ClusterFactory(slug="demo", name=both("Bandymo", "Trial"), main_sector=None, is_invented=True),
    }
    rows["oak"].other_sectors.add(food)
    f.LabelFactory(cluster=rows["sea"], level="gold", valid_until=datetime.date(2100, 1, 1))
    f.LabelFactory(cluster=rows["oak"], level="bronze")
    f.OpeningFactory(cluster=rows["oak"])
    f.OpeningFactory(cluster=rows["sea"], until=datetime.date(2000, 1, 1))
    f.ClusterFactory(slug="draft", status="draft")
    return rows


def url(name="cluster_list", *args, query="", language="en"):
    with override(language):
        return reverse(name, args=args) + query


def listed(client, query, **headers):
    response = client.get(url(query=query), headers=headers)
    assert response.status_code == 200
    return [cluster.slug for cluster in response.context["clusters"]]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("?sector=food", {"sea", "oak", "riga"}),
        ("?sector=ict", {"oak"}),
        ("?county=LT011", {"sea"}),
        ("?county=none", {"oak", "riga", "demo"}),
        ("?country=LV", {"riga"}),
        ("?country=LT&country=LV&sector=food", {"sea", "oak", "riga"}),
        ("?label=bronze", {"oak"}),
        ("?label=bronze&label=gold", {"oak", "sea"}),
        ("?valid=1", {"sea"}),
        ("?open=1", {"oak"}),
        ("?q=zuvis", {"oak"}),
        ("?q=rygos", {"riga"}),
        ("?sector=nonsense", {"sea", "oak", "riga", "demo"}),
    ],
)
def test_filters_of_the_page(client, network, query, slugs):
    assert set(listed(client, query)) == slugs


def test_order_by_name_follows_the_alphabet_of_the_reader(client, network):
    assert listed(client, "?order=name") == ["oak", "riga", "sea", "demo"]
    lithuanian = client.get(url(query="?order=name", language="lt"))
    assert [cluster.slug for cluster in lithuanian.context["clusters"]] == ["oak", "demo", "sea", "riga"]  # Ą B J R


def test_newest_opening_comes_first_when_asked(client, network):
    f.OpeningFactory(cluster=network["riga"], published_at=datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC))
    assert listed(client, "?order=openings")[:2] == ["oak", "riga"]


def test_rotation_puts_the_own_country_first_and_changes_with_the_day(client, db):
    f.ClusterFactory.create_batch(7)
    f.ClusterFactory(slug="abroad", country="LV")
    orders = set()
    for day in range(1, 5):
        with time_machine.travel(f"2026-11-{day:02}T12:00:00+00:00", tick=False):
            first, again = listed(client, ""), listed(client, "")
        assert first == again
        assert first[-1] == "abroad"
        orders.add(tuple(first))
    assert len(orders) > 1


def test_unknown_values_are_named_on_the_page(client, network):
    page = client.get(url(query="?sector=%3Cscript%3E&page=abc&county=%F0%9F%98%80")).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_empty_result_shows_the_way_back(client, network):
    response = client.get(url(query="?sector=ict&valid=1"))
    assert "No cluster fits all of it" in response.text
    assert "Also without the filter “ICT”" in response.text
    assert 'href="?valid=1"' in response.text
    assert [cluster.slug for cluster in response.context["wider_clusters"]] == ["sea"]


def test_chips_lead_to_the_list_without_them(client, network):
    response = client.get(url(query="?sector=food&sector=ict&open=1&q=fish"))
    assert [chip["url"] for chip in response.context["chips"]] == [
        "?sector=ict&open=1&q=fish", "?sector=food&open=1&q=fish", "?sector=food&sector=ict&q=fish",
        "?sector=food&sector=ict&open=1",
    ]  # fmt: skip


def test_invented_clusters_say_so(client, network):
    page = client.get(url()).text
    assert "1 of them is invented for trying the site out" in page
    assert page.count("demo</span>") == 1


def test_htmx_gets_the_part_with_the_numbers_and_a_clean_address(client, network):
    part = client.get(url(query="?sector=food&q=&order=&county="), headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert part.text.strip().startswith('<div id="results">')
    assert 'id="n-county-LT011" hx-swap-oob="true">1<' in part.text.replace("\n", " ").replace("  ", "")
    assert part["HX-Push-Url"] == "/en/clusters/?sector=food"
    assert "HX-Request" in part["Vary"]
    whole = client.get(url(), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole.text


def test_paging_keeps_the_filters(client, db):
    sector = f.SectorFactory(code="food")
    f.ClusterFactory.create_batch(25, main_sector=sector)
    first, second = (client.get(url(query=f"?sector=food&page={page}")) for page in (1, 2))
    assert [len(page.context["clusters"]) for page in (first, second)] == [20, 5]
    assert "?sector=food&amp;page=2" in first.text
    assert '"position": 21' in second.text.replace('":', '": ').replace("  ", " ")


def test_page_asks_few_questions(client, network, django_assert_max_num_queries):
    client.get(url())
    with django_assert_max_num_queries(13):  # one of them counts that words were looked for
        client.get(url(query="?sector=food&county=LT011&country=LT&label=gold&valid=1&q=sea"))


# --- the table to take away ------------------------------------------------------------------------------------------
def test_table_is_the_list_as_filtered(client, network):
    response = client.get(url("cluster_export", "csv", query="?sector=food&order=name"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="clusters.csv"'
    text = response.getvalue().decode("utf-8-sig")
    *rows, _origin = csv.DictReader(io.StringIO(text))
    assert [row["Name"] for row in rows] == ["Oak", "Riga", "Sea"]
    assert rows[0] | {"Page": "", "Coordinator": ""} == {
        "Name": "Oak", "Sector": "ICT", "Other sectors": "Food", "Coordinator": "", "Country": "Lithuania",
        "County": "", "Founded": "", "Members": "", "Label": "bronze label", "Label valid until": "validity not known",
        "Seeks": rows[0]["Seeks"], "Website": "", "Page": "", "Invented": "",
    }  # fmt: skip


def test_table_runs_nothing_in_a_spreadsheet(client, db):
    f.ClusterFactory(name=both("=HYPERLINK(1)", '=cmd|"/c calc"!A1'), website="https://pavyzdys.test/")
    text = client.get(url("cluster_export", "csv")).getvalue().decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["Name"] == "'" + '=cmd|"/c calc"!A1'


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\ta", "'\ta"), ("\r=a", "'\r'=a"), ("a=1", "a=1"),
     (-1, "-1"), (None, ""), ("a\x00b", "ab"), ("＝1", "'＝1")],
)  # fmt: skip
def test_cell(value, cell):
    assert tables.cell(value) == cell
