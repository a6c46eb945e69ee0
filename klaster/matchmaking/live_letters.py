"""What people are told on the day: a meeting was booked or moved, somebody is late. Each to those concerned,
in their language, on the site and by letter as they have chosen, once for each version of the meeting."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.core.sentences import one_dot
from klaster.events.letters import language_of
from klaster.events.when import clock, day_in_words
from klaster.matchmaking.letters import cancelled_in_words
from klaster.matchmaking.models import Meeting, MoveProposal, Participant, Representative
from klaster.matchmaking.timetable_letters import place_in_words, to_each

ALL_AT = gettext_noop("%(day)s, %(time)s, %(place)s.")
Words = tuple[str, str]  # subject and body, as message ids


def booked(meeting: Meeting, *, by: Participant) -> None:
    _tell(meeting, _others(meeting, by), by, (gettext_noop("%(who)s has booked a meeting with you"), ALL_AT), "booked")


def moved(meeting: Meeting, proposal: MoveProposal, *, by: Participant) -> None:
    """To all sides but the one who agreed last and sees it."""
    words = gettext_noop("Your meeting with %(who)s has moved"), ALL_AT
    for each in _others(meeting, by):
        _tell(meeting, [each], _others(meeting, each)[0], words, f"moved {proposal.pk}")


def called_off(meeting: Meeting, by: Participant, to: Iterable[Participant], reason: str) -> None:
    """With the time they have again; where others still meet, that they do."""
    if meeting.state == Meeting.State.CANCELLED:
        said = gettext_noop("%(day)s, %(time)s: you are free then again. They write: %(reason)s")
        body = said if reason else gettext_noop("%(day)s, %(time)s: you are free then again.")
    else:
        said = gettext_noop("%(day)s, %(time)s, %(place)s: the others still come. They write: %(reason)s")
        body = said if reason else gettext_noop("%(day)s, %(time)s, %(place)s: the others still come.")
    _tell(meeting, to, by, (cancelled_in_words(meeting), body), f"cancelled {by.pk}", reason=reason)


def late(meeting: Meeting, *, by: Participant) -> None:
    words = gettext_noop("%(who)s will be late"), ALL_AT
    _tell(meeting, _others(meeting, by), by, words, "late")


def proposed(proposal: MoveProposal) -> None:
    words = (
        gettext_noop("%(who)s asks you to meet at another time"),
        gettext_noop(
            "%(new_day)s, %(new_time)s. Say yes or no on your page of the day; until then the old time stands."
        ),
    )
    by, slot = proposal.proposed_by, proposal.slot
    _tell(proposal.meeting, _others(proposal.meeting, by), by, words, f"proposed {proposal.pk}", new=slot.starts)
    if proposal.swaps_with is not None and proposal.meeting.starts is not None:
        other, starts = proposal.swaps_with, proposal.meeting.starts
        _tell(other, _others(other, by), by, words, f"proposed {proposal.pk}", new=starts)


def move_declined(proposal: MoveProposal, *, by: Participant) -> None:
    words = gettext_noop("%(who)s stays with the time of your meeting"), ALL_AT
    _tell(proposal.meeting, [proposal.proposed_by], by, words, f"declined {proposal.pk}")


def move_lapsed(proposal: MoveProposal) -> None:
    words = gettext_noop("Your meeting with %(who)s cannot move: the other time was taken"), ALL_AT
    by = proposal.proposed_by
    for each in _sides(proposal.meeting):
        whom = _others(proposal.meeting, by)[0] if each == by else by
        _tell(proposal.meeting, [each], whom, words, f"lapsed {proposal.pk}")


def _sides(meeting: Meeting) -> list[Participant]:
    return [side.participant for side in meeting.sides.select_related("participant").order_by("pk")]


def _others(meeting: Meeting, one: Participant) -> list[Participant]:
    return [each for each in _sides(meeting) if each != one]


def _tell(
    meeting: Meeting,
    to: Iterable[Participant],
    who: Participant,
    words: Words,
    key: str,
    *,
    new: datetime.datetime | None = None,
    reason: str = "",
) -> None:
    params = {"who": str(who), "reason": reason}
    for each in Representative.objects.of(to):
        with override(language_of(each.registration)):
            _tell_one(meeting, each, params, words, f"{key} {meeting.pk} {meeting.sequence}", new)


def _tell_one(
    meeting: Meeting,
    to: Representative,
    given: Mapping[str, str],
    words: Words,
    key: str,
    new: datetime.datetime | None,
) -> None:
    event, zone = to.registration.event, to.registration.event.zone
    params = {**given, "event": str(event.title)}
    if meeting.starts is not None and meeting.ends is not None:
        starts = meeting.starts.astimezone(zone)
        params |= {
            "day": day_in_words(starts.date()),
            "time": f"{clock(starts)}–{clock(meeting.ends.astimezone(zone))}",
            "place": place_in_words(meeting.table, meeting),
        }
    if new is not None:
        local = new.astimezone(zone)
        params |= {"new_day": day_in_words(local.date()), "new_time": clock(local)}
    subject, body = words
    said = {"subject": _(subject) % params, "body": one_dot(_(body) % params) if body else ""}
    to_each(to, subject, params, body=body, key=key, template="matchmaking/letters/live", context=said)
