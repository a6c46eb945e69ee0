"""Tags of the directory's pages, and the panels other pages show: {% load directory %}."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from klaster.core import languages
from klaster.directory import cluster_list, panels, structured
from klaster.directory.filters import Selection

register = template.Library()

# A data block is not run as a script, but an HTML parser still ends it at "</script>" and is confused by "<!--".
JSON_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.simple_tag
def json_ld(*data: dict[str, Any]) -> SafeString:
    """A data block of schema.org for machines. Browsers do not run it, so it needs no nonce."""
    blocks = [json.dumps(each, ensure_ascii=False).translate(JSON_ESCAPES) for each in data if each]
    if not blocks:
        return SafeString("")
    text = blocks[0] if len(blocks) == 1 else f"[{','.join(blocks)}]"
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308  escaped above, in the way JSON wants it
    )


@register.filter
def is_abroad(entry: Any) -> bool:
    """Whether it is of another country than this network's."""
    return str(entry.country) != settings.COUNTRY


@register.simple_tag
def members_in_words(cluster: Any) -> str:
    """ "20 members", or nothing where nobody says how many."""
    number = cluster_list.members_of(cluster)
    return ngettext("%(number)s member", "%(number)s members", number) % {"number": number} if number else ""


@register.filter
def answers(selection: Selection, name: str) -> tuple[str, ...]:
    """What was chosen in one facet."""
    return selection.answers.get(name, ())


# --- panels: what the home page and other pages show of the directory ------------------------------------------------
@register.inclusion_tag("directory/panels/search.html")
def search_panel(words: Iterable[str] = ()) -> dict[str, Any]:
    """The search box, with words people often look for. The page loads directory/parts/search_scripts.html."""
    return {"words": [str(word) for word in words]}


def overview(context: Context) -> panels.Overview:
    """The page's own, so that each thing is asked once for all of its panels; else a new one."""
    return context.get("overview") or panels.Overview()


@register.simple_tag(takes_context=True)
def find_a_partner(context: Context) -> str:
    """The heading of the home page, with the number of clusters of today."""
    number = len(overview(context).clusters)
    if not number:
        return gettext("Find a partner in a cluster")
    return ngettext("Find a partner in %(number)s cluster", "Find a partner among %(number)s clusters", number) % {
        "number": number
    }


@register.simple_tag(takes_context=True)
def website_json_ld(context: Context) -> SafeString:
    """For the home page: the site and its search box."""
    home = f"/{languages.current()}/"
    return json_ld(structured.website(str(context["network_name"]), home, reverse("search")))


@register.inclusion_tag("directory/panels/marks.html", takes_context=True)
def marks_panel(context: Context, join_url: str = "") -> dict[str, Any]:
    """All clusters of the country as marks packed together; `join_url` is where the dashed ring leads."""
    return {"clusters": panels.marks(overview(context).clusters), "join_url": join_url}


@register.inclusion_tag("directory/panels/figures.html", takes_context=True)
def figures_panel(context: Context) -> dict[str, Any]:
    return {"figures": panels.figures(overview(context))}


@register.inclusion_tag("directory/panels/map.html", takes_context=True)
def map_panel(context: Context) -> dict[str, Any]:
    return panels.county_map(overview(context).clusters) or {}


@register.inclusion_tag("directory/panels/openings.html", takes_context=True)
def openings_panel(context: Context) -> dict[str, Any]:
    """The newest openings, and how many there are."""
    found = overview(context).openings
    return {"openings": found, "number": found[0].number if found else 0}  # type: ignore[attr-defined]
