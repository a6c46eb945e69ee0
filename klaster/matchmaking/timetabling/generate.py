"""Events at random, of many kinds, the same for the same seed under every version of Python.

Only `random.Random.random()` is drawn from: the other methods of that class have changed between versions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import cos, exp, log, pi, sqrt
from random import Random
from typing import Any, TypeVar

from .problem import Meeting, Participant, Problem, ProblemError

Thing = TypeVar("Thing")
Pair = tuple[int, int]

PATIENCE = 20  # draws for each meeting before the popular ones are popular no more


@dataclass(frozen=True, slots=True)
class Size:
    """How large an event is; `holes` is the share of the slots in which a participant is away."""

    participants: int
    meetings: int
    slots: int
    tables: int
    holes: float = 0.1


SIZES: Mapping[str, Size] = {
    "small": Size(57, 100, 12, 15),
    "medium": Size(180, 600, 16, 60),
    "large": Size(1_000, 6_000, 20, 320),
    "huge": Size(10_000, 60_000, 24, 2_500, 0.2),
}


def generate(family: str, seed: int, *, size: str | Size = "large", skew: float = 0.0, **changes: Any) -> Problem:
    """An event of one family.

    `skew` is the sigma of log-normal popularity: 0 is everybody alike. `changes` replace single figures of the size.
    ProblemError: no such family or size, or more meetings than there are pairs.
    """
    if family not in FAMILIES:
        raise ProblemError(f"there is no family {family}; there are {', '.join(FAMILIES)}")
    if isinstance(size, str):
        if size not in SIZES:
            raise ProblemError(f"there is no size {size}; there are {', '.join(SIZES)}")
        size = SIZES[size]
    draw, shape = FAMILIES[family]
    given = {name: value for name, value in changes.items() if value is not None}
    size = replace(shape(replace(size, **given)), **given)  # what is asked for outright stays as asked
    if size.participants < 2 or size.meetings < 0 or size.slots < 1 or size.tables < 0 or not 0 <= size.holes <= 1:
        raise ProblemError("an event has 2 participants, 1 slot, and holes from 0 to 1 at least")
    return draw(_Dice(f"{family} {seed} {float(skew)}", skew), size)


class _Dice:
    """All chance of one event."""

    def __init__(self, seed: str, skew: float) -> None:
        self.random = Random(seed).random  # noqa: S311 - nothing here is a secret
        self.skew = skew

    def below(self, count: int) -> int:
        return int(self.random() * count)

    def between(self, low: int, high: int) -> int:
        """Both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        return self.random() < share

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        return [thing for _, thing in sorted(((self.random(), index), t) for index, t in enumerate(things))]

    def popularity(self, count: int) -> list[float]:
        """Log-normal weights (Box and Muller, 1958)."""
        normals = (sqrt(-2 * log(1 - self.random())) * cos(2 * pi * self.random()) for _ in range(count))
        return [exp(self.skew * normal) for normal in normals]


class _Urn:
    """Draws members in proportion to their weights."""

    def __init__(self, dice: _Dice, members: Sequence[int], weights: Sequence[float]) -> None:
        self.dice, self.members, self.sums = dice, members, list(accumulate(weights))

    def draw(self) -> int:
        at = bisect_right(self.sums, self.dice.random() * self.sums[-1])
        return self.members[min(at, len(self.members) - 1)]

    def level(self) -> None:
        self.sums = list(accumulate(1.0 for _ in self.members))


def _pairs(count: int, one: _Urn, other: _Urn) -> list[Pair]:
    """So many different pairs, one of each urn."""
    found: dict[Pair, None] = {}
    both = set(one.members) & set(other.members)
    possible = len(one.members) * len(other.members) - len(both) - len(both) * (len(both) - 1) // 2
    if count > possible:
        raise ProblemError(f"{count} meetings are more than the {possible} pairs there are")
    tries = 0
    while len(found) < count:
        tries += 1
        if tries == PATIENCE * count + 1:
            one.level()
            other.level()
        a, b = one.draw(), other.draw()
        if a != b:
            found[(a, b) if a < b or not both else (b, a)] = None
    return list(found)


def _any_pairs(dice: _Dice, size: Size) -> list[Pair]:
    urn = _Urn(dice, range(size.participants), dice.popularity(size.participants))
    return _pairs(size.meetings, urn, urn)


