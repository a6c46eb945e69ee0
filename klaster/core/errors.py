"""Pages for what went wrong: each says what happened and what to do next, in the reader's language.

Pages of people who can go on (403, 404, 429) stand in the frame of the site. The others (400, 413, 500, 503) need
neither the database nor context processors, because these may be what is broken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from klaster.core import csp, themes
from klaster.core.limits import RateLimited

logger = logging.getLogger(__name__)

STATUSES = (400, 403, 404, 413, 429, 500, 503)
IN_THE_FRAME = (403, 404, 429)
RETRY_AFTER = 30  # seconds until a database that was away is asked again

# What Django would answer 400 or 500.
ANSWERS: list[tuple[tuple[type[Exception], ...], int]] = [
    ((RateLimited,), 429),
    ((RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent), 413),
    ((OperationalError, InterfaceError), 503),
]


def status_of(exception: BaseException | None) -> int | None:
    """The status this exception deserves, where Django knows no better than "bad request" or "our fault"."""
    return next((status for kinds, status in ANSWERS if isinstance(exception, kinds)), None)


class ErrorPagesMiddleware:
    """Answers exceptions of views; klaster.views has the handlers for those of the layers around them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        status = status_of(exception)
        if status == 503:
            logger.error("The database did not answer %s", request.path, exc_info=exception)
        return page(request, status, exception=exception) if status else None


def page(
    request: HttpRequest, status: int, *, template: str = "", exception: BaseException | None = None
) -> HttpResponse:
    """The answer for a status; `template` where one status has several reasons."""
    language = translation.get_language_from_request(request, check_path=True)
    wait = {429: getattr(exception, "retry_after", RETRY_AFTER), 503: RETRY_AFTER}.get(status)
    context: dict[str, Any] = {
        "layout": "core/base.html" if status in IN_THE_FRAME else "core/bare.html",
        "status": status,
        "minutes": -(-wait // 60) if wait else 0,
        "home": f"/{language}/",
        "theme": themes.chosen(request),
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    with translation.override(language):
        try:
            text = loader.render_to_string(
                template or f"{status}.html", context, request if status in IN_THE_FRAME else None
            )
        except (OperationalError, InterfaceError):  # the frame asked the database who is signed in
            return page(request, 503)
    response = HttpResponse(text, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    response["Content-Language"] = language
    response["Content-Security-Policy"] = csp.policy(None, in_office=False)
    add_never_cache_headers(response)
    return response
