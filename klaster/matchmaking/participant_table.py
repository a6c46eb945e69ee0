"""The desk's table of participants: filters, order, columns. Everything is asked within one event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.core.languages import SortKey
from klaster.directory.filters import Choice, Facet, Selection
from klaster.events.registration_table import narrowed, yes_no
from klaster.matchmaking.models import (
    Line,
    Matchmaking,
    Meeting,
    MeetingRequest,
    MeetingSide,
    Participant,
    Representative,
)

ORDERS = ("name", "-name", "country", "-country", "asked", "-asked", "got", "-got", "meetings", "-meetings", "waiting",
          "-waiting")  # fmt: skip
YES = "yes"


def rows_of(matchmaking: Matchmaking) -> QuerySet[Participant]:
    """All participants, with counts of what they sent, got, have to answer and agreed to."""
    sent = MeetingRequest.objects.filter(asker=OuterRef("pk")).order_by().values("asker").annotate(n=Count("pk"))
    got = MeetingRequest.objects.filter(asked=OuterRef("pk")).order_by().values("asked").annotate(n=Count("pk"))
    sides = MeetingSide.objects.filter(participant=OuterRef("pk"), meeting__state=Meeting.State.AGREED).order_by()
    met = sides.values("participant").annotate(n=Count("pk"))
    people = Representative.objects.filter(participant=OuterRef("pk")).order_by().values("participant")
    return (
        matchmaking.participants.select_related("organisation", "fixed_table")
        .annotate(
            sent=Coalesce(Subquery(sent.values("n")[:1]), 0),
            got=Coalesce(Subquery(got.values("n")[:1]), 0),
            waiting=Coalesce(Subquery(got.filter(state="sent").values("n")[:1]), 0),
            agreed=Coalesce(Subquery(met.values("n")[:1]), 0),
            people_count=Coalesce(Subquery(people.annotate(n=Count("pk")).values("n")[:1]), 0),
            has_profile=Q(profile_at__isnull=False) | Exists(Line.objects.filter(participant=OuterRef("pk"))),
        )
        .order_by(SortKey("name"), "pk")
    )


def facets(matchmaking: Matchmaking) -> list[Facet]:
    codes = [code for code in matchmaking.participants.order_by().values_list("country", flat=True).distinct() if code]
    found = [
        Facet("state", _("State"), [Choice(value, capfirst(label)) for value, label in Participant.State.choices]),
        Facet("profile", _("Profile written"), yes_no()),
        Facet("waiting", _("Has requests nobody answered"), yes_no()),
        Facet("meetings", _("Has agreed meetings"), yes_no()),
        Facet("online", _("Meets online"), yes_no()),
        Facet(
            "country", _("Country"), [Choice(c, countries.name(c)) for c in languages.in_order(codes, countries.name)]
        ),
    ]
    return [facet for facet in found if len(facet.choices) > 1]


FILTERS: dict[str, Any] = {
    "state": lambda value: Q(state=value),
    "profile": lambda value: Q(has_profile=value == YES),
    "waiting": lambda value: Q(waiting__gt=0) if value == YES else Q(waiting=0),
    "meetings": lambda value: Q(agreed__gt=0) if value == YES else Q(agreed=0),
    "online": lambda value: Q(is_online=value == YES),
    "country": lambda value: Q(country=value),
}


def chosen(rows: QuerySet[Participant], selection: Selection) -> QuerySet[Participant]:
    rows = narrowed(rows, selection, FILTERS)
    for word in selection.text.split()[:6]:
        rows = rows.filter(
            Q(name__unaccent__icontains=word)
            | Q(key__iexact=word)
            | Q(
                pk__in=Representative.objects.filter(registration__name__unaccent__icontains=word).values("participant")
            )
        )
    if not selection.order:
        return rows
    name = selection.order.removeprefix("-")
    key: Any = {"name": SortKey("name"), "asked": F("sent"), "got": F("got"), "meetings": F("agreed")}.get(
        name, F(name)
    )
    return rows.order_by(key.desc() if selection.order.startswith("-") else key.asc(), SortKey("name"), "pk")


def headings(selection: Selection) -> list[dict[str, str]]:
    now = selection.order or "name"
    found = []
    for code, title in HEADINGS:
        up, down = code, f"-{code}"
        order = down if now == up else up
        direction = {up: "ascending", down: "descending"}.get(now, "")
        url = Selection(selection.answers, selection.text, "" if order == "name" else order).query()
        found.append({"title": str(title), "url": url, "direction": direction})
    return found


HEADINGS = [
    ("name", gettext_lazy("Participant")), ("country", gettext_lazy("Country")), ("asked", gettext_lazy("Sent")),
    ("got", gettext_lazy("Got")), ("waiting", gettext_lazy("Not answered")), ("meetings", gettext_lazy("Agreed")),
]  # fmt: skip


def people(participant: Participant) -> list[Representative]:
    rows = participant.representatives.select_related("registration").prefetch_related("unavailable__slot")
    return list(rows.order_by("added_at", "pk"))


# --- the file --------------------------------------------------------------------------------------------------------
COLUMNS: list[tuple[Any, Any]] = [
    (gettext_lazy("Participant"), lambda row, person: row.name),
    (gettext_lazy("Key"), lambda row, person: row.key),
    (gettext_lazy("State"), lambda row, person: row.get_state_display()),
    (gettext_lazy("Country"), lambda row, person: countries.name(str(row.country)) if row.country else ""),
    (gettext_lazy("Representative"), lambda row, person: person.registration.name if person else ""),
    (gettext_lazy("E-mail address"), lambda row, person: person.registration.email if person else ""),
    (gettext_lazy("Meets online"), lambda row, person: row.is_online),
    (gettext_lazy("Own table"), lambda row, person: row.fixed_table.number if row.fixed_table else ""),
    (gettext_lazy("At most meetings"), lambda row, person: row.most_meetings or ""),
    (gettext_lazy("Profile written"), lambda row, person: row.has_profile),
    (gettext_lazy("Sent"), lambda row, person: row.sent),
    (gettext_lazy("Got"), lambda row, person: row.got),
    (gettext_lazy("Not answered"), lambda row, person: row.waiting),
    (gettext_lazy("Agreed"), lambda row, person: row.agreed),
    (gettext_lazy("Offers"), lambda row, person: said(row, "offer")),
    (gettext_lazy("Needs"), lambda row, person: said(row, "need")),
]  # fmt: skip


def said(row: Participant, side: str) -> str:
    return "; ".join(line.text for line in row.lines.all() if line.side == side)


def cells(rows: QuerySet[Participant]) -> Iterator[Iterable[object]]:
    """A line for each representative, one where there is none."""
    rows = rows.prefetch_related(
        Prefetch("representatives", Representative.objects.select_related("registration").order_by("pk")),
        Prefetch("lines", Line.objects.order_by("position", "pk")),
    )
    for row in rows.iterator(chunk_size=500):
        for person in list(row.representatives.all()) or [None]:  # type: ignore[list-item]
            yield [value(row, person) for _title, value in COLUMNS]
