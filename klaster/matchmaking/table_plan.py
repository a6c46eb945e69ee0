"""Who sits at which table when: for the screen in the hall, and on paper."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.events.when import clock, day_in_words
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Representative, Sitting, Slot, Table
from klaster.matchmaking.timetable_letters import place_in_words


@dataclass(frozen=True)
class Seat:
    """A meeting at a table, as it is shown: who meets whom, who of them is late."""

    who: tuple[str, ...]
    late: tuple[str, ...]
    starts: datetime.datetime


@dataclass
class Row:
    table: Table
    now: Seat | None = None
    next: Seat | None = None


@dataclass
class Plan:
    """`now` and `next` are the times, in words; empty where there is none. `day` is that of the first of them."""

    day: str
    now: str
    next: str
    rows: list[Row]


def at(matchmaking: Matchmaking, moment: datetime.datetime | None = None) -> Plan:
    """What goes on at the tables, and what comes next; in four questions."""
    moment = moment or timezone.now()
    slots = list(matchmaking.slots.filter(is_break=False, ends__gt=moment).order_by("starts")[:2])
    now = slots[0] if slots and slots[0].starts <= moment else None
    coming = slots[1:] if now else slots[:1]
    found = {table.pk: Row(table) for table in matchmaking.tables.order_by("is_online", "number")}
    for meeting in _placed(matchmaking):
        row = found.get(meeting.table_id or 0)
        if row is None or meeting.ends is None or meeting.starts is None:
            continue
        if now and meeting.starts < now.ends and now.starts < meeting.ends:
            row.now = _seat(meeting)
        elif coming and meeting.starts < coming[0].ends and coming[0].starts < meeting.ends:
            row.next = _seat(meeting)
    day = day_in_words(slots[0].starts.astimezone(matchmaking.event.zone).date()) if slots else ""
    return Plan(day, _words(now, matchmaking), _words(coming[0] if coming else None, matchmaking), list(found.values()))


def _placed(matchmaking: Matchmaking) -> list[Meeting]:
    sides = MeetingSide.objects.select_related("participant").order_by("pk")
    return list(
        matchmaking.meetings.placed().select_related("table").prefetch_related(Prefetch("sides", sides))
        .order_by("starts", "pk")
    )  # fmt: skip


def _seat(meeting: Meeting) -> Seat:
    sides = meeting.sides.all()
    late = tuple(str(side.participant) for side in sides if side.is_late)
    return Seat(tuple(str(side.participant) for side in sides), late, meeting.starts)  # type: ignore[arg-type]


def _words(slot: Slot | None, matchmaking: Matchmaking) -> str:
    if slot is None:
        return ""
    zone = matchmaking.event.zone
    return f"{clock(slot.starts.astimezone(zone))}–{clock(slot.ends.astimezone(zone))}"


# --- on paper ---------------------------------------------------------------------------------------------------------
SHEETS = 200  # in one file: as many as are laid out while somebody waits


@dataclass
class Line:
    clock: str
    title: str
    where: str = ""


@dataclass
class Sheet:
    """One page: of a person or a table, its lines by day."""

    title: str
    sub: str
    days: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    @property
    def lines_by_day(self) -> list[tuple[str, list[Line]]]:
        return list(self.days.items())


def parts(total: int) -> list[tuple[int, int]]:
    """Numbers of the first and last sheet of each file, from one."""
    return [(first, min(first + SHEETS - 1, total)) for first in range(1, total + 1, SHEETS)]


def sheets_of_tables(matchmaking: Matchmaking, first: int = 1) -> list[Sheet]:
    """A sheet for each table from the `first` one on, with all its meetings."""
    zone = matchmaking.event.zone
    tables = list(matchmaking.tables.filter(is_online=False).order_by("number")[first - 1 : first - 1 + SHEETS])
    found = {table.pk: Sheet(_("Table %(number)s") % {"number": table.number}, table.zone) for table in tables}
    for meeting in _placed(matchmaking):
        if (sheet := found.get(meeting.table_id or 0)) is not None and meeting.starts is not None:
            starts = meeting.starts.astimezone(zone)
            who = " – ".join(str(side.participant) for side in meeting.sides.all())
            sheet.days[day_in_words(starts.date())].append(Line(clock(starts), who))
    return list(found.values())


def people(matchmaking: Matchmaking) -> list[int]:
    """Representatives with a meeting, by name of their participant."""
    rows = Representative.objects.filter(participant__matchmaking=matchmaking, sittings__counts=True)
    return list(rows.order_by("participant__name", "pk").distinct().values_list("pk", flat=True))


def sheets_of_people(matchmaking: Matchmaking, first: int = 1) -> list[Sheet]:
    """A sheet for each person who sits in meetings."""
    zone = matchmaking.event.zone
    chosen = people(matchmaking)[first - 1 : first - 1 + SHEETS]
    rows = Representative.objects.select_related("participant", "registration").in_bulk(chosen)
    found = {pk: Sheet(str(rows[pk].participant), rows[pk].registration.name) for pk in chosen}
    whole = {meeting.pk: meeting for meeting in _placed(matchmaking)}
    sittings = Sitting.objects.filter(representative__in=chosen, counts=True).order_by("starts", "pk")
    for sitting in sittings:
        meeting, who = whole[sitting.meeting_id], rows[sitting.representative_id]
        starts = meeting.starts.astimezone(zone)  # type: ignore[union-attr]
        others = [str(s.participant) for s in meeting.sides.all() if s.participant_id != who.participant_id]
        line = Line(clock(starts), ", ".join(others), place_in_words(meeting.table, meeting))
        found[who.pk].days[day_in_words(starts.date())].append(line)
    return list(found.values())
