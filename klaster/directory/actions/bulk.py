"""What the office does to several rows at once, one by one: show, hide, say that it is true, end, delete."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory.actions.rights import demand
from klaster.directory.models.base import Publication
from klaster.directory.models.organisations import today

if TYPE_CHECKING:
    from klaster.accounts.models import User
    from klaster.directory.models import NetworkParticipation, Opening
    from klaster.directory.models.base import Entry

    Shown = Entry | Opening

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
    kept = _locked(row)
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
def confirm_entry(entry: Entry, *, by: User) -> bool:
    """Say that everything on its page is true today; once a day is enough."""
    kept = _locked(entry)
    demand(by, f"directory.change_{kept._meta.model_name}", kept)
    if kept.checked_on == today():
        return False
    before = audit.snapshot(kept)
    kept.checked_on = today()
    kept.save(update_fields=["checked_on", "updated_at"])
    audit.record(gettext_noop("confirmed as true"), kept, by=by, before=before)
    return True


@transaction.atomic
def end_participation(row: NetworkParticipation, *, by: User, until: datetime.date) -> bool:
    """It takes no part in the network from this day on; the past stays."""
    kept = _locked(row)
    demand(by, "directory.change_networkparticipation", kept)
    if kept.until:
        return False
    before = audit.snapshot(kept)
    kept.until = until.isoformat()
    kept.full_clean()
    kept.save()
    audit.record(gettext_noop("participation ended"), kept, by=by, before=before)
    return True


@transaction.atomic
def delete_row(row: Any, *, by: User) -> bool:
    """For good; what it said is in the record. Raises ValidationError where others point to it."""
    kept = _locked(row)
    demand(by, f"directory.delete_{kept._meta.model_name}", kept)
    audit.record(gettext_noop("deleted"), kept, by=by, before=audit.snapshot(kept), after={})
    try:
        kept.delete()
    except ProtectedError as error:
        raise ValidationError(_("Others point to it.")) from error
    return True


def _locked(row: Any) -> Any:
    return type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
