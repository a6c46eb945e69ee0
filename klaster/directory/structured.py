"""What a page says to machines, in schema.org's words: plain dictionaries, made into JSON-LD by a template tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest

from klaster.directory.models import Cluster, Network, Organisation

Data = dict[str, Any]
CONTEXT = "https://schema.org"


def address(path: str) -> str:
    return settings.SITE_URL + path


def without_gaps(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in ("", None, [], {})}


def breadcrumbs(crumbs: Sequence[dict[str, str]], own: str) -> Data:
    """crumbs: [{"title", "url"}], the last without a url; `own` is the path of the page itself."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": str(crumb["title"]),
                "item": address(crumb.get("url") or own),
            }
            for position, crumb in enumerate(crumbs, 1)
        ],
    }


def item_list(request: HttpRequest, entries: Iterable[Any], page: Page) -> Data:
    """The entries of one page of a list, numbered through the whole list; its length where all were counted."""
    first = page.start_index() or 1
    counted = {} if getattr(page.paginator, "is_capped", False) else {"numberOfItems": page.paginator.count}
    return {
        "@context": CONTEXT,
        "@type": "ItemList",
        **counted,
        "itemListElement": [
            {"@type": "ListItem", "position": position, "url": address(entry.get_absolute_url()), "name": str(entry)}
            for position, entry in enumerate(entries, first)
        ],
    }


def organisation(entry: Organisation | Cluster | Network) -> Data:
    """A firm, a cluster or a network: to schema.org all three are organisations."""
    logo = getattr(entry, "logo", None)
    region = getattr(entry, "region", None)
    country = str(getattr(entry, "country", "") or "")
    return without_gaps(
        {
            "@context": CONTEXT,
            "@type": "Organization",
            "@id": address(entry.get_absolute_url()),
            "url": entry.website or address(entry.get_absolute_url()),
            "mainEntityOfPage": address(entry.get_absolute_url()),
            "name": str(entry.name),
            "alternateName": other_names(entry),
            "description": str(entry.summary),
            "foundingDate": str(entry.founded),
            "logo": address(logo.url) if logo else "",
            "address": without_gaps(
                {
                    "@type": "PostalAddress" if country else "",
                    "addressCountry": country,
                    "addressRegion": str(region) if region else "",
                }
            ),
        }
    )


def other_names(entry: Organisation | Cluster | Network) -> list[str]:
    """Names in other languages, the abbreviation, aliases; each once."""
    names = [*entry.name.values(), getattr(entry, "abbreviation", ""), *entry.aliases]
    return [name for name in dict.fromkeys(names) if name and name != str(entry.name)]


def cluster(entry: Cluster) -> Data:
    return without_gaps(
        {
            **organisation(entry),
            "knowsAbout": [str(entry.main_sector)] if entry.main_sector else [],
        }
    )


def website(name: str, home: str, search: str) -> Data:
    """The site and where its search box leads; `home` and `search` are paths."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": name,
        "url": address(home),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": address(search) + "?q={search_term_string}"},
            "query-input": "required name=search_term_string",
        },
    }
