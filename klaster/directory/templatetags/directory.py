"""Tags of the directory's pages, and the panels other pages show: {% load directory %}."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from klaster.directory import cluster_list
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
