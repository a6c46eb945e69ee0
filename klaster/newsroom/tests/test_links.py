"""Where links of the editors lead: to what everybody may read, and nowhere else."""

import pytest
from django.utils import translation
from wagtail.models import PageViewRestriction

from klaster.newsroom import factories
from klaster.newsroom.blocks import LinkBlock

pytestmark = pytest.mark.usefixtures("site")


def link(page, **fields):
    return LinkBlock().to_python({"page": page.pk, **fields})


def test_a_published_page_is_linked_by_its_title_in_the_readers_language():
    page = factories.article("en", title="Told", slug="told")
    factories.article("lt", title="Papasakota", slug="papasakota", translation_key=page.translation_key)
    with translation.override("en"):
        assert (link(page).target, link(page).words) == ("/en/news/told/", "Told")
    with translation.override("lt"):
        assert (link(page).target, link(page).words) == ("/lt/naujienos/papasakota/", "Papasakota")


def test_what_is_not_for_everybody_is_neither_linked_nor_named():
    draft = factories.article(publish=False, title="Secret plan", slug="plan")
    closed = factories.article(title="For members", slug="members")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    with translation.override("en"):
        assert [(link(page).target, link(page).words) for page in (draft, closed)] == [("", ""), ("", "")]


def test_a_page_shows_no_link_to_a_page_that_is_closed(client):
    closed = factories.article(title="For members", slug="members")
    factories.article(title="Told", slug="told", body=[("links", {"title": "See", "links": [{"page": closed}]})])
    assert "For members" in client.get("/en/news/told/").text
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    assert "For members" not in client.get("/en/news/told/").text
