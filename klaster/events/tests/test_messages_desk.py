"""The desk's letters, as an organiser uses them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from klaster.accounts.factories import UserFactory
from klaster.core.models import Letter
from klaster.events import emails, letters
from klaster.events import factories as f
from klaster.events.actions import messages
from klaster.events.models import Event, LetterText, Mailing, RegistrationState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def event():
    return f.EventFactory(slug="forum")


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


@pytest.fixture
def desk(client, office, settings):
    settings.SECRETARIAT_NEEDS_SECOND_FACTOR = False
    client.force_login(office, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response):
    return response.content.decode()


def test_own_words_replace_the_usual_ones_in_their_language_only(desk, event):
    page = reverse("event_letter_text", args=["forum", "confirmed"])
    assert "You have a place" in text(desk.get(page))
    words = {"subject_lt": "", "subject_en": "See you, {name}", "text_lt": "", "text_en": "Bring a badge.\n{when}"}
    shown = desk.post(page, {**words, "preview": "1"})
    assert "See you, " in text(shown)
    assert not LetterText.objects.exists(), "shown without saving"
    assert desk.post(page, words).status_code == 302
    english = letters.told(f.RegistrationFactory(event=event, language="en", name="Ona Ona"), "confirmed")
    assert english.subject == "See you, Ona Ona"
    assert english.body.startswith("Bring a badge.\n")
    assert "Jums patvirtinta vieta" in letters.told(f.RegistrationFactory(event=event, language="lt"), "confirmed").body
    desk.post(page, {"usual": "1"})
    assert not LetterText.objects.exists()


@pytest.mark.parametrize("name", ["event_letter_text", "event_mailing_new"])
def test_what_is_no_field_is_said_at_the_field_and_nothing_is_lost(desk, event, name):
    page = reverse(name, args=["forum", "confirmed"] if name == "event_letter_text" else ["forum"])
    words = {"subject_en": "A", "text_en": "Hello {nmae} {event.__class__}", "state": "confirmed"}
    response = desk.post(page, words)
    assert response.status_code == 422
    assert "There is no field {nmae}, {event.__class__}. These can be used: {name}" in text(response)
    assert "Hello {nmae} {event.__class__}</textarea>" in text(response)
    assert not LetterText.objects.exists()
    assert not Mailing.objects.exists()


def test_a_letter_is_written_looked_at_tried_and_sent(desk, event, office, send_letters):
    for language in ("lt", "en"):
        f.RegistrationFactory(event=event, language=language, state=RegistrationState.WAITING, name=f"Reads {language}")
    words = {"subject_lt": "Sveiki", "text_lt": "{name}, labas", "subject_en": "Hello", "text_en": "Hi {name}\n{link}"}
    response = desk.post(reverse("event_mailing_new", args=["forum"]), {**words, "state": "waiting"})
    page, do = response["Location"], response["Location"] + "do/"
    looked = text(desk.get(page))
    assert "It reaches 2 people." in looked
    assert "Reads lt, labas" in looked
    assert "Hi Reads lt" in looked
    keys = [registration.link_token() for registration in event.registrations.all()]
    assert not any(key in looked for key in keys), "links of a letter are its recipient's alone"
    desk.post(do, {"do": "test"})
    assert [(mail.to, mail.subject) for mail in send_letters()] == [
        ([office.email], "Bandymas: Sveiki"), ([office.email], "Test: Hello"),
    ]  # fmt: skip
    desk.post(do, {"do": "send"})
    desk.post(do, {"do": "send"})
    emails.write_mailing(Mailing.objects.get().pk)
    assert "Queued: 2" in text(desk.get(page))
    assert sorted(mail.subject for mail in send_letters()[2:]) == ["Hello", "Sveiki"]
    assert "Sent: 2" in text(desk.get(page))
    assert desk.post(do, {"do": "delete"}).status_code == 302
    assert Mailing.objects.exists(), "what was sent stays"


def test_days_of_reminders_are_numbers(desk, event):
    page = reverse("event_letter_times", args=["forum"])
    for wrong in ("soon", "0", "91", "1,2,3,4,5,6", "-1", "1.5", "9" * 30):
        assert desk.post(page, {"reminder_days": wrong}).status_code == 422
    desk.post(page, {"reminder_days": "1; 14, 1"})
    settings = Event.objects.get(pk=event.pk).letter_settings
    assert (settings.reminder_days, settings.sends_thanks) == ([14, 1], False)


def test_the_outbox_says_what_became_of_each_letter(desk, event):
    one, two = (f.RegistrationFactory(event=event, name=f"Person {n}") for n in "12")
    other = f.RegistrationFactory(name="Somebody else's")
    for registration in (one, two, other):
        letters.told(registration, "waiting")
    Letter.objects.filter(about_pk=str(one.pk)).update(state="failed", error="550 <person@elsewhere> unknown")
    Letter.objects.filter(about_pk=str(two.pk)).update(state="uncertain")
    page = reverse("event_outbox", args=["forum"])
    shown = text(desk.get(page))
    assert "Person 1" in shown
    assert "550" in shown
    assert "Somebody else" not in shown
    assert "Person 2" not in text(desk.get(page, {"state": "failed"}))
    desk.post(reverse("event_outbox_again", args=["forum"]))
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["queued", "queued", "uncertain"]
    desk.post(reverse("event_outbox_again", args=["forum"]), {"letter": Letter.objects.get(state="uncertain").pk})
    assert set(Letter.objects.values_list("state", flat=True)) == {"queued"}


def test_pages_ask_as_much_for_three_as_for_one(desk, event, office):
    mailing = f.MailingFactory(event=event, by=office)
    pages = [
        reverse("event_messages", args=["forum"]), reverse("event_outbox", args=["forum"]),
        reverse("event_mailing", args=["forum", mailing.pk]), reverse("event_mailing_new", args=["forum"]),
    ]  # fmt: skip

    def one_more():
        registration = f.RegistrationFactory(event=event, person=UserFactory(), category=f.CategoryFactory(event=event))
        letters.told(registration, "confirmed")
        f.MailingFactory(event=event, by=office)

    def asked():
        numbers = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert desk.get(page).status_code == 200
            numbers.append(len(queries))
        return numbers

    one_more()
    asked()
    before = asked()
    one_more()
    one_more()
    assert asked() == before
    assert max(before) < 32


def test_the_link_to_the_room_leads_those_who_take_part_now(client, event):
    event.mode, event.online_url = Event.Mode.ONLINE, "https://room.example.org/1"
    event.save()
    registration = f.RegistrationFactory(event=event)
    page = reverse("registration_online", args=[registration.link_token()])
    assert client.get(page)["Location"] == "https://room.example.org/1"
    registration.state = RegistrationState.CANCELLED
    registration.save()
    assert client.get(page).status_code == 200
    assert client.get(page.replace("online", "x") + "x").status_code == 404
    assert messages.outbox(event).count() == 0
