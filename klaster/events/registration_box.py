"""What a page says about registration: the state in words, what one may do now, and how many places are left."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.events.models import BY_THE_CLOCK, HOLD_A_PLACE, Event, Registration, RegistrationState, State, StateChange
from klaster.events.when import clock

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

FEW_DAYS = 7


@dataclass(frozen=True)
class Mark:
    """A state by icon, word and colour; `kind` is that of components/tag.html."""

    text: str
    icon: str
    kind: str = ""


def state_of(event: Event) -> str:
    """As the clock has it, also in the minute before the job comes by."""
    now = timezone.now()
    if event.state in BY_THE_CLOCK and event.is_over:
        return State.HELD
    ends = (event.starts, event.closes_at)
    if event.state in (State.OPEN, State.FULL) and any(moment and moment <= now for moment in ends):
        return State.CLOSED
    return event.state


def mark_of(event: Event) -> Mark | None:
    """What a line of a list says; nothing where there is nothing to say. Asks the database nothing."""
    match state_of(event):
        case State.DRAFT:
            return Mark(_("Draft"), "pencil")
        case State.CANCELLED:
            return Mark(_("Cancelled"), "ban", "bad")
        case State.POSTPONED:
            return Mark(_("Postponed"), "calendar-x", "bad")
        case State.FULL:
            return Mark(_("No places left"), "users", "wait")
        case State.CLOSED:
            return Mark(_("Registration is closed"), "lock")
        case State.OPEN:
            if event.closes_at and days_until(event.closes_at, event) <= FEW_DAYS:
                return Mark(_("Registration until %(day)s") % {"day": day_of(event.closes_at, event)}, "clock", "wait")
            return Mark(_("Registration is open"), "check", "ok")
        case State.PUBLISHED:
            if event.takes_registrations and event.opens_at:
                return Mark(_("Registration from %(day)s") % {"day": day_of(event.opens_at, event)}, "clock")
    return None


def days_until(moment: datetime.datetime, event: Event) -> int:
    """Whole days of the calendar where the event is; 0 is today."""
    return (moment.astimezone(event.zone).date() - timezone.now().astimezone(event.zone).date()).days


def day_of(moment: datetime.datetime, event: Event) -> str:
    return formats.date_format(moment.astimezone(event.zone), "MONTH_DAY_FORMAT")


def moment_of(moment: datetime.datetime, event: Event) -> str:
    """ "11 May 2018, 17:00", or the day alone where it is its last minute."""
    there = moment.astimezone(event.zone)
    day = formats.date_format(there, "DATE_FORMAT")
    is_last_minute = (there.hour, there.minute) == (23, 59)
    return day if is_last_minute else f"{day}, {clock(there)}"


@dataclass
class Box:
    """All that the registration box of a page shows. `register` and `wait` are addresses, empty where one cannot."""

    state: str
    mark: Mark | None = None
    text: str = ""
    places: str = ""
    taken: int | None = None
    capacity: int | None = None
    by_lot: bool = False  # nobody has a place before the lot is drawn
    register: str = ""
    wait: str = ""
    note: Any = ""
    later: str = ""  # what still can be done: at the door
    mine: Registration | None = None  # the reader's own, with `mine_url`
    mine_url: str = ""


def box_of(event: Event, reader: Reader) -> Box:
    """How many places are taken, or what people were told when it was called off; and the reader's own registration."""
    box = Box(state_of(event))
    if reader.is_authenticated:
        box.mine = Registration.objects.live().filter(event=event, person=reader).first()
        box.mine_url = reverse("registration_detail", args=[box.mine.link_token()]) if box.mine else ""
    match box.state:
        case State.CANCELLED | State.POSTPONED:
            box.mark = mark_of(event)
            box.note = _told(event)
        case State.OPEN | State.FULL:
            _count(event, box)
            _offer(event, box)
        case State.CLOSED:
            box.mark = mark_of(event)
            if event.closes_at:
                box.text = _("It closed on %(moment)s.") % {"moment": moment_of(event.closes_at, event)}
            if event.takes_late and event.mode != Event.Mode.ONLINE:
                box.later = _("Who comes all the same may register at the door, if there is room.")
        case State.PUBLISHED:
            _before(event, box)
        case State.HELD:
            box.text = _("This event is over.")
    return box


