"""What partner search and matchmaking keep about people: what they offer and seek, whom they asked and met."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from klaster.accounts.models import User
from klaster.core.privacy import Fate, register
from klaster.events.privacy import registered_as
from klaster.matchmaking.models import (
    BrokeredRequest,
    Interest,
    LedgerEntry,
    MatchmakingImport,
    MeetingRequest,
    MeetingSide,
    Outcome,
    Participant,
    Posting,
    Representative,
    Run,
    SavedSearch,
)

MEETING = _("So that others can find you, and meet you at the event.")
MEETING_KEPT = _("Three years after the event, as the registration; then without name.")
BOARD = _("So that partners are found for what your organisation offers and needs.")


def represents(person: User) -> QuerySet[Representative]:
    return Representative.objects.filter(registration__in=registered_as(person).values("pk"))


def spoken_for(person: User) -> QuerySet[Participant]:
    return Participant.objects.filter(pk__in=represents(person).values("participant"))


def alone(person: User) -> QuerySet[Participant]:
    """Participants of whom the person is the only representative."""
    shared = Representative.objects.exclude(pk__in=represents(person).values("pk")).values("participant")
    return spoken_for(person).exclude(pk__in=shared)


def own_sides(person: User) -> QuerySet[MeetingSide]:
    return MeetingSide.objects.filter(participant__in=alone(person).values("pk"))


def asked_by(person: User) -> QuerySet[MeetingRequest]:
    return MeetingRequest.objects.filter(Q(by=person) | Q(asker__in=alone(person).values("pk")))


def without_words(rows: QuerySet[Any], person: User) -> None:
    rows.update(message="", reason="")


def without_note(rows: QuerySet[Any], person: User) -> None:
    rows.update(note="")


def without_profile(rows: QuerySet[Participant], person: User) -> None:
    """The others are told that meetings are cancelled; then nothing says who it was."""
    from klaster.matchmaking.actions import participants  # noqa: PLC0415  actions write letters, which the register precedes

    for participant in rows:
        participants.erase(participant)
    rows.update(name=str(_("Erased person")), about="", languages=[], is_shown=False, state=Participant.State.OUT)


register(  # the order matters: rows are found through the registration, which is erased by events
    MeetingSide,
    rows=own_sides,
    purpose=MEETING,
    kept=MEETING_KEPT,
    fate=Fate.ANONYMISED,
    export=["meeting", "held", "rating", "note", "reported_at"],
    anonymise=without_note,
)
register(
    MeetingRequest,
    "by",
    rows=asked_by,
    purpose=MEETING,
    kept=MEETING_KEPT,
    fate=Fate.ANONYMISED,
    export=["matchmaking", "asker", "asked", "priority", "message", "state", "sent_at", "answered_at"],
    anonymise=without_words,
)
register(
    Participant,
    rows=alone,
    purpose=MEETING,
    kept=_(
        "Three years after the event, as the registration; then without name. A phone keeps the day one opened on it, "
        "to be read without a connection, until a day after the event, or until one signs out there."
    ),
    fate=Fate.ANONYMISED,
    export=["matchmaking", "name", "country", "about", "languages", "is_online", "joined_at", "said"],
    anonymise=without_profile,
)
register(
    Posting,
    "created_by",
    purpose=BOARD,
    kept=_("As long as the organisation is in the directory."),
    fate=Fate.ANONYMISED,
    export=["side", "kind", "title", "text", "state", "created_at"],
)
register(
    SavedSearch,
    "person",
    purpose=_("So that you are told of new offers and needs."),
    kept=_("Until you delete it."),
    fate=Fate.DELETED,
    export=["name", "query", "has_alerts", "created_at"],
)
register(
    Interest,
    "person",
    "answered_by",
    purpose=BOARD,
    kept=_("Five years, as evidence of what partner search was worth; then without your name."),
    fate=Fate.ANONYMISED,
    export=["posting", "organisation", "message", "state", "sent_at", "answered_at"],
)
register(
    BrokeredRequest,
    "taken_by",
    "created_by",
    purpose=_("So that one can ask who looks for partners."),
    kept=_("Five years after it was closed; addresses one year."),
    fate=Fate.ANONYMISED,
    export=["title", "taken_at", "closed_at"],
)
register(
    LedgerEntry,
    "by",
    purpose=_("So that the work of coordinators can be counted."),
    kept=_("As long as the request."),
    fate=Fate.ANONYMISED,
    export=["request", "kind", "text", "day"],
)
register(
    Run,
    "by",
    purpose=_("So that one can ask who made a timetable."),
    kept=_("As long as the event."),
    fate=Fate.ANONYMISED,
    export=["matchmaking", "asked_at", "state"],
)
register(
    Outcome,
    "by",
    purpose=_("So that it is known what meetings and introductions were worth."),
    kept=_("As long as what it is about."),
    fate=Fate.ANONYMISED,
    export=["kind", "stage", "note", "answered_at"],
)
register(
    MatchmakingImport,
    "by",
    purpose=_("So that you can bring tables into a matchmaking event."),
    kept=_("The rows of the file seven days at most, what came of them as long as the event."),
    fate=Fate.DELETED,
    export=["matchmaking", "kind", "file_name", "created_at", "state"],
)
