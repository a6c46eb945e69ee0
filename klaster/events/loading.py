"""From what an events file says to rows, by the writer of the network file: what people changed on the site stays."""

from __future__ import annotations

import datetime
import zoneinfo
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from klaster.directory.actions import LOADING
from klaster.directory.loading import Report
from klaster.directory.loading.writer import Row, Writer
from klaster.directory.models import Organisation, Source
from klaster.directory.network_file.schema import SourcedSaid
from klaster.events import events_file
from klaster.events.events_file import EventSaid, EventsFile, NetworkFileError, Problem, SeriesSaid
from klaster.events.models import Event, EventFigure, Series, Session, State

A_DAY = datetime.timedelta(days=1)


def load_events(file: Path, *, by: models.Model | str = "load_events") -> Report:
    """Write the events a file tells of, all or nothing; loading it again changes only what the file has changed.

    Raises NetworkFileError with every problem and its line; OSError if the file cannot be read.
    """
    said = events_file.read_file(file)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOADING])
        return Loader(said, by).load()


class Loader:
    def __init__(self, file: EventsFile, by: models.Model | str):
        self.file, self.writer = file, Writer(file.languages, by)
        self.sources = {source.key: source for source in Source.objects.all()}
        named = {said.organiser for said in (*file.series, *file.events) if said.organiser}
        self.organisations = {row.key: row for row in Organisation.objects.filter(key__in=named)}
        self.series: dict[str, Any] = {}

    def load(self) -> Report:
        for series in self.file.series:
            self.series[series.key] = self.write_series(series)
        for event in self.file.events:
            self.write_event(event)
        self.writer.finish("events")
        if self.writer.problems:
            raise NetworkFileError(self.writer.problems)
        return self.writer.report

    def write_series(self, said: SeriesSaid) -> Any:
        values = {
            "key": said.key, "slug": said.slug or slugify(said.key), "name": said.name, "summary": said.summary,
            "description": said.description, "rrule": said.rrule, "status": "published",
            **self.organised(said), **self.sourced(said),
        }  # fmt: skip
        return self.writer.write(Row(Series, said.key, said, values, known_by={"key": said.key}))

    def write_event(self, said: EventSaid) -> None:
        starts, ends = moments(said)
        values = {
            "key": said.key, "slug": said.slug or slugify(said.key), "title": said.title, "summary": said.summary,
            "description": said.description, "kinds": said.kinds, "state": State.HELD, "starts": starts, "ends": ends,
            "is_all_day": starts is not None, "happened": said.happened, "date_note": said.date_note,
            "time_zone": said.time_zone or settings.TIME_ZONE, "venue": said.venue, "city": said.city,
            "country": said.country, "languages": said.languages, "website": said.website,
            "series": self.series.get(said.series), **self.organised(said), **self.sourced(said),
        }  # fmt: skip
        event = self.writer.write(Row(Event, said.key, said, values, known_by={"key": said.key}))
        if event is None:
            return
        for position, figure in enumerate(said.figures):
            values = {
                "event": event, "what": figure.what, "number": figure.number, "bound": figure.bound,
                "position": position, **self.sourced(figure),
            }  # fmt: skip
            self.writer.write(Row(EventFigure, f"{said.key}/{position}", figure, values))
        for position, session in enumerate(said.sessions):
            values = {
                "event": event, "kind": session.kind, "title": session.title, "summary": session.summary,
                "said_by": session.said_by, "place": session.place, "position": position,
            }  # fmt: skip
            self.writer.write(Row(Session, f"{said.key}/{position}", session, values))

    def organised(self, said: SeriesSaid | EventSaid) -> dict[str, Any]:
        organisation = self.organisations.get(said.organiser)
        if said.organiser and organisation is None:
            self.unknown(said, "organiser", said.organiser, _("organisations"))
        return {"organiser": organisation, "organiser_name": said.organiser_name}

    def sourced(self, said: SourcedSaid) -> dict[str, Any]:
        if said.source and said.source not in self.sources:
            self.unknown(said, "source", said.source, _("sources"))
        return {
            "source": self.sources.get(said.source), "as_of": said.as_of, "is_inferred": said.inferred,
            "note": said.note,
        }  # fmt: skip

    def unknown(self, said: SourcedSaid, name: str, key: str, section: str) -> None:
        values = {"key": key, "section": section}
        text = _("The directory has no “%(key)s” among its %(section)s; load the network file first.") % values
        self.writer.problems.append(Problem(said.at(name), text))


def moments(said: EventSaid) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """Midnights of the event's zone around its days, in UTC as the database gives them back."""
    if not said.starts:
        return None, None
    first, last = (datetime.date.fromisoformat(day) for day in (said.starts, said.ends or said.starts))
    zone = zoneinfo.ZoneInfo(said.time_zone or settings.TIME_ZONE)
    begins, ends = (
        datetime.datetime.combine(day, datetime.time.min, zone).astimezone(datetime.UTC)
        for day in (first, last + A_DAY)
    )
    return begins, ends
