"""News as Atom (RFC 4287)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

if TYPE_CHECKING:
    from klaster.newsroom.models import ArticleIndexPage, ArticlePage
    from klaster.newsroom.models.articles import ArticleQuerySet

ARTICLES_IN_A_FEED = 30


def atom(request: HttpRequest, index: ArticleIndexPage, articles: ArticleQuerySet) -> HttpResponse:
    """The latest of these articles: title, summary, when it was published, who tells it."""
    feed = Atom1Feed(
        title=index.title,
        link=absolute(index.get_url(request)),
        description=index.summary,
        language=index.locale.language_code,
        feed_url=absolute(request.get_full_path()),
        feed_guid=absolute(index.get_url(request)),
    )
    for article in articles.newest_first().for_lists()[:ARTICLES_IN_A_FEED]:
        feed.add_item(
            title=article.title,
            link=absolute(article.get_url(request)),
            description=article.summary,
            unique_id=f"urn:uuid:{article.translation_key}:{index.locale.language_code}",
            pubdate=published(article),
            updateddate=article.last_published_at or published(article),
            author_name=str(article.teller.name) if article.teller else None,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def absolute(path: str | None) -> str:
    return f"{settings.SITE_URL}{path or '/'}"


def published(article: ArticlePage) -> datetime.datetime:
    """When it was published here; a page published before that was recorded counts from now on."""
    return article.first_published_at or article.last_published_at or timezone.now()
