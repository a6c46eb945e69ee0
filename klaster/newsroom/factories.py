"""Pages for tests, written and published as an editor does it. They need the trees of pages (fixture `site`)."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page

from klaster.newsroom.models import ArticleIndexPage, ArticlePage


def add(parent: Page, page: Page, *, publish: bool = True) -> Any:
    """Put a page under another, as a draft or published."""
    page.locale = parent.locale
    page.live = False
    Page.objects.get(pk=parent.pk).add_child(instance=page)
    revision = page.save_revision()
    if publish:
        revision.publish()
    return type(page).objects.get(pk=page.pk)


def article(language: str = "en", *, publish: bool = True, clusters: Any = (), sectors: Any = (), **fields: Any) -> Any:
    index = ArticleIndexPage.objects.get(locale__language_code=language)
    number = ArticlePage.objects.count() + 1
    fields = {"title": f"News {number}", "slug": f"news-{number}", "summary": "Something happened."} | fields
    page = ArticlePage(**fields)
    page.clusters, page.sectors = list(clusters), list(sectors)
    return add(index, page, publish=publish)
