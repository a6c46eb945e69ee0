"""The registration form of an event: categories, quotas, questions. Under the lock of the event, as registering is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit, ordering
from klaster.directory.actions.rights import demand
from klaster.events.actions import agenda, states
from klaster.events.actions.waiting import give_out
from klaster.events.models import Category, Question, Quota

if TYPE_CHECKING:
    from klaster.accounts.models import User

Part = Category | Question | Quota


@transaction.atomic
def save_part(row: Any, *, by: User, values: Mapping[str, Any]) -> Any:
    """As `values` say; a new category or question comes last. A quota that grows lets in who waits for it.

    The kind of a question stays once somebody has answered it.
    """
    event = states.lock(row.event)
    demand(by, "events.change_event", event)
    row = type(row)._default_manager.get(pk=row.pk, event=event) if row.pk else row
    row.event, asked_of = event, values.get("categories")
    before = audit.snapshot(row) if row.pk else None
    if isinstance(row, Question) and row.pk and values["kind"] != row.kind and row.answers.exists():
        raise ValidationError({"kind": _("People have answered this question: its kind stays. Ask a new one instead.")})
    for name, value in values.items():
        if name != "categories":
            setattr(row, name, value)
    if row.pk is None and hasattr(row, "position"):
        row.position = ordering.end(type(row)._default_manager.filter(event=event))
    row.full_clean()
    row.save()
    if asked_of is not None:
        row.categories.set(asked_of)
    words = gettext_noop("changed the registration form")
    audit.record(words, row, by=by, before=before, after=audit.snapshot(row))
    if isinstance(row, Quota):
        give_out(event)
    return row


@transaction.atomic
def delete_part(row: Any, *, by: User) -> None:
    """What people have chosen or answered stays; a quota goes, and who waited for it comes in."""
    event = states.lock(row.event)
    demand(by, "events.change_event", event)
    if isinstance(row, Category) and row.registrations.exists():
        raise ValidationError(_("People are registered in this category. Take away that one may choose it instead."))
    if isinstance(row, Question) and row.answers.exists():
        raise ValidationError(_("People have answered this question: it stays with their answers."))
    agenda.delete_part(row, by=by)
    give_out(event)


def reorder(row: Any, *, by: User, step: int) -> None:
    agenda.reorder(row, by=by, step=step)
