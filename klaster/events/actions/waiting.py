"""Who comes in from the waiting list: offers, their end, the lot. All under the lock of the event.

`give_out(event)` is what everybody calls who changed registrations, places or quotas; it ends with the state settled.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.events import letters, places
from klaster.events.actions import sessions, states
from klaster.events.models import BY_THE_CLOCK, Draw, Event, Registration, RegistrationState, State
from klaster.events.places import Party, Places, Seat

if TYPE_CHECKING:
    from klaster.accounts.models import User


def seat_of(event: Event, registration: Registration) -> Seat:
    is_online = event.has_two_ways and registration.is_online
    return Seat(registration.category_id, registration.country.code or "", is_online)  # type: ignore[attr-defined]


def places_of(event: Event) -> Places:
    """What is taken and what is left, by quota too."""
    quotas: dict[places.Limit, int] = {}
    for category, country, most in event.quotas.order_by().values_list("category", "country", "places"):
        quotas["category" if category else "country", category or country] = most
    if event.has_two_ways and event.online_capacity is not None:
        quotas[places.ONLINE] = event.online_capacity
    left = Places(event.capacity, quotas)
    by = ("category", "country", "is_online")
    groups = event.registrations.holding_places().order_by().values_list(*by).annotate(Count("pk"))
    for category, country, is_online, people in groups:
        left.hold(Seat(category, country, event.has_two_ways and is_online), people)
    return left


def rows_of(event: Event, *states_: str, keys: Collection[int] | None = None) -> list[Registration]:
    """Registrations in these states by number, with what a letter to them needs; only those of these keys, if given."""
    rows = event.registrations.filter(state__in=states_)
    return list(letters.with_event(event, rows if keys is None else rows.filter(pk__in=keys)))


def together(rows: Iterable[Registration]) -> list[list[Registration]]:
    """Who comes alone, and who all or not at all."""
    groups: dict[int, list[Registration]] = {}
    for row in rows:
        groups.setdefault((row.booked_by_id or row.pk) if row.is_together else row.pk, []).append(row)
    return list(groups.values())


def parties_of(event: Event) -> dict[Party, list[Registration]]:
    """Who waits, alone or together."""
    return {
        Party(
            members[0].number,
            tuple(seat_of(event, row) for row in members),
            any(row.is_member for row in members),
            min((row.lot for row in members if row.lot), default=None),
        ): members
        for members in together(rows_of(event, RegistrationState.WAITING))
    }


def waits_for_the_lot(event: Event) -> bool:
    """Places are given by lot and the lot is not drawn yet: until then everybody waits."""
    if event.waiting_rule != Event.WaitingRule.LOTTERY or event.lottery_seed:
        return False
    return event.capacity is not None or event.quotas.exists()


def place_in_list(registration: Registration) -> int | None:
    """Which in the waiting list, from 1; None before the lot and for who does not wait."""
    event = registration.event
    if registration.state != RegistrationState.WAITING or waits_for_the_lot(event):
        return None
    before = 0
    parties = parties_of(event)
    for party in places.queue(parties, event.waiting_rule):
        for row in parties[party]:
            before += 1
            if row.pk == registration.pk:
                return before
    return None


# --- giving out -----------------------------------------------------------------------------------------------------
def give_out(event: Event, *, fresh: Collection[Registration] = ()) -> list[Registration]:
    """Offer places that are left to who waits for them; who was offered one. The event is locked."""
    offered = offer_next(event)
    sessions.fill(event, fresh=fresh)
    states.settle(event)
    return offered


@transaction.atomic
def give_out_now(event: Event) -> list[Registration]:
    """End old offers, then give out what is left: what the clock does, and whoever changed places or quotas."""
    event = states.lock(event)
    return lapse(event) + give_out(event)


def offer_next(event: Event) -> list[Registration]:
    if event.state not in BY_THE_CLOCK or event.state == State.HELD or waits_for_the_lot(event):
        return []
    until = places.kept_until(timezone.now(), event.starts, event.confirm_hours)
    if until is None or not may_fit(event, left := places_of(event)):
        return []
    parties = parties_of(event)
    rows = [row for party in places.next_in(parties, event.waiting_rule, left) for row in parties[party]]
    move(rows, RegistrationState.OFFERED, gettext_noop("offered a place"), offered_until=until)
    return rows


def may_fit(event: Event, left: Places) -> bool:
    """Whether anybody waits who could get a place: asked at each registration, and mostly nobody does."""
    used_up = {kind: [value for (k, value), most in left.quotas.items() if k == kind and left.held[k, value] >= most]
               for kind in ("category", "country")}  # fmt: skip
    barred = Q(category__in=used_up["category"], category__isnull=False) | Q(country__in=used_up["country"])
    nobody = Q(pk__in=[])
    online = Q(is_online=True) if event.has_two_ways else nobody
    fits = (nobody if left.is_full else ~online & ~barred) | (nobody if left.is_full_online else online)
    return event.registrations.filter(fits, state=RegistrationState.WAITING).exists()


def lapse(event: Event) -> list[Registration]:
    """End the offers that nobody took up in time. The event is locked; `give_out` follows."""
    now = timezone.now()
    rows = [row for row in rows_of(event, RegistrationState.OFFERED) if row.offered_until and row.offered_until <= now]
    move(rows, RegistrationState.LAPSED, gettext_noop("did not take up the place"))
    return rows


def move(
    rows: Iterable[Registration], state: str, words: str, *, by: User | None = None, reason: str = "", **fields: object
) -> None:
    """Registrations of one locked event into another state: one statement, one record and one letter each."""
    rows = list(rows)
    if not rows:
        return
    now, acts = timezone.now(), []
    for row in rows:
        before = {"state": row.state}
        row.state, row.offered_until = state, None
        if state == RegistrationState.CONFIRMED:
            row.confirmed_at = now
        if row.has_ended:
            row.ended_at, row.reason = now, reason
        for name, value in fields.items():
            setattr(row, name, value)
        acts.append((row, before, {"state": state}))
    changed = ["state", "offered_until", "confirmed_at", "ended_at", "reason", *fields]
    Registration.objects.bulk_update(rows, list(dict.fromkeys(changed)), batch_size=200)
    if rows[0].has_ended:
        sessions.leave(rows)
    audit.record_many(words, acts, by=by)
    for row in rows:
        letters.told(row, str(state))


def due_for_giving_out() -> QuerySet[Event]:
    """Events in which the clock ended an offer, or somebody waits whom a change of places may let in."""
    rows = Registration.objects.filter(event=OuterRef("pk"))
    over = rows.filter(state=RegistrationState.OFFERED, offered_until__lte=timezone.now())
    waits = rows.filter(state=RegistrationState.WAITING)
    return Event.objects.filter(
        Exists(over) | (Q(state__in=BY_THE_CLOCK, starts__gt=timezone.now()) & Exists(waits))
    ).order_by("pk")


# --- the lot --------------------------------------------------------------------------------------------------------
@transaction.atomic
def prepare_draw(event: Event, *, by: User) -> Draw:
    """Choose the seed before the draw, so that its SHA-256 can be shown: it is the machine's and nobody sees it."""
    event = states.lock(event)
    demand(by, "events.change_event", event)
    if event.waiting_rule != Event.WaitingRule.LOTTERY:
        raise ValidationError(_("Places of this event are not given by lot."))
    found, is_new = Draw.objects.get_or_create(event=event, defaults={"seed": secrets.token_hex(16), "by": by})
    if is_new:
        audit.record(gettext_noop("prepared the lot"), event, by=by, after={"commitment": found.commitment})
    return found


