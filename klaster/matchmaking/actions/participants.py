"""Taking part and leaving, delegations, times at which somebody is not free, whom one keeps, avoids or reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.events.models import Registration, RegistrationState
from klaster.matchmaking import letters
from klaster.matchmaking.actions import requests
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.models import (
    Block,
    Feedback,
    Matchmaking,
    Participant,
    Phase,
    Recommendation,
    Representative,
    Sitting,
    Slot,
    Unavailable,
)

if TYPE_CHECKING:
    from klaster.accounts.models import User

PROFILE = ("name", "country", "languages", "about", "is_online", "is_shown")


@transaction.atomic
def join(
    matchmaking: Matchmaking, registration: Registration, *, by: User | None, values: Mapping[str, Any] | None = None
) -> Participant:
    """Take part with one's registration: a participant of its own, with what the registration says of it. Twice is
    once; who has left comes back as they were. Never merges: see `ask_to_join`."""
    matchmaking = lock(matchmaking)
    registration = Registration.objects.select_related("organisation").get(pk=registration.pk)
    if registration.event_id != matchmaking.event_id or registration.state != RegistrationState.CONFIRMED:
        raise ValidationError(_("Who takes part needs a confirmed registration for the event."))
    if matchmaking.phase == Phase.OVER or matchmaking.event.is_off:
        raise ValidationError(_("This matchmaking is over."))
    own = Representative.objects.select_related("participant").filter(registration=registration).first()
    participant = own.participant if own else of_registration(matchmaking, registration)
    if own and participant.takes_part:
        return participant
    for name in PROFILE:
        setattr(participant, name, (values or {}).get(name, getattr(participant, name)))
    participant.state = Participant.State.IN
    participant.full_clean()
    participant.save()
    if not own:
        Representative.objects.create(participant=participant, registration=registration)
    audit.record(gettext_noop("takes part in matchmaking"), participant, by=by)
    return participant


def of_registration(matchmaking: Matchmaking, registration: Registration) -> Participant:
    """What a registration says of somebody who has not joined yet, unsaved."""
    spoken = [registration.language, *matchmaking.event.languages]
    return Participant(
        matchmaking=matchmaking,
        name=registration.shown_organisation or registration.name,
        organisation=registration.organisation,
        country=registration.country,
        languages=list(dict.fromkeys(spoken)),
        is_online=registration.is_online,
    )


@transaction.atomic
def change_profile(participant: Participant, values: Mapping[str, Any], *, by: User | None) -> Participant:
    row = _locked(participant)
    before = audit.snapshot(row)
    for name in PROFILE:
        if name in values:
            setattr(row, name, values[name])
    row.profile_at = timezone.now()
    row.full_clean()
    row.save()
    audit.record(gettext_noop("changed the profile"), row, by=by, before=before)
    return row


def _locked(participant: Participant) -> Participant:
    """The participant as it is under the lock of its event; only who takes part changes anything."""
    matchmaking = lock(participant.matchmaking)
    row = Participant.objects.get(pk=participant.pk)
    row.matchmaking = matchmaking
    if not row.takes_part:
        raise ValidationError(_("You do not take part any more."))
    return row


@transaction.atomic
def leave(representative: Representative, *, by: User | None) -> None:
    """A person leaves. The last of a participant takes it out: its requests end, its meetings are cancelled."""
    matchmaking = lock(representative.participant.matchmaking)
    row = Representative.objects.select_related("participant").filter(pk=representative.pk).first()
    if row is None or not row.participant.takes_part:
        return
    participant = row.participant
    participant.matchmaking = matchmaking
    if participant.representatives.exclude(pk=row.pk).exists():
        if Sitting.objects.filter(representative=row, counts=True, ends__gt=timezone.now()).exists():
            raise ValidationError(
                _("You sit in meetings of your delegation. Ask the organiser to give them to a colleague first.")
            )
        audit.record(gettext_noop("left the delegation"), participant, by=by, note=row.registration.audit_text)
        row.delete()
        return
    take_out(participant, by=by)


def take_out(participant: Participant, *, by: User | None) -> None:
    """End all that stands between the participant and others. Under the lock."""
    requests.end_all(participant, by=by)
    participant.state = Participant.State.OUT
    participant.save(update_fields=["state"])
    Representative.objects.filter(asks_for=participant).update(asks_for=None)
    Recommendation.objects.filter(other=participant).delete()
    audit.record(gettext_noop("left matchmaking"), participant, by=by)


@transaction.atomic
def erase(participant: Participant) -> None:
    """What a person who is erased said, and what they thought of others; what stood between them and others ends."""
    participant.matchmaking = lock(participant.matchmaking)
    if participant.takes_part:
        take_out(participant, by=None)
    participant.lines.all().delete()
    Block.objects.filter(participant=participant).delete()
    Feedback.objects.filter(participant=participant).delete()


# --- delegations ----------------------------------------------------------------------------------------------------
def colleagues_of(participant: Participant) -> list[Participant]:
    """Others of the same organisation who can be found: by its entry, else by the same name."""
    others = Participant.objects.shown_to_others() | Participant.objects.taking_part().filter(
        is_shown=True, matchmaking__phase=Phase.PREPARING
    )
    others = others.filter(matchmaking=participant.matchmaking).exclude(pk=participant.pk)
    if participant.organisation_id:
        return list(others.filter(organisation=participant.organisation_id))
    return list(others.filter(organisation=None, name__iexact=participant.name.strip()))


@transaction.atomic
def ask_to_join(representative: Representative, delegation: Participant, *, by: User | None) -> None:
    """Ask a colleague's delegation to take one in; one of it has to agree. Until then one takes part on one's own."""
    participant = _locked(representative.participant)
    if delegation.pk not in {each.pk for each in colleagues_of(participant)}:
        raise ValidationError(_("This participant is of another organisation."))
    if participant.representatives.count() > 1:
        raise ValidationError(_("You are a delegation already."))
    representative.asks_for = delegation
    representative.save(update_fields=["asks_for"])
    audit.record(gettext_noop("asked to join a delegation"), delegation, by=by)
    letters.colleague_asks(representative, delegation)


@transaction.atomic
def take_in(representative: Representative, delegation: Participant, *, by: User | None) -> None:
    """A colleague becomes one of the delegation; what they wrote on their own is not carried over.

    Refused while they have requests or meetings of their own: those are not ours to move."""
    delegation = _locked(delegation)
    row = Representative.objects.select_related("participant").filter(pk=representative.pk).first()
    if row is None or row.asks_for_id != delegation.pk:
        raise ValidationError(_("They do not ask any more."))
    own = row.participant
    if requests.standing(own).exists() or own.sides.filter(meeting__state="agreed").exists():
        raise ValidationError(_("They have requests or meetings of their own: those have to end first."))
    row.participant, row.asks_for = delegation, None
    row.save(update_fields=["participant", "asks_for"])
    if not own.representatives.exists():
        own.matchmaking = delegation.matchmaking
        take_out(own, by=by)
    audit.record(gettext_noop("took a colleague into the delegation"), delegation, by=by)
    letters.taken_in(row, delegation)


@transaction.atomic
def turn_down(representative: Representative, delegation: Participant, *, by: User | None) -> None:
    """No colleague of ours, or not here; or one's own wish taken back."""
    _locked(delegation)
    if Representative.objects.filter(pk=representative.pk, asks_for=delegation).update(asks_for=None):
        audit.record(gettext_noop("did not take a colleague in"), delegation, by=by)


