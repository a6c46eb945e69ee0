"""Bringing participants, wishes and fixed meetings in from a table: read, looked over, written all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from klaster.accounts.models import User
from klaster.core import audit, languages
from klaster.directory.actions.rights import demand
from klaster.directory.imports.fields import plain
from klaster.events import import_rows
from klaster.events.actions import registration_imports, states
from klaster.events.models import Registration
from klaster.matchmaking import match_rows
from klaster.matchmaking.actions import requests
from klaster.matchmaking.actions.locks import lock
from klaster.matchmaking.match_rows import Checked
from klaster.matchmaking.models import (
    Line,
    Matchmaking,
    MatchmakingImport,
    Meeting,
    MeetingSide,
    Participant,
    Representative,
)

RIGHT = "matchmaking.change_matchmaking"
State, Kind = MatchmakingImport.State, MatchmakingImport.Kind


@transaction.atomic
def start(matchmaking: Matchmaking, kind: str, data: bytes, *, name: str, by: User) -> MatchmakingImport:
    """Read a file. Raises ValidationError with one sentence where it cannot be read or has too many rows."""
    demand(by, RIGHT, matchmaking)
    read = import_rows.read_file(data, name, match_rows.FIELDS[kind])
    import_ = MatchmakingImport.objects.create(matchmaking=matchmaking, by=by, kind=kind, **read)
    audit.record(gettext_noop("table sent"), import_, by=by, after={"rows": len(import_.rows), "kind": kind})
    return import_


def name_columns(import_: MatchmakingImport, mapping: Mapping[int, str]) -> None:
    """What stands in each column, as its sender says."""
    if problem := match_rows.problem_of(import_.kind, mapping):
        raise ValidationError(problem)
    MatchmakingImport.objects.filter(pk=import_.pk, state=State.READ).update(mapping=dict(mapping))


@transaction.atomic
def confirm(import_: MatchmakingImport, *, by: User, without_errors: bool = False) -> MatchmakingImport:
    """Write all rows that are not there yet, or none. Pressed twice it is done once."""
    event = states.lock(import_.matchmaking.event)
    matchmaking = lock(import_.matchmaking)
    matchmaking.event = event
    demand(by, RIGHT, matchmaking)
    import_ = MatchmakingImport.objects.select_for_update(of=("self",)).get(pk=import_.pk)
    if import_.state != State.READ:
        return import_
    import_.matchmaking = matchmaking
    if problem := match_rows.problem_of(import_.kind, import_.fields()):
        raise ValidationError(problem)
    checked = match_rows.check(import_)
    wrong = sum(bool(row.problems) for row in checked)
    if wrong and not without_errors:
        raise ValidationError(_("Nothing was imported: mend the rows with errors, or say that they are left out."))
    ready = [row for row in checked if row.is_ready]
    WRITERS[Kind(import_.kind)](matchmaking, ready, by)
    import_.state, import_.rows = State.DONE, []
    import_.counts = {"written": len(ready), "known": sum(row.is_known for row in checked), "left_out": wrong}
    import_.save()
    audit.record(gettext_noop("imported"), import_, by=by, after=import_.counts)
    states.settle(event)
    return import_


def discard(import_: MatchmakingImport, *, by: User) -> None:
    """Forget a file before anything was written."""
    MatchmakingImport.objects.filter(pk=import_.pk, state=State.READ).delete()
    audit.record(gettext_noop("table discarded"), import_, by=by)


# --- participants -----------------------------------------------------------------------------------------------------
def write_participants(matchmaking: Matchmaking, rows: list[Checked], by: User) -> None:
    """Those who are not registered are registered; lines of one key or name are one delegation."""
    new = [row for row in rows if row.values["registration"] is None]
    people = [import_rows.Checked(row.line, row.values["person"]) for row in new]
    import_rows.give_organisations(people)
    made = registration_imports.write(matchmaking.event, people, by=by)
    registrations = {row.line: each for row, each in zip(new, made, strict=True)}
    known = Registration.objects.in_bulk([row.values["registration"] for row in rows if row.values["registration"]])
    parties: dict[str, Participant] = {}
    for each in matchmaking.participants.order_by("-pk"):
        for words in {each.key.lower(), plain(each.name)} - {""}:
            parties[words] = each
    for row in rows:
        registration = registrations.get(row.line) or known[row.values["registration"]]
        words = row.values["key"].lower() or plain(row.values["name"])
        party = parties.get(words) or _party(matchmaking, row, registration, by)
        parties[words] = party
        Representative.objects.create(participant=party, registration=registration)


def _party(matchmaking: Matchmaking, row: Checked, registration: Registration, by: User) -> Participant:
    names = ("key", "name", "country", "is_online", "most_meetings", "fixed_table")
    party = Participant(matchmaking=matchmaking, organisation=registration.organisation,
                        **{name: row.values[name] for name in names})  # fmt: skip
    lines = [("offer", text) for text in row.values["offers"]] + [("need", text) for text in row.values["needs"]]
    party.languages, party.profile_at = [registration.language], timezone.now() if lines else None
    party.full_clean(exclude=["matchmaking", "organisation", "fixed_table"])
    party.save()
    language = registration.language if registration.language in languages.codes() else languages.codes()[0]
    for position, (side, text) in enumerate(lines):
        Line.objects.create(participant=party, side=side, text=text, language=language, position=position)
    audit.record(gettext_noop("takes part in matchmaking"), party, by=by)
    return party


# --- wishes and fixed meetings ----------------------------------------------------------------------------------------
def write_wishes(matchmaking: Matchmaking, rows: list[Checked], by: User) -> None:
    for row in rows:
        values: dict[str, Any] = row.values
        with at_line(row):
            requests.ask(
                values["asker"], values["asked"], by=by, priority=values["priority"], message=values["message"],
                on_behalf=True, is_agreed=values["agreed"],
            )  # fmt: skip


def write_meetings(matchmaking: Matchmaking, rows: list[Checked], by: User) -> None:
    """Meetings that are agreed already are locked there; others are made."""
    for row in rows:
        one, other = row.values["pair"]
        meeting = Meeting.objects.agreed().filter(matchmaking=matchmaking, sides__participant=one).filter(
            sides__participant=other
        ).first() or _meeting(matchmaking, one, other)  # fmt: skip
        before = audit.snapshot(meeting)
        meeting.is_pinned, meeting.pinned_slot, meeting.pinned_table = True, row.values["slot"], row.values["table"]
        meeting.save(update_fields=["is_pinned", "pinned_slot", "pinned_table"])
        audit.record(gettext_noop("meeting locked"), meeting, by=by, before=before)


def _meeting(matchmaking: Matchmaking, one: Participant, other: Participant) -> Meeting:
    meeting = Meeting.objects.create(matchmaking=matchmaking, is_online=one.is_online or other.is_online)
    MeetingSide.objects.bulk_create(MeetingSide(meeting=meeting, participant=each) for each in (one, other))
    return meeting


class at_line:
    """Names the line in what is refused."""

    def __init__(self, row: Checked):
        self.row = row

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, ValidationError):
            words = _("Nothing was imported: line %(line)s. %(reason)s")
            raise ValidationError(words % {"line": self.row.line, "reason": " ".join(error.messages)}) from error


WRITERS = {Kind.PARTICIPANTS: write_participants, Kind.WISHES: write_wishes, Kind.MEETINGS: write_meetings}
