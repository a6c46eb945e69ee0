"""Addresses for new entries."""

from __future__ import annotations

from django.utils.text import slugify

from klaster.directory.models import Organisation


def free_slug(name: str) -> str:
    """An address no organisation has: the name in plain letters, with a number if it is taken."""
    base = slugify(name)[:80] or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)
