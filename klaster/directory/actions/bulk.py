"""What the office does to several rows at once, one by one: show, hide, say that it is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today

if TYPE_CHECKING:
    from klaster.accounts.models import User
    from klaster.directory.models import Cluster, Opening, Organisation

    Shown = Cluster | Organisation | Opening

ACTS = {Publication.PUBLISHED: gettext_noop("published"), Publication.HIDDEN: gettext_noop("hidden")}


@transaction.atomic
def show(row: Shown, *, by: User) -> bool:
    """Make it public; False where it was. Raises ValidationError where the row as it is may not be saved."""
    return _set_status(row, Publication.PUBLISHED, by=by)


@transaction.atomic
def hide(row: Shown, *, by: User) -> bool:
    """Take it off the public pages; nothing is deleted."""
    return _set_status(row, Publication.HIDDEN, by=by)


def _set_status(row: Shown, status: Publication, *, by: User) -> bool:
    kept = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    demand(by, "directory.publish_entry", kept)
    if kept.status == status:
        return False
    before = audit.snapshot(kept)
    kept.status = status
    kept.full_clean()
    kept.save()
    audit.record(ACTS[status], kept, by=by, before=before)
    return True


@transaction.atomic
def confirm_entry(entry: Cluster | Organisation, *, by: User) -> bool:
    """Say that everything on its page is true today; once a day is enough."""
    kept = type(entry).objects.select_for_update(of=("self",)).get(pk=entry.pk)
    demand(by, f"directory.change_{kept._meta.model_name}", kept)
    if kept.checked_on == today():
        return False
    before = audit.snapshot(kept)
    kept.checked_on = today()
    kept.save(update_fields=["checked_on", "updated_at"])
    audit.record(gettext_noop("confirmed as true"), kept, by=by, before=before)
    return True
