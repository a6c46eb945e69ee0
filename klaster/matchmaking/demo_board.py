"""Invented offers, needs, messages and requests for trying the board out; they are never counted."""

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
from klaster.matchmaking.actions import brokering, interests, outcomes, postings, searches
from klaster.matchmaking.models import BrokeredRequest, Candidate, Outcome, Posting, PostingState
from klaster.matchmaking.models.board import acted_for

FILE = Path(__file__).parent / "data" / "demo-board.yaml"
BLADES, ADVICE = (
    "Lengvos mentės vėjo malūnėliams iš kompozito", "Klasteris ieško partnerių žemdirbių orų projektui"
)  # fmt: skip
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
    load_messages(people)
    load_requests(people)
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


# --- who is interested in whom ----------------------------------------------------------------------------------------
def load_messages(people: Mapping[str, User]) -> None:
    """One to answer, one introduced, one of which something came; all between the people of the demo."""
    member, coordinator, other = (people[role] for role in ("member", "coordinator", "other_coordinator"))
    blades, advice = (Posting.objects.get(title=title) for title in (BLADES, ADVICE))
    lamps = organisation_of(other)
    express = interests.express
    express(
        blades, by=other, organisation=lamps,
        message="Liejame lengvas detales iš perdirbto pluošto. Galime parodyti 40 cm pavyzdį ir atvežti jį sausį.",
    )  # fmt: skip
    talk = express(
        advice, by=member, organisation=organisation_of(member),
        message="Mūsų malūnėliai matuoja vėją virš laukų. Norėtume prisidėti prie bandymų.",
    )  # fmt: skip
    interests.talked(interests.agree(talk, by=coordinator), today(), by=member)
    outcomes.answer(talk.outcomes.get(is_owner=True), kind=Outcome.Kind.FOLLOW_UP, note="Susitinkame vasarį.")
    searches.save(by=member, name="Kompozitai ir lazeriai", query="technology=composites&technology=laser")


def organisation_of(person: User) -> Organisation:
    return Organisation.objects.get(pk__in=acted_for(person).order_by("organisation")[:1])


def load_requests(people: Mapping[str, User]) -> None:
    """One that nobody has taken, one a coordinator works on."""
    office, coordinator = people["secretariat"], people["coordinator"]
    common = {"side": "need", "language": "lt", "is_invented": True, "created_by": office}
    free = BrokeredRequest.objects.create(
        title="Rūko specialistas pieninei",
        text="Alpių pieninė ieško žmogaus, kuris išmanytų rūko poveikį sūrio brandinimui. Reikia dviejų "
        "dienų patarimo vietoje.",
        asker="Nebelkäserei (išgalvota)", asker_country="AT",
        asker_contact="Anna Nebel", asker_email="anna@pavyzdys.test", came_by="Išgalvotas Alpių tinklas",
        sectors=["agrofood"], technologies=["food-processing"], **common,
    )  # fmt: skip
    taken = BrokeredRequest.objects.create(
        title="Kas išbandytų vėjo menčių dangą",
        text="Danijos įmonė sukūrė dangą vėjo mentėms ir ieško, kas ją išbandytų krušoje ir lietuje. Bandymų "
        "reikia pavasarį.",
        asker="Vindfarve (išgalvota)", asker_country="DK",
        asker_contact="Mads Vind", asker_email="mads@pavyzdys.test", came_by="Skambutis tinklo biurui",
        sectors=["manufacturing"], technologies=["coatings", "composites"], **common,
    )  # fmt: skip
    for row in (free, taken):
        brokering.keep_line(row)
    brokering.take(taken, by=coordinator)
    rainbows = Organisation.objects.get(key="demo-rainbows")
    candidate = brokering.propose(taken, rainbows, by=coordinator, reason="Bando kompozitus krušos ir vėjo tunelyje.")
    brokering.move(candidate, Candidate.State.INTRODUCED, by=coordinator, text="Telefonu, abiem pusėms tinka kovas.")
