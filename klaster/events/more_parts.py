"""Parts of an event's page and of a registration's that apps above add when they are ready, so that nothing here
imports them:

    more_parts.of_event(meetings)              # meetings(event, reader) -> {"template": "…", …} or None
    more_parts.of_registration(my_meetings)    # my_meetings(registration, reader) -> the same

What a part gives is what its template draws, under the name `part`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader
    from klaster.events.models import Event, Registration

Part = Callable[[Any, "Reader"], dict[str, Any] | None]
_of_event: list[Part] = []
_of_registration: list[Part] = []


def of_event(part: Part) -> None:
    """Twice is once."""
    if part not in _of_event:
        _of_event.append(part)


def of_registration(part: Part) -> None:
    if part not in _of_registration:
        _of_registration.append(part)


def shown_at(row: Event | Registration, reader: Reader) -> list[dict[str, Any]]:
    """Those that have something to show, in the order they were added."""
    is_event = row._meta.model_name == "event"
    found = (part(row, reader) for part in (_of_event if is_event else _of_registration))
    return [part for part in found if part]
