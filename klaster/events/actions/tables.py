"""What the organiser does with rows of the table: own words about one, and columns that are remembered."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.events import letters
from klaster.events.actions import states
from klaster.events.letter_texts import LetterKind
from klaster.events.models import ENDED, ChosenColumns, Event, Registration


def choose_columns(event: Event, codes: Collection[str], *, by: User) -> None:
    """Remember what somebody wants to see in this table; nothing chosen are the usual columns."""
    ChosenColumns.objects.update_or_create(event=event, person=by, defaults={"codes": list(codes)})


@transaction.atomic
def note(registration: Registration, *, email: str, note: str, by: User) -> Registration:
    """What only the organiser changes: the address of somebody without account, and a note nobody else reads."""
    event = states.lock(registration.event)
    demand(by, "events.change_event", event)
    row: Registration = event.registrations.get(pk=registration.pk)
    before = audit.snapshot(row)
    taken = event.registrations.exclude(state__in=ENDED).exclude(pk=row.pk).filter(email__iexact=email)
    if email and email != row.email and not row.has_ended and taken.exists():
        raise ValidationError({"email": _("This address is registered for the event already.")})
    row.email, row.note = email, note
    row.clean_fields(exclude=["event", "person", "booked_by", "organisation", "category"])
    row.save(update_fields=["email", "note"])
    if audit.snapshot(row) != before:
        audit.record(gettext_noop("changed the registration"), row, by=by, before=before)
    return row


@transaction.atomic
def tell_again(event: Event, numbers: Collection[int], *, by: User) -> int:
    """Write once more to these people how their registration stands; how many letters that were."""
    demand(by, "events.change_event", event)
    occasion = f"again {timezone.now():%Y-%m-%d %H:%M}"  # pressed twice it is one letter
    written = 0
    for row in letters.with_event(event, event.registrations.filter(pk__in=numbers)):
        written += letters.write(row, LetterKind(row.state), occasion=occasion, note=row.reason) is not None
    return written


def record_needs_taken(event: Event, *, by: User) -> None:
    """That somebody took away a file with the needs of people is written down."""
    audit.record(gettext_noop("took away the needs of those who come"), event, by=by)
