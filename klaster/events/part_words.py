"""Words of addresses that name a kind of part of an event, in the language of the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify


class PartConverter:
    """Between the key of a kind and its word: "room" is /sale/ in Lithuanian. `parts` have the word of each."""

    regex = r"[-\w]+"
    parts: Mapping[str, Any]

    def to_python(self, value: str) -> str:
        for name, part in self.parts.items():
            if slugify(str(part.word)) == value:
                return name
        raise ValueError(value)

    def to_url(self, value: str) -> str:
        return slugify(str(self.parts[value].word))
