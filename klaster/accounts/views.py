"""Pages about one's own account: settings, notices, sessions, invitations, my data."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klaster.accounts import actions, export, invitations
from klaster.accounts.forms import INVITED, ChannelsForm, EraseForm, SettingsForm, posted
from klaster.accounts.models import Invitation, User, Viewing
from klaster.core import privacy
from klaster.core.limits import limited
from klaster.core.models import Notice

NOTICES_PER_PAGE = 30


# --- settings -------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone."""
    form = SettingsForm(posted(request), instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        person = actions.change_settings(request.user, **form.cleaned_data)
        with override(person.language):
            messages.success(request, _("Saved."))
            return redirect("account")
    return render(request, "accounts/account.html", {"form": form})


@require_http_methods(["GET", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """For each topic, where to be told."""
    form = ChannelsForm(posted(request), person=request.user)
    if request.method == "POST" and form.is_valid():
        actions.change_settings(request.user, chosen_channels=form.chosen)
        messages.success(request, _("Saved."))
        return redirect("channels")
    return render(request, "accounts/channels.html", {"form": form})


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What the person was told, the latest first."""
    told = Notice.objects.visible_to(request.user)
    page = Paginator(told, NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/notices.html", {"page": page, "unread": told.unread().count()})


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    Notice.objects.visible_to(request.user).filter(pk=pk).mark_read()
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notices")


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    Notice.objects.visible_to(request.user).mark_read()
    return redirect("notices")


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one device out."""
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    actions.end_sessions(request.user, by=request.user, keep=request.session.session_key or "", only=session.pk)
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


class PasskeyLoginView(LoginWebAuthnView):
    """allauth's, but whoever wanted to go somewhere arrives there."""

    def form_valid(self, form):  # type: ignore[no-untyped-def]
        key = form.cleaned_data["credential"]
        login = Login(user=key.user, redirect_url=get_next_redirect_url(self.request))
        return webauthn_flows.perform_passwordless_login(self.request, key, login)


# --- invitations ----------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@limited("invitation", limit=30, per=600, methods=["GET", "POST"])
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites whom to what; then accept, or register first. The link is the proof of the address."""
    found = get_object_or_404(Invitation.objects.select_related("invited_by"), token_hash=Invitation.hash_of(token))
    if request.method == "POST" and found.is_open:
        return _answer(request, found)
    context = {
        "invitation": found,
        "grant": invitations.describe(found),
        "is_mine": found.is_for(request.user),
        "has_account": User.objects.filter(email__iexact=found.email, is_active=True).exists(),
    }
    return render(request, "accounts/invitation.html", context, status=200 if found.is_open else 410)


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    if not request.user.is_authenticated:
        request.session[INVITED] = found.pk
        request.session["account_verified_email"] = found.email
        return redirect("account_signup")
    try:
        actions.accept_invitation(found, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(request.path)
    messages.success(request, _("You have accepted the invitation."))
    return redirect("account")


# --- my data --------------------------------------------------------------------------------------------------------
@login_not_required
@require_GET
def what_we_keep(request: HttpRequest) -> HttpResponse:
    """Everything that is kept about people, why and how long."""
    return render(request, "accounts/what_we_keep.html", {"kinds": privacy.kinds()})


@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept about this person, who of the office looked, and the ways out."""
    context = {
        "counted": counted(request.user),
        "viewings": Viewing.objects.filter(person=request.user).select_related("actor"),
    }
    return render(request, "accounts/my_data.html", context)


@require_POST
@reauthentication_required
@limited("export", limit=5, per=3600)
def my_data_export(request: HttpRequest) -> HttpResponse:
    """A ZIP of JSON files."""
    actions.record_export(request.user)
    name = f"klaster-{timezone.localdate():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(export.archive(request.user), content_type="application/zip", headers=headers)


@require_http_methods(["GET", "POST"])
@reauthentication_required
def my_data_erase(request: HttpRequest) -> HttpResponse:
    """Shows what goes and what stays, asks once more, erases."""
    form = EraseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.erase(request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)
            messages.success(request, _("Your account and your data are erased. Goodbye."))
            return redirect("account_login")
    context = {"form": form, "counted": counted(request.user), "fates": list(privacy.Fate)}
    return render(request, "accounts/my_data_erase.html", context)


def counted(person: User) -> list[tuple[privacy.Kind, int]]:
    """Everything that is kept about a person with how many rows there are; kinds without any are left out."""
    return [(kind, count) for kind in privacy.kinds() if (count := kind.count(person))]
