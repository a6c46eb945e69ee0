"""Who writes for the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts import invitations
from klaster.accounts.actions import invite
from klaster.accounts.models import User
from klaster.core import audit
from klaster.newsroom.rules import AUTHORS


@transaction.atomic
def appoint_author(person: User, *, by: User) -> User:
    """From now on the person writes drafts that the office approves. Twice is once."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not person.is_active:
        raise ValidationError(_("This account is closed."))
    if not person.groups.filter(name=AUTHORS).exists():
        person.groups.add(Group.objects.get(name=AUTHORS))
        audit.record(gettext_noop("became an author"), person, by=by)
    return person


@transaction.atomic
def dismiss_author(person: User, *, by: User) -> User:
    """The person no longer writes, from the next request on; what was written stays. Twice is once."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.groups.filter(name=AUTHORS).exists():
        person.groups.remove(Group.objects.get(name=AUTHORS))
        audit.record(gettext_noop("is no longer an author"), person, by=by)
    return person


def take_in(email: str, *, by: User, **letter: Any) -> User | None:
    """Appoint who has an account, invite who has none: gives the person, or None for an invitation.

    `letter` may hold name, message and language of the invitation, and the number of the form (`once`).
    """
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person:
        return appoint_author(person, by=by)
    invite(email, by=by, grant="author", **letter)
    return None


def _give_pen(person: User, params: Mapping[str, Any], by: User) -> None:
    if not by.has_perm("newsroom.appoint_author"):
        raise ValidationError(_("Who invited you no longer works for the network. Ask the office to invite you again."))
    appoint_author(person, by=by)


invitations.register("author", give=_give_pen, describe=lambda params: _("to write news for the network"))
