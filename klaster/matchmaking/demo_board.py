"""Invented offers and needs for trying the board out; they stand apart from all that is real and are never counted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from klaster.accounts.models import User
from klaster.directory.demo import CLOUDS, MEMBERS_PERSON
from klaster.directory.models import Cluster, Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking.actions import postings
from klaster.matchmaking.models import Posting, PostingState

FILE = Path(__file__).parent / "data" / "demo-board.yaml"
NOTE = "Parašykite, kokio amžiaus vaikams ir kiek jų telpa."


@transaction.atomic
def load_demo_board(people: Mapping[str, User]) -> int:
    """Make the board where it has no invented posting; what people tried out stays. Returns how many were made."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented postings exist in demo mode only.")
    if Posting.objects.filter(is_invented=True).exists():
        return 0
    said = yaml.safe_load(FILE.read_text("utf-8"))
    for number, entry in enumerate(said):
        make(entry, number, people)
    return len(said)


def make(said: Mapping[str, Any], number: int, people: Mapping[str, User]) -> Posting:
    cluster = Cluster.objects.filter(key=said["owner"]).first()
    state = said.get("state", PostingState.PUBLISHED)
    posting = Posting(
        organisation=None if cluster else Organisation.objects.get(key=said["owner"]), cluster=cluster,
        side=said["side"], kind=said["kind"], language="lt", title=said["lt"]["title"], text=said["lt"]["text"],
        sectors=said.get("sectors", []), technologies=said.get("technologies", []),
        countries=said.get("countries", []), partner_kinds=said.get("partners", []), state=state, is_invented=True,
        valid_until=today() + datetime.timedelta(days=said.get("days", 120)),
        slug=postings.free_slug(said["lt"]["title"]),
        published_at=None, review_cluster=None if cluster else Cluster.objects.get(key=CLOUDS),
        created_by=people["member" if said["owner"] == MEMBERS_PERSON else "coordinator"],
        note=NOTE if state == PostingState.RETURNED else "",
    )  # fmt: skip
    if state == PostingState.PUBLISHED:
        posting.published_at = timezone.now() - datetime.timedelta(days=3 * number, hours=number)
    posting.full_clean()
    posting.save()
    if other := said.get("en"):
        postings.write_texts(posting, [("en", other["title"], other["text"])])
    postings.keep_line(posting)
    return posting
