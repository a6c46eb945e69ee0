"""Tags of event pages."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.text import capfirst

from klaster.events import desk
from klaster.events.event_places import Place, place_of, shown
from klaster.events.models import Event
from klaster.events.registration_box import Mark, mark_of
from klaster.events.when import When, clock, day_in_words, in_words, when

register = template.Library()


@register.inclusion_tag("events/desk_side.html", takes_context=True)
def event_desk_side(context: template.Context) -> dict[str, Any]:
    """The side navigation of the desk of `event`."""
    event = context["event"]
    return {"event": event, "tabs": desk.tabs(context["request"], event)}


@register.simple_tag
def event_when(event: Event) -> str:
    """When it is, by the clocks of its zone, in one line."""
    return in_words(event)


@register.filter(name="when")
def when_it_is(event: Event) -> When:
    """When it is, in words: {% with when=event|when %}."""
    return when(event)


@register.filter(name="place")
def where(event: Event) -> Place:
    """Where it is, in words."""
    return place_of(event)


@register.filter(name="mark")
def state_mark(event: Event) -> Mark | None:
    """Its state as a line of a list says it, if there is anything to say."""
    return mark_of(event)


@register.filter
def organiser(event: Event) -> dict[str, str] | None:
    """Who organises it, as far as everybody may see them."""
    return shown(event.organiser, event.organiser_name)


@register.filter
def kinds_of(event: Event) -> str:
    """ "Forum, matchmaking event"."""
    return capfirst(", ".join(str(Event.Kind(kind).label) for kind in event.kinds if kind in Event.Kind.values))


@register.filter
def in_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> str:
    """The hour a clock there shows."""
    return clock(moment.astimezone(zone))


@register.filter
def as_day(day: datetime.date) -> str:
    """ "Wednesday, 16 May 2018"."""
    return day_in_words(day)
