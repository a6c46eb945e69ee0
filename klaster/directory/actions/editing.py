"""Changing what an entry says.

A form carries the moment its row was last changed. If somebody has changed it since, nothing is saved and nothing is
lost: `ChangedMeanwhile` says who and when, and the person decides.

Verified facts (klaster.directory.verified) written by somebody who may not verify them do not go public: they become
one change request, which the office decides (actions.changes). Everything else is public at once.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from klaster.core import audit
from klaster.core.models import AuditEvent
from klaster.directory import verified
from klaster.directory.actions import change_notices
from klaster.directory.actions.confirmations import confirm_by_editing
from klaster.directory.actions.merging import gone_meanwhile
from klaster.directory.actions.own_words import Values, state_facts
from klaster.directory.actions.rights import demand
from klaster.directory.cluster_sections import FIGURES, LABELS, edited
from klaster.directory.models import Achievement, ChangeRequest, Cluster, Opening, Organisation, ProposedValue
from klaster.directory.models.changes import subject_of

if TYPE_CHECKING:
    from klaster.accounts.models import User
    from klaster.directory.models.base import Entry

    Kept = Entry | Opening | Achievement

State = ChangeRequest.State
ACTS = {
    State.ACCEPTED: gettext_noop("accepted"),
    State.PARTLY: gettext_noop("accepted in part"),
    State.DECLINED: gettext_noop("declined"),
    State.RETURNED: gettext_noop("returned"),
    State.WITHDRAWN: gettext_noop("withdrawn"),
}


class ChangedMeanwhile(Exception):
    """Somebody else saved the row after the form was opened; `row` is what stands there now."""

    def __init__(self, row: models.Model, who: str, at: datetime.datetime):
        super().__init__(f"{row} was changed by {who} at {at:%c}.")
        self.row, self.who, self.at = row, who, at


@dataclass(frozen=True)
class Remark:
    """What a person says about one proposed value."""

    evidence: str = ""
    note: str = ""


@dataclass
class Mine:
    """What one person has begun and not finished with one entry."""

    draft: ChangeRequest | None = None
    request: ChangeRequest | None = None

    @property
    def basis(self) -> str:
        """Changes with whatever the person does to them, in any window."""
        return " ".join(row.updated_at.isoformat() if row else "-" for row in (self.draft, self.request))

    @property
    def latest(self) -> ChangeRequest | None:
        """What the form goes on with."""
        return self.draft or self.request


@dataclass
class Saved:
    """What became of a form: the entry, the request that waits (if any), and whether something is public at once."""

    entry: Any
    request: ChangeRequest | None
    is_public: bool


def version_of(row: Kept) -> str:
    return row.updated_at.isoformat()


def demand_version(row: Kept, version: str) -> None:
    """The row under the lock is still the one the form was opened with."""
    if version_of(row) != version:
        last = AuditEvent.objects.of(row).order_by("-id").first()
        raise ChangedMeanwhile(row, last.who if last else gettext("the system"), row.updated_at)


def begun_by(person: User, entry: Any, *, locked: bool = False) -> Mine:
    """The draft and the open request of this person for this entry."""
    rows = ChangeRequest.objects.about(entry).filter(author=person)
    if locked:
        rows = rows.select_for_update(of=("self",))
    mine = Mine()
    for row in rows.filter(state__in=[State.DRAFT, *ChangeRequest.OPEN]).order_by("pk"):
        if row.is_draft:
            mine.draft = row
        else:
            mine.request = row
    return mine


def right_to_change(entry: Entry) -> str:
    return f"directory.change_{subject_of(entry)}"


def change_cluster(cluster: Cluster, *, by: User, version: str, values: Values) -> Cluster:
    """Write these fields of a cluster; the facts among them become statements of the cluster itself, as of today."""
    return publish(cluster, by=by, version=version, values=values).entry


def change_organisation(organisation: Organisation, *, by: User, version: str, values: Values) -> Organisation:
    return publish(organisation, by=by, version=version, values=values).entry


@transaction.atomic
def publish(
    entry: Any,
    *,
    by: User,
    version: str,
    values: Values,
    basis: str | None = None,
    remarks: Mapping[str, Remark] | None = None,
) -> Saved:
    """Make these values public; the verified facts among them wait for the office, unless `by` may verify them.

    With `basis` (of `begun_by`) the values are all that the person wants otherwise than it stands: the open request
    holds exactly the verified ones afterwards, and the draft is done. Without, they are added to the open request.
    """
    row, mine = _opened(entry, by=by, version=version, basis=basis)
    plain = _plain(values)
    later = set() if by.has_perm("directory.verify_facts", row) else verified.with_companions(row, plain)
    now = {name: value for name, value in plain.items() if name not in later}
    if now:
        write(row, now, by=by)
    proposed = {name: value for name, value in plain.items() if name in later}
    said = dict(remarks or {})
    if basis is None:
        if not proposed:
            return Saved(row, mine.request, bool(now))
        for each in mine.request.proposals.all() if mine.request else ():
            proposed.setdefault(each.name, each.new)
            said.setdefault(each.name, Remark(each.evidence, each.note))
    elif mine.draft and (mine.request or not proposed):
        drop_files(mine.draft)
        mine.draft.delete()
        mine.draft = None
    return Saved(row, _propose(row, mine, proposed, by=by, remarks=said), bool(now))


@transaction.atomic
def save_draft(
    entry: Any, *, by: User, version: str, values: Values, basis: str, remarks: Mapping[str, Remark] | None = None
) -> ChangeRequest | None:
    """Keep these values for the person alone: nothing public changes. None when there is nothing to keep."""
    row, mine = _opened(entry, by=by, version=version, basis=basis)
    plain = _plain(values, store_files=True)
    if not plain:
        if mine.draft:
            discard(mine.draft, by=by)
        return None
    draft = mine.draft or ChangeRequest(author=by, **{subject_of(row): row})
    draft.save()
    _replace(draft, row, plain, remarks or {})
    return draft


@transaction.atomic
def discard(draft: ChangeRequest, *, by: User) -> None:
    """Throw a draft away; what is public stays."""
    row = ChangeRequest.objects.drafts().select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if row is None:
        return
    demand(by, "directory.withdraw_changerequest", row)
    drop_files(row)
    row.delete()


def _opened(entry: Any, *, by: User, version: str, basis: str | None) -> tuple[Any, Mine]:
    """The entry and what the person has begun with it, locked in this order, and as they were when the form opened."""
    row = type(entry).objects.select_for_update(of=("self",)).filter(pk=entry.pk).first()
    if row is None:
        raise gone_meanwhile(entry)
    demand(by, right_to_change(row), row)
    demand_version(row, version)
    mine = begun_by(by, row, locked=True)
    if basis is not None and basis != mine.basis:
        latest = mine.latest or ChangeRequest.objects.about(row).filter(author=by).first()
        raise ChangedMeanwhile(row, _who_changed(latest, by), latest.updated_at if latest else timezone.now())
    return row, mine


def _who_changed(request: ChangeRequest | None, by: User) -> str:
    """Of one's own request: the office, which decided it, or oneself in another window."""
    last = AuditEvent.objects.of(request).order_by("-id").first() if request else None
    return last.who if last and not (request and request.is_draft) else str(by)


