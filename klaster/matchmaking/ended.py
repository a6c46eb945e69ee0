"""What came to nothing at an event, for one participant: requests and meetings, with what became of them in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from klaster.matchmaking.actions.requests import closed, met_alone
from klaster.matchmaking.models import Meeting, MeetingRequest, Participant

S = MeetingRequest.State


@dataclass(frozen=True)
class Ended:
    """`is_closed`: nobody answered while there was time; a free time of both may be booked instead."""

    others: list[Participant]
    words: str
    reason: str = ""
    is_closed: bool = False


def ended(participant: Participant, sent: list[MeetingRequest], got: list[MeetingRequest]) -> list[Ended]:
    """First what nobody answered in time, then requests that ended, then meetings booked without one and called off.
    Whom one meets after all has come to something."""
    rows = closed(participant)
    rows += [row for row in sent if row.state in (S.DECLINED, S.WITHDRAWN)]
    rows += [row for row in got if row.state == S.DECLINED or row.is_called_off]
    met = set(met_alone(participant))
    off = [row for row in _called_off(participant) if not met & {each.pk for each in row.others}]
    return [_request(row, is_mine=row.asker_id == participant.pk) for row in rows] + off


def _request(row: MeetingRequest, *, is_mine: bool) -> Ended:
    by_me = is_mine == (row.state == S.WITHDRAWN)
    if row.is_closed:
        words = _("They did not answer in time.") if is_mine else _("You did not answer in time.")
    elif row.is_called_off:
        words = _off(by_me=by_me)
    elif is_mine:
        words = _("You withdrew it.") if by_me else _("They declined.")
    else:
        words = _("You declined.")
    return Ended([row.asked if is_mine else row.asker], words, row.reason, row.is_closed)


def _called_off(participant: Participant) -> list[Ended]:
    rows = Meeting.objects.filter(state=Meeting.State.CANCELLED, request=None, sides__participant=participant)
    found = []
    for row in rows.prefetch_related("sides__participant").order_by("-cancelled_at", "-pk"):
        others = [side.participant for side in row.sides.all() if side.participant_id != participant.pk]
        found.append(Ended(others, _off(by_me=row.cancelled_by_id == participant.pk), row.reason))
    return found


def _off(*, by_me: bool) -> str:
    return _("You called the meeting off.") if by_me else _("They called the meeting off.")
