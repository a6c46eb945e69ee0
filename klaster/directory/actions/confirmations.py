"""Saying that a section of a cluster's page is still true, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.core import audit
from klaster.directory import cluster_sections
from klaster.directory.actions.rights import demand
from klaster.directory.models import Cluster, Confirmation
from klaster.directory.models.organisations import today

if TYPE_CHECKING:
    from klaster.accounts.models import User

RIGHT = "directory.confirm_section"


@transaction.atomic
def confirm_section(cluster: Cluster, section: str, *, by: User) -> Confirmation:
    """ "Still true", said today. Said twice on a day, or after an edit of the same day, it is said once."""
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
    demand(by, RIGHT, cluster)
    if not cluster_sections.Sections(cluster).words.get(section):
        raise ValidationError(_("There is nothing in this section yet: fill it in first."))
    row, is_new = Confirmation.objects.get_or_create(
        cluster=cluster, section=section, day=today(), defaults={"by": by, "way": Confirmation.Way.SAID}
    )
    if is_new:
        audit.record(gettext_noop("section confirmed"), cluster, by=by, after={"section": section})
    return row


@transaction.atomic
def undo_confirmation(cluster: Cluster, section: str, *, by: User) -> bool:
    """Take back what was pressed today; what an edit of today says stays. False where there was nothing to undo."""
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster.pk)
    demand(by, RIGHT, cluster)
    pressed = Confirmation.objects.pressed_today().filter(cluster=cluster, section=section)
    if not pressed.delete()[0]:
        return False
    audit.record(gettext_noop("confirmation taken back"), cluster, by=by, before={"section": section}, after={})
    return True


def confirm_by_editing(cluster: Cluster, sections: Iterable[str], *, by: User) -> None:
    """Whoever changes a section says that it is true now. Inside the transaction of the change, with its rights."""
    for section in sorted(set(sections)):
        Confirmation.objects.update_or_create(
            cluster=cluster,
            section=section,
            day=today(),
            defaults={"by": by, "at": timezone.now(), "way": Confirmation.Way.EDITED},
        )
