"""After the meetings: what people say, what is asked when, what is counted."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from klaster.directory.factories import AffiliationFactory
from klaster.directory.workspace import Desk
from klaster.events.factories import TeamMemberFactory
from klaster.matchmaking import board_todos, evidence, figures, own_todos
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import outcomes, reports
from klaster.matchmaking.models import Meeting, Outcome
from klaster.matchmaking.tests.test_booking import make_fair, someone
from klaster.matchmaking.tests.test_my_day import link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
DAY = datetime.timedelta(days=1)


def met(matchmaking, *people, ago=DAY):
    """A meeting that was some time ago."""
    meeting = f.MeetingFactory(matchmaking=matchmaking, between=people)
    starts = timezone.now() - ago
    Meeting.objects.filter(pk=meeting.pk).update(starts=starts, ends=starts + datetime.timedelta(minutes=20))
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def fair():
    return make_fair()


def report(meeting, participant, held="yes", outcome="", **given):
    given = {"rating": None, "note": "", "by": None} | given
    return reports.report(meeting, participant, held=held, outcome=outcome, **given)


def test_a_report_by_the_link(fair, client):
    one, other = someone(fair), someone(fair)
    meeting = met(fair, one, other)
    assert "Note how it was" in client.get(link("my_day_by_link", one)).content.decode()
    typed = {"held": "yes", "rating": "4", "outcome": "follow_up", "note": "ask for prices"}
    assert client.post(link("meeting_report", one, meeting.pk), typed).status_code == 302
    side = meeting.sides.get(participant=one)
    assert (side.held, side.rating, side.note) == ("yes", 4, "ask for prices")
    assert side.outcomes.get().kind == "follow_up"
    assert "ask for prices" in client.get(link("meeting_report", one, meeting.pk)).content.decode()
    assert "ask for prices" not in client.get(link("meeting_report", other, meeting.pk)).content.decode()
    assert client.get(link("meeting_report", someone(fair), meeting.pk)).status_code == 404


def test_what_was_not_held_has_no_rating_and_no_outcome(fair, client):
    one, other = someone(fair), someone(fair)
    meeting = met(fair, one, other)
    report(meeting, one, outcome="contract", rating=5)
    client.post(link("meeting_report", one, meeting.pk), {"held": "absent", "rating": "5", "outcome": "contract"})
    side = meeting.sides.get(participant=one)
    assert (side.held, side.rating, side.outcomes.count()) == ("absent", None, 0)


@pytest.mark.parametrize("typed", [{}, {"held": "perhaps"}, {"held": "yes", "rating": "9"}])
def test_a_wrong_report_is_told_at_the_field(fair, client, typed):
    one, other = someone(fair), someone(fair)
    meeting = met(fair, one, other)
    assert client.post(link("meeting_report", one, meeting.pk), typed).status_code == 422
    assert meeting.sides.get(participant=one).held == ""


def test_nobody_reports_what_has_not_begun(fair, client):
    one, other = someone(fair), someone(fair)
    meeting = met(fair, one, other, ago=-DAY)
    answer = client.post(link("meeting_report", one, meeting.pk), {"held": "yes"})
    assert (answer.status_code, "has not begun" in answer.content.decode()) == (422, True)


def test_people_are_asked_once_after_the_event(fair, send_letters):
    one, other, third = someone(fair), someone(fair), someone(fair)
    report(met(fair, one, other), one)
    met(fair, one, third)
    now = timezone.now()
    assert reports.ask_now(now) == 0
    fair.event.starts, fair.event.ends = now - 2 * DAY, now - DAY
    fair.event.save()
    reports.ask_now(now)
    reports.ask_now(now)
    assert len(send_letters()) == 3
    assert reports.ask_now(now + 60 * DAY) == 0
    assert reports.close_over(now) == 1


def test_three_months_later_what_was_held_is_asked_for_once(fair, send_letters, client):
    one, other, third = someone(fair), someone(fair), someone(fair)
    long_ago = met(fair, one, other, ago=outcomes.LATER_AFTER + DAY)
    report(long_ago, one, outcome="follow_up")
    report(long_ago, other, outcome="nothing")
    report(met(fair, one, third, ago=outcomes.LATER_AFTER - DAY), one)
    now = timezone.now()
    assert [reports.ask_later(now), reports.ask_later(now)] == [1, 0]
    (mail,) = send_letters()
    assert str(other) in mail.subject + mail.body
    later = Outcome.objects.get(stage="later")
    address = reverse("outcome", args=[later.token])
    assert address in mail.body
    assert client.get(address).status_code == 200
    assert client.post(address, {"kind": ""}).status_code == 422
    assert client.post(address, {"kind": "contract", "note": "signed"}).status_code == 302
    later.refresh_from_db()
    assert (later.kind, later.note, later.answered_at is not None) == ("contract", "signed", True)
    assert client.get(reverse("outcome", args=["guessed"])).status_code == 404
    assert f'href="{fair.event.get_absolute_url()}">Back to the event' in client.get(address).content.decode()
    client.force_login(one.representatives.get().registration.person)
    assert (
        f'href="{reverse("my_meetings", args=[fair.event.slug])}">My meetings' in client.get(address).content.decode()
    )


def test_figures_count_what_people_say(fair):
    one, other, third = someone(fair), someone(fair, country="LV"), someone(fair, country="EE")
    first, second, silent = met(fair, one, other), met(fair, one, third), met(fair, other, third)
    report(first, one, outcome="agreement")
    report(second, one)
    report(second, third, held="absent")
    f.MeetingRequestFactory(asker=one, asked=other, state="accepted")
    scope = figures.scope_of(fair)
    assert figures.counts(scope) == {
        "participants": 3, "requests": 1, "agreed": 3, "placed": 3, "held": 1, "unknown": 1,
    }  # fmt: skip
    f.MeetingRequestFactory(asker=other, asked=third)
    fair.answers_until = timezone.now()
    asked = [tuple(row[:2]) for row in figures.by_request(figures.scope_of(fair)).rows]
    assert asked[:2] == [("Closed without an answer", 1), ("Accepted", 1)]
    assert [tuple(row[:2]) for row in figures.by_number(scope).rows] == [("2", 3)]
    assert {row[0]: row[1] for row in figures.by_country(scope).rows} == {"Lithuania": 2, "Latvia": 2, "Estonia": 2}
    ring = figures.network(scope)
    assert [(tie.one, tie.other, tie.meetings) for tie in ring.ties if tie.one == "Estonia"]
    assert len(ring.nodes) == 3
    assert silent.sides.count() == 2


def test_evidence_counts_real_events_only(fair):
    one, other = someone(fair), someone(fair, country="LV")
    meeting = met(fair, one, other)
    report(meeting, one, outcome="contract")
    silent = met(fair, one, someone(fair))
    today = timezone.now().date()
    scope = evidence.Scope(first=today - 3 * DAY, last=today)
    assert list(evidence.held(scope)) == [meeting]
    assert list(evidence.not_known(scope)) == [silent]
    assert evidence.countries(scope) == ["LT", "LV"]
    assert [row.kind for row in evidence.outcomes(scope, "now")] == ["contract"]
    assert not evidence.held(evidence.Scope(last=today - 3 * DAY)).exists()
    fair.event.is_invented = True
    fair.event.save()
    assert not evidence.meetings(scope).exists()


def test_only_who_runs_the_event_sees_the_figures(fair, client):
    one, other = someone(fair), someone(fair, country="LV")
    met(fair, one, other)
    met(fair, one, someone(fair, country="EE"))
    slug = fair.event.slug
    addresses = [
        reverse("matchmaking_figures", args=[slug]),
        reverse("matchmaking_figure_export", args=[slug, "by_country", "csv"]),
    ]
    client.force_login(one.representatives.get().registration.person)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    client.force_login(TeamMemberFactory(event=fair.event, role="organiser").person)
    page, table = (client.get(address) for address in addresses)
    assert "ring__tie" in page.content.decode()
    assert "Latvia" in b"".join(table.streaming_content).decode()
    unknown = client.get(reverse("matchmaking_figure_export", args=[slug, "nothing", "csv"]))
    assert unknown.status_code == 404


def test_the_workspace_asks_what_nobody_has_said(fair, django_assert_num_queries):
    one, others = someone(fair), [someone(fair) for _ in range(3)]
    meetings = [met(fair, one, other) for other in others]
    who = one.representatives.get().registration.person
    f.LineFactory(participant=one)
    assert said(who) == []  # the event is not over
    fair.event.starts, fair.event.ends = timezone.now() - 2 * DAY, timezone.now() - DAY
    fair.event.save()
    assert said(who) == [f"How were your meetings? {fair.event.title}"]
    fair.phase = "over"
    fair.save()
    assert said(who) == [f"How were your meetings? {fair.event.title}"]
    for meeting in meetings:
        report(meeting, one)
    assert said(who) == []
    for meeting in meetings[:2]:
        outcomes.ask("later", to=who, other="X", title="Y", day=None, side=meeting.sides.get(participant=one))
    with django_assert_num_queries(1):
        (todo,) = own_todos.todos(Desk(who))
    assert (todo.title, todo.text) == (
        f"What came of it? {fair.event.title}", "You were asked by letter, and have not answered yet.",
    )  # fmt: skip
    first, second = Outcome.objects.order_by("pk")
    assert todo.acts[0].url == reverse("outcome", args=[first.token])
    outcomes.answer(first, kind="nothing", note="")
    (todo,) = own_todos.todos(Desk(who))
    assert todo.acts[0].url == reverse("outcome", args=[second.token])
    assert said(others[0].representatives.get().registration.person)[0].startswith("How were your meetings?")
    Outcome.objects.update(asked_at=timezone.now() - outcomes.LATER_AFTER)
    assert said(who) == []


def said(person):
    return [todo.title for todo in own_todos.todos(Desk(person))]


def test_the_workspace_asks_both_sides_of_an_interest():
    interest = f.InterestFactory(state="talked")
    AffiliationFactory(organisation=interest.organisation, person=interest.person)
    owner = AffiliationFactory(organisation=interest.posting.organisation, manager=True).person
    one = Outcome.objects.create(interest=interest, stage="now")
    Outcome.objects.create(interest=interest, is_owner=True, stage="now")
    for person in (interest.person, owner):
        titles = [todo.title for todo in board_todos.todos(Desk(person))]
        assert titles == [f"What came of it? {interest.posting.title}"]
    outcomes.answer(one, kind="nothing", note="")
    assert list(board_todos.todos(Desk(interest.person))) == []
