"""Labels that end soon are told of in good time: 90, 30 and 7 days before, each once."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_noop

from klaster.core.notify import notify
from klaster.directory import recipients
from klaster.directory.models import Label
from klaster.directory.models.base import Publication
from klaster.directory.topics import LABELS

TOLD_BEFORE = (7, 30, 90)  # days


def stage(days_left: int) -> int | None:
    """Which of the notices is due so many days before the end: the nearest that is not past."""
    return next((days for days in TOLD_BEFORE if 0 <= days_left <= days), None)


def tell(day: datetime.date) -> int:
    """Tell the coordinators and the office of labels that end soon; how many labels were due today.

    A label whose earlier notice was missed (the site stood still) gets the later one only; running twice tells nobody
    twice, because a notice has a key.
    """
    horizon = day + datetime.timedelta(days=max(TOLD_BEFORE))
    labels = Label.objects.filter(valid_until__range=(day, horizon), cluster__status=Publication.PUBLISHED)
    due = 0
    office = recipients.office().people
    for label in labels.select_related("cluster").order_by("valid_until", "pk"):
        until = label.valid_until or day
        if (before := stage((until - day).days)) is None or _renewed(label):
            continue
        due += 1
        people = {person.pk: person for person in [*recipients.managers_of(label.cluster.coordinator_id), *office]}
        for person in people.values():
            notify(
                person,
                LABELS,
                subject=gettext_noop("The label of %(cluster)s ends on %(date)s"),
                body=gettext_noop("Ask its issuer in good time what renewing it takes."),
                params={"cluster": label.cluster.name, "date": until.isoformat()},
                url=label.cluster.get_absolute_url(),
                key=f"label {label.pk} until {until:%Y-%m-%d}, {before} days",
            )
    return due


def _renewed(label: Label) -> bool:
    """The cluster holds another one that is valid longer."""
    return Label.objects.filter(cluster=label.cluster_id, valid_until__gt=label.valid_until).exists()
