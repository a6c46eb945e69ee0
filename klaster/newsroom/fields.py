"""The body of a page."""

from __future__ import annotations

from typing import Any

from wagtail.fields import StreamField

from klaster.newsroom.blocks import BodyBlock


class BodyField(StreamField):
    """A StreamField whose migrations do not know its blocks: adding a block changes no column.

    Where a migration rewrites stored blocks it works on the raw JSON.
    """

    def __init__(self, block_types: Any = (), **kwargs: Any):
        kwargs.pop("block_lookup", None)
        super().__init__(BodyBlock(block_types), **kwargs)

    def deconstruct(self):  # type: ignore[no-untyped-def]
        name, path, _blocks, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
