"""What is done with people's accounts. Each verb locks, asks again whether it may, changes, and writes it down."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts import emails, invitations
from klaster.accounts.models import SECRETARIAT, Invitation, User, Viewing
from klaster.core import audit, languages, privacy


def _locked(person: User, *, by: User, right: str) -> User:
    """The person's row, locked together with that of who acts; asks again whether they may, as it is now.

    Both rows: two administrators who close each other's accounts wait for each other, and one is left.
    """
    pks = {person.pk, by.pk}
    rows = {row.pk: row for row in User.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")}
    if not rows[by.pk].has_perm(right, rows[person.pk]):
        raise PermissionDenied
    return rows[person.pk]


# --- invitations ----------------------------------------------------------------------------------------------------
@transaction.atomic
def invite(
    email: str,
    *,
    by: User,
    grant: str = "",
    params: Mapping[str, Any] | None = None,
    name: str = "",
    message: str = "",
    language: str = "",
    once: uuid.UUID | None = None,
) -> Invitation:
    """Write to an address that its owner may come in, and with what. Inviting again sends a new link; the old one ends.

    A form that was sent twice invites once: `once` is its number. Whether `by` may give `grant` is the caller's
    question here and the grant's own at acceptance.
    """
    if grant:
        invitations.get(grant)  # an unknown name is our fault and shows now, not when the person accepts
    params = dict(params or {})
    email = email.lower()
    _one_at_a_time(email, grant)
    once = once or uuid.uuid4()
    if sent := Invitation.objects.filter(once=once, email=email, grant=grant, params=params, invited_by=by).first():
        return sent
    pending = Invitation.objects.pending().filter(email__iexact=email, grant=grant, params=params)
    for older in pending.select_for_update():
        _withdraw(older, by)
    token = Invitation.new_token()
    invitation = Invitation(
        email=email, once=once, name=name, message=message, language=language or languages.current(), grant=grant,
        params=params, invited_by=by, expires_at=timezone.now() + Invitation.LIFETIME,
        token_hash=Invitation.hash_of(token),
    )  # fmt: skip
    invitation.full_clean()
    invitation.save()
    audit.record(gettext_noop("invited"), invitation, by=by, after={"grant": grant, "params": params})
    emails.invitation(invitation, token)
    return invitation


def _one_at_a_time(email: str, grant: str) -> None:
    """Who invites an address to the same as another waits until that has committed: there is no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"invite {email} {grant}"])


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """The link in the letter stops working."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not User.objects.get(pk=by.pk).has_perm("accounts.withdraw_invitation", invitation):
        raise PermissionDenied
    if not invitation.is_pending:
        raise ValidationError(_("This invitation was already answered or withdrawn."))
    _withdraw(invitation, by)
    return invitation


def _withdraw(invitation: Invitation, by: User) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    audit.record(gettext_noop("withdrew"), invitation, by=by)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Take what the invitation gives. Only the proven owner of the address it went to can."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not invitation.is_open:
        raise ValidationError(_("This invitation can no longer be accepted. Ask for a new one."))
    if not invitation.is_for(by):
        raise ValidationError(_("This invitation was sent to another address."))
    if invitation.grant:
        invitations.get(invitation.grant).give(by, invitation.params, invitation.invited_by)
    invitation.accepted_by, invitation.accepted_at = by, timezone.now()
    invitation.full_clean()
    invitation.save()
    audit.record(
        gettext_noop("accepted"), invitation, by=by, after={"grant": invitation.grant, "params": invitation.params}
    )
    emails.invitation_accepted(invitation)
    return invitation


# --- the office -----------------------------------------------------------------------------------------------------
@transaction.atomic
def join_secretariat(person: User, *, by: User) -> User:
    """From now on the person works for the network's office."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    person.groups.add(Group.objects.get(name=SECRETARIAT))
    audit.record(gettext_noop("joined the secretariat"), person, by=by)
    return person


@transaction.atomic
def dismiss_secretary(person: User, *, by: User) -> User:
    """The person no longer works for the office, from the next request on. Twice is once."""
    person = _locked(person, by=by, right="accounts.dismiss_secretary")
    if not person.groups.filter(name=SECRETARIAT).exists():
        return person
    person.groups.remove(Group.objects.get(name=SECRETARIAT))
    audit.record(gettext_noop("left the secretariat"), person, by=by)
    return person


def _give_office(person: User, params: Mapping[str, Any], by: User) -> None:
    if not by.has_perm("accounts.invite_secretary"):
        raise ValidationError(_("Who invited you no longer works for the network. Ask the office to invite you again."))
    join_secretariat(person, by=by)


invitations.register(
    "secretariat", give=_give_office, describe=lambda params: _("to work with them in the office of the network")
)


