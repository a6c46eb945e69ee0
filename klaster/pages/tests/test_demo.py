"""The demo is loaded as editors would have written it, in both languages, once."""

import pytest
import yaml
from django.db import transaction
from django.test import override_settings
from wagtail.models import Page
from wagtail_localize.models import Translation

from klaster.directory.factories import ClusterFactory, SourceFactory
from klaster.newsroom.models import ArticlePage
from klaster.pages import demo
from klaster.pages.models import StandardPage

pytestmark = pytest.mark.django_db
FILES = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(demo.DATA.glob("*.yaml"))}


@pytest.fixture(scope="module")
def _loaded_once(django_db_setup, django_db_blocker, tmp_path_factory):
    """Writing all pages takes seconds: the tests of this module share them and leave nothing behind."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        directory()
        with override_settings(MEDIA_ROOT=media):
            count = demo.load_demo_pages()
        yield count, media
        transaction.set_rollback(True)


@pytest.fixture
def loaded(_loaded_once, db, settings):
    count, settings.MEDIA_ROOT = _loaded_once
    return count


def directory() -> None:
    articles = FILES["lt"]["articles"]
    for key in {article["source"] for article in articles}:
        SourceFactory(key=key)
    for key in {cluster for article in articles for cluster in article.get("clusters", [])}:
        ClusterFactory(key=key, slug=key)


def test_every_page_is_published_in_both_languages(loaded, client):
    entries = [*FILES["lt"]["pages"], *FILES["standing"]["pages"]]
    assert loaded == len(entries) + len(FILES["lt"]["articles"])
    published = [entry for entry in FILES["lt"]["articles"] if not entry.get("waits")]
    for language in ("lt", "en"):
        pages = StandardPage.objects.live().filter(locale__language_code=language)
        assert {page.slug for page in pages} == {entry["slug"][language] for entry in entries}
        articles = ArticlePage.objects.live().filter(locale__language_code=language)
        assert {page.slug for page in articles} == {entry["slug"][language] for entry in published}
        for page in [*pages, *articles]:
            response = client.get(page.get_url())
            assert response.status_code == 200, page.slug
            assert page.title in response.content.decode().replace("&#x27;", "'").replace("&amp;", "&")


def test_loading_again_changes_nothing(loaded):
    before = list(Page.objects.order_by("path").values_list("path", "title", "latest_revision"))
    assert demo.load_demo_pages() == 0
    assert list(Page.objects.order_by("path").values_list("path", "title", "latest_revision")) == before


def test_translation_stands_complete_beside_its_source(loaded):
    translations = Translation.objects.all()
    assert translations
    for translation in translations:
        total, translated = translation.get_progress()
        assert (translated, translation.enabled) == (total, True), translation.source


def test_draft_of_the_demo_waits_unseen(loaded, client):
    [entry] = [entry for entry in FILES["lt"]["articles"] if entry.get("waits")]
    draft = ArticlePage.objects.get(slug=entry["slug"]["lt"])
    assert not draft.live
    assert client.get(draft.get_url()).status_code == 404
    assert not ArticlePage.objects.filter(slug=entry["slug"]["en"]).exists()


def test_links_between_pages_lead_to_the_same_language(loaded, client):
    lt, en = StandardPage.objects.filter(slug="kaip-prisijungti").get(), StandardPage.objects.get(slug="how-to-join")
    assert '<a href="/lt/tinklo-biuras/">' in client.get(lt.get_url()).content.decode()
    assert '<a href="/en/office/">' in client.get(en.get_url()).content.decode()


def test_menu_and_footer_speak_the_readers_language(loaded, client):
    page = client.get("/en/privacy/", follow=True)
    assert page.status_code == 404
    context = client.get("/en/personal-data/").context
    assert str(context["network_name"]) == FILES["lt"]["network"]["name"]["en"]
    assert {"title": "News", "url": "/en/news/", "current": False} in list(context["menu"])
    assert [column["title"] for column in context["footer"]] == ["The network", "Data", "Help"]
    assert {"title": "Personal data", "url": "/en/personal-data/", "current": True} in context["footer"][2]["links"]


@pytest.mark.parametrize("name", FILES)
def test_every_text_is_in_both_languages(name):
    def look(value, path):
        if isinstance(value, dict):
            if {"lt", "en"} & set(value):
                assert set(value) == {"lt", "en"}, path
                return
            for key, inner in value.items():
                look(inner, f"{path}/{key}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                look(inner, f"{path}/{number}")

    look(FILES[name], name)
