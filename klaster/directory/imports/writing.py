"""Brings the rows of an import into the directory: all of them in one transaction, or none.

Between the preview and now the directory may have changed. Under the lock each row is matched again; if one has become
doubtful nothing is written, and the import goes back to its sender. So the same file twice, two imports at once and a
job that is run again after its worker was killed leave every organisation once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from klaster.core import audit, languages
from klaster.directory.actions.own_words import own_source
from klaster.directory.imports import claims, matching, rows
from klaster.directory.imports.checking import Checker, clash, meant
from klaster.directory.models import Cluster, ClusterMembership, Import, ImportRow, Organisation
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today

TRIES = 3  # when somebody enters the same address or code in the very same moment
CHANGED_MEANWHILE = gettext_noop("The directory has changed since you looked. Nothing was written: please look again.")
NO_RIGHT = gettext_noop("You may no longer change these members. Nothing was written.")
IN_THE_WAY = gettext_noop("Somebody entered the same organisations at the same moment. Nothing was written: try again.")
BROKEN = gettext_noop("Something went wrong and was reported. Nothing was written.")


class Doubtful(Exception):
    """A row is no longer what the person confirmed."""


def write(import_pk: int) -> None:
    """Write a confirmed import; does nothing if it was written already."""
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                rows.lock(rows.IMPORTING)
                rows.lock(rows.IMPORTING, import_pk)
                wanted = Import.objects.select_related("cluster", "by").filter(pk=import_pk, state=Import.State.WRITING)
                import_ = wanted.first()
                if import_ is None:
                    return
                with rows.Progress(import_) as progress:
                    Writer(import_, progress).write()
            return
        except Doubtful:
            back_to(import_pk, Import.State.CHECKED, CHANGED_MEANWHILE)
            recheck(import_pk)
            return
        except PermissionDenied:
            back_to(import_pk, Import.State.FAILED, NO_RIGHT)
            return
        except IntegrityError:
            continue
        except OperationalError:  # the database went away or was in somebody's way: the job is tried again
            raise
        except Exception:
            back_to(import_pk, Import.State.CHECKED, BROKEN)
            raise
    back_to(import_pk, Import.State.CHECKED, IN_THE_WAY)
    recheck(import_pk)


def back_to(import_pk: int, state: str, problem: str) -> None:
    Import.objects.filter(pk=import_pk, state=Import.State.WRITING).update(state=state, problem=problem, done=0)


@transaction.atomic
def recheck(import_pk: int) -> None:
    """Ask again about the rows whose organisation came or went meanwhile; what the person decided otherwise stays."""
    import_ = Import.objects.select_related("cluster", "by").get(pk=import_pk)
    checker = Checker(import_)
    for batch in rows.batches(import_, has_error=False):
        odd = doubtful(import_, batch, checker)
        for row in odd:
            row.has_error, row.problems = False, [each for each in row.problems if each["level"] == "note"]
        found = matching.certain(odd, checker.visible)
        for row in odd:
            checker.decide(row, found.get(row.pk, []))
        rows.save(odd, rows.FOUND)


def doubtful(import_: Import, batch: Sequence[ImportRow], checker: Checker) -> list[ImportRow]:
    """Rows that were to be new and are known by now, and rows whose organisation is gone or would clash."""
    wanted = [row for row in batch if row.decision in (ImportRow.Decision.NEW, ImportRow.Decision.SAME)]
    found = matching.certain(wanted, checker.visible)
    matches = {row.match for row in wanted if row.match}
    alive = set(checker.visible.filter(pk__in=matches).values_list("pk", flat=True))
    odd = []
    for row in wanted:
        seen = {candidate["pk"] for candidate in row.candidates}
        if row.decision == ImportRow.Decision.NEW:
            if any(each.pk not in seen or each.reason == matching.CODE for each in found.get(row.pk, [])):
                odd.append(row)
        elif row.match not in alive or clash(import_, row, checker.memberships.get(row.match or 0, [])):
            odd.append(row)
    return odd


class Writer:
    """One import being written, a thousand rows at a time."""

    def __init__(self, import_: Import, progress: rows.Progress):
        self.import_, self.by, self.progress = import_, import_.by, progress
        self.counts: Counter[str] = Counter()
        self.checker = Checker(import_)
        self.office = self.by.has_perm("directory.import_organisations")

    def write(self) -> None:
        self.ask_for_the_right()
        everything = {"has_error": False, "decision__in": [ImportRow.Decision.NEW, ImportRow.Decision.SAME]}
        for batch in rows.batches(self.import_, **everything):
            if doubtful(self.import_, batch, self.checker):
                raise Doubtful
        done = 0
        for batch in rows.batches(self.import_, **everything):
            self.bring(batch)
            done += len(batch)
            self.progress.at(done)
        self.finish()

    def ask_for_the_right(self) -> None:
        """Under the cluster's lock: it may have ended since the person confirmed."""
        if self.import_.cluster_id:
            self.cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=self.import_.cluster_id)
        if not self.by.has_perm("directory.change_import", self.import_):
            raise PermissionDenied

    def finish(self) -> None:
        skipped = self.import_.rows.exclude(outcome__in=["created", "changed", "unchanged"])
        self.counts["skipped"] = skipped.update(outcome=ImportRow.Outcome.SKIPPED)
        import_ = self.import_
        import_.state, import_.finished_at, import_.problem = Import.State.DONE, timezone.now(), ""
        import_.counts, import_.done = dict(self.counts), import_.total
        import_.save(update_fields=["state", "finished_at", "problem", "counts", "done"])
        audit.record(gettext_noop("imported"), import_, by=self.by, after={"what": import_.what, **import_.counts})
        if import_.cluster_id:
            claims.tell(import_)

    def bring(self, batch: list[ImportRow]) -> None:
        """One batch: new organisations, changes to known ones, memberships."""
        for row in batch:
            row.written, row.outcome = {}, ImportRow.Outcome.UNCHANGED
        organisations = self.known([row for row in batch if row.decision == ImportRow.Decision.SAME])
        organisations |= self.new([row for row in batch if row.decision == ImportRow.Decision.NEW])
        if self.import_.cluster_id:
            self.join(batch, organisations)
        for row in batch:
            self.counts[row.outcome] += 1
        rows.save(batch, rows.WRITTEN)

    # --- organisations ----------------------------------------------------------------------------------------------

    def new(self, batch: list[ImportRow]) -> dict[int, Organisation]:
        slugs = free_slugs([row.values["name"] for row in batch])
        made = {}
        for row, slug in zip(batch, slugs, strict=True):
            organisation = Organisation(slug=slug, status=Publication.PUBLISHED, **self.texts(row))
            organisation.is_invented = bool(self.import_.cluster_id and self.cluster.is_invented)
            organisation.clean_fields(exclude=CHECKED)
            organisation.clean()
            made[row.pk] = organisation
        Organisation.objects.bulk_create(made.values())
        activities = Organisation.activities.through
        links = [
            activities(organisation_id=made[row.pk].pk, activityclass_id=self.checker.lists.activities[code])
            for row in batch
            for code in row.values.get("nace", [])
        ]
        activities.objects.bulk_create(links)
        snapshots = {pk: audit.snapshot(one) for pk, one in made.items()}
        for row in batch:
            row.outcome = ImportRow.Outcome.CREATED
            row.written = {
                "organisation": made[row.pk].pk,
                "created": fingerprint(snapshots[row.pk]),
                "activities": sorted(row.values.get("nace", [])),
            }
        audit.record_many(
            gettext_noop("added"),
            ((one, None, snapshots[pk]) for pk, one in made.items()),
            by=self.by,
            note=self.note,
        )
        return made

    @property
    def note(self) -> str:
        return f"import {self.import_.pk}"

    def texts(self, row: ImportRow) -> dict[str, Any]:
        said = row.values
        name = {languages.codes()[0]: said["name"]}
        if english := said.get("name_en"):
            name["en"] = english
        return {
            "name": name,
            "kind": said.get("kind") or self.import_.default_kind,
            "abbreviation": said.get("abbreviation", ""),
            "country": said.get("country", ""),
            "legal_code": said.get("legal_code", ""),
            "website": said.get("website", ""),
            "region_id": said.get("region"),
            "place_id": said.get("place"),
        }

    def known(self, batch: list[ImportRow]) -> dict[int, Organisation]:
        """Organisations the directory had already, with what the file adds, as far as this person may."""
        locked = Organisation.objects.select_for_update(of=("self",)).filter(pk__in={row.match for row in batch})
        found = {one.pk: one for one in locked.order_by("pk")}
        kept = Organisation.objects.kept_by(self.by).filter(pk__in=found).values_list("pk", flat=True)
        mine = set(found) if self.office else set(kept)
        acts, changed = [], []
        for row in batch:
            row.written = {"organisation": row.match}
            organisation = found.get(row.match or 0)
            if organisation is None:
                raise Doubtful
            if row.match not in mine or self.import_.existing == Import.Existing.KEEP:
                continue
            before = audit.snapshot(organisation)
            if self.change(organisation, row):
                organisation.updated_at = timezone.now()
                organisation.clean_fields(exclude=CHECKED)
                organisation.clean()
                changed.append(organisation)
                after = audit.snapshot(organisation)
                acts.append((organisation, before, after))
                row.outcome = ImportRow.Outcome.CHANGED
                old, new = state_of(before), state_of(after)
                names = [name for name in new if new[name] != old[name]]
                row.written |= {"before": {n: old[n] for n in names}, "after": {n: new[n] for n in names}}
        rows.update_many(Organisation, changed, [*OWN_FIELDS, "updated_at"])
        audit.record_many(gettext_noop("changed"), acts, by=self.by, note=self.note)
        return {row.pk: found[row.match] for row in batch if row.match}

    def change(self, organisation: Organisation, row: ImportRow) -> bool:
        """Take over what the file says; gives whether that is anything. Names, codes, kinds and countries are verified
        facts: of organisations that exist only the office imports them."""
        said = self.texts(row)
        says = said["name"]
        if not row.values.get("kind"):
            said.pop("kind")
        allowed = OWN_FIELDS if self.office else OPEN_FIELDS
        overwrites = self.import_.existing == Import.Existing.OVERWRITE
        before = state_of(audit.snapshot(organisation))
        for name in allowed:
            column = f"{name}_id" if name in ("region", "place") else name
            value = said.get(column)
            ours = getattr(organisation, column)
            if name == "name":
                texts = {**ours, **says} if overwrites else {**says, **ours}
                organisation.name = Organisation._meta.get_field("name").to_python(texts)
            elif value and (overwrites or not ours or (name == "kind" and ours == Organisation.Kind.COMPANY)):
                setattr(organisation, column, value)
        return state_of(audit.snapshot(organisation)) != before

    # --- memberships ------------------------------------------------------------------------------------------------

    def join(self, batch: list[ImportRow], organisations: dict[int, Organisation]) -> None:
        managed = set(Organisation.objects.managed_by(self.by).values_list("pk", flat=True))
        source, day = own_source(), today()
        made: list[tuple[ImportRow, ClusterMembership]] = []
        changed: list[tuple[ImportRow, ClusterMembership, dict[str, Any]]] = []
        for row in batch:
            organisation = organisations[row.pk]
            now = meant(row, self.checker.memberships.get(organisation.pk, []))
            if now is None:
                membership = ClusterMembership(
                    cluster=self.cluster, organisation=organisation, source=source, as_of=day.isoformat(),
                    **membership_values(row),
                )  # fmt: skip
                # As `directory.confirm_membership` has it; whom the coordinator enters anew need not be asked.
                is_new = row.decision == ImportRow.Decision.NEW
                membership.is_confirmed = self.office or is_new or organisation.pk in managed
                made.append((row, membership))
                self.checker.memberships.setdefault(organisation.pk, []).append(membership)
            elif now.pk and (before := self.change_membership(now, row)):
                changed.append((row, now, before))
        ClusterMembership.objects.bulk_create([membership for _row, membership in made])
        rows.update_many(ClusterMembership, [membership for _row, membership, _before in changed], MEMBERSHIP_FIELDS)
        for row, membership in made:
            row.written |= {"membership": membership.pk, "joined": True, "membership_after": facts_of(membership)}
            row.outcome = row.outcome if row.outcome == ImportRow.Outcome.CREATED else ImportRow.Outcome.CHANGED
        for row, membership, before in changed:
            row.written |= {"membership": membership.pk, "membership_before": before,
                            "membership_after": facts_of(membership)}  # fmt: skip
            row.outcome = ImportRow.Outcome.CHANGED
        acts = ((membership, None, audit.snapshot(membership)) for _row, membership in made)
        audit.record_many(gettext_noop("member added"), acts, by=self.by, note=self.note)
        audit.record_many(
            gettext_noop("membership changed"),
            ((membership, before, facts_of(membership)) for _row, membership, before in changed),
            by=self.by,
            note=self.note,
        )

    def change_membership(self, membership: ClusterMembership, row: ImportRow) -> dict[str, Any] | None:
        """What it said before, or None where the file says nothing else."""
        before = facts_of(membership)
        if self.import_.existing == Import.Existing.KEEP:
            return None
        overwrites = self.import_.existing == Import.Existing.OVERWRITE
        said = membership_values(row) | {"kind": row.values.get("membership_kind"), "left": None}
        for name, value in said.items():
            if value and (overwrites or not getattr(membership, name)):
                setattr(membership, name, value)
        after = facts_of(membership)
        return before if after != before else None


