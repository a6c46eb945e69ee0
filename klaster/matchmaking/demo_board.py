"""Invented offers and needs for trying the board out; they stand apart from all that is real and are never counted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from klaster.accounts.models import User
from klaster.directory.models import Cluster, Organisation
from klaster.directory.models.organisations import today
from klaster.matchmaking.actions import postings
from klaster.matchmaking.demo_board_texts import NOTE, POSTINGS, Said
from klaster.matchmaking.models import Posting, PostingState


@transaction.atomic
def load_demo_board(people: Mapping[str, User]) -> int:
    """Make the board where it is empty of invented postings; what people tried out stays. Returns how many were made."""
    if not (settings.DEMO or settings.TESTING):
        raise ImproperlyConfigured("Invented postings exist in demo mode only.")
    if Posting.objects.filter(is_invented=True).exists():
        return 0
    for number, said in enumerate(POSTINGS):
        make(said, number, people)
    return len(POSTINGS)


def make(said: Said, number: int, people: Mapping[str, User]) -> Posting:
    cluster = Cluster.objects.filter(key=said.owner).first()
    organisation = None if cluster else Organisation.objects.get(key=said.owner)
    day = timezone.now() - datetime.timedelta(days=3 * number, hours=number)
    posting = Posting(
        organisation=organisation, cluster=cluster, side=said.side, kind=said.kind, language="lt",
        title=said.lt[0], text=said.lt[1], sectors=said.sectors, technologies=said.technologies,
        countries=said.countries, partner_kinds=said.partners, state=said.state, is_invented=True,
        valid_until=today() + datetime.timedelta(days=said.days), slug=postings.free_slug(said.lt[0]),
        published_at=day if said.state == PostingState.PUBLISHED else None,
        review_cluster=Cluster.objects.get(key="demo-clouds") if organisation else None,
        created_by=people["member"] if said.owner == "demo-whirligigs" else people["coordinator"],
        note=NOTE if said.state == PostingState.RETURNED else "",
    )  # fmt: skip
    posting.full_clean()
    posting.save()
    if said.en:
        postings.write_texts(posting, [("en", *said.en)])
    postings.keep_line(posting)
    return posting
