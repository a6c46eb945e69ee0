"""Who gets what is written to a cluster: whoever keeps it here, its own address, or the network's office."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from klaster.accounts.models import SECRETARIAT, User
from klaster.directory.models import Affiliation, Cluster, Network


@dataclass
class Recipients:
    people: list[User]
    addresses: list[str] = field(default_factory=list)
    is_office: bool = False


def managers_of(organisation_id: int | None) -> QuerySet[User]:
    acting = Affiliation.objects.active().filter(organisation=organisation_id, role=Affiliation.Role.MANAGER)
    return get_user_model().objects.filter(is_active=True, affiliations__in=acting).order_by("pk")


def has_keeper(cluster: Cluster) -> bool:
    """Whether somebody of the cluster itself reads what is written to it."""
    return bool(cluster.contact_email) or managers_of(cluster.coordinator_id).exists()


def of(cluster: Cluster) -> Recipients:
    people = list(managers_of(cluster.coordinator_id)) if cluster.coordinator_id else []
    known = {person.email.lower() for person in people}
    addresses = [cluster.contact_email] if cluster.contact_email and cluster.contact_email.lower() not in known else []
    if people or addresses:
        return Recipients(people, addresses)
    return office()


def office() -> Recipients:
    """The secretariat and whoever manages the operator of this site's network; without anybody, the site's address."""
    operator = Network.objects.filter(is_home=True).values("operator")
    acting = Affiliation.objects.active().filter(organisation__in=operator, role=Affiliation.Role.MANAGER)
    people = (
        get_user_model()
        .objects.filter(Q(groups__name=SECRETARIAT) | Q(affiliations__in=acting), is_active=True)
        .distinct()
        .order_by("pk")
    )
    return Recipients(list(people), [] if people else [settings.OFFICE_EMAIL], is_office=True)
