"""The list of whom to meet: who is suggested and why, who else there is, filters, and what stands between us.

Questions to the database do not grow with the number of participants; the rows of one page bring theirs all at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_countries import countries

from klaster.core import languages
from klaster.directory.filters import Choice, ClusterFacts, Facet, Selection
from klaster.directory.models import Sector
from klaster.events.event_page import language_name
from klaster.matchmaking import asking, likeness
from klaster.matchmaking.actions import requests
from klaster.matchmaking.me import Me
from klaster.matchmaking.models import (
    AskRule,
    Feedback,
    Line,
    Meeting,
    MeetingRequest,
    Participant,
    Recommendation,
    Representative,
    Side,
    Technology,
)

SUGGESTED, ALL, SAVED = "suggested", "all", "saved"
SHOWS = {
    SUGGESTED: gettext_lazy("Suggested to me"),
    ALL: gettext_lazy("All participants"),
    SAVED: gettext_lazy("Those I saved"),
}
MOST_SUGGESTED = 30
LIKELY = 0.05  # calibrated: below that in both directions nobody is shown, however short the list gets
ALIKE = 0.2  # cosine of two texts, centred, below which they are no reason to be quoted
QUOTED = re.compile('[„«“"]([^“”»"]+)[“”»"]')
LEGAL_FORMS = ("UAB", "AB", "MB", "VšĮ", "SIA", "AS", "OÜ", "MTÜ", "ТОВ")
PER_PAGE = 10
S = MeetingRequest.State


@dataclass(frozen=True)
class Reason:
    """Two texts beside each other: mine and theirs, in pieces, the shared words apart, and the tags both have.
    `is_mine_need`: I seek."""

    is_mine_need: bool
    mine: list[likeness.Piece]
    mine_language: str
    theirs: list[likeness.Piece]
    theirs_language: str
    tags: str = ""


@dataclass
class Card:
    """A participant as the list shows them: why, what stands between us, what I may do."""

    participant: Participant
    reasons: list[Reason] = field(default_factory=list)
    request: MeetingRequest | None = None
    meeting: Meeting | None = None
    state: str = ""  # sent, got, agreed, declined (by them), refused (by me), closed (nobody answered in time)
    feedback: str = ""
    is_by_tags: bool = False  # suggested by tags alone: nobody says that the texts are alike
    may_ask: bool = True
    sectors: str = ""
    languages: str = ""

    @property
    def pk(self) -> int:
        return self.participant.pk

    @property
    def letters(self) -> str:
        """Two letters for the place of a logo; of a name in quotation marks, as in UAB „Tariami keliai“, its own."""
        quoted = QUOTED.search(self.participant.name)
        words = likeness.WORD.findall(quoted[1] if quoted else self.participant.name)
        words = [word for word in words if word not in LEGAL_FORMS] or words
        return ("".join(word[0] for word in words[:2]) if len(words) > 1 else "".join(words)[:2]).upper()


# --- who seems to fit -----------------------------------------------------------------------------------------------
@dataclass
class Suggestions:
    """(participant, pairs of lines) in order; `is_matched`: computed by the matching, not just now by words;
    `has_meaning`: it compared what texts mean, not tags alone."""

    order: list[int] = field(default_factory=list)
    pairs: Mapping[int, list[tuple[int, int]]] = field(default_factory=dict)
    is_matched: bool = False
    has_meaning: bool = False


def suggestions(me: Me, seen: Sequence[int]) -> Suggestions:
    """Never those one may not see or ask, of one's own organisation, or marked as not fitting. Those one has asked or
    agreed with come last: people look here for whom to ask next."""
    mine = me.participant
    left_out = set(Feedback.objects.filter(participant=mine, kind="not_relevant").values_list("other", flat=True))
    if mine.organisation_id:
        same = Participant.objects.filter(matchmaking=me.matchmaking, organisation=mine.organisation_id)
        left_out |= set(same.values_list("pk", flat=True))
    allowed = set(seen) - left_out
    rules = list(AskRule.objects.filter(matchmaking=me.matchmaking))
    if rules:
        allowed &= may_be_asked(me, rules)
    found = Recommendation.objects.filter(participant=mine)
    asked = requests.standing(mine).values_list("asker", "asked", "state")
    settled = {pk for one, two, state in asked for pk in (one, two) if (state, two) != ("sent", mine.pk)}
    rows = list(found.values_list("other", "reasons", "p_mine", "p_theirs"))
    if rows:
        likely = [(other, reasons) for other, reasons, *p in rows if max(p) >= LIKELY]
        pairs = {
            other: [(each["mine"], each["theirs"]) for each in worth_quoting(reasons)] for other, reasons in likely
        }
        order = [other for other in pairs if other in allowed]
        told = any(each.get("likeness") is not None for row in rows for each in row[1])
        return Suggestions(sorted(order, key=lambda pk: pk in settled), pairs, is_matched=True, has_meaning=told)
    fits = likeness.rank(said(mine.lines.all()), said(Line.objects.filter(participant__in=allowed).order_by("pk")))
    order = [fit.whose for fit in fits[:MOST_SUGGESTED]]
    return Suggestions(
        sorted(order, key=lambda pk: pk in settled), {fit.whose: [reason[:2] for reason in fit.reasons] for fit in fits}
    )


def worth_quoting(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Pairs of lines that are alike or share a tag; the best one always."""
    alike = [r for r in reasons if r.get("tags") or r.get("likeness") is None or r["likeness"] >= ALIKE]
    return alike or sorted(reasons, key=lambda r: -(r.get("likeness") or 0))[:1]


