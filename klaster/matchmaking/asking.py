"""Who may ask whom, how heavy a meeting is, how many requests count. Pure: rows come in as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor

from klaster.matchmaking.models import AskRule

Categories = frozenset[int]  # of the registrations of a participant's representatives


def may_ask(rules: Sequence[AskRule], asker: Categories, asked: Categories) -> bool:
    """Without a rule everybody may ask everybody; else one rule has to fit both. A rule names a category or anybody."""
    return not rules or any(
        (rule.asker_id is None or rule.asker_id in asker) and (rule.asked_id is None or rule.asked_id in asked)
        for rule in rules
    )


def weight_of(priorities: Iterable[int]) -> int:
    """How heavy a meeting is, from what it is worth to each side (would like 1, must 2): the square of the mean,
    rounded down. Two who would like to: 1; one must: 2; both must: 4. So a meeting both must have is held before three
    others, and no number of sides makes a meeting heavier."""
    given = list(priorities)
    return max(1, floor((sum(given) / len(given)) ** 2))
