"""The office decides changes to verified facts; their author takes them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from klaster.core.models import AuditEvent
from klaster.directory import verified
from klaster.directory.actions import change_notices
from klaster.directory.actions.editing import ChangedMeanwhile, close, digest, discard, write
from klaster.directory.actions.rights import demand
from klaster.directory.models import ChangeRequest, ProposedValue

if TYPE_CHECKING:
    from klaster.accounts.models import User

State, Decision = ChangeRequest.State, ProposedValue.Decision


@dataclass(frozen=True)
class Standing:
    """One proposed value beside what is public now."""

    proposal: ProposedValue
    fact: verified.Fact | None
    now: Any

    @property
    def name(self) -> str:
        return self.proposal.name

    @property
    def is_moved(self) -> bool:
        """What is public is no longer what the proposal was made from, and not what it proposes either."""
        return digest(self.now) not in (digest(self.proposal.old), digest(self.proposal.new))


def standing_of(request: ChangeRequest, entry: Any = None) -> list[Standing]:
    """Each proposed value with what is public now."""
    entry = entry or request.subject
    proposals = list(request.proposals.all())
    facts = verified.named(entry, [proposal.name for proposal in proposals])
    found = []
    for proposal in proposals:
        fact = facts.get(proposal.name)
        found.append(Standing(proposal, fact, fact.read(entry) if fact else None))
    return found


def version_of_change(request: ChangeRequest, entry: Any = None) -> str:
    """What a form about a request was made from: the request, and what is public where it would change it."""
    standing = standing_of(request, entry)
    return f"{request.updated_at.isoformat()} {digest([[each.name, each.now] for each in standing])}"


@transaction.atomic
def decide_change(
    request: ChangeRequest, *, by: User, version: str, decisions: Mapping[str, bool], answers: Mapping[str, str],
    reason: str = "",
) -> ChangeRequest:  # fmt: skip
    """Make the accepted values public; the others stay as they are. Without any accepted it is declined, for a reason.

    Each value must be named in `decisions`, whichever way: what has changed meanwhile is decided knowingly.
    """
    request, entry = _to_decide(request, by=by, version=version)
    standing = standing_of(request, entry)
    if any(each.name not in decisions for each in standing):
        raise ValidationError(_("Choose for each fact what is to stand."))
    accepted = {each.name: each.proposal.new for each in standing if decisions.get(each.name)}
    if any(each.fact is None and each.name in accepted for each in standing):
        raise ValidationError(_("A fact of this request is not there any more. It can only be declined."))
    state = State.DECLINED if not accepted else State.ACCEPTED if len(accepted) == len(standing) else State.PARTLY
    if not accepted and not reason:
        raise ValidationError({"reason": _("Say why, so that the author knows what to do.")})
    if accepted:
        write(entry, accepted, by=by, note=f"change request {request.pk}")
    for each in standing:
        each.proposal.decision = Decision.ACCEPTED if each.name in accepted else Decision.DECLINED
        each.proposal.answer = answers.get(each.name, "")
        each.proposal.save()
    close(request, state, by=by, reason=reason, about={each.name: str(each.proposal.decision) for each in standing})
    change_notices.tell_author(request)
    return request


@transaction.atomic
def return_change(
    request: ChangeRequest, *, by: User, version: str, answers: Mapping[str, str], reason: str = ""
) -> ChangeRequest:
    """Ask the author: at a fact, or about all of it. It comes back when the author sends it again."""
    request, _entry = _to_decide(request, by=by, version=version)
    if not reason and not any(answers.values()):
        raise ValidationError({"reason": _("Say what is to be done: here, or at a fact.")})
    for proposal in request.proposals.all():
        proposal.answer = answers.get(proposal.name, "")
        proposal.save()
    asked = {name: "asked" for name, text in answers.items() if text}
    close(request, State.RETURNED, by=by, reason=reason, about=asked)
    change_notices.tell_author(request)
    return request


@transaction.atomic
def withdraw_change(request: ChangeRequest, *, by: User) -> None:
    """The author takes a request back, or throws a draft away."""
    row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    demand(by, "directory.withdraw_changerequest", row)
    if row.is_draft:
        discard(row, by=by)
    else:
        close(row, State.WITHDRAWN, by=by)


def _to_decide(request: ChangeRequest, *, by: User, version: str) -> tuple[ChangeRequest, Any]:
    """The request and its entry, locked in the order editing locks them, as they were when the form was opened."""
    entry = type(request.subject).objects.select_for_update(of=("self",)).get(pk=request.subject.pk)
    row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    demand(by, "directory.decide_changerequest", row)
    if not row.is_waiting or version_of_change(row, entry) != version:
        last = AuditEvent.objects.of(row).order_by("-id").first()
        if row.is_waiting and version.split(" ")[0] == row.updated_at.isoformat():  # the entry moved, not the request
            last = AuditEvent.objects.of(entry).order_by("-id").first()
        raise ChangedMeanwhile(row, last.who if last else _("the system"), last.at if last else row.updated_at)
    return row, entry


@contextmanager
def as_if_public(request: ChangeRequest, *, by: User) -> Iterator[Any]:
    """The entry as it would be with everything a draft or request holds; nothing of it stays."""
    with transaction.atomic():
        entry = type(request.subject).objects.select_for_update(of=("self",)).get(pk=request.subject.pk)
        try:
            values = {each.name: each.proposal.new for each in standing_of(request, entry) if each.fact}
            with transaction.atomic():
                write(entry, values, by=by)
            yield entry
        finally:
            transaction.set_rollback(True)
