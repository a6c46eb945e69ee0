"""Whom an event shows to whom: who fits both ways, nobody against anybody's will, and anew when something changed."""

import pytest
from django.utils import timezone
from django.utils.translation import override

from klaster.directory.factories import OrganisationFactory
from klaster.events.factories import CategoryFactory
from klaster.matchmaking import desk_figures
from klaster.matchmaking.embedding import backend, embed_batch, wanted
from klaster.matchmaking.factories import LineFactory, MatchmakingFactory, MeetingRequestFactory, ParticipantFactory
from klaster.matchmaking.jobs import embed_lines
from klaster.matchmaking.models import AskRule, Block, Feedback, Line, Participant, Recommendation, Side
from klaster.matchmaking.recommending import due, recommend

pytestmark = pytest.mark.django_db

WORDS = ["laser cutting of steel", "apple juice in bottles", "software for hospitals", "transport of furniture"]


@pytest.fixture
def fair():
    """Two pairs who each need what the other offers."""
    matchmaking = MatchmakingFactory()
    for at, word in enumerate(WORDS):
        participant = ParticipantFactory(matchmaking=matchmaking, name=word, organisation=None)
        LineFactory(participant=participant, side=Side.NEED, text=f"We need {WORDS[at ^ 1]}")
        LineFactory(participant=participant, side=Side.OFFER, text=f"We offer {word}")
    return matchmaking


def people(matchmaking):
    return list(matchmaking.participants.order_by("pk"))


def shown_to(participant):
    return [row.other for row in participant.recommendations.all()]


def test_the_best_comes_first_with_both_lines(fair):
    embed_lines(0)
    recommend(fair)
    first, second, *_ = people(fair)
    best = first.recommendations.select_related("other").first()
    assert best.other == second
    assert 0 <= best.p_mine <= 1
    assert best.reasons[0]["mine"] == first.lines.get(side=Side.NEED).pk
    assert best.reasons[0]["theirs"] == second.lines.get(side=Side.OFFER).pk
    assert [row.position for row in first.recommendations.all()] == [0, 1, 2]


def test_the_same_people_get_the_same_again(fair):
    embed_lines(0)
    rows = []
    for _ in range(2):
        recommend(fair)
        rows.append(list(Recommendation.objects.values_list("participant", "other", "position", "score")))
    assert rows[0] == rows[1]
    assert rows[0]


def test_tags_alone_are_enough_and_only_what_was_confirmed_counts(fair):
    Line.objects.filter(side=Side.NEED).update(text="x")
    first, *_, last = people(fair)
    first.lines.filter(side=Side.NEED).update(technologies=["cnc"], are_tags_confirmed=True)
    last.lines.filter(side=Side.OFFER).update(technologies=["cnc"], are_tags_confirmed=True)
    recommend(fair)
    assert shown_to(first)[0] == last
    assert first.recommendations.first().reasons[0]["tags"] == ["technology:cnc"]
    last.lines.filter(side=Side.OFFER).update(are_tags_confirmed=False)
    recommend(fair)
    assert not any(row.reasons for row in first.recommendations.all())


@pytest.mark.parametrize(
    "way", ["block", "blocked", "not relevant", "asked", "was asked", "hidden", "out", "colleague"]
)
def test_who_must_not_be_shown_is_not(fair, way):
    embed_lines(0)
    first, second, third, _ = people(fair)
    match way:
        case "block":
            Block.objects.create(participant=first, other=second)
        case "blocked":
            Block.objects.create(participant=second, other=first)
        case "not relevant":
            Feedback.objects.create(participant=first, other=second, kind=Feedback.Kind.NOT_RELEVANT)
        case "asked":
            MeetingRequestFactory(asker=first, asked=second)
        case "was asked":
            MeetingRequestFactory(asker=second, asked=first)
        case "hidden":
            Participant.objects.filter(pk=second.pk).update(is_shown=False)
        case "out":
            Participant.objects.filter(pk=second.pk).update(state=Participant.State.OUT)
        case "colleague":
            Participant.objects.filter(pk__in=[first.pk, second.pk]).update(organisation=OrganisationFactory())
    recommend(fair)
    assert second not in shown_to(first)
    assert third in shown_to(first)
    if way in ("not relevant", "hidden"):
        assert first in shown_to(second)
    else:
        assert first not in shown_to(second)


def test_whom_one_may_not_ask_is_not_shown(fair):
    embed_lines(0)
    buyer, maker = CategoryFactory(event=fair.event), CategoryFactory(event=fair.event)
    for participant, category in zip(people(fair), [buyer, maker, buyer, maker], strict=True):
        registration = participant.representatives.get().registration
        registration.category = category
        registration.save()
    AskRule.objects.create(matchmaking=fair, asker=buyer, asked=maker)
    recommend(fair)
    first, second, third, fourth = people(fair)
    assert set(shown_to(first)) == {second, fourth}
    assert shown_to(second) == []
    assert set(shown_to(third)) == {second, fourth}


def test_nobody_without_lines_and_nothing_of_another_event(fair):
    other = MatchmakingFactory()
    recommend(other)
    silent = ParticipantFactory(matchmaking=fair)
    embed_lines(0)
    recommend(fair)
    assert shown_to(silent) == []
    assert not Recommendation.objects.filter(other=silent).exists()
    assert recommend(other) == 0


def test_above_the_limit_nothing_is_worked_out_and_the_desk_says_so(fair, monkeypatch):
    embed_lines(0)
    recommend(fair)
    rows = list(Recommendation.objects.values_list("pk", flat=True))
    monkeypatch.setattr("klaster.matchmaking.recommending.MOST", 4)
    Feedback.objects.create(participant=people(fair)[0], other=people(fair)[1], kind=Feedback.Kind.NOT_RELEVANT)
    titles = lambda: [todo.title for todo in desk_figures.todos(fair)]  # noqa: E731
    words = "More than {} take part: whom to meet is no longer worked out"
    with override("en"):
        assert words.format(4) not in titles()
        assert due() == [fair.pk]
        monkeypatch.setattr("klaster.matchmaking.recommending.MOST", 3)
        assert words.format(3) in titles()
    assert due() == []
    assert recommend(fair) == 0
    assert list(Recommendation.objects.values_list("pk", flat=True)) == rows


def test_an_event_is_due_when_something_has_changed(fair):
    assert due() == [fair.pk]
    embed_lines(0)
    recommend(fair)
    assert due() == []
    line = people(fair)[0].lines.first()
    line.text = "We need something else"
    line.save()
    assert due() == [fair.pk]
    recommend(fair)
    Feedback.objects.create(participant=people(fair)[0], other=people(fair)[1], kind=Feedback.Kind.NOT_RELEVANT)
    assert due() == [fair.pk]
    recommend(fair)
    assert due() == []
    embed_batch(wanted(backend()), backend())
    assert due() == [fair.pk]
    fair.phase = fair.Phase.OVER
    fair.published_at = timezone.now()
    fair.save()
    assert due() == []
