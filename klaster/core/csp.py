"""Content-Security-Policy on every answer; Django has its own from 6.0 on, drop this at 6.2 LTS.

Pages of the site run no inline script or style without a nonce. The office is Wagtail's admin, whose date pickers and
editor write inline styles, so it alone allows inline.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

OFFICE = "/office/"


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        used: list[str] = []

        def make() -> str:
            used.append(secrets.token_urlsafe(16))
            return used[0]

        request.csp_nonce = SimpleLazyObject(make)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            # A page that asked for no nonce carries none, so that it may be cached for everybody.
            in_office = request.path.startswith(OFFICE)
            response["Content-Security-Policy"] = policy(used[0] if used else None, in_office=in_office)
        return response


def policy(nonce: str | None, *, in_office: bool) -> str:
    inline = " 'unsafe-inline'" if in_office else f" 'nonce-{nonce}'" if nonce else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self'{inline}",
            f"style-src 'self'{inline}",
            "img-src 'self' data:" + (" blob:" if in_office else ""),
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def nonce(request: HttpRequest) -> dict[str, object]:
    return {"csp_nonce": getattr(request, "csp_nonce", "")}
