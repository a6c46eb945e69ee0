"""Letters about the timetable: each to one person, in their language, once for each publication.

They are rows of the same transaction as the timetable: both are there or neither.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.accounts.models import User
from klaster.core import letters
from klaster.core.notify import notify
from klaster.events.letters import language_of, recipient_of
from klaster.events.models import Registration
from klaster.events.when import clock, day_in_words
from klaster.matchmaking.models import (
    Matchmaking,
    Meeting,
    MeetingSide,
    Representative,
    Run,
    Table,
)
from klaster.matchmaking.publishing import At, Change, Outlook
from klaster.matchmaking.topics import MY_MEETINGS


def tell(matchmaking: Matchmaking, run: Run, look: Outlook, *, first: bool) -> int:
    """The whole timetable the first time; later what changed, with before and after. How many people were told."""
    concerned = look.concerned(first=first)
    tables = {table.pk: table for table in matchmaking.tables.all()}
    meetings = by_participant(look, look.meetings)
    changes = {change.meeting: change for change in look.changes}
    count = 0
    for each in Representative.objects.of(concerned):
        theirs = meetings[each.participant_id]
        with override(language_of(each.registration)):
            said = Words(matchmaking, look, tables, each)
            if first:
                context = said.whole(theirs)
            else:
                context = said.changed([changes[pk] for pk in theirs if pk in changes], theirs)
        template = "matchmaking/letters/timetable" if first else "matchmaking/letters/timetable_changed"
        write(each, template, context, key=f"timetable {run.pk} {each.pk}")
        count += 1
    return count


def tell_withdrawn(matchmaking: Matchmaking, meetings: list[int]) -> None:
    """To all who had a time."""
    sides = MeetingSide.objects.filter(meeting__in=meetings).values_list("participant", flat=True)
    key = f"withdrawn {matchmaking.published_run_id} {timezone.now():%Y-%m-%d %H:%M}"
    for each in Representative.objects.of(set(sides)):
        write(each, "matchmaking/letters/timetable_withdrawn", {}, key=f"{key} {each.pk}")


def by_participant(look: Outlook, meetings: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for pk in meetings:
        for participant in look.sides[pk]:
            found[participant].append(pk)
    return found


SUBJECTS = {
    "matchmaking/letters/timetable": gettext_noop("Your meetings at %(event)s"),
    "matchmaking/letters/timetable_changed": gettext_noop("Meetings of yours at %(event)s have changed"),
    "matchmaking/letters/timetable_withdrawn": gettext_noop("The timetable of meetings at %(event)s was taken back"),
    "matchmaking/letters/from_organiser": gettext_noop("The organiser of %(event)s writes to you"),
}


def write(each: Representative, template: str, context: dict[str, Any], *, key: str) -> None:
    """One of the letters above: people with an account find it on the site, too."""
    params = {"event": each.registration.event.title}
    to_each(each, SUBJECTS[template], params, key=key, template=template, context=context, is_own_letter=True)


def to_each(
    each: Representative,
    subject: str,
    params: dict[str, Any],
    *,
    key: str,
    template: str,
    context: dict[str, Any],
    body: str = "",
    is_own_letter: bool = False,
) -> None:
    """A notice to who has an account, with the letter if `is_own_letter`; to others the letter, with their link."""
    registration = each.registration
    to, language, event = recipient_of(registration), language_of(registration), registration.event
    if not to:
        return
    with override(language):
        url = letters.own_url(page(registration, to))
    values = context | {"event": event.title, "url": url, "name": registration.name}
    mail: dict[str, Any] = {
        "template": template,
        "context": values,
        "language": language,
        "reply_to": event.contact_email,
    }
    if isinstance(to, str):
        letters.write(MY_MEETINGS.code, to=to, key=key, **mail)
    else:
        own = mail if is_own_letter else None
        notify(to, MY_MEETINGS, subject=subject, body=body, params=params, url=url, key=key, mail=own)


def page(registration: Registration, to: User | str) -> str:
    """Where people see their day: who has no account by their own link."""
    if isinstance(to, str):
        return reverse("my_day_by_link", args=[registration.link_token()])
    return reverse("my_day", args=[registration.event.slug])


class Words:
    """What a letter says of meetings, in the language of now."""

    def __init__(self, matchmaking: Matchmaking, look: Outlook, tables: dict[int, Table], to: Representative):
        self.zone, self.look, self.tables, self.to = matchmaking.event.zone, look, tables, to

    def whole(self, meetings: list[int]) -> dict[str, Any]:
        placed = sorted((pk for pk in meetings if pk in self.look.placed and self.sits(pk)), key=self.starts)
        left = [self.others(pk) for pk in meetings if pk not in self.look.placed]
        return {"days": letters.Ready(self.days(placed)), "left": ", ".join(left), "left_count": len(left)}

    def changed(self, changes: list[Change], meetings: list[int]) -> dict[str, Any]:
        lines = [self.change(each) for each in sorted(changes, key=lambda c: str(c.after.starts or c.before.starts))]
        placed = sorted((pk for pk in meetings if pk in self.look.placed and self.sits(pk)), key=self.starts)
        return {"lines": letters.Ready("\n".join(lines)), "days": letters.Ready(self.days(placed))}

    def starts(self, pk: int) -> datetime.datetime:
        return self.look.placed[pk].starts  # type: ignore[return-value]

    def sits(self, pk: int) -> bool:
        who = self.look.seated.who.get((pk, self.to.participant_id))
        return who == self.to.pk

    def others(self, pk: int) -> str:
        theirs = [p for p in self.look.sides[pk] if p != self.to.participant_id]
        return ", ".join(letters.plain(str(self.look.participants[p])) for p in theirs if p in self.look.participants)

    def days(self, meetings: list[int]) -> str:
        lines, day = [], None
        for pk in meetings:
            at = self.look.placed[pk]
            starts = at.starts.astimezone(self.zone)  # type: ignore[union-attr]
            if starts.date() != day:
                day = starts.date()
                lines += ["", day_in_words(day)]
            lines.append(f"{self.when(at)}, {self.where(pk, at)} – {self.others(pk)}")
        return "\n".join(lines).strip()

    def change(self, change: Change) -> str:
        who = self.others(change.meeting)
        if change.is_lost:
            return _("%(who)s: has no time any more (was %(before)s)") % {
                "who": who,
                "before": self.at(change, before=True),
            }
        if change.is_new:
            return _("%(who)s: new, %(after)s") % {"who": who, "after": self.at(change)}
        words = _("%(who)s: %(after)s instead of %(before)s")
        return words % {"who": who, "after": self.at(change), "before": self.at(change, before=True)}

    def at(self, change: Change, *, before: bool = False) -> str:
        at = change.before if before else change.after
        starts = at.starts.astimezone(self.zone)  # type: ignore[union-attr]
        return f"{day_in_words(starts.date())}, {self.when(at)}, {self.where(change.meeting, at)}"

    def when(self, at: At) -> str:
        starts, ends = (each.astimezone(self.zone) for each in (at.starts, at.ends))  # type: ignore[union-attr]
        return f"{clock(starts)}–{clock(ends)}"

    def where(self, pk: int, at: At) -> str:
        return place_in_words(self.tables.get(at.table) if at.table else None, self.look.meetings[pk])


def place_in_words(table: Table | None, meeting: Meeting) -> str:
    """ "table 4, Hall B", "online room 2", "online"."""
    if table is None:
        return _("online")
    words = _("online room %(number)s") if table.is_online else _("table %(number)s")
    zone = f", {letters.plain(table.zone)}" if table.zone else ""
    return words % {"number": table.number} + zone


def from_organiser(participants: list[int], subject: str, text: str) -> int:
    """What the organiser wrote, as a letter of theirs; the same words go out once a day."""
    words = hashlib.sha256(f"{subject} {text}".encode()).hexdigest()[:16]
    people = Representative.objects.of(participants)
    for each in people:
        context = {"subject": letters.plain(subject), "text": letters.Ready(plain_lines(text))}
        key = f"organiser {timezone.localdate()} {words} {each.pk}"
        write(each, "matchmaking/letters/from_organiser", context, key=key)
    return len(people)


def plain_lines(text: str) -> str:
    return "\n".join(letters.plain(line) for line in text.splitlines())
