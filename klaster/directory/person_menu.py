"""What the directory adds to the menu of who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.directory.models import ChangeRequest

if TYPE_CHECKING:
    from klaster.accounts.models import User


def entries(person: User) -> list[tuple[str, str]]:
    """(title, address): the start page of one's own entries; for the office, changes that wait for it."""
    found = [(_("Workspace"), reverse("my"))]
    if person.has_perm("directory.decide_changerequest"):
        waiting = ChangeRequest.objects.visible_to(person).waiting().count()
        found.append(
            (_("Changes (%(count)s)") % {"count": waiting} if waiting else _("Changes"), reverse("change_list"))
        )
    if person.has_perm("directory.merge_entries"):
        found.append((_("Duplicates"), reverse("duplicate_list")))
    return found
