"""Who runs an event and who stands at its door, besides the cluster's coordinators and the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts import invitations
from klaster.accounts.actions import invite
from klaster.accounts.models import Invitation, User
from klaster.core import audit
from klaster.core.fields import Translated
from klaster.core.notify import notify
from klaster.directory.actions.rights import demand
from klaster.directory.models import Affiliation, Organisation
from klaster.events.actions import states
from klaster.events.models import Event, TeamMember
from klaster.events.topics import RUN_BY_ME

if TYPE_CHECKING:
    from django.db.models import QuerySet
GRANT = "event-team"


@transaction.atomic
def join_team(event: Event, person: User, role: str, *, by: User) -> TeamMember:
    """From now on the person runs the event or checks people in. Again with another role changes the role."""
    event = states.lock(event)
    demand(by, "events.change_event", event)
    if not person.is_active:
        raise ValidationError(_("This account is closed."))
    member = event.team.filter(person=person).first() or TeamMember(event=event, person=person, role="")
    if member.role == role:
        return member
    before = {"role": member.role}
    member.role = role
    member.full_clean()
    member.save()
    audit.record(gettext_noop("joined the team"), member, by=by, before=before, after={"role": role})
    notify(
        person,
        RUN_BY_ME,
        about=member,
        key=f"team {event.pk} {role}",
        subject=gettext_noop("You are in the team of an event: %(event)s"),
        params={"event": event.title},
        url=event.get_absolute_url(),
    )
    return member


@transaction.atomic
def leave_team(member: TeamMember, *, by: User) -> None:
    """From the next request on the person has no part in it. Twice is once."""
    demand(by, "events.change_event", states.lock(member.event))
    found = TeamMember.objects.filter(pk=member.pk).first()
    if found is not None:
        audit.record(gettext_noop("left the team"), found, by=by, before=audit.snapshot(found), after={})
        found.delete()


def take_in(event: Event, email: str, role: str, *, by: User, **letter: Any) -> TeamMember | None:
    """Take in a colleague who has an account, invite anybody else: gives the member, or None for an invitation.

    Whether somebody the organiser does not work with has an account, and their name, is nobody's business: they are
    invited like people without one.
    """
    demand(by, "events.change_event", event)
    person = User.objects.filter(email__iexact=email, is_active=True).first()
    if person and (by.is_secretariat or _are_colleagues(by, person)):
        return join_team(event, person, role, by=by)
    params = {"event": event.pk, "role": role, "title": dict(event.title)}
    invite(email, by=by, grant=GRANT, params=params, **letter)
    return None


def _are_colleagues(by: User, person: User) -> bool:
    own = Organisation.objects.managed_by(by).values("pk")
    return Affiliation.objects.active().filter(person=person, organisation__in=own).exists()


def invited_to(event: Event) -> QuerySet[Invitation]:
    """Invitations to the team that nobody has answered."""
    return Invitation.objects.pending().filter(grant=GRANT, params__event=event.pk).order_by("email", "pk")


def _give_place(person: User, params: Mapping[str, Any], by: User) -> None:
    event = Event.objects.filter(pk=params["event"]).first()
    if event is None or not by.has_perm("events.change_event", event):
        raise ValidationError(_("Who invited you no longer runs this event. Ask its organiser to invite you again."))
    join_team(event, person, params["role"], by=by)


def _describe(params: Mapping[str, Any]) -> str:
    names = {"event": Translated(params["title"])}
    if params["role"] == TeamMember.Role.DOOR:
        return _("to help at the door of the event “%(event)s”") % names
    return _("to run the event “%(event)s” with them") % names


invitations.register(GRANT, give=_give_place, describe=_describe)
