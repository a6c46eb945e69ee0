"""Which representative sits in which meeting: pure, exact.

Each participant is looked at by itself: its meetings, in order of time, each want one representative who is free all
through it and sits nowhere else. Meetings that overlap directly or through others are one knot; a knot is searched
through (whoever sat there before first), so that people are found wherever there are any. Knots are small: in slots of
one length they have at most as many meetings as there are representatives.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from klaster.matchmaking.presence import Person

MOST_STEPS = 20_000  # of the search within a knot; then who is found so far


@dataclass(frozen=True)
class Place:
    """A meeting with a time, and the participants it needs somebody of."""

    meeting: int
    starts: datetime.datetime
    ends: datetime.datetime
    participants: tuple[int, ...]


@dataclass
class Seated:
    """`who`: the representative by (meeting, participant). `nobody`: those for whom there is none."""

    who: dict[tuple[int, int], int] = field(default_factory=dict)
    nobody: list[tuple[int, int]] = field(default_factory=list)


def seat(
    places: Iterable[Place], people: Mapping[int, Sequence[Person]], before: Mapping[tuple[int, int], int]
) -> Seated:
    """`before`: who sat where until now, by (meeting, participant)."""
    wanted: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        for participant in place.participants:
            wanted[participant].append(place)
    seated = Seated()
    for participant, theirs in wanted.items():
        for knot in _knots(sorted(theirs, key=lambda place: (place.starts, place.meeting))):
            _seat_knot(participant, knot, people.get(participant, ()), before, seated)
    return seated


def _knots(places: list[Place]) -> list[list[Place]]:
    knots: list[list[Place]] = []
    until: datetime.datetime | None = None
    for place in places:
        if until is not None and place.starts < until:
            knots[-1].append(place)
            until = max(until, place.ends)
        else:
            knots.append([place])
            until = place.ends
    return knots


def _seat_knot(
    participant: int,
    knot: list[Place],
    people: Sequence[Person],
    before: Mapping[tuple[int, int], int],
    seated: Seated,
) -> None:
    """The most meetings of the knot that get somebody, those of before kept as far as that allows."""
    owners = {before[place.meeting, participant] for place in knot if (place.meeting, participant) in before}
    options = []
    for place in knot:
        own = before.get((place.meeting, participant))
        free = [person for person in people if person.is_free(place.starts, place.ends)]
        options.append(sorted(free, key=lambda person, own=own: (person.pk != own, person.pk in owners)))  # type: ignore[misc]
    best = _search(knot, options)
    for place, person in zip(knot, best, strict=True):
        if person is None:
            seated.nobody.append((place.meeting, participant))
        else:
            seated.who[place.meeting, participant] = person.pk


def _search(knot: list[Place], options: list[list[Person]]) -> list[Person | None]:
    best: list[Person | None] = [None] * len(knot)
    chosen: list[Person | None] = []
    state = {"best": -1, "steps": 0}

    def busy(person: Person, place: Place) -> bool:
        return any(
            other is person and knot[at].starts < place.ends and place.starts < knot[at].ends
            for at, other in enumerate(chosen)
        )

    def go() -> bool:
        """Whether everybody is found, or it took too long."""
        state["steps"] += 1
        got = sum(each is not None for each in chosen)
        if len(chosen) == len(knot):
            if got > state["best"]:
                state["best"] = got
                best[:] = chosen
            return got == len(knot)
        if got + len(knot) - len(chosen) <= state["best"]:
            return False
        place = knot[len(chosen)]
        for person in [*(each for each in options[len(chosen)] if not busy(each, place)), None]:
            chosen.append(person)
            done = go()
            chosen.pop()
            if done or state["steps"] > MOST_STEPS:
                return True
        return False

    go()
    return best
