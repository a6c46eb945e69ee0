"""What the clock does with people of matchmaking events, and where else they are shown."""

import dataclasses
import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core import privacy
from klaster.directory.workspace import Desk, Urgency
from klaster.events.factories import RegistrationFactory
from klaster.events.models import Event, Registration
from klaster.matchmaking import factories as f
from klaster.matchmaking import letters, likeness, own_todos
from klaster.matchmaking.actions import forgetting, requests
from klaster.matchmaking.models import Matchmaking, Meeting, MeetingRequest, Participant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def matchmaking():
    return f.MatchmakingFactory(event__slug="muge")


def person(participant):
    return participant.representatives.get().registration.person


def sign_in(client, who):
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")


def test_who_gave_up_the_registration_leaves_and_meetings_are_cancelled(matchmaking):
    one, other = (f.ParticipantFactory(matchmaking=matchmaking) for _ in range(2))
    requests.accept(requests.ask(one, other, by=None), other, by=None)
    Registration.objects.filter(representative__participant=one).update(state="cancelled")
    assert [letters.settle_people(0), letters.settle_people(0)] == [1, 0]
    one.refresh_from_db()
    assert (one.state, Meeting.objects.get().state) == ("out", "cancelled")


def test_where_everybody_takes_part_those_who_register_are_taken_in(matchmaking):
    RegistrationFactory(event=matchmaking.event, state="confirmed")
    RegistrationFactory(event=matchmaking.event, state="waiting")
    assert letters.settle_people(0) == 0
    Matchmaking.objects.update(is_ready_for_all=True)
    assert [letters.settle_people(0), letters.settle_people(0)] == [1, 0]
    assert Participant.objects.count() == 1


def test_names_and_words_are_forgotten_after_three_years(matchmaking):
    one, other = (f.ParticipantFactory(matchmaking=matchmaking, about="Us") for _ in range(2))
    f.LineFactory(participant=one)
    requests.ask(one, other, by=person(one), message="Hello")
    assert forgetting.forget_participants() == 0
    past = timezone.now() - datetime.timedelta(days=4 * 365)
    Event.objects.update(starts=past, ends=past + datetime.timedelta(hours=5))
    assert [forgetting.forget_participants(), forgetting.forget_participants()] == [2, 0]
    one.refresh_from_db()
    row = MeetingRequest.objects.get()
    assert (one.name, one.about, str(one.country), one.lines.count()) == ("–", "", "LT", 0)
    assert (row.message, row.by) == ("", None)


def test_who_is_erased_leaves_nothing_of_theirs_and_meets_nobody(matchmaking):
    one, other = (f.ParticipantFactory(matchmaking=matchmaking, about="Us") for _ in range(2))
    f.LineFactory(participant=one, text="What Ona offers")
    requests.accept(requests.ask(one, other, by=person(one), message="From Ona"), other, by=None)
    who = person(one)
    exported = [row for holding in privacy.holdings() for row in holding.exported(who)]
    assert "What Ona offers" in str(exported)
    for holding in privacy.holdings():
        if holding.name.startswith("matchmaking."):
            holding.erase(who)
    one.refresh_from_db()
    assert (one.state, one.about, one.lines.count()) == ("out", "", 0)
    assert (MeetingRequest.objects.get().message, Meeting.objects.get().state) == ("", "cancelled")


def test_the_workspace_says_what_waits(matchmaking):
    mine = f.ParticipantFactory(matchmaking=matchmaking)
    who = person(mine)
    assert [todo.title for todo in own_todos.todos(Desk(who))] == ["Say what you offer and what you seek"]
    f.LineFactory(participant=mine)
    f.MeetingRequestFactory(asked=mine, asker=f.ParticipantFactory(matchmaking=matchmaking))
    todo = next(own_todos.todos(Desk(who)))
    assert (todo.title, todo.urgency) == ("1 request waits for your answer", Urgency.WAITING)
    Matchmaking.objects.update(asks_until=timezone.now(), answers_until=timezone.now() + datetime.timedelta(hours=20))
    assert next(own_todos.todos(Desk(who))).urgency == Urgency.SOON
    Matchmaking.objects.update(phase="planning")
    assert list(own_todos.todos(Desk(who))) == []


