"""What an article says to machines, in schema.org's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from klaster.directory.models import Cluster
from klaster.directory.structured import CONTEXT, Data, address, breadcrumbs, without_gaps
from klaster.newsroom.models import ArticlePage

SHARED_PICTURE = "fill-1200x630|format-jpeg"  # the one the page names for shared links: made once for both


def article(page: ArticlePage, clusters: Iterable[Cluster], publisher: str) -> Data:
    """`clusters`: those it is about that the reader may see. `publisher`: name of the network.

    When it happened is not when it was published here: the first is `temporalCoverage`, as exact as it is known.
    """
    teller = page.teller
    own = address(page.get_url() or "/")
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": "NewsArticle",
            "@id": own,
            "url": own,
            "mainEntityOfPage": own,
            "headline": page.title,
            "description": page.summary,
            "inLanguage": page.content_language,
            "temporalCoverage": page.date,
            "datePublished": page.first_published_at.isoformat() if page.first_published_at else "",
            "dateModified": page.last_published_at.isoformat() if page.last_published_at else "",
            "image": address(page.picture.get_rendition(SHARED_PICTURE).url) if page.picture else "",
            "author": organisation(str(teller.name), teller.get_absolute_url()) if teller else {},
            "publisher": {"@type": "Organization", "name": publisher},
            "about": [organisation(str(cluster.name), cluster.get_absolute_url()) for cluster in clusters],
            "isBasedOn": page.source.url if page.source else "",
        }
    )


def organisation(name: str, path: str) -> Data:
    return {"@type": "Organization", "@id": address(path), "name": name}


def trail(page: ArticlePage, crumbs: Sequence[dict[str, str]]) -> Data:
    return breadcrumbs([*crumbs, {"title": page.title}], page.get_url() or "/")
