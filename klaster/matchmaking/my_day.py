"""What one person has to do when and where at an event: own meetings, chosen sessions, breaks between them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.events.models import Registration, RegistrationState, SessionChoice
from klaster.events.when import clock, day_in_words
from klaster.matchmaking.models import (
    Matchmaking,
    Meeting,
    MeetingSide,
    MoveProposal,
    Participant,
    Representative,
    Side,
    Sitting,
    Table,
)
from klaster.matchmaking.timetable_letters import place_in_words

SOON = datetime.timedelta(hours=1)


@dataclass
class Item:
    """One line of the day; `meeting` only of meetings, with `others` and the line of theirs that tells most."""

    starts: datetime.datetime
    ends: datetime.datetime
    title: str
    where: str = ""
    is_break: bool = False
    meeting: Meeting | None = None
    others: list[Participant] = field(default_factory=list)
    offers: str = ""
    offers_language: str = ""
    was: str = ""
    by_colleague: str = ""
    late: list[str] = field(default_factory=list)
    side: MeetingSide | None = None
    proposal: MoveProposal | None = None
    may_answer: bool = False
    proposed: str = ""
    is_over: bool = False
    has_begun: bool = False
    is_near: bool = False
    is_next: bool = False

    @property
    def clock(self) -> str:
        return clock(self.starts)

    @property
    def minutes(self) -> int:
        return round((self.ends - self.starts).total_seconds() / 60)


@dataclass
class Day:
    title: str
    items: list[Item]


@dataclass
class MyDay:
    """`meetings` and `sessions` are counts; `unplaced` are agreed meetings without a time."""

    registration: Registration
    matchmaking: Matchmaking | None
    participant: Participant | None
    days: list[Day]
    unplaced: list[Item]
    meetings: int
    sessions: int
    changed: list[Item]
    until_next: int | None


def of(registration: Registration, now: datetime.datetime | None = None) -> MyDay:
    """The registration's day, in a fixed number of questions. `until_next` is in minutes, within the next hour."""
    now = now or timezone.now()
    representative = (
        Representative.objects.filter(registration=registration)
        .select_related("participant__matchmaking", "registration__event")
        .first()
    )
    participant = representative.participant if representative else None
    matchmaking = participant.matchmaking if participant else None
    meetings: list[Item] = []
    unplaced: list[Item] = []
    if participant and matchmaking and representative and matchmaking.is_published:
        tables = {table.pk: table for table in matchmaking.tables.all()}
        items = [_meeting(row, representative, tables) for row in _meetings(participant)]
        meetings = [item for item in items if item.meeting and item.meeting.is_placed]
        unplaced = [item for item in items if item.meeting and not item.meeting.is_placed]
    sessions = _sessions(registration)
    items = sorted([*meetings, *sessions, *_breaks(matchmaking, meetings)], key=lambda item: (item.starts, item.ends))
    next_one = _mark(items, now)
    soon = next_one is not None and now < next_one.starts <= now + SOON
    return MyDay(
        registration=registration,
        matchmaking=matchmaking,
        participant=participant,
        days=_days(items, registration),
        unplaced=unplaced,
        meetings=len(meetings),
        sessions=len(sessions),
        changed=[item for item in meetings if item.was and not item.is_over],
        until_next=-(-int((next_one.starts - now).total_seconds()) // 60) if soon and next_one else None,
    )


def _meetings(participant: Participant) -> list[Meeting]:
    sides = MeetingSide.objects.select_related("participant").prefetch_related("participant__lines").order_by("pk")
    sitting = Sitting.objects.select_related("representative__registration")
    waiting = (
        MoveProposal.objects.filter(state=MoveProposal.State.OPEN).select_related("slot").prefetch_related("agreed")
    )
    rows = Meeting.objects.agreed().filter(sides__participant=participant).select_related("table")
    return list(
        rows.prefetch_related(
            Prefetch("sides", sides), Prefetch("sittings", sitting), Prefetch("proposals", waiting, to_attr="waiting")
        ).order_by("starts", "pk")
    )


def _meeting(row: Meeting, me: Representative, tables: Mapping[int, Table]) -> Item:
    mine, event = me.participant, me.registration.event
    zone = event.zone
    sides = list(row.sides.all())
    others = [side.participant for side in sides if side.participant_id != mine.pk]
    side = next(side for side in sides if side.participant_id == mine.pk)
    sitting = [each for each in row.sittings.all() if each.representative.participant_id == mine.pk]
    colleague = next((each for each in sitting if each.representative_id != me.pk), None)
    line = next((each for other in others for each in other.lines.all() if each.side == Side.OFFER), None)
    proposal = row.waiting[0] if row.waiting else None  # type: ignore[attr-defined]
    begin = row.starts or event.starts
    return Item(
        starts=begin.astimezone(zone),  # type: ignore[union-attr]
        ends=(row.ends or begin).astimezone(zone),  # type: ignore[union-attr]
        title=", ".join(str(other) for other in others),
        where=place_in_words(row.table, row) if row.starts else "",
        meeting=row,
        others=others,
        offers=line.text if line else "",
        offers_language=line.language if line else "",
        was=_was(row, zone, tables) if row.starts else "",
        by_colleague=colleague.representative.registration.name if colleague else "",
        late=[str(each.participant) for each in sides if each.is_late and each.participant_id != mine.pk],
        side=side,
        proposal=proposal,
        may_answer=proposal is not None and mine.pk not in {each.pk for each in proposal.agreed.all()},
        proposed=_proposed(proposal, zone) if proposal else "",
    )


def _was(row: Meeting, zone: datetime.tzinfo, tables: Mapping[int, Table]) -> str:
    """Where people last knew it to be: "13.20" where the time changed, "table 9" where only the table did."""
    if not row.was or row.changed_at is None:
        return ""
    before = row.was.get("starts")
    if before and datetime.datetime.fromisoformat(before) != row.starts:
        return clock(datetime.datetime.fromisoformat(before).astimezone(zone))
    table = tables.get(row.was.get("table")) if row.was.get("table") != row.table_id else None
    return place_in_words(table, row) if table else ""


def _proposed(proposal: MoveProposal, zone: datetime.tzinfo) -> str:
    return clock(proposal.slot.starts.astimezone(zone))


def _sessions(registration: Registration) -> list[Item]:
    if registration.state != RegistrationState.CONFIRMED:
        return []
    zone = registration.event.zone
    rows = SessionChoice.objects.filter(
        registration=registration, is_waiting=False, session__is_cancelled=False, session__starts__isnull=False,
        session__ends__isnull=False,
    ).select_related("session__room")  # fmt: skip
    return [
        Item(
            starts=row.session.starts.astimezone(zone),  # type: ignore[union-attr]
            ends=row.session.ends.astimezone(zone),  # type: ignore[union-attr]
            title=str(row.session.title),
            where=str(row.session.room or row.session.place or ""),
        )
        for row in rows
    ]


def _breaks(matchmaking: Matchmaking | None, meetings: list[Item]) -> list[Item]:
    """Breaks of the days on which the person meets somebody."""
    if matchmaking is None or not meetings:
        return []
    zone = meetings[0].starts.tzinfo
    days = {item.starts.date() for item in meetings}
    rows = [(row, row.starts.astimezone(zone)) for row in matchmaking.slots.filter(is_break=True)]
    return [
        Item(starts=starts, ends=row.ends.astimezone(zone), title=str(row.title) or _("Break"), is_break=True)
        for row, starts in rows
        if starts.date() in days
    ]


def _mark(items: Iterable[Item], now: datetime.datetime) -> Item | None:
    """Say of each whether it is over, and find the one to go to: going on now, or the next."""
    next_one = None
    for item in items:
        item.is_over, item.has_begun = item.ends <= now, item.starts <= now
        item.is_near = item.meeting is not None and item.meeting.is_near(now)
        if next_one is None and not item.is_over and not item.is_break:
            item.is_next = True
            next_one = item
    return next_one


def _days(items: Iterable[Item], registration: Registration) -> list[Day]:
    days: dict[datetime.date, Day] = {}
    for item in items:
        date = item.starts.date()
        days.setdefault(date, Day(day_in_words(date), [])).items.append(item)
    return list(days.values())
