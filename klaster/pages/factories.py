"""Standing pages for tests. They need the trees of pages (fixture `site`)."""

from __future__ import annotations

from typing import Any

from klaster.newsroom.factories import add
from klaster.pages.models import HomePage, StandardPage


def home(language: str) -> HomePage:
    return HomePage.objects.get(locale__language_code=language)


def standing_page(language: str = "en", *, publish: bool = True, **fields: Any) -> StandardPage:
    fields = {"title": "About us", "slug": "about-us", "summary": "Who we are."} | fields
    return add(home(language), StandardPage(**fields), publish=publish)