def _people(dice: _Dice, size: Size) -> list[Participant]:
    """Everybody away now and then, each slot for itself."""
    return [
        Participant(number, unavailable=frozenset(slot for slot in range(size.slots) if dice.chance(size.holes)))
        for number in range(size.participants)
    ]


def _event(
    size: Size,
    people: Sequence[Participant],
    groups: Sequence[Sequence[int]],
    change: Callable[[Meeting], Meeting] = lambda meeting: meeting,
    sessions: Mapping[str, frozenset[int]] | None = None,
) -> Problem:
    meetings = tuple(change(Meeting(number, tuple(members))) for number, members in enumerate(groups))
    return Problem(size.slots, size.tables, tuple(people), meetings, sessions or {})


def _plain(dice: _Dice, size: Size) -> Problem:
    return _event(size, _people(dice, size), _any_pairs(dice, size))


def _holes(dice: _Dice, size: Size) -> Problem:
    """Everybody away for a fifth to two fifths of the time."""
    people = []
    for number in range(size.participants):
        share = 0.2 + 0.2 * dice.random()
        people.append(
            Participant(number, unavailable=frozenset(slot for slot in range(size.slots) if dice.chance(share)))
        )
    return _event(size, people, _any_pairs(dice, size))


def _blocks(dice: _Dice, size: Size) -> Problem:
    """Talks of one to four slots, a fifth of the time."""
    people = []
    for number in range(size.participants):
        talks: set[int] = set()
        wanted = round(0.2 * size.slots + dice.random() - 0.5)
        while len(talks) < wanted:
            start = dice.below(size.slots)
            talks.update(range(start, min(start + dice.between(1, 4), size.slots)))
        people.append(Participant(number, talks=frozenset(talks)))
    return _event(size, people, _any_pairs(dice, size))


