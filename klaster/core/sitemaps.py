"""Lists of addresses for search engines: every page in every language, each naming its translations."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse

from klaster.core import languages


class OwnSitemap(Sitemap):
    """Addresses begin with SITE_URL, whatever host the machine asked."""

    i18n = True
    alternates = True

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class InEachLanguage(Sequence[tuple[Any, str]]):
    """(row, language) pairs of a queryset, fetched by the slice: a million rows need not be in memory."""

    def __init__(self, rows: QuerySet):
        self.rows, self.codes = rows, languages.codes()

    def __len__(self) -> int:
        return self.rows.count() * len(self.codes)

    def __getitem__(self, part: Any) -> Any:
        if not isinstance(part, slice):
            return self[part : part + 1][0]
        start, stop, _step = part.indices(len(self))
        first = start // len(self.codes)
        rows = self.rows[first : -(-stop // len(self.codes))]
        pairs = [(row, code) for row in rows for code in self.codes]
        return pairs[start - first * len(self.codes) : stop - first * len(self.codes)]


class RowsSitemap(OwnSitemap):
    """Rows with a page of their own; `rows` in a fixed order."""

    changed = "updated_at"

    def __init__(self, rows: QuerySet):
        self.rows = rows

    def items(self) -> QuerySet:
        return self.rows.all()

    def _items(self) -> InEachLanguage:
        return InEachLanguage(self.rows.all())

    def lastmod(self, item: tuple[Any, str]) -> datetime.datetime:
        return getattr(item[0] if isinstance(item, tuple) else item, self.changed)

    def get_latest_lastmod(self) -> datetime.datetime | None:
        return self.rows.order_by().aggregate(latest=Max(self.changed))["latest"]


class NamedSitemap(OwnSitemap):
    """Pages that have nothing but a name: lists."""

    def __init__(self, *names: str):
        self.names = names

    def items(self) -> Sequence[str]:
        return self.names

    def location(self, item: str) -> str:
        return reverse(item)
