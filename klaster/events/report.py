"""The report of one event: what it was, who registered and who came, what they said. The same for paper and sheet.

Figures count those who had a place (registered) and those seen there (attended); the rest did not come. Where
attendance was not recorded, attended and absent are unknown, and stay empty. Names of people are in it only when asked
for.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.core import languages, pdf, tables
from klaster.directory.models import ClusterMembership, Organisation
from klaster.events import evidence, survey
from klaster.events.models import Event, Registration, Session
from klaster.events.when import when

NOT_SAID = "–"


@dataclass(frozen=True)
class Line:
    """How many of one category, country, kind or sector; `attended` is None where it was not recorded."""

    label: str
    registered: int
    attended: int | None

    @property
    def absent(self) -> int | None:
        return None if self.attended is None else self.registered - self.attended


@dataclass
class Report:
    event: Event
    total: Line
    by: list[tuple[str, list[Line]]]  # what is told apart, and its lines; nothing where it is known of nobody
    parties: list[evidence.Party]
    sessions: list[tuple[Session, int]]  # with how many were in it
    results: list[survey.Result]
    people: list[tuple[Registration, bool]] = field(default_factory=list)  # whether they came

    @property
    def was_recorded(self) -> bool:
        return self.total.attended is not None


def report(event: Event, *, names: bool = False) -> Report:
    rows = list(evidence.registered([event.pk]).select_related("event", "organisation", "category"))
    seen = evidence.sessions_attended(event)
    sectors = _sectors({row.organisation_id for row in rows if row.organisation_id})
    keys: list[tuple[str, Callable[[Registration], Iterable[str]]]] = [
        (_("By category"), lambda row: [str(row.category) if row.category else NOT_SAID]),
        (_("By country"), lambda row: [_country(row)]),
        (_("By kind of organisation"), lambda row: [_kind(row)]),
        (
            _("By sector of the clusters the organisation is in"),
            lambda row: sectors.get(row.organisation_id or 0, [NOT_SAID]),
        ),
    ]
    known = set(seen) if seen else None
    by = [(title, _lines(rows, known, key)) for title, key in keys]
    in_session: dict[int, int] = defaultdict(int)
    for sessions in seen.values():
        for session in sessions:
            in_session[session] += 1
    agenda = event.sessions.in_order().select_related("room", "track").prefetch_related("speakers")
    asked = getattr(event, "survey", None)
    return Report(
        event=event,
        total=_lines(rows, known, lambda row: [_("Everybody")])[0] if rows else Line(_("Everybody"), 0, None),
        by=[(title, lines) for title, lines in by if any(line.label != NOT_SAID for line in lines)],
        parties=evidence.parties(rows if known is None else [row for row in rows if row.pk in known]),
        sessions=[(session, in_session[session.pk]) for session in agenda],
        results=survey.results(asked) if asked else [],
        people=[(row, row.pk in seen) for row in rows] if names else [],
    )


def _lines(rows: list[Registration], came: set[int] | None, key: Callable[[Registration], Iterable[str]]) -> list[Line]:
    registered: dict[str, int] = defaultdict(int)
    attended: dict[str, int] = defaultdict(int)
    for row in rows:
        for label in key(row):
            registered[label] += 1
            attended[label] += came is not None and row.pk in came
    lines = [Line(label, many, None if came is None else attended[label]) for label, many in registered.items()]
    return sorted(lines, key=lambda line: (line.label == NOT_SAID, -line.registered, languages.sort_key(line.label)))


def _country(row: Registration) -> str:
    return str(countries.name(evidence.country_of(row))) or NOT_SAID


def _kind(row: Registration) -> str:
    return capfirst(str(row.organisation.get_kind_display())) if row.organisation else NOT_SAID


def _sectors(organisations: set[int]) -> dict[int, list[str]]:
    """Sectors of the clusters organisations are in today; one in several counts in each."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = ClusterMembership.objects.active().filter(organisation__in=organisations, cluster__main_sector__isnull=False)
    for row in rows.select_related("cluster__main_sector"):
        found[row.organisation_id].add(str(row.cluster.main_sector))
    return {key: sorted(names, key=languages.sort_key) for key, names in found.items()}


# --- as a sheet -------------------------------------------------------------------------------------------------------
def sheets(found: Report) -> list[tables.Table]:
    """The report as tables, one a sheet."""
    figures = [(title, line.label, line.registered, line.attended, line.absent)
               for title, lines in [(_("In all"), [found.total]), *found.by] for line in lines]  # fmt: skip
    parts = [
        tables.Table(
            str(found.event.title), [_("By what"), _("Which"), _("Registered"), _("Attended"), _("Did not come")],
            figures,
        ),
        tables.Table(
            _("Organisations"), [_("Organisation"), _("Kind"), _("Countries"), _("People")],
            [(party.name, _party_kind(party), ", ".join(party.countries), party.people) for party in found.parties],
        ),
        tables.Table(
            _("Agenda"), [_("Begins"), _("Ends"), _("Title"), _("Room"), _("Speakers"), _("Attended")],
            [(session.starts, session.ends, str(session.title), str(session.room or ""), speakers(session),
              many if found.was_recorded else None) for session, many in found.sessions],
        ),
        tables.Table(_("Survey"), survey.columns(), survey.as_rows(found.results)),
    ]  # fmt: skip
    if found.people:
        columns = [_("Number"), _("Name and surname"), _("Organisation"), _("Category"), _("Country"), _("Attended")]
        people = [
            (row.number, row.name, row.shown_organisation, str(row.category or ""), str(row.country),
             came if found.was_recorded else None) for row, came in found.people
        ]  # fmt: skip
        parts.append(tables.Table(_("People"), columns, people))
    return parts


def speakers(session: Session) -> str:
    return ", ".join(speaker.name for speaker in session.speakers.all()) or str(session.said_by)


def _party_kind(party: evidence.Party) -> str:
    return str(Organisation.Kind(party.organisation.kind).label) if party.organisation else ""


def workbook(found: Report) -> bytes:
    buffer = io.BytesIO()
    tables.write_book(sheets(found), buffer)
    return buffer.getvalue()


# --- on paper ---------------------------------------------------------------------------------------------------------
def paper(found: Report) -> bytes:
    """The report as PDF in the reader's language. Raises pdf.PdfUnavailable."""
    with timezone.override(found.event.zone):
        return pdf.make("events/paper/report.html", {"report": found, "event": found.event, "when": when(found.event)})
