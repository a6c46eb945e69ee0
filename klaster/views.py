"""Answers that belong to no app: alive, ready, errors."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET
from django.views.static import serve as media

from klaster.core import health

__all__ = ["csrf_failure", "healthz", "media", "readyz"]


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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", status=403)
