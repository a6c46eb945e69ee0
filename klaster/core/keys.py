"""Keys of rows that come as text, from addresses and forms."""

from __future__ import annotations

LONGEST = 18  # digits that PostgreSQL's bigint holds, whatever they are


def key_of(text: str) -> int | None:
    """The key a text names; None for one that can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else None
