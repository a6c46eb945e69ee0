"""Tables after the solver: pinned meetings at their own, online meetings in rooms. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from klaster.matchmaking.timetabling.problem import Assignment


def at_pinned_tables(
    held: Iterable[Assignment], pinned: Mapping[int, int], long: Mapping[int, int], fixed: Iterable[int]
) -> tuple[Assignment, ...]:
    """Meetings change tables within their slot so that pinned ones are where they must be.

    `pinned`: table by meeting; `long`: how many slots a meeting takes; `fixed`: meetings that stay at the table of
    their host. Only meetings of one slot change; where that is not possible the pinned one stays where it is.
    """
    found = {int(each.meeting): each for each in held}
    stuck = set(fixed)
    for meeting, table in sorted(pinned.items()):
        place = found.get(meeting)
        if place is None or place.table is None or place.table == table or meeting in stuck:
            continue
        other = next((e for e in found.values() if e.table == table and _together(e, place, long)), None)
        movable = other is None or (
            long.get(int(other.meeting), 1) == 1 and int(other.meeting) not in stuck | set(pinned)
        )
        if long.get(meeting, 1) > 1 or not movable:
            continue
        if other is not None:
            found[int(other.meeting)] = replace(other, table=place.table)
        found[meeting] = replace(place, table=table)
    return tuple(found.values())


def _together(one: Assignment, other: Assignment, long: Mapping[int, int]) -> bool:
    ends = (one.slot + long.get(int(one.meeting), 1), other.slot + long.get(int(other.meeting), 1))
    return one.slot < ends[1] and other.slot < ends[0]


def online_rooms(
    held: Collection[Assignment], long: Mapping[int, int], rooms: int, before: Mapping[int, int]
) -> dict[int, int]:
    """Room by online meeting, each room with one at a time; whoever had one keeps it, unless a longer one then finds
    none. Where no more are online at a time than there are rooms, all have one."""
    given = _rooms(held, long, rooms, before)
    return given if len(given) == len(held) else _rooms(held, long, rooms, {})


def _rooms(
    held: Iterable[Assignment], long: Mapping[int, int], rooms: int, before: Mapping[int, int]
) -> dict[int, int]:
    taken: dict[int, set[int]] = defaultdict(set)
    given: dict[int, int] = {}
    waiting = sorted(held, key=lambda each: (int(each.meeting) not in before, each.slot, int(each.meeting)))
    for each in waiting:
        slots = range(each.slot, each.slot + long.get(int(each.meeting), 1))
        own = before.get(int(each.meeting))
        order = [*([own] if own is not None else []), *range(rooms)]
        room = next((r for r in order if r < rooms and not any(r in taken[s] for s in slots)), None)
        if room is not None:
            given[int(each.meeting)] = room
            for slot in slots:
                taken[slot].add(room)
    return given