# Found by their words in lists of our own: they need no second look, which would cost most of the time.
CHECKED = ("country", "region", "place", "parent")
OPEN_FIELDS = ("website", "region", "place")
OWN_FIELDS = ("name", "abbreviation", "kind", "country", "legal_code", *OPEN_FIELDS)
MEMBERSHIP_FIELDS = ("kind", "committed_by", "joined")


def membership_values(row: ImportRow) -> dict[str, Any]:
    day = ClusterMembership._meta.get_field("joined").to_python
    return {
        "kind": row.values.get("membership_kind") or ClusterMembership.Kind.MEMBER,
        "committed_by": row.values.get("committed_by", ""),
        "joined": day(row.values.get("joined") or None),
        "left": day(row.values.get("left") or None),
    }


def state_of(snapshot: audit.Snapshot) -> dict[str, Any]:
    """What an import can write of an organisation, as JSON keeps it."""
    return {name: snapshot[name] for name in OWN_FIELDS}


def fingerprint(snapshot: audit.Snapshot) -> str:
    """Of an organisation: changes with any column a person may change."""
    told = {name: value for name, value in snapshot.items() if name not in ("created_at", "updated_at")}
    return hashlib.sha256(rows.dumped(dict(sorted(told.items()))).encode()).hexdigest()


