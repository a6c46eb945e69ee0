"""Asking for a meeting, answering, taking back. Wishes hold no time.

Every verb takes the lock of the event and reads after it, so that limits hold and a pair never has two requests or two
meetings; PostgreSQL refuses a second request of a pair besides. `by` is the person, or None for who came by a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.matchmaking import letters, live_letters
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.asking import Categories, may_ask, weight_of
from klaster.matchmaking.models import (
    AskRule,
    Block,
    Matchmaking,
    Meeting,
    MeetingRequest,
    MeetingSide,
    MoveProposal,
    Participant,
    Phase,
)

if TYPE_CHECKING:
    from klaster.accounts.models import User
    from klaster.matchmaking.models.requests import MeetingRequestQuerySet

S = MeetingRequest.State
LIKE = MeetingRequest.Priority.WOULD_LIKE


# --- what stands ----------------------------------------------------------------------------------------------------
def standing(participant: Participant) -> MeetingRequestQuerySet:
    """Requests of or to the participant that wait or were accepted."""
    return MeetingRequest.objects.live().filter(Q(asker=participant) | Q(asked=participant))


def between(one: Participant, two: Participant) -> MeetingRequestQuerySet:
    """All requests of a pair, the latest first."""
    return MeetingRequest.objects.filter(Q(asker=one, asked=two) | Q(asker=two, asked=one))


def sent_count(participant: Participant) -> int:
    """Requests that count towards the limit: those one sent oneself that wait or were accepted."""
    return MeetingRequest.objects.live().filter(asker=participant, is_on_behalf=False).count()


def meetings_of(participant: Participant) -> QuerySet[Meeting]:
    return Meeting.objects.agreed().filter(sides__participant=participant)


def met_alone(participant: Participant) -> dict[int, Meeting]:
    """Agreed meetings of two, by the other."""
    sides = MeetingSide.objects.filter(meeting__in=meetings_of(participant).values("pk")).select_related("meeting")
    by_meeting: dict[int, list[MeetingSide]] = {}
    for side in sides.exclude(participant=participant).order_by("pk"):
        by_meeting.setdefault(side.meeting_id, []).append(side)
    return {row.participant_id: row.meeting for row, *more in by_meeting.values() if not more}


def closed(participant: Participant) -> list[MeetingRequest]:
    """Once it is too late to answer: requests from and to the participant nobody answered; none of those one meets."""
    met = met_alone(participant)
    rows = standing(participant).filter(state=S.SENT).select_related("asker", "asked", "matchmaking")
    pairs = [(row, {row.asker_id, row.asked_id}) for row in rows.order_by("-sent_at", "-pk")]
    return [row for row, both in pairs if row.is_closed and not both & set(met)]


def most_meetings(matchmaking: Matchmaking, participant: Participant) -> int | None:
    """The smaller of the event's limit and one's own."""
    limits = [limit for limit in (matchmaking.most_meetings, participant.most_meetings) if limit is not None]
    return min(limits, default=None)


def categories_of(participant: Participant) -> Categories:
    found = participant.representatives.values_list("registration__category", flat=True)
    return frozenset(pk for pk in found if pk)


# --- asking ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask(
    asker: Participant,
    asked: Participant,
    *,
    by: User | None,
    priority: int = LIKE,
    message: str = "",
    on_behalf: bool = False,
    is_agreed: bool = False,
) -> MeetingRequest:
    """Ask for a meeting. Where the other has asked already, this is the answer yes. Pressed twice it is one.

    `on_behalf`: the organiser asks for the participant; deadlines of asking, limits and rules of who may ask whom do
    not hold then, blocks do. `is_agreed`: both have told the organiser yes, so nobody is asked for an answer.
    """
    matchmaking = lock(asker.matchmaking)
    if on_behalf:
        if by is None:
            raise PermissionDenied
        demand(by, "matchmaking.change_matchmaking", matchmaking)
    asker, asked = _fresh(matchmaking, asker), _fresh(matchmaking, asked)
    row = between(asker, asked).live().first()
    if row is not None and (row.state == S.ACCEPTED or (row.asker_id == asker.pk and not is_agreed)):
        return row
    if row is not None:
        accept(row, row.asked, by=by, priority=priority, on_behalf=on_behalf)
        row.refresh_from_db()
        return row
    _demand_may_ask(matchmaking, asker, asked, on_behalf=on_behalf)
    row = MeetingRequest(
        matchmaking=matchmaking, asker=asker, asked=asked, priority=priority, message=message, by=by,
        is_on_behalf=on_behalf,
    )  # fmt: skip
    row.full_clean()
    row.save(force_insert=True)
    audit.record(gettext_noop("asked for a meeting"), row, by=by, after={"asked": asked.pk, "priority": priority})
    if is_agreed:
        accept(row, row.asked, by=by, priority=priority, on_behalf=on_behalf)
        row.refresh_from_db()
    else:
        letters.asked(row)
    return row


def _fresh(matchmaking: Matchmaking, participant: Participant) -> Participant:
    row = Participant.objects.filter(matchmaking=matchmaking, pk=participant.pk).first()
    if row is None:
        raise PermissionDenied
    row.matchmaking = matchmaking
    return row


def _demand_may_ask(matchmaking: Matchmaking, asker: Participant, asked: Participant, *, on_behalf: bool) -> None:
    if matchmaking.event.is_off or not (asker.takes_part and asked.takes_part) or are_apart(asker, asked):
        raise ValidationError(_("This participant cannot be asked."))
    if on_behalf:
        if matchmaking.phase not in (Phase.ASKING, Phase.PLANNING):
            raise ValidationError(_("Requests are taken before the timetable is published."))
        return
    if not matchmaking.takes_requests:
        raise ValidationError(_("The time to ask is over. What you wrote was not sent."), code="late")
    rules = list(AskRule.objects.filter(matchmaking=matchmaking))
    if rules and not may_ask(rules, categories_of(asker), categories_of(asked)):
        raise ValidationError(_("By the organiser's rules they ask you, not you them."))
    last = between(asker, asked).first()
    if last is not None and last.state == S.DECLINED and last.asker_id == asker.pk:
        raise ValidationError(_("They declined your request. They can still ask you."))
    most = matchmaking.most_requests
    if most is not None and sent_count(asker) >= most:
        text = ngettext(
            "You have sent %(most)s request, as many as you may. Withdraw one to send another.",
            "You have sent %(most)s requests, as many as you may. Withdraw one to send another.",
            most,
        )
        raise ValidationError(text % {"most": most}, code="limit")


def are_apart(one: Participant, two: Participant) -> bool:
    """Whether one of the two blocks the other."""
    return Block.objects.filter(Q(participant=one, other=two) | Q(participant=two, other=one)).exists()


# --- answering ------------------------------------------------------------------------------------------------------
def _locked(request: MeetingRequest) -> MeetingRequest:
    matchmaking = lock(request.matchmaking)
    row = MeetingRequest.objects.select_related("asker", "asked").get(pk=request.pk)
    row.matchmaking = row.asker.matchmaking = row.asked.matchmaking = matchmaking
    return row


@transaction.atomic
def accept(
    request: MeetingRequest, side: Participant, *, by: User | None, priority: int = LIKE, on_behalf: bool = False
) -> Meeting:
    """Agree to meet: makes the meeting, without a time. Pressed twice it is one."""
    row = _locked(request)
    if row.asked_id != side.pk:
        raise PermissionDenied
    if row.state == S.ACCEPTED:
        return row.meeting
    if row.state != S.SENT:
        raise ValidationError(_("This request was taken back or answered meanwhile."))
    if not (row.matchmaking.takes_answers or on_behalf) or row.matchmaking.event.is_off:
        raise ValidationError(_("The time to answer is over."), code="late")
    if not row.asker.takes_part or are_apart(row.asker, row.asked):
        raise ValidationError(_("They do not take part any more."))
    _demand_room(row.matchmaking, row.asked, _("You have as many meetings as you may. Cancel one, or decline."))
    _demand_room(row.matchmaking, row.asker, _("They have as many meetings as they may by now."))
    row.state, row.answer_priority, row.answered_at = S.ACCEPTED, priority, timezone.now()
    row.full_clean()
    row.save()
    meeting = Meeting(
        matchmaking=row.matchmaking, request=row, weight=weight_of([row.priority, priority]),
        is_online=row.asker.is_online or row.asked.is_online,
    )  # fmt: skip
    meeting.full_clean()
    meeting.save()
    MeetingSide.objects.bulk_create(MeetingSide(meeting=meeting, participant=each) for each in (row.asker, row.asked))
    audit.record(gettext_noop("agreed to a meeting"), row, by=by, after={"meeting": meeting.pk, "priority": priority})
    letters.answered(row)
    if on_behalf:
        letters.noted(row)
    return meeting


def _demand_room(matchmaking: Matchmaking, participant: Participant, refusal: str) -> None:
    most = most_meetings(matchmaking, participant)
    if most is not None and meetings_of(participant).count() >= most:
        raise ValidationError(refusal, code="limit")


@transaction.atomic
def decline(request: MeetingRequest, side: Participant, *, by: User | None, reason: str = "") -> MeetingRequest:
    """Say no, with or without a reason. Pressed twice it is one."""
    row = _locked(request)
    if row.asked_id != side.pk:
        raise PermissionDenied
    if row.state == S.ACCEPTED:
        raise ValidationError(_("You have agreed meanwhile: cancel the meeting instead."))
    return _end(row, S.DECLINED, by=by, reason=reason)


@transaction.atomic
def withdraw(request: MeetingRequest, side: Participant, *, by: User | None) -> MeetingRequest:
    """Take one's own request back while it waits."""
    row = _locked(request)
    if row.asker_id != side.pk:
        raise PermissionDenied
    if row.state == S.ACCEPTED:
        raise ValidationError(_("They have agreed meanwhile: cancel the meeting instead."))
    return _end(row, S.WITHDRAWN, by=by)


