"""Who acts for an organisation: invited, come, gone; and firms that are invited into a cluster by letter."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts import actions as accounts
from klaster.accounts import invitations
from klaster.accounts.models import Invitation
from klaster.core import audit
from klaster.core.fields import Translated
from klaster.directory import legal_codes
from klaster.directory.actions.members import add_new_member
from klaster.directory.actions.merging import as_it_is_now, hold, hold_below, hold_for, not_beside_an_import
from klaster.directory.actions.rights import demand
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, Organisation
from klaster.directory.models.organisations import today
from klaster.directory.slugs import free_slug

if TYPE_CHECKING:
    from klaster.accounts.models import User

COLLEAGUE, MEMBER = "affiliation", "member"  # names of the grants, kept in the database
Role = Affiliation.Role
Letter = Mapping[str, Any]  # name, message and language of an invitation


# --- colleagues -----------------------------------------------------------------------------------------------------
def may_invite(person: User, organisation: Organisation, role: str) -> bool:
    """A manager invites whom they like; who keeps a page that nobody manages yet invites its first manager."""
    return person.has_perm("directory.invite_representative", organisation) or (
        role == Role.MANAGER and person.has_perm("directory.invite_first_manager", organisation)
    )


@transaction.atomic
def invite_colleague(
    organisation: Organisation, email: str, *, by: User, role: str, once: uuid.UUID | None = None, **letter: Any
) -> Invitation:
    """Write to somebody that they may act for the organisation. A form sent twice invites once."""
    if not may_invite(by, organisation, role):
        raise PermissionDenied
    params = {"organisation": organisation.pk, "role": str(role)}
    return accounts.invite(email, by=by, grant=COLLEAGUE, params=params, once=once, **letter)


def _give_affiliation(person: User, params: Mapping[str, Any], by: User) -> None:
    not_beside_an_import()
    try:
        organisation = hold(Organisation(pk=params["organisation"]))
    except ValidationError:
        raise ValidationError(_("This organisation is no longer in the directory.")) from None
    if not may_invite(by, organisation, params["role"]):
        raise ValidationError(_("Who invited you may no longer do so. Ask the organisation to invite you again."))
    affiliate(person, organisation, params["role"], by=by)


def affiliate(person: User, organisation: Organisation, role: str, *, by: User) -> Affiliation:
    """From today on the person acts for the organisation. A representative may become a manager, not the reverse.

    Inside the transaction of whoever has the right to say so, with the organisation locked.
    """
    present = Affiliation.objects.active().filter(person=person, organisation=organisation).first()
    if present is not None:
        if role == present.role or present.role == Role.MANAGER:
            return present
        before = audit.snapshot(present)
        present.until = today()
        present.save(update_fields=["until"])
        audit.record(gettext_noop("affiliation ended"), present, by=by, before=before)
    row = Affiliation(person=person, organisation=organisation, role=role)
    row.full_clean()
    row.save()
    audit.record(gettext_noop("acts for the organisation"), row, by=by)
    return row


def _as_colleague(params: Mapping[str, Any]) -> str:
    organisation = as_it_is_now(Organisation, params["organisation"])
    names = {"organisation": organisation.name if organisation else _("an organisation")}
    if params["role"] == Role.MANAGER:
        return _("to act for %(organisation)s as a manager") % names
    return _("to act for %(organisation)s") % names


invitations.register(COLLEAGUE, give=_give_affiliation, describe=_as_colleague)


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: User) -> Affiliation:
    """From today on the person no longer acts for the organisation; every right that came of it is gone. Twice is once.

    The last manager of an organisation that coordinates a cluster stays until there is another, or the office says so:
    nobody would keep the cluster's page.
    """
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=affiliation.organisation_id)
    row = Affiliation.objects.select_for_update(of=("self",)).get(pk=affiliation.pk)
    demand(by, "directory.end_affiliation", row)
    if not Affiliation.objects.active().filter(pk=row.pk).exists():
        return row
    if row.role == Role.MANAGER and organisation.coordinated_clusters.exists() and not by.is_secretariat:
        others = Affiliation.objects.active().filter(organisation=organisation, role=Role.MANAGER)
        if not others.exclude(pk=row.pk).filter(person__is_active=True).exists():
            raise ValidationError(_("The last manager of a coordinator stays: invite another one first."))
    before = audit.snapshot(row)
    row.until = max(today(), row.since)
    row.full_clean()
    row.save()
    audit.record(gettext_noop("affiliation ended"), row, by=by, before=before)
    return row


# --- firms ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def invite_member(
    cluster: Cluster, email: str, *, by: User, firm: Mapping[str, str], once: uuid.UUID | None = None, **letter: Any
) -> Invitation:
    """Write to somebody of a firm that is not in the directory: who accepts enters it and becomes its manager.

    `firm` holds name, kind, country, legal_code and membership (a kind of it). Raises ValidationError on `legal_code`
    where the directory has the firm already.
    """
    demand(by, "directory.change_members", cluster)
    code = legal_codes.clean(firm["legal_code"], firm["country"])
    _refuse_known(code, firm["country"])
    params = {"cluster": cluster.pk, **firm, "legal_code": code}
    return accounts.invite(email, by=by, grant=MEMBER, params=params, once=once, **letter)


def _refuse_known(code: str, country: str) -> None:
    if code and Organisation.objects.filter(country=country, legal_code=code).exists():
        raise ValidationError({"legal_code": _("The directory has an organisation with this code: add it instead.")})


def _give_member(person: User, params: Mapping[str, Any], by: User) -> None:
    not_beside_an_import()
    try:
        cluster = hold_for(Cluster(pk=params["cluster"]), "directory.change_members", by)
    except (ValidationError, PermissionDenied):
        words = _("Who invited you no longer coordinates this cluster. Ask the cluster to invite you again.")
        raise ValidationError(words) from None
    with connection.cursor() as cursor:  # there is no row to lock yet: one firm enters at a time
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"firm enters {params['name']}"])
    _refuse_known(params["legal_code"], params["country"])
    organisation = Organisation(
        slug=free_slug(params["name"]),
        name=Translated({params["language"]: params["name"]}),
        kind=params["kind"],
        country=params["country"],
        legal_code=params["legal_code"],
    )
    kind = params.get("membership", ClusterMembership.Kind.MEMBER)
    add_new_member(cluster, organisation, by=by, values={"kind": kind, "joined": today()})
    affiliate(person, organisation, Role.MANAGER, by=by)


def _as_member(params: Mapping[str, Any]) -> str:
    cluster = as_it_is_now(Cluster, params["cluster"])
    names = {"cluster": cluster.name if cluster else _("a cluster"), "organisation": params["name"]}
    return _("to be a member of %(cluster)s with %(organisation)s") % names


invitations.register(MEMBER, give=_give_member, describe=_as_member)


@transaction.atomic
def change_membership(membership: ClusterMembership, *, by: User, values: Mapping[str, Any]) -> ClusterMembership:
    """Another kind, commitment or first day of a membership that lasts."""
    row = hold_below(membership)
    if row is None:
        raise ValidationError(_("This membership is no longer there."))
    demand(by, "directory.change_members", row.cluster)
    if row.left:
        raise ValidationError(_("This membership has ended already."))
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    audit.record(gettext_noop("changed"), row, by=by, before=before)
    return row
