"""Why a meeting is left out and what would make it possible: kept as data, said in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaster.core import languages
from klaster.events.when import clock
from klaster.matchmaking.models import Participant, Slot
from klaster.matchmaking.timetabling.problem import Unscheduled

NOBODY = "nobody"  # no single person of a side is free all through a longer meeting
GONE = "gone"  # a side takes part no more
BY_HAND = "by_hand"  # somebody took it out


def as_data(entry: Unscheduled, slots: list[Slot]) -> dict[str, Any]:
    """The solver's reason with rows in place of numbers; its words, which are English, stay for looking closer."""
    found = []
    for each in entry.binding:
        row = {key: value for key, value in each.items() if key not in ("words", "remedy")}
        if "slot" in row:
            row["slot"] = slots[row["slot"]].pk
        if isinstance(row.get("slots"), list):
            row["slots"] = [slots[number].pk for number in row["slots"]]
        if not str(row.get("participant", "")).startswith("absent "):
            found.append(row)
    return {"binding": found, "words": entry.reason}


@dataclass
class Names:
    """What a reason speaks of."""

    participants: Mapping[int, Participant]
    slots: Mapping[int, Slot]
    zone: Any

    def who(self, pk: object) -> str:
        found = self.participants.get(int(str(pk)))
        return str(found) if found else "–"

    def when(self, pk: int) -> str:
        slot = self.slots.get(pk)
        return clock(slot.starts.astimezone(self.zone)) if slot else "–"

    def whens(self, pks: Iterable[int]) -> str:
        known = [pk for pk in pks if pk in self.slots]
        shown = [self.when(pk) for pk in known[:6]]
        return ", ".join(shown) + (" …" if len(known) > 6 else "")


@dataclass
class Reason:
    """`kind` names the group it belongs to, `key` what it has in common with others of the group."""

    kind: str
    key: object
    title: str
    remedies: list[str] = field(default_factory=list)


def reason(data: Mapping[str, Any], sides: Iterable[int], names: Names) -> Reason:
    """In the language of now."""
    binding = data.get("binding", [])
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for each in binding:
        by_kind.setdefault(each["kind"], []).append(each)
    who = list(sides)
    found = _main(data, by_kind, who, names)
    found.remedies = _remedies(by_kind, names)
    return found


def _main(
    data: Mapping[str, Any], by_kind: Mapping[str, list[Mapping[str, Any]]], who: list[int], names: Names
) -> Reason:
    both = [names.who(each) for each in who]
    for each in by_kind.get("maximum", []):
        words = _("%(who)s has as many meetings as they want at most: %(count)s")
        return Reason(
            "maximum", each["participant"], words % {"who": names.who(each["participant"]), "count": each["meetings"]}
        )
    for each in by_kind.get("fully_booked", []):
        return Reason("full", each["participant"], full(names.who(each["participant"]), each["slots"]))
    if data.get("kind") == NOBODY:
        return Reason(
            "nobody", tuple(who), _("Nobody of %(who)s is free all through the meeting") % {"who": _and(both)}
        )
    if data.get("kind") == GONE:
        return Reason("gone", tuple(who), _("%(who)s: one of them takes part no more") % {"who": _and(both)})
    if data.get("kind") == BY_HAND:
        return Reason("by_hand", tuple(who), _("%(who)s: taken out by hand") % {"who": _and(both)})
    if by_kind.get("no_tables"):
        return Reason("no_tables", None, _("There are no tables for meetings on site"))
    if by_kind.get("session"):
        return Reason("pinned", tuple(who), _("%(who)s are not both free at the time it must be") % {"who": _and(both)})
    if by_kind.get("free"):
        return Reason("free", tuple(who), _("%(who)s have no free time in common") % {"who": _and(both)})
    if by_kind.get("tables"):
        return Reason("tables", None, _("All tables are taken when both sides are free"))
    if by_kind.get("rooms"):
        return Reason("rooms", None, _("No online room is free when both sides are"))
    words = _("%(who)s: whenever both are there, one of them is in another meeting")
    return Reason("busy", tuple(who), words % {"who": _and(both)})


def full(who: str, slots: int) -> str:
    words = ngettext(
        "%(who)s is free at %(slots)s time only, and it is taken",
        "%(who)s is free at %(slots)s times only, and all are taken",
        slots,
    )
    return words % {"who": who, "slots": slots}


def _remedies(by_kind: Mapping[str, list[Mapping[str, Any]]], names: Names) -> list[str]:
    found = []
    if tables := by_kind.get("tables"):
        found.append(_("one more table at %(when)s") % {"when": names.whens(each["slot"] for each in tables)})
    if rooms := by_kind.get("rooms"):
        found.append(_("one more online room at %(when)s") % {"when": names.whens(each["slot"] for each in rooms)})
    people: dict[object, list[int]] = {}
    for each in by_kind.get("representative", []):
        people.setdefault(each["participant"], []).append(each["slot"])
    for who, slots in people.items():
        words = _("one more person of %(who)s at %(when)s")
        found.append(words % {"who": names.who(who), "when": names.whens(slots)})
    for each in by_kind.get("talk", []):
        words = _("%(who)s skips the talk at %(when)s")
        found.append(words % {"who": names.who(each["participant"]), "when": names.when(each["slot"])})
    for each in by_kind.get("free", []):
        if each.get("slots"):
            words = _("%(who)s can at %(when)s")
            found.append(words % {"who": names.who(each["participant"]), "when": names.whens(each["slots"])})
        else:
            found.append(_("%(who)s is free at no time") % {"who": names.who(each["participant"])})
    return found[:4]


def _and(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(one)s and %(other)s") % {"one": ", ".join(names[:-1]), "other": names[-1]}


def sorted_names(names: Iterable[str]) -> list[str]:
    return languages.in_order(names, str)
