"""What the organiser does at the desk: switching matchmaking on, settings, phases, times, tables, participants."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from klaster.accounts.models import User
from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.events.models import Event, Registration
from klaster.events.when import clock
from klaster.matchmaking import letters, phases, slots, timetable_letters
from klaster.matchmaking.actions import participants, requests
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.desk_figures import was_reminded_today
from klaster.matchmaking.forms.organise import MOST_SLOTS, MOST_TABLES
from klaster.matchmaking.models import AskRule, Matchmaking, Meeting, MeetingRequest, Participant, Slot, Table
from klaster.matchmaking.slots import Span

RIGHT = "matchmaking.change_matchmaking"


@transaction.atomic
def switch_on(event: Event, *, by: User) -> Matchmaking:
    """Matchmaking at an event; pressed twice it is one."""
    Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    demand(by, "events.change_event", event)
    matchmaking, is_new = Matchmaking.objects.get_or_create(event=event)
    if is_new:
        audit.record(gettext_noop("matchmaking switched on"), matchmaking, by=by)
    return matchmaking


def locked(matchmaking: Matchmaking, by: User) -> Matchmaking:
    found = lock(matchmaking)
    demand(by, RIGHT, found)
    return found


@transaction.atomic
def save_settings(
    matchmaking: Matchmaking, values: Mapping[str, Any], rules: list[AskRule] | None, *, by: User
) -> Matchmaking:
    row = locked(matchmaking, by)
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean(exclude=["event", "published_run"])
    row.save()
    if rules is not None:
        row.ask_rules.all().delete()
        AskRule.objects.bulk_create(rules)
    said = ", ".join(str(rule) for rule in rules or [])
    audit.record(gettext_noop("settings of matchmaking changed"), row, by=by, before=before, note=said[:300])
    return row


@transaction.atomic
def move_phase(matchmaking: Matchmaking, to: str, *, by: User) -> Matchmaking:
    """Move it where its phase allows. Raises ValidationError with what is in the way; pressed twice it is once."""
    row = locked(matchmaking, by)
    if row.phase == to:
        return row
    move = next((each for each in phases.moves(row) if each.to == to), None)
    if move is None:
        raise ValidationError(_("It cannot be moved there from where it is now."))
    if move.refusals:
        raise ValidationError(move.refusals)
    before = audit.snapshot(row)
    row.phase = to
    row.save(update_fields=["phase", "updated_at"])
    audit.record(gettext_noop("phase of matchmaking moved"), row, by=by, before=before)
    return row


@transaction.atomic
def remind(matchmaking: Matchmaking, *, by: User) -> int:
    """Write to all who were asked and have not answered, once a day at most; to how many people."""
    row = locked(matchmaking, by)
    if row.phase != row.Phase.ASKING or not row.takes_answers:
        raise ValidationError(_("Nobody can answer now."))
    if was_reminded_today(row):
        raise ValidationError(_("They were reminded today. Once a day is enough."))
    count = letters.remind(row, before=timezone.now(), key=f"{timezone.now():%Y-%m-%d %H}")
    audit.record(gettext_noop("reminded of requests"), row, by=by, after={"people": count})
    return count


# --- times -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def make_slots(matchmaking: Matchmaking, wholes: Iterable[Span], *, minutes: int, pause: int, by: User) -> int:
    """Fill stretches of time with slots around what is there already; how many were made."""
    row = locked(matchmaking, by)
    taken = [Span(slot.starts, slot.ends) for slot in row.slots.all()]
    made = [span for whole in wholes for span in slots.fill(whole, minutes=minutes, pause=pause, taken=taken)]
    if not made:
        raise ValidationError(_("No meeting fits between these times."))
    if len(taken) + len(made) > MOST_SLOTS:
        raise ValidationError(_("That would be more than %(most)s times.") % {"most": MOST_SLOTS})
    Slot.objects.bulk_create([Slot(matchmaking=row, starts=span.starts, ends=span.ends) for span in made])
    if row.minutes != minutes:
        row.minutes = minutes
        row.save(update_fields=["minutes"])
    audit.record(gettext_noop("times of meetings made"), row, by=by, after={"slots": len(made), "minutes": minutes})
    return len(made)


def meetings_in(slot: Slot) -> int:
    """Meetings people know of or that are locked there."""
    at = Meeting.objects.agreed().filter(matchmaking=slot.matchmaking_id)
    return (at.filter(starts__lt=slot.ends, ends__gt=slot.starts) | at.filter(pinned_slot=slot)).distinct().count()


def refuse_taken(slot: Slot) -> None:
    if count := meetings_in(slot):
        words = ngettext(
            "%(count)s meeting takes place then: move it first.",
            "%(count)s meetings take place then: move them first.",
            count,
        )
        raise ValidationError(words % {"count": count})


@transaction.atomic
def save_slot(slot: Slot, values: Mapping[str, Any], *, by: User) -> Slot:
    """Change one time, or add one. A new break takes the place of times in which nobody meets. A time is closed
    whatever meets then: the next timetable moves it."""
    row = locked(slot.matchmaking, by)
    if slot.pk:
        slot = Slot.objects.select_for_update().get(pk=slot.pk, matchmaking=row)
        times = {name: values[name] for name in ("starts", "ends", "is_break")}
        if any(getattr(slot, name) != value for name, value in times.items()):
            refuse_taken(slot)
    before = audit.snapshot(slot) if slot.pk else None
    for name, value in values.items():
        setattr(slot, name, value)
    slot.matchmaking = row
    over = row.slots.filter(starts__lt=slot.ends, ends__gt=slot.starts).exclude(pk=slot.pk)
    if slot.is_break:
        for each in over.filter(is_break=False):
            refuse_taken(each)
            each.delete()
    if other := over.first():
        at = other.starts.astimezone(row.event.zone)
        raise ValidationError({"starts": _("There is a time or a break at %(time)s already.") % {"time": clock(at)}})
    slot.full_clean(exclude=["matchmaking"])
    slot.save()
    audit.record(gettext_noop("time of meetings saved"), slot, by=by, before=before)
    return slot


@transaction.atomic
def delete_slots(matchmaking: Matchmaking, pks: Iterable[int], *, by: User) -> int:
    """Those in which nobody meets; raises for the first that has a meeting."""
    row = locked(matchmaking, by)
    chosen = list(row.slots.filter(pk__in=list(pks)))
    for slot in chosen:
        refuse_taken(slot)
    row.slots.filter(pk__in=[slot.pk for slot in chosen]).delete()
    if chosen:
        audit.record(gettext_noop("times of meetings deleted"), row, by=by, after={"slots": len(chosen)})
    return len(chosen)


# --- tables ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def make_tables(matchmaking: Matchmaking, count: int, *, zone: str, is_online: bool, by: User) -> int:
    row = locked(matchmaking, by)
    last = row.tables.aggregate(last=Max("number"))["last"] or 0
    if row.tables.count() + count > MOST_TABLES:
        raise ValidationError(_("That would be more than %(most)s tables.") % {"most": MOST_TABLES})
    Table.objects.bulk_create(
        [Table(matchmaking=row, number=last + n, zone=zone, is_online=is_online) for n in range(1, count + 1)]
    )
    audit.record(gettext_noop("tables made"), row, by=by, after={"tables": count})
    return count


@transaction.atomic
def save_table(table: Table, values: Mapping[str, Any], *, by: User) -> Table:
    row = locked(table.matchmaking, by)
    found = Table.objects.select_for_update().get(pk=table.pk, matchmaking=row)
    if found.is_online != values["is_online"]:
        _refuse_used(found)
    before = audit.snapshot(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.full_clean(exclude=["matchmaking"])
    found.save()
    audit.record(gettext_noop("table saved"), found, by=by, before=before)
    return found


def _refuse_used(table: Table) -> None:
    if Meeting.objects.placed().filter(table=table).exists() or table.pinned.exists():
        words = _("Meetings take place at table %(number)s: move them first.")
        raise ValidationError(words % {"number": table.number})


@transaction.atomic
def delete_tables(matchmaking: Matchmaking, pks: Iterable[int], *, by: User) -> int:
    row = locked(matchmaking, by)
    chosen = list(row.tables.filter(pk__in=list(pks)))
    for table in chosen:
        _refuse_used(table)
    row.tables.filter(pk__in=[table.pk for table in chosen]).delete()
    if chosen:
        audit.record(gettext_noop("tables deleted"), row, by=by, after={"tables": len(chosen)})
    return len(chosen)


# --- participants ----------------------------------------------------------------------------------------------------
@transaction.atomic
def save_participant(participant: Participant, values: Mapping[str, Any], *, by: User) -> Participant:
    """What the organiser sets. Of who is taken out requests end and meetings are cancelled; the others are told."""
    row = locked(participant.matchmaking, by)
    found = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk, matchmaking=row)
    found.matchmaking = row
    if found.takes_part and values["state"] == Participant.State.OUT:
        participants.take_out(found, by=by)
    before = audit.snapshot(found)
    for name, value in values.items():
        setattr(found, name, value)
    found.full_clean(exclude=["matchmaking", "organisation"])
    found.save()
    audit.record(gettext_noop("participant changed by the organiser"), found, by=by, before=before)
    return found


@transaction.atomic
def take_in(matchmaking: Matchmaking, registrations: Iterable[Registration], *, by: User) -> int:
    """Let registered people take part, each as a participant of its own; how many came in."""
    row = locked(matchmaking, by)
    count = 0
    for registration in registrations:
        participants.join(row, registration, by=by)
        count += 1
    return count


@transaction.atomic
def ask_for(
    asker: Participant, asked: Participant, *, priority: int, message: str, is_agreed: bool, by: User
) -> MeetingRequest:
    """Ask on somebody's behalf; where both have agreed already the meeting is made, too."""
    if not locked(asker.matchmaking, by).takes_answers and not is_agreed:
        raise ValidationError({"is_agreed": phases.UNANSWERABLE})
    return requests.ask(
        asker, asked, by=by, priority=priority, message=message, on_behalf=True, is_agreed=is_agreed
    )  # fmt: skip


@transaction.atomic
def write_to(addressed: Iterable[Participant], subject: str, text: str, *, by: User) -> int:
    """A letter to the people of these participants, once for the same words on a day; to how many people."""
    chosen = list(addressed)
    locked(chosen[0].matchmaking, by)
    count = timetable_letters.from_organiser([each.pk for each in chosen], subject, text)
    for each in chosen:
        audit.record(gettext_noop("written to by the organiser"), each, by=by, note=subject)
    return count


def days_of(matchmaking: Matchmaking) -> list[datetime.date]:
    zone = matchmaking.event.zone
    return sorted({slot.starts.astimezone(zone).date() for slot in matchmaking.slots.all()})