def _end(row: MeetingRequest, state: str, *, by: User | None, reason: str = "") -> MeetingRequest:
    if row.state != S.SENT:
        return row
    row.state, row.reason, row.answered_at = state, reason, timezone.now()
    row.full_clean()
    row.save()
    words = gettext_noop("declined a request") if state == S.DECLINED else gettext_noop("withdrew a request")
    audit.record(words, row, by=by, after={"state": str(state)})
    if state == S.DECLINED:
        letters.answered(row)
    return row


# --- cancelling -----------------------------------------------------------------------------------------------------
@transaction.atomic
def cancel(meeting: Meeting, side: Participant, *, by: User | None, reason: str = "") -> Meeting:
    """One side does not want to meet any more. Of more than two the others still meet; a pair's request ends too, and
    the time and the table become free at once. Pressed twice it is one."""
    lock(meeting.matchmaking)
    row = Meeting.objects.select_related("request", "matchmaking__event").get(pk=meeting.pk)
    own = row.sides.filter(participant=side).first()
    if own is None:
        raise PermissionDenied
    if row.state == Meeting.State.CANCELLED:
        return row
    if row.matchmaking.phase == Phase.OVER or (row.starts and row.starts <= timezone.now()):
        raise ValidationError(_("This meeting has begun: it cannot be cancelled any more."))
    others = [each.participant for each in row.sides.select_related("participant") if each.pk != own.pk]
    if len(others) > 1:
        row.sittings.filter(representative__participant=side).delete()
        own.delete()
    else:
        _cancel(row, side, reason)
    audit.record(gettext_noop("cancelled a meeting"), row, by=by, after={"by": side.pk})
    if row.starts is not None and row.matchmaking.is_published:
        live_letters.called_off(row, side, others, reason)
    else:
        letters.cancelled(row, side, others, reason)
    return row


