"""Forgetting what people were asked for an event, when it is no longer needed (privacy.py promises when)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.events.models import Answer, Event, Registration

NEEDS_KEPT = datetime.timedelta(days=30)
YEARS_KEPT = 3
FORGOTTEN = "–"  # stands for a name, in any language
IN_ONE_GO = 500


def forget_needs() -> int:
    """Diet, accessibility and sensitive answers, 30 days after the event; of how many events there were any."""
    over = Event.objects.filter(ends__lte=timezone.now() - NEEDS_KEPT)
    said = Q(registrations__in=Registration.objects.filter(~Q(dietary="") | ~Q(access_needs="")).values("pk"))
    answered = Q(questions__in=Answer.objects.filter(question__is_sensitive=True).values("question"))
    events = list(over.filter(said | answered).distinct().order_by("pk"))
    for event in events:
        with transaction.atomic():
            registrations = Registration.objects.filter(event=event)
            registrations.filter(~Q(dietary="") | ~Q(access_needs="")).update(dietary="", access_needs="")
            Answer.objects.filter(question__event=event, question__is_sensitive=True).delete()
            audit.record(gettext_noop("forgot what people need"), event, by="events.forget")
    return len(events)


def forget_names() -> int:
    """Names, addresses and answers, three years after the event; country and firm stay. How many were named."""
    named = Registration.objects.filter(event__ends__lte=long_ago(YEARS_KEPT)).exclude(name=FORGOTTEN)
    forgotten = 0
    while keys := list(named.order_by("pk").values_list("pk", flat=True)[:IN_ONE_GO]):
        with transaction.atomic():
            Answer.objects.filter(registration__in=keys).delete()
            forgotten += Registration.objects.filter(pk__in=keys).update(
                person=None, name=FORGOTTEN, email="", phone="", position="", dietary="", access_needs="", reason="",
                note="",
            )  # fmt: skip
    return forgotten


def long_ago(years: int) -> datetime.datetime:
    """The same day and hour so many years ago; of 29 February the 28th."""
    now = timezone.now()
    year = now.year - years
    return now.replace(year=year, day=28) if (now.month, now.day) == (2, 29) else now.replace(year=year)