def _bipartite(dice: _Dice, size: Size) -> Problem:
    """Buyers, a third, meet suppliers only."""
    popular = dice.popularity(size.participants)
    buyers, third = range(size.participants), max(1, size.participants // 3)
    one = _Urn(dice, buyers[:third], popular[:third])
    pairs = _pairs(size.meetings, one, _Urn(dice, buyers[third:], popular[third:]))
    return _event(size, _people(dice, size), pairs)


def _hubs(dice: _Dice, size: Size) -> Problem:
    """Few hosts, each at its own table, about as many requests each as there are slots."""
    hosts = max(1, min(size.tables, size.participants // 2, -(-size.meetings // size.slots)))
    people = [
        replace(person, fixed_table=number) if number < hosts else person
        for number, person in enumerate(_people(dice, size))
    ]
    popular = dice.popularity(size.participants)
    one = _Urn(dice, range(hosts), popular[:hosts])
    other = _Urn(dice, range(hosts, size.participants), popular[hosts:])
    return _event(size, people, _pairs(size.meetings, one, other))


def _dense(dice: _Dice, size: Size) -> Problem:
    """As many meetings for nearly everybody as there are slots, and nobody away."""
    urn = _Urn(dice, range(size.participants), dice.popularity(size.participants))
    left = [size.slots] * size.participants
    found: dict[Pair, None] = {}
    for _ in range(PATIENCE * size.meetings):
        a, b = urn.draw(), urn.draw()
        pair = (min(a, b), max(a, b))
        if a != b and left[a] and left[b] and pair not in found and len(found) < size.meetings:
            found[pair] = None
            left[a] -= 1
            left[b] -= 1
    return _event(size, [Participant(number) for number in range(size.participants)], list(found))


def _communities(dice: _Dice, size: Size) -> Problem:
    """Eight circles that meet among themselves, and one meeting in ten across."""
    popular = dice.popularity(size.participants)
    circle = [number * 8 // size.participants for number in range(size.participants)]
    urn = _Urn(dice, range(size.participants), popular)
    found: dict[Pair, None] = {}
    for _ in range(PATIENCE * 8 * size.meetings):
        a, b = urn.draw(), urn.draw()
        if a != b and (circle[a] == circle[b] or dice.chance(0.1 / 7)):
            found[min(a, b), max(a, b)] = None
        if len(found) == size.meetings:
            break
    return _event(size, _people(dice, size), list(found))


def _delegations(dice: _Dice, size: Size) -> Problem:
    """One to four representatives, asked for accordingly."""
    reps = [dice.pick((1, 1, 1, 2, 2, 3, 4)) for _ in range(size.participants)]
    people = [replace(person, reps=count) for person, count in zip(_people(dice, size), reps, strict=True)]
    weights = [weight * count for weight, count in zip(dice.popularity(size.participants), reps, strict=True)]
    urn = _Urn(dice, range(size.participants), weights)
    return _event(size, people, _pairs(size.meetings, urn, urn))


def _groups(dice: _Dice, size: Size) -> Problem:
    """Pairs, and one meeting in seven of three to eight."""
    urn = _Urn(dice, range(size.participants), dice.popularity(size.participants))
    rounds: list[Sequence[int]] = []
    for pair in _pairs(size.meetings, urn, urn):
        wanted = min(dice.between(3, 8), size.participants) if dice.chance(1 / 7) else 2
        members = dict.fromkeys(pair)
        while len(members) < wanted:
            members[dice.below(size.participants)] = None
        rounds.append(tuple(members))
    return _event(size, _people(dice, size), rounds)


def _lengths(dice: _Dice, size: Size) -> Problem:
    """Meetings of one, two or three slots."""
    longest = min(3, size.slots)

    def lengthen(meeting: Meeting) -> Meeting:
        return replace(meeting, duration=min(longest, dice.pick((1, 1, 1, 1, 1, 1, 2, 2, 2, 3))))

    return _event(size, _people(dice, size), _any_pairs(dice, size), lengthen)


def _online(dice: _Dice, size: Size) -> Problem:
    """Two meetings in five online."""

    def move(meeting: Meeting) -> Meeting:
        return replace(meeting, online=dice.chance(0.4))

    return _event(size, _people(dice, size), _any_pairs(dice, size), move)


def _sessions(dice: _Dice, size: Size) -> Problem:
    """Mornings and afternoons, a few pins, and a few meetings that come after another of the same participant."""
    people, pairs = _people(dice, size), _any_pairs(dice, size)
    noon = size.slots // 2
    sessions = {"morning": frozenset(range(noon)), "afternoon": frozenset(range(noon, size.slots))}
    pinned: set[tuple[int, int]] = set()
    last: dict[int, int] = {}

    def bind(meeting: Meeting) -> Meeting:
        one, other = int(meeting.participants[0]), int(meeting.participants[1])
        earlier, last[one] = last.get(one), int(meeting.id)
        if dice.chance(0.3):
            return replace(meeting, session=sessions[dice.pick(("morning", "afternoon"))])
        if dice.chance(0.04):
            slot = dice.below(size.slots)
            seats = {(one, slot), (other, slot)}
            if not pinned & seats and slot not in people[one].unavailable | people[other].unavailable:
                pinned.update(seats)
                return replace(meeting, pinned_slot=slot)
        elif earlier is not None and dice.chance(0.04):
            return replace(meeting, after=(earlier,))
        return meeting

    return _event(size, people, pairs, bind, sessions)


def _priorities(dice: _Dice, size: Size) -> Problem:
    """Weights of 1, 3 and 9, and more asked for than can be held."""

    def weigh(meeting: Meeting) -> Meeting:
        return replace(meeting, weight=dice.pick((1, 1, 1, 1, 1, 1, 3, 3, 3, 9)))

    return _event(size, _people(dice, size), _any_pairs(dice, size), weigh)


def _same(size: Size) -> Size:
    return size


def _times(share: float) -> Callable[[Size], Size]:
    return lambda size: replace(size, meetings=round(size.meetings * share))


FAMILIES: Mapping[str, tuple[Callable[[_Dice, Size], Problem], Callable[[Size], Size]]] = {
    "plain": (_plain, _same),
    "tight-tables": (_plain, lambda size: replace(size, tables=max(1, size.meetings * 4 // (5 * size.slots)))),
    "holes": (_holes, _same),
    "blocks": (_blocks, _same),
    "bipartite": (_bipartite, _same),
    "hubs": (_hubs, _same),
    "dense": (
        _dense,
        lambda size: replace(size, meetings=size.participants * size.slots // 2, tables=size.participants // 2),
    ),
    "communities": (_communities, _same),
    "delegations": (_delegations, _times(1.2)),
    "groups": (_groups, _times(0.9)),
    "lengths": (_lengths, _times(0.6)),
    "online": (_online, lambda size: replace(size, tables=max(1, size.tables * 6 // 10))),
    "sessions": (_sessions, _same),
    "priorities": (_priorities, _times(1.4)),
    "oversubscribed": (_plain, _times(2.0)),
}