def said(lines: Any) -> list[likeness.Said]:
    """Lines as the ranking takes them; tags nobody confirmed do not count."""
    rows = lines.values_list("pk", "participant", "side", "text", "sectors", "technologies", "are_tags_confirmed")
    return [
        likeness.Said(
            pk, whose, side == Side.OFFER, text, frozenset(sectors if sure else ()), frozenset(tech if sure else ())
        )
        for pk, whose, side, text, sectors, tech, sure in rows[: likeness.MOST_LINES]
    ]


def may_be_asked(me: Me, rules: Sequence[AskRule]) -> set[int]:
    """Whom the organiser's rules let me ask: one question for all."""
    mine = requests.categories_of(me.participant)
    categories: dict[int, set[int]] = {}
    rows = Representative.objects.filter(participant__matchmaking=me.matchmaking)
    for participant, category in rows.values_list("participant", "registration__category"):
        categories.setdefault(participant, set()).add(category)
    return {pk for pk, theirs in categories.items() if asking.may_ask(rules, mine, frozenset(theirs - {None}))}


# --- filters --------------------------------------------------------------------------------------------------------
def facts_of(rows: Any) -> list[ClusterFacts]:
    """What the filters ask of each participant: two questions for all."""
    lines: dict[int, tuple[set[str], set[str]]] = {}
    found = list(rows.order_by("name", "pk").values_list("pk", "country", "languages", "is_online"))
    for pk, side, sectors in Line.objects.filter(participant__in=rows.values("pk")).values_list(
        "participant", "side", "sectors"
    ):
        sides, codes = lines.setdefault(pk, (set(), set()))
        sides.add(side)
        codes.update(sectors)
    return [
        ClusterFacts(
            pk,
            {
                "country": frozenset([country] if country else []),
                "language": frozenset(spoken),
                "side": frozenset(lines.get(pk, (set(), set()))[0]),
                "sector": frozenset(lines.get(pk, (set(), set()))[1]),
                "where": frozenset(["online" if is_online else "on-site"]),
            },
        )
        for pk, country, spoken, is_online in found
    ]


def facets(facts: Sequence[ClusterFacts]) -> list[Facet]:
    """The countries, sectors and languages there are; most frequent countries first."""

    def there_are(name: str) -> list[str]:
        counts: dict[str, int] = {}
        for each in facts:
            for value in each.values[name]:
                counts[value] = counts.get(value, 0) + 1
        return sorted(counts, key=lambda value: (-counts[value], value))

    sectors = {row.code: str(row.name) for row in Sector.objects.filter(code__in=there_are("sector"))}
    found = [
        Facet("country", _("Country"), [Choice(code, countries.name(code)) for code in there_are("country")]),
        Facet("side", _("What they wrote"), [Choice(Side.OFFER, _("they offer")), Choice(Side.NEED, _("they seek"))]),
        Facet("sector", _("Sector"), [Choice(code, name) for code, name in sectors.items()]),
        Facet(
            "language",
            _("Language"),
            [Choice(code, capfirst(languages.name_of(code))) for code in there_are("language")],
        ),
        Facet(
            "where",
            pgettext_lazy("of a meeting", "Where"),
            [Choice("on-site", _("on site")), Choice("online", _("online"))],
        ),
    ]
    return [facet for facet in found if len(facet.choices) > 1]


def with_words(rows: Any, text: str) -> Any:
    """Those in whose name, profile or lines all of the words stand."""
    for word in text.split()[:8]:
        lines = Line.objects.filter(text__icontains=word).values("participant")
        rows = rows.filter(Q(name__icontains=word) | Q(about__icontains=word) | Q(pk__in=lines))
    return rows


# --- the cards of one page ------------------------------------------------------------------------------------------
def cards(me: Me, pks: Sequence[int], suggested: Suggestions | None = None) -> list[Card]:
    """These participants in this order, with all that is shown of them: five questions however many."""
    ordered = Line.objects.order_by("-side", "position", "pk")  # offers first
    rows = Participant.objects.filter(pk__in=pks).prefetch_related(Prefetch("lines", ordered))
    by_pk = {row.pk: row for row in rows}
    names = {row.code: str(row.name) for row in Sector.objects.all()}
    found = [card_of(by_pk[pk], names) for pk in pks if pk in by_pk]
    if me.takes_part:
        _between_us(me, {card.pk: card for card in found})
        _why(me, found, suggested or Suggestions())
    return found


