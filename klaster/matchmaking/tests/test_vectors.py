"""Lines get vectors in the background, whatever their text; a new model takes over at once and never half."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from klaster.accounts.factories import UserFactory
from klaster.core import jobs as queue
from klaster.directory.factories import AffiliationFactory, OrganisationFactory
from klaster.matchmaking import embedding, search_table, vectors
from klaster.matchmaking.both_ways import both_ways
from klaster.matchmaking.factories import LineFactory, ParticipantFactory, PostingFactory
from klaster.matchmaking.jobs import check_backend, embed_lines, measure_lines
from klaster.matchmaking.matching.backends import BackendError, Hashing
from klaster.matchmaking.models import EmbeddingModel, Line, LineVector, Posting, PostingState, Side
from klaster.matchmaking.near_lines import answers, partners
from klaster.matchmaking.suggestions import suggestions

pytestmark = pytest.mark.django_db


def posting(text, side=Side.OFFER, *, technologies=(), **changed):
    made = PostingFactory(side=side, text=text, **changed)
    return LineFactory(participant=None, posting=made, side=side, text=text, technologies=list(technologies))


@pytest.fixture
def pgvector(db):
    if not search_table.has_pgvector():
        pytest.skip("no pgvector on this server")


needs_pgvector = pytest.mark.usefixtures("pgvector")


@pytest.fixture
def board():
    """Twenty offers of four kinds, so that what all have in common can be told from what each says."""
    words = ["laser cutting of steel sheets", "apple juice in glass bottles", "software for hospitals", "wooden houses"]
    return [posting(f"{words[at % 4]}, kind {at}") for at in range(20)]


class Another(Hashing):
    """A model that gives other vectors under another id."""

    id = "another"


class Broken(Hashing):
    """Reads no text with this word."""

    asked = 0

    def embed(self, texts, role):
        Broken.asked += 1
        if any("poison" in text for text in texts):
            raise BackendError("it died")
        return super().embed(texts, role)


class Away(Hashing):
    def embed(self, texts, role):
        raise BackendError("nobody there")

    healthcheck = lambda self: self.embed([], "need")  # noqa: E731


def test_each_line_gets_one_vector_and_a_changed_one_another():
    line = LineFactory(text="We need steel")
    assert embed_lines(0) == 1
    first = LineVector.objects.get()
    assert (first.line, first.language) == (line, "en")
    assert np.linalg.norm(vectors.unpacked(first.vector)) == pytest.approx(1, abs=1e-3)
    assert embed_lines(0) == 0
    line.text = "We need juice"
    line.save()
    assert embed_lines(0) == 1
    second = LineVector.objects.get()
    assert bytes(second.vector) != bytes(first.vector)
    assert second.made_at > first.made_at


def test_a_line_saved_without_change_is_not_embedded_again(monkeypatch):
    line = LineFactory()
    embed_lines(0)
    line.save()
    monkeypatch.setattr(embedding, "_embedded", lambda texts, *_: pytest.fail(str(texts)) if texts else [])
    assert embed_lines(0) == 1
    assert embed_lines(0) == 0


@pytest.mark.parametrize("text", ["\ufdfa" * 64, "\u200b", "x" * 1500, "🙂"])
def test_any_text_gets_through(text):
    LineFactory(text=text)
    embed_lines(0)
    assert LineVector.objects.count() == 1


def test_a_text_no_model_can_read_holds_up_no_other():
    lines = [LineFactory(text=text) for text in ("steel", "poison", "juice")]
    model = embedding.wanted(Broken())
    assert embedding.embed_batch(model, Broken()) == 3
    assert [bool(bytes(line.vectors.get().vector)) for line in lines] == [True, False, True]
    assert embedding.embed_batch(model, Broken()) == 0
    assert [line.vector is None for line in vectors.known(lines, model)] == [False, True, False]


def test_a_backend_that_is_away_is_a_fault_and_nothing_is_lost():
    LineFactory()
    model = embedding.wanted(Away())
    with pytest.raises(BackendError):
        embedding.embed_batch(model, Away())
    assert not LineVector.objects.exists()


def test_a_line_deleted_meanwhile_stays_deleted(monkeypatch):
    line = LineFactory()

    class Slow(Hashing):
        def embed(self, texts, role):
            Line.objects.filter(pk=line.pk).delete()
            return super().embed(texts, role)

    assert embedding.embed_batch(embedding.wanted(Slow()), Slow()) == 1
    assert not LineVector.objects.exists()


def test_another_model_takes_over_when_the_last_vector_is_there(monkeypatch, board):
    embed_lines(0)
    old = embedding.current()
    monkeypatch.setattr("klaster.matchmaking.jobs.backend", Another)
    monkeypatch.setattr("klaster.matchmaking.jobs.SECONDS", -1)  # the minute is over before the first batch
    embed_lines(0)
    assert embedding.current() == old
    assert EmbeddingModel.objects.count() == 2
    monkeypatch.setattr("klaster.matchmaking.jobs.SECONDS", 50)
    embed_lines(0)
    assert embedding.current().key == "another"
    assert set(LineVector.objects.values_list("model__key", flat=True)) == {"another"}
    assert LineVector.objects.count() == 20


def test_one_model_is_in_use(board):
    embed_lines(0)
    with pytest.raises(Exception, match="one_embedding_model_is_current"):
        EmbeddingModel.objects.create(key="x", dimensions=1, is_current=True)


def test_the_office_hears_of_a_backend_that_fails(monkeypatch):
    check_backend(0)
    monkeypatch.setattr("klaster.matchmaking.jobs.backend", Away)
    with pytest.raises(BackendError):
        check_backend(0)
    assert queue.RETRY.max_attempts  # and the job is parked, where the office sees it


def test_suggestions_are_of_others_on_the_board_and_quote_both(board):
    need = posting("We need laser cutting of steel", Side.NEED)
    embed_lines(0)
    found = answers(need, UserFactory())
    assert len(found) == 10
    assert "laser" in found[0].theirs.text
    assert found[0].mine == need
    assert [one.p for one in found] == sorted((one.p for one in found), reverse=True)
    found[0].posting.state = PostingState.CLOSED
    found[0].posting.save()
    assert found[0].posting not in [one.posting for one in answers(need, UserFactory())]


def test_no_more_than_two_of_one_owner_and_none_of_ones_own(board):
    owner = OrganisationFactory()
    for at in range(5):
        posting(f"laser cutting of steel and iron {at}", organisation=owner)
    need = posting("laser cutting of steel and iron", Side.NEED)
    embed_lines(0)
    assert sum(one.posting.organisation == owner for one in answers(need, UserFactory())) == 2
    own = posting("laser cutting of steel and iron", Side.NEED, organisation=owner)
    embed_lines(0)
    assert all(one.posting.organisation != owner for one in answers(own, UserFactory()))


def test_an_offer_finds_the_needs_it_answers(board):
    for at in range(12):
        posting(["We need laser cutting", "We look for apple juice", "We look for a lawyer"][at % 3], Side.NEED)
    embed_lines(0)
    measure_lines(0)
    assert "juice" in answers(board[1], UserFactory())[0].theirs.text


def test_partners_fit_both_ways(board):
    both, one = OrganisationFactory(), OrganisationFactory()
    for owner, offered, sought in ((both, "boats of oak", "paint for boats"), (one, "boats of oak", "a lawyer")):
        posting(offered, organisation=owner)
        posting(sought, Side.NEED, organisation=owner)
    me = OrganisationFactory()
    mine = [posting("boats of oak", Side.NEED, organisation=me), posting("paint for boats", organisation=me)]
    embed_lines(0)
    measure_lines(0)
    found = partners(mine)
    assert found[0].owner == 2 * both.pk
    assert 2 * me.pk not in [one.owner for one in found]
    assert 2 * both.pk not in [one.owner for one in partners(mine, without=[2 * both.pk])]


def test_who_writes_for_several_sees_who_fits_each_both_ways(board, client):
    both, me, half = OrganisationFactory(name="Boats and Sons"), OrganisationFactory(), OrganisationFactory()
    for owner, offered, sought in ((both, "boats of oak", "paint for boats"), (me, "paint for boats", "boats of oak")):
        posting(offered, organisation=owner, title=offered)
        posting(sought, Side.NEED, organisation=owner, title=sought)
    posting("boats of oak", organisation=half, title="boats of oak")
    embed_lines(0)
    measure_lines(0)
    person = UserFactory()
    assert both_ways(person) == []
    AffiliationFactory(person=person, organisation=me)
    (found,) = both_ways(person)
    assert (found.mine, found.theirs) == (me, both)
    assert [(mine.title, each.posting.title) for mine, each in found.pairs] == [
        ("boats of oak", "boats of oak"), ("paint for boats", "paint for boats")
    ]  # fmt: skip
    client.force_login(person)
    with override("en"):
        content = client.get(reverse("my_postings")).content.decode()
    assert "Who fits you both ways" in content
    assert "Boats and Sons" in content
    Posting.objects.filter(organisation=both, side=Side.NEED).update(state=PostingState.CLOSED)
    assert both_ways(person) == []


def test_who_writes_very_much_asks_no_more_of_the_table(board):
    me = OrganisationFactory()
    person = AffiliationFactory(person=UserFactory(), organisation=me).person
    asked = []
    for _ in range(2):
        for side in (Side.OFFER, Side.NEED):
            for _more in range(6):
                posting("boats of oak", side, organisation=me)
        embed_lines(0)
        with CaptureQueriesContext(connection) as queries:
            both_ways(person)
        asked.append(len(queries))
    assert asked[1] <= asked[0]


def test_without_pgvector_tags_find_and_nothing_breaks(monkeypatch, board):
    monkeypatch.setattr(search_table, "exists", lambda key: False)
    Line.objects.filter(pk=board[3].pk).update(technologies=["cnc"])
    need = posting("Unlike anything", Side.NEED, technologies=["cnc"])
    embed_lines(0)
    assert [one.theirs for one in answers(need, UserFactory())] == [board[3]]
    assert [one.owner for one in partners([need])] == [2 * board[3].posting.organisation_id]


def test_a_server_without_pgvector_migrates(monkeypatch):
    with connection.cursor() as cursor:
        search_table.drop_others([])
        cursor.execute("drop extension if exists vector")
        assert not search_table.has_pgvector()
        monkeypatch.setattr(search_table, "_extension", lambda: False)
        embedding.keep_search_table()
        assert not search_table.exists(Hashing().id)
        monkeypatch.undo()
        embedding.keep_search_table()
        assert search_table.exists(Hashing().id) or not search_table.has_pgvector()


@needs_pgvector
def test_tables_of_former_models_go(board):
    search_table.keep("former", 3)
    embedding.keep_search_table()
    assert not search_table.exists("former")
    assert search_table.exists(Hashing().id)


@needs_pgvector
def test_lines_of_events_are_found_exactly_and_apart_from_the_board(board):
    line = LineFactory(participant=ParticipantFactory(), text="laser cutting of steel")
    embed_lines(0)
    model = embedding.current()
    vector = vectors.known([line], model)[0].vector
    event = search_table.Where(line.participant.matchmaking_id)
    assert search_table.nearest(model, vector, Side.OFFER, event) == [(line.pk, line.participant_id)]
    assert line.pk not in dict(search_table.nearest(model, vector, Side.OFFER))
    assert len(search_table.nearest(model, vector, Side.OFFER, most=50)) == 20
    line.delete()
    measure_lines(0)
    assert search_table.nearest(model, vector, Side.OFFER, event) == []


def test_the_page_of_a_posting_compares_meanings_once_there_is_a_vector(board, client):
    need = posting("We need laser cutting of steel sheets, kind 4", Side.NEED, title="Laser cutting of steel sheets")
    assert suggestions(need.posting).compares == "tags"
    embed_lines(0)
    measure_lines(0)
    need.posting.refresh_from_db()
    found = suggestions(need.posting)
    assert found.compares == "meaning"
    assert all("laser" in row.theirs for row in found.rows)
    with override("en"):
        assert b"the meaning of the texts" in client.get(need.posting.get_absolute_url()).content


@needs_pgvector
def test_a_table_that_migrate_has_made_anew_is_filled(board):
    embed_lines(0)
    search_table.drop_others([])
    embedding.keep_search_table()
    model = embedding.current()
    assert search_table.is_empty(model.key)
    embed_lines(0)
    assert not search_table.is_empty(model.key)


def asking_with(line, model):
    crowd, (mine,) = vectors.crowd_of(model), vectors.known([line], model)
    return mine, search_table.Asking(mine.vector, crowd.weights_of(mine.tags), crowd.expected(mine.vector, mine.tags))


@needs_pgvector
def test_of_lines_with_a_tag_in_common_the_best_come_first(board):
    for line, technologies in zip(board, (["cnc"], ["cnc", "laser"], ["iot"]), strict=False):
        line.technologies, line.sectors = technologies, ["metal"]
        line.save()
    need = posting("Unlike anything", Side.NEED, technologies=["cnc", "laser"])
    embed_lines(0)
    measure_lines(0)
    model = embedding.current()
    _mine, asking = asking_with(need, model)
    found = search_table.tagged(model, asking, list(asking.weights), Side.OFFER)
    assert [line for line, _owner in found] == [board[1].pk, board[0].pk]
    assert search_table.tagged(model, asking, [], Side.OFFER) == []
    assert search_table.tagged(model, asking, list(asking.weights), Side.OFFER, most=1) == found[:1]


@pytest.mark.parametrize("side", list(Side))
@needs_pgvector
def test_the_table_scores_as_the_formula_does(board, side):
    """In the database z stands once more, so that only the best have to be read: both say the same of every line."""
    for at in range(8):
        posting(["We need laser cutting", "We look for apple juice"][at % 2] + f", kind {at}", Side.NEED)
    for at, line in enumerate(Line.objects.all()):
        line.technologies = [["cnc"], ["cnc", "laser"], [], ["laser", "iot"]][at % 4]
        line.save()
    line = posting("Laser cutting of apples", side.other, technologies=["laser", "cnc"])
    embed_lines(0)
    measure_lines(0)
    model = embedding.current()
    mine, asking = asking_with(line, model)
    crowd = vectors.crowd_of(model)
    others = {each.id: each for each in vectors.known(list(Line.objects.filter(side=side)), model)}
    owners = [vectors.owner_of(each) for each in Line.objects.filter(side=side).select_related("posting")]
    rows = search_table.lines_of(model, owners, side, [asking])
    assert {row.line for row in rows} == set(others)
    for row in rows:
        need, offer = (mine, others[row.line]) if side == Side.OFFER else (others[row.line], mine)
        expected = crowd.expected(need.vector, need.tags)
        assert row.tags == pytest.approx(crowd.tags(need.tags, offer.tags), abs=1e-4)
        assert row.text == pytest.approx((need.vector @ offer.vector - expected.mean) / expected.spread, abs=0.02)
    assert len({round(row.tags, 3) for row in rows}) > 2


@needs_pgvector
def test_what_is_expected_of_a_need_follows_the_offers(board):
    need = posting("We need laser cutting", Side.NEED, technologies=["cnc"])
    offer = posting("Laser cutting of steel", technologies=["cnc"])
    embed_lines(0)
    measure_lines(0)
    for at in range(10):
        posting(f"Milling of steel, kind {at}", technologies=["cnc"])
    embed_lines(0)
    measure_lines(0)
    model = embedding.current()
    _mine, asking = asking_with(offer, model)
    (row,) = search_table.lines_of(model, [vectors.owner_of(need)], Side.NEED, [asking])
    both = frozenset({"technology:cnc"})
    assert row.tags == pytest.approx(vectors.crowd_of(model).tags(both, both), abs=1e-4)
