"""Pages of the office about those who write news."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klaster.accounts.models import User
from klaster.core.limits import limited
from klaster.newsroom import actions
from klaster.newsroom.forms import AuthorForm
from klaster.newsroom.rules import AUTHORS

AUTHORS_ON_A_PAGE = 50


@require_http_methods(["GET", "POST"])
@limited("invite", limit=30, per=86400)
def authors(request: HttpRequest) -> HttpResponse:
    """Who writes for the network, and taking somebody in."""
    if not request.user.has_perm("newsroom.appoint_author"):
        raise PermissionDenied
    form = AuthorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = actions.take_in(by=request.user, **form.cleaned_data)
        words = _("%(person)s is an author now.") % {"person": person} if person else _("The invitation is on its way.")
        messages.success(request, words)
        return redirect("authors")
    found = User.objects.visible_to(request.user).filter(groups__name=AUTHORS).order_by("name", "email")
    page = Paginator(found, AUTHORS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "newsroom/authors.html", {"form": form, "page": page})


@require_POST
def author_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("newsroom.appoint_author"):
        raise PermissionDenied
    person = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    actions.dismiss_author(person, by=request.user)
    messages.success(request, _("%(person)s is no longer an author.") % {"person": person})
    return redirect("authors")
