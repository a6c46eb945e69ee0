"""Letters that come back: delivery status messages (RFC 3464) read with distrust.

Anybody can write to the address bounces go to. So: a cap on the size, only the top parts of the message are looked at,
a letter is found by its Message-ID and nothing else, and the address that counts as dead is the one we wrote to, never
one the message names.
"""

from __future__ import annotations

import email
import email.message
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import structlog
from django.db import transaction

from klaster.core import letters
from klaster.core.models import Letter

log = structlog.get_logger(__name__)

MOST_BYTES = 2_000_000
MOST_NESTED = 40  # boundaries; the parser goes one call deeper for each
MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,190}>)", re.IGNORECASE | re.MULTILINE)
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Refused for good, but not because of the mailbox: full, message too big, content or policy.
NOT_THE_MAILBOX = ("5.2.2", "5.2.3", "5.3.4", "5.6.", "5.7.")


class Outcome(Enum):
    """What became of a message."""

    COUNTED = "letters marked as failed"
    KNOWN = "known already, or not a letter of ours"
    NO_REPORT = "no report of a failure"
    TOO_BIG = "too big"


@dataclass(frozen=True)
class Report:
    message_id: str
    status: str
    reason: str

    @property
    def is_hard(self) -> bool:
        return self.status.startswith("5.") and not self.status.startswith(NOT_THE_MAILBOX)


def parse(source: bytes) -> Report | None:
    """What a message says of a letter that failed; None if it is something else: a delay, an answer, an attack."""
    if source.lower().count(b"boundary=") > MOST_NESTED:
        return None
    try:
        message = email.message_from_bytes(source)
        if message.get_content_type() != "multipart/report" or not message.is_multipart():
            return None
        parts = _parts(message)[:10]
        status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
        message_id = next(filter(None, map(_message_id, parts)), "")
        failed = _failed(status) if status is not None else None
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        log.info("a message that cannot be read", size=len(source))
        return None
    if failed is None or not message_id:
        return None
    code = STATUS.search(str(failed.get("Status", "")))
    reason = str(failed.get("Diagnostic-Code", "")).partition(";")[2] or str(failed.get("Diagnostic-Code", ""))
    return Report(message_id, code[0] if code else "", letters.one_line(reason)[:300])


def _failed(status: email.message.Message) -> email.message.Message | None:
    blocks = _parts(status)[:20]
    return next((block for block in blocks if str(block.get("Action", "")).strip().lower() == "failed"), None)


def _parts(message: email.message.Message) -> list[email.message.Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, email.message.Message)] if isinstance(payload, list) else []


def _message_id(part: email.message.Message) -> str:
    """Of the returned letter, or of its head."""
    kind = part.get_content_type()
    if kind == "message/rfc822" and part.is_multipart():
        head = f"Message-ID: {str(part.get_payload(0).get('Message-ID', '')).strip()}"  # type: ignore[union-attr]
    elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
        payload = part.get_payload(decode=True)
        head = payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""
    else:
        return ""
    found = MESSAGE_ID.search(head)
    return found[1] if found else ""


_tellers: list[Callable[[Letter], None]] = []


def tell(teller: Callable[[Letter], None]) -> None:
    """Let `teller(letter)` say to whoever wrote it that a letter came back."""
    if teller not in _tellers:
        _tellers.append(teller)


@transaction.atomic
def take(source: bytes) -> Outcome:
    """Read one message and mark the letter it is about. The same message again changes nothing.

    If somebody cannot be told nothing is marked, so that the next reading tries again.
    """
    if len(source) > MOST_BYTES:
        return Outcome.TOO_BIG
    report = parse(source)
    if report is None:
        return Outcome.NO_REPORT
    letter = letters.came_back(
        report.message_id, is_hard=report.is_hard, status=report.status, reason=report.reason
    )  # fmt: skip
    if letter is None:
        return Outcome.KNOWN
    for teller in _tellers:
        teller(letter)
    return Outcome.COUNTED