def _told(event: Event) -> Any:
    change = StateChange.objects.filter(event=event, state=event.state).only("note").first()
    return change.note if change else ""


def _before(event: Event, box: Box) -> None:
    if not event.takes_registrations:
        box.text = _("The organiser takes registrations elsewhere.") if event.website else ""
        box.text = box.text or _("There is nothing to register for here.")
    elif event.opens_at:
        box.mark = Mark(_("Registration is not open yet"), "clock")
        box.text = _("It opens on %(moment)s.") % {"moment": moment_of(event.opens_at, event)}


def _count(event: Event, box: Box) -> None:
    on_site, online, waiting = counted(event)
    box.by_lot = waits_for_the_lot(event)
    box.taken, box.capacity = on_site, event.capacity
    parts = [_left(event.capacity, on_site, box)] if event.capacity is not None else []
    if event.has_two_ways:
        parts = [_("on site: %(places)s") % {"places": _within(part)} for part in parts]
        if event.online_capacity is not None:
            parts.append(_("online: %(places)s") % {"places": _within(_left(event.online_capacity, online, box))})
            if not event.capacity:
                box.taken, box.capacity = online, event.online_capacity
        elif parts:
            parts.append(_("online as many as come"))
    if parts and waiting:
        parts.append(ngettext("%(number)s person waits", "%(number)s people wait", waiting) % {"number": waiting})
    box.places = capfirst(" · ".join(parts))


def counted(event: Event) -> tuple[int, int, int]:
    """Places held on site, places held online, people who wait. An event of one way has all its places on site."""
    held = Q(state__in=HOLD_A_PLACE)
    found = event.registrations.aggregate(
        held=Count("pk", filter=held),
        online=Count("pk", filter=held & Q(is_online=True)),
        waiting=Count("pk", filter=Q(state=RegistrationState.WAITING)),
    )
    online = found["online"] if event.has_two_ways else 0
    return found["held"] - online, online, found["waiting"]


def _within(words: str) -> str:
    """As it stands inside a sentence."""
    return words[:1].lower() + words[1:]


def _left(all_: int, taken: int, box: Box) -> str:
    if box.by_lot:
        return ngettext("%(all)s place, given by lot", "%(all)s places, given by lot", all_) % {"all": all_}
    left = max(all_ - taken, 0)
    if left and box.state == State.OPEN:
        words = ngettext("%(left)s of %(all)s places left", "%(left)s of %(all)s places left", left)
        return words % {"left": left, "all": all_}
    return ngettext("%(all)s place, taken", "%(all)s places, all taken", all_) % {"all": all_}


def waits_for_the_lot(event: Event) -> bool:
    """Places are limited, given by lot, and the lot is not drawn yet."""
    by_lot = event.waiting_rule == Event.WaitingRule.LOTTERY and not event.lottery_seed
    return by_lot and event.capacity is not None


def _offer(event: Event, box: Box) -> None:
    address = "" if box.mine else reverse("event_register", args=[event.slug])
    if box.state == State.OPEN:
        box.register = address
        box.mark = _time_left(event)
        if box.by_lot:
            box.text = _("Places are given by lot: everybody who registers takes part in it, whenever they register.")
    else:
        box.mark = mark_of(event)
        box.wait = address if event.has_waiting_list else ""
        if event.has_waiting_list:
            box.text = _("The waiting list is open. Places that come free are given by this rule: %(rule)s.") % {
                "rule": event.get_waiting_rule_display()
            }
    if event.closes_at:
        closes = _("Registration until %(moment)s.") % {"moment": moment_of(event.closes_at, event)}
        box.text = f"{box.text} {closes}".strip()
    if box.state == State.OPEN and event.approval == Event.Approval.BY_ORGANISER:
        box.text = f"{box.text} {_('The organiser confirms each registration.')}".strip()


def _time_left(event: Event) -> Mark:
    last = event.closes_at or event.starts
    days = days_until(last, event) if last else FEW_DAYS + 1
    if days > FEW_DAYS:
        return Mark(_("Registration is open"), "check", "ok")
    if days <= 0:
        return Mark(_("The last day to register"), "clock", "wait")
    return Mark(capfirst(ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}), "clock", "wait")
