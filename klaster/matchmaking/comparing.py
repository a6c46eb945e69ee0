"""Two timetables beside each other, and what a publication changes, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from klaster.events.when import clock, day_in_words
from klaster.matchmaking.models import Matchmaking, Placement, Table
from klaster.matchmaking.publishing import At, Change, Outlook
from klaster.matchmaking.run_page import LEVELS, RunPage
from klaster.matchmaking.timetable_letters import place_in_words


@dataclass
class Line:
    who: str
    before: str
    after: str


@dataclass
class Comparison:
    levels: list[dict[str, Any]]
    lines: list[Line]
    same: int


def compare(one: RunPage, other: RunPage) -> Comparison:
    """`one` is what is compared with; `lines` are the meetings that are elsewhere, or held in one only."""
    first = {place.meeting_id: place for place in one.placements}
    second = {place.meeting_id: place for place in other.placements}
    lines, same = [], 0
    for pk in sorted(first.keys() | second.keys()):
        a, b = first.get(pk), second.get(pk)
        if at(one, a) == at(other, b):
            same += bool(a and a.slot_id)
            continue
        page = other if b else one
        who = " – ".join(page.names.who(p) for p in page.sides.get(pk, ()))
        lines.append(Line(who, at(one, a), at(other, b)))
    return Comparison(_levels(one, other), sorted(lines, key=lambda line: (line.after, line.who)), same)


def _levels(one: RunPage, other: RunPage) -> list[dict[str, Any]]:
    held = {"title": _("Meetings held"), "one": one.held, "other": other.held}
    possible = {"title": _("At most possible"), "one": one.possible, "other": other.possible}
    rows: list[dict[str, Any]] = [held, possible]
    for name, title in LEVELS.items():
        a, b = one.level(name), other.level(name)
        if a or b:
            rows.append({"title": title, "one": a.get("value"), "other": b.get("value")})
    rows.append({"title": _("Seed"), "one": one.run.seed, "other": other.run.seed})
    return rows


def at(page: RunPage, place: Placement | None) -> str:
    if place is None or place.slot is None:
        return _("no place")
    starts = place.slot.starts.astimezone(page.zone)
    days = {slot.starts.astimezone(page.zone).date() for slot in page.all_slots}
    day = f"{day_in_words(starts.date())}, " if len(days) > 1 else ""
    return f"{day}{clock(starts)}, {place_in_words(place.table, place.meeting)}"


def changes(matchmaking: Matchmaking, look: Outlook) -> dict[str, list[Line]]:
    """Meetings that would move, get a time, or lose it, in words."""
    tables = {table.pk: table for table in matchmaking.tables.all()}

    def line(change: Change) -> Line:
        return Line(look.who(change.meeting), _at(change, change.before), _at(change, change.after))

    def _at(change: Change, where: At) -> str:
        if where.starts is None:
            return _("no time")
        starts = where.starts.astimezone(matchmaking.event.zone)
        table: Table | None = tables.get(where.table) if where.table else None
        return f"{day_in_words(starts.date())}, {clock(starts)}, {place_in_words(table, look.meetings[change.meeting])}"

    return {
        "moved": [line(change) for change in look.moved],
        "lost": [line(change) for change in look.lost],
        "new": [line(change) for change in look.new],
    }
