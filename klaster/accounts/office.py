"""Pages of the network's office about people: who there is, inviting colleagues, closing doors, viewing as somebody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.accounts import actions, office_tables
from klaster.accounts.forms import InviteSecretaryForm, PeopleFilter, ReasonForm, ViewingForm, posted
from klaster.accounts.middleware import VIEWING
from klaster.accounts.models import Invitation, User
from klaster.core import tables
from klaster.core.limits import limited, limited_finding
from klaster.core.models import AuditEvent

log = structlog.get_logger(__name__)

PEOPLE_PER_PAGE = 50
HISTORY = 20
VIEWING_ID, CLOSING_ID = "viewing_%s", "closing_%s"  # two forms of one page ask for a reason


def require(request: HttpRequest, right: str, thing: object = None) -> None:
    if not request.user.has_perm(right, thing):
        raise PermissionDenied


@require_GET
@limited_finding
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account; found by name or address."""
    require(request, "accounts.view_people")
    found, form = chosen_people(request)
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"form": form, "page": page})


def chosen_people(request: HttpRequest) -> tuple[QuerySet[User], PeopleFilter]:
    """The people the address asks for, in the order of the page."""
    form = PeopleFilter(request.GET)
    form.is_valid()
    found = User.objects.visible_to(request.user).search(form.cleaned_data.get("q", "")).with_office()
    if form.cleaned_data.get("who") == "secretariat":
        found = found.secretariat()
    elif form.cleaned_data.get("who") == "closed":
        found = found.filter(is_active=False)
    return found.in_order(), form


@never_cache
@require_GET
@limited_finding
def people_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The list as filtered, as a table; that addresses of people left the site is in the log."""
    require(request, "accounts.view_people")
    found, form = chosen_people(request)
    log.info("list of people taken away", person=request.user.pk)
    return tables.response(office_tables.people(found, form), ending)


@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what the office may know and do."""
    require(request, "accounts.view_people")
    somebody = get_object_or_404(User.objects.visible_to(request.user).with_office(), pk=pk)
    return _person_page(request, somebody)


def _person_page(request: HttpRequest, somebody: User, **forms: object) -> HttpResponse:
    rights = ["view_as", "deactivate_person", "reactivate_person", "end_sessions", "dismiss_secretary"]
    context = {
        "person": somebody,
        "may": {right: request.user.has_perm(f"accounts.{right}", somebody) for right in rights},
        "viewing_form": ViewingForm(auto_id=VIEWING_ID),
        "reason_form": ReasonForm(auto_id=CLOSING_ID),
        "history": AuditEvent.objects.of(somebody).with_people()[:HISTORY],
        "affiliations": somebody.affiliations.select_related("organisation").order_by("-since", "pk"),
        "open_sessions": somebody.usersession_set.count(),
        **forms,
    }
    return render(request, "accounts/person.html", context)


@require_POST
def person_deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = _somebody(request, pk, "accounts.deactivate_person")
    form = ReasonForm(request.POST, auto_id=CLOSING_ID)
    if not form.is_valid():
        return _person_page(request, somebody, reason_form=form)
    actions.deactivate_person(somebody, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The account is closed. The person was signed out everywhere."))
    return redirect(somebody)


@require_POST
def person_reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = _somebody(request, pk, "accounts.reactivate_person")
    actions.reactivate_person(somebody, by=request.user)
    messages.success(request, _("The account is open again."))
    return redirect(somebody)


@require_POST
def person_end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    somebody = _somebody(request, pk, "accounts.end_sessions")
    actions.end_sessions(somebody, by=request.user)
    messages.success(request, _("The person was signed out everywhere."))
    return redirect(somebody)


@require_POST
def person_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody out of the secretariat."""
    somebody = _somebody(request, pk, "accounts.dismiss_secretary")
    actions.dismiss_secretary(somebody, by=request.user)
    messages.success(request, _("The person no longer works for the office."))
    return redirect(somebody)


def _somebody(request: HttpRequest, pk: int, right: str) -> User:
    somebody: User = get_object_or_404(User.objects.visible_to(request.user).with_office(), pk=pk)
    require(request, right, somebody)
    return somebody


# --- invitations ----------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@limited("invite", limit=30, per=86400)
def invite_secretary(request: HttpRequest) -> HttpResponse:
    """Write to a colleague to be."""
    require(request, "accounts.invite_secretary")
    form = InviteSecretaryForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.invite(by=request.user, grant="secretariat", **form.cleaned_data)
        messages.success(request, _("The invitation is on its way."))
        return redirect("invitations")
    return render(request, "accounts/invite_secretary.html", {"form": form})


@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    """Who was invited by whom, and what became of it."""
    found = Invitation.objects.visible_to(request.user).select_related("invited_by", "accepted_by")
    page = Paginator(found, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/invitations.html", {"page": page})


@never_cache
@require_GET
def invitation_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The invitations this person sees on the page, as a table."""
    found = Invitation.objects.visible_to(request.user).select_related("invited_by", "accepted_by")
    return tables.response(office_tables.invitations(found), ending)


@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    require(request, "accounts.withdraw_invitation", invitation)
    try:
        actions.withdraw_invitation(invitation, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    return redirect("invitations")


# --- view as --------------------------------------------------------------------------------------------------------
@require_POST
def view_as_start(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on see the site as this person does."""
    somebody = _somebody(request, pk, "accounts.view_as")
    form = ViewingForm(request.POST, auto_id=VIEWING_ID)
    if not form.is_valid():
        return _person_page(request, somebody, viewing_form=form)
    viewing = actions.start_viewing(somebody, by=request.user, reason=form.cleaned_data["reason"])
    request.session[VIEWING] = viewing.pk
    return redirect(f"/{somebody.language}/")


@require_POST
def view_as_stop(request: HttpRequest) -> HttpResponse:
    """Back to one's own eyes; also a second click."""
    viewing = request.view_as  # type: ignore[attr-defined]
    request.session.pop(VIEWING, None)
    if viewing is None:
        return redirect("people") if request.user.has_perm("accounts.view_people") else redirect("account")
    actions.end_viewing(viewing)
    return redirect(viewing.person)


# --- the doors of Wagtail, which are ours ---------------------------------------------------------------------------
def for_office(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wagtail sends who may not in to its sign-in, which for somebody signed in is a circle: say no instead."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request, "wagtailadmin.access_admin")
        return view(request, *args, **kwargs)

    return checked


@login_not_required
@require_GET
def office_sign_in(request: HttpRequest) -> HttpResponse:
    """Where Wagtail would ask for a password without limits or a second factor."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("wagtailadmin_home"))


@login_not_required
@require_GET
def office_password_reset(request: HttpRequest, rest: str = "") -> HttpResponse:
    return redirect("account_reset_password")


@require_GET
def office_account(request: HttpRequest) -> HttpResponse:
    """Wagtail's page about oneself: name, address and password live here, not there."""
    return redirect("account")


@require_GET
def office_users(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Wagtail's list of users could set passwords and make administrators past every check of ours."""
    number = rest.strip("/").rpartition("/")[2]
    return redirect("person", pk=int(number)) if number.isdecimal() and len(number) < 19 else redirect("people")


@for_office
@require_GET
def office_groups(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Wagtail's groups: what they may is laid by the program, and who is in one is changed where the audit sees it."""
    return redirect("people")
