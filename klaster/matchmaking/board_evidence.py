"""What partner search was worth, for those who report: the office, programmes, coordinators.

    scope = Scope(first=date(2026, 1, 1), last=date(2026, 12, 31), cluster=cluster)
    for figure in evidence(scope):
        figure.code, figure.value, figure.rows()     # the rows behind each number

Everything is counted from rows by the day on which it happened (the network's calendar, both ends included). What was
invented for trying the site out does not exist here: an invented posting, an invented organisation on either side, an
invented request. An outcome is what one side says; where both sides say something of one conversation, the conversation
counts once, with the further of the two. Nothing said is not counted as nothing come of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaster.directory.models import Cluster, Organisation
from klaster.matchmaking.models import BrokeredRequest, Interest, LedgerEntry, Outcome, Posting

ORDER = {kind: number for number, kind in enumerate(Outcome.Kind.values)}  # from nothing to a contract


@dataclass(frozen=True)
class Scope:
    """Of which days and of whom. `country` is that of either side (an organisation, a cluster, whoever asks)."""

    first: datetime.date | None = None
    last: datetime.date | None = None
    organisation: Organisation | None = None
    cluster: Cluster | None = None
    country: str = ""

    def during(self, field: str, *, is_day: bool = False) -> Q:
        """Within the period, for a moment or a day of that name."""
        if is_day:
            days = {f"{field}__gte": self.first, f"{field}__lte": self.last}
            return Q(**{name: day for name, day in days.items() if day}, **{f"{field}__isnull": False})
        zone = timezone.get_default_timezone()
        found = Q(**{f"{field}__isnull": False})
        if self.first:
            found &= Q(**{f"{field}__gte": datetime.datetime.combine(self.first, datetime.time.min, zone)})
        if self.last:
            after = self.last + datetime.timedelta(days=1)
            found &= Q(**{f"{field}__lt": datetime.datetime.combine(after, datetime.time.min, zone)})
        return found

    def of_posting(self, path: str = "") -> Q:
        """Whose posting it is."""
        found = Q()
        if self.organisation:
            found &= Q(**{f"{path}organisation": self.organisation})
        if self.cluster:
            found &= Q(**{f"{path}cluster": self.cluster}) | Q(**{f"{path}review_cluster": self.cluster})
        if self.country:
            found &= Q(**{f"{path}organisation__country": self.country}) | Q(
                **{f"{path}cluster__country": self.country}
            )
        return found

    def of_interest(self) -> Q:
        """On either side."""
        found = self.of_posting("posting__")
        if self.organisation:
            found |= Q(organisation=self.organisation)
        if self.country:
            found |= Q(organisation__country=self.country)
        return found

    def of_request(self, path: str = "") -> Q:
        """Whoever asks, or whoever was introduced."""
        found = Q()
        if self.organisation:
            found &= Q(**{f"{path}organisation": self.organisation}) | Q(
                **{f"{path}candidates__organisation": self.organisation}
            )
        if self.cluster:
            found &= Q(**{f"{path}candidates__cluster": self.cluster})
        if self.country:
            found &= Q(**{f"{path}asker_country": self.country})
        return found


# --- rows -------------------------------------------------------------------------------------------------------------
def postings(scope: Scope) -> QuerySet[Posting]:
    """That came to the board."""
    rows = Posting.objects.real().filter(scope.during("published_at"), scope.of_posting())
    return rows.select_related("organisation", "cluster").order_by("published_at", "pk")


def real_interests(scope: Scope) -> QuerySet[Interest]:
    rows = Interest.objects.filter(posting__is_invented=False, organisation__is_invented=False)
    return rows.filter(scope.of_interest()).select_related(
        "organisation", "posting__organisation", "posting__cluster"
    ).order_by("pk")  # fmt: skip


def interests(scope: Scope) -> QuerySet[Interest]:
    return real_interests(scope).filter(scope.during("sent_at"))


def introductions(scope: Scope) -> QuerySet[Interest]:
    introduced = [Interest.State.INTRODUCED, Interest.State.TALKED]
    return real_interests(scope).filter(scope.during("answered_at"), state__in=introduced)


def conversations(scope: Scope) -> QuerySet[Interest]:
    return real_interests(scope).filter(scope.during("talked_at", is_day=True), state=Interest.State.TALKED)


def requests(scope: Scope) -> QuerySet[BrokeredRequest]:
    rows = BrokeredRequest.objects.real().filter(scope.of_request())
    return rows.select_related("taken_by", "organisation").distinct()


def ledger(scope: Scope, kind: str = "") -> QuerySet[LedgerEntry]:
    """What was done for brokered requests, by the day it was done."""
    rows = LedgerEntry.objects.filter(scope.during("day", is_day=True), request__in=requests(scope).values("pk"))
    rows = rows.filter(kind=kind) if kind else rows
    return rows.select_related("request", "candidate__organisation", "candidate__cluster", "by")


def outcomes(scope: Scope) -> list[Outcome]:
    """The furthest that was said of each conversation or introduction, by the day it was first said."""
    said = Outcome.objects.exclude(kind="").filter(scope.during("answered_at"))
    said = said.filter(
        Q(interest__in=real_interests(scope).values("pk")) | Q(candidate__request__in=requests(scope).values("pk"))
    ).select_related(
        "interest__organisation", "interest__posting__organisation", "interest__posting__cluster",
        "candidate__request", "candidate__organisation", "candidate__cluster",
    )  # fmt: skip
    best: dict[tuple[int | None, int | None], Outcome] = {}
    for row in said.order_by("pk"):
        key = (row.interest_id, row.candidate_id)
        if key not in best or ORDER[row.kind] > ORDER[best[key].kind]:
            best[key] = row
    return list(best.values())


# --- figures ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figure:
    """A number counted from rows, and the rows."""

    code: str
    label: str | Promise
    value: int
    rows: Callable[[], Sequence[Any]]


def evidence(scope: Scope) -> list[Figure]:
    """All that can be counted, in the order of the way from a posting to a contract."""
    told = outcomes(scope)
    introduced = list(introductions(scope))
    brokered = list(ledger(scope, LedgerEntry.Kind.INTRODUCED))
    rows: list[tuple[str, str | Promise, Sequence[Any]]] = [
        ("postings", _("postings that came to the board"), list(postings(scope))),
        ("interests", _("messages to postings"), list(interests(scope))),
        ("introductions", _("introductions through the board"), introduced),
        ("conversations", _("conversations held"), list(conversations(scope))),
        ("brokered", _("brokered requests taken"), different(ledger(scope, LedgerEntry.Kind.TAKEN), "request")),
        ("brokered_introductions", _("introductions by coordinators"), brokered),
        ("closed", _("brokered requests closed"), list(requests(scope).filter(scope.during("closed_at")))),
        ("entries", _("entries in ledgers"), list(ledger(scope))),
        ("organisations", _("different organisations introduced"), organisations(introduced, brokered)),
        ("countries", _("countries they are from"), countries(introduced, brokered)),
        *((f"outcome_{kind}", label, [row for row in told if row.kind == kind]) for kind, label in LABELS.items()),
    ]
    return [Figure(code, label, len(found), lambda found=found: found) for code, label, found in rows]  # type: ignore[misc]


LABELS = {
    Outcome.Kind.NOTHING: _("conversations of which nothing came"),
    Outcome.Kind.FOLLOW_UP: _("conversations that go on"),
    Outcome.Kind.AGREEMENT: _("agreements to work together"),
    Outcome.Kind.APPLICATION: _("joint applications"),
    Outcome.Kind.CONTRACT: _("contracts"),
}


def different(rows: Iterable[Any], name: str) -> list[Any]:
    return list(dict.fromkeys(getattr(row, name) for row in rows))


def parties(introduced: Iterable[Interest], brokered: Iterable[LedgerEntry]) -> list[Organisation | Cluster]:
    """Both sides of each introduction, as far as they are in the directory."""
    found: list[Any] = []
    for row in introduced:
        found += [row.organisation, row.posting.owner]
    for entry in brokered:
        found += [entry.candidate.who if entry.candidate else None, entry.request.organisation]
    return [row for row in dict.fromkeys(found) if row is not None]


def organisations(introduced: Iterable[Interest], brokered: Iterable[LedgerEntry]) -> list[Organisation | Cluster]:
    return parties(introduced, brokered)


def countries(introduced: Iterable[Interest], brokered: Iterable[LedgerEntry]) -> list[str]:
    """Of both sides; whoever asked a coordinator counts by the country they said."""
    brokered = list(brokered)
    codes = {str(row.country) for row in parties(introduced, brokered) if row.country}
    return sorted(codes | {str(entry.request.asker_country) for entry in brokered if entry.request.asker_country})


# --- tables -----------------------------------------------------------------------------------------------------------
@dataclass
class Line:
    """One organisation, cluster or country and what it had a part in."""

    name: str
    postings: int = 0
    sent: int = 0
    received: int = 0
    introduced: int = 0
    outcomes: int = 0

    def cells(self) -> list[object]:
        return [self.name, self.postings, self.sent, self.received, self.introduced, self.outcomes]


COLUMNS = [_("Postings"), _("Messages sent"), _("Messages received"), _("Introductions"), _("Outcomes")]


def lines(scope: Scope, name_of: Callable[[Any], str]) -> list[Line]:
    """By organisation or by country: `name_of` names the line an organisation or a cluster belongs to. Outcomes are
    those of which something came."""
    found: dict[str, Line] = {}

    def add(entry: Any, column: str) -> None:
        if entry is not None and (name := name_of(entry)):
            line = found.setdefault(name, Line(name))
            setattr(line, column, getattr(line, column) + 1)

    for posting in postings(scope):
        add(posting.owner, "postings")
    for interest in interests(scope):
        add(interest.organisation, "sent")
        add(interest.posting.owner, "received")
    for interest in introductions(scope):
        add(interest.organisation, "introduced")
        add(interest.posting.owner, "introduced")
    for entry in ledger(scope, LedgerEntry.Kind.INTRODUCED):
        add(entry.candidate.who if entry.candidate else None, "introduced")
        add(entry.request.organisation, "introduced")
    for outcome in outcomes(scope):
        if outcome.kind != Outcome.Kind.NOTHING:
            for entry in sides(outcome):
                add(entry, "outcomes")
    return sorted(found.values(), key=lambda line: (-line.introduced, -line.outcomes, -line.postings, line.name))


def sides(outcome: Outcome) -> list[Any]:
    if outcome.interest:
        return [outcome.interest.organisation, outcome.interest.posting.owner]
    return [outcome.candidate.who, outcome.candidate.request.organisation] if outcome.candidate else []
