"""Answers that belong to no app: alive, ready, errors, what machines may read."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_safe

from klaster.core import errors, files, health, languages
from klaster.directory import sitemaps
from klaster.events import sitemaps as event_sitemaps
from klaster.matchmaking import sitemaps as board_sitemaps
from klaster.pages.sitemaps import PageSitemap

__all__ = [
    "bad_request",
    "csrf_failure",
    "favicon",
    "healthz",
    "media",
    "page_not_found",
    "permission_denied",
    "readyz",
    "robots",
    "security_txt",
    "server_error",
    "sitemap_index",
    "sitemap_section",
    "too_many_requests",
]


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: 200, or 503 and which part is not ready."""
    found = health.readiness()
    response = JsonResponse(found, status=200 if all(found.values()) else 503)
    add_never_cache_headers(response)
    return response


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for where no page names an icon: beside a feed, a picture, a document."""
    return redirect(static("core/symbol.svg"))


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where those write who found a hole (RFC 9116). It expires in half a year, seen from each day anew."""
    expires = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=180)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(languages.codes())}",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def media(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """A picture that belongs to public pages."""
    return files.public_file(request, path)


def sections() -> dict[str, Sitemap]:
    return {
        "pages": PageSitemap(), **sitemaps.sections(), **event_sitemaps.sections(), **board_sitemaps.sections()
    }  # fmt: skip


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return index(request, sections(), sitemap_url_name="sitemap_section")


@login_not_required
@require_safe
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    return sitemap(request, sections(), section=section)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What machines need not read: the office, one's own pages, endless results of searches."""
    closed = ["/office/"]
    for code in languages.codes():
        with override(code):
            closed += [reverse(name) for name in ("search", "my", "account")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines += [f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.page(request, errors.status_of(exception) or 400, exception=exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return errors.page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while it handles the exception, which it does not pass on."""
    exception = sys.exception()
    return errors.page(request, errors.status_of(exception) or 500, exception=exception)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth calls this when its own limits are passed."""
    return errors.page(request, 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open in another session, or cookies are off."""
    return errors.page(request, 403, template="403_csrf.html")
