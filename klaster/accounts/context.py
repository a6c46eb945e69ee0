"""The menu of who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from klaster.accounts.middleware import has_session
from klaster.accounts.models import User
from klaster.core.models import Notice


def person_menu(request: HttpRequest) -> dict[str, Any]:
    """`person_menu` as core/base.html draws it; asked only where a page draws it, and never for a visitor."""
    if not has_session(request):
        return {}
    return {"person_menu": SimpleLazyObject(lambda: entries(request, request.user))}


def entries(request: HttpRequest, person: User | AnonymousUser) -> list[dict[str, Any]]:
    if not person.is_authenticated:
        return []
    unread = Notice.objects.visible_to(person).unread().count()
    notices = _("Notices (%(count)s)") % {"count": unread} if unread else _("Notices")
    found = [(notices, reverse("notices")), (_("Your account"), reverse("account"))]
    if person.has_perm("accounts.view_people"):
        found.append((_("People"), reverse("people")))
    if person.has_perm("wagtailadmin.access_admin"):
        found.append((_("Office"), reverse("wagtailadmin_home")))
    return [{"title": title, "url": url, "current": request.path == url} for title, url in found]
