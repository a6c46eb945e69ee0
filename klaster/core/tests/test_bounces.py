"""Letters that come back, and letters nobody wants any more."""

import io
import re
import sys
from io import StringIO
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from klaster.core import bounces, letters, lists
from klaster.core.bounces import Outcome
from klaster.core.models import Bounce, LeftList, Letter

pytestmark = pytest.mark.django_db


def report(message_id, *, status="5.1.1", action="failed", returned="text/rfc822-headers", more=""):
    """As Postfix writes it, in short."""
    return (
        "From: MAILER-DAEMON@mail.example\r\nTo: office@klaster.example\r\nSubject: Undelivered Mail\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nIt did not work.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; victim@elsewhere.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such\r\n  mailbox\r\n"
        f"--B\r\nContent-Type: {returned}\r\n\r\nSubject: Labas\r\nMessage-ID:\r\n {message_id}\r\n{more}\r\n--B--\r\n"
    ).encode()


def sent_letter(key="1", to="ona@example.org", **options):
    options = {"kind": Letter.Kind.BULK, **options}
    letter = letters.write_text("test.bulk", to=to, subject="A", body="B", language="en", key=key, **options)
    letters.send_letter(letter.pk)
    letter.refresh_from_db()
    return letter


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_letter_that_comes_back_has_failed(returned, monkeypatch):
    told = []
    monkeypatch.setattr(bounces, "_tellers", [told.append])
    letter = sent_letter()
    assert letter.state == "sent"
    message = report(letter.message_id, returned=returned)
    assert [bounces.take(message) for _turn in range(2)] == [Outcome.COUNTED, Outcome.KNOWN]
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("failed", "5.1.1 550 5.1.1 no such mailbox")
    assert told == [letter]
    assert Bounce.objects.get().address == "ona@example.org", "the one we wrote to, whatever the message names"


@pytest.mark.parametrize(
    ("status", "is_hard"), [("5.1.1", True), ("5.0.0", True), ("5.2.2", False), ("5.7.1", False), ("4.4.7", False)]
)
def test_full_mailboxes_and_refused_words_are_not_dead_addresses(status, is_hard):
    bounces.take(report(sent_letter().message_id, status=status))
    assert Bounce.objects.get().is_hard is is_hard


def test_who_came_back_twice_gets_no_more_mass_mail(mailoutbox):
    for key in "12":
        bounces.take(report(sent_letter(key).message_id))
    assert len(mailoutbox) == 2
    assert sent_letter("3", to="ONA@example.org").state == "cancelled"
    assert sent_letter("4", kind=Letter.Kind.PERSONAL).state == "sent"
    assert sent_letter("5", to="jonas@example.org").state == "sent"


HOSTILE = {
    "not ours": report("<1@elsewhere.example>"),
    "a delay": report("<{id}>", action="delayed"),
    "no report": b"Subject: I am on holiday\r\n\r\nUntil May.",
    "empty": b"",
    "no parts": b"Content-Type: multipart/report; boundary=B\r\n\r\nnothing",
    "nested": b"".join(b"Content-Type: multipart/report; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)),
    "forwarded forwards": b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    "wrong letters": report("<{id}>").replace(b"text/rfc822-headers", b"text/rfc822-headers; charset=nonsense"),
    "zeros": b"\x00" * 1000,
    "status without blocks": report("<{id}>").replace(b"Reporting-MTA", b"\r\n\r\n\r\nX").replace(b"failed", b"ok"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_anybody_may_send_does_no_harm(name):
    letter = sent_letter()
    assert bounces.take(HOSTILE[name]) in (Outcome.NO_REPORT, Outcome.KNOWN)
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert bounces.take(b"x" * (bounces.MOST_BYTES + 1)) == Outcome.TOO_BIG


def test_they_are_read_from_a_pipe_a_maildir_and_an_mbox(tmp_path, monkeypatch):
    def run(*where):
        out = StringIO()
        call_command("read_bounces", *where, stdout=out)
        return [int(number) for number in re.findall(r"^ *(\d+)", out.getvalue(), re.MULTILINE)]

    piped, kept, boxed = (sent_letter(key) for key in "123")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(report(piped.message_id))))
    assert run() == [1, 0, 0, 0]
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(report(kept.message_id))
    (tmp_path / "new" / "2.host").write_bytes(b"Subject: Hello\r\n\r\n")
    assert run("--maildir", str(tmp_path)) == [1, 0, 1, 0]
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1.host:2,S", "2.host:2,S"]
    box = tmp_path / "mbox"
    box.write_bytes(b"From MAILER-DAEMON Sat Nov 28 22:00:00 2026\n" + report(boxed.message_id))
    assert run("--mbox", str(box)) == [1, 0, 0, 0]
    assert run("--mbox", str(box)) == [0, 1, 0, 0]
    assert set(Letter.objects.values_list("state", flat=True)) == {"failed"}


def test_what_could_not_be_taken_is_tried_again(tmp_path, monkeypatch):
    def fail(letter):
        raise OSError("no room")

    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(report(sent_letter().message_id))
    monkeypatch.setattr(bounces, "_tellers", [fail])
    call_command("read_bounces", "--maildir", str(tmp_path), stdout=StringIO())
    assert (tmp_path / "new" / "1.host").exists()
    assert Letter.objects.get().state == "sent"
    monkeypatch.setattr(bounces, "_tellers", [])
    call_command("read_bounces", "--maildir", str(tmp_path), stdout=StringIO())
    assert Letter.objects.get().state == "failed"
    assert (tmp_path / "cur" / "1.host:2,S").exists()


@pytest.fixture
def list_name(monkeypatch):
    monkeypatch.setattr(lists, "_titles", {"test.list": lambda rest: f"Invitations {rest}"})
    return "test.list 7"


def test_one_click_leaves_a_list_without_an_account(list_name, mailoutbox):
    letter = sent_letter(list_name=list_name)
    (mail,) = mailoutbox
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail.extra_headers["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    client = Client(enforce_csrf_checks=True)
    assert "Invitations 7" in client.get(f"/{address}").content.decode()
    assert not LeftList.objects.exists(), "opening the page changes nothing"
    for _turn in range(2):
        assert client.post(f"/{address}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert LeftList.objects.get().who == "ona@example.org"
    assert sent_letter("2", list_name=list_name).state == "cancelled"
    assert sent_letter("3", list_name="test.list 8").state == "sent"
    assert sent_letter("4", list_name=list_name, to="jonas@example.org").state == "sent"
    client.post(f"/{address}", {"back": "1"})
    assert not LeftList.objects.exists()
    assert letter.state == "sent"


def test_a_person_leaves_whatever_the_address_becomes(list_name):
    ona = get_user_model().objects.create_user("ona@example.org", language="lt")
    lists.leave(*lists.read(lists.url(list_name, ona, "lt").split("/")[-2]))
    ona.email = "ona@new.example"
    ona.save()
    assert sent_letter(to=ona, list_name=list_name).state == "cancelled"


def test_links_we_did_not_sign_open_nothing(list_name, client):
    good = lists.url(list_name, "ona@example.org", "lt").split("/")[-2]
    for token in (good[:-1], good.upper(), "x", "test~list"):
        assert lists.read(token) is None
        assert client.get(f"/en/letters/leave/{token}/").status_code == 404


def test_other_letters_offer_no_leaving(mailoutbox):
    sent_letter()
    assert "List-Unsubscribe" not in mailoutbox[0].extra_headers
