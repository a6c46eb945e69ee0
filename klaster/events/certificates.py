"""What others ask of certificates of attendance: who has one, where it is, what stands on it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from klaster.core import pdf
from klaster.events.models import Certificate, Registration, Session
from klaster.events.when import when


def of(registration: Registration) -> Certificate | None:
    """The valid certificate of a registration, if there is one that can be drawn (an erased person's cannot)."""
    return registration.certificates.valid().exclude(name="").first()


def link(registration: Registration, language: str = "") -> str | None:
    """Where whoever holds this address gets the certificate of a registration, for letters; None without one."""
    if of(registration) is None:
        return None
    with override(language or registration.language):
        return settings.SITE_URL + reverse("certificate_by_link", args=[registration.link_token()])


def check_address(certificate: Certificate) -> str:
    """The address that says whether a certificate is valid: it stands on it in letters and as QR code."""
    return settings.SITE_URL + reverse("certificate_check", args=[certificate.code])


def together(sessions: Iterable[Session]) -> int | None:
    """Minutes during which somebody was at one of these sessions: what overlaps counts once, breaks never."""
    counted = [each for each in sessions if each.kind != Session.Kind.PAUSE]
    total, until = datetime.timedelta(), None
    for begins, ends in sorted((each.starts, each.ends) for each in counted if each.starts and each.ends):
        total += max(ends - (begins if until is None else max(begins, until)), datetime.timedelta())
        until = ends if until is None else max(until, ends)
    return int(total.total_seconds() // 60) or None


def paper(certificate: Certificate, language: str) -> bytes:
    """The certificate as PDF. Raises pdf.PdfUnavailable."""
    with override(language), timezone.override(certificate.event.zone):
        context = {
            "certificate": certificate,
            "event": certificate.event,
            "days": when(certificate.event).days,
            "address": check_address(certificate),
            "qr": segno.make(check_address(certificate), error="m", micro=False).png_data_uri(scale=12, border=0),
            "organisers": [certificate.event.organised_by, *certificate.event.co_organisers.all()],
        }
        return pdf.make("events/paper/certificate.html", context, language=language)
