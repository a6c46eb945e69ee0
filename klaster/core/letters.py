"""Letters: a row first, then mail.

    letters.write("directory.contact", to=coordinator, template="directory/letters/contact", about=cluster,
                  context={"sender": form.cleaned_data["name"], "url": cluster.get_absolute_url()}, key=once)

The text is rendered when the letter is written, in the reader's language: it says what was true when the act happened,
whatever is renamed or deployed before the mail server answers. Whether the person may still receive it is asked again
when it is sent, and the address is the one of that moment.

What may happen twice is decided by the kind. Account letters (a link to sign in) must arrive: after a crash they go
out again with the same Message-ID. Mass mail must not arrive twice: after a crash it is `uncertain` and shown to the
office. Personal letters are treated like account letters but keep their text.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import smtplib
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import models, transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override

from klaster.core import jobs, languages, lists
from klaster.core.fields import Translated
from klaster.core.models import Bounce, Letter, label_of

log = structlog.get_logger(__name__)

WAITS = (1, 5, 30, 120)  # minutes before tries 2 to 5
JOINER = "\u2060"  # takes no room and ends what a mail program would make a link of
LINK_MAKER = re.compile(r"(?<=\w)([.:])(?=[^\W\d_]|//)")

State, Kind = Letter.State, Letter.Kind


# --- writing --------------------------------------------------------------------------------------------------------
def write(
    purpose: str,
    *,
    to: models.Model | str,
    template: str,
    context: Mapping[str, Any],
    key: str = "",
    about: models.Model | None = None,
    kind: str = Kind.PERSONAL,
    language: str = "",
    reply_to: str = "",
    held: bool = False,
) -> Letter:
    """Write a letter to a person (or a bare address) and queue it in the same transaction.

    `template` + ".txt" is the text: its first line the subject, the rest the body. `context` holds plain values only,
    never rows: texts people typed come in as text without links and line breaks (`quoted()` keeps the line breaks);
    values named `url` or `…_url` must be addresses of this site.

    A second letter of the same purpose, record and recipient (or the same `key`) is not written; the first is returned.
    """
    language = language or getattr(to, "language", "") or languages.current()
    with override(language):
        subject, body = render(template, context)
    return write_text(
        purpose, to=to, subject=subject, body=body, key=key, about=about, kind=kind, language=language,
        reply_to=reply_to, held=held,
    )  # fmt: skip


def write_text(
    purpose: str,
    *,
    to: models.Model | str,
    subject: str,
    body: str,
    language: str,
    key: str = "",
    about: models.Model | None = None,
    kind: str = Kind.PERSONAL,
    reply_to: str = "",
    held: bool = False,
    list_name: str = "",
) -> Letter:
    """Queue a letter whose text the caller has rendered in `language`: what people typed went through `plain`, and the
    body ends as `signed` ends it. Once for each purpose, record (or `key`) and recipient, like `write`. Whoever
    is written to as one of a list (see lists.py) may leave it by the mail program's own button."""
    person = None if isinstance(to, str) else to
    address = to if isinstance(to, str) else to.email  # type: ignore[attr-defined]
    about_type, about_pk = (label_of(about), str(about.pk)) if about else ("", "")
    recipient = lists.who(to)
    return _queue(
        Letter(
            kind=kind,
            purpose=purpose,
            key=_business_key(purpose, f"{key or f'{about_type} {about_pk}'} {recipient}"),
            about_type=about_type,
            about_pk=about_pk,
            person=person,  # type: ignore[misc]
            address=address,
            reply_to=reply_to,
            language=language,
            subject=subject,
            body=body,
            list_name=list_name,
            state=State.HELD if held else State.QUEUED,
        )
    )


def write_account_letter(to: str, subject: str, body: str, html: str = "", *, purpose: str) -> Letter:
    """Queue a letter that allauth has rendered: confirmations, links to reset. Its text is wiped once it was sent."""
    return _queue(
        Letter(
            kind=Kind.ACCOUNT,
            purpose=purpose,
            key=f"{purpose} {uuid.uuid4()}",
            address=to,
            language=languages.current(),
            subject=one_line(subject)[:200],
            body=body.strip() + "\n",
            html=html,
        )
    )


