"""Who gets a place: pure rules, without a database, so that everybody can check them.

A party is who wants to come together: one person, or people of one organisation who come all or not at all. Parties
stand in a queue by the rule of the event; places go along the queue, each to the first who fits. Who does not fit (the
quota of the country is used up, three people and one place) is passed by those behind, and stays where it is.

Where people take part on site or online, places and quotas are those on site; online there are places of their own, or
no end of them.

The lot: a registration's number in the lot is SHA-256 of the seed with its number written behind it, and the queue is
in the order of these. Anybody who knows the seed and a number can work it out: `printf '%s%s' SEED 17 | sha256sum`.
The seed is drawn before registration ends and its own SHA-256 is shown, so that nobody can choose it afterwards.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Limit = tuple[str, int | str]  # ("category", 7), ("country", "LV") or ONLINE

ONLINE: Limit = ("online", "")

ORDER, MEMBERS_FIRST, LOTTERY = "order", "members_first", "lottery"
LEAST_TIME = datetime.timedelta(minutes=15)


@dataclass(frozen=True)
class Seat:
    """One person's wish: what its quotas are counted by."""

    category: int | None = None
    country: str = ""
    is_online: bool = False

    @property
    def limits(self) -> tuple[Limit, ...]:
        if self.is_online:
            return (ONLINE,)
        of_category: tuple[Limit, ...] = (("category", self.category),) if self.category else ()
        return (*of_category, ("country", self.country)) if self.country else of_category


@dataclass(frozen=True)
class Party:
    """`number` is that of its first registration; `lot` its place in the lot, None before the draw or after it."""

    number: int
    seats: tuple[Seat, ...]
    is_member: bool = False
    lot: int | None = None


class Places:
    """What is left: `capacity` None is without end; `quotas` are places by category or country within it, or ONLINE."""

    def __init__(self, capacity: int | None, quotas: Mapping[Limit, int], holders: Iterable[Seat] = ()):
        self.capacity, self.quotas = capacity, quotas
        self.held: Counter[Limit] = Counter()
        self.taken = 0
        for seat in holders:
            self.hold(seat, 1)

    def hold(self, seat: Seat, people: int) -> None:
        """So many people like this hold a place already."""
        self.taken += 0 if seat.is_online else people
        for limit in seat.limits:
            self.held[limit] += people

    def take(self, seats: tuple[Seat, ...]) -> None:
        self.taken += on_site(seats)
        self.held.update(limit for seat in seats for limit in seat.limits)

    @property
    def is_full(self) -> bool:
        """Nobody more can come to the place."""
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def is_full_online(self) -> bool:
        return ONLINE in self.quotas and self.held[ONLINE] >= self.quotas[ONLINE]

    def lacking(self, seats: tuple[Seat, ...]) -> list[Limit | None]:
        """What stands in the way of all of them together: None for the places of the event, else a quota."""
        wanted = Counter(limit for seat in seats for limit in seat.limits if limit in self.quotas)
        lacking: list[Limit | None] = [
            limit for limit, number in wanted.items() if self.held[limit] + number > self.quotas[limit]
        ]
        people = on_site(seats)
        if people and self.capacity is not None and self.taken + people > self.capacity:
            lacking.insert(0, None)
        return lacking

    def are_endless(self, seats: tuple[Seat, ...]) -> bool:
        """All online, and as many as come."""
        return ONLINE not in self.quotas and not on_site(seats)

    def fit(self, seats: tuple[Seat, ...]) -> bool:
        return not self.lacking(seats)


def on_site(seats: Iterable[Seat]) -> int:
    return sum(not seat.is_online for seat in seats)


def queue(parties: Iterable[Party], rule: str) -> list[Party]:
    """In the order in which they are asked. Who registered after the lot was drawn stands behind it."""
    if rule == MEMBERS_FIRST:
        return sorted(parties, key=lambda party: (not party.is_member, party.number))
    if rule == LOTTERY:
        return sorted(parties, key=lambda party: (party.lot is None, party.lot or 0, party.number))
    return sorted(parties, key=lambda party: party.number)


def next_in(parties: Iterable[Party], rule: str, places: Places) -> list[Party]:
    """Who gets a place now, in order. Their places are taken from `places`."""
    chosen = []
    for party in queue(parties, rule):
        if places.is_full and places.is_full_online:
            break
        if places.fit(party.seats):
            places.take(party.seats)
            chosen.append(party)
    return chosen


# --- the lot --------------------------------------------------------------------------------------------------------
def ticket(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}{number}".encode()).hexdigest()


def commitment(seed: str) -> str:
    """What is shown before the draw: it binds us to the seed and does not tell it."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, numbers: Iterable[int]) -> dict[int, int]:
    """{number: place by lot, from 1}. The same seed and numbers always give the same."""
    ordered = sorted(set(numbers), key=lambda number: ticket(seed, number))
    return {number: place for place, number in enumerate(ordered, 1)}


# --- time -----------------------------------------------------------------------------------------------------------
def kept_until(now: datetime.datetime, starts: datetime.datetime | None, hours: int) -> datetime.datetime | None:
    """Until when an offered place is kept: the hours of the event, near its beginning half of what is left.

    So the place can go to somebody else in time if it is not taken up. None once the event has begun.
    """
    until = now + datetime.timedelta(hours=hours)
    if starts is None:
        return until
    left = starts - now
    if left <= datetime.timedelta(0):
        return None
    return now + min(until - now, left, max(left / 2, LEAST_TIME))
