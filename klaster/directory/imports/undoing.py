"""Takes an import back, as far as nobody has built on it since; says of each row what stays and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.imports import rows
from klaster.directory.imports.writing import MEMBERSHIP_FIELDS, OWN_FIELDS, facts_of, fingerprint, state_of
from klaster.directory.models import Cluster, ClusterMembership, Import, ImportRow, Organisation

GONE = gettext_noop("It is no longer there: somebody deleted it or merged it with another.")
CHANGED = gettext_noop("Somebody has changed it since.")
USED = gettext_noop("Something else points to it by now.")
NO_RIGHT = gettext_noop("You may no longer change these members. Nothing was taken back.")


def undo(import_pk: int) -> None:
    """Take back what an import wrote; does nothing if it was taken back already."""
    try:
        with transaction.atomic():
            rows.lock(rows.IMPORTING)
            rows.lock(rows.IMPORTING, import_pk)
            wanted = Import.objects.select_related("cluster", "by").filter(pk=import_pk, state=Import.State.UNDOING)
            import_ = wanted.first()
            if import_ is None:
                return
            if import_.cluster_id:
                Cluster.objects.select_for_update(of=("self",)).get(pk=import_.cluster_id)
            if not import_.by.has_perm("directory.change_import", import_):
                raise PermissionDenied
            with rows.Progress(import_) as progress:
                Undoer(import_, progress).undo()
    except PermissionDenied:
        state = {"state": Import.State.DONE, "problem": NO_RIGHT}
        Import.objects.filter(pk=import_pk, state=Import.State.UNDOING).update(**state)


class Undoer:
    def __init__(self, import_: Import, progress: rows.Progress):
        self.import_, self.by, self.progress = import_, import_.by, progress
        self.counts: Counter[str] = Counter()

    def undo(self) -> None:
        done = 0
        for batch in rows.batches(self.import_, outcome__in=["created", "changed"]):
            for row in batch:
                row.written["kept"] = []
            self.memberships(batch)
            self.created([row for row in batch if row.written.get("created")])
            self.changed([row for row in batch if row.written.get("before")])
            for row in batch:
                self.counts["kept" if row.written["kept"] else "undone"] += 1
            rows.save(batch, ["written"])
            done += len(batch)
            self.progress.at(done)
        import_ = self.import_
        import_.state, import_.finished_at, import_.problem = Import.State.UNDONE, timezone.now(), ""
        import_.counts |= {"undone": self.counts["undone"], "kept": self.counts["kept"]}
        import_.done = import_.total
        import_.save(update_fields=["state", "finished_at", "problem", "counts", "done"])
        audit.record(gettext_noop("import undone"), import_, by=self.by, after=dict(self.counts))

    @property
    def note(self) -> str:
        return f"undo of import {self.import_.pk}"

    def keep(self, row: ImportRow, why: str) -> None:
        if why not in row.written["kept"]:
            row.written["kept"].append(why)

    def memberships(self, batch: list[ImportRow]) -> None:
        """Those the import made go; those it changed say again what they said."""
        of_row = {row.written["membership"]: row for row in batch if row.written.get("membership")}
        locked = ClusterMembership.objects.select_for_update(of=("self",)).select_related("cluster", "organisation")
        found = {membership.pk: membership for membership in locked.filter(pk__in=of_row).order_by("pk")}
        used = pointed_at(ClusterMembership, found)
        gone, restored, acts = [], [], []
        for pk, row in of_row.items():
            membership = found.get(pk)
            if membership is None:
                if not row.written.get("joined"):
                    self.keep(row, GONE)
                continue
            before = facts_of(membership)
            if before != row.written["membership_after"]:
                self.keep(row, CHANGED)
            elif not row.written.get("joined"):
                for name in MEMBERSHIP_FIELDS:
                    column: Any = ClusterMembership._meta.get_field(name)
                    setattr(membership, name, column.to_python(row.written["membership_before"][name]))
                restored.append(membership)
                acts.append((membership, before, facts_of(membership)))
            elif pk in used:
                self.keep(row, USED)
            else:
                gone.append(membership)
        rows.update_many(ClusterMembership, restored, MEMBERSHIP_FIELDS)
        audit.record_many(gettext_noop("membership changed"), acts, by=self.by, note=self.note)
        taken: list[audit.Act] = [(membership, audit.snapshot(membership), {}) for membership in gone]
        audit.record_many(gettext_noop("membership taken back"), taken, by=self.by, note=self.note)
        ClusterMembership.objects.filter(pk__in=[membership.pk for membership in gone]).delete()

    def created(self, batch: list[ImportRow]) -> None:
        """Organisations the import entered go, unless somebody touched them or anything points to them."""
        of_row = {row.written["organisation"]: row for row in batch}
        locked = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=of_row)
        found = {one.pk: one for one in locked.order_by("pk").prefetch_related("activities")}
        used = pointed_at(Organisation, found, besides=[Organisation.activities.through])
        gone = []
        for pk, row in of_row.items():
            organisation = found.get(pk)
            if organisation is None:
                self.keep(row, GONE)
                continue
            activities = sorted(each.code for each in organisation.activities.all())
            if (
                fingerprint(audit.snapshot(organisation)) != row.written["created"]
                or activities != row.written["activities"]
            ):
                self.keep(row, CHANGED)
            elif pk in used:
                self.keep(row, USED)
            else:
                gone.append(organisation)
        taken: list[audit.Act] = [(one, audit.snapshot(one), {}) for one in gone]
        audit.record_many(gettext_noop("deleted"), taken, by=self.by, note=self.note)
        Organisation.objects.filter(pk__in=[one.pk for one in gone]).delete()

    def changed(self, batch: list[ImportRow]) -> None:
        """Fields the import filled or overwrote say again what they said, where they still say what it wrote."""
        of_row = {row.written["organisation"]: row for row in batch}
        locked = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=of_row)
        found = {one.pk: one for one in locked.order_by("pk")}
        restored, acts = [], []
        for pk, row in of_row.items():
            organisation = found.get(pk)
            if organisation is None:
                self.keep(row, GONE)
                continue
            snapshot = audit.snapshot(organisation)
            now = state_of(snapshot)
            same = [name for name, value in row.written["after"].items() if now[name] == value]
            if len(same) < len(row.written["after"]):
                self.keep(row, CHANGED)
            for name in same:
                field: Any = Organisation._meta.get_field(name)
                value = row.written["before"][name]
                setattr(organisation, field.attname, value if field.is_relation else field.to_python(value))
            if same:
                organisation.updated_at = timezone.now()
                restored.append(organisation)
                acts.append((organisation, snapshot, audit.snapshot(organisation)))
        rows.update_many(Organisation, restored, [*OWN_FIELDS, "updated_at"])
        audit.record_many(gettext_noop("changed"), acts, by=self.by, note=self.note)


def pointed_at(model: type[models.Model], pks: Iterable[int], besides: Iterable[Any] = ()) -> set[int]:
    """Which of these rows anything points to, in whatever app: one question for each relation."""
    pks, besides = list(pks), list(besides)
    used: set[int] = set()
    relations: list[Any] = list(model._meta.get_fields(include_hidden=True))
    for relation in relations:
        if not (relation.auto_created and not relation.concrete and relation.is_relation):
            continue
        if relation.many_to_many or relation.related_model in besides:
            continue  # a table between two models points with foreign keys of its own
        rows_of = relation.related_model._base_manager
        found = rows_of.filter(**{f"{relation.field.name}__in": pks})
        used |= set(found.values_list(relation.field.attname, flat=True))
    return used
