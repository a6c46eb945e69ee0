"""What came of a conversation: each side is asked once now and once after three months, and never reminded.

The link in the letter works without an account: whoever has it answers for that side, nothing else. It serves interests
in postings, brokered introductions and meetings alike.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from klaster.core import audit, languages, letters
from klaster.matchmaking.models import Candidate, Interest, MeetingSide, Outcome

if TYPE_CHECKING:
    from klaster.accounts.models import User

LATER_AFTER = datetime.timedelta(days=91)  # three months
ANSWERED_WITHIN = datetime.timedelta(days=365)  # afterwards the link shows what was said and takes nothing


@transaction.atomic
def ask(
    stage: str,
    *,
    to: User | str,
    other: str,
    title: str,
    day: datetime.date | None,
    interest: Interest | None = None,
    candidate: Candidate | None = None,
    side: MeetingSide | None = None,
    is_owner: bool = False,
) -> bool:
    """Write the one letter that asks; False where it was asked before. `other` is with whom, `title` about what."""
    of = {"interest": interest, "candidate": candidate, "side": side, "is_owner": is_owner}
    outcome, is_new = Outcome.objects.get_or_create(stage=stage, **of)  # type: ignore[arg-type]
    if not is_new:
        return False
    language = getattr(to, "language", "") or languages.current()
    with override(language):
        url = reverse("outcome", args=[outcome.token])
    letters.write(
        "matchmaking.outcome", to=to, about=outcome, template="matchmaking/letters/outcome", language=language,
        context={
            "name": getattr(to, "name", ""), "other": other, "title": title, "day": day, "url": url,
            "is_later": stage == Outcome.Stage.LATER, "is_brokers": candidate is not None and not isinstance(to, str),
        },
    )  # fmt: skip
    return True


@transaction.atomic
def answer(outcome: Outcome, *, kind: str, note: str, by: User | None = None) -> Outcome:
    """Keep what one side says; said again, the later word counts."""
    row = Outcome.objects.select_for_update(of=("self",)).get(pk=outcome.pk)
    if (row.kind, row.note) == (kind, note):
        return row
    if timezone.now() > row.asked_at + ANSWERED_WITHIN:
        raise ValidationError(_("This question is a year old and is closed."))
    before = audit.snapshot(row)
    row.kind, row.note, row.by = kind, note, by
    row.answered_at = row.answered_at or timezone.now()
    row.full_clean()
    row.save()
    audit.record(gettext_noop("outcome said"), row, by=by or "outcome by link", before=before)
    return row