def _plain(values: Values, *, store_files: bool = False) -> dict[str, Any]:
    """Values as they can wait. A file that waits is stored now, under a name nobody guesses."""
    return {
        name: value if isinstance(value, File) and not store_files else verified.plain(_stored(value))
        for name, value in values.items()
    }


def _stored(value: Any) -> Any:
    if not isinstance(value, File) or getattr(value, "_committed", False):
        return value
    storage = Cluster._meta.get_field("logo").storage  # type: ignore[union-attr]
    return storage.save(f"logos/{value.name}", value)


def write(row: Any, values: Mapping[str, Any], *, by: User, note: str = "") -> None:
    """Put plain values in place, with the row locked: columns, then what hangs on it, then what it now states."""
    facts = verified.named(row, values)
    ties = {name: found for name, found in facts.items() if not found.is_column}
    before = audit.snapshot(row) | {name: found.read(row) for name, found in ties.items()}
    for name, found in facts.items():
        if found.is_column:
            found.write(row, values[name], by)
    row.full_clean()
    row.save()
    for name, found in ties.items():
        found.write(row, values[name], by)
    after = audit.snapshot(row) | {name: found.read(row) for name, found in ties.items()}
    audit.record(gettext_noop("changed"), row, by=by, before=before, after=after, note=note)
    state_facts(row, values)
    if isinstance(row, Cluster):
        figures = {FIGURES for name in values if name == "members"}
        labels = {LABELS for name in values if name.startswith("label-")}
        confirm_by_editing(row, edited(before, after) | labels | figures, by=by)


