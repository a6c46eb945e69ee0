"""Mail to some of those who come: to whom, once, in whose language, and what became of each letter."""

import os
import signal
import subprocess
import sys
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from klaster.accounts.factories import UserFactory
from klaster.core import bounces, letters, lists
from klaster.core.fields import Translated
from klaster.core.models import AuditEvent, Bounce, Letter, Notice
from klaster.core.tests import smtp
from klaster.core.tests.test_bounces import report
from klaster.core.tests.test_letters import OTHER_WORKER
from klaster.events import emails, recipients
from klaster.events import factories as f
from klaster.events.actions import messages
from klaster.events.models import Answer, LetterSettings, Mailing, Question, RegistrationState, TeamMember
from klaster.start import BASE_DIR

pytestmark = pytest.mark.django_db
WORDS = {
    "subject": Translated(lt="Atvykimas: {event}", en="Getting there: {event}"),
    "text": Translated(lt="Sveiki, {name}\nNuoroda: {link}", en="Hello {name}\nOnline: {online}"),
}


@pytest.fixture
def event():
    return f.EventFactory()


@pytest.fixture
def office():
    return UserFactory(secretariat=True)


def a_mailing(event, by, **options):
    return Mailing.objects.create(event=event, by=by, **{**WORDS, **options})


def sent(mailing):
    emails.write_mailing(mailing.pk)
    mailing.refresh_from_db()
    return mailing


def test_each_gets_it_in_the_own_language_once(event, office):
    f.RegistrationFactory(event=event, language="lt", name="Ona")
    f.RegistrationFactory(event=event, language="en", name="John")
    f.RegistrationFactory(event=event, state=RegistrationState.WAITING)
    f.RegistrationFactory()
    mailing = a_mailing(event, office)
    for _turn in range(2):
        messages.send(mailing, by=office)
        assert sent(mailing).state == Mailing.State.DONE
    written = {letter.language: letter for letter in Letter.objects.all()}
    assert sorted(written) == ["en", "lt"]
    assert Letter.objects.count() == 2
    assert written["lt"].subject.startswith("Atvykimas: ")
    assert written["en"].body.startswith("Hello John\n\n-- ")
    assert written["en"].kind == Letter.Kind.BULK


def test_who_fits(event):
    category, session = f.CategoryFactory(event=event), f.SessionFactory(event=event)
    ona = f.RegistrationFactory(event=event, category=category, country="LV")
    jonas = f.RegistrationFactory(event=event)
    waiting = f.RegistrationFactory(event=event, state=RegistrationState.WAITING)
    ona.session_choices.create(session=session)
    jonas.session_choices.create(session=session, is_waiting=True)
    f.AttendanceFactory(registration=jonas)
    f.RegistrationFactory()

    def fit(**criteria):
        return list(recipients.chosen(event, criteria))

    assert fit() == [ona, jonas]
    assert fit(state=["waiting"]) == [waiting]
    assert fit(category=[category.pk]) == fit(country=["LV"]) == fit(session=[session.pk]) == [ona]
    assert fit(presence="away") == [ona]
    assert fit(presence="here") == [jonas]
    assert fit(country=["LV"], presence="here") == []


def test_left_out_and_why(event, office):
    booker = f.RegistrationFactory(event=event)
    f.RegistrationFactory(event=event, email="", booked_by=booker)
    f.RegistrationFactory(event=event, email="")
    dead = f.RegistrationFactory(event=event)
    for number in "12":
        Bounce.objects.create(message_id=number, address=dead.email.upper(), is_hard=True)
    mailing = messages.send(a_mailing(event, office), by=office)
    sent(mailing)
    skipped = mailing.recipients.order_by("pk").values_list("skipped", flat=True)
    assert sorted(skipped) == ["", "dead_address", "no_address", "twice"]
    assert Letter.objects.count() == 1


def test_to_nobody_it_is_not_sent(event, office):
    with pytest.raises(ValidationError):
        messages.send(a_mailing(event, office), by=office)


