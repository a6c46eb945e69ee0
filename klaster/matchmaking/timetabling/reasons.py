"""Why a meeting is not held, for the people concerned: what stands in the way, and what would make it possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .instance import Instance
from .problem import Meeting, Participant, Unscheduled

MOST_REMEDIES = 4
MOST_SLOTS = 8  # named in a sentence


def reasons(instance: Instance, slot: NDArray[np.int32], table: NDArray[np.int32]) -> tuple[Unscheduled, ...]:
    """One entry for each meeting without a place."""
    view = _View(instance, slot, table)
    return tuple(view.reason(int(meeting)) for meeting in np.nonzero(slot < 0)[0])


class _View:
    """The finished timetable, as the reasons ask about it."""

    def __init__(self, instance: Instance, slot: NDArray[np.int32], table: NDArray[np.int32]) -> None:
        self.instance = instance
        self.problem = instance.problem
        self.slot = slot
        units = len(instance.reps)
        self.room = np.repeat(instance.reps[:, None], instance.slots, axis=1)
        self.held = np.zeros(units, np.int64)
        self.lightest = np.full(units, np.iinfo(np.int64).max)
        self.count = np.zeros(instance.slots, np.int64)
        meeting = instance.meeting_of_seat
        held = slot[meeting] >= 0
        unit, meeting = instance.units[held], meeting[held]
        np.add.at(self.held, unit, 1)
        np.minimum.at(self.lightest, unit, instance.weight[meeting])
        for more in range(int(instance.duration.max(initial=1))):
            lasts = instance.duration[meeting] > more
            np.add.at(self.room, (unit[lasts], slot[meeting[lasts]] + more), -1)
            seated = (table >= 0) & (instance.duration > more)
            np.add.at(self.count, slot[seated] + more, 1)
        self.number = {meeting.id: index for index, meeting in enumerate(self.problem.meetings)}

    def reason(self, index: int) -> Unscheduled:
        meeting = self.problem.meetings[index]
        if not meeting.online and not self.problem.tables:
            return self._said(meeting, "there are no tables for meetings on site", [{"kind": "no_tables"}])
        if self.problem.in_a_room(meeting) and not self.problem.rooms:
            return self._said(meeting, "there are no rooms for meetings online", [{"kind": "no_rooms"}])
        if not self.instance.starts[index].any():
            return self._never(index, meeting)
        return self._crowded(index, meeting)

    def _said(self, meeting: Meeting, words: str, binding: list[Mapping[str, Any]]) -> Unscheduled:
        remedies = [str(entry["remedy"]) for entry in binding if "remedy" in entry]
        if remedies:
            words += "; possible with " + ", or ".join(remedies[:MOST_REMEDIES])
        return Unscheduled(meeting.id, words, tuple(binding))

    def _people(self, index: int) -> list[Participant]:
        units = self.instance.members(index)
        return [self.problem.participants[unit] for unit in units if unit < self.instance.people]

    def _never(self, index: int, meeting: Meeting) -> Unscheduled:
        """No slot suits all of them, whatever else happens."""
        people = self._people(index)
        free = [self._free(person) for person in people]
        binding: list[Mapping[str, Any]] = [
            {"kind": "free", "participant": person.id, "slots": slots}
            for person, slots in zip(people, free, strict=True)
        ]
        common = set(free[0]).intersection(*free[1:])
        if common and (meeting.session is not None or meeting.pinned_slot is not None):
            limit = "the slot it is pinned to" if meeting.pinned_slot is not None else "its session"
            binding.append({"kind": "session", "slots": sorted(common)})
            return self._said(meeting, f"its participants are not all free in {limit}", binding)
        binding += self._skipped_talks(index, meeting, people)
        if common:
            words = f"its participants have no {meeting.duration} slots in a row in common"
        else:
            theirs = "; ".join(f"{p.id}: {_slots(slots)}" for p, slots in zip(people, free, strict=True))
            words = f"its participants have no free slot in common ({theirs})"
        return self._said(meeting, words, binding)

    def _free(self, person: Participant) -> list[int]:
        return [s for s in range(self.problem.slots) if s not in person.unavailable and s not in person.talks]

    def _skipped_talks(self, index: int, meeting: Meeting, people: list[Participant]) -> list[Mapping[str, Any]]:
        """Slots in which a single talk of a single participant is all that stands in the way, tables and rooms too."""
        found: list[Mapping[str, Any]] = []
        allowed = range(self.problem.slots) if meeting.session is None else sorted(meeting.session)
        for start in allowed:
            where = range(start, start + meeting.duration)
            if meeting.pinned_slot not in (None, start) or where.stop > self.problem.slots:
                continue
            absent = [p for p in people if any(s in p.unavailable or s in p.talks for s in where)]
            if len(absent) != 1 or any(s in absent[0].unavailable for s in where) or not self._room(index, where):
                continue
            remedy = f"{absent[0].id} skipping the talk in slot {start}"
            found.append({"kind": "talk", "participant": absent[0].id, "slot": start, "remedy": remedy})
        return found[:MOST_REMEDIES]

    def _room(self, index: int, where: range) -> bool:
        units = self.instance.members(index)
        if not (self.room[units][:, list(where)] > 0).all() or (self.held[units] >= self.instance.maximum[units]).any():
            return False
        return self.problem.meetings[index].online or bool((self.count[list(where)] < self.problem.tables).all())

    def _crowded(self, index: int, meeting: Meeting) -> Unscheduled:
        """It would have had slots, but others take them."""
        binding: list[Mapping[str, Any]] = []
        full = self._fully_booked(index)
        no_table, one_busy = self._obstacles(index, meeting)
        for start in no_table[:MOST_REMEDIES]:
            remedy = f"one more table in slot {start}"
            binding.append({"kind": "tables", "slot": start, "remedy": remedy})
        no_room = [start for start, unit in one_busy if unit == self.instance.rooms]
        for start in no_room[:MOST_REMEDIES]:
            remedy = f"one more room online in slot {start}"
            binding.append({"kind": "rooms", "slot": start, "remedy": remedy})
        binding += full
        for start, unit in one_busy:
            if unit < self.instance.people and len(binding) < MOST_REMEDIES + len(full):
                name = self.problem.participants[unit].id
                remedy = f"one more representative of {name} in slot {start}"
                binding.append({"kind": "representative", "participant": name, "slot": start, "remedy": remedy})
        if len(binding) < MOST_REMEDIES:
            binding += self._skipped_talks(index, meeting, self._people(index))
        return self._said(meeting, self._crowded_words(index, full, no_table, no_room), binding)

    def _crowded_words(self, index: int, full: list[Mapping[str, Any]], no_table: list[int], no_room: list[int]) -> str:
        if full:
            return " and ".join(str(entry["words"]) for entry in full)
        if no_table:
            return f"all tables are taken when its participants are free ({_named(no_table)})"
        if no_room:
            return f"no online room is free when its participants are ({_named(no_room)})"
        starts = np.nonzero(self.instance.starts[index])[0].tolist()
        if any(not self._in_order(index, start) for start in starts):
            return "no slot is left that keeps the order with the meetings before and after it"
        return f"in each slot they have in common ({_named(starts)}) one of them is in another meeting"

    def _fully_booked(self, index: int) -> list[Mapping[str, Any]]:
        entries: list[Mapping[str, Any]] = []
        for unit in self.instance.members(index).tolist():
            if unit >= self.instance.people:
                continue
            name, held = self.problem.participants[unit].id, int(self.held[unit])
            slots = int(self.instance.available[unit].sum())
            if held >= self.instance.maximum[unit]:
                words = f"{name} has the {_number(held, 'meeting')} it wants at most"
                entries.append({"kind": "maximum", "participant": name, "meetings": held, "words": words})
            elif not (self.room[unit][self.instance.available[unit]] > 0).any():
                words = f"{name} is fully booked{self._rank(unit, index)}"
                words += f" ({_number(held, 'meeting')}, {_number(slots, 'slot')})"
                entries.append(
                    {"kind": "fully_booked", "participant": name, "meetings": held, "slots": slots, "words": words}
                )
        return entries

    def _rank(self, unit: int, index: int) -> str:
        if self.lightest[unit] > self.instance.weight[index]:
            return " by meetings of higher priority"
        return (
            " by meetings of the same or higher priority" if self.lightest[unit] == self.instance.weight[index] else ""
        )

    def _obstacles(self, index: int, meeting: Meeting) -> tuple[list[int], list[tuple[int, int]]]:
        """Starts at which only a table is missing, and starts at which only one unit is busy."""
        units = self.instance.members(index)
        no_table, one_busy = [], []
        at_most = (self.held[units] >= self.instance.maximum[units]).any()
        for start in np.nonzero(self.instance.starts[index])[0].tolist():
            if at_most or not self._in_order(index, start):
                continue
            where = slice(start, start + meeting.duration)
            busy = units[(self.room[units, where] <= 0).any(1)]
            short = not meeting.online and bool((self.count[where] >= self.problem.tables).any())
            if not len(busy) and short:
                no_table.append(start)
            elif len(busy) == 1 and not short:
                one_busy.append((start, int(busy[0])))
        return no_table, one_busy

    def _in_order(self, index: int, start: int) -> bool:
        meeting = self.problem.meetings[index]
        before = [self.number[other] for other in meeting.after]
        if any(self.slot[o] >= 0 and self.slot[o] + self.instance.duration[o] > start for o in before):
            return False
        behind = self.instance.earlier[self.instance.earlier[:, 0] == index, 1]
        return not any(0 <= self.slot[o] < start + meeting.duration for o in behind)


def _slots(slots: list[int]) -> str:
    """Slots in words: 0, 1, 5, …"""
    named = ", ".join(str(slot) for slot in slots[:MOST_SLOTS])
    return (named or "none") + (", …" if len(slots) > MOST_SLOTS else "")


def _named(slots: list[int]) -> str:
    return f"{'slot' if len(slots) == 1 else 'slots'} {_slots(slots)}"


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
