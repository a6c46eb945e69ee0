"""When an event is, in words: days and hours in the event's own zone, and in the reader's where that differs. Pure."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klaster.core.fields import PartialDate
from klaster.events.models import Event

MOMENT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class When:
    """`days` always; `hours` and `zone` where times are known; `yours` where they are others for the reader."""

    days: str
    hours: str = ""
    zone: str = ""
    yours: str = ""
    first: datetime.date | None = None
    last: datetime.date | None = None
    machine: str = ""  # for the datetime attribute

    @property
    def number(self) -> str:
        """What stands large in a list: the day, or both of a few."""
        if self.first is None or self.last is None:
            return ""
        is_same_month = (self.first.year, self.first.month) == (self.last.year, self.last.month)
        if self.first == self.last or not is_same_month:
            return str(self.first.day)
        return f"{self.first.day}–{self.last.day}"

    @property
    def month(self) -> str:
        """Under the number: the month as it is said with a day; with the year where it is not this one."""
        if self.first is None:
            return ""
        month = formats.date_format(self.first, pgettext("date format of a month under a large day", "M"))
        return month if self.first.year == timezone.localdate().year else f"{month} {self.first.year}"

    @property
    def weekday(self) -> str:
        return formats.date_format(self.first, "l") if self.first and self.first == self.last else ""

    @property
    def is_of_several_days(self) -> bool:
        return self.first != self.last


def days_of(event: Event) -> tuple[datetime.date, datetime.date] | None:
    """First and last day in the event's zone; None where they are not known."""
    if event.starts is None or event.ends is None:
        return None
    first, end = event.starts.astimezone(event.zone), event.ends.astimezone(event.zone)
    return first.date(), max(first, end - MOMENT).date()


def when(event: Event) -> When:
    days = days_of(event)
    if days is None:
        return When(days=PartialDate(event.happened).display() if event.happened else "", machine=str(event.happened))
    first, last = days
    if event.is_all_day:
        return When(days=days_in_words(first, last), first=first, last=last, machine=first.isoformat())
    begins, ends = event.starts.astimezone(event.zone), event.ends.astimezone(event.zone)  # type: ignore[union-attr]
    return When(
        days=days_in_words(first, last),
        hours=hours_in_words(begins, ends, one_day=first == last),
        zone=zone_in_words(event.zone, begins),
        yours=for_the_reader(event),
        first=first,
        last=last,
        machine=begins.isoformat(),
    )


def in_words(event: Event) -> str:
    """In one line: "5 November 2026, 09:00–17:00"."""
    found = when(event)
    return ", ".join(filter(None, (found.days, found.hours))) or _("no date yet")


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """ "16 May 2018", "21–22 September 2017", "30 May – 2 June 2018"."""
    if first == last:
        return formats.date_format(first, "DATE_FORMAT")
    if (first.year, first.month) == (last.year, last.month):
        values = {"first": first.day, "last": last.day, "month": formats.date_format(first, "E"), "year": first.year}
        return pgettext("days of one month", "%(first)s–%(last)s %(month)s %(year)s") % values
    if first.year == last.year:
        ends = {
            "first": formats.date_format(first, "MONTH_DAY_FORMAT"),
            "last": formats.date_format(last, "MONTH_DAY_FORMAT"),
        }
        return pgettext("days of one year", "%(first)s – %(last)s %(year)s") % {**ends, "year": first.year}
    return f"{formats.date_format(first, 'DATE_FORMAT')} – {formats.date_format(last, 'DATE_FORMAT')}"


def hours_in_words(begins: datetime.datetime, ends: datetime.datetime, *, one_day: bool) -> str:
    if one_day:
        return f"{clock(begins)}–{clock(ends)}"
    values = {"begins": clock(begins), "ends": clock(ends)}
    return _("from %(begins)s on the first day to %(ends)s on the last") % values


def clock(moment: datetime.datetime) -> str:
    """What clocks show, "03:30"; in the hour that comes twice when they go back, which of the two: "03:30 EEST"."""
    shown = formats.time_format(moment, "TIME_FORMAT")
    return f"{shown} {moment.tzname()}" if comes_twice(moment) else shown


def comes_twice(moment: datetime.datetime) -> bool:
    first, second = (moment.replace(fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def zone_in_words(zone: datetime.tzinfo, at: datetime.datetime) -> str:
    """ "Vilnius, UTC+3": the place a zone is named by, and what its clocks show at that moment."""
    place = str(zone).rpartition("/")[2].replace("_", " ")
    minutes = int((at.astimezone(zone).utcoffset() or datetime.timedelta()).total_seconds() // 60)
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    offset = f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"
    return offset if place == "UTC" else f"{place}, {offset}"


def for_the_reader(event: Event) -> str:
    """The same in the reader's zone, where the clocks there show something else."""
    zone = timezone.get_current_timezone()
    own = zone if isinstance(zone, zoneinfo.ZoneInfo) else timezone.get_default_timezone()
    begins, ends = event.starts.astimezone(own), event.ends.astimezone(own)  # type: ignore[union-attr]
    if begins.utcoffset() == event.starts.astimezone(event.zone).utcoffset():  # type: ignore[union-attr]
        return ""
    there = event.starts.astimezone(event.zone).date()  # type: ignore[union-attr]
    hours = hours_in_words(begins, ends, one_day=True)
    day = "" if begins.date() == there else f"{formats.date_format(begins, 'MONTH_DAY_FORMAT')}, "
    return f"{day}{hours} ({zone_in_words(own, begins)})"


def day_in_words(day: datetime.date) -> str:
    """A heading: "Wednesday, 16 May 2018"."""
    return f"{capfirst(formats.date_format(day, 'l'))}, {formats.date_format(day, 'DATE_FORMAT')}"
