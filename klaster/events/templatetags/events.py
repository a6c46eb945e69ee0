"""Tags of event pages."""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

from django import template
from django.utils.text import capfirst

from klaster.core import freshness, languages
from klaster.events import desk, times
from klaster.events.event_list import coming_to_all
from klaster.events.event_places import Place, place_of, shown
from klaster.events.models import Event, Series
from klaster.events.registration_box import Mark, mark_of
from klaster.events.series_page import how_often
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


@register.filter(name="how_often")
def frequency(series: Series) -> str:
    """ "every month", where its rule says no more."""
    return how_often(series)


@register.inclusion_tag("events/parts/next_events.html")
def next_events() -> dict[str, Any]:
    """For the home page: the next events, and the series that meets most often. Worked out once for all visitors."""
    return freshness.remembered(("next events", languages.current()), coming_to_all)


@register.filter
def in_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> str:
    """The hour a clock there shows."""
    return clock(moment.astimezone(zone))


@register.filter
def as_day(day: datetime.date) -> str:
    """ "Wednesday, 16 May 2018"."""
    return day_in_words(day)


@register.filter
def localtime_of(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """What clocks of a zone show, without zone: `date` does not turn it into the reader's."""
    return times.wall_of(moment, zoneinfo.ZoneInfo(zone))
