"""Problems and timetables as files: JSON both ways, and the benchmark's .dzn to read.

Keys are strict: one that is not known is a mistake somebody wants to hear of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import IO, Any

from . import dzn
from .problem import Assignment, Level, Meeting, Participant, Problem, ProblemError, Timetable, Unscheduled
from .strict_json import (
    Source,
    a_list,
    a_name,
    a_number,
    a_text,
    a_truth,
    a_whole,
    an_object,
    names,
    parse,
    read_text,
    suggestion,
    whole_numbers,
)
from .validation import shown

Target = str | Path | IO[str]

PROBLEM = ("slots", "tables", "participants", "meetings", "sessions", "previous", "breaks", "rooms")
PARTICIPANT = tuple(field.name for field in fields(Participant))
MEETING = tuple(field.name for field in fields(Meeting))
ASSIGNMENT = ("meeting", "slot", "table")
SOLUTION = ("assignments", "unscheduled", "levels", "seconds", "seed")
LEVEL = ("name", "value", "bound", "gap", "proven")
GAP_DIGITS = 1e-6  # a gap may be rounded, nothing else may


def read_problem(source: Source) -> Problem:
    """Reads JSON, or the .dzn format where the name ends so or the text begins so.

    ProblemError: what is wrong, in one line. OSError: the file cannot be read.
    """
    text = read_text(source)
    name = str(source if isinstance(source, str | Path) else getattr(source, "name", ""))
    if name.endswith(".dzn") or dzn.looks_like(text):
        return dzn.parse(text)
    return _problem(parse(text))


def read_solution(source: Source) -> Timetable:
    """Reads a timetable; only `assignments` must be there. Errors as in `read_problem`."""
    return _solution(parse(read_text(source)), "the timetable")


def read_assignments(source: Source) -> tuple[Assignment, ...]:
    """What was held before: a whole timetable, or the list of its assignments."""
    return _previous(parse(read_text(source)))


def write_problem(problem: Problem, target: Target) -> None:
    _write(target, _problem_lines(problem))


def write_solution(timetable: Timetable, target: Target) -> None:
    _write(target, _solution_lines(timetable))


def _problem(value: Any) -> Problem:
    top = an_object(value, "the problem", PROBLEM, PROBLEM[:4])
    sessions: dict[str, frozenset[int]] = {}
    if top.get("sessions") is not None:
        if not isinstance(top["sessions"], dict):
            raise ProblemError(f"sessions must be an object of names and slots, not {shown(top['sessions'])}")
        for name, slots in top["sessions"].items():
            sessions[name] = frozenset(whole_numbers(slots, f"session {shown(name)}"))
    return Problem(
        slots=top["slots"],
        tables=top["tables"],
        participants=tuple(
            _participant(entry, index) for index, entry in enumerate(a_list(top["participants"], "participants"))
        ),
        meetings=tuple(
            _meeting(entry, index, sessions) for index, entry in enumerate(a_list(top["meetings"], "meetings"))
        ),
        sessions=sessions,
        previous=() if top.get("previous") is None else _previous(top["previous"]),
        breaks=top.get("breaks", "waiting"),
        rooms=top.get("rooms"),
    )


def _entry(kind: str, value: Any, index: int, known: tuple[str, ...], required: tuple[str, ...]) -> tuple[str, Any]:
    """How an entry of a list is called in a message, by its id where it has one, and the object."""
    has_id = isinstance(value, dict) and type(value.get("id")) in (str, int)
    what = f"{kind} {shown(value['id'])}" if has_id else f"{kind}s[{index}]"
    return what, an_object(value, what, known, required)


def _participant(value: Any, index: int) -> Participant:
    what, entry = _entry("participant", value, index, PARTICIPANT, ("id",))
    given = dict(entry)
    given["id"] = a_name(given["id"], f"{what}: id")
    for key in ("unavailable", "talks"):
        if key in given:
            given[key] = frozenset(whole_numbers(given[key], f"{what}: {key}"))
    return Participant(**given)


def _meeting(value: Any, index: int, sessions: Mapping[str, frozenset[int]]) -> Meeting:
    what, entry = _entry("meeting", value, index, MEETING, ("id", "participants"))
    given = dict(entry)
    given["id"] = a_name(given["id"], f"{what}: id")
    given["participants"] = tuple(names(given["participants"], f"{what}: participants"))
    if "after" in given:
        given["after"] = tuple(dict.fromkeys(names(given["after"], f"{what}: after")))
    session = given.get("session")
    if isinstance(session, str):
        if session not in sessions:
            near = suggestion(session, sessions)
            raise ProblemError(f"{what}: there is no session {shown(session)}{near}")
        given["session"] = sessions[session]
    elif session is not None:
        if not isinstance(session, list):
            raise ProblemError(f"{what}: session must be a name or a list of slots, not {shown(session)}")
        given["session"] = frozenset(whole_numbers(session, f"{what}: session"))
    return Meeting(**given)


def _previous(value: Any) -> tuple[Assignment, ...]:
    if isinstance(value, dict):
        return _solution(value, "previous").assignments
    if not isinstance(value, list):
        raise ProblemError(f"previous must be a list of assignments or a timetable, not {shown(value)}")
    return _assignments(value, "previous")


def _assignments(value: Any, what: str) -> tuple[Assignment, ...]:
    made = []
    for index, item in enumerate(a_list(value, what)):
        where = f"{what}[{index}]"
        entry = an_object(item, where, ASSIGNMENT, ("meeting", "slot"))
        table = entry.get("table")
        made.append(
            Assignment(
                a_name(entry["meeting"], f"{where}: meeting"),
                a_whole(entry["slot"], f"{where}: slot"),
                None if table is None else a_whole(table, f"{where}: table"),
            )
        )
    return tuple(made)


def _solution(value: Any, what: str) -> Timetable:
    top = an_object(value, what, SOLUTION, ("assignments",))
    return Timetable(
        assignments=_assignments(top["assignments"], "assignments"),
        unscheduled=tuple(
            _unscheduled(entry, f"unscheduled[{index}]")
            for index, entry in enumerate(a_list(top.get("unscheduled", []), "unscheduled"))
        ),
        levels=tuple(
            _level(entry, f"levels[{index}]") for index, entry in enumerate(a_list(top.get("levels", []), "levels"))
        ),
        seconds=a_number(top.get("seconds", 0), "seconds"),
        seed=a_whole(top.get("seed", 0), "seed"),
    )


def _unscheduled(value: Any, what: str) -> Unscheduled:
    entry = an_object(value, what, ("meeting", "reason", "binding"), ("meeting", "reason"))
    binding = a_list(entry.get("binding", []), f"{what}: binding")
    for item in binding:
        if not isinstance(item, dict):
            raise ProblemError(f"{what}: binding must hold objects, not {shown(item)}")
    name = a_name(entry["meeting"], f"{what}: meeting")
    return Unscheduled(name, a_text(entry["reason"], f"{what}: reason"), tuple(binding))


def _level(value: Any, what: str) -> Level:
    entry = an_object(value, what, LEVEL, ("name", "value"))
    bound, gap = entry.get("bound"), entry.get("gap")
    level = Level(
        a_text(entry["name"], f"{what}: name"),
        a_number(entry["value"], f"{what}: value"),
        None if bound is None else a_number(bound, f"{what}: bound"),
        a_truth(entry.get("proven", False), f"{what}: proven"),
    )
    if gap is not None:
        claimed, real = a_number(gap, f"{what}: gap"), level.gap
        if real is None or abs(claimed - real) > GAP_DIGITS:
            raise ProblemError(f"{what}: gap is {claimed}, between value and bound it is {shown(real)}")
    return level


def _problem_lines(problem: Problem) -> Iterator[str]:
    """One participant and one meeting a line, what is as usual left away."""
    name_of = {slots: name for name, slots in problem.sessions.items()}
    yield f'{{\n"slots": {problem.slots},\n"tables": {problem.tables},\n"participants": '
    yield from _list_lines(_plain(person) for person in problem.participants)
    yield ',\n"meetings": '
    yield from _list_lines(_plain(meeting, name_of) for meeting in problem.meetings)
    if problem.sessions:
        sessions = {name: sorted(slots) for name, slots in problem.sessions.items()}
        yield f',\n"sessions": {_json(sessions)}'
    if problem.previous:
        yield ',\n"previous": '
        yield from _list_lines(map(_assignment, problem.previous))
    if problem.breaks != "waiting":
        yield f',\n"breaks": {_json(problem.breaks)}'
    if problem.rooms is not None:
        yield f',\n"rooms": {problem.rooms}'
    yield "\n}\n"


def _plain(thing: Participant | Meeting, name_of: Mapping[frozenset[int], str] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, frozenset):
            value = (name_of or {}).get(value) or sorted(value)
        made[field.name] = value
    return made


def _assignment(place: Assignment) -> dict[str, Any]:
    return {"meeting": place.meeting, "slot": place.slot, "table": place.table}


def _solution_lines(timetable: Timetable) -> Iterator[str]:
    yield '{\n"assignments": '
    yield from _list_lines(map(_assignment, timetable.assignments))
    yield ',\n"unscheduled": '
    yield from _list_lines(
        {"meeting": entry.meeting, "reason": entry.reason, "binding": list(entry.binding)}
        for entry in timetable.unscheduled
    )
    yield ',\n"levels": '
    yield from _list_lines({key: getattr(level, key) for key in LEVEL} for level in timetable.levels)
    yield f',\n"seconds": {_json(timetable.seconds)},\n"seed": {timetable.seed}\n}}\n'


def _list_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    opening = "[\n"
    for entry in entries:
        yield f"{opening}{_json(entry)}"
        opening = ",\n"
    yield "[]" if opening == "[\n" else "\n]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write(target: Target, parts: Iterable[str]) -> None:
    """A file is there whole or, when writing it fails, as it was."""
    if not isinstance(target, str | Path):
        target.write("".join(parts))
        return
    path = Path(target)
    if path.exists() and not path.is_file():  # /dev/stdout and pipes are written into, not replaced
        path.write_text("".join(parts), encoding="utf-8")
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text("".join(parts), encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
