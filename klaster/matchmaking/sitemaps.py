"""What search engines are told of partner search: the board, and postings that are real."""

from __future__ import annotations

from django.contrib.sitemaps import Sitemap

from klaster.core.sitemaps import NamedSitemap, RowsSitemap
from klaster.matchmaking.models import Posting


def sections() -> dict[str, Sitemap]:
    return {
        "board": NamedSitemap("posting_list"),
        "postings": RowsSitemap(Posting.objects.current().real().order_by("pk")),
    }
