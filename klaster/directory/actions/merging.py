"""Two entries that are one become one; the office may take it back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from klaster.core import audit, merging
from klaster.core.fields import Translated
from klaster.directory import choosing, uniting
from klaster.directory.actions.drafts import tell_writers
from klaster.directory.actions.rights import demand
from klaster.directory.imports.rows import IMPORTING
from klaster.directory.models import Merge
from klaster.directory.models.base import Entry

if TYPE_CHECKING:
    from klaster.accounts.models import User

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Entry)
M = TypeVar("M", bound=models.Model)
TRIES = 3


def again_after_a_deadlock(act: Callable[..., Any]) -> Callable[..., Any]:
    """Each try is one transaction. PostgreSQL ends one of two that wait for each other: that one begins anew."""

    @functools.wraps(act)
    def tried(*args: Any, **kwargs: Any) -> Any:
        for turn in range(TRIES):
            try:
                with transaction.atomic():
                    return act(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected) or turn == TRIES - 1:
                    raise
                log.warning("a merge waited for somebody who waited for it", turn=turn)
        raise AssertionError  # the loop returns or raises

    return tried


@again_after_a_deadlock
def merge(
    kept: Any, gone: Any, *, by: User, take: Collection[str] | None = None, seen: tuple[str, str] | None = None
) -> Merge:
    """Make one entry of two: everything that points to `gone` points to `kept` from now on.

    `take` names the fields whose value comes from `gone`; None takes what `kept` lacks. `seen` are the versions of both
    that the person looked at. Raises ValidationError with a sentence: one of them was united or changed meanwhile, or
    something stands against it.
    """
    demand(by, "directory.merge_entries", kept)
    if kept.pk == gone.pk or type(kept) is not type(gone):
        raise ValidationError(_("Choose two different entries of one kind."))
    not_beside_an_import()
    merging.lock(kept, gone, first=uniting.LOCKED_FIRST)
    kept, gone = _as_it_is(kept), _as_it_is(gone)
    if seen is not None and seen != (kept.updated_at.isoformat(), gone.updated_at.isoformat()):
        raise ValidationError(_("One of the two was changed meanwhile. Look at them again."), code="changed")
    take = choosing.proposed(kept, gone) if take is None else take
    before, last = audit.snapshot(kept), audit.snapshot(gone)
    values = choosing.after(kept, gone, take)
    journal = merging.Journal(context={"take": frozenset(take)})
    record = Merge(kind=kept._meta.model_name, kept=kept.pk, gone=gone.pk, by=by, gone_slug=gone.slug,
                   kept_name=Translated(kept.name), gone_name=Translated(gone.name))  # fmt: skip
    try:
        merging.unite(journal, kept, gone)
        kept = type(kept)._default_manager.get(pk=kept.pk)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        journal.update(type(kept), kept.pk, **values, updated_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
    except IntegrityError as error:
        log.warning("two entries could not be united", error=str(error).splitlines()[0])
        raise ValidationError(_("Something still points to the entry that would go. Nothing was changed.")) from error
    record.journal = journal.steps
    record.save()
    kept.refresh_from_db()
    audit.record(gettext_noop("united"), kept, by=by, before=before, note=f"#{record.gone}")
    gone.pk = record.gone
    audit.record(gettext_noop("united with another"), gone, by=by, before=last, after={}, note=f"#{kept.pk}")
    tell_writers(record)
    return record


def not_beside_an_import() -> None:
    """An import matches its rows with the entries there are; one that begins now waits until this is done.

    Taken before any row: an import takes it first, too. Raises ValidationError while one is being written.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock_shared(%s)", [IMPORTING])
        if not cursor.fetchone()[0]:
            raise ValidationError(_("An import is being written just now. Try again in a minute."), code="busy")


def _as_it_is(row: Any) -> Any:
    """The row under its lock. Raises ValidationError where there is none any more."""
    found = type(row)._default_manager.filter(pk=row.pk).first()
    if found is None:
        raise gone_meanwhile(row)
    return found


