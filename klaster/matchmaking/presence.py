"""Who of a participant can sit at a table, and when: representatives whose registration is confirmed, without the times
they are not free and the talks they chose."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from klaster.events.models import SessionChoice
from klaster.matchmaking.models import Matchmaking, Representative, Unavailable

Times = tuple[datetime.datetime, datetime.datetime]


@dataclass(eq=False)
class Person:
    """A representative; `away` are times they said they are not free, `talks` those of the agenda they chose."""

    pk: int
    participant: int
    registration: int
    away: list[Times] = field(default_factory=list)
    talks: list[Times] = field(default_factory=list)

    def is_free(self, starts: datetime.datetime, ends: datetime.datetime) -> bool:
        return not _meets(self.away, starts, ends) and not _meets(self.talks, starts, ends)

    def only_a_talk(self, starts: datetime.datetime, ends: datetime.datetime) -> bool:
        """Whether a talk is all that stands in the way."""
        return _meets(self.talks, starts, ends) and not _meets(self.away, starts, ends)


def _meets(spans: Iterable[Times], starts: datetime.datetime, ends: datetime.datetime) -> bool:
    return any(one < ends and starts < other for one, other in spans)


def people_of(matchmaking: Matchmaking, participants: Iterable[int] | None = None) -> dict[int, list[Person]]:
    """By participant, in the order in which they were added; in three questions whatever the number of people."""
    rows = Representative.objects.filter(
        participant__matchmaking=matchmaking, participant__state="in", registration__state="confirmed"
    )
    if participants is not None:
        rows = rows.filter(participant__in=list(participants))
    found: dict[int, list[Person]] = defaultdict(list)
    by_pk: dict[int, Person] = {}
    by_registration: dict[int, Person] = {}
    for pk, participant, registration in rows.order_by("added_at", "pk").values_list(
        "pk", "participant", "registration"
    ):
        person = Person(pk, participant, registration)
        found[participant].append(person)
        by_pk[pk] = by_registration[registration] = person
    away = Unavailable.objects.filter(representative__in=list(by_pk)).order_by("pk")
    for pk, starts, ends in away.values_list("representative", "slot__starts", "slot__ends"):
        by_pk[pk].away.append((starts, ends))
    chosen = SessionChoice.objects.filter(
        registration__in=list(by_registration), is_waiting=False, session__is_cancelled=False
    ).exclude(session__kind="matchmaking")  # fmt: skip
    times = chosen.order_by("pk").values_list("registration", "session__starts", "session__ends")
    for registration, begins, over in times:
        if begins and over:
            by_registration[registration].talks.append((begins, over))
    return dict(found)
