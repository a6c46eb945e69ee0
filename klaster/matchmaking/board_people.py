"""Who is told about a posting: those who answer for it, and those who review it."""

from __future__ import annotations

from django.db.models import Q

from klaster.accounts.models import User
from klaster.directory import recipients
from klaster.directory.models import Affiliation, Cluster, ClusterMembership, Organisation
from klaster.matchmaking.models import Posting


def people_of(organisation: Organisation) -> list[User]:
    """Everybody who acts for an organisation today."""
    acting = Affiliation.objects.active().filter(organisation=organisation)
    return list(User.objects.filter(is_active=True, affiliations__in=acting).distinct().order_by("pk"))


def speakers(posting: Posting) -> list[User]:
    """Who answers what is written to a posting: its author and the managers, else whoever acts for it, else who keeps
    it, else the office. (See PostingQuerySet.spoken_for_by.)"""
    if posting.organisation is None:
        return (recipients.of(posting.cluster).people if posting.cluster else []) or recipients.office().people
    acting = people_of(posting.organisation)
    managers = {person.pk for person in recipients.managers_of(posting.organisation.pk)}
    first = [person for person in acting if person.pk == posting.created_by_id or person.pk in managers]
    return first or acting or keepers(posting.organisation) or recipients.office().people


def keepers(organisation: Organisation) -> list[User]:
    """Coordinators of the clusters an organisation is in."""
    return list(
        dict.fromkeys(person for cluster in clusters_of(organisation) for person in recipients.of(cluster).people)
    )


def clusters_of(*organisations: Organisation) -> list[Cluster]:
    """Public clusters whose coordinator may review what these organisations post: theirs to run, or to be in."""
    active = ClusterMembership.objects.active().filter(organisation__in=organisations, is_confirmed=True)
    found = Cluster.objects.published().filter(Q(pk__in=active.values("cluster")) | Q(coordinator__in=organisations))
    return list(found.by_name())


def reviewers(posting: Posting) -> list[User]:
    """The coordinator of the cluster it was sent to; where nobody of it is here, the office."""
    cluster = posting.cluster or posting.review_cluster
    people = recipients.of(cluster).people if cluster else []
    return people or recipients.office().people
