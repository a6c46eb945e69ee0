"""A brokered request: written down, taken by one coordinator, candidates asked and introduced, closed. Decision 0176.

Every step is an entry of the ledger with its day: what programmes later count. Each verb locks the request first.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django_countries import countries

from klaster.accounts.models import User
from klaster.core import audit, letters
from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.rights import demand
from klaster.directory.models import Cluster, Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking import board_people
from klaster.matchmaking.actions import lines, outcomes
from klaster.matchmaking.models import BrokeredRequest, BrokeredState, Candidate, LedgerEntry, Outcome
from klaster.matchmaking.topics import BOARD

if TYPE_CHECKING:
    Values = Mapping[str, Any]

CHANGE = "matchmaking.change_brokeredrequest"
Kind, C = LedgerEntry.Kind, Candidate.State
NEXT = {  # from which states a candidate may come into which
    C.ASKED: (C.PROPOSED,),
    C.INTRODUCED: (C.PROPOSED, C.ASKED),
    C.DECLINED: (C.PROPOSED, C.ASKED),
    C.DROPPED: (C.PROPOSED, C.ASKED),
}
STEPS = {C.ASKED: Kind.ASKED, C.INTRODUCED: Kind.INTRODUCED, C.DECLINED: Kind.DECLINED}


def lock(request: BrokeredRequest) -> BrokeredRequest:
    return BrokeredRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)


def taken(request: BrokeredRequest, by: User) -> BrokeredRequest:
    """The row under the lock, for whoever may work on it while it is taken."""
    row = lock(request)
    demand(by, CHANGE, row)
    if row.state != BrokeredState.TAKEN:
        raise ValidationError(_("Take it first: then it is clear who works on it."))
    return row


def write(
    request: BrokeredRequest, kind: str, *, by: User, day: datetime.date | None = None, text: str = "",
    candidate: Candidate | None = None,
) -> LedgerEntry:  # fmt: skip
    """One line of the ledger; the same line of the same day twice is once."""
    day = day or today()
    if day > today():
        raise ValidationError({"day": _("This day is still to come.")})
    values = {"request": request, "kind": kind, "day": day, "text": text, "candidate": candidate, "by": by}
    entry = LedgerEntry.objects.filter(**values).first()
    if entry is None:
        entry = LedgerEntry(**values)
        entry.full_clean()
        entry.save()
    return entry


# --- the request ------------------------------------------------------------------------------------------------------
@transaction.atomic
def create(*, by: User, values: Values, once: uuid.UUID | None = None) -> BrokeredRequest:
    """Written down, for any coordinator to take; all of them are told. Sent twice, it is one."""
    if not by.has_perm("matchmaking.add_brokeredrequest"):
        raise PermissionDenied
    if once and (made := BrokeredRequest.objects.filter(once=once, created_by=by).first()):
        return made
    request = BrokeredRequest(created_by=by, once=once)
    for name, value in values.items():
        setattr(request, name, value)
    request.is_invented = bool(request.organisation and request.organisation.is_invented)
    request.full_clean()
    request.save()
    keep_line(request)
    audit.record(gettext_noop("added"), request, by=by, after=audit.snapshot(request))
    for person in coordinators():
        if person != by:
            notify(
                person, BOARD, about=request, by_mail=False,
                subject=gettext_noop("Who can help? %(title)s (%(country)s)"),
                params={"title": request.title, "country": str(request.asker_country)},
            )  # fmt: skip
    return request


def keep_line(request: BrokeredRequest) -> None:
    """Until its end it is compared with what stands on the board."""
    lines.keep_line(request, is_compared=request.state != BrokeredState.CLOSED)


def coordinators() -> list[User]:
    """Everybody who manages the coordinator of a public cluster here."""
    organisations = Cluster.objects.published().exclude(coordinator=None).values_list("coordinator", flat=True)
    found = [person for pk in dict.fromkeys(organisations) for person in recipients.managers_of(pk)]
    return list(dict.fromkeys(found))


@transaction.atomic
def save(request: BrokeredRequest, *, by: User, values: Values, version: str = "") -> BrokeredRequest:
    row = lock(request)
    demand(by, "matchmaking.edit_brokeredrequest", row)
    demand_version(row, version)  # type: ignore[arg-type]
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    keep_line(row)
    audit.record(gettext_noop("changed"), row, by=by, before=before)
    return row


@transaction.atomic
def take(request: BrokeredRequest, *, by: User) -> BrokeredRequest:
    """One takes it; who comes second is told who has it."""
    row = lock(request)
    if row.state == BrokeredState.TAKEN and row.taken_by == by:
        return row
    if row.state != BrokeredState.OPEN:
        raise ValidationError(_("%(person)s has taken it already.") % {"person": row.taken_by or _("Somebody")})
    demand(by, CHANGE, row)
    row.state, row.taken_by, row.taken_at = BrokeredState.TAKEN, by, timezone.now()
    row.full_clean()
    row.save()
    write(row, Kind.TAKEN, by=by)
    audit.record(gettext_noop("taken"), row, by=by)
    tell_writer(row, gettext_noop("%(person)s has taken it: %(title)s"), by=by)
    return row


@transaction.atomic
def hand_back(request: BrokeredRequest, *, by: User) -> BrokeredRequest:
    """For another to take; what was done stays in the ledger."""
    row = lock(request)
    demand(by, CHANGE, row)
    if row.state != BrokeredState.TAKEN:
        return row
    row.state, row.taken_by = BrokeredState.OPEN, None
    row.save()
    write(row, Kind.HANDED_BACK, by=by)
    audit.record(gettext_noop("handed back"), row, by=by)
    tell_writer(row, gettext_noop("Handed back, for another to take: %(title)s"), by=by)
    return row


@transaction.atomic
def close(
    request: BrokeredRequest, *, by: User, kind: str, candidate: Candidate | None = None, note: str = ""
) -> BrokeredRequest:
    """With what came of it; where somebody was introduced, as the first word on the outcome of that introduction."""
    row = lock(request)
    demand(by, CHANGE, row)
    if row.state == BrokeredState.CLOSED:
        return row
    if candidate is None and kind != Outcome.Kind.NOTHING:
        raise ValidationError({"candidate": _("Say with whom.")})
    if candidate is not None and not row.candidates.filter(pk=candidate.pk, state=C.INTRODUCED).exists():
        raise ValidationError({"candidate": _("Only with somebody who was introduced.")})
    row.state, row.closed_at = BrokeredState.CLOSED, timezone.now()
    row.save()
    keep_line(row)
    if candidate is not None:
        outcome, _new = Outcome.objects.get_or_create(candidate=candidate, stage=Outcome.Stage.NOW)
        outcomes.answer(outcome, kind=kind, note=note, by=by)
    write(row, Kind.CLOSED, by=by, candidate=candidate, text=note)
    audit.record(gettext_noop("closed"), row, by=by)
    tell_writer(row, gettext_noop("Closed: %(title)s"), by=by)
    return row


@transaction.atomic
def note(request: BrokeredRequest, *, by: User, kind: str, day: datetime.date, text: str) -> LedgerEntry:
    """What was done besides: a call, a conversation, a letter."""
    return write(taken(request, by), kind, by=by, day=day, text=text)


# --- candidates -------------------------------------------------------------------------------------------------------
@transaction.atomic
def propose(
    request: BrokeredRequest,
    who: Organisation | Cluster,
    *,
    by: User,
    reason: str = "",
    day: datetime.date | None = None,
) -> Candidate:
    """Think of an organisation or a cluster. Named twice, it is one."""
    row = taken(request, by)
    whose = {"cluster": who} if isinstance(who, Cluster) else {"organisation": who}
    candidate = Candidate.objects.filter(request=row, **whose).first()
    if candidate is not None:
        return candidate
    if whose.get("organisation") is not None and who.pk == row.organisation_id:
        raise ValidationError(_("This is whoever asks."))
    candidate = Candidate(request=row, reason=reason[:1000], **whose)
    candidate.full_clean()
    candidate.save()
    write(row, Kind.PROPOSED, by=by, candidate=candidate, day=day)
    audit.record(gettext_noop("candidate proposed"), candidate, by=by)
    return candidate


@transaction.atomic
def move(
    candidate: Candidate, state: str, *, by: User, day: datetime.date | None = None, text: str = "",
    with_letters: bool = False,
) -> Candidate:  # fmt: skip
    """Asked, introduced, declined, dropped. Asked ones here are told; introduced ones get letters where wanted."""
    row = taken(candidate.request, by)
    candidate = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    candidate.request = row
    if candidate.state == state:
        return candidate
    if candidate.state not in NEXT.get(C(state), ()):
        words = _("It is in another state meanwhile: %(state)s.") % {"state": candidate.get_state_display()}
        raise ValidationError(words)
    candidate.state, candidate.note, candidate.changed_at = C(state), text[:500], timezone.now()
    candidate.full_clean()
    candidate.save()
    if kind := STEPS.get(C(state)):
        write(row, kind, by=by, day=day, text=text, candidate=candidate)
    audit.record(gettext_noop("candidate moved"), candidate, by=by, after={"state": state})
    if state == C.ASKED:
        tell_candidate(candidate, by=by)
    if state == C.INTRODUCED and with_letters:
        introduce(candidate, by=by)
    return candidate


def people_of(candidate: Candidate) -> list[User]:
    if candidate.cluster:
        return recipients.of(candidate.cluster).people
    acting = board_people.people_of(candidate.organisation) if candidate.organisation else []
    managers = {person.pk for person in recipients.managers_of(candidate.organisation_id)}
    return [person for person in acting if person.pk in managers] or acting


def tell_candidate(candidate: Candidate, *, by: User) -> None:
    """Whether they would talk, without saying who asks; they answer the coordinator's letter."""
    row = candidate.request
    for person in people_of(candidate):
        letters.write(
            "matchmaking.asked", to=person, about=candidate, template="matchmaking/letters/asked", reply_to=by.email,
            context={
                "name": person.name, "candidate": str(candidate), "title": row.title, "broker": by.name,
                "text": letters.quoted(row.text), "country": countries.name(str(row.asker_country)),
            },
        )  # fmt: skip