# --- times ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def say_when_free(representative: Representative, free: Collection[int], *, by: User | None) -> None:
    """At which slots of the event (by pk) a representative can meet; at the others not. A slot in which the person
    sits in a meeting stays free until the meeting is moved or cancelled."""
    participant = _locked(representative.participant)
    slots = list(Slot.objects.filter(matchmaking=participant.matchmaking, is_break=False))
    away = [slot for slot in slots if slot.pk not in free]
    for slot in away:
        if Sitting.objects.filter(
            representative=representative, counts=True, starts__lt=slot.ends, ends__gt=slot.starts
        ).exists():
            raise ValidationError(_("You have a meeting at one of these times: move or cancel it first."))
    Unavailable.objects.filter(representative=representative).exclude(slot__in=away).delete()
    Unavailable.objects.bulk_create(
        [Unavailable(representative=representative, slot=slot) for slot in away], ignore_conflicts=True
    )
    audit.record(gettext_noop("said when they are free"), participant, by=by, after={"slots": len(slots) - len(away)})


# --- what one thinks of others --------------------------------------------------------------------------------------
def mark(participant: Participant, other: Participant, kind: str) -> None:
    """Saved, does not fit, or with an empty kind neither. Nobody else is told."""
    if kind:
        Feedback.objects.update_or_create(participant=participant, other=other, defaults={"kind": kind})
    else:
        Feedback.objects.filter(participant=participant, other=other).delete()


@transaction.atomic
def block(participant: Participant, other: Participant, *, by: User | None) -> None:
    """Neither sees the other any more; what stood between them ends. Only the organiser knows."""
    row = _locked(participant)
    Block.objects.get_or_create(participant=row, other=other)
    requests.end_between(row, other, by=by)
    for one, two in ((row, other), (other, row)):
        Recommendation.objects.filter(participant=one, other=two).delete()
        Feedback.objects.filter(participant=one, other=two).delete()
    audit.record(gettext_noop("blocked a participant"), row, by=by, after={"other": other.pk})


@transaction.atomic
def unblock(participant: Participant, other: Participant, *, by: User | None) -> None:
    row = _locked(participant)
    if Block.objects.filter(participant=row, other=other).delete()[0]:
        audit.record(gettext_noop("took a block back"), row, by=by, after={"other": other.pk})


def report(participant: Participant, other: Participant, text: str, *, by: User | None) -> None:
    """Tell who runs the event what is amiss. The other is not told."""
    audit.record(gettext_noop("reported a participant"), other, by=by)
    letters.reported(participant, other, text)
