"""What the demo gives people to look after: a label that ends, a link that is broken, a history to read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.core.models import AuditEvent
from klaster.directory.models import Cluster, Label, LinkCheck
from klaster.directory.models.organisations import today

if TYPE_CHECKING:
    from klaster.accounts.models import User

ENDS_IN = datetime.timedelta(days=45)
BROKEN_FOR = datetime.timedelta(days=9)


def give(clouds: Cluster, beacons: Cluster, people: Mapping[str, User]) -> None:
    """Once: what somebody has looked after since stays so."""
    if not beacons.labels.exists():
        Label.objects.create(
            cluster=beacons, level=Label.Level.BRONZE, issued="2024", valid_until=today() + ENDS_IN, as_of="2024"
        )
    if clouds.website_en:
        moment = timezone.now() - BROKEN_FOR
        LinkCheck.objects.get_or_create(
            url=clouds.website_en,
            defaults={
                "host": "debesys.pavyzdys.test", "status": LinkCheck.Status.BROKEN, "failures": 3, "problem": "404",
                "since": moment, "tried_at": timezone.now(), "next_try": timezone.now() + datetime.timedelta(days=7),
            },
        )  # fmt: skip
    if not AuditEvent.objects.of(clouds).exists():
        audit.record(
            gettext_noop("changed"),
            clouds,
            by=people["coordinator"],
            before={"founded": "2019"},
            after={"founded": clouds.founded},
        )
        audit.record(
            gettext_noop("changed"),
            clouds,
            by=people["secretariat"],
            before={"status": "draft"},
            after={"status": "published"},
        )