@transaction.atomic
def draw_lottery(event: Event, *, by: User, seed: str = "") -> list[Registration]:
    """Draw once: everybody who waits gets a place in the order of the lot, and those who fit take part.

    With a prepared seed it is that one; else the seed is given, such as the numbers of a public draw named beforehand.
    """
    event = states.lock(event)
    demand(by, "events.change_event", event)
    if event.waiting_rule != Event.WaitingRule.LOTTERY:
        raise ValidationError(_("Places of this event are not given by lot."))
    if event.lottery_seed:
        raise ValidationError(_("The lot was drawn already."))
    prepared = Draw.objects.filter(event=event).first()
    if prepared is None and not seed.strip():
        raise ValidationError({"seed": _("Give a seed, or prepare one first.")})
    draw = prepared or Draw(event=event, seed=seed.strip())
    draw.drawn_at, draw.by = timezone.now(), by
    draw.full_clean(validate_constraints=False)
    draw.save()
    event.lottery_seed = draw.seed
    event.save(update_fields=["lottery_seed", "updated_at"])
    audit.record(gettext_noop("drew the lot"), event, by=by, after={"lottery_seed": draw.seed})
    return _by_lot(event)


def _by_lot(event: Event) -> list[Registration]:
    rows = rows_of(event, RegistrationState.WAITING)
    lots = places.draw(event.lottery_seed, [row.number for row in rows])
    for row in rows:
        row.lot = lots[row.number]
    Registration.objects.bulk_update(rows, ["lot"], batch_size=200)
    parties = parties_of(event)
    chosen = places.next_in(parties, event.waiting_rule, places_of(event))
    winners = [row for party in chosen for row in parties[party]]
    move(winners, RegistrationState.CONFIRMED, gettext_noop("got a place by lot"))
    for party in places.queue(parties.keys() - set(chosen), event.waiting_rule):
        for row in parties[party]:
            letters.told(row, "changed")
    give_out(event)
    return winners