# --- proposing --------------------------------------------------------------------------------------------------------
def _propose(
    row: Any, mine: Mine, proposed: dict[str, Any], *, by: User, remarks: Mapping[str, Remark]
) -> ChangeRequest | None:
    """Make the open request of this person hold exactly these values; without one, the draft is sent."""
    if not proposed:
        if mine.request:
            close(mine.request, State.WITHDRAWN, by=by)
        return None
    request = mine.request or mine.draft or ChangeRequest(author=by, **{subject_of(row): row})
    before = _said(request) if mine.request else {}
    is_new_round = not request.is_waiting
    if not is_new_round and before == _would_say(request, proposed, remarks):
        return request
    if is_new_round:
        request.state, request.rounds, request.submitted_at = State.SUBMITTED, request.rounds + 1, timezone.now()
    request.full_clean()
    request.save()
    _replace(request, row, proposed, remarks)
    act = gettext_noop("submitted") if is_new_round else gettext_noop("changed")
    audit.record(act, request, by=by, before=before, after=_said(request))
    if is_new_round:
        change_notices.tell_office(request)
    return request


def _replace(request: ChangeRequest, row: Any, values: Mapping[str, Any], remarks: Mapping[str, Remark]) -> None:
    """The request holds these values, made from what is public now; what the office said about a fact stays with it."""
    drop_files(request, str(values.get("logo") or ""))
    request.proposals.exclude(name__in=values).delete()
    facts = verified.named(row, values)
    for name, value in values.items():
        remark = remarks.get(name, Remark())
        defaults: dict[str, Any] = {
            "old": facts[name].read(row) if name in facts else None,
            "new": value,
            "evidence": remark.evidence,
            "note": remark.note,
        }
        ProposedValue.objects.update_or_create(request=request, name=name, defaults=defaults)


def drop_files(request: ChangeRequest, kept: str = "") -> None:
    """Delete the picture of a draft that neither the draft nor the entry needs any more."""
    shown = type(request.subject).objects.values_list("logo", flat=True).get(pk=request.subject.pk)
    for proposal in request.proposals.filter(name="logo").exclude(new__in=["", kept, shown]):
        storage, name = Cluster._meta.get_field("logo").storage, proposal.new  # type: ignore[union-attr]
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]


def _said(request: ChangeRequest) -> dict[str, Any]:
    """For the audit and for comparing: the state, and what is proposed."""
    return {"state": str(request.state), **{each.name: each.new for each in request.proposals.all()}}


def _would_say(request: ChangeRequest, proposed: Mapping[str, Any], remarks: Mapping[str, Remark]) -> dict[str, Any]:
    """What `_said` gives when only these values stand there; something else when the remarks differ."""
    kept = {each.name: Remark(each.evidence, each.note) for each in request.proposals.all()}
    same_remarks = all(remarks.get(name, Remark()) == kept.get(name, Remark()) for name in proposed)
    return {"state": str(request.state), **proposed} if same_remarks else {}


def close(request: ChangeRequest, state: str, *, by: User, reason: str = "", about: Values | None = None) -> None:
    """Bring a sent request into another state. What was written to the author stays with the request: the audit, which
    nobody can take a name out of, says what was decided about which fact."""
    before = {"state": str(request.state)}
    request.state, request.reason = state, reason
    request.decided_at = timezone.now() if state in ChangeRequest.DECIDED else None
    request.full_clean()
    request.save()
    audit.record(ACTS[State(state)], request, by=by, before=before, after={"state": str(state), **(about or {})})


def digest(value: Any) -> str:
    """A short name for a plain value; nothing is one value however it is written."""
    text = json.dumps(value or "", sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