def test_more_than_two_hundred_need_a_second_person(event, office, monkeypatch):
    monkeypatch.setattr(Mailing, "MOST_BY_ONE", 2)
    for _turn in range(3):
        f.RegistrationFactory(event=event)
    mailing = messages.send(a_mailing(event, office), by=office)
    assert mailing.state == Mailing.State.WAITING
    assert sent(mailing).state == Mailing.State.WAITING
    assert not Letter.objects.exists()
    with pytest.raises(ValidationError):
        messages.agree(mailing, by=office)
    with pytest.raises(IntegrityError, match="second_person_is_another"), transaction.atomic():
        Mailing.objects.update(agreed_by=office)
    assert messages.take_back(mailing, by=office).is_draft
    assert AuditEvent.objects.of(mailing.event).filter(action="took a letter back").exists()
    messages.send(mailing, by=office)
    messages.agree(mailing, by=UserFactory(secretariat=True))
    sent(mailing)
    assert Letter.objects.count() == 3


def test_it_can_be_held_and_go_on(event, office, mailoutbox):
    for _turn in range(2):
        f.RegistrationFactory(event=event)
    mailing = messages.send(a_mailing(event, office), by=office)
    sent(mailing)
    first, second = Letter.objects.order_by("pk")
    letters.send_letter(first.pk)
    messages.hold(mailing, by=office)
    assert letters.send_letter(second.pk) == "nothing to do"
    messages.go_on(mailing, by=office)
    assert sent(mailing).state == Mailing.State.DONE
    assert letters.send_letter(second.pk) == "sent"
    assert len(mailoutbox) == 2


def test_held_before_it_was_written_it_writes_nothing(event, office):
    f.RegistrationFactory(event=event)
    mailing = messages.send(a_mailing(event, office), by=office)
    messages.hold(mailing, by=office)
    assert sent(mailing).state == Mailing.State.HELD
    assert not Letter.objects.exists()


def test_who_cancels_meanwhile_does_not_get_it(event, office, mailoutbox):
    registration = f.RegistrationFactory(event=event)
    sent(messages.send(a_mailing(event, office), by=office))
    registration.state = RegistrationState.CANCELLED
    registration.save()
    letters.send_letter(Letter.objects.get().pk)
    assert Letter.objects.get().state == "cancelled"
    assert not mailoutbox


def test_what_is_no_field_is_refused(event, office):
    mailing = Mailing(event=event, **{**WORDS, "text": Translated(en="{event.__class__} {nmae}")})
    with pytest.raises(ValidationError) as error:
        messages.save_draft(mailing, by=office)
    (said,) = error.value.message_dict["text"]
    assert "{event.__class__}, {nmae}" in said
    assert "{name}" in said


def test_the_outbox_is_the_events_own(event, office):
    mine, other = f.RegistrationFactory(event=event), f.RegistrationFactory()
    sent(messages.send(a_mailing(event, office), by=office))
    sent(messages.send(a_mailing(other.event, office), by=office))
    assert [letter.about_pk for letter in messages.outbox(event)] == [str(mine.pk)]
    theirs = messages.outbox(other.event).get()
    Letter.objects.update(state=Letter.State.FAILED)
    assert messages.try_again(event, by=office, letter_id=theirs.pk) == 0
    assert messages.try_again(event, by=office) == 1
    theirs.refresh_from_db()
    assert theirs.state == Letter.State.FAILED


def test_what_comes_back_is_told_to_who_runs_the_event(event, office, mailoutbox):
    helper = f.TeamMemberFactory(event=event, role=TeamMember.Role.ORGANISER).person
    f.TeamMemberFactory(event=event)
    f.RegistrationFactory(event=event)
    for turn in (1, 2):
        sent(messages.send(a_mailing(event, office), by=office))
        letter = Letter.objects.get(purpose="events.mailing", state="queued")
        letters.send_letter(letter.pk)
        for _again in range(2):
            bounces.take(report(letter.message_id))
        assert list(Notice.objects.values_list("person", flat=True)) == [helper.pk] * turn
    assert messages.outbox(event).filter(state="failed").count() == 2


# --- invitations ----------------------------------------------------------------------------------------------------
def agreed(event, **options):
    """Somebody who came and wants to be invited again."""
    settings = LetterSettings.objects.filter(event=event).first()
    if settings is None:
        question = f.QuestionFactory(event=event, kind=Question.Kind.CONSENT)
        settings = LetterSettings.objects.create(event=event, invitation_consent=question)
    registration = f.RegistrationFactory(event=event, **options)
    Answer.objects.create(registration=registration, question=settings.invitation_consent, value=True)
    return registration