def gone_meanwhile(row: Entry) -> ValidationError:
    """What a person reads whose entry is not there any more."""
    successor = Merge.objects.successor_of(type(row), row.pk)
    entry = type(row)._default_manager.filter(pk=successor).first() if successor else None
    if entry is None:
        return ValidationError(_("This entry was deleted meanwhile."), code="gone")
    words = _("This entry was united with “%(name)s” meanwhile.")
    return ValidationError(words, code="united", params={"name": entry.name})


def as_it_is_now(model: type[E], pk: int) -> E | None:
    """The entry of this number, or the one it was united with; None if it was deleted."""
    rows: Any = model._default_manager
    found: E | None = rows.filter(pk=Merge.objects.successor_of(model, pk) or pk).first()
    return found


def hold(row: E) -> E:
    """The entry under a lock, so that it is not united with another before the transaction ends.

    Where it was united already, the entry it is now: whoever writes down something about it loses nothing. Raises
    ValidationError where it was deleted. Its number stays free to point to: a union of two others that changes a row
    twice asks PostgreSQL whether that row's cluster is there, and would wait for us while we wait for it.
    """
    rows: Any = type(row)._default_manager.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=row.pk).first()
    while found is None:
        successor = Merge.objects.successor_of(type(row), row.pk)
        if successor is None:
            raise gone_meanwhile(row)
        found = rows.filter(pk=successor).first()
    return found


def hold_below(row: M) -> M | None:
    """A row that hangs on entries, under a lock; the one it was united with where they were; None if it is gone.

    Asked for alone, without joins: a row that moved while we waited is lost to a question that joins it to where it
    was; the order in which a model's rows usually stand may be such a join.
    """
    rows: Any = type(row)._default_manager.order_by("pk").select_for_update()
    found: M | None = rows.filter(pk=row.pk).first()
    if found is None and (number := Merge.objects.row_after(type(row), row.pk)):
        found = rows.filter(pk=number).first()
    return found


def hold_for(row: E, right: str, by: User) -> E:
    """The entry under a lock, if the person has the right to it, or to the entry it was united with meanwhile."""
    found = hold(row)
    if found.pk != row.pk and not by.has_perm(right, found):
        raise gone_meanwhile(row)
    demand(by, right, found)
    return found


@again_after_a_deadlock
def undo_merge(record: Merge, *, by: User) -> Merge:
    """Make two entries of one again. What people changed since stays, and is written into `left`.

    Raises ValidationError where the entry cannot come back: it was undone, its journal is deleted, the entry that
    stayed was united with another, or somebody else has its legal code by now.
    """
    record = Merge.objects.select_for_update(of=("self",)).get(pk=record.pk)
    demand(by, "directory.merge_entries", record)
    if not record.can_be_undone:
        raise ValidationError(_("This was undone already, or it is too long ago."))
    not_beside_an_import()
    kept = record.model._default_manager.select_for_update(of=("self",)).filter(pk=record.kept).first()
    if kept is None:
        raise ValidationError(
            _("“%(name)s” was itself united with another or deleted. Undo that first."),
            params={"name": record.kept_name},
        )
    before = audit.snapshot(kept)
    label = record.model._meta.label_lower
    _free_its_address(record, label)
    left = merging.undo(record.journal)
    if any(each.model == label and each.pk == str(record.gone) for each in left):
        words = _("“%(name)s” cannot come back: another entry has its legal code or key by now.")
        raise ValidationError(words, params={"name": record.gone_name})
    record.left = [each.as_json() for each in left]
    record.undone_by, record.undone_at = by, timezone.now()
    record.save()
    kept.refresh_from_db()
    audit.record(gettext_noop("union undone"), kept, by=by, before=before, note=f"#{record.gone}")
    back = record.model._default_manager.get(pk=record.gone)
    audit.record(
        gettext_noop("union undone"), back, by=by, before={}, after=audit.snapshot(back), note=f"#{record.kept}"
    )
    return record


def _free_its_address(record: Merge, label: str) -> None:
    """Somebody else may have the address by now: then the entry comes back under another."""
    rows = record.model._default_manager
    if not rows.filter(slug=record.gone_slug).exists():
        return
    for step in record.journal:
        if step["do"] == "delete" and step["model"] == label and step["pk"] == str(record.gone):
            base = record.gone_slug[:80]
            free = (f"{base}-{number}" for number in range(2, 1000))
            step["row"]["slug"] = next(slug for slug in free if not rows.filter(slug=slug).exists())
