"""Matchmaking on the page of its event and on one's own registration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.urls import reverse

from klaster.events.models import Event, Registration
from klaster.matchmaking.models import Matchmaking, Phase, Representative

if TYPE_CHECKING:
    from klaster.directory.models.base import Reader

TEMPLATE = "matchmaking/parts/of_event.html"


def matchmaking_of(event: Event) -> Matchmaking | None:
    """With how many take part: one question."""
    number = Count("participants", filter=Q(participants__state="in"))
    return Matchmaking.objects.filter(event=event).annotate(number=number).first()


def of_event(event: Event, reader: Reader) -> dict[str, Any] | None:
    """Where those who are registered go on from here; others learn that there is one."""
    matchmaking = None if event.is_off else matchmaking_of(event)
    if matchmaking is None:
        return None
    url, takes_part = "", False
    if reader.is_authenticated:
        mine = Registration.objects.confirmed().filter(event=event, person=reader).first()
        takes_part = mine is not None and is_in(mine)
        url = reverse("partner_list" if takes_part else "participant_join", args=[event.slug]) if mine else ""
    return part(matchmaking, url, takes_part=takes_part)


def of_registration(row: Registration, reader: Reader) -> dict[str, Any] | None:
    """For who has no account, behind the signed link."""
    if row.state != Registration.State.CONFIRMED or row.event.is_off:
        return None
    matchmaking = matchmaking_of(row.event)
    if matchmaking is None:
        return None
    is_own = reader.is_authenticated and row.person_id == reader.pk
    url = reverse("partner_list", args=[row.event.slug]) if is_own else reverse("partner_link", args=[row.link_token()])
    return part(matchmaking, url, takes_part=is_in(row)) | {"is_section": True}


def is_in(row: Registration) -> bool:
    return Representative.objects.filter(registration=row, participant__state="in").exists()


def part(matchmaking: Matchmaking, url: str, *, takes_part: bool) -> dict[str, Any]:
    is_over = matchmaking.phase == Phase.OVER
    return {"template": TEMPLATE, "matchmaking": matchmaking, "url": url, "takes_part": takes_part, "is_over": is_over}
