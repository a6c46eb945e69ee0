"""Sections of an entry's page that apps above add when they are ready, so that nothing here imports them.

    page_parts.add(Cluster, coming_events)     # coming_events(cluster, reader) -> {"template": "…", …} or None

What a part gives is what its template draws, under the name `part`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klaster.directory.models.base import Entry, Reader

Part = Callable[[Any, "Reader"], dict[str, Any] | None]
_parts: dict[type[Entry], list[Part]] = defaultdict(list)


def add(model: type[Entry], part: Part) -> None:
    """Twice is once."""
    if part not in _parts[model]:
        _parts[model].append(part)


def of(entry: Entry, reader: Reader) -> list[dict[str, Any]]:
    """Those that have something to show, in the order they were added."""
    found = (part(entry, reader) for part in _parts[type(entry)])
    return [part for part in found if part]
