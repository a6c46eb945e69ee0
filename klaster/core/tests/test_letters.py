import datetime
import itertools
import os
import signal
import subprocess
import sys
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop
from procrastinate.contrib.django.models import ProcrastinateJob

from klaster.core import letters
from klaster.core.letters import send_letter, write, write_account_letter
from klaster.core.models import Letter
from klaster.core.tests import smtp
from klaster.start import BASE_DIR

NOTICE = "core/letters/notice"


@pytest.fixture
def ona(db):
    return get_user_model().objects.create_user("ona@example.org", language="lt")


@pytest.fixture
def mail_server(settings):
    with smtp.serving() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", sink.port, False
        settings.SITE_URL = "https://klaster.example"
        settings.DEFAULT_FROM_EMAIL = "Klaster <office@klaster.example>"
        yield sink


def letter_to(person, *, key="1", subject="Labas", body="", url="", **options):
    context = {"subject": subject, "body": body, "url": url}
    return write("test.hello", to=person, template=NOTICE, context=context, key=key, **options)


def jobs_of(letter):
    return ProcrastinateJob.objects.filter(task_name="letters.send", args={"letter_id": letter.pk}).order_by("id")


def text_of(mail, kind="plain"):
    return mail.get_body([kind]).get_content().replace("\r\n", "\n")


def test_a_letter_is_written_queued_and_arrives(ona, mail_server):
    letter = letter_to(ona, subject="Naujas laiškas", body=letters.quoted("Sveiki,\nžuvis"), url="/lt/klasteriai/")
    assert (letter.state, letter.language, letter.address) == ("queued", "lt", "ona@example.org")
    assert [(job.status, job.lock) for job in jobs_of(letter)] == [("todo", f"letter {letter.pk}")]

    assert send_letter(letter.pk) == "sent"
    (mail,) = mail_server.arrived
    assert mail["Subject"] == "Naujas laiškas"
    assert mail["To"] == "ona@example.org"
    assert mail["From"] == "Klaster <office@klaster.example>"
    assert mail["Message-ID"] == letter.message_id
    assert mail["Message-ID"].endswith("@klaster.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    text = text_of(mail)
    assert text.startswith("> Sveiki,\n> žuvis\n\nhttps://klaster.example/lt/klasteriai/\n\n")
    html = text_of(mail, "html")
    assert '<a href="https://klaster.example/lt/klasteriai/">' in html
    assert html.count("<a ") == 2, "the page and the site, nothing else"


def test_a_letter_and_its_job_vanish_with_the_act(ona):
    with transaction.atomic():
        letter = letter_to(ona)
        transaction.set_rollback(True)
    assert not Letter.objects.exists()
    assert not jobs_of(letter).exists()


def test_the_same_thing_is_written_once(ona, mail_server):
    group = Group.objects.create(name="A")
    first = letter_to(ona, key="", about=group)
    again = letter_to(ona, key="", about=group, subject="Another text")
    assert (first.pk, first.subject) == (again.pk, again.subject)
    assert jobs_of(first).count() == 1
    assert letter_to(ona, key="", about=Group.objects.create(name="B")).pk != first.pk
    assert letter_to("jonas@example.org", key="", about=group).pk != first.pk
    assert [letter.pk for letter in Letter.objects.about(group).filter(person=ona)] == [first.pk]


def test_sent_twice_by_two_jobs_arrives_once(ona, mail_server):
    letter = letter_to(ona)
    assert send_letter(letter.pk) == "sent"
    assert send_letter(letter.pk) == "nothing to do"
    assert len(mail_server.arrived) == 1


def test_right_and_address_are_asked_again_when_sending(ona, mail_server):
    moved = letter_to(ona, key="moved")
    ona.email = "ona@new.example"
    ona.save()
    send_letter(moved.pk)
    assert [mail["To"] for mail in mail_server.arrived] == ["ona@new.example"]

    gone = letter_to(ona, key="gone")
    ona.is_active = False
    ona.save()
    send_letter(gone.pk)
    gone.refresh_from_db()
    assert gone.state == "cancelled"
    assert len(mail_server.arrived) == 1


def test_a_purpose_may_ask_more(ona, mail_server, monkeypatch):
    monkeypatch.setattr(letters, "_rechecks", {})
    letters.recheck("test.hello")(lambda letter: letter.key.startswith("test.hello yes"))
    for key in ("yes", "no"):
        send_letter(letter_to(ona, key=key).pk)
    states = Letter.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "cancelled"]


