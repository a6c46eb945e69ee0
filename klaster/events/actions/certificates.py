"""Certificates of attendance are issued to those whose attendance was recorded, and may be withdrawn for a reason."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.core.fields import Translated
from klaster.events import certificates
from klaster.events.actions import states
from klaster.events.actions.forgetting import FORGOTTEN, long_ago
from klaster.events.evidence import sessions_attended
from klaster.events.models import Certificate, Event, Registration

YEARS_WITH_A_NAME = 10


@transaction.atomic
def issue(event: Event, *, by: User) -> int:
    """Give each person who was there a certificate; how many are new. Asked twice, it gives none the second time.

    One that was withdrawn is not issued again by this: that is decided person by person.
    """
    event = states.lock(event)
    if not event.is_over:
        raise ValidationError(_("Certificates are issued when the event is over."))
    were_there = sessions_attended(event)
    rows = (
        event.registrations.filter(pk__in=were_there).exclude(pk__in=event.certificates.values("registration"))
        .exclude(name__in=["", FORGOTTEN, *Translated.of("Erased person").values()])
        .select_related("organisation").order_by("number")
    )  # fmt: skip
    made = _make(event, rows, were_there)
    if made:
        audit.record(gettext_noop("issued certificates"), event, by=by, after={"certificates": len(made)})
    return len(made)


@transaction.atomic
def withdraw(certificate: Certificate, *, by: User, reason: str, again: bool = False) -> Certificate | None:
    """Make a certificate invalid; `again` issues a new one from what is known today, which is given back."""
    event = states.lock(certificate.event)
    certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    if not certificate.is_valid:
        raise ValidationError(_("This certificate has been withdrawn already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: it stands on the page where certificates are checked.")})
    before = audit.snapshot(certificate)
    certificate.withdrawn_at, certificate.reason = timezone.now(), reason.strip()
    certificate.full_clean()
    certificate.save(update_fields=["withdrawn_at", "reason"])
    audit.record(gettext_noop("withdrew"), certificate, by=by, before=before)
    if not again:
        return None
    were_there = sessions_attended(event)
    if certificate.registration_id not in were_there:
        raise ValidationError(_("No attendance is recorded for this person, so there is nothing to certify."))
    rows = event.registrations.filter(pk=certificate.registration_id).select_related("organisation")
    return _make(event, rows, were_there)[0]


def _make(event: Event, rows: Iterable[Registration], were_there: dict[int, set[int]]) -> list[Certificate]:
    """Under the lock of the event, which is what gives each certificate its own number."""
    number = event.certificates.order_by("-number").values_list("number", flat=True).first() or 0
    sessions = list(event.sessions.filter(is_cancelled=False).in_order())
    made = []
    for number, row in enumerate(rows, start=number + 1):  # noqa: B020  it goes on from the last one
        attended = [session for session in sessions if session.pk in were_there[row.pk]]
        made.append(
            Certificate(
                event=event,
                registration=row,
                number=number,
                name=row.name,
                organisation=row.shown_organisation[:200],
                minutes=certificates.together(attended),
                sessions=[{"title": dict(each.title), "minutes": each.minutes} for each in attended],
            )
        )
    return Certificate.objects.bulk_create(made)


def forget_names() -> int:
    """Ten years after an event its certificates keep number, date and validity, and lose the name."""
    old = Certificate.objects.filter(issued_at__lt=long_ago(YEARS_WITH_A_NAME))
    return old.exclude(name="").update(name="", organisation="")