@pytest.fixture
def forum():
    series = f.SeriesFactory()
    past = [f.EventFactory(series=series, starts=f.in_days(-days), state="held") for days in (60, 30)]
    return past, f.EventFactory(series=series)


def test_invited_is_who_said_so_once_and_not_who_comes_already(forum, office):
    (first, second), coming = forum
    ona = agreed(first, email="ona@example.org")
    again = agreed(second, email="ONA@example.org", registered_at=timezone.now())
    agreed(second, state=RegistrationState.CANCELLED)
    registered = agreed(second)
    f.RegistrationFactory(event=coming, email=registered.email.upper())
    f.RegistrationFactory(event=second)
    no = agreed(second)
    Answer.objects.filter(registration=no).update(value=False)
    agreed(f.EventFactory(starts=f.in_days(-5), state="held"))
    assert list(recipients.past_participants(coming, office)) == [again]
    assert ona.email != again.email
    assert not recipients.past_participants(coming, UserFactory()).exists(), "of events one runs only"


def test_who_said_no_the_last_time_is_not_invited(forum, office):
    (first, second), coming = forum
    agreed(first, email="ona@example.org", registered_at=f.in_days(-61))
    agreed(second)
    f.RegistrationFactory(event=second, email="Ona@example.org", registered_at=f.in_days(-31))
    assert [row.event for row in recipients.past_participants(coming, office)] == [second]


def test_an_event_without_a_date_invites_nobody_yet(forum, office):
    (first, _second), coming = forum
    agreed(first)
    coming.starts = coming.ends = None
    assert not recipients.past_participants(coming, office).exists()


def test_an_invitation_can_be_left_by_one_click_and_taken_up_again(forum, office, mailoutbox):
    (first, _second), coming = forum
    ona = agreed(first, language="en")

    def invite():
        mailing = a_mailing(coming, office, kind=Mailing.Kind.INVITATION, text=Translated(en="Come: {page}"))
        sent(messages.send(mailing, by=office))
        for letter in Letter.objects.filter(state="queued"):
            letters.send_letter(letter.pk)
        return mailing.recipients.get().skipped

    assert invite() == ""
    (mail,) = mailoutbox
    link = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert f"No more such letters: {link}" in mail.body
    lists.leave(*lists.read(link.split("/")[-2]))
    assert invite() == "unwanted"
    ona.registered_at = timezone.now()  # said yes again later
    ona.save()
    assert invite() == ""


# --- killed ---------------------------------------------------------------------------------------------------------
WRITER = """
import os, signal, sys, django
django.setup()
from klaster.core import letters
from klaster.events import emails
write, count = letters.write_text, iter(range(1000))
def write_and_die(*args, **options):
    letter = write(*args, **options)
    if next(count) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return letter
letters.write_text = write_and_die
emails.AT_ONCE = 4
emails.write_mailing(int(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_while_writing_and_while_sending_nobody_gets_it_twice(settings):
    """Real processes, real SIGKILL: one dies while letters are written, one while a letter is at the mail server."""
    event, office = f.EventFactory(), UserFactory(secretariat=True)
    for _turn in range(10):
        f.RegistrationFactory(event=event)
    mailing = messages.send(a_mailing(event, office), by=office)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(BASE_DIR)}
    command = [sys.executable, "-c", WRITER, str(mailing.pk), "6"]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert Letter.objects.count() == 4, "the four that were committed"
    assert sent(mailing).state == Mailing.State.DONE
    assert Letter.objects.count() == 10

    with smtp.serving() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", sink.port, False
        first, *others = Letter.objects.order_by("pk")
        sender = [sys.executable, "-c", OTHER_WORKER, str(sink.port), str(first.pk)]
        with subprocess.Popen(sender, env=environment) as worker:
            sink.before_answer = worker.kill
            assert worker.wait(timeout=60) == -signal.SIGKILL
        sink.before_answer = lambda: None
        for letter in [first, *others, *others]:  # all jobs come again
            letters.send_letter(letter.pk)
        arrived = Counter(mail["To"] for mail in sink.arrived)
    assert set(arrived.values()) == {1}
    assert len(arrived) == 10
    states = Counter(messages.outbox(event).values_list("state", flat=True))
    assert states == {"sent": 9, "uncertain": 1}
