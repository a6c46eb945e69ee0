"""What the page of an interest shows to either side, and what the question about its outcome is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.matchmaking.models import Interest, InterestState, Outcome

if TYPE_CHECKING:
    import datetime

    from klaster.accounts.models import User

S = InterestState
OF_OUTCOMES = (
    "interest__posting__organisation", "interest__posting__cluster", "interest__organisation",
    "candidate__request", "candidate__organisation", "candidate__cluster", "side__participant", "side__meeting",
)  # fmt: skip
WAY = (S.SENT, S.INTRODUCED, S.TALKED)


def context(interest: Interest, reader: User) -> dict[str, Any]:
    """Addresses only once they were introduced, and only to the two sides."""
    is_sender = reader.has_perm("matchmaking.withdraw_interest", interest) or is_of(
        Interest.objects.sent_by(reader), interest
    )
    is_owner = is_of(Interest.objects.received_by(reader), interest)
    is_introduced = interest.state in (S.INTRODUCED, S.TALKED)
    other = (interest.person if is_owner else interest.answered_by) if is_introduced else None
    return {
        "interest": interest,
        "posting": interest.posting,
        "is_owner": is_owner,
        "is_sender": is_sender,
        "may_answer": interest.state == S.SENT and reader.has_perm("matchmaking.answer_interest", interest),
        "may_withdraw": interest.state == S.SENT and reader.has_perm("matchmaking.withdraw_interest", interest),
        "may_say_talked": interest.state == S.INTRODUCED and (is_owner or is_sender),
        "other": other if is_owner or is_sender else None,
        "steps": steps(interest),
        "own_outcomes": [row for row in interest.outcomes.all() if (is_owner if row.is_owner else is_sender)],
        "outcomes": interest.outcomes.order_by("stage", "is_owner") if reader.is_secretariat else [],
        "crumbs": [
            {"title": _("Messages about postings"), "url": reverse("my_interests")},
            {"title": interest.posting.title, "url": ""},
        ],
    }


def is_of(rows: Any, interest: Interest) -> bool:
    return rows.filter(pk=interest.pk).exists()


def steps(interest: Interest) -> list[dict[str, Any]]:
    """The way of an interest: what was, what is, what may come."""
    at = WAY.index(S(interest.state)) if interest.state in WAY else 0
    titles = {S.SENT: _("Sent"), S.INTRODUCED: _("Introduced"), S.TALKED: _("Talked")}
    days = {S.SENT: interest.sent_at, S.INTRODUCED: interest.answered_at if at else None, S.TALKED: interest.talked_at}
    return [{"title": titles[state], "day": days[state], "done": number <= at} for number, state in enumerate(WAY)]


@dataclass(frozen=True)
class About:
    """With whom, about what, when."""

    other: str
    title: str
    day: datetime.date | None
    is_brokers: bool = False  # who is asked brokered it


def about(outcome: Outcome) -> About:
    """What a question is about, whichever kind of conversation it was."""
    if outcome.interest:
        row = outcome.interest
        return About(str(row.organisation if outcome.is_owner else row.posting.owner), row.posting.title, row.talked_at)
    if outcome.candidate:
        request = outcome.candidate.request
        both = str(outcome.candidate) if request.asker_email else f"{request.asker} – {outcome.candidate}"
        return About(both, request.title, None, is_brokers=not request.asker_email)
    side = outcome.side
    others = side.meeting.sides.exclude(pk=side.pk).select_related("participant") if side else []
    starts = side.meeting.starts if side else None
    names = ", ".join(str(each.participant) for each in others)
    return About(names, str(side.meeting.matchmaking.event.title) if side else "", starts.date() if starts else None)
