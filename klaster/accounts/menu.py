"""The menu of who is signed in. Apps above add their own entries:

menu.add(lambda person: [(cluster.name, cluster.get_absolute_url()) for cluster in Cluster.objects.kept_by(person)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from klaster.accounts.models import User
from klaster.core.models import Notice

Entry = tuple[str, str]  # (title, address), asked in the reader's language
Entries = Callable[[User], Iterable[Entry]]

_added: list[Entries] = []


def add(entries: Entries) -> None:
    """Show these between one's own pages and those of the office."""
    if entries not in _added:
        _added.append(entries)


def of(person: User) -> list[Entry]:
    unread = Notice.objects.visible_to(person).unread().count()
    found = [
        (_("Notices (%(count)s)") % {"count": unread} if unread else _("Notices"), reverse("notices")),
        (_("Your account"), reverse("account")),
    ]
    for entries in _added:
        found.extend(entries(person))
    if person.has_perm("accounts.view_people"):
        found.append((_("People"), reverse("people")))
    if person.has_perm("wagtailadmin.access_admin"):
        found.append((_("Office"), reverse("wagtailadmin_home")))
    return found
