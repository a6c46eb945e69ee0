"""Whom a cluster seeks, and what it has done."""

from __future__ import annotations

import calendar
import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.confirmations import confirm_by_editing
from klaster.directory.actions.editing import demand_version
from klaster.directory.actions.own_words import Values, own_source
from klaster.directory.actions.rights import demand
from klaster.directory.cluster_sections import ACHIEVEMENTS, OPENINGS
from klaster.directory.models import Achievement, Cluster, Opening
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today

if TYPE_CHECKING:
    from klaster.accounts.models import User


@transaction.atomic
def save_opening(opening: Opening, *, by: User, values: Values, version: str = "") -> Opening:
    """A new opening, or another wording of one, which needs the version the form was opened with.

    Its day of publication is the day it first became public.
    """
    Cluster.objects.select_for_update(of=("self",)).get(pk=opening.cluster_id)
    row = Opening.objects.select_for_update(of=("self",)).get(pk=opening.pk) if opening.pk else opening
    demand(by, "directory.change_opening", row)
    if row.pk:
        demand_version(row, version)
    before = audit.snapshot(row) if row.pk else None
    was_public = row.pk is not None and row.status == Publication.PUBLISHED
    for name, value in values.items():
        setattr(row, name, value)
    if row.status == Publication.PUBLISHED and not was_public:
        row.published_at = timezone.now()
    row.full_clean()
    row.save()
    audit.record(gettext_noop("changed") if before else gettext_noop("added"), row, by=by, before=before)
    confirm_by_editing(row.cluster, [OPENINGS], by=by)
    return row


@transaction.atomic
def close_opening(opening: Opening, *, by: User) -> Opening:
    """Nobody is sought any more; the row stays for whoever answered it."""
    row = Opening.objects.select_for_update(of=("self",)).get(pk=opening.pk)
    demand(by, "directory.change_opening", row)
    if row.status != Publication.HIDDEN:
        before = audit.snapshot(row)
        row.status = Publication.HIDDEN
        row.save()
        audit.record(gettext_noop("closed"), row, by=by, before=before)
        confirm_by_editing(row.cluster, [OPENINGS], by=by)
    return row


@transaction.atomic
def extend_opening(opening: Opening, *, by: User, until: datetime.date | None) -> Opening:
    """A month longer than `until`, the last day the person saw, or than today. Pressed twice, it is one month."""
    row = Opening.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=opening.pk)
    demand(by, "directory.change_opening", row)
    if row.status != Publication.PUBLISHED:
        raise ValidationError(_("This opening was closed meanwhile."))
    if row.until is None or row.until != until:
        return row
    before = audit.snapshot(row)
    row.until = month_after(max(row.until, today()))
    row.save()
    audit.record(gettext_noop("extended"), row, by=by, before=before)
    confirm_by_editing(row.cluster, [OPENINGS], by=by)
    return row


def month_after(day: datetime.date) -> datetime.date:
    """The same day of the next month, or its last day."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


@transaction.atomic
def save_achievement(achievement: Achievement, *, by: User, values: Values, version: str = "") -> Achievement:
    """A new achievement, or another wording of one, which needs the version the form was opened with."""
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=achievement.cluster_id)
    demand(by, "directory.change_cluster", cluster)
    row = Achievement.objects.select_for_update(of=("self",)).get(pk=achievement.pk) if achievement.pk else achievement
    if row.pk:
        demand_version(row, version)
    before = audit.snapshot(row) if row.pk else None
    for name, value in values.items():
        setattr(row, name, value)
    row.source, row.as_of = own_source(), today().isoformat()
    row.full_clean()
    row.save()
    audit.record(gettext_noop("changed") if before else gettext_noop("added"), row, by=by, before=before)
    confirm_by_editing(cluster, [ACHIEVEMENTS], by=by)
    return row


@transaction.atomic
def delete_achievement(achievement: Achievement, *, by: User) -> None:
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=achievement.cluster_id)
    demand(by, "directory.change_cluster", cluster)
    row = Achievement.objects.filter(pk=achievement.pk).first()
    if row is not None:
        audit.record(gettext_noop("deleted"), row, by=by, before=audit.snapshot(row), after={})
        row.delete()
        confirm_by_editing(cluster, [ACHIEVEMENTS], by=by)
