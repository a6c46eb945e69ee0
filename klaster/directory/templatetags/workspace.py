"""The side of the workspace: {% load workspace %}{% workspace_side %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from klaster.directory.models import Cluster
from klaster.directory.workspace import Desk, Group, Link

register = template.Library()


@register.inclusion_tag("directory/parts/workspace_side.html", takes_context=True)
def workspace_side(context: Context) -> dict[str, Any]:
    """Of `desk` where the view made one, else of who asks and the `cluster` the page is about."""
    request = context["request"]
    about = context.get("cluster") or context.get("entry")
    desk = context.get("desk") or Desk(request.user, asked=about if isinstance(about, Cluster) else None)
    here = request.resolver_match.view_name if request.resolver_match else ""

    def lines(group: Group) -> list[tuple[Link, bool]]:
        return [(link, here in link.pages) for link in desk.links_of(group)]

    return {
        "desk": desk,
        "here_url": request.path,
        "perms": context.get("perms", {}),
        "is_today": here == "my",
        "about": lines(Group.CLUSTER),
        "activity": lines(Group.ACTIVITY),
        "network": lines(Group.NETWORK),
    }
