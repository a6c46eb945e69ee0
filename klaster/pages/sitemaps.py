"""What search engines are told of the pages that editors write."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from wagtail.models import Page, Site

from klaster.core.sitemaps import OwnSitemap


class PageSitemap(OwnSitemap):
    """Published pages that anybody may read; the translations of a page name each other."""

    i18n = False
    alternates = False

    def items(self) -> list[Page]:
        roots = [site.root_page.get_translations(inclusive=True) for site in Site.objects.select_related("root_page")]
        found = []
        for root in (page for translations in roots for page in translations):
            found += root.get_descendants(inclusive=True).live().public().select_related("locale")
        return found

    def location(self, item: Page) -> str:
        return item.get_url() or "/"

    def lastmod(self, item: Page) -> datetime.datetime:
        return item.last_published_at or item.latest_revision_created_at

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, Any]]:
        translations: dict[Any, list[Page]] = {}
        for item in self.items():
            translations.setdefault(item.translation_key, []).append(item)
        urls = super()._urls(page, protocol, domain)
        known = {code for code, _name in settings.LANGUAGES}
        for url in urls:
            url["alternates"] = [
                {"lang_code": other.locale.language_code, "location": f"{protocol}://{domain}{self.location(other)}"}
                for other in translations[url["item"].translation_key]
                if other.locale.language_code in known
            ]
        return urls
