"""Looking for entries that are one, and saying that two are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.directory.duplicates import candidates, scoring
from klaster.directory.models import Duplicate, DuplicateSearch
from klaster.directory.models.duplicates import reasons_of
from klaster.directory.models.merging import EntryKind

if TYPE_CHECKING:
    from klaster.accounts.models import User

LOOKING = 41_870_226  # the key of the lock that lets one search run at a time
KEPT_SEARCHES = 30


def find_duplicates() -> DuplicateSearch:
    """Compare what may be one, keep what is worth asking about; what the office decided stays decided."""
    search = DuplicateSearch.objects.create()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOOKING])
        for kind in EntryKind.values:
            _find(kind, search)
        search.ended_at = timezone.now()
        search.save()
        kept = DuplicateSearch.objects.values("pk")[:KEPT_SEARCHES]
        DuplicateSearch.objects.exclude(pk__in=kept).delete()
    return search


def _find(kind: str, search: DuplicateSearch) -> None:
    pairs = candidates.pairs(kind)
    known = {entry.pk: entry for entry in candidates.entries(kind, (pk for pair in pairs for pk in pair))}
    search.compared += len(pairs)
    decided = Duplicate.objects.filter(kind=kind).exclude(state=Duplicate.State.PROPOSED)
    settled = set(decided.values_list("first", "second"))
    rows = []
    for first, second in sorted(pairs - settled):
        if first in known and second in known:
            score = scoring.compare(known[first], known[second])
            if score.is_worth_asking:
                rows.append(
                    Duplicate(kind=kind, first=first, second=second, score=score.points, reasons=reasons_of(score))
                )
    search.found += len(rows)
    Duplicate.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "first", "second"], update_fields=["score", "reasons"],
        batch_size=1000,
    )  # fmt: skip
    found = {(row.first, row.second) for row in rows}
    stale = [pk for pk, *pair in Duplicate.objects.open().filter(kind=kind).values_list("pk", "first", "second")
             if tuple(pair) not in found]  # fmt: skip
    Duplicate.objects.filter(pk__in=stale).delete()


@transaction.atomic
def reject_duplicate(duplicate: Duplicate, *, by: User) -> Duplicate:
    """These two are not one; never ask again."""
    act = gettext_noop("not the same")
    return _decide(duplicate, Duplicate.State.PROPOSED, Duplicate.State.REJECTED, act, by=by)


@transaction.atomic
def reopen_duplicate(duplicate: Duplicate, *, by: User) -> Duplicate:
    """Somebody said too early that these two are not one."""
    act = gettext_noop("proposed again")
    return _decide(duplicate, Duplicate.State.REJECTED, Duplicate.State.PROPOSED, act, by=by)


def _decide(duplicate: Duplicate, before: str, after: str, act: str, *, by: User) -> Duplicate:
    row = Duplicate.objects.select_for_update(of=("self",)).get(pk=duplicate.pk)
    demand(by, "directory.merge_entries", row)
    if row.state == before:
        row.state, row.decided_by, row.decided_at = after, by, timezone.now()
        row.save()
        audit.record(act, row, by=by)
    return row
