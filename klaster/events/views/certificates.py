"""Certificates of attendance: issued at the desk, drawn for their holders, checked by anybody who has the code."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from klaster.core import errors, languages, pdf
from klaster.core.limits import limited
from klaster.directory.duplicates import legal_forms
from klaster.events import certificates, desk, evidence
from klaster.events.actions import certificates as actions
from klaster.events.after_forms import CodeForm, HolderForm, WithdrawForm
from klaster.events.models import Certificate, Registration
from klaster.events.when import when

ON_A_PAGE = 50


def file(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    try:
        data = certificates.paper(certificate, languages.current())
    except pdf.PdfUnavailable as problem:
        return errors.page(request, 503, template="events/no_paper.html", exception=problem)
    return pdf.download(data, f"{_('certificate')}-{certificate.shown_number}.pdf")


# --- whoever has the code ---------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@limited("certificate", limit=60, per=3600, methods=["GET"], when=lambda request: "code" in request.GET)
@require_GET
def certificate_find(request: HttpRequest) -> HttpResponse:
    """Type the code of a certificate to see whether it is valid."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if Certificate.objects.filter(code=code).exists():
            return redirect("certificate_check", code)
        form.add_error("code", _("No certificate has this code. Look at it again: it has neither 0 nor 1, O nor I."))
    return render(request, "events/certificate_find.html", {"form": form})


@login_not_required
@never_cache
@limited("certificate", limit=60, per=3600, methods=["GET"])
@limited("certificate name", limit=20, per=3600)
@require_http_methods(["GET", "POST"])
def certificate_check(request: HttpRequest, code: str) -> HttpResponse:
    """Valid or withdrawn, for which event and day. Whose it is says only who knows the name already."""
    rows = Certificate.objects.select_related("event__organiser")
    certificate = get_object_or_404(rows, code=code)
    form = HolderForm(request.POST or None)
    agrees = None
    if request.method == "POST" and form.is_valid():
        typed, held = legal_forms.plain(form.cleaned_data["name"]), legal_forms.plain(certificate.name)
        agrees = bool(held) and sorted(typed.split()) == sorted(held.split())
    context = {"certificate": certificate, "event": certificate.event, "when": when(certificate.event), "form": form,
               "agrees": agrees}  # fmt: skip
    return render(request, "events/certificate_check.html", context)


# --- its holder -------------------------------------------------------------------------------------------------------
def held_by(token: str) -> Certificate:
    """The valid certificate of whoever holds this signed link."""
    registration = Registration.objects.of_token(token).first()
    certificate = registration and certificates.of(registration)
    if not certificate:
        raise Http404
    return certificate


@login_not_required
@never_cache
@require_GET
def certificate_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """One's own certificate, without an account: what it says, and the file."""
    certificate = held_by(token)
    context = {"certificate": certificate, "event": certificate.event, "when": when(certificate.event), "token": token,
               "check_url": certificates.check_address(certificate)}  # fmt: skip
    return render(request, "events/certificate_held.html", context)


@login_not_required
@never_cache
@limited("certificate file", limit=30, per=3600, methods=["GET"])
@require_GET
def certificate_file(request: HttpRequest, token: str) -> HttpResponseBase:
    return file(request, held_by(token))


@never_cache
@require_GET
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """One's own by account, and those of the event for who runs it."""
    mine = Certificate.objects.visible_to(request.user).valid().exclude(name="")
    return file(request, get_object_or_404(mine.select_related("event__organiser"), code=code))


# --- the desk ---------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def event_certificates(request: HttpRequest, slug: str) -> HttpResponse:
    event = desk.event_for(request, slug)
    if request.method == "POST":
        try:
            number = actions.issue(event, by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            words = ngettext("%(number)d certificate issued.", "%(number)d certificates issued.", number)
            messages.success(request, words % {"number": number} if number else _("Everybody has one already."))
        return redirect("event_certificates", slug)
    rows = event.certificates.order_by("-number")
    were_there = len(evidence.sessions_attended(event))
    context = {
        "event": event,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "were_there": were_there,
        "to_issue": max(were_there - rows.order_by().values("registration").distinct().count(), 0),
    }
    return render(request, "events/event_certificates.html", context)


@require_http_methods(["GET", "POST"])
def certificate_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    event = desk.event_for(request, slug)
    certificate = get_object_or_404(event.certificates.valid(), pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.withdraw(certificate, by=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            number = made.shown_number if made else ""
            words = _("Withdrawn. The new one is number %(number)s.") if made else _("The certificate is withdrawn.")
            messages.success(request, words % {"number": number})
            return redirect("event_certificates", slug)
    return render(
        request, "events/certificate_withdraw.html", {"event": event, "certificate": certificate, "form": form}
    )
