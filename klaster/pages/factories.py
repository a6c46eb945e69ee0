"""Pages for tests: a tree in every language, and pages in it."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale, Page

from klaster.newsroom.models import ArticleIndexPage, ArticlePage
from klaster.pages.models import HomePage, StandardPage


def home(language: str) -> HomePage:
    return HomePage.objects.get(locale__language_code=language)


def add(parent: Page, page: Page, *, publish: bool = True) -> Any:
    """Put a page under another, as a draft or published as an editor does."""
    page.locale = parent.locale
    page.live = False
    Page.objects.get(pk=parent.pk).add_child(instance=page)
    revision = page.save_revision()
    if publish:
        revision.publish()
    return type(page).objects.get(pk=page.pk)


def standing_page(language: str = "en", *, publish: bool = True, **fields: Any) -> StandardPage:
    fields = {"title": "About us", "slug": "about-us", "summary": "Who we are."} | fields
    return add(home(language), StandardPage(**fields), publish=publish)


def article(language: str = "en", *, publish: bool = True, clusters: Any = (), sectors: Any = (), **fields: Any) -> Any:
    index = ArticleIndexPage.objects.get(locale=Locale.objects.get(language_code=language))
    number = ArticlePage.objects.count() + 1
    fields = {"title": f"News {number}", "slug": f"news-{number}", "summary": "Something happened."} | fields
    page = ArticlePage(**fields)
    page.clusters, page.sectors = list(clusters), list(sectors)
    return add(index, page, publish=publish)
