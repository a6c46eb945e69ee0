"""Words of a form are kept while somebody types; nothing else changes. See docs/decisions/0125."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaster.directory.models import FormDraft

if TYPE_CHECKING:
    from klaster.accounts.models import User

MOST_LETTERS, MOST_FIELDS = 200_000, 400
UNSENT_KEPT_FOR, SENT_KEPT_FOR = datetime.timedelta(days=90), datetime.timedelta(days=1)


class WrittenElsewhere(Exception):
    """Another window of the same person wrote meanwhile; `draft` is what is kept."""

    def __init__(self, draft: FormDraft):
        super().__init__(f"{draft} was saved in another window.")
        self.draft = draft


@dataclass(frozen=True)
class Window:
    """One opening of a form in a browser: its own name, and the stamp of the draft it began with or saw last."""

    name: str
    seen: str = ""

    def knows(self, draft: FormDraft) -> bool:
        return draft.window == self.name or draft.stamp == self.seen


@transaction.atomic
def keep_draft(
    form: str, row: int, *, by: User, typed: Mapping[str, Sequence[str]], window: Window, over: bool = False
) -> FormDraft:
    """Keep these words for the person. What another window wrote is replaced only `over` it, knowingly."""
    if len(typed) > MOST_FIELDS or len(json.dumps(typed)) > MOST_LETTERS:
        raise ValidationError(_("This is too long to be kept while you type. Save it by the button."))
    drafts = FormDraft.objects.select_for_update(of=("self",))
    draft, is_new = drafts.get_or_create(person=by, form=form, row=row, defaults={"window": window.name})
    if not is_new and draft.is_sent and draft.window == window.name:
        return draft  # its form was sent before this arrived
    if not (is_new or draft.is_sent or over or window.knows(draft)):
        raise WrittenElsewhere(draft)
    draft.typed, draft.window, draft.is_sent = dict(typed), window.name, False
    draft.saved_at = max(timezone.now(), draft.saved_at + datetime.timedelta(microseconds=1))
    draft.save()
    return draft


@transaction.atomic
def form_was_sent(form: str, row: int, *, by: User, window: Window) -> None:
    """Its words are where they belong. What another window wrote stays: it was not sent."""
    draft = FormDraft.objects.select_for_update(of=("self",)).filter(person=by, form=form, row=row).first()
    if draft is None:
        draft = FormDraft(person=by, form=form, row=row)
    elif not (draft.is_sent or window.knows(draft)):
        return
    draft.typed, draft.window, draft.is_sent, draft.saved_at = {}, window.name, True, timezone.now()
    draft.save()


def throw_draft_away(form: str, row: int, *, by: User) -> None:
    FormDraft.objects.filter(person=by, form=form, row=row).delete()


def forget_drafts() -> int:
    now = timezone.now()
    old = FormDraft.objects.unsent().filter(saved_at__lt=now - UNSENT_KEPT_FOR)
    done = FormDraft.objects.filter(is_sent=True, saved_at__lt=now - SENT_KEPT_FOR)
    return int(old.delete()[0] + done.delete()[0])
