"""Offers and needs of a participant, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit, ordering
from klaster.matchmaking.models import BrokeredRequest, Line, Participant, Posting

if TYPE_CHECKING:
    from klaster.accounts.models import User

MOST_LINES = 7  # of offers, and of needs
UP, DOWN = "up", "down"
LONGEST = 1500  # what the model reads at once


def _whose(participant: Participant) -> Participant:
    """The participant's row, locked: lines of one participant are changed one after the other."""
    row = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    if not row.takes_part:
        raise ValidationError(_("You do not take part any more."))
    return row


@transaction.atomic
def add(participant: Participant, values: Mapping[str, Any], *, by: User | None) -> Line:
    """A new line at the end of its side. At most MOST_LINES on a side: more would hide what matters."""
    participant = _whose(participant)
    same_side = participant.lines.filter(side=values["side"])
    if same_side.count() >= MOST_LINES:
        raise ValidationError(_("At most %(most)s on each side. Change or delete one first.") % {"most": MOST_LINES})
    line = Line(participant=participant, position=ordering.end(same_side), **values)
    line.full_clean()
    line.save()
    _touched(participant)
    audit.record(gettext_noop("added a line"), participant, by=by, after={"side": line.side, "line": line.pk})
    return line


@transaction.atomic
def change(line: Line, values: Mapping[str, Any], *, by: User | None) -> Line:
    """Another text wants its tags confirmed again, unless they are confirmed with it."""
    assert line.participant is not None  # noqa: S101  lines of postings are the board's
    participant = _whose(line.participant)
    row = participant.lines.get(pk=line.pk)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    _touched(participant)
    audit.record(gettext_noop("changed a line"), participant, by=by, after={"side": row.side, "line": row.pk})
    return row


@transaction.atomic
def remove(line: Line, *, by: User | None) -> None:
    assert line.participant is not None  # noqa: S101
    participant = _whose(line.participant)
    if participant.lines.filter(pk=line.pk).delete()[0]:
        audit.record(gettext_noop("deleted a line"), participant, by=by, after={"side": line.side, "line": line.pk})


@transaction.atomic
def move(line: Line, way: str, *, by: User | None) -> None:
    """One place up or down on its side; at the end of it nothing moves."""
    assert line.participant is not None  # noqa: S101
    rows = _whose(line.participant).lines.filter(side=line.side)
    if rows.filter(pk=line.pk).exists():
        ordering.move(rows, line, -1 if way == UP else 1)


def take_over(participant: Participant, posting: Posting, *, by: User | None) -> Line:
    """A line with the words and tags of a posting of the board. Twice is once."""
    known = participant.lines.filter(from_posting=posting).first()
    if known is not None:
        return known
    text = f"{posting.title}. {posting.text}"[:1500] if posting.text else posting.title
    values = {
        "side": posting.side, "language": posting.language, "text": text, "from_posting": posting,
        "sectors": posting.sectors, "technologies": posting.technologies, "are_tags_confirmed": True,
    }  # fmt: skip
    return add(participant, values, by=by)


def keep_line(said: Posting | BrokeredRequest, *, is_compared: bool) -> None:
    """Title and text as one line while the matching compares it, else none. Said unchanged, it stays as it was."""
    whose = {"posting" if isinstance(said, Posting) else "brokered": said}
    if not is_compared:
        Line.objects.filter(**whose).delete()
        return
    values = {
        "side": said.side, "language": said.language, "sectors": said.sectors, "technologies": said.technologies,
        "text": f"{said.title}\n{said.text}"[:LONGEST],
    }  # fmt: skip
    line = Line.objects.filter(**whose).first() or Line(**whose, are_tags_confirmed=True)
    if line.pk and all(getattr(line, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(line, name, value)
    line.save()


def _touched(participant: Participant) -> None:
    Participant.objects.filter(pk=participant.pk).update(profile_at=timezone.now())
