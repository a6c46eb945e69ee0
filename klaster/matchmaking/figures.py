"""What matchmaking at an event came to: asked, agreed, held, with whom, what came of it. Asked once, counted here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django_countries import countries

from klaster.directory.figures.chart import Chart, of_kinds
from klaster.directory.models import Sector
from klaster.matchmaking.models import Line, Matchmaking, Meeting, MeetingRequest, MeetingSide, Outcome, Participant
from klaster.matchmaking.models.requests import CLOSED

H = MeetingSide.Held
SIDE = 340  # of the picture of the network, in its own units


@dataclass(frozen=True)
class Talk:
    """A meeting: countries and participants of its sides, and what they said."""

    participants: tuple[int, ...]
    placed: bool
    said: frozenset[str]

    @property
    def was_held(self) -> bool:
        """Somebody says so and nobody denies it."""
        return H.YES in self.said and not self.said & {H.NO, H.ABSENT}


@dataclass(frozen=True)
class Scope:
    matchmaking: Matchmaking
    requests: Counter[str]
    talks: list[Talk]
    countries: dict[int, str]
    sectors: dict[int, frozenset[str]]
    outcomes: dict[str, Counter[str]]


def scope_of(matchmaking: Matchmaking) -> Scope:
    requests = MeetingRequest.objects.filter(matchmaking=matchmaking).values("state").annotate(n=Count("pk"))
    meetings: dict[int, tuple[bool, list[int], set[str]]] = {}
    sides = MeetingSide.objects.filter(meeting__matchmaking=matchmaking, meeting__state=Meeting.State.AGREED)
    rows = sides.order_by("meeting", "pk").values_list("meeting", "meeting__starts", "participant", "held")
    for meeting, starts, participant, held in rows:
        _placed, who, said = meetings.setdefault(meeting, (starts is not None, [], set()))
        who.append(participant)
        said.add(held)
    sectors: dict[int, set[str]] = {}
    for participant, codes in Line.objects.filter(participant__matchmaking=matchmaking).values_list(
        "participant", "sectors"
    ):
        sectors.setdefault(participant, set()).update(codes)
    outcomes: dict[str, Counter[str]] = {stage: Counter() for stage in Outcome.Stage.values}
    told = Outcome.objects.filter(side__meeting__matchmaking=matchmaking)
    for stage, kind in told.values_list("stage", "kind"):
        outcomes[stage][kind] += 1
    people = Participant.objects.filter(matchmaking=matchmaking).filter(Q(state="in") | Q(sides__isnull=False))
    return Scope(
        matchmaking,
        Counter({row["state"]: row["n"] for row in requests}),
        [Talk(tuple(who), placed, frozenset(said)) for placed, who, said in meetings.values()],
        {pk: str(country) for pk, country in people.values_list("pk", "country")},
        {pk: frozenset(codes) for pk, codes in sectors.items()},
        outcomes,
    )


def counts(scope: Scope) -> dict[str, int]:
    """The way from a wish to a meeting that was held."""
    held = [talk for talk in scope.talks if talk.was_held]
    return {
        "participants": len(scope.countries),
        "requests": sum(scope.requests.values()),
        "agreed": len(scope.talks),
        "placed": sum(talk.placed for talk in scope.talks),
        "held": len(held),
        "unknown": sum(talk.placed and not talk.said - {""} for talk in scope.talks),
    }


def by_request(scope: Scope) -> Chart:
    labels: dict[str, object] = dict(MeetingRequest.State.choices)
    if scope.matchmaking.answers_are_over:
        labels[MeetingRequest.State.SENT] = CLOSED
    rows = [(capfirst(str(label)), scope.requests[state]) for state, label in labels.items()]
    return of_kinds("by_request", _("Requests"), _("Requests"), _("State"), rows)


def by_said(scope: Scope) -> Chart:
    placed = [talk for talk in scope.talks if talk.placed]
    denied = sum(1 for talk in placed if not talk.was_held and talk.said - {""})
    rows = [
        (_("held"), sum(talk.was_held for talk in placed)),
        (_("not held, or said differently"), denied),
        (_("nobody has said"), sum(not talk.said - {""} for talk in placed)),
    ]
    notes = [_("Held is a meeting of which one side says so and none denies it.")]
    return of_kinds("by_said", _("Meetings with a time"), _("Meetings"), _("What people say"), rows, notes=notes)


def by_number(scope: Scope) -> Chart:
    """How many participants had how many meetings with a time: whether it was fair."""
    each = Counter(who for talk in scope.talks if talk.placed for who in talk.participants)
    numbers = Counter(each.get(who, 0) for who in scope.countries)
    rows = [(str(number), numbers[number]) for number in range(max(numbers, default=0) + 1)]
    return of_kinds("by_number", _("Meetings of a participant"), _("Participants"), _("Meetings"), rows, in_order=True)


def by_country(scope: Scope) -> Chart:
    placed = [talk for talk in scope.talks if talk.placed]
    found = Counter(code for talk in placed for code in {scope.countries.get(who, "") for who in talk.participants})
    rows = sorted((country_name(code), number) for code, number in found.items())
    notes = [_("A meeting between two countries counts for both.")]
    return of_kinds("by_country", _("Meetings by country"), _("Meetings"), _("Country"), rows, notes=notes)


def by_sector(scope: Scope) -> Chart:
    names = {sector.code: str(sector.name) for sector in Sector.objects.all()}
    found = Counter(
        code
        for talk in scope.talks
        if talk.placed
        for code in {code for who in talk.participants for code in scope.sectors.get(who, ())}
    )
    rows = sorted((names.get(code, code), number) for code, number in found.items())
    notes = [_("By the tags of what participants offer and seek; a meeting may count for several.")]
    return of_kinds("by_sector", _("Meetings by sector"), _("Meetings"), _("Sector"), rows, notes=notes)


def of_outcomes(code: str, title: str, told: Counter[str]) -> Chart:
    rows = [(capfirst(str(label)), told[kind]) for kind, label in Outcome.Kind.choices]
    rows.append((_("not answered"), told[""]))
    notes = [_("Each side of a meeting is asked by itself.")]
    return of_kinds(code, title, _("Answers"), _("What came of it"), rows, notes=notes)


def outcomes_now(scope: Scope) -> Chart:
    return of_outcomes("outcomes_now", _("Outcomes at once"), scope.outcomes[Outcome.Stage.NOW])


def outcomes_later(scope: Scope) -> Chart:
    return of_outcomes("outcomes_later", _("Outcomes after three months"), scope.outcomes[Outcome.Stage.LATER])


BUILDERS: dict[str, Callable[[Scope], Chart]] = {
    "by_request": by_request,
    "by_number": by_number,
    "by_country": by_country,
    "by_sector": by_sector,
    "by_said": by_said,
    "outcomes_now": outcomes_now,
    "outcomes_later": outcomes_later,
}


def country_name(code: str) -> str:
    return countries.name(code) if code else _("Country not stated")


def named(code: str, scope: Scope) -> Chart | None:
    """The figure of that name, with where it comes from and where its table is."""
    if code not in BUILDERS:
        return None
    now = formats.date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    source = _("Source: matchmaking of this event, %(now)s") % {"now": now}
    page = reverse("matchmaking_figures", args=[scope.matchmaking.event.slug])
    return replace(BUILDERS[code](scope), source=source, address=f"{page}{code}")


def every(scope: Scope) -> list[Chart]:
    """All that have something to count."""
    charts = [chart for code in BUILDERS if (chart := named(code, scope))]
    return [chart for chart in charts if any(row[1] for row in chart.rows)]


# --- the network ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Node:
    name: str
    meetings: int
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Tie:
    one: str
    other: str
    meetings: int
    path: str
    width: float


@dataclass(frozen=True)
class Network:
    """Countries in a ring, tied by the meetings between them: coordinates in a square of `side`."""

    side: int
    nodes: list[Node]
    ties: list[Tie]


def network(scope: Scope) -> Network | None:
    """Who met whom, by country; nothing where fewer than three countries met."""
    between: Counter[tuple[str, str]] = Counter()
    each: Counter[str] = Counter()
    for talk in scope.talks:
        if talk.placed:
            met = sorted({scope.countries.get(who, "") for who in talk.participants})
            each.update(met)
            between.update(combinations(met, 2))
    if len(each) < 3:
        return None
    codes = sorted(each, key=country_name)
    at = {code: _point(number, len(codes)) for number, code in enumerate(codes)}
    nodes = [_node(code, each[code], *at[code]) for code in codes]
    most = max(between.values(), default=1)
    ties = [
        Tie(
            country_name(one), country_name(other), number, _curve(at[one], at[other]),
            round(1 + 7 * number / most, 1),
        )
        for (one, other), number in sorted(between.items(), key=lambda pair: pair[1])
    ]  # fmt: skip
    return Network(SIDE, nodes, ties)


def _point(number: int, total: int) -> tuple[float, float]:
    angle = 2 * math.pi * number / total - math.pi / 2
    return math.cos(angle), math.sin(angle)


def _node(code: str, meetings: int, x: float, y: float) -> Node:
    anchor = "middle" if abs(x) < 0.2 else "start" if x > 0 else "end"
    return Node(country_name(code), meetings, *_at(x, y, 0.62), *_at(x, y, 0.7), anchor)


def _at(x: float, y: float, radius: float) -> tuple[float, float]:
    half = SIDE / 2
    return round(half + x * half * radius, 1), round(half + y * half * radius, 1)


def _curve(one: tuple[float, float], other: tuple[float, float]) -> str:
    (a, b), (c, d), half = _at(*one, 0.62), _at(*other, 0.62), SIDE / 2
    return f"M{a} {b}Q{half} {half} {c} {d}"
