"""The agenda as a table: rows are times, columns are rooms (or tracks where there are no rooms). Pure.

A session takes its column from its beginning until the next row after its end. One for everybody takes the whole row;
what began before in a room is then cut there, and its own words say until when it goes on.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    key: Hashable
    head: Any


@dataclass
class Cell:
    """What stands in one cell: `sessions` one under another; none of them in an empty one."""

    sessions: list[Any] = field(default_factory=list)
    rows: int = 1
    columns: int = 1
    column: Column | None = None


@dataclass
class Line:
    """One row of the table and the time it begins at."""

    at: datetime.datetime
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Day:
    day: datetime.date
    columns: Sequence[Column]
    lines: list[Line]


def column_of(session: Any, *, by_room: bool) -> Hashable | None:
    """None for a session that is for everybody."""
    return session.room_id if by_room else session.track_id


def columns_of(sessions: Iterable[Any]) -> tuple[list[Column], bool]:
    """Rooms that are used, else tracks that are, in their order; and whether they are rooms."""
    rooms = {session.room_id: session.room for session in sessions if session.room_id}
    tracks = {session.track_id: session.track for session in sessions if session.track_id}
    used = rooms or tracks
    ordered = sorted(used.values(), key=lambda head: (head.position, head.pk))
    return [Column(head.pk, head) for head in ordered], bool(rooms)


def days(sessions: Sequence[Any], zone: zoneinfo.ZoneInfo) -> list[Day]:
    """A table a day, of sessions whose times are known."""
    by_day: dict[datetime.date, list[Any]] = {}
    for session in sorted((each for each in sessions if each.starts), key=lambda each: (each.starts, each.pk)):
        by_day.setdefault(session.starts.astimezone(zone).date(), []).append(session)
    return [_day(day, of_day, zone) for day, of_day in sorted(by_day.items())]


def without_times(sessions: Iterable[Any]) -> list[Any]:
    return sorted((each for each in sessions if not each.starts), key=lambda each: (each.position, each.pk))


def _day(day: datetime.date, sessions: Sequence[Any], zone: zoneinfo.ZoneInfo) -> Day:
    columns, by_room = columns_of(sessions)
    starts = sorted({session.starts for session in sessions})
    rows: list[tuple[datetime.datetime, bool]] = []  # (time, whether it is a row for everybody)
    for at in starts:
        kinds = {column_of(each, by_room=by_room) is None for each in sessions if each.starts == at}
        rows += [(at, is_for_all) for is_for_all in sorted(kinds, reverse=True)]
    if not columns:
        lines = [Line(at.astimezone(zone), [Cell(_at(sessions, at, by_room, None))]) for at, _all in rows]
        return Day(day, [], lines)
    lines = [Line(at.astimezone(zone)) for at, _all in rows]
    for (at, is_for_all), line in zip(rows, lines, strict=True):
        if is_for_all:
            line.cells.append(Cell(_at(sessions, at, by_room, None), columns=len(columns)))
    for column in columns:
        mine = [each for each in sessions if column_of(each, by_room=by_room) == column.key]
        _fill(column, mine, rows, lines)
    for (_at_time, is_for_all), line in zip(rows, lines, strict=True):
        if not is_for_all:
            line.cells.sort(key=lambda cell: columns.index(cell.column))  # type: ignore[arg-type]
    return Day(day, columns, lines)


def _at(sessions: Iterable[Any], at: datetime.datetime, by_room: bool, key: Hashable) -> list[Any]:
    return [each for each in sessions if each.starts == at and column_of(each, by_room=by_room) == key]


def _fill(
    column: Column, sessions: Sequence[Any], rows: Sequence[tuple[datetime.datetime, bool]], lines: Sequence[Line]
) -> None:
    """Put a cell of this column into each row that is not everybody's and not taken by a cell above."""
    place = 0
    while place < len(rows):
        at, is_for_all = rows[place]
        if is_for_all:
            place += 1
            continue
        cell = Cell([each for each in sessions if each.starts == at], column=column)
        after = place + 1
        while cell.sessions and after < len(rows) and not rows[after][1] and rows[after][0] < _end(cell.sessions):
            cell.sessions += [each for each in sessions if each.starts == rows[after][0]]
            cell.rows += 1
            after += 1
        lines[place].cells.append(cell)
        place = after


def _end(sessions: Iterable[Any]) -> datetime.datetime:
    return max(each.ends or each.starts for each in sessions)
