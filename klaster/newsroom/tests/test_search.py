"""News in the box of the whole site: who finds what, in which language, and what nobody finds."""

import importlib

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from wagtail.models import PageViewRestriction

from klaster.accounts.factories import UserFactory
from klaster.directory import factories as f
from klaster.directory import search
from klaster.newsroom import factories
from klaster.newsroom.models import ArticlePage

pytestmark = pytest.mark.usefixtures("site")
BODY = [
    ("paragraph", "<p>Staklės pjauna <b>ąžuolą</b>.</p>"),
    ("table", {"caption": "Greitis", "cells": "a|b\n1|2"}),
    ("links", {"title": "Kitur", "links": [{"address": "https://pavyzdys.test/", "title": "Prieplauka"}]}),
]


def find(typed, language="lt", user=None):
    """Titles of the news found, best first; with a star where the title is only near."""
    with override(language):
        groups = search.everything(search.read(typed), user or AnonymousUser())
        return [
            hit.row.title + ("*" if group.near else "")
            for group in groups
            for hit in group.hits
            if group.kind.slug == "articles"
        ]


@pytest.fixture
def news():
    return factories.article(
        "lt",
        title="Žvejų tinklai iš Vilniaus",
        slug="tinklai",
        summary="Du klasteriai bando.",
        date="2027-03",
        body=BODY,
    )


@pytest.mark.parametrize(
    "typed", ["zveju", "ŽVEJAI", "tinklu", "vilniuje", "klasteriu", "azuolas", "ąžuolą", "staklių pjauna", "greitis"]
)
def test_words_are_found_in_any_form_and_without_their_marks(news, typed):
    assert find(typed) == ["Žvejų tinklai iš Vilniaus"]


def test_markup_is_no_word_and_a_slip_is_forgiven(news):
    assert find("strong") == []
    assert find("paragraph") == []
    assert find("tniklai") == ["Žvejų tinklai iš Vilniaus*"]


def test_a_draft_is_found_by_nobody(news, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    factories.article("lt", publish=False, title="Žvejų laivai", slug="laivai")
    secretary, author = UserFactory(secretariat=True), UserFactory()
    for user in (AnonymousUser(), author, secretary):
        assert find("zveju", user=user) == ["Žvejų tinklai iš Vilniaus"]
        assert find("laivai", user=user) == []


def test_words_of_a_draft_wait_until_it_is_published(news):
    news.title = "Žvejų burės"
    revision = news.save_revision()
    assert find("bures") == []
    assert find("tinklai") == ["Žvejų tinklai iš Vilniaus"]
    revision.publish()
    assert find("bures") == ["Žvejų burės"]
    assert find("tinklai") == []


def test_what_is_taken_back_or_behind_a_word_is_found_no_more(news):
    secret = factories.article("lt", title="Žvejų slėptuvė", slug="sleptuve")
    assert sorted(find("zveju")) == ["Žvejų slėptuvė", "Žvejų tinklai iš Vilniaus"]
    PageViewRestriction.objects.create(page=secret, restriction_type="login")
    news.unpublish()
    assert find("zveju") == []


def test_an_article_is_found_once_in_the_language_of_the_reader(news):
    english = factories.article("en", title="Nets for Klaipėda", slug="nets", translation_key=news.translation_key)
    factories.article("en", title="Only in English: Klaipėda", slug="only")
    assert find("zveju", "lt") == ["Žvejų tinklai iš Vilniaus"]
    assert find("zveju", "en") == []
    assert find("nets", "en") == ["Nets for Klaipėda"]
    assert find("klaipeda", "lt") == ["Only in English: Klaipėda"]
    english.unpublish()
    assert find("zveju", "en") == ["Žvejų tinklai iš Vilniaus"]


def test_the_later_of_two_that_fit_alike_stands_first():
    for year in ("2025", "2027", "2026"):
        factories.article("en", title=f"Fair {year}", slug=f"fair-{year}", date=f"{year}-01-02")
    assert find("fair", "en") == ["Fair 2027", "Fair 2026", "Fair 2025"]


def test_page_shows_news_with_marks_and_asks_no_more_for_more(client):
    told_by = f.OrganisationFactory(name=f.both("Išgalvota draugija", "Invented Society"))
    asked = []
    for number in range(3):
        factories.article(
            "en", title=f"Nets & <ropes> {number}", slug=f"nets-{number}", date="2027-03", author_organisation=told_by
        )
        client.get("/en/search/?q=nets")  # roots of sites and kinds of content are kept from here on
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/en/search/?q=nets").text
        asked.append(len(queries))
    assert asked == [asked[0]] * 3
    assert page.count("<mark>Nets</mark> &amp; &lt;ropes&gt;") == 3
    assert 'href="/en/news/nets-0/"' in page
    assert "<span>March 2027</span><span>Invented Society</span>" in page


def test_names_are_suggested_while_typing(news):
    with override("lt"):
        hits = search.suggestions(search.read("zvej"), AnonymousUser())
    assert [hit.row.title for hit in hits] == ["Žvejų tinklai iš Vilniaus"]


def test_news_written_before_there_was_a_search_is_found_too(news):
    ArticlePage.objects.update(words={})
    assert find("azuolas") == find("tinklai") == []
    migration = importlib.import_module("klaster.newsroom.migrations.0004_fill_article_words")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)
    assert find("azuolas") == find("tinklai") == find("greitis") == find("prieplauka") == ["Žvejų tinklai iš Vilniaus"]
    words = ArticlePage.objects.get().words["body"]["lt"].split()
    said = [
        "Staklės",
        "pjauna",
        "ąžuolą",
        ".",
        "Greitis",
        "a|b",
        "1|2",
        "Kitur",
        "https://pavyzdys.test/",
        "Prieplauka",
    ]
    assert sorted(words) == sorted(said)
    assert find("strong") == []
