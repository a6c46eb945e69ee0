"""Meetings as entries of calendars. UID is the meeting's for ever, SEQUENCE its version: a move moves the entry, and
what was called off or lost its time stays as CANCELLED until calendars have taken it out (RFC 5545, 3.8.7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from klaster.accounts.models import User
from klaster.core import letters
from klaster.events import calendar_files
from klaster.events.calendar_feeds import KEPT, KEPT_CANCELLED
from klaster.events.calendar_files import Entry, Status
from klaster.events.models import Registration
from klaster.matchmaking.models import Meeting, MeetingSide, Phase, Representative
from klaster.matchmaking.timetable_letters import place_in_words


def of_person(person: User) -> Iterator[Entry]:
    """For the personal feed of events."""
    mine = Registration.objects.confirmed().filter(person=person)
    yield from of_registrations(mine)


def of_registrations(registrations: Iterable[Registration]) -> Iterator[Entry]:
    """Meetings of those whom these registrations represent, in a fixed number of questions."""
    now = timezone.now()
    mine = {
        row.participant_id: row
        for row in Representative.objects.filter(
            registration__in=[each.pk for each in registrations], participant__matchmaking__event__ends__gt=now - KEPT
        ).select_related("registration__event__organiser")
    }
    told = Q(matchmaking__phase__in=[Phase.PUBLISHED, Phase.OVER]) | Q(sequence__gt=0)
    rows = (
        Meeting.objects.filter(told, pk__in=MeetingSide.objects.filter(participant__in=list(mine)).values("meeting"))
        .filter(Q(starts__isnull=False) | Q(sequence__gt=0))
        .exclude(state=Meeting.State.CANCELLED, cancelled_at__lt=now - KEPT_CANCELLED)
        .select_related("table")
        .prefetch_related(Prefetch("sides", MeetingSide.objects.select_related("participant").order_by("pk")))
    )
    for row in rows.order_by("starts", "pk"):
        side = next(each for each in row.sides.all() if each.participant_id in mine)
        yield entry(row, mine[side.participant_id])


def entry(meeting: Meeting, who: Representative) -> Entry:
    """A meeting as one of its people has it. One that lost its time is cancelled at the event's time."""
    registration, event = who.registration, who.registration.event
    others = ", ".join(str(s.participant) for s in meeting.sides.all() if s.participant_id != who.participant_id)
    off = not meeting.is_placed
    whole = calendar_files.of_event(event)
    title = _("Meeting: %(who)s") % {"who": others}
    url = letters.own_url(reverse("my_day_by_link", args=[registration.link_token()]))
    room = meeting.table.url if meeting.table and not off else ""
    return calendar_files.changed(
        whole,
        uid=calendar_files.uid(event, f"-meeting-{meeting.pk}"),
        sequence=meeting.sequence,
        changed=max(filter(None, [meeting.created_at, meeting.changed_at, meeting.cancelled_at])),
        starts=meeting.starts or event.starts,
        ends=meeting.ends or event.ends,
        is_all_day=False,
        title=_("Cancelled: %(title)s") % {"title": title} if off else title,
        language="",
        text="\n\n".join([str(event.title), _("Your day, with all changes: %(address)s") % {"address": url}]),
        place="" if off else ", ".join(filter(None, [place_in_words(meeting.table, meeting), whole.place])),
        online=room,
        url=url,
        categories=[],
        status=Status.CANCELLED if off else Status.CONFIRMED,
        is_busy=not off,
    )
