"""The menu of who is signed in, for every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from klaster.accounts import menu
from klaster.accounts.middleware import has_session


def person_menu(request: HttpRequest) -> dict[str, Any]:
    """`person_menu` as core/base.html draws it; asked only where a page draws it, and never for a visitor."""
    if not has_session(request):
        return {}
    return {"person_menu": SimpleLazyObject(lambda: entries(request))}


def entries(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    return [{"title": title, "url": url, "current": request.path == url} for title, url in menu.of(request.user)]