def card_of(participant: Participant, sector_names: Mapping[str, str]) -> Card:
    codes = dict.fromkeys(code for line in participant.lines.all() if line.side == Side.OFFER for code in line.sectors)
    return Card(
        participant,
        sectors=", ".join(sector_names[code] for code in codes if code in sector_names),
        languages=", ".join(language_name(code) for code in participant.languages),
    )


def _between_us(me: Me, by_pk: Mapping[int, Card]) -> None:
    mine = me.participant
    pair = Q(asker=mine, asked__in=by_pk) | Q(asked=mine, asker__in=by_pk)
    for row in MeetingRequest.objects.filter(pair).select_related("matchmaking").order_by("sent_at", "pk"):
        card = by_pk[row.asked_id if row.asker_id == mine.pk else row.asker_id]
        card.request, card.state = row, state_of(row, mine)
    for pk, meeting in requests.met_alone(mine).items():
        if pk in by_pk:
            by_pk[pk].meeting, by_pk[pk].state = meeting, "agreed"
    for other, kind in Feedback.objects.filter(participant=mine, other__in=by_pk).values_list("other", "kind"):
        by_pk[other].feedback = kind
    rules = list(AskRule.objects.filter(matchmaking=me.matchmaking))
    allowed = may_be_asked(me, rules) if rules else set(by_pk)
    for pk, card in by_pk.items():
        card.may_ask = pk in allowed


def state_of(row: MeetingRequest, mine: Participant) -> str:
    is_sent = row.asker_id == mine.pk
    if row.is_closed:
        return "closed"
    if row.state == S.SENT:
        return "sent" if is_sent else "got"
    if row.state == S.ACCEPTED:
        return "agreed"
    if row.state == S.DECLINED:
        return "declined" if is_sent else "refused"
    return ""


def _why(me: Me, found: Sequence[Card], suggested: Suggestions) -> None:
    """The best pair of lines each way; where a line was changed or deleted since, the pair is left out."""
    mine = {line.pk: line for line in me.participant.lines.all()}
    codes = {code for line in mine.values() for code in (*line.technologies, *line.sectors)}
    names = {row.code: str(row.name) for model in (Technology, Sector) for row in model.objects.filter(code__in=codes)}
    for card in found:
        theirs = {line.pk: line for line in card.participant.lines.all()}
        card.is_by_tags = suggested.is_matched and not suggested.has_meaning
        for own, other in suggested.pairs.get(card.pk, [])[:2]:
            if own in mine and other in theirs:
                card.reasons.append(reason_of(mine[own], theirs[other], names))


def reason_of(own: Line, other: Line, names: Mapping[str, str]) -> Reason:
    """Tags count where a person confirmed them."""
    my_pieces, their_pieces = likeness.marked(own.text, other.text)
    both: set[str] = set()
    if own.are_tags_confirmed and other.are_tags_confirmed:
        both = {*own.technologies, *own.sectors} & {*other.technologies, *other.sectors}
    tags = ", ".join(sorted(names[code] for code in both if code in names))
    return Reason(own.side == Side.NEED, my_pieces, own.language, their_pieces, other.language, tags)


# --- the figures on top ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Figures:
    sent: int
    most: int | None
    waiting: int
    closed: int
    agreed: int
    slots: int
    free: int


def figures(me: Me) -> Figures:
    """Requests sent of those one may send, those that wait for my answer (or, once it is too late, those of both that
    nobody answered), agreed meetings, times at which I am free."""
    mine, representative = me.participant, me.representative
    slots = list(me.matchmaking.slots.filter(is_break=False).values_list("pk", "starts", "ends"))
    taken = list(representative.sittings.filter(counts=True).values_list("starts", "ends"))  # type: ignore[union-attr]
    away = set(representative.unavailable.values_list("slot", flat=True))  # type: ignore[union-attr]
    free = sum(
        pk not in away and not any(starts < e and s < ends for s, e in taken) for pk, starts, ends in slots
    )  # fmt: skip
    is_over = me.matchmaking.answers_are_over
    return Figures(
        sent=requests.sent_count(mine),
        most=me.matchmaking.most_requests,
        waiting=0 if is_over else mine.requests_got.filter(state=S.SENT).count(),
        closed=len(requests.closed(mine)) if is_over else 0,
        agreed=requests.meetings_of(mine).count(),
        slots=len(slots),
        free=free,
    )


def chosen(rows: Sequence[ClusterFacts], selection: Selection) -> list[int]:
    return [each.pk for each in rows if selection.admits(each)]
