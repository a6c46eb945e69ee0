"""The secret address of a person's calendar."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit
from klaster.events.models import CalendarKey
from klaster.events.models.calendars import new_secret


@transaction.atomic
def renew_address(person: User) -> CalendarKey:
    """Give the calendar an address, or another one; who knew the old one reads nothing any more."""
    key, _is_new = CalendarKey.objects.select_for_update().update_or_create(
        person=person, defaults={"secret": new_secret(), "made_at": timezone.now()}
    )
    audit.record(gettext_noop("made a new address of the calendar"), person, by=person)
    return key


@transaction.atomic
def close_address(person: User) -> None:
    """Let the calendar have no address."""
    deleted, _by_model = CalendarKey.objects.filter(person=person).delete()
    if deleted:
        audit.record(gettext_noop("closed the address of the calendar"), person, by=person)
