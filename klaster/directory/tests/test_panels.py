"""What other pages show of the directory; and what it says to machines."""

import datetime
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.template import Context, Template
from django.utils.translation import override

from klaster.core.sitemaps import InEachLanguage
from klaster.core.tests.visits import url
from klaster.directory import factories as f
from klaster.directory import panels
from klaster.directory.models import Organisation

pytestmark = pytest.mark.django_db
both = f.both


def drawn(tag):
    with override("en"):
        return Template("{% load directory %}{% " + tag + " %}").render(Context({"network_name": "Network"}))


def test_figures_count_what_the_lists_behind_them_show(client):
    region = f.RegionFactory()
    here = f.ClusterFactory.create_batch(3, region=region)
    f.ClusterFactory(country="LV")
    f.ClusterFactory(status="draft")
    f.LabelFactory(cluster=here[0])
    f.LabelFactory(cluster=here[0], level="gold", valid_until=datetime.date(2100, 1, 1))
    f.OpeningFactory(cluster=here[1])
    f.OpeningFactory(cluster=here[1], status="draft")
    with override("en"):
        clusters, labelled, organisations, openings = panels.figures(panels.Overview())
    assert (clusters.number, clusters.words) == ("3", "clusters of the country")
    assert (labelled.number, labelled.stamp) == ("1", "1 is valid today")
    assert organisations.number == str(Organisation.objects.published().count())
    assert (openings.number, openings.words) == ("1", "opening for members and partners")
    for figure in (clusters, labelled, organisations, openings):
        page = client.get(figure.url)
        assert page.status_code == 200
        assert str(page.context["page"].paginator.count) == figure.number


def test_invented_rows_are_never_counted():
    invented = f.ClusterFactory(is_invented=True, coordinator__is_invented=True, region=f.RegionFactory())
    f.LabelFactory(cluster=invented)
    f.OpeningFactory(cluster=invented)
    assert panels.figures(panels.Overview()) == []
    assert panels.marks(panels.Overview().clusters) == []
    assert panels.county_map(panels.Overview().clusters)["not_stated"] == 0
    assert sum(county.number for county in panels.county_map(panels.Overview().clusters)["counties"]) == 0


def test_stated_figures_lead_to_where_the_statement_stands(client):
    programme = f.ProgrammeFactory(slug="brandinimas", name=both("Brandinimas", "Maturing"))
    kind = f.FactKindFactory(code="companies", name=both("Įmonės", "Companies"))
    f.StatementFactory(cluster=None, programme=programme, kind=kind, number=1210, bound="at_least", is_shown=True)
    money = f.FactKindFactory(code="money", unit=both("Eur", "EUR"))
    f.StatementFactory(cluster=None, programme=programme, kind=money, number=5, is_shown=True)
    with override("en"):
        (figure,) = panels.figures(panels.Overview())
    assert (figure.number, figure.words, figure.stamp) == ("1,210+", "Companies", "Maturing · 2018")
    path, anchor = figure.url.split("#")
    assert f'id="{anchor}"' in client.get(path).text


def test_map_counts_counties_and_says_how_many_are_not_stated(client):
    vilnius = f.RegionFactory()
    f.RegionFactory(code="LT022", name=both("Kauno apskritis", "Kaunas County"))
    f.ClusterFactory.create_batch(2, region=vilnius)
    f.ClusterFactory(region=None)
    with override("en"):
        shown = panels.county_map(panels.Overview().clusters)
    assert [(county.code, county.number, county.step) for county in shown["most_first"]] == [
        ("LT011", 2, 2), ("LT022", 0, 0)
    ]  # fmt: skip
    assert shown["not_stated"] == 1
    listed = client.get(shown["not_stated_url"])
    assert listed.context["page"].paginator.count == 1
    html = drawn("map_panel")
    assert html.count("<path") == 2
    assert "Vilnius County: 2" in html
    assert "EuroGeographics" in html


@pytest.mark.parametrize(
    ("most", "bounds"),
    [(0, [1, 2, 3, 4]), (4, [1, 2, 3, 4]), (8, [1, 2, 4, 6]), (40, [1, 6, 14, 26]), (11, [1, 2, 4, 7])],
)
def test_colours_have_rising_bounds(most, bounds):
    assert panels.steps(most) == bounds
    assert bounds == sorted(set(bounds))
    words = [step["words"] for step in panels.legend(bounds)]
    assert (words[0], words[-1].startswith(str(bounds[-1]))) == ("0", True)


def test_empty_directory_draws_nothing_and_breaks_nothing(client):
    for tag in ("figures_panel", "openings_panel", "marks_panel"):
        assert drawn(tag).strip() == ""
    assert "Find a partner in a cluster" in drawn("find_a_partner")
    assert "search-box" in drawn("search_panel")
    for name in ("cluster_list", "organisation_list", "network_list", "sector_list", "opening_list", "programme_list"):
        assert client.get(url(name)).status_code == 200


