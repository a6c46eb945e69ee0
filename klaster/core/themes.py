"""Light, dark, or as the system is: what somebody chose in this browser.

The choice is a cookie and the server draws it: it works without scripts, and no page is first painted in the other
theme. (A script in the head that reads the cookie would do neither without scripts, and would hold up every first
page.) Pages stay fit for a shared cache: those of visitors who chose nothing are all alike and set no cookie; drawn for
a choice they are marked private (see HeadersMiddleware). A cache has to let requests with this cookie through, as it
must those with a session.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
A_YEAR = 31_536_000
THEMES = ("light", "dark")


def chosen(request: HttpRequest) -> str:
    """`light`, `dark`, or nothing where the system decides; whatever else a cookie says counts as nothing."""
    value = request.COOKIES.get(COOKIE, "")
    return value if value in THEMES else ""


def keep(response: HttpResponse, value: str) -> None:
    """Who leaves it to the system needs no cookie."""
    if value in THEMES:
        response.set_cookie(
            COOKIE, value, max_age=A_YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
