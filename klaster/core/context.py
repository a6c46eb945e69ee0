"""What every page may count on. Later context processors and views put their own in place of these."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from klaster.core import themes


def frame(request: HttpRequest) -> dict[str, Any]:
    """The frame of core/base.html.

    site_url      https://… without a slash at the end, for addresses that leave the page
    network_name  the name of this country's network
    menu          main menu: [{"title", "url", "current": bool}]
    person_menu   of who is signed in: [{"title", "url", "current": bool}]
    footer        columns: [{"title", "links": [{"title", "url"}]}]
    theme         "light", "dark", or "" where the system decides
    """
    return {
        "site_url": settings.SITE_URL,
        "network_name": gettext("Cluster network"),
        "menu": [],
        "person_menu": [],
        "footer": [],
        "theme": themes.chosen(request),
    }
