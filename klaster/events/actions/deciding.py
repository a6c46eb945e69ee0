"""What the organiser decides about registrations: one or many, under the lock of the event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from klaster.directory.actions.rights import demand
from klaster.events.actions import states
from klaster.events.actions.registration import in_the_way
from klaster.events.actions.waiting import (
    give_out,
    move,
    offer_next,
    places_of,
    rows_of,
    seat_of,
    together,
    waits_for_the_lot,
)
from klaster.events.models import Event, Registration
from klaster.events.models import RegistrationState as S

if TYPE_CHECKING:
    from klaster.accounts.models import User

APPROVE, DECLINE, CANCEL, GIVE = "approve", "decline", "cancel", "give"
FROM = {
    APPROVE: (S.APPLIED,),
    DECLINE: (S.APPLIED, S.WAITING),
    CANCEL: (S.CONFIRMED, S.OFFERED, S.WAITING, S.APPLIED),
    GIVE: (S.WAITING,),
}


@dataclass
class Decided:
    """How many were decided on, and who not, with the reason."""

    done: list[Registration]
    refused: list[tuple[Registration, str]]


@transaction.atomic
def decide(event: Event, numbers: Collection[int], what: str, *, by: User, reason: str = "") -> Decided:
    """Approve, decline, cancel or give a place out of turn: one or many of an event, by primary key, in their order.

    Those in another state by now are left as they are: what is pressed twice is done once.
    """
    event = states.lock(event)
    demand(by, "events.change_event", event)
    offer_next(event)  # who waits comes before who is approved now
    rows = rows_of(event, *FROM[what], keys=numbers)
    if what == APPROVE:
        found = _approve(event, rows, by=by)
    elif what == GIVE:
        found = _give(event, rows, by=by)
    else:
        state = S.DECLINED if what == DECLINE else S.CANCELLED
        words = (
            gettext_noop("declined the registration") if what == DECLINE else gettext_noop("cancelled the registration")
        )
        move(rows, state, words, by=by, reason=reason)
        found = Decided(rows, [])
    give_out(event)
    return found


def _approve(event: Event, rows: list[Registration], *, by: User) -> Decided:
    """Into a place while there is one and nobody waits for it, else onto the waiting list."""
    left, comes_by_lot = places_of(event), waits_for_the_lot(event)
    confirmed, waiting, refused = [], [], []
    for party in together(rows):
        seats = tuple(seat_of(event, row) for row in party)
        lacking = left.lacking(seats)
        if not lacking and (not comes_by_lot or left.are_endless(seats)):
            left.take(seats)
            confirmed += party
        elif event.has_waiting_list or comes_by_lot:
            waiting += party
        else:
            refused += [(row, in_the_way(event, lacking)) for row in party]
    words = gettext_noop("approved the registration")
    move(confirmed, S.CONFIRMED, words, by=by)
    move(waiting, S.WAITING, words, by=by)
    return Decided(confirmed + waiting, refused)


def _give(event: Event, rows: list[Registration], *, by: User) -> Decided:
    left, done, refused = places_of(event), [], []
    for row in rows:
        if lacking := left.lacking((seat_of(event, row),)):
            refused.append((row, in_the_way(event, lacking)))
        else:
            left.take((seat_of(event, row),))
            done.append(row)
    move(done, S.CONFIRMED, gettext_noop("gave a place out of turn"), by=by)
    return Decided(done, refused)
