"""Who works in the office with pages. What an author may do with which page Wagtail keeps, per part of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from klaster.directory.rules import is_secretariat

if TYPE_CHECKING:
    from klaster.accounts.models import User

AUTHORS = "Authors"


@rules.predicate
def is_author(user: User) -> bool:
    """Writes drafts that the office approves."""
    return user.is_authenticated and user.is_active and user.groups.filter(name=AUTHORS).exists()


rules.add_perm("wagtailadmin.access_admin", is_secretariat | is_author)
rules.add_perm("newsroom.appoint_author", is_secretariat)
rules.add_perm("wagtail_localize.submit_translation", is_secretariat)
