"""The participants' pages: joining with and without an account, lines and tags, the list, answers, blocks."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.directory.factories import OrganisationFactory, SectorFactory
from klaster.events.factories import RegistrationFactory
from klaster.events.models import Registration
from klaster.matchmaking import factories as f
from klaster.matchmaking.actions import booking, participants, requests
from klaster.matchmaking.models import (
    Block,
    Line,
    Matchmaking,
    Meeting,
    MeetingRequest,
    Participant,
    Recommendation,
    Representative,
    Unavailable,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def matchmaking():
    return f.MatchmakingFactory(event__slug="muge", most_requests=10)


@pytest.fixture
def me(matchmaking, client):
    mine = f.ParticipantFactory(matchmaking=matchmaking, name="Pramanyta mano įmonė")
    client.force_login(person(mine), backend="django.contrib.auth.backends.ModelBackend")
    return mine


def person(participant):
    return participant.representatives.get().registration.person


def page(name, *args):
    return reverse(name, args=["muge", *args])


GUEST = {"person": None, "email": "guest@pramanyta.test"}
PROFILE = {"name": "Pramanyta įmonė", "country": "LT", "languages": ["lt", "en"], "about": "Mes", "is_shown": "on"}


def test_who_is_registered_joins_with_what_the_registration_says(client, matchmaking):
    row = RegistrationFactory(
        event=matchmaking.event,
        person=UserFactory(),
        state="confirmed",
        country="LV",
        organisation=OrganisationFactory(),
    )
    client.force_login(row.person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page("partner_list")).url == page("participant_join")
    assert str(row.organisation) in client.get(page("participant_join")).text
    assert client.post(page("participant_join"), PROFILE | {"languages": []}).status_code == 422
    assert client.post(page("participant_join"), PROFILE).url == page("participant_me")
    joined = Participant.objects.get()
    assert (joined.name, joined.organisation, joined.languages) == ("Pramanyta įmonė", row.organisation, ["lt", "en"])
    assert "Write what you offer" in client.get(page("participant_me")).text


def test_without_an_account_one_takes_part_by_the_link_of_the_registration(client, matchmaking):
    row = RegistrationFactory(event=matchmaking.event, person=None, state="confirmed", name="Ona Pramanyta")
    link = reverse("partner_link", args=[row.link_token()])
    assert client.get(page("partner_list")).url.startswith(reverse("account_login"))
    assert "Ona Pramanyta" in client.get(link).text
    assert client.get(page("partner_list")).status_code == 302  # opening the link changes nothing
    assert client.post(link).url == page("partner_list")
    assert client.post(page("participant_join"), PROFILE).url == page("participant_me")
    assert client.get(page("partner_list")).status_code == 200
    row.code = "AAAAAAAAAA"
    row.save()
    assert client.get(page("participant_me")).status_code == 302  # the link is no longer the registration's


def test_a_link_gives_nothing_to_whoever_takes_part_themselves(client, me, matchmaking):
    row = RegistrationFactory(event=matchmaking.event, person=None, state="confirmed")
    link = reverse("partner_link", args=[row.link_token()])
    assert client.post(link).status_code == 409
    assert me.name in client.get(page("participant_me")).text
    waiting = RegistrationFactory(event=matchmaking.event, person=None, state="waiting")
    assert client.post(reverse("partner_link", args=[waiting.link_token()])).status_code == 409
    assert client.get(reverse("partner_link", args=["no~token"])).status_code == 404


def test_tags_are_proposed_from_the_text_and_count_once_confirmed(client, me):
    f.TechnologyFactory(code="cnc", other_names=["frezavimas"])
    SectorFactory(code="food", name={"lt": "Maistas", "en": "Food"})
    assert client.post(page("line_new", "offer"), {"text": "x", "language": "lt"}).status_code == 422
    text = "CNC frezavimas maisto įrangai"
    line_page = client.post(page("line_new", "offer"), {"text": text, "language": "lt"}).url
    line = Line.objects.get()
    assert (line.technologies, line.are_tags_confirmed) == ([], False)
    shown = client.get(line_page)
    assert (shown.context["form"]["technologies"].value(), shown.context["form"]["sectors"].value()) == (
        ["cnc"], ["food"],
    )  # fmt: skip
    client.post(line_page, {"text": text, "language": "lt", "technologies": ["cnc"]})
    line.refresh_from_db()
    assert (line.technologies, line.sectors, line.are_tags_confirmed) == (["cnc"], [], True)


def test_lines_are_moved_deleted_and_limited(client, me):
    first, second = (f.LineFactory(participant=me, position=n) for n in range(2))
    client.post(page("line_do", second.pk), {"do": "up"})
    assert [row.pk for row in me.lines.order_by("position")] == [second.pk, first.pk]
    client.post(page("line_do", first.pk), {"do": "delete"})
    assert me.lines.get() == second
    for n in range(6):
        f.LineFactory(participant=me, position=n + 2)
    refused = client.post(page("line_new", "offer"), {"text": "One more offer", "language": "en"})
    assert (refused.status_code, "One more offer" in refused.text) == (422, True)
    theirs = f.LineFactory(participant=f.ParticipantFactory(matchmaking=me.matchmaking))
    assert client.post(page("line_do", theirs.pk), {"do": "delete"}).status_code == 404
    assert client.get(page("line_edit", theirs.pk)).status_code == 404


def test_a_posting_of_the_own_organisation_is_used_as_a_line(client, me):
    me.organisation = OrganisationFactory()
    me.save()
    own, other = f.PostingFactory(organisation=me.organisation), f.PostingFactory()
    assert own.title in client.get(page("participant_me")).text
    client.post(page("line_from_posting"), {"posting": own.pk})
    line = me.lines.get()
    assert (line.from_posting, own.title in line.text, line.are_tags_confirmed) == (own, True, True)
    assert client.post(page("line_from_posting"), {"posting": other.pk}).status_code == 404


def test_times_one_is_free(client, me):
    slots = [f.SlotFactory(matchmaking=me.matchmaking) for _ in range(3)]
    client.post(page("participant_times"), {"free": [slots[0].pk, "x", "99999"]})
    assert set(Unavailable.objects.values_list("slot", flat=True)) == {slots[1].pk, slots[2].pk}
    assert ">1<small> of 3" in client.get(page("partner_list")).text


def test_suggestions_say_why_by_both_texts_and_mark_the_words(client, me):
    f.LineFactory(participant=me, side="need", language="lt", text="Partnerio su sausojo šaldymo įranga uogoms")
    fits, other = (f.ParticipantFactory(matchmaking=me.matchmaking) for _ in range(2))
    f.LineFactory(participant=fits, side="offer", language="lt", text="Uogų sausasis šaldymas, serijos nuo 200 kg")
    f.LineFactory(participant=other, side="offer", language="en", text="Welding of thin steel")
    shown = client.get(page("partner_list"))
    assert [card.participant for card in shown.context["cards"]] == [fits]
    assert "<mark>šaldymo</mark>" in shown.text
    assert "compare the words" in shown.text
    pair = {"mine": me.lines.get().pk, "theirs": other.lines.get().pk, "likeness": None, "tags": []}
    row = Recommendation.objects.create(
        participant=me, other=other, p_mine=0.5, p_theirs=0.5, score=0.5, position=1, reasons=[pair]
    )
    assert "compare confirmed tags only" in client.get(page("partner_list")).text
    row.reasons = [pair | {"likeness": 0.7}]
    row.save()
    shown = client.get(page("partner_list"))
    assert [card.participant for card in shown.context["cards"]] == [other]
    assert "compare the meaning" in shown.text
    Recommendation.objects.update(p_mine=0.01, p_theirs=0.02)
    assert client.get(page("partner_list") + "?show=suggested").context["cards"] == []  # nobody is better than anybody
    Recommendation.objects.update(p_mine=0.5)
    client.post(page("partner_do", other.pk), {"do": "not_relevant"})
    assert client.get(page("partner_list") + "?show=suggested").context["cards"] == []


def test_never_the_own_organisation_nor_who_may_not_be_seen(client, me):
    me.organisation = OrganisationFactory()
    me.save()
    f.LineFactory(participant=me, side="need", text="freeze-drying of invented berries")
    colleague, hidden, blocked, seen = (f.ParticipantFactory(matchmaking=me.matchmaking) for _ in range(4))
    for each in (colleague, hidden, blocked, seen):
        f.LineFactory(participant=each, side="offer", text="freeze-drying of invented berries")
    Participant.objects.filter(pk=colleague.pk).update(organisation=me.organisation)
    Participant.objects.filter(pk=hidden.pk).update(is_shown=False)
    Block.objects.create(participant=blocked, other=me)
    assert [card.participant for card in client.get(page("partner_list")).context["cards"]] == [seen]
    everybody = client.get(page("partner_list") + "?show=all").context["cards"]
    assert {card.participant for card in everybody} == {seen, colleague}
    for each in (hidden, blocked):
        assert client.get(page("partner_detail", each.pk)).status_code == 404
        assert client.post(page("partner_ask", each.pk), {"priority": 1}).status_code == 404


def test_the_list_is_filtered_and_searched(client, me):
    latvian, pole = (f.ParticipantFactory(matchmaking=me.matchmaking, country=code) for code in ("LV", "PL"))
    f.LineFactory(participant=pole, side="need", text="A carrier for frozen goods")
    listed = lambda query: {  # noqa: E731
        card.participant for card in client.get(page("partner_list") + query).context["cards"]
    }
    assert listed("?show=all&country=LV") == {latvian}
    assert listed("?show=all&side=need") == {pole}
    assert listed("?show=all&q=frozen") == {pole}
    client.post(page("partner_do", latvian.pk), {"do": "save"})
    assert listed("?show=saved") == {latvian}


def test_asking_and_answering_through_the_pages(client, me):
    other = f.ParticipantFactory(matchmaking=me.matchmaking)
    Matchmaking.objects.update(most_requests=1)
    back = page("partner_list") + "?show=all"
    done = client.post(page("partner_ask", other.pk), {"priority": 2, "message": "Hello", "back": back})
    assert done.url == back
    again = client.post(page("partner_ask", other.pk), {"priority": 2, "message": "Other words"}, follow=True)
    assert f"You have asked {other.name} already: what you sent first stands." in html.unescape(again.text)
    assert MeetingRequest.objects.get().message == "Hello"
    assert client.get(page("partner_ask", other.pk)).url == page("partner_detail", other.pk)
    second = f.ParticipantFactory(matchmaking=me.matchmaking)
    refused = client.post(page("partner_ask", second.pk), {"priority": 1, "message": "Kept words"})
    assert (refused.status_code, "Kept words" in refused.text) == (422, True)
    row = MeetingRequest.objects.get()
    assert client.get(page("request_answer", row.pk)).status_code == 404  # mine: not for me to answer
    client.force_login(person(other), backend="django.contrib.auth.backends.ModelBackend")
    assert "Hello" in client.get(page("my_meetings")).text
    assert client.post(page("request_answer", row.pk), {"do": "accept", "priority": "2"}).status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.weight == 4
    assert client.post(page("meeting_cancel", meeting.pk), {"reason": "Ill"}).status_code == 302
    client.force_login(person(second), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page("request_answer", row.pk)).status_code == 404
    assert client.get(page("meeting_cancel", meeting.pk)).status_code == 404


def test_addresses_of_others_are_not_gone_back_to(client, me):
    other = f.ParticipantFactory(matchmaking=me.matchmaking)
    for back in ("https://elsewhere.test/", "//elsewhere.test", page("partner_list") + "\\x", "/lt/"):
        assert client.post(page("partner_do", other.pk), {"do": "save", "back": back}).url == page("partner_list")


def test_colleagues_become_one_delegation_only_when_one_of_it_agrees(client, me, matchmaking):
    organisation = OrganisationFactory()
    Participant.objects.filter(pk=me.pk).update(organisation=organisation)
    row = RegistrationFactory(
        event=matchmaking.event, person=UserFactory(), state="confirmed", organisation=organisation
    )
    client.force_login(row.person, backend="django.contrib.auth.backends.ModelBackend")
    client.post(page("participant_join"), PROFILE)
    assert Participant.objects.count() == 2  # nobody is merged silently
    assert client.post(page("participant_colleague"), {"do": "ask", "pk": me.pk}).status_code == 302
    own = Representative.objects.get(registration=row)
    assert (own.asks_for, own.participant == me) == (me, False)
    assert client.post(page("participant_colleague"), {"do": "yes", "pk": own.pk}).status_code == 404  # not by oneself
    client.force_login(person(me), backend="django.contrib.auth.backends.ModelBackend")
    assert row.name in client.get(page("participant_me")).text
    client.post(page("participant_colleague"), {"do": "yes", "pk": own.pk})
    own.refresh_from_db()
    assert (own.participant, own.asks_for) == (me, None)
    assert Participant.objects.filter(state="in").get() == me


@pytest.mark.parametrize("is_guest", [True, False])
def test_the_letter_of_a_colleague_leads_to_where_one_is_taken_in(client, matchmaking, send_letters, is_guest):
    ours = f.ParticipantFactory(matchmaking=matchmaking, name="Pramanyta delegacija")
    Registration.objects.filter(representative__participant=ours).update(**GUEST if is_guest else {})
    colleague = f.ParticipantFactory(matchmaking=matchmaking, name="Pramanyta delegacija")
    participants.ask_to_join(colleague.representatives.get(), ours, by=None)
    (mail,) = send_letters()
    address = re.search(r"https?://[^/]+(/\S*)", mail.body)[1]
    if is_guest:
        assert client.post(address).url == page("participant_me") + "#delegation"
    else:
        assert address == page("participant_me") + "#delegation"
        client.force_login(person(ours), backend="django.contrib.auth.backends.ModelBackend")
    assert "asks to join you" in client.get(page("participant_me")).text


def test_blocking_reporting_leaving(client, me, mailoutbox):
    other = f.ParticipantFactory(matchmaking=me.matchmaking)
    client.post(page("partner_report", other.pk), {"text": "Rude", "block": "on"})
    assert client.get(page("partner_detail", other.pk)).status_code == 404
    assert other.name in client.get(page("participant_me")).text
    client.post(page("partner_do", other.pk), {"do": "unblock"})
    assert client.get(page("partner_detail", other.pk)).status_code == 200
    assert "Leave" in client.get(page("participant_leave")).text
    client.post(page("participant_leave"))
    assert client.get(page("participant_me")).url == page("participant_join")
    client.post(page("participant_join"), PROFILE)
    assert Participant.objects.get(pk=me.pk).state == "in"  # who has left comes back as they were


HOSTILE = ["\u202e<script>alert(1)</script>", "ﷺ" * 64, "a" * 1500, "ą🎈 \x0b test line"]


def test_hostile_words_are_kept_as_text(client, me):
    f.ParticipantFactory(matchmaking=me.matchmaking)
    for text in HOSTILE:
        assert client.post(page("line_new", "offer"), {"text": text, "language": "lt"}).status_code in (302, 422)
    for shown in (client.get(page("participant_me")), client.get(page("partner_list"))):
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text


def test_what_nobody_answered_in_time_came_to_nothing_and_leads_to_booking(client, me):
    asked, asker, met = (f.ParticipantFactory(matchmaking=me.matchmaking, name=name) for name in ("One", "Two", "Met"))
    for between in ({"asker": me, "asked": asked}, {"asker": asker, "asked": me}, {"asker": me, "asked": met}):
        row = f.MeetingRequestFactory(**between)
    shown = client.get(page("my_meetings"))
    assert (shown.context["figures"].waiting, len(shown.context["sent"]), shown.context["ended"]) == (1, 2, [])
    link = reverse("partner_link", args=[me.representatives.get().registration.link_token()])
    assert client.get(link).url == page("my_meetings")
    Matchmaking.objects.update(asks_until=(past := timezone.now()), answers_until=past)
    f.MeetingFactory(matchmaking=me.matchmaking, between=[me, met])
    for phase, leads in (("asking", 0), ("planning", 0), ("published", 2), ("over", 0)):
        Matchmaking.objects.update(phase=phase, published_at=timezone.now())
        shown = client.get(page("my_meetings"))
        assert (shown.context["waiting"], shown.context["sent"]) == ([], [])
        assert [row.others for row in shown.context["ended"]] == [[asker], [asked]]
        assert (shown.context["figures"].waiting, shown.context["figures"].closed) == (0, 2)
        for words in ("They did not answer in time.", "You did not answer in time."):
            assert shown.text.count(words) == 1
        assert not any(words in shown.text for words in ("Withdraw", "wait for your answer", "not answered yet"))
        assert shown.text.count("Book a meeting") == leads
        assert ("Book a meeting" in client.get(page("partner_detail", asked.pk)).text) == bool(leads)
        assert "Closed without an answer" in client.get(page("partner_detail", asker.pk)).text
        assert "Agreed." in client.get(page("partner_detail", met.pk)).text
        assert client.get(link).url == page("partner_list")
    assert "The time to answer is over." in client.get(page("request_answer", asker.requests_sent.get().pk)).text
    assert MeetingRequest.objects.get(pk=row.pk).words == "closed without an answer"


@pytest.mark.parametrize("by_me", [True, False])
def test_a_meeting_called_off_stands_there_for_both(client, me, by_me):
    for asks in (True, False):
        other = f.ParticipantFactory(matchmaking=me.matchmaking)
        row = requests.ask(*((me, other) if asks else (other, me)), by=None)
        requests.cancel(requests.accept(row, row.asked, by=None), me if by_me else other, by=None)
    text = client.get(page("my_meetings")).text
    words = [text.count(f"{who} called the meeting off.") for who in ("You", "They")]
    assert words == ([2, 0] if by_me else [0, 2])


@pytest.mark.parametrize("by_me", [True, False])
def test_a_meeting_booked_without_a_request_and_called_off_stands_there_for_both(client, me, by_me):
    f.SlotFactory.create_batch(2, matchmaking=me.matchmaking)
    f.TableFactory(matchmaking=me.matchmaking)
    Matchmaking.objects.update(phase="published", published_at=timezone.now())
    other = f.ParticipantFactory(matchmaking=me.matchmaking, name="Pramanyti kiti")
    meeting = booking.book(me, other, me.matchmaking.slots.first(), by=None)
    requests.cancel(meeting, me if by_me else other, by=None, reason="Nespėjame")
    text = client.get(page("my_meetings")).text
    came_to_nothing = " ".join(text[text.index('id="ended"') :].split())
    words = "You called the meeting off." if by_me else "They called the meeting off."
    assert f'<p>Pramanyti kiti</p> <p class="s2 soft"> {words} <q>Nespėjame</q>' in came_to_nothing
    booking.book(other, me, me.matchmaking.slots.first(), by=None)  # they meet after all
    assert 'id="ended"' not in client.get(page("my_meetings")).text