def test_the_event_and_the_registration_lead_to_it(client, matchmaking):
    event_page = matchmaking.event.get_absolute_url()
    assert "also without an account" in client.get(event_page).text
    row = RegistrationFactory(event=matchmaking.event, person=UserFactory(), state="confirmed")
    sign_in(client, row.person)
    assert reverse("participant_join", args=["muge"]) in client.get(event_page).text
    guest = RegistrationFactory(event=matchmaking.event, person=None, state="confirmed")
    own = client.get(reverse("registration_detail", args=[guest.link_token()])).text
    assert reverse("partner_link", args=[guest.link_token()]) in own
    guest.state = "waiting"
    guest.save()
    own = client.get(reverse("registration_detail", args=[guest.link_token()])).text
    assert reverse("partner_link", args=[guest.link_token()]) not in own


@pytest.mark.parametrize("name", ["partner_list", "my_meetings", "participant_me"])
def test_pages_ask_no_more_for_more_rows(client, matchmaking, name):
    mine = f.ParticipantFactory(matchmaking=matchmaking)
    sign_in(client, person(mine))

    def more():
        f.LineFactory(participant=mine, side="need")
        other = f.ParticipantFactory(matchmaking=matchmaking)
        f.LineFactory(participant=other, text="invented things, number one")
        f.MeetingRequestFactory(asker=other, asked=mine)
        agreed = f.MeetingRequestFactory(asker=mine, asked=f.ParticipantFactory(matchmaking=matchmaking))
        requests.accept(agreed, agreed.asked, by=None)
        f.SlotFactory(matchmaking=matchmaking)

    def asked():
        client.get(reverse(name, args=["muge"]))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name, args=["muge"])).status_code == 200
        return len(queries)

    more()
    few = asked()
    more()
    more()
    assert asked() == few
    assert few <= 42  # thirteen of them are the session and the frame of every page


# --- words two texts share ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mine", "theirs", "shared"),
    [
        (
            "Partnerio, turinčio sausojo šaldymo įrangą uogoms",
            "Uogų sausasis šaldymas",
            ["sausojo", "šaldymo", "uogoms"],
        ),
        ("Kompostuojamų pakuočių mažoms serijoms", "Celiuliozės pakuotės be plastiko", ["pakuočių"]),
        ("Gamtos turizmas", "Gamyba ir gamta", ["Gamtos"]),
        ("with other partners", "other partners with", []),
        ("", "anything", []),
    ],
)
def test_words_of_both_texts_are_marked(mine, theirs, shared):
    pieces, others = likeness.marked(mine, theirs)
    assert [piece.text for piece in pieces if piece.is_shared] == shared
    assert "".join(piece.text for piece in pieces) == mine
    assert "".join(piece.text for piece in others) == theirs


def test_ranking_is_bounded_and_quick():
    word = lambda n: "".join(chr(97 + int(digit)) for digit in f"{n:06}"[::-1])  # noqa: E731
    lines = [likeness.Said(n, n // 3, n % 2 == 0, f"{word(n % 97)} {word(n % 53)} stuff" * 3) for n in range(20_000)]
    mine = [likeness.Said(-n, -1, n % 2 == 0, f"{word(n)} {word(n + 1)} stuff") for n in range(1, 15)]
    lines = [dataclasses.replace(line, technologies=frozenset({"cnc"})) for line in lines]
    mine = [dataclasses.replace(line, technologies=frozenset({"cnc"})) for line in mine]
    begun = timezone.now()
    fits = likeness.rank(mine, lines)
    assert (timezone.now() - begun).total_seconds() < 5
    assert max(fit.whose for fit in fits) < likeness.MOST_LINES
