"""Asking for a right inside an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models

if TYPE_CHECKING:
    from klaster.accounts.models import User


def demand(by: User, right: str, row: models.Model) -> None:
    """The right, asked again under the lock: it may have ended since the page was opened."""
    if not by.has_perm(right, row):
        raise PermissionDenied