def facts_of(membership: ClusterMembership) -> dict[str, Any]:
    joined = membership.joined.isoformat() if membership.joined else None
    left = membership.left.isoformat() if membership.left else None
    return {"kind": str(membership.kind), "committed_by": str(membership.committed_by), "joined": joined, "left": left,
            "is_confirmed": membership.is_confirmed}  # fmt: skip


def free_slugs(names: Sequence[str]) -> list[str]:
    """An address for each name that nobody has: numbered where it is taken, a few questions for all of them."""
    found: list[str] = [""] * len(names)
    bases = [slugify(name)[:80].strip("-") or "organisation" for name in names]
    open_ones, taken, number = list(range(len(names))), set(), 0
    while open_ones:
        tried = range(number, number + max(1, number * 4))
        wanted = {address(bases[index], step) for index in open_ones for step in tried}
        taken |= set(Organisation.objects.filter(slug__in=wanted).values_list("slug", flat=True))
        for index in open_ones:
            free = next((a for step in tried if (a := address(bases[index], step)) not in taken), None)
            if free:
                found[index] = free
                taken.add(free)
        open_ones = [index for index in open_ones if not found[index]]
        number += len(tried)
    return found


def address(base: str, step: int) -> str:
    return base if step == 0 else f"{base}-{step + 1}"
