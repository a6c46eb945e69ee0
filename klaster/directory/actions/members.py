"""Who is a member of a cluster, from when, until when."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from klaster.core import audit
from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.actions.confirmations import confirm_by_editing
from klaster.directory.actions.merging import hold, hold_below, hold_for, not_beside_an_import
from klaster.directory.actions.own_words import Values, own_source
from klaster.directory.actions.rights import demand
from klaster.directory.cluster_sections import MEMBERS
from klaster.directory.models import ActivityClass, Cluster, ClusterMembership, Organisation
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today
from klaster.directory.topics import MEMBERSHIP

if TYPE_CHECKING:
    from klaster.accounts.models import User


@transaction.atomic
def add_member(
    cluster: Cluster, organisation: Organisation, *, by: User, values: Values, asked_by: User | None = None
) -> ClusterMembership:
    """Say that an organisation is a member.

    It is public at once if the person, or who asked for it (`asked_by`), may speak for the organisation or for the
    office. Otherwise the
    organisation is asked, or the office where nobody acts for it: who could name any organisation a member could
    else change its page.
    """
    cluster = hold_for(cluster, "directory.change_members", by)
    organisation = hold(organisation)
    membership = ClusterMembership(cluster=cluster, organisation=organisation, as_of=today().isoformat(), **values)
    spoken = (person for person in (by, asked_by) if person is not None)
    membership.is_confirmed = any(person.has_perm("directory.confirm_membership", membership) for person in spoken)
    membership.source = own_source()
    membership.full_clean()
    membership.save()
    audit.record(gettext_noop("member added"), membership, by=by)
    confirm_by_editing(cluster, [MEMBERS], by=by)
    if not membership.is_confirmed:
        people = list(recipients.managers_of(organisation.pk)) or recipients.office().people
        for person in people:
            notify(
                person,
                MEMBERSHIP,
                subject=gettext_noop("%(cluster)s names %(organisation)s as a member: is it so?"),
                params={"cluster": cluster.name, "organisation": organisation.name},
                about=membership,
                url=_my_page(person),
            )
    return membership


def _my_page(person: User) -> str:
    with override(person.language):
        return reverse("my")


@transaction.atomic
def add_new_member(
    cluster: Cluster, organisation: Organisation, *, by: User, values: Values, activities: Iterable[ActivityClass] = ()
) -> ClusterMembership:
    """Enter an organisation that is not in the directory yet, as a member of the cluster.

    Not beside an import, which may be entering the same one and cannot see this one.
    """
    not_beside_an_import()
    cluster = hold_for(cluster, "directory.change_members", by)
    organisation.status = Publication.PUBLISHED
    organisation.is_invented = cluster.is_invented
    organisation.full_clean()
    organisation.save()
    organisation.activities.set(activities)
    audit.record(gettext_noop("added"), organisation, by=by)
    membership = ClusterMembership(cluster=cluster, organisation=organisation, as_of=today().isoformat(), **values)
    membership.source = own_source()
    membership.full_clean()
    membership.save()
    audit.record(gettext_noop("member added"), membership, by=by)
    confirm_by_editing(cluster, [MEMBERS], by=by)
    return membership


@transaction.atomic
def confirm_membership(membership: ClusterMembership, *, by: User) -> ClusterMembership:
    membership = _locked(membership)
    demand(by, "directory.confirm_membership", membership)
    if not membership.is_confirmed:
        membership.is_confirmed = True
        membership.save()
        audit.record(gettext_noop("membership confirmed"), membership, by=by)
    return membership


@transaction.atomic
def reject_membership(membership: ClusterMembership, *, by: User) -> None:
    """The organisation, or the office for it, says that it is not so: what nobody confirmed is deleted."""
    membership = _locked(membership)
    demand(by, "directory.confirm_membership", membership)
    if membership.is_confirmed:
        raise ValidationError(_("This membership was confirmed meanwhile."))
    audit.record(gettext_noop("membership rejected"), membership, by=by, before=audit.snapshot(membership), after={})
    membership.delete()


@transaction.atomic
def end_membership(membership: ClusterMembership, *, by: User, left: datetime.date) -> ClusterMembership:
    """The organisation is outside from this day on; the past stays. A claim nobody confirmed is taken back."""
    membership = _locked(membership)
    demand(by, "directory.change_members", membership.cluster)
    if membership.left:
        raise ValidationError(_("This membership has ended already."))
    before = audit.snapshot(membership)
    if not membership.is_confirmed:
        audit.record(gettext_noop("membership taken back"), membership, by=by, before=before, after={})
        membership.delete()
        return membership
    membership.left = left
    membership.full_clean()
    membership.save()
    audit.record(gettext_noop("membership ended"), membership, by=by, before=before)
    confirm_by_editing(membership.cluster, [MEMBERS], by=by)
    return membership


def _locked(membership: ClusterMembership) -> ClusterMembership:
    """The membership, or the one it was united with."""
    row = hold_below(membership)
    if row is None:
        raise ValidationError(_("This membership is no longer there."))
    return row
