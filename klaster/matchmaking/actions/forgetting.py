"""Forgetting who took part and what they wrote, three years after the event (privacy.py promises when)."""

from __future__ import annotations

from django.db import transaction

from klaster.events.actions.forgetting import FORGOTTEN, IN_ONE_GO, YEARS_KEPT, long_ago
from klaster.matchmaking.models import Block, Feedback, Line, Meeting, MeetingRequest, MeetingSide, Participant


def forget_participants() -> int:
    """Names, profiles, lines, messages and reasons go; country, requests, meetings and what came of them stay to be
    counted. How many participants were named."""
    named = Participant.objects.filter(matchmaking__event__ends__lte=long_ago(YEARS_KEPT)).exclude(name=FORGOTTEN)
    forgotten = 0
    while keys := list(named.order_by("pk").values_list("pk", flat=True)[:IN_ONE_GO]):
        with transaction.atomic():
            Line.objects.filter(participant__in=keys).delete()
            Block.objects.filter(participant__in=keys).delete()
            Feedback.objects.filter(participant__in=keys).delete()
            MeetingRequest.objects.filter(asker__in=keys).update(message="", reason="", by=None)
            MeetingSide.objects.filter(participant__in=keys).update(note="")
            Meeting.objects.filter(sides__participant__in=keys).update(reason="")
            forgotten += Participant.objects.filter(pk__in=keys).update(name=FORGOTTEN, about="", languages=[])
    return forgotten
