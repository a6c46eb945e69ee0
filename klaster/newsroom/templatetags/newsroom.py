"""Tags of pages with news: {% load newsroom %}."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from klaster.directory.models import Cluster
from klaster.directory.templatetags.directory import json_ld
from klaster.newsroom import structured
from klaster.newsroom.models import ArticlePage

register = template.Library()


@register.simple_tag(takes_context=True)
def article_json_ld(
    context: Context, page: ArticlePage, clusters: Iterable[Cluster], crumbs: Sequence[dict[str, str]]
) -> SafeString:
    """The article and the way to it, for machines."""
    return json_ld(structured.article(page, clusters, str(context["network_name"])), structured.trail(page, crumbs))