def _business_key(purpose: str, rest: str) -> str:
    key = f"{purpose} {rest}"
    return key if len(key) <= 200 else f"{purpose} {hashlib.sha256(rest.encode()).hexdigest()}"


def _queue(letter: Letter) -> Letter:
    letter.message_id = f"<{uuid.uuid4()}@{_own_domain()}>"
    letter.clean_fields()
    with transaction.atomic(savepoint=False):
        created = Letter.objects.bulk_create([letter], ignore_conflicts=True)  # the business key decides
        letter = Letter.objects.get(key=created[0].key)
        if letter.message_id == created[0].message_id and letter.state == State.QUEUED:
            _defer(letter)
    return letter


def _defer(letter: Letter, *, minutes: int = 0) -> None:
    later = {"schedule_in": {"minutes": minutes}} if minutes else {}
    send_letter.configure(lock=f"letter {letter.pk}", **later).defer(letter_id=letter.pk)


def _own_domain() -> str:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"


# --- text -----------------------------------------------------------------------------------------------------------
class Ready(str):
    """A text that may stand in a letter as it is."""

    __slots__ = ()


def quoted(text: str) -> Ready:
    """A text of several lines that somebody typed, as a quotation without links."""
    return Ready("\n".join(f"> {plain(line)}".rstrip() for line in text.strip().splitlines()))


