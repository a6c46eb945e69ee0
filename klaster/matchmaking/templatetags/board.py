"""Tags of partner search: {% load board %}."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django_countries import countries

from klaster.core import freshness, languages
from klaster.matchmaking import board_list

register = template.Library()
ON_HOME_PAGE = 3


@register.filter
def country_names(codes: Iterable[str]) -> str:
    """Countries by name in the reader's language; of many the first three."""
    names = [countries.name(code) or code for code in codes]
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


@register.filter
def language_in_words(code: str) -> str:
    """A language by name in the reader's own."""
    return languages.name_of(code)


@register.filter
def is_foreign(code: str) -> bool:
    """Whether it is another language than the page's."""
    return code != languages.current()


@register.inclusion_tag("matchmaking/parts/newest.html")
def newest_postings() -> dict[str, Any]:
    """The newest offers and needs, for the home page; worked out once until something public changes."""
    key = ("newest postings", languages.current())
    return {"postings": freshness.remembered(key, lambda: board_list.newest(ON_HOME_PAGE))}
