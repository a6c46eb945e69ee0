"""Words of a form are kept while somebody types; nothing else changes. See docs/decisions/0125."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from klaster.core.notify import notify
from klaster.directory.form_drafts import KINDS, forms_of
from klaster.directory.models import FormDraft, Merge
from klaster.directory.topics import UNSENT

if TYPE_CHECKING:
    from klaster.accounts.models import User

HIDDEN = {"version", "basis", "seen"}  # what a form says of itself
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


LEFT = gettext_noop("“%(gone)s” was united with “%(kept)s” before you sent what you typed")
WORDS = gettext_noop("It is not in any form now. You had typed: %(words)s")


def tell_writers(merge: Merge) -> None:
    """Whose draft could not go along: its writer has one of the row that stays, too, or does not keep that one."""
    concerned = Q(pk__in=[step["pk"] for step in merge.journal if step["model"] == "directory.formdraft"])
    for step in merge.journal:
        if step["do"] == "delete" and (forms := forms_of(apps.get_model(step["model"]))):
            concerned |= Q(form__in=forms, row=step["pk"])
    for draft in FormDraft.objects.unsent().filter(concerned).select_related("person"):
        if KINDS[draft.form].row(draft.row, draft.person) is None:
            notify(
                draft.person,
                UNSENT,
                subject=LEFT,
                body=WORDS,
                params={"gone": merge.gone_name, "kept": merge.kept_name, "words": sentences(draft)},
                key=f"draft {draft.pk} merge {merge.pk}",
            )


def sentences(draft: FormDraft) -> str:
    """What was written in words; numbers and choices are quickly made again."""
    values = (text.strip() for name, texts in draft.typed.items() if name not in HIDDEN for text in texts)
    return " · ".join(dict.fromkeys(text for text in values if " " in text)) or "–"


def forget_drafts() -> int:
    now = timezone.now()
    old = FormDraft.objects.unsent().filter(saved_at__lt=now - UNSENT_KEPT_FOR)
    done = FormDraft.objects.filter(is_sent=True, saved_at__lt=now - SENT_KEPT_FOR)
    return int(old.delete()[0] + done.delete()[0])
