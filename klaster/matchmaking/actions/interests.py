"""From interest in a posting to a conversation: expressed, answered, introduced, talked. Decision 0176.

Each verb locks the interest (the first one its posting) and asks again whether it may be done.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit, letters
from klaster.core.notify import notify
from klaster.directory.actions.rights import demand
from klaster.directory.models import Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking import board_people
from klaster.matchmaking.actions import outcomes, postings
from klaster.matchmaking.models import Interest, InterestState, Outcome, Posting
from klaster.matchmaking.models.board import acted_for
from klaster.matchmaking.topics import BOARD

if TYPE_CHECKING:
    from klaster.accounts.models import User

MOST_WAITING = 20  # messages of one organisation that nobody has answered yet
MOST_OFTEN = 2  # times an organisation writes to the same posting


def lock(interest: Interest) -> Interest:
    return Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)


@transaction.atomic
def express(posting: Posting, *, by: User, organisation: Organisation, message: str) -> Interest:
    """Write to whoever is behind a posting, for an organisation. Sent twice, it is once."""
    posting = postings.lock(posting)
    if organisation.pk not in set(acted_for(by).values_list("organisation", flat=True)):
        raise PermissionDenied
    earlier = list(Interest.objects.filter(posting=posting, organisation=organisation).order_by("pk"))
    for row in earlier:
        if row.person_id == by.pk and row.message == message and row.state == InterestState.SENT:
            return row
    refuse(posting, organisation, earlier)
    interest = Interest(posting=posting, organisation=organisation, person=by, message=message)
    interest.full_clean()
    interest.save()
    audit.record(gettext_noop("interest expressed"), interest, by=by, after=audit.snapshot(interest))
    tell_owner(interest, gettext_noop("%(organisation)s is interested: %(title)s"), body="%(message)s")
    return interest


def refuse(posting: Posting, organisation: Organisation, earlier: list[Interest]) -> None:
    """What would annoy people, in words."""
    if not posting.is_current or not Posting.objects.current().filter(pk=posting.pk).exists():
        raise ValidationError(_("It is no longer on the board."))
    coordinator = posting.cluster.coordinator_id if posting.cluster else None
    if organisation.pk in (posting.organisation_id, coordinator):
        raise ValidationError({"organisation": _("This is its own posting.")})
    if any(row.state == InterestState.DECLINED for row in earlier):
        raise ValidationError(_("They have declined already. Please accept it."))
    if any(row.state != InterestState.WITHDRAWN for row in earlier):
        raise ValidationError(_("Your organisation has written to them already."))
    if len(earlier) >= MOST_OFTEN:
        raise ValidationError(_("Your organisation has written to them and withdrawn it twice."))
    if organisation.interests.filter(state=InterestState.SENT).count() >= MOST_WAITING:
        words = _(
            "%(number)s messages of your organisation wait for an answer. Wait for some of them, or withdraw some."
        )
        raise ValidationError(words, params={"number": MOST_WAITING})


@transaction.atomic
def agree(interest: Interest, *, by: User) -> Interest:
    """Whoever is behind the posting agrees: both get each other's address. Twice is once."""
    row = lock(interest)
    demand(by, "matchmaking.answer_interest", row)
    if row.state == InterestState.INTRODUCED:
        return row
    expect(row, InterestState.SENT)
    if row.person is None or not row.person.is_active or not still_acts(row):
        raise ValidationError(_("Whoever wrote this no longer acts for the organisation; decline it."))
    answered(row, InterestState.INTRODUCED, by)
    audit.record(gettext_noop("introduced"), row, by=by)
    introduce(row, to=row.person, other=by, name=str(row.posting.owner))
    introduce(row, to=by, other=row.person, name=str(row.organisation))
    tell_sender(row, gettext_noop("They agree: %(title)s"))
    return row


def introduce(interest: Interest, *, to: User, other: User, name: str) -> None:
    """A letter that can be answered at once; the address stands in it and nowhere public."""
    letters.write(
        "matchmaking.introduction", to=to, about=interest, template="matchmaking/letters/introduction",
        reply_to=other.email,
        context={
            "name": to.name, "other": other.name, "organisation": name, "title": interest.posting.title,
            "email": letters.Ready(other.email), "message": letters.quoted(interest.message),
            "url": interest.get_absolute_url(),
        },
    )  # fmt: skip


