"""Changing what an entry says.

A form carries the moment its row was last changed. If somebody has changed it since, nothing is saved and nothing is
lost: `ChangedMeanwhile` says who and when, and the person decides.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext, gettext_noop

from klaster.core import audit
from klaster.core.models import AuditEvent
from klaster.directory.actions.confirmations import confirm_by_editing
from klaster.directory.actions.own_words import Values, state_facts
from klaster.directory.actions.rights import demand
from klaster.directory.cluster_sections import edited
from klaster.directory.models import Achievement, Cluster, Opening, Organisation

if TYPE_CHECKING:
    from klaster.accounts.models import User
    from klaster.directory.models.base import Entry

    Kept = Entry | Opening | Achievement


class ChangedMeanwhile(Exception):
    """Somebody else saved the row after the form was opened; `row` is what stands there now."""

    def __init__(self, row: models.Model, who: str, at: datetime.datetime):
        super().__init__(f"{row} was changed by {who} at {at:%c}.")
        self.row, self.who, self.at = row, who, at


def version_of(row: Kept) -> str:
    return row.updated_at.isoformat()


def demand_version(row: Kept, version: str) -> None:
    """The row under the lock is still the one the form was opened with."""
    if version_of(row) != version:
        last = AuditEvent.objects.of(row).order_by("-id").first()
        raise ChangedMeanwhile(row, last.who if last else gettext("the system"), row.updated_at)


@transaction.atomic
def change_cluster(cluster: Cluster, *, by: User, version: str, values: Values) -> Cluster:
    """Write these fields of a cluster; the facts among them become statements of the cluster itself, as of today."""
    return _change(cluster, "directory.change_cluster", by=by, version=version, values=values)


@transaction.atomic
def change_organisation(organisation: Organisation, *, by: User, version: str, values: Values) -> Organisation:
    return _change(organisation, "directory.change_organisation", by=by, version=version, values=values)


def _change(entry: Any, right: str, *, by: User, version: str, values: Values) -> Any:
    row = type(entry).objects.select_for_update(of=("self",)).get(pk=entry.pk)
    demand(by, right, row)
    demand_version(row, version)
    if not values:
        return row
    before = audit.snapshot(row)
    many = {field.name for field in row._meta.many_to_many}
    for name, value in values.items():
        if name not in many:
            setattr(row, name, value)
    row.full_clean()
    row.save()
    for name in many & set(values):
        getattr(row, name).set(values[name])
    audit.record(gettext_noop("changed"), row, by=by, before=before)
    state_facts(row, values)
    if isinstance(row, Cluster):
        confirm_by_editing(row, edited(before, audit.snapshot(row), many & set(values)), by=by)
    return row
