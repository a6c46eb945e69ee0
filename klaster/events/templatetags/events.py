"""Tags of event pages."""

from __future__ import annotations

from typing import Any

from django import template

from klaster.events import desk, when
from klaster.events.models import Event

register = template.Library()


@register.inclusion_tag("events/desk_side.html", takes_context=True)
def event_desk_side(context: template.Context) -> dict[str, Any]:
    """The side navigation of the desk of `event`."""
    event = context["event"]
    return {"event": event, "tabs": desk.tabs(context["request"], event)}


@register.simple_tag
def event_when(event: Event) -> str:
    """When it is, by the clocks of its zone."""
    return when.in_words(event)
