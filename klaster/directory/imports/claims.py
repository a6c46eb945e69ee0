"""Tells organisations, or the office for them, that an import names them as members."""

from __future__ import annotations

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext_noop, override

from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.models import Affiliation, ClusterMembership, Import
from klaster.directory.topics import MEMBERSHIP


def tell(import_: Import) -> None:
    """Each manager about each organisation; the office once about all for which nobody acts."""
    pks = import_.rows.filter(written__joined=True).values_list("written__membership", flat=True)
    waiting = {
        membership.organisation_id: membership
        for membership in ClusterMembership.objects.filter(pk__in=list(pks), is_confirmed=False)
        .select_related("cluster", "organisation")
        .order_by("pk")
    }
    acting = Affiliation.objects.active().filter(
        organisation__in=waiting, role=Affiliation.Role.MANAGER, person__is_active=True
    )
    managers = defaultdict(list)
    for affiliation in acting.select_related("person").order_by("pk"):
        managers[affiliation.organisation_id].append(affiliation.person)
    for pk, people in managers.items():
        membership = waiting[pk]
        for person in people:
            notify(
                person,
                MEMBERSHIP,
                subject=gettext_noop("%(cluster)s names %(organisation)s as a member: is it so?"),
                params={"cluster": membership.cluster.name, "organisation": membership.organisation.name},
                about=membership,
                url=page_of(person.language),
            )
    name = import_.cluster.name if import_.cluster else ""
    orphans = len(waiting) - len(managers)
    for person in recipients.office().people if orphans else ():
        notify(
            person,
            MEMBERSHIP,
            subject=gettext_noop("%(cluster)s names members that wait for a yes: %(count)s"),
            params={"cluster": name, "count": orphans},
            key=f"import {import_.pk}",
            url=page_of(person.language),
        )


def page_of(language: str) -> str:
    with override(language):
        return reverse("my")