def render(template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, body) of a letter template in the language of now."""
    values = {name: _safe(name, value) for name, value in context.items()}
    values |= {"site_name": settings.WAGTAIL_SITE_NAME, "site_url": settings.SITE_URL}
    source = get_template(f"{template}.txt").template  # type: ignore[attr-defined]
    subject, _newline, body = source.render(Context(values, autoescape=False)).strip().partition("\n")
    return one_line(subject)[:200], signed(body)


def signed(body: str, leave_url: str = "") -> str:
    """The text of a letter with at most one empty line between paragraphs, and who it is from at its end; `leave_url`
    is where one leaves the list it goes to (see lists.py)."""
    body = re.sub(r"\n{3,}", "\n\n", body.strip())
    leave = gettext("No more such letters: %(url)s") % {"url": leave_url} + "\n" if leave_url else ""
    return f"{body}\n\n-- \n{settings.WAGTAIL_SITE_NAME}\n{settings.SITE_URL}\n{leave}"


def _safe(name: str, value: Any) -> Any:
    """What a letter may say of a value: plain text, numbers and dates, our own addresses."""
    if name == "url" or name.endswith("_url"):
        return own_url(str(value)) if value else ""
    if isinstance(value, Mapping) and not isinstance(value, Translated):
        return {key: _safe(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_safe("", inner) for inner in value]
    if isinstance(value, Ready):
        return value
    if isinstance(value, str | Translated):
        return plain(str(value))
    if value is None or isinstance(value, int | float | Decimal | datetime.date | datetime.timedelta | Promise):
        return value
    raise TypeError(f"A letter takes plain values, not {type(value).__name__} for {name!r}.")


def plain(text: str) -> str:
    """One line of text that no mail program turns into a link and that cannot reorder what stands beside it."""
    return LINK_MAKER.sub(rf"\1{JOINER}", one_line(text))


def one_line(text: str) -> str:
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if not _reorders(c))
    return " ".join("".join(kept).split())


def _reorders(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def own_url(url: str) -> str:
    """The whole address of a page of this site; raises ValueError for any other address."""
    if url.startswith("/") and not url.startswith(("//", "/\\")):
        url = settings.SITE_URL + url
    mine, its = urlsplit(settings.SITE_URL), urlsplit(url)
    if (mine.scheme, mine.netloc) != (its.scheme, its.netloc) or one_line(url) != url or " " in url:
        raise ValueError(f"A letter links to this site only, not to {url!r}.")
    return url


def as_html(letter: Letter) -> str:
    """The text as plain HTML; addresses of this site are the only links."""
    link = re.compile(rf"({re.escape(settings.SITE_URL)}(?=[/\s]|$)\S*)")
    paragraphs = [
        [[(part, bool(link.fullmatch(part))) for part in link.split(line) if part] for line in paragraph.splitlines()]
        for paragraph in letter.body.strip().split("\n\n")
    ]
    context = {"language": letter.language, "subject": letter.subject, "paragraphs": paragraphs}
    return render_to_string("core/letters/letter.html", context)


# --- sending --------------------------------------------------------------------------------------------------------
_rechecks: dict[str, Callable[[Letter], bool]] = {}


def recheck(purpose: str) -> Callable[[Callable[[Letter], bool]], Callable[[Letter], bool]]:
    """Register who may still receive a letter of a purpose; asked right before sending.

    @letters.recheck("newsroom.digest")
    def still_subscribed(letter: Letter) -> bool: ...
    """

    def register(may_receive: Callable[[Letter], bool]) -> Callable[[Letter], bool]:
        _rechecks[purpose] = may_receive
        return may_receive

    return register


@dataclass(frozen=True)
class Attached:
    """A file that goes with a letter; made when it is sent, so that it says what is true then."""

    name: str
    content: bytes
    content_type: str


_attached: dict[str, Callable[[Letter], Attached | None]] = {}


def attaches(purpose: str) -> Callable[[Callable[[Letter], Attached | None]], Callable[[Letter], Attached | None]]:
    """Register what file goes with letters of a purpose. A file that cannot be made never holds up its letter."""

    def register(make: Callable[[Letter], Attached | None]) -> Callable[[Letter], Attached | None]:
        _attached[purpose] = make
        return make

    return register


def _file_of(letter: Letter) -> Attached | None:
    make = _attached.get(letter.purpose)
    try:
        return make(letter) if make else None
    except Exception:
        log.exception("letter goes without its file", letter=letter.pk, purpose=letter.purpose)
        return None


def may_receive(letter: Letter) -> bool:
    if letter.person is not None and not letter.person.is_active:
        return False
    if letter.list_name and lists.has_left(letter.list_name, lists.who(letter.person or letter.address)):
        return False
    if letter.kind == Kind.BULK and Bounce.objects.gives_up(letter.person.email if letter.person else letter.address):
        return False
    return _rechecks.get(letter.purpose, lambda _letter: True)(letter)


@jobs.task("letters.send", queue="letters")
def send_letter(letter_id: int) -> str:
    """Send one letter; returns the state it is left in. Run twice, it sends once (see the head of this module)."""
    letter = _take(letter_id)
    if letter is None:
        return "nothing to do"
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:  # nothing was said to the server about the letter
        return _not_accepted(letter, error)
    try:
        connection.send_messages([_message(letter, connection)])
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:  # the server said no
        return _not_accepted(letter, error)
    except (OSError, smtplib.SMTPException) as error:  # cut off: nobody knows whether the server took it
        return _perhaps_accepted(letter, error)
    finally:
        _hang_up(connection)
    return _finish(letter, State.SENT)


def _take(letter_id: int) -> Letter | None:
    """Mark the letter as being sent, committed before the mail server hears of it. None where nothing is to be sent."""
    with transaction.atomic():
        letter = Letter.objects.select_for_update(of=("self",)).select_related("person").filter(pk=letter_id).first()
        if letter is None or letter.state not in (State.QUEUED, State.SENDING):
            return None
        if letter.state == State.SENDING and letter.kind == Kind.BULK:  # the worker before us died in the middle
            _finish(letter, State.UNCERTAIN, error="The worker stopped while it was sending.")
            return None
        if not may_receive(letter):
            _finish(letter, State.CANCELLED)
            return None
        if letter.person is not None:
            letter.address = letter.person.email
        letter.state = State.SENDING
        letter.tries += 1
        letter.save(update_fields=["address", "state", "tries"])
        return letter


def _message(letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated", "Content-Language": letter.language}
    if letter.list_name:
        headers |= lists.headers(letter.list_name, letter.person or letter.address, letter.language)
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.body,
        to=[letter.address],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
        connection=connection,
    )
    message.attach_alternative(letter.html or as_html(letter), "text/html")
    if file := _file_of(letter):
        message.attach(file.name, file.content, file.content_type)
    return message


def _not_accepted(letter: Letter, error: Exception) -> str:
    """The server has not got it: try again later, unless it refused for good or five times."""
    if _is_final(error) or letter.tries > len(WAITS):
        return _finish(letter, State.FAILED, error=_reason(error))
    return _again(letter, error)


def _perhaps_accepted(letter: Letter, error: Exception) -> str:
    if letter.kind == Kind.BULK:
        return _finish(letter, State.UNCERTAIN, error=_reason(error))
    return _not_accepted(letter, error)


def _again(letter: Letter, error: Exception) -> str:
    with transaction.atomic():
        _finish(letter, State.QUEUED, error=_reason(error))
        _defer(letter, minutes=WAITS[letter.tries - 1])
    return State.QUEUED


def _finish(letter: Letter, state: Letter.State, *, error: str = "") -> str:
    letter.state, letter.error = state, error[:300]
    letter.sent_at = timezone.now() if state == State.SENT else None
    if letter.kind == Kind.ACCOUNT and state in (State.SENT, State.FAILED, State.CANCELLED):
        letter.body = letter.html = ""  # a link to sign in is worth stealing
    letter.save(update_fields=["state", "error", "sent_at", "body", "html"])
    log.info("letter", letter=letter.pk, purpose=letter.purpose, state=str(state), tries=letter.tries)
    return state


def _is_final(error: Exception) -> bool:
    """5xx about this letter: no such mailbox, refused content. Not 5xx at sign-in: that is our own fault and mended."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _message in error.recipients.values())
    return isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError) and error.smtp_code >= 500


