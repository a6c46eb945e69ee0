"""How pages look; the gallery of components and the error pages for those who build pages, not in production."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.core import errors, gallery, languages, lists, themes


# A token would need a cookie on every page, and no page could be kept for all; a stranger could only dim a screen.
@csrf_exempt
@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember in this browser how pages are to look, and go back to the switch on the page one was on."""
    back = request.POST.get("next", "").partition("#")[0]
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = f"/{languages.current()}/"
    response = redirect(f"{back}#appearance")
    themes.keep(response, request.POST.get("theme", ""))
    return response


# Mail programs post to it without having been here (RFC 8058); the token is bound to one reader and one list.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def leave_list(request: HttpRequest, token: str) -> HttpResponse:
    """Leave a list of letters, or come back to it. Opening the page changes nothing."""
    found = lists.read(token)
    if found is None:
        raise Http404
    list_name, who = found
    if request.method == "POST":
        if request.POST.get("back"):
            lists.come_back(list_name, who)
        else:
            lists.leave(list_name, who)
    context = {"title": lists.title(list_name), "has_left": lists.has_left(list_name, who)}
    return render(request, "core/leave_list.html", context)


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
