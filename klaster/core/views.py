"""The gallery of components and the error pages, for those who build pages. Production does not have them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from klaster.core import errors, gallery


@login_not_required
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "core/components.html", gallery.context())


@login_not_required
@require_GET
def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """What people see when something goes wrong, without anything going wrong."""
    if settings.PRODUCTION or status not in errors.STATUSES:
        raise Http404
    return errors.page(request, status)