@pytest.mark.parametrize(
    ("command", "reply", "state"),
    [
        ("RCPT", "550 no such mailbox", "failed"),
        ("RCPT", "451 greylisted", "queued"),
        ("MAIL", "553 not from you", "failed"),
        ("DATA", "452 no room", "queued"),
        ("TEXT", "554 looks like spam", "failed"),
        ("TEXT", "451 try later", "queued"),
    ],
)
@pytest.mark.parametrize("kind", Letter.Kind.values)
def test_the_servers_no_is_understood(ona, mail_server, command, reply, state, kind):
    mail_server.replies[command] = reply
    letter = letter_to(ona, kind=kind)
    assert send_letter(letter.pk) == state
    letter.refresh_from_db()
    assert (letter.state, letter.tries) == (state, 1)
    assert reply[4:] in letter.error
    assert jobs_of(letter).count() == (2 if state == "queued" else 1)


@pytest.mark.parametrize(
    ("kind", "state", "arrive"), [("bulk", "uncertain", 1), ("account", "sent", 2), ("personal", "sent", 2)]
)
def test_a_line_cut_after_the_text_repeats_account_letters_and_never_mass_mail(ona, mail_server, kind, state, arrive):
    mail_server.replies["TEXT"] = "hang up"
    letter = letter_to(ona, kind=kind)
    send_letter(letter.pk)
    mail_server.replies.clear()
    send_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.state == state
    assert len(mail_server.arrived) == arrive
    assert {mail["Message-ID"] for mail in mail_server.arrived} == {letter.message_id}