def _cancel(row: Meeting, side: Participant, reason: str) -> None:
    """The request of the pair ends as if its side had said so before: who was asked declines, who asked withdraws."""
    now = timezone.now()
    row.state, row.cancelled_at, row.cancelled_by, row.reason = Meeting.State.CANCELLED, now, side, reason
    row.sequence += 1
    row.save()
    row.proposals.filter(state=MoveProposal.State.OPEN).update(state=MoveProposal.State.LAPSED, answered_at=now)
    if row.request is not None and row.request.state == S.ACCEPTED:
        state = S.DECLINED if row.request.asked_id == side.pk else S.WITHDRAWN
        row.request.state, row.request.reason, row.request.answered_at = state, reason, now
        row.request.save(update_fields=["state", "reason", "answered_at"])


# --- when somebody leaves or blocks: under the lock already ---------------------------------------------------------
def end_all(participant: Participant, *, by: User | None) -> None:
    _end_rows(participant, standing(participant), meetings_of(participant), by=by)


def end_between(one: Participant, two: Participant, *, by: User | None) -> None:
    _end_rows(one, between(one, two).live(), meetings_of(one).filter(sides__participant=two).distinct(), by=by)


def _end_rows(side: Participant, rows: QuerySet[MeetingRequest], met: QuerySet[Meeting], *, by: User | None) -> None:
    for meeting in met.select_related("matchmaking"):
        if meeting.starts is None or meeting.starts > timezone.now():
            cancel(meeting, side, by=by)
    for row in rows.filter(state=S.SENT).select_related("asker", "asked"):
        row.matchmaking = side.matchmaking
        if row.asker_id == side.pk:
            _end(row, S.WITHDRAWN, by=by)
        else:
            _end(row, S.DECLINED, by=by)