def _reason(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}")


def _hang_up(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server hung up first")


# --- by hand --------------------------------------------------------------------------------------------------------
@transaction.atomic
def release(letters: models.QuerySet[Letter]) -> int:
    """Queue letters that were held, failed or uncertain (somebody looked and decided). Returns how many."""
    found = letters.select_for_update().filter(state__in=[State.HELD, State.UNCERTAIN, State.FAILED]).exclude(body="")
    for letter in found:
        letter.tries = 0
        letter.state = State.QUEUED
        letter.save(update_fields=["tries", "state"])
        _defer(letter)
    return len(found)


@transaction.atomic
def hold(letters: models.QuerySet[Letter]) -> int:
    """Keep back what is queued: after a restore nothing goes out before somebody has looked."""
    return letters.filter(state=State.QUEUED).update(state=State.HELD)


@transaction.atomic
def came_back(message_id: str, *, is_hard: bool, status: str, reason: str) -> Letter | None:
    """A mail server returned the letter: it failed, whoever had taken it before. None for a letter that is not ours or
    whose return is known already."""
    letter = Letter.objects.select_for_update(of=("self",)).filter(message_id=message_id).first()
    if letter is None:
        return None
    bounce = {"address": letter.address, "is_hard": is_hard, "status": status[:12], "reason": one_line(reason)[:300]}
    _bounce, is_new = Bounce.objects.get_or_create(message_id=message_id, defaults=bounce)
    if not is_new:
        return None
    if letter.state in (State.SENT, State.UNCERTAIN, State.SENDING):
        _finish(letter, State.FAILED, error=one_line(f"{status} {reason}"))
    return letter


@transaction.atomic
def cancel(letter: Letter) -> Letter:
    """Not to be sent any more; what was sent or is being sent stays as it is."""
    letter = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if letter.state in (State.HELD, State.QUEUED, State.UNCERTAIN, State.FAILED):
        _finish(letter, State.CANCELLED)
    return letter


class FileBackend(BaseEmailBackend):
    """For trying: each letter becomes a file in EMAIL_FILE_PATH that any mail program opens."""

    def send_messages(self, email_messages):  # type: ignore[no-untyped-def]
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.localtime():%Y-%m-%d-%H%M%S}-{uuid.uuid4().hex[:6]}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)
