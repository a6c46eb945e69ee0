"""What people say of their meetings: held or not, how useful, what comes of it; asked after the event and once more
after three months (outcomes.py)."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.accounts.models import User
from klaster.core import audit, letters
from klaster.events.letters import language_of, recipient_of
from klaster.matchmaking.actions import outcomes
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingSide, Outcome, Participant, Phase, Representative
from klaster.matchmaking.topics import MY_MEETINGS

SOON = datetime.timedelta(hours=2)  # after the event, so that people are not asked in the hall
LATEST = datetime.timedelta(days=30)  # what was over longer ago is not asked for by a job that slept


@transaction.atomic
def report(
    meeting: Meeting, participant: Participant, *, held: str, rating: int | None, note: str, outcome: str,
    by: User | None,
) -> MeetingSide:  # fmt: skip
    """What one side says of a meeting that has begun; it may be said again. Raises ValidationError before it."""
    if meeting.starts is None or meeting.starts > timezone.now():
        raise ValidationError(_("The meeting has not begun yet."))
    side = meeting.sides.select_for_update().get(participant=participant)
    if side.reported_at is None or (side.held, side.rating, side.note) != (held, rating, note):
        before = audit.snapshot(side)
        side.held, side.rating, side.note, side.reported_at = held, rating, note, timezone.now()
        side.full_clean(exclude=["meeting", "participant"])
        side.save()
        audit.record(gettext_noop("reported"), side, by=by, before=before)
    if held == MeetingSide.Held.YES and outcome:
        row, _new = Outcome.objects.get_or_create(side=side, stage=Outcome.Stage.NOW)
        outcomes.answer(row, kind=outcome, note="", by=by)
    else:
        side.outcomes.filter(stage=Outcome.Stage.NOW).delete()
    return side


def close_over(now: datetime.datetime) -> int:
    """Say of published matchmaking whose event has ended that it is over; how many."""
    rows = Matchmaking.objects.filter(phase=Phase.PUBLISHED, event__ends__lte=now)
    return rows.update(phase=Phase.OVER)


def ask_now(now: datetime.datetime) -> int:
    """After an event: a letter to each person with meetings their side has not reported; how many were asked."""
    ended = {"matchmaking__event__ends__lte": now - SOON, "matchmaking__event__ends__gt": now - LATEST}
    sides = MeetingSide.objects.filter(
        meeting__in=Meeting.objects.placed().filter(matchmaking__phase__in=[Phase.PUBLISHED, Phase.OVER], **ended),
        reported_at=None,
    )
    people = Representative.objects.of(list(sides.values_list("participant", flat=True).distinct()))
    for each in people:
        row, key = each.registration, f"how was it {each.participant.matchmaking_id} {each.pk}"
        if not (to := recipient_of(row)):
            continue
        with override(language_of(row)):
            url = letters.own_url(reverse("my_day_by_link", args=[row.link_token()]))
            context = {"event": str(row.event.title), "name": row.name, "url": url}
        letters.write(
            MY_MEETINGS.code, to=to, key=key, template="matchmaking/letters/how_was_it", context=context,
            language=language_of(row), reply_to=row.event.contact_email,
        )  # fmt: skip
    return len(people)


def ask_later(now: datetime.datetime) -> int:
    """Three months after meetings that were held: what has come of them; how many sides were asked."""
    over = Meeting.objects.agreed().filter(
        ends__lte=now - outcomes.LATER_AFTER, ends__gt=now - outcomes.LATER_AFTER - LATEST
    )
    sides = MeetingSide.objects.filter(meeting__in=over, held=MeetingSide.Held.YES).exclude(
        outcomes__stage=Outcome.Stage.NOW, outcomes__kind=Outcome.Kind.NOTHING
    ).exclude(outcomes__stage=Outcome.Stage.LATER)  # fmt: skip
    rows = sides.select_related("meeting__matchmaking__event").prefetch_related("meeting__sides__participant")
    return sum(_ask_later(side) for side in rows.order_by("pk"))


def _ask_later(side: MeetingSide) -> bool:
    event, starts = side.meeting.matchmaking.event, side.meeting.starts
    others = ", ".join(str(each.participant) for each in side.meeting.sides.all() if each.pk != side.pk)
    for each in Representative.objects.of([side.participant_id])[:1]:
        if starts and (to := recipient_of(each.registration)):
            day = starts.astimezone(event.zone).date()
            with override(language_of(each.registration)):
                return outcomes.ask(
                    Outcome.Stage.LATER, to=to, other=others, title=str(event.title), day=day, side=side
                )
    return False
