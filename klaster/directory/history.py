"""The history of a cluster for its own people: the audit of the cluster and of what hangs on it.

They read names of their own colleagues only; of everybody else they learn as whom somebody acted. Notes of the office
stay with the office.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from klaster.accounts.models import SECRETARIAT
from klaster.core.models import AuditEvent, label_of
from klaster.core.office.views import Change, Reader
from klaster.directory.models import Achievement, Affiliation, Cluster, ClusterMembership, Label, Opening

PARTS = (ClusterMembership, Label, Opening, Achievement)


@dataclass(frozen=True)
class Act:
    """One act in words."""

    at: datetime
    who: str
    action: str
    what: str
    changes: Sequence[Change]


def events(cluster: Cluster) -> QuerySet[AuditEvent]:
    """Acts on the cluster and on its memberships, labels, openings and achievements, deleted ones among them."""
    of_cluster = Q(object_type=label_of(cluster), object_pk=str(cluster.pk))
    for model in PARTS:
        pks = [str(pk) for pk in model._default_manager.filter(cluster=cluster).values_list("pk", flat=True)]
        of_cluster |= Q(object_type=label_of(model()), object_pk__in=pks)
        of_cluster |= Q(object_type=label_of(model()), before__cluster=cluster.pk)
    return AuditEvent.objects.filter(of_cluster).order_by("-id").prefetch_related("actor", "actor__groups")


def colleagues(cluster: Cluster) -> set[int]:
    """People who act for the coordinating organisation today."""
    acting = Affiliation.objects.active().filter(organisation=cluster.coordinator_id)
    return set(acting.values_list("person_id", flat=True)) if cluster.coordinator_id else set()


def acts(cluster: Cluster, found: Iterable[AuditEvent]) -> list[Act]:
    known, reader = colleagues(cluster), Reader()
    rows = []
    for event in found:
        model = reader.model(event.object_type)
        rows.append(
            Act(
                at=event.at,
                who=who(event, known),
                action=_(event.action),
                what=f"{capfirst(event.kind)}: {event.object_text}",
                changes=list(reader.changes(event, model)) if model else [],
            )
        )
    return rows


def who(event: AuditEvent, known: set[int]) -> str:
    """A colleague by name, everybody else by what they are."""
    if event.on_behalf_of_id:
        return _("the network's office")
    if event.actor_id is None:
        return _("a program") if event.program else _("the system")
    if event.actor_id in known:
        return event.who
    try:
        person = event.actor
    except ObjectDoesNotExist:
        person = None
    if person is None:
        return _("erased person")
    is_office = person.is_superuser or any(group.name == SECRETARIAT for group in person.groups.all())
    return _("the network's office") if is_office else _("somebody of another organisation")