# --- doors ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def deactivate_person(person: User, *, by: User, reason: str = "") -> User:
    """Close every door at once; nothing of what the person did is changed. Twice is once."""
    person = _locked(person, by=by, right="accounts.deactivate_person")
    if not person.is_active:
        return person
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_sessions(person)
    audit.record(gettext_noop("deactivated"), person, by=by, note=reason)
    return person


@transaction.atomic
def reactivate_person(person: User, *, by: User) -> User:
    """Open a closed account again. Twice is once."""
    person = _locked(person, by=by, right="accounts.reactivate_person")
    if person.erased_at:
        raise ValidationError(_("Who was erased cannot come back; a new account can be made."))
    if person.is_active:
        return person
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(gettext_noop("reactivated"), person, by=by)
    return person


@transaction.atomic
def end_sessions(person: User, *, by: User, keep: str = "", only: int | None = None) -> int:
    """Sign the person out on every device, except in the session with key `keep`; or of the one session `only`.

    Returns how many sessions ended.
    """
    if person.pk != by.pk:
        person = _locked(person, by=by, right="accounts.end_sessions")
    count = _end_sessions(person, keep=keep, only=only)
    if count:
        audit.record(gettext_noop("ended sessions"), person, by=by, after={"sessions": count})
    return count


def _end_sessions(person: User, *, keep: str = "", only: int | None = None) -> int:
    sessions = UserSession.objects.filter(user=person).exclude(session_key=keep)
    if only is not None:
        sessions = sessions.filter(pk=only)
    ended = list(sessions.select_for_update())
    for session in ended:
        session.end()
    return len(ended)


# --- settings of one's own ------------------------------------------------------------------------------------------
@transaction.atomic
def change_settings(person: User, **values: Any) -> User:
    """Change what a person may set about the own account: name, language, time zone, channels of notices."""
    before = audit.snapshot(person)
    for name, value in values.items():
        setattr(person, name, value)
    person.full_clean(exclude=["password"])
    person.save(update_fields=list(values))
    audit.record(gettext_noop("changed settings"), person, by=person, before=before)
    return person


# --- view as --------------------------------------------------------------------------------------------------------
@transaction.atomic
def start_viewing(person: User, *, by: User, reason: str) -> Viewing:
    """Let `by` see the site as `person` does, for a few minutes and for reading only. The person can read that it was.

    Raises ValidationError for somebody whose eyes nobody borrows: oneself, the office, whoever cannot sign in.
    """
    actor = User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two clicks of one person wait for each other
    person = User.objects.get(pk=person.pk)
    if not actor.has_perm("accounts.view_as", person):
        raise ValidationError(_("The site cannot be viewed as this person."))
    now = timezone.now()
    for running in Viewing.objects.filter(actor=by, ended_at=None):
        _end_viewing(running, now)
    until = now + datetime.timedelta(minutes=settings.VIEW_AS_MINUTES)
    viewing = Viewing(actor=by, person=person, reason=reason.strip(), started_at=now, until=until)
    viewing.full_clean()
    viewing.save()
    audit.record(gettext_noop("started to view as"), person, by=by, after={"until": until}, note=viewing.reason)
    return viewing


@transaction.atomic
def end_viewing(viewing: Viewing) -> Viewing:
    """Back to one's own eyes. Ending what has ended changes nothing."""
    viewing = Viewing.objects.select_for_update(of=("self",)).get(pk=viewing.pk)
    if viewing.ended_at is None:
        _end_viewing(viewing, timezone.now())
    return viewing


def _end_viewing(viewing: Viewing, now: datetime.datetime) -> None:
    """A view that ran out ended when its time was over, whenever that is noticed."""
    viewing.ended_at = min(now, viewing.until)
    viewing.save(update_fields=["ended_at"])
    audit.record(gettext_noop("stopped to view as"), viewing.person, by=viewing.actor, after={"at": viewing.ended_at})


# --- my data --------------------------------------------------------------------------------------------------------
def record_export(person: User) -> None:
    audit.record(gettext_noop("took out own data"), person, by=person)


@transaction.atomic
def erase(person: User) -> dict[str, int]:
    """Delete, anonymise or keep everything about a person, as the register of personal data promises.

    Returns how many rows of each kind there were. Raises ValidationError for the last person who can run the network.
    """
    superusers = list(User.objects.select_for_update(of=("self",)).filter(is_superuser=True, is_active=True))
    if superusers == [person]:
        raise ValidationError(_("You are the only administrator. Make somebody else one before you go."))
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.erased_at:
        raise ValidationError(_("This account is already erased."))
    _end_sessions(person)
    counts = privacy.erase(person)
    audit.record(gettext_noop("erased"), person, by=person, after=counts)
    return counts
