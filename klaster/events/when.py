"""When an event is, in words: by the clocks of its zone."""

from __future__ import annotations

import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from klaster.core.fields import PartialDate
from klaster.events import times
from klaster.events.models import Event


def in_words(event: Event) -> str:
    """ "2026 m. lapkričio 5 d. 09:00–17:00", or the days, or what is known of an event long past."""
    if event.starts is None or event.ends is None:
        return PartialDate(event.happened).display() if event.happened else _("no date yet")
    begins, ends = times.wall_of(event.starts, event.zone), times.wall_of(event.ends, event.zone)
    if event.is_all_day:
        ends -= times.DAY
        return _day(begins) if begins.date() == ends.date() else f"{_day(begins)} – {_day(ends)}"
    if begins.date() == ends.date():
        return f"{_day(begins)} {_time(begins)}–{_time(ends)}"
    return f"{_day(begins)} {_time(begins)} – {_day(ends)} {_time(ends)}"


def _day(wall: datetime.datetime) -> str:
    return formats.date_format(wall.date(), "DATE_FORMAT")


def _time(wall: datetime.datetime) -> str:
    return formats.time_format(wall.time(), "H:i")
