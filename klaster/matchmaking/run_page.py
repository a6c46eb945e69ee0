"""What the page of a timetable shows: how much is held against what is possible, how fair, what is left out, a grid."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klaster.core import languages
from klaster.events.when import clock, day_in_words
from klaster.matchmaking import left_out
from klaster.matchmaking.left_out import Names, Reason
from klaster.matchmaking.models import Matchmaking, Meeting, Participant, Placement, Run, Slot, Table
from klaster.matchmaking.publishing import sides_of

ICONS = {"full": "users", "maximum": "users", "free": "calendar-x", "tables": "layout-grid", "no_tables": "layout-grid",
         "rooms": "monitor"}  # fmt: skip
LEVELS = {
    "meetings": gettext_lazy("Meetings held, by their weight"),
    "moved": gettext_lazy("Meetings moved from where they were"),
    "minimums": gettext_lazy("Meetings that somebody lacks to their minimum"),
    "fairness": gettext_lazy("Unfairness: squares of what each lacks"),
    "breaks": gettext_lazy("Waits between two meetings"),
    "moves": gettext_lazy("Changes of table between meetings in a row"),
}
STAGES = {
    "choosing": gettext_lazy("Choosing which meetings to hold"),
    "placing": gettext_lazy("Finding a time for each meeting"),
    "moving": gettext_lazy("Bringing meetings back to where they were"),
    "lowering": gettext_lazy("Making waits fewer"),
    "proving": gettext_lazy("Proving that it cannot be better"),
    "seating": gettext_lazy("Giving out tables"),
}
DOT, RISE, MOST_DOTS = 5.5, 14, 22  # pixels of the dot plot


@dataclass
class Entry:
    """A meeting in the grid."""

    meeting: int
    sides: list[str]
    is_pinned: bool = False
    is_moved: bool = False
    is_by_hand: bool = False
    table: Table | None = None
    is_online: bool = False


@dataclass
class Row:
    slot: Slot
    time: str
    is_break: bool = False
    title: str = ""
    cells: list[Entry | None] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)  # online, or without a table

    @property
    def entries(self) -> list[Entry]:
        return [*filter(None, self.cells), *self.others]


@dataclass
class Group:
    """Meetings left out for the same reason, and whom to write to."""

    reason: Reason
    icon: str
    meetings: list[str]
    participants: list[int]
    first: int  # a meeting of the group, to be placed by hand

    @property
    def asks_more_time(self) -> bool:
        return self.reason.kind in ("full", "maximum", "busy")

    @property
    def offers_online(self) -> bool:
        return self.reason.kind == "free"

    @property
    def to(self) -> str:
        return "&".join(f"to={pk}" for pk in self.participants)


class RunPage:
    """One finished run, read in a handful of questions."""

    def __init__(self, run: Run, matchmaking: Matchmaking):
        self.run, self.matchmaking, self.zone = run, matchmaking, matchmaking.event.zone
        self.placements = list(run.placements.select_related("slot", "table", "meeting").order_by("pk"))
        self.sides = sides_of(place.meeting_id for place in self.placements)
        self.participants: dict[int, Participant] = {row.pk: row for row in matchmaking.participants.all()}
        used = {place.slot_id for place in self.placements}, {place.table_id for place in self.placements}
        slots = matchmaking.slots.order_by("starts", "pk")
        tables = matchmaking.tables.filter(is_online=False).order_by("number")
        self.all_slots = [slot for slot in slots if not slot.is_closed or slot.pk in used[0]]
        self.tables = [table for table in tables if not table.is_closed or table.pk in used[1]]

    @cached_property
    def placed(self) -> list[Placement]:
        return [place for place in self.placements if place.slot_id is not None]

    @cached_property
    def left(self) -> list[Placement]:
        return [place for place in self.placements if place.slot_id is None]

    @cached_property
    def names(self) -> Names:
        return Names(self.participants, {slot.pk: slot for slot in self.all_slots}, self.zone)

    # --- how much ----------------------------------------------------------------------------------------------------
    @property
    def held(self) -> int:
        return int(self.run.figures.get("held", len(self.placed)))

    @property
    def agreed(self) -> int:
        return int(self.run.figures.get("agreed", len(self.placements)))

    @property
    def possible(self) -> int | None:
        return self.run.figures.get("possible")

    @property
    def missing(self) -> int | None:
        return None if self.possible is None else max(0, self.possible - self.held)

    def level(self, name: str) -> dict[str, Any]:
        return next((each for each in self.run.levels if each["name"] == name), {})

    @cached_property
    def levels(self) -> list[dict[str, Any]]:
        return [{**each, "title": LEVELS.get(each["name"], each["name"])} for each in self.run.levels]

    @property
    def title(self) -> str:
        if self.possible is None:
            return _("Timetable made: %(held)s meetings") % {"held": self.held}
        words = ngettext(
            "Timetable made: %(held)s of %(possible)s possible meeting",
            "Timetable made: %(held)s of %(possible)s possible meetings",
            self.possible,
        )
        return words % {"held": self.held, "possible": self.possible}

    @property
    def lead(self) -> str:
        if self.held == self.agreed:
            first = _("Every agreed meeting has a time.")
        elif self.missing == 0:
            first = _("No timetable holds more of them: that is proven.")
        else:
            first = ngettext(
                "At most %(missing)s more could perhaps be held: that is not proven.",
                "At most %(missing)s more could perhaps be held: that is not proven.",
                self.missing or 0,
            ) % {"missing": self.missing or 0}
        left = self.agreed - self.held
        if not left:
            return first
        rest = ngettext(
            "%(count)s agreed meeting is left out; the reason is below.",
            "%(count)s agreed meetings are left out; the reasons are below.",
            left,
        )
        return f"{first} {rest % {'count': left}}"

    @cached_property
    def bar(self) -> dict[str, Any]:
        """Shares of what was agreed, for the bar."""
        whole = max(self.agreed, 1)
        possible = self.possible if self.possible is not None else self.held
        return {"held": f"{100 * self.held / whole:.2f}%", "possible": f"{100 * possible / whole:.2f}%"}

    @cached_property
    def figures(self) -> list[dict[str, Any]]:
        breaks, moves, figures = self.level("breaks"), self.level("moves"), self.run.figures
        places = _("of %(places)s (%(slots)s × %(tables)s)") % {
            "places": figures.get("places", 0), "slots": figures.get("slots", 0), "tables": figures.get("tables", 0),
        }  # fmt: skip
        missing = self.missing
        found = [
            {"number": "?" if missing is None else missing, "words": _("meetings short of the bound"),
             "stamp": _("proven: none holds more") if missing == 0 else _("not proven")},
            {"number": breaks.get("value", "–"), "words": _("waits between two meetings"), "stamp": bound(breaks)},
            {"number": moves.get("value", "–"), "words": _("changes of table"), "stamp": bound(moves)},
            {"number": figures.get("free", "–"), "words": _("free places"), "stamp": places},
        ]  # fmt: skip
        moved = self.level("moved")
        if moved:
            found.insert(1, {"number": moved["value"], "words": _("meetings moved"), "stamp": bound(moved)})
        return found

    # --- how fair ----------------------------------------------------------------------------------------------------
    @cached_property
    def counts(self) -> dict[int, tuple[int, int]]:
        """(held, agreed) of every participant who agreed to something."""
        held, agreed = Counter[int](), Counter[int]()
        for place in self.placements:
            for pk in self.sides[place.meeting_id]:
                agreed[pk] += 1
                held[pk] += place.slot_id is not None
        return {pk: (held[pk], agreed[pk]) for pk in agreed}

    @cached_property
    def dots(self) -> dict[str, Any]:
        """The dot plot: a column for each number of meetings, participants who lack one on top."""
        by_count: dict[int, list[bool]] = defaultdict(list)
        for held, agreed in self.counts.values():
            by_count[held].append(held < agreed)
        most = max(by_count, default=0)
        columns, tallest = [], max(map(len, by_count.values()), default=0)
        each = max(1, -(-tallest // MOST_DOTS))  # participants a dot stands for
        height = min(tallest, -(-tallest // each)) * RISE + 30
        for number in range(most + 1):
            lacking = sum(by_count[number])
            whole = len(by_count[number]) - lacking
            full, short = -(-whole // each), -(-lacking // each)
            columns.append(
                {
                    "number": number,
                    "x": f"{3 + 94 * (number / most if most else 0.5):.1f}%",
                    "full": [height - 30 - RISE * n - 10 for n in range(full)],
                    "short": [height - 30 - RISE * (full + n) - 10 for n in range(short)],
                    "whole": whole,
                    "lacking": lacking,
                }
            )
        return {"columns": columns, "height": height, "axis": height - 30, "label": height - 10, "each": each}

    @property
    def fair_title(self) -> str:
        without = sum(held == 0 for held, _agreed in self.counts.values())
        if not without:
            return _("No participant is left without a meeting")
        words = ngettext(
            "%(count)s participant is left without a meeting",
            "%(count)s participants are left without a meeting",
            without,
        )
        return words % {"count": without}

    @property
    def fair_stamp(self) -> str:
        counts = [held for held, _agreed in self.counts.values()]
        if not counts:
            return ""
        average = f"{sum(counts) / len(counts):.1f}"
        if languages.current() != "en":
            average = average.replace(".", ",")
        said = {"least": min(counts), "most": max(counts), "average": average}
        return _("At least %(least)s, at most %(most)s, on average %(average)s.") % said

    # --- what is left out --------------------------------------------------------------------------------------------
    @cached_property
    def groups(self) -> list[Group]:
        """Left out for the same reason stands together; those of many meetings first."""
        found: dict[tuple[str, str], Group] = {}
        agreed = {pk: total for pk, (_held, total) in self.counts.items()}
        for place in self.left:
            sides = self.sides[place.meeting_id]
            why = left_out.reason(place.reason, sides, self.names)
            key = (why.kind, str(why.key)) if why.kind in ("full", "maximum") else (why.kind, why.title)
            words = " – ".join(self.names.who(pk) for pk in sides)
            if key in found:
                found[key].meetings.append(words)
                found[key].participants = list(dict.fromkeys([*found[key].participants, *sides]))
                continue
            whom = [int(str(why.key))] if why.kind in ("full", "maximum") else list(sides)
            if why.kind == "full" and (total := agreed.get(whom[0])):
                why.title = self.full(whom[0], total, place)
            found[key] = Group(why, ICONS.get(why.kind, "circle-alert"), [words], whom, place.meeting_id)
        for key, group in found.items():
            if key[0] in ("full", "maximum"):
                group.participants = group.participants[:1]
        return sorted(found.values(), key=lambda group: (-len(group.meetings), group.reason.title))

    def full(self, pk: int, total: int, place: Placement) -> str:
        """ "Maisto ūkis" agreed to 11 meetings and is free at 7 times only."""
        slots = next(
            (e["slots"] for e in place.reason["binding"] if e["kind"] == "fully_booked" and e["participant"] == pk), 0
        )
        words = ngettext(
            "%(who)s agreed to %(total)s meetings and is free at %(slots)s time only",
            "%(who)s agreed to %(total)s meetings and is free at %(slots)s times only",
            slots,
        )
        return words % {"who": self.names.who(pk), "total": total, "slots": slots}

    # --- the grid ----------------------------------------------------------------------------------------------------
    @cached_property
    def before(self) -> dict[int, tuple[datetime.datetime | None, int | None]]:
        """Where meetings were in what this run changes: as people know them, or in the run before."""
        if self.run.previous_id is None:
            return {}
        if self.run.published_at is None and self.run.previous_id == self.matchmaking.published_run_id:
            rows = Meeting.objects.filter(matchmaking=self.matchmaking).values_list("pk", "starts", "table")
            return {pk: (starts, table) for pk, starts, table in rows}
        then = Placement.objects.filter(run=self.run.previous_id).values_list("meeting", "slot__starts", "table")
        return {pk: (starts, table) for pk, starts, table in then}

    def entry(self, place: Placement) -> Entry:
        was = self.before.get(place.meeting_id)
        now = (place.slot.starts if place.slot else None, place.table_id)
        return Entry(
            place.meeting_id,
            [short(self.names.who(pk)) for pk in self.sides[place.meeting_id]],
            is_pinned=place.meeting.is_pinned,
            is_moved=bool(self.before) and was != now,
            is_by_hand=place.is_by_hand,
            table=place.table,
            is_online=place.table is None or place.table.is_online,
        )

    @cached_property
    def days(self) -> list[dict[str, Any]]:
        """The grid day by day: rows of times, columns of tables."""
        by_slot: dict[int, list[Placement]] = defaultdict(list)
        number = {slot.pk: at for at, slot in enumerate(slot for slot in self.all_slots if not slot.is_break)}
        meetings = [slot for slot in self.all_slots if not slot.is_break]
        for place in self.placed:
            at = number.get(place.slot_id)  # type: ignore[arg-type]
            for more in range(place.meeting.slots if at is not None else 0):
                if at + more < len(meetings):  # type: ignore[operator]
                    by_slot[meetings[at + more].pk].append(place)  # type: ignore[operator]
        days: dict[datetime.date, list[Row]] = {}
        for slot in self.all_slots:
            days.setdefault(slot.starts.astimezone(self.zone).date(), []).append(self.row(slot, by_slot[slot.pk]))
        return [{"title": day_in_words(day), "rows": rows} for day, rows in days.items()]

    def row(self, slot: Slot, places: list[Placement]) -> Row:
        time = clock(slot.starts.astimezone(self.zone))
        if slot.is_break:
            minutes = int((slot.ends - slot.starts).total_seconds() // 60)
            words = _("%(title)s, %(minutes)s min.") % {"title": slot.title or _("Break"), "minutes": minutes}
            return Row(slot, time, is_break=True, title=words)
        at = {place.table_id: place for place in places if place.table_id is not None}
        known = {table.pk for table in self.tables}
        cells = [self.entry(at[table.pk]) if table.pk in at else None for table in self.tables]
        return Row(slot, time, cells=cells, others=[self.entry(p) for p in places if p.table_id not in known])

    @cached_property
    def has_online(self) -> bool:
        return any(row.others for day in self.days for row in day["rows"])


FORMS = re.compile(r"\b(UAB|AB|MB|VšĮ|IĮ|SIA|AS|OÜ|MTÜ|GmbH|AG|Ltd|Sp\. z o\.o\.|S\.A\.|ТОВ|ТзОВ)(?=\W|$)|[„“”«»\"]")


def short(name: str) -> str:
    """A name for the narrow columns of the grid: without legal form and quotation marks; the whole stands elsewhere."""
    return " ".join(FORMS.sub("", name).split()).strip(" ,") or name


def bound(level: dict[str, Any]) -> str:
    if not level or level.get("bound") is None:
        return _("bound not known")
    if level.get("proven"):
        return _("proven: it cannot be fewer")
    return _("at least %(bound)s") % {"bound": level["bound"]}


def progress(run: Run) -> dict[str, Any]:
    """What a running run says: how far in its time, the stage, the levels so far."""
    said = run.progress or {}
    seconds = float(said.get("seconds", 0))
    return {
        "percent": min(99, round(100 * seconds / max(run.seconds_allowed, 1))),
        "stage": STAGES.get(str(said.get("stage", "")), gettext_lazy("Waiting for a worker")),
        "levels": [{**each, "title": LEVELS.get(each["name"], each["name"])} for each in said.get("levels", [])],
        "seconds": round(seconds),
    }