def still_acts(interest: Interest) -> bool:
    return interest.person is not None and interest.person.affiliations.active().filter(  # type: ignore[attr-defined]
        organisation=interest.organisation_id
    ).exists()  # fmt: skip


@transaction.atomic
def decline(interest: Interest, reason: str, *, by: User) -> Interest:
    """With or without a reason. Twice is once."""
    row = lock(interest)
    demand(by, "matchmaking.answer_interest", row)
    if row.state == InterestState.DECLINED:
        return row
    expect(row, InterestState.SENT)
    row.reason = reason
    answered(row, InterestState.DECLINED, by)
    audit.record(gettext_noop("declined"), row, by=by)
    tell_sender(row, gettext_noop("They decline: %(title)s"), body="%(reason)s" if reason else "")
    return row


@transaction.atomic
def withdraw(interest: Interest, *, by: User) -> Interest:
    """Nobody has answered yet, and need not any more. Twice is once."""
    row = lock(interest)
    demand(by, "matchmaking.withdraw_interest", row)
    if row.state == InterestState.WITHDRAWN:
        return row
    expect(row, InterestState.SENT)
    row.state = InterestState.WITHDRAWN
    row.save()
    audit.record(gettext_noop("withdrawn"), row, by=by)
    tell_owner(row, gettext_noop("%(organisation)s has withdrawn its message: %(title)s"))
    return row


@transaction.atomic
def talked(interest: Interest, day: datetime.date, *, by: User) -> Interest:
    """Either side says that they have talked; both are asked what came of it. Twice is once."""
    row = lock(interest)
    if not Interest.objects.visible_to(by).filter(pk=row.pk).exists():
        raise PermissionDenied
    if row.state == InterestState.TALKED:
        return row
    expect(row, InterestState.INTRODUCED)
    if day > today():
        raise ValidationError({"day": _("This day is still to come.")})
    if row.answered_at and day < timezone.localdate(row.answered_at):
        raise ValidationError({"day": _("On this day you were not introduced yet.")})
    row.state, row.talked_at = InterestState.TALKED, day
    row.full_clean()
    row.save()
    audit.record(gettext_noop("talked"), row, by=by)
    ask_both(row, Outcome.Stage.NOW)
    return row


def ask_both(interest: Interest, stage: str) -> int:
    """Each side once: whoever wrote, and whoever agreed (else whoever answers for the posting today)."""
    asked = 0
    owner = str(interest.posting.owner)
    names: dict[str, Any] = {"title": interest.posting.title, "day": interest.talked_at}
    if interest.person is not None and interest.person.is_active:
        asked += outcomes.ask(stage, to=interest.person, other=owner, interest=interest, **names)
    answered_by = interest.answered_by
    if answered_by is None or not Posting.objects.spoken_for_by(answered_by).filter(pk=interest.posting_id).exists():
        answered_by = next(iter(board_people.speakers(interest.posting)), None)
    if answered_by is not None:
        other = str(interest.organisation)
        asked += outcomes.ask(stage, to=answered_by, other=other, interest=interest, is_owner=True, **names)
    return asked


def expect(interest: Interest, state: InterestState) -> None:
    if interest.state != state:
        words = _("It is in another state meanwhile: %(state)s.") % {"state": interest.get_state_display()}
        raise ValidationError(words)


def answered(interest: Interest, state: InterestState, by: User) -> None:
    interest.state, interest.answered_by, interest.answered_at = state, by, timezone.now()
    interest.full_clean()
    interest.save()


def words_of(interest: Interest) -> dict[str, object]:
    return {
        "organisation": interest.organisation.name, "title": interest.posting.title, "message": interest.message,
        "reason": interest.reason,
    }  # fmt: skip


def tell_owner(interest: Interest, subject: str, *, body: str = "") -> None:
    for person in board_people.speakers(interest.posting):
        key = f"interest {interest.pk} {interest.state}"
        notify(person, BOARD, about=interest, subject=subject, body=body, params=words_of(interest), key=key)


def tell_sender(interest: Interest, subject: str, *, body: str = "") -> None:
    """The introduction is a letter of its own, so there is no second one."""
    if interest.person is not None and interest.person.is_active:
        key, is_mailed = f"interest {interest.pk} {interest.state}", interest.state != InterestState.INTRODUCED
        notify(
            interest.person, BOARD, about=interest, subject=subject, body=body, params=words_of(interest), key=key,
            by_mail=is_mailed,
        )  # fmt: skip