OTHER_WORKER = """
import sys, django
django.setup()
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", int(sys.argv[1]), False
from klaster.core.letters import send_letter
send_letter(int(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "state", "arrive"), [("bulk", "uncertain", 1), ("account", "sent", 2), ("personal", "sent", 2)]
)
def test_a_worker_killed_after_the_text_and_before_the_answer(mail_server, kind, state, arrive):
    """A real process, a real SIGKILL: nobody can know whether the server took the letter."""
    letter = letter_to("ona@example.org", kind=kind)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    command = [sys.executable, "-c", OTHER_WORKER, str(mail_server.port), str(letter.pk)]
    with subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(BASE_DIR)}) as worker:
        mail_server.before_answer = worker.kill
        assert worker.wait(timeout=60) == -signal.SIGKILL
    mail_server.before_answer = lambda: None
    assert Letter.objects.get().state == "sending"
    assert send_letter(letter.pk) == ("nothing to do" if kind == "bulk" else "sent")  # the job was taken back
    assert Letter.objects.get().state == state
    assert len(mail_server.arrived) == arrive
    assert {mail["Message-ID"] for mail in mail_server.arrived} == {letter.message_id}


def test_without_a_server_it_is_tried_five_times_ever_later(ona, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    letter = letter_to(ona, kind="bulk")
    assert [send_letter(letter.pk) for _turn in range(6)] == ["queued"] * 4 + ["failed", "nothing to do"]
    times = [job.scheduled_at for job in jobs_of(letter)]
    assert times[0] is None
    waits = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
    assert len(waits) == 3
    assert all(wait > datetime.timedelta(minutes=3) for wait in waits)
    assert list(Letter.objects.needing_a_person()) == [letter]
    assert letters.release(Letter.objects.needing_a_person()) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.tries) == ("queued", 0)


def test_account_letters_lose_their_text_when_they_are_sent(db, mail_server):
    letter = write_account_letter(
        "ona@example.org", "Reset\r\nBcc: all@example.org", "https://klaster.example/secret-link\n", purpose="reset"
    )
    assert letter.subject == "Reset Bcc: all@example.org"
    send_letter(letter.pk)
    (mail,) = mail_server.arrived
    assert "secret-link" in text_of(mail)
    assert mail["Bcc"] is None
    letter.refresh_from_db()
    assert (letter.body, letter.html, letter.state) == ("", "", "sent")
    with pytest.raises(IntegrityError, match="keeps_no_text"), transaction.atomic():
        Letter.objects.update(body="https://klaster.example/secret-link")


HOSTILE = [
    "Visit https://evil.example now",
    "www.evil.example",
    "evil.example/path",
    "{x.__class__} {{ settings.SECRET_KEY }} %(subject)s %s",
    "Petras\r\nBcc: everyone@example.org\r\n\r\nBuy",
    "\u202eevil\u202c reversed\u2028line",
    "<script>alert(1)</script> & <b>UAB</b>",
    "mailto:evil@evil.example",
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_people_typed_is_only_text(ona, mail_server, typed):
    letter = letter_to(ona, subject=typed, body=letters.quoted(f"first\n{typed}"), reply_to="petras@example.org")
    send_letter(letter.pk)
    (mail,) = mail_server.arrived
    assert mail["Bcc"] is None
    assert [subject.strip() for subject in mail.get_all("Subject")] == [letters.plain(typed)]
    text, html = text_of(mail), text_of(mail, "html")
    for shown in (mail["Subject"], text.replace("https://klaster.example", ""), html):
        assert "https://evil" not in shown
        assert "evil.example" not in shown
        assert not set(shown) & set("\u202e\u202c\u2028")
    assert "<script>" not in html
    assert html.count("<a ") == 1
    assert text.startswith(f"> first\n> {letters.plain(typed.splitlines()[0])}\n")


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                 "https://klaster.example.evil.example/", "/a\nb", "/a b"])  # fmt: skip
def test_a_letter_links_to_this_site_only(ona, mail_server, url):
    with pytest.raises(ValueError, match="links to this site only"):
        letter_to(ona, url=url)


def test_a_letter_takes_no_rows(ona):
    with pytest.raises(TypeError, match="plain values, not Group"):
        letter_to(ona, subject=Group.objects.create(name="A"))


def test_numbers_and_names_stay_as_they_are(db):
    assert letters.plain("UAB „Laugea“, v2.0, 1.5 mln., 12:30, Nr. 5") == "UAB „Laugea“, v2.0, 1.5 mln., 12:30, Nr. 5"


def test_held_letters_wait_until_somebody_releases_them(ona, mail_server):
    held = letter_to(ona, held=True)
    queued = letter_to(ona, key="2")
    assert not jobs_of(held).exists()
    assert letters.hold(Letter.objects.all()) == 1
    assert [send_letter(letter.pk) for letter in (held, queued)] == ["nothing to do"] * 2
    assert letters.release(Letter.objects.filter(pk=held.pk)) == 1
    assert send_letter(held.pk) == "sent"
    letters.cancel(queued)
    assert Letter.objects.get(pk=queued.pk).state == "cancelled"
    letters.cancel(held)
    assert Letter.objects.get(pk=held.pk).state == "sent"


def test_for_trying_letters_are_files(ona, settings, tmp_path):
    settings.EMAIL_BACKEND = "klaster.core.letters.FileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    send_letter(letter_to(ona, subject=gettext_noop("Hello")).pk)
    (file,) = (tmp_path / "mail").iterdir()
    assert b"\nTo: ona@example.org\n" in file.read_bytes()


def test_the_office_holds_and_releases_from_the_command_line(ona, mail_server):
    def command(*verb):
        out = StringIO()
        call_command("letters", *verb, stdout=out)
        return out.getvalue().split()

    letter_to(ona)
    failed = letter_to(ona, key="2")
    Letter.objects.filter(pk=failed.pk).update(state="failed")
    assert command()[:4] == ["0", "held", "1", "queued"]
    assert command("hold")[:3] == ["hold:", "1", "letters"]
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["failed", "held"]
    assert command("release")[:3] == ["release:", "1", "letters"]
    assert command("retry")[:3] == ["retry:", "1", "letters"]
    assert [send_letter(letter.pk) for letter in Letter.objects.order_by("pk")] == ["sent", "sent"]