def test_words_often_searched_lead_to_the_search():
    with override("en"):
        html = Template("{% load directory %}{% search_panel words %}").render(Context({"words": ["a&b", "ąžuolas"]}))
    assert 'href="/en/search/?q=a%26b"' in html


# --- machines ---------------------------------------------------------------------------------------------------------
def data_blocks(page):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    parsed = [json.loads(block) for block in found]
    return [each for block in parsed for each in (block if isinstance(block, list) else [block])]


def test_page_of_a_cluster_speaks_schema_org(client, settings):
    settings.SITE_URL = "https://klaster.example"
    f.ClusterFactory(
        slug="saules", name=both("Saulės klasteris", "Solar </script><b> & Cluster"), aliases=["Saulė"], founded="2014"
    )
    page = client.get(url("cluster_detail", "saules"))
    organisation, crumbs = data_blocks(page)
    assert organisation["@type"] == "Organization"
    assert organisation["name"] == "Solar </script><b> & Cluster"
    assert organisation["alternateName"] == ["Saulės klasteris", "Saulė"]
    assert organisation["@id"] == "https://klaster.example/en/clusters/saules/"
    assert organisation["foundingDate"] == "2014"
    assert [item["position"] for item in crumbs["itemListElement"]] == [1, 2]
    assert "</script><b>" not in page.text
    assert "nonce" not in page["Content-Security-Policy"]  # a data block is not run, so the page may be cached


def test_list_speaks_schema_org(client):
    f.ClusterFactory.create_batch(2)
    (items,) = data_blocks(client.get(url("cluster_list")))
    assert (items["@type"], items["numberOfItems"], len(items["itemListElement"])) == ("ItemList", 2, 2)


def test_page_names_its_translations_and_its_one_address(client, settings):
    settings.SITE_URL = "https://klaster.example"
    f.ClusterFactory(slug="saules")
    page = client.get(url("cluster_detail", "saules") + "?utm=1").text
    assert '<link rel="canonical" href="https://klaster.example/en/clusters/saules/">' in page
    lithuanian = url("cluster_detail", "saules", language="lt")
    assert f'<link rel="alternate" hreflang="lt" href="https://klaster.example{lithuanian}">' in page
    assert '<meta property="og:url" content="https://klaster.example/en/clusters/saules/">' in page


XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def test_sitemap_lists_public_pages_in_each_language_with_their_translations(client, settings):
    settings.SITE_URL = "https://klaster.example"
    f.ClusterFactory(slug="saules")
    f.ClusterFactory(slug="juodrastis", status="draft")
    f.ClusterFactory(slug="isgalvotas", is_invented=True)
    index = ET.fromstring(client.get("/sitemap.xml").text)  # noqa: S314  our own answer
    sections = [each.text for each in index.findall("s:sitemap/s:loc", XML)]
    assert "http://testserver/sitemap-clusters.xml" in sections
    listed = ET.fromstring(client.get("/sitemap-clusters.xml").text)  # noqa: S314
    addresses = [each.text for each in listed.findall("s:url/s:loc", XML)]
    both_pages = [f"https://klaster.example{url('cluster_detail', 'saules', language=code)}" for code in ("lt", "en")]
    assert addresses == both_pages
    links = listed.find("s:url", XML).findall("x:link", XML)
    assert [(link.get("hreflang"), link.get("href")) for link in links] == list(
        zip(("lt", "en"), both_pages, strict=True)
    )
    assert client.get("/sitemap-nothing.xml").status_code == 404


@pytest.mark.parametrize("section", ["lists", "sectors", "pages", "organisations"])
def test_every_address_of_the_sitemap_answers(client, settings, section):
    settings.SITE_URL = "http://testserver"
    f.ClusterFactory()
    listed = ET.fromstring(client.get(f"/sitemap-{section}.xml").text)  # noqa: S314
    addresses = [each.text for each in listed.findall("s:url/s:loc", XML)]
    assert addresses
    for address in addresses:
        assert client.get(address).status_code == 200


def test_sitemap_pages_cut_between_languages(settings):
    f.OrganisationFactory.create_batch(5)
    pairs = InEachLanguage(Organisation.objects.order_by("pk"))
    everything = list(pairs[0:10])
    assert len(pairs) == len(everything) == 10
    assert [code for _row, code in everything] == ["lt", "en"] * 5
    assert [pair for start in range(0, 10, 3) for pair in pairs[start : start + 3]] == everything
    assert pairs[7] == everything[7]


def test_robots_are_sent_to_the_sitemap(client, settings):
    settings.SITE_URL = "https://klaster.example"
    text = client.get("/robots.txt").text
    assert "Sitemap: https://klaster.example/sitemap.xml" in text
    assert f"Disallow: {url('search')}" in text
    assert "Disallow: /office/" in text
