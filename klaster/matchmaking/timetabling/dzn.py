"""Reads the MiniZinc data of the business-to-business benchmark (Bofill et al., JAIR 74, 2022, 263–301).

Everything there is counted from 1; `{0}` is the empty set of forbidden slots, 0 in `fixed` is no slot. The numbers of
meetings a business has (`meetingsxBusiness`, `nMeetingsBusiness`) are not read, the requests say them.
"""

from __future__ import annotations

import re

from .problem import MAX_SLOTS, Meeting, Participant, Problem, ProblemError
from .strict_json import suggestion
from .validation import shown

NUMBERS = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots")
DERIVED = ("meetingsxBusiness", "nMeetingsBusiness")
KNOWN = (*NUMBERS, "requested", "forbidden", "fixed", "precedences", *DERIVED)
REQUIRED = KNOWN[:7]
MORNING, AFTERNOON, ANY = 1, 2, 3

STATEMENT = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*(.*)\s*", re.S)
WHOLE = re.compile(r"\s*(-?\d{1,9})\s*")
LIST = re.compile(r"\s*\[([\s,|\d-]*)\]\s*")
SETS = re.compile(r"\s*\[\s*((?:\{[\s,\d-]*\}[\s,]*)*)\]\s*")


def looks_like(text: str) -> bool:
    """Whether a text begins as .dzn does: a name and an equals sign, perhaps after comments."""
    return re.match(r"(?:\s|%[^\n]*\n)*[A-Za-z_]\w*\s*=", text) is not None


def parse(text: str) -> Problem:
    """The problem of a .dzn text, with the paper's breaks. ProblemError: what is wrong with it, in one line."""
    given = _statements(text)
    people, meetings, tables, slots, morning = (_whole(given, name) for name in NUMBERS)
    if slots > MAX_SLOTS:
        raise ProblemError(f"nTotalSlots is {slots}, more than {MAX_SLOTS}")
    if morning > slots:
        raise ProblemError(f"nMorningSlots is {morning}, more than the {slots} of nTotalSlots")
    parts = {MORNING: frozenset(range(morning)), AFTERNOON: frozenset(range(morning, slots))}
    requests = _numbers(given, "requested", 3 * meetings)
    forbidden = _sets(given, "forbidden", people, slots)
    fixed = _numbers(given, "fixed", meetings) if "fixed" in given else [0] * meetings
    before = _sets(given, "precedences", meetings, meetings) if "precedences" in given else [set()] * meetings
    for number, slot in enumerate(fixed, 1):
        _within(slot, slots, "fixed", number, 0)
    return Problem(
        slots=slots,
        tables=tables,
        participants=tuple(
            Participant(number, unavailable=frozenset(slot - 1 for slot in away))
            for number, away in enumerate(forbidden, 1)
        ),
        meetings=tuple(
            Meeting(
                id=number,
                participants=_pair(requests, number, people),
                session=None if (part := _part(requests, number)) == ANY else parts[part],
                pinned_slot=fixed[number - 1] - 1 if fixed[number - 1] else None,
                after=tuple(sorted(before[number - 1])),
            )
            for number in range(1, meetings + 1)
        ),
        sessions={"morning": parts[MORNING], "afternoon": parts[AFTERNOON]} if morning < slots else {},
        breaks="paper",
    )


def _statements(text: str) -> dict[str, str]:
    """Name and value of each `name = value;`."""
    plain = re.sub(r"%[^\n]*", "", text)
    *statements, rest = plain.split(";")
    if rest.strip():
        raise ProblemError(f"{shown(rest.strip()[:30])} has no semicolon at its end")
    given: dict[str, str] = {}
    for statement in statements:
        match = STATEMENT.fullmatch(statement)
        if not match:
            raise ProblemError(f"{shown(statement.strip()[:30])} is not a name, an equals sign and a value")
        name, value = match.groups()
        if name not in KNOWN:
            raise ProblemError(f"unknown name {shown(name)}{suggestion(name, KNOWN)}")
        if name in given:
            raise ProblemError(f"{name} is given twice")
        given[name] = value
    for name in REQUIRED:
        if name not in given:
            raise ProblemError(f"{name} is missing")
    return given


def _whole(given: dict[str, str], name: str) -> int:
    match = WHOLE.fullmatch(given[name])
    if not match or int(match[1]) < 0:
        raise ProblemError(f"{name} must be a whole number from 0 on, not {shown(given[name].strip())}")
    return int(match[1])


def _numbers(given: dict[str, str], name: str, length: int) -> list[int]:
    match = LIST.fullmatch(given[name])
    if not match:
        raise ProblemError(f"{name} must be a list of whole numbers")
    found = _integers(match[1])
    if len(found) != length:
        raise ProblemError(f"{name} holds {len(found)} numbers, {length} are expected")
    return found


def _sets(given: dict[str, str], name: str, length: int, highest: int) -> list[set[int]]:
    """Sets of numbers counted from 1; 0 in them stands for nothing."""
    match = SETS.fullmatch(given[name])
    if not match:
        raise ProblemError(f"{name} must be a list of sets of whole numbers")
    found = [set(_integers(inside)) for inside in re.findall(r"\{([^}]*)\}", match[1])]
    if len(found) != length:
        raise ProblemError(f"{name} holds {len(found)} sets, {length} are expected")
    for number, members in enumerate(found, 1):
        for member in members:
            _within(member, highest, name, number, 0)
    return [members - {0} for members in found]


def _integers(text: str) -> list[int]:
    return [int(number[:10]) for number in re.findall(r"-?\d+", text)]  # longer ones are out of range all the same


def _within(value: int, highest: int, name: str, number: int, lowest: int = 1) -> None:
    if not lowest <= value <= highest:
        raise ProblemError(f"{name}, entry {number}: {value} is not from {lowest} to {highest}")


def _pair(requests: list[int], number: int, people: int) -> tuple[int, int]:
    one, other, _ = requests[3 * number - 3 : 3 * number]
    _within(one, people, "requested", number)
    _within(other, people, "requested", number)
    return one, other


def _part(requests: list[int], number: int) -> int:
    part = requests[3 * number - 1]
    if part not in (MORNING, AFTERNOON, ANY):
        raise ProblemError(f"requested, entry {number}: session {part} is not 1, 2 or 3")
    return part
