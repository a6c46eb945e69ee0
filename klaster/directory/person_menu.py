"""What the directory adds to the menu of who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from klaster.accounts.models import User


def entries(person: User) -> list[tuple[str, str]]:
    """(title, address): the start page of one's own entries."""
    return [(_("Workspace"), reverse("my"))]
