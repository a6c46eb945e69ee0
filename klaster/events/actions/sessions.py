"""Sessions with limited places: who goes to which, and who waits. Under the lock of the event."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.events import letters
from klaster.events.models import (
    HOLD_A_PLACE,
    Event,
    GivenUpSession,
    Registration,
    RegistrationState,
    Session,
    SessionChoice,
)

GOES = Q(choices__is_waiting=False, choices__registration__state__in=HOLD_A_PLACE)


def to_choose(event: Event) -> QuerySet[Session]:
    """Sessions people choose when they register."""
    return event.sessions.filter(capacity__isnull=False, is_cancelled=False).in_order()


def with_room(event: Event) -> QuerySet[Session]:
    """The same with `going`, how many have a place."""
    return to_choose(event).annotate(going=Count("choices", filter=GOES)).select_related("event")


def clash(chosen: Iterable[Session]) -> None:
    """Nobody sits in two rooms at once."""
    timed = sorted(
        ((each.starts, each.ends, each) for each in chosen if each.starts and each.ends), key=lambda each: each[:2]
    )
    for (_begins, ends, one), (begins, _ends, other) in itertools.pairwise(timed):
        if begins < ends:
            words = _("“%(one)s” and “%(other)s” are at the same time. Choose one of them.")
            raise ValidationError(words % {"one": one.title, "other": other.title})


def choose(registration: Registration, chosen: Collection[Session]) -> None:
    """These and no others; what is kept keeps its place. `fill` follows."""
    _give_up(registration.session_choices.exclude(session__in=chosen))
    kept = set(registration.session_choices.values_list("session", flat=True))
    SessionChoice.objects.bulk_create(
        SessionChoice(registration=registration, session=session, is_waiting=True)
        for session in chosen
        if session.pk not in kept
    )


def leave(registrations: Iterable[Registration]) -> None:
    _give_up(SessionChoice.objects.filter(registration__in=[row.pk for row in registrations]))


def _give_up(choices: QuerySet[SessionChoice]) -> None:
    """Forget these choices. Who had a place has it in a calendar, which has to be told."""
    had_a_place = choices.filter(is_waiting=False)
    told = [
        GivenUpSession(registration_id=registration, session_id=session, times=0)
        for registration, session in had_a_place.values_list("registration", "session")
    ]
    if told:
        GivenUpSession.objects.bulk_create(told, ignore_conflicts=True)
        same = had_a_place.filter(registration=OuterRef("registration"), session=OuterRef("session"))
        GivenUpSession.objects.filter(Exists(same)).update(times=F("times") + 1, at=timezone.now())
    choices.delete()


def fill(event: Event, fresh: Collection[Registration] = ()) -> None:
    """Give free places in sessions to who takes part and waits longest; all are told but the `fresh`, who know."""
    waited_for = event.sessions.filter(choices__is_waiting=True, is_cancelled=False).distinct()
    if not (keys := list(waited_for.values_list("pk", flat=True).order_by("pk"))):
        return
    sessions = event.sessions.filter(pk__in=keys).annotate(going=Count("choices", filter=GOES)).order_by("pk")
    moved: set[int] = set()
    for session in sessions:
        waiting = session.choices.filter(is_waiting=True, registration__state=RegistrationState.CONFIRMED)
        free = None if session.capacity is None else max(0, session.capacity - session.going)
        for key, who in waiting.order_by("at", "pk").values_list("pk", "registration")[:free]:
            SessionChoice.objects.filter(pk=key).update(is_waiting=False)
            moved.add(who)
    told = event.registrations.filter(pk__in=moved - {row.pk for row in fresh})
    for registration in letters.with_event(event, told):
        letters.told(registration, "changed")
