"""Headers that Django and csp.py do not set: pages of people who are signed in are kept by nobody."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from klaster.core import themes

PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class HeadersMiddleware:
    """After AuthenticationMiddleware. A view that says itself how long its answer may be kept is believed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        # A view that never asked who is there has nothing of anybody in its answer.
        if "Cache-Control" not in response and request.session.accessed and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        # Drawn for one browser's choice of theme (see themes.py): nothing for a cache that serves others, too.
        if themes.chosen(request) and response.get("Content-Type", "").startswith("text/html"):
            patch_cache_control(response, private=True)
        return response


class HeadMiddleware:
    """Whoever asks for the headers of a page gets those of the page: a view that answers GET answers HEAD."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        response = self.get_response(request)
        request.method = "HEAD"
        if not response.streaming:
            length = str(len(response.content))
            response.content = b""
            response["Content-Length"] = length
        return response


def with_camera(response: HttpResponse) -> HttpResponse:
    """For the one page that reads codes: its own scripts may ask for the camera."""
    response["Permissions-Policy"] = PERMISSIONS.replace("camera=()", "camera=(self)")
    return response
