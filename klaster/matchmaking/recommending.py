"""Whom the matching shows to the participants of an event, worked out in the background for all at once."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from itertools import product

import numpy as np
import structlog
from django.db import transaction
from django.db.models import Max, Prefetch, Q
from django.utils import timezone
from numpy.typing import NDArray

from klaster.matchmaking.asking import Categories, may_ask
from klaster.matchmaking.embedding import current
from klaster.matchmaking.matching.matching import Matches, Reason
from klaster.matchmaking.matching.matching import Recommendation as Matched
from klaster.matchmaking.matching.profiles import Profile
from klaster.matchmaking.models import (
    Block,
    Feedback,
    Line,
    LineVector,
    Matchmaking,
    MeetingRequest,
    Participant,
    Phase,
    Recommendation,
    Representative,
)
from klaster.matchmaking.vectors import known

log = structlog.get_logger(__name__)

SHOWN = 10  # to each
MOST = 12_000  # participants, up to which everybody is compared with everybody in memory (1.35 GB as measured)


def recommend(matchmaking: Matchmaking, *, shown: int = SHOWN) -> int:
    """Replace the recommendations of an event; how many there are. The same people and lines give the same ones."""
    if is_too_large(matchmaking):
        log.warning("too many participants to recommend", matchmaking_id=matchmaking.pk)
        return 0
    participants = list(
        matchmaking.participants.taking_part()
        .order_by("pk")
        .prefetch_related(Prefetch("lines", Line.objects.order_by("side", "position", "pk")))
    )
    matches = Matches(profiles_of(participants), allowed(matchmaking, participants))
    begun = timezone.now()
    rows = [
        _row(participant, participants[other], matches.recommendation(at, other), position, matches.average, begun)
        for at, (participant, others) in enumerate(
            zip(participants, matches.draft(shown, seed=matchmaking.pk), strict=True)
        )
        for position, other in enumerate(others)
    ]
    with transaction.atomic():
        Recommendation.objects.filter(participant__matchmaking=matchmaking).delete()
        there = set(Participant.objects.filter(matchmaking=matchmaking).values_list("pk", flat=True))
        kept = [row for row in rows if row.participant_id in there and row.other_id in there]
        Recommendation.objects.bulk_create(kept, batch_size=2_000)
    return len(kept)


def is_too_large(matchmaking: Matchmaking) -> bool:
    """More than everybody could be compared with everybody; then recommendations stay as they were, and who came
    later gets suggestions by words. The desk says so."""
    return matchmaking.participants.taking_part().count() > MOST


def profiles_of(participants: Sequence[Participant]) -> list[Profile]:
    """As the matching takes them, in the same order; of those whom an organisation sends several, it knows which."""
    lines = [line for participant in participants for line in participant.lines.all()]
    told = dict(zip([line.pk for line in lines], known(lines, current()), strict=True))
    return [
        Profile(
            participant.pk,
            tuple(told[line.pk] for line in participant.lines.all()),
            participant.organisation_id,
        )
        for participant in participants
    ]


def allowed(matchmaking: Matchmaking, participants: Sequence[Participant]) -> NDArray[np.bool_]:
    """Whom each may be shown: who lets people find them, is of another organisation, and may be asked; without those
    one has blocked or is blocked by, does not want, or has asked or been asked by already."""
    places = {participant.pk: at for at, participant in enumerate(participants)}
    shown = np.array([participant.is_shown for participant in participants], dtype=bool)
    organisations = np.array([participant.organisation_id or -participant.pk for participant in participants])
    may = np.zeros((len(participants), len(participants)), dtype=bool)
    for at, row in enumerate(may):
        row[:] = shown & (organisations != organisations[at])
    of_event = Q(participant__matchmaking=matchmaking)
    ways = [
        (Block.objects.filter(of_event).values_list("participant", "other"), True),
        (Feedback.objects.filter(of_event, kind=Feedback.Kind.NOT_RELEVANT).values_list("participant", "other"), False),
        (MeetingRequest.objects.filter(matchmaking=matchmaking).values_list("asker", "asked"), True),
    ]
    for pairs, both_ways in ways:
        for one, other in pairs:
            if one in places and other in places:
                may[places[one], places[other]] = False
                if both_ways:
                    may[places[other], places[one]] = False
    for askers, asked in _kinds_apart(matchmaking, participants):
        may[np.ix_(askers, asked)] = False
    return may


def due() -> list[int]:
    """Events at which something has changed since recommendations were made: a line, a vector, a person, a no."""
    found = []
    for matchmaking in Matchmaking.objects.exclude(phase__in=[Phase.PREPARING, Phase.OVER]):
        of_event = Q(participant__matchmaking=matchmaking)
        made = Recommendation.objects.filter(of_event).aggregate(at=Max("computed_at"))["at"]
        changes = [
            Line.objects.filter(of_event).aggregate(at=Max("updated_at")),
            LineVector.objects.filter(line__participant__matchmaking=matchmaking).aggregate(at=Max("made_at")),
            matchmaking.participants.aggregate(at=Max("joined_at")),
            Block.objects.filter(of_event).aggregate(at=Max("at")),
            Feedback.objects.filter(of_event).aggregate(at=Max("at")),
        ]
        latest = max((change["at"] for change in changes if change["at"]), default=None)
        if latest is not None and (made is None or latest > made) and not is_too_large(matchmaking):
            found.append(matchmaking.pk)
    return found


def _kinds_apart(matchmaking: Matchmaking, participants: Sequence[Participant]) -> list[tuple[list[int], list[int]]]:
    """Places of those who may not ask those others: the rules are asked once for each pair of kinds of participants."""
    rules = list(matchmaking.ask_rules.all())
    if not rules:
        return []
    of: dict[int, set[int]] = {participant.pk: set() for participant in participants}
    for person, category in Representative.objects.filter(participant__in=participants).values_list(
        "participant", "registration__category"
    ):
        if category is not None:
            of[person].add(category)
    kinds: dict[Categories, list[int]] = {}
    for at, participant in enumerate(participants):
        kinds.setdefault(frozenset(of[participant.pk]), []).append(at)
    return [
        (kinds[one], kinds[other]) for one, other in product(kinds, repeat=2) if not may_ask(rules, one, other)
    ]  # fmt: skip


def _row(
    participant: Participant, other: Participant, found: Matched, position: int, average: float, at: datetime
) -> Recommendation:
    """A direction of which nobody has said anything stands with the average."""
    mine = {line.pk for line in participant.lines.all()}
    return Recommendation(
        participant=participant,
        other=other,
        p_mine=average if found.p_ab is None else found.p_ab,
        p_theirs=average if found.p_ba is None else found.p_ba,
        score=found.score,
        reasons=[told(reason, mine) for reason in found.reasons],
        position=position,
        computed_at=at,
    )


def told(reason: Reason, mine: Set[int]) -> dict[str, object]:
    """Both lines by their keys; which are read, and quoted, when they are shown."""
    lines = (reason.need.id, reason.offer.id) if reason.need.id in mine else (reason.offer.id, reason.need.id)
    likeness = None if reason.cosine is None else round(reason.cosine, 3)
    return {"mine": lines[0], "theirs": lines[1], "likeness": likeness, "tags": sorted(reason.tags)}
