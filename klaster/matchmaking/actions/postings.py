"""Writing a posting: draft, review, on the board, renewed, closed. Decision 0175.

Every verb locks the posting, asks again whether it may be done, changes, and keeps the posting's line (what the
matching compares) in step.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from wagtail.coreutils import string_to_ascii

from klaster.core import audit
from klaster.core.notify import notify
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.rights import demand
from klaster.directory.models.organisations import today
from klaster.matchmaking import board_people
from klaster.matchmaking.actions import lines
from klaster.matchmaking.models import Posting, PostingState, PostingText
from klaster.matchmaking.topics import BOARD, REVIEW

if TYPE_CHECKING:
    from klaster.accounts.models import User

Values = Mapping[str, Any]
Texts = Sequence[tuple[str, str, str]]  # language, title, text
CHANGE = "matchmaking.change_posting"
REVIEWED = ("side", "kind", "language", "title", "text")  # what a reviewer has agreed to
LONGEST, RENEWED_BY = datetime.timedelta(days=366), datetime.timedelta(days=90)
TOLD_BEFORE = datetime.timedelta(days=14)


def lock(posting: Posting) -> Posting:
    return Posting.objects.select_for_update(of=("self",)).get(pk=posting.pk)


# --- words ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def create_posting(*, by: User, values: Values, texts: Texts = (), once: uuid.UUID | None = None) -> Posting:
    """A draft. A form that was sent twice makes one."""
    if not by.has_perm("matchmaking.add_posting"):
        raise PermissionDenied
    if once and (made := Posting.objects.filter(once=once, created_by=by).first()):
        return made
    posting = Posting(created_by=by, once=once, state=PostingState.DRAFT, slug="-")
    assign(posting, values)
    posting.slug = free_slug(posting.title)
    posting.is_invented = bool(posting.owner and posting.owner.is_invented)
    posting.full_clean()
    posting.save()
    demand(by, CHANGE, posting)  # of an organisation or a cluster of one's own; the office of any
    write_texts(posting, texts)
    audit.record(gettext_noop("added"), posting, by=by, after=audit.snapshot(posting))
    return posting


@transaction.atomic
def save_posting(posting: Posting, *, by: User, values: Values, texts: Texts = (), version: str = "") -> Posting:
    """Other words, of the version the form was opened with. What a reviewer had agreed to is reviewed again when
    somebody else changes it, and is off the board meanwhile."""
    row = lock(posting)
    demand(by, CHANGE, row)
    demand_version(row, version)  # type: ignore[arg-type]
    before = audit.snapshot(row)
    said = [getattr(row, name) for name in REVIEWED] + [texts_of(row)]
    assign(row, values)
    row.full_clean()
    row.save()
    write_texts(row, texts)
    audit.record(gettext_noop("changed"), row, by=by, before=before)
    differs = said != [getattr(row, name) for name in REVIEWED] + [texts_of(row)]
    if row.state == PostingState.PUBLISHED and differs and not by.has_perm("matchmaking.review_posting", row):
        to_review(row)
    keep_line(row)
    return row


def assign(posting: Posting, values: Values) -> None:
    for name, value in values.items():
        setattr(posting, name, value)
    day = posting.valid_until
    if day and day > today() + LONGEST:
        raise ValidationError({"valid_until": _("A year at most; it can be renewed before it ends.")})


def texts_of(posting: Posting) -> list[tuple[str, str, str]]:
    return sorted(PostingText.objects.filter(posting=posting).values_list("language", "title", "text"))


def write_texts(posting: Posting, texts: Texts) -> None:
    """Its translations are these and no others."""
    PostingText.objects.filter(posting=posting).exclude(language__in=[code for code, _title, _text in texts]).delete()
    for code, title, text in texts:
        row = PostingText.objects.filter(posting=posting, language=code).first() or PostingText(posting=posting)
        row.language, row.title, row.text = code, title, text
        row.full_clean()
        row.save()


def free_slug(title: str) -> str:
    """The title in plain letters and the year; so that it is never a word of another address."""
    base = f"{slugify(string_to_ascii(title))[:100].strip('-') or 'posting'}-{today().year}"
    taken = set(Posting.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


def keep_line(posting: Posting) -> None:
    """What is on the board is compared; what is not on it is not."""
    lines.keep_line(posting, is_compared=posting.state == PostingState.PUBLISHED)


# --- states -----------------------------------------------------------------------------------------------------------
def expect(posting: Posting, *states: str) -> None:
    if posting.state not in states:
        words = _("It is in another state meanwhile: %(state)s.") % {"state": posting.get_state_display()}
        raise ValidationError(words)


def demand_future(posting: Posting) -> None:
    if posting.valid_until < today():
        raise ValidationError(_("Its last day is over: write a later one first."))


@transaction.atomic
def send(posting: Posting, *, by: User) -> Posting:
    """To its reviewer; straight to the board where whoever sends it is the one. Twice is once."""
    row = lock(posting)
    demand(by, CHANGE, row)
    if row.state in (PostingState.REVIEW, PostingState.PUBLISHED):
        return row
    demand_future(row)
    if by.has_perm("matchmaking.review_posting", row):
        return to_board(row, by=by)
    to_review(row)
    audit.record(gettext_noop("sent to review"), row, by=by)
    return row


def to_review(posting: Posting) -> None:
    posting.state, posting.note = PostingState.REVIEW, ""
    posting.save()
    keep_line(posting)
    for person in board_people.reviewers(posting):
        notify(
            person, REVIEW, about=posting, key=f"posting {posting.pk} {posting.updated_at.isoformat()}",
            subject=gettext_noop("%(owner)s waits for your review: %(title)s"),
            params={"owner": posting.owner.name, "title": posting.title},  # type: ignore[union-attr]
        )  # fmt: skip


@transaction.atomic
def publish(posting: Posting, *, by: User) -> Posting:
    """A reviewer agrees. Twice is once."""
    row = lock(posting)
    demand(by, "matchmaking.review_posting", row)
    if row.state == PostingState.PUBLISHED:
        return row
    expect(row, PostingState.REVIEW)
    demand_future(row)
    to_board(row, by=by)
    tell_owner(row, gettext_noop("On the board now: %(title)s"), by=by)
    return row


def to_board(posting: Posting, *, by: User) -> Posting:
    before = audit.snapshot(posting)
    posting.state, posting.note = PostingState.PUBLISHED, ""
    posting.published_at = posting.published_at or timezone.now()
    posting.reminded_at = None
    posting.full_clean()
    posting.save()
    keep_line(posting)
    audit.record(gettext_noop("published"), posting, by=by, before=before)
    return posting


@transaction.atomic
def send_back(posting: Posting, note: str, *, by: User) -> Posting:
    """A reviewer asks for other words, and says which."""
    row = lock(posting)
    demand(by, "matchmaking.review_posting", row)
    if row.state == PostingState.RETURNED and row.note == note:
        return row
    expect(row, PostingState.REVIEW, PostingState.PUBLISHED)
    before = audit.snapshot(row)
    row.state, row.note = PostingState.RETURNED, note
    row.full_clean()
    row.save()
    keep_line(row)
    audit.record(gettext_noop("returned"), row, by=by, before=before)
    tell_owner(row, gettext_noop("Returned with a note: %(title)s"), body="%(note)s", params={"note": note}, by=by)
    return row


@transaction.atomic
def take_back(posting: Posting, *, by: User) -> Posting:
    """Out of the review again, as a draft."""
    row = lock(posting)
    demand(by, CHANGE, row)
    if row.state == PostingState.REVIEW:
        row.state = PostingState.DRAFT
        row.save()
        audit.record(gettext_noop("taken back"), row, by=by)
    return row


@transaction.atomic
def close(posting: Posting, *, by: User) -> Posting:
    """Nobody is sought any more; who has expressed interest is still answered."""
    row = lock(posting)
    demand(by, CHANGE, row)
    if row.state == PostingState.PUBLISHED:
        row.state = PostingState.CLOSED
        row.save()
        keep_line(row)
        audit.record(gettext_noop("closed"), row, by=by)
    return row


@transaction.atomic
def renew(posting: Posting, *, by: User, until: datetime.date | None) -> Posting:
    """Three months longer than `until`, the last day the person saw, or than today. Pressed twice, it is once."""
    row = lock(posting)
    demand(by, CHANGE, row)
    if row.state != PostingState.PUBLISHED:
        raise ValidationError(_("It is no longer on the board."))
    if row.valid_until != until:
        return row
    before = audit.snapshot(row)
    row.valid_until = min(max(row.valid_until, today()) + RENEWED_BY, today() + LONGEST)
    row.renewed_at, row.reminded_at = timezone.now(), None
    row.save()
    audit.record(gettext_noop("renewed"), row, by=by, before=before)
    return row


@transaction.atomic
def delete_draft(posting: Posting, *, by: User) -> None:
    """What was never on the board and nobody answered."""
    row = lock(posting)
    demand(by, CHANGE, row)
    if row.published_at or row.state == PostingState.REVIEW:
        raise ValidationError(_("It was public already: close it instead."))
    audit.record(gettext_noop("deleted"), row, by=by, before=audit.snapshot(row), after={})
    row.delete()


# --- by the clock -----------------------------------------------------------------------------------------------------
@transaction.atomic
def remind_of_end(posting: Posting) -> bool:
    """Tell once that it ends soon; whoever renews it is told of the next end."""
    row = lock(posting)
    if row.state != PostingState.PUBLISHED or row.reminded_at or row.valid_until > today() + TOLD_BEFORE:
        return False
    row.reminded_at = timezone.now()
    row.save(update_fields=["reminded_at"])
    ends = gettext_noop("Your posting ends on %(day)s: %(title)s")
    told = gettext_noop("One click renews it for three months.")
    tell_owner(row, ends, body=told, params={"day": row.valid_until})
    return True


def tell_owner(
    posting: Posting, subject: str, *, body: str = "", params: Values | None = None, by: User | None = None
) -> None:
    """Author and managers; not the one who did it."""
    for person in board_people.speakers(posting):
        if person != by:
            notify(
                person, BOARD, about=posting, subject=subject, body=body,
                key=f"posting {posting.pk} {subject[:20]} {posting.updated_at.isoformat()} {posting.valid_until}",
                params={"title": posting.title, **(params or {})},
            )  # fmt: skip
