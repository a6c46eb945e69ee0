"""What meetings prove, for those who report: programmes, coordinators, the office. Only real events are counted.

A meeting is *held* when one of its sides says so and none denies it; of what nobody has said nothing is known, and it
is counted by itself. An organisation is counted once in a period, by its entry in the directory.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking.models import Meeting, MeetingSide, Outcome

H = MeetingSide.Held


@dataclass(frozen=True)
class Scope:
    """Meetings from `first` to `last` (days, both included, in UTC as stored), at events of a cluster or organiser."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    cluster: Cluster | None = None
    organiser: Organisation | None = None


def meetings(scope: Scope) -> QuerySet[Meeting]:
    """Meetings with a time at real events, with the events and sides."""
    rows = Meeting.objects.placed().filter(matchmaking__event__is_invented=False)
    if scope.first:
        rows = rows.filter(starts__date__gte=scope.first)
    if scope.last:
        rows = rows.filter(starts__date__lte=scope.last)
    if scope.cluster:
        rows = rows.filter(matchmaking__event__cluster=scope.cluster)
    if scope.organiser:
        rows = rows.filter(matchmaking__event__organiser=scope.organiser)
    return rows.select_related("matchmaking__event").order_by("starts", "pk")


def _said(*words: str) -> Exists:
    return Exists(MeetingSide.objects.filter(meeting=OuterRef("pk"), held__in=words))


def held(scope: Scope) -> QuerySet[Meeting]:
    return meetings(scope).filter(_said(H.YES) & ~_said(H.NO, H.ABSENT))


def not_known(scope: Scope) -> QuerySet[Meeting]:
    """Of which no side has said anything."""
    return meetings(scope).filter(~_said(H.YES, H.NO, H.ABSENT))


def organisations(scope: Scope) -> QuerySet[Organisation]:
    """Different organisations of the directory in meetings that were held."""
    sides = MeetingSide.objects.filter(meeting__in=held(scope).values("pk"))
    return Organisation.objects.filter(pk__in=sides.values("participant__organisation")).order_by("pk")


def countries(scope: Scope) -> list[str]:
    """Codes of the countries of participants in meetings that were held."""
    sides = MeetingSide.objects.filter(meeting__in=held(scope).values("pk")).exclude(participant__country="")
    return sorted({str(code) for code in sides.values_list("participant__country", flat=True)})


def outcomes(scope: Scope, stage: str) -> QuerySet[Outcome]:
    """What sides of held meetings said came of them, without "nothing"."""
    sides = MeetingSide.objects.filter(meeting__in=held(scope).values("pk"))
    something = ~Q(kind__in=["", Outcome.Kind.NOTHING])
    return Outcome.objects.filter(something, side__in=sides.values("pk"), stage=stage).order_by("pk")
