"""What pages with news say to machines and to those who listen to them."""

import json
import re

import pytest
from wagtail.images.tests.utils import get_test_image_file

from klaster.directory import factories as f
from klaster.newsroom import factories
from klaster.newsroom.models import Picture

pytestmark = pytest.mark.usefixtures("site")


def data_of(page):
    """All data blocks of a page, as one list."""
    found = []
    for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
        data = json.loads(block)
        found += data if isinstance(data, list) else [data]
    return found


def test_article_tells_machines_what_it_tells_people(client, settings):
    settings.SITE_URL = "https://tinklas.example"
    told_by = f.OrganisationFactory(slug="draugija", name=f.both("Draugija", "Society"))
    seen = f.ClusterFactory(slug="saules", name=f.both("Saulės klasteris", "Solar Cluster"))
    hidden = f.ClusterFactory(slug="slaptas", status="draft")
    source = f.SourceFactory(url="https://pavyzdys.test/x")
    article = factories.article(
        title="A laser </script> for wood", slug="laser", summary="Two try it.", date="2027-03",
        author_organisation=told_by, clusters=[seen, hidden], source=source,
    )  # fmt: skip
    own = "https://tinklas.example/en/news/laser/"
    news, trail = data_of(client.get("/en/news/laser/").text)
    assert news == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": own,
        "url": own,
        "mainEntityOfPage": own,
        "headline": "A laser </script> for wood",
        "description": "Two try it.",
        "inLanguage": "en",
        "temporalCoverage": "2027-03",
        "datePublished": article.first_published_at.isoformat(),
        "dateModified": article.last_published_at.isoformat(),
        "author": {
            "@type": "Organization",
            "@id": "https://tinklas.example/en/organisations/draugija/",
            "name": "Society",
        },
        "publisher": {"@type": "Organization", "name": "Cluster network"},
        "about": [
            {
                "@type": "Organization",
                "@id": "https://tinklas.example/en/clusters/saules/",
                "name": "Solar Cluster",
            }
        ],
        "isBasedOn": "https://pavyzdys.test/x",
    }
    assert [(item["name"], item["item"]) for item in trail["itemListElement"]][1:] == [
        ("News", "https://tinklas.example/en/news/"),
        ("A laser </script> for wood", own),
    ]


def test_picture_is_named_to_machines_and_shared_links_have_one_without_it(client):
    picture = Picture.objects.create(title="X", file=get_test_image_file(), alt=f.both("Kas", "What"))
    factories.article(title="With", slug="with", picture=picture)
    factories.article(title="Without", slug="without", author_organisation=f.OrganisationFactory(status="draft"))
    page = client.get("/en/news/with/").text
    shared = re.search(r'<meta property="og:image" content="([^"]+)"', page)[1]
    assert data_of(page)[0]["image"] == shared
    assert page.count('property="og:image"') == 1
    page = client.get("/en/news/without/").text
    assert "core/share" in re.search(r'<meta property="og:image" content="([^"]+)"', page)[1]
    assert {"image", "author", "about", "isBasedOn"} & set(data_of(page)[0]) == set()


@pytest.mark.parametrize("path", ["/en/", "/en/news/"])
def test_readers_of_feeds_are_led_to_the_news(client, path):
    factories.article(title="Told", slug="told")
    link = '<link rel="alternate" type="application/atom+xml" title="News" href="/en/news/atom/">'
    assert link in client.get(path).text
    feed = client.get("/en/news/atom/")
    assert feed["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "<title>Told</title>" in feed.text


def test_number_of_news_is_said_aloud_and_stays_a_heading(client):
    factories.article()
    page = client.get("/en/news/").text
    status = re.search(r'<div role="status">\s*<h2 class="s4">\s*(.*?)\s*</h2>\s*</div>', page, re.DOTALL)
    assert status[1] == "1 piece of news"