def introduce(candidate: Candidate, *, by: User) -> None:
    """Both get each other's address; the coordinator's is where answers go that are for nobody in particular."""
    row, people = candidate.request, people_of(candidate)
    if not row.asker_email or not people:
        raise ValidationError(_("A letter needs an address on both sides: introduce them yourself and write it down."))
    first = people[0]
    common = {"title": row.title, "broker": by.name, "message": letters.quoted(row.text)}
    letters.write(
        "matchmaking.brokered", to=first, about=candidate, template="matchmaking/letters/brokered",
        reply_to=row.asker_email,
        context=common | {
            "name": first.name, "other": row.asker_contact, "organisation": row.asker,
            "email": letters.Ready(row.asker_email),
        },
    )  # fmt: skip
    letters.write(
        "matchmaking.brokered", to=row.asker_email, about=candidate, template="matchmaking/letters/brokered",
        reply_to=first.email, language="en",
        context=common | {
            "name": row.asker_contact, "other": first.name, "organisation": str(candidate),
            "email": letters.Ready(first.email),
        },
    )  # fmt: skip


def ask_later(candidate: Candidate) -> bool:
    """Three months after an introduction: whoever asked, else whoever brokered it."""
    row = candidate.request
    to = row.asker_email or (row.taken_by if row.taken_by and row.taken_by.is_active else None)
    if to is None:
        return False
    other = str(candidate) if row.asker_email else f"{row.asker} – {candidate}"
    return outcomes.ask(Outcome.Stage.LATER, to=to, other=other, title=row.title, day=None, candidate=candidate)


def tell_writer(request: BrokeredRequest, subject: str, *, by: User) -> None:
    """Whoever wrote it down, where another works on it."""
    writer = request.created_by
    if writer is not None and writer != by and writer.is_active:
        notify(
            writer, BOARD, about=request, subject=subject, by_mail=False,
            key=f"brokered {request.pk} {request.updated_at.isoformat()}",
            params={"title": request.title, "person": by.name},
        )  # fmt: skip
